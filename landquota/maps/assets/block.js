// A block of named sections: from base64 and deflate to arrays of numbers and texts.
"use strict";

(function (landquota) {
  const SIXTY_FOUR = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const LINE_END = 10;

  /** A promise of the header and the sections of a block in base64. */
  landquota.readBlock = async function (text) {
    const bytes = await unpacked(fromBase64(text));
    const end = bytes.indexOf(LINE_END);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
    const sections = {};
    let at = end + 1;
    header.sections.forEach(([name, kind, count, size]) => {
      sections[name] = section(kind, bytes.subarray(at, at + size), count);
      at += size;
    });
    return { header, sections };
  };

  /** Inflated by the browser where it can, else by us. */
  async function unpacked(packed) {
    let stream;
    try {
      stream = new DecompressionStream("deflate-raw");
    } catch {
      return landquota.inflate(packed);
    }
    return new Uint8Array(await new Response(new Blob([packed]).stream().pipeThrough(stream)).arrayBuffer());
  }

  function fromBase64(text) {
    const values = new Uint8Array(128);
    [...SIXTY_FOUR].forEach((letter, value) => (values[letter.charCodeAt(0)] = value));
    const padding = text.endsWith("==") ? 2 : Number(text.endsWith("="));
    const bytes = new Uint8Array((text.length / 4) * 3);
    for (let from = 0, to = 0; from < text.length; from += 4, to += 3) {
      const four =
        (values[text.charCodeAt(from)] << 18) |
        (values[text.charCodeAt(from + 1)] << 12) |
        (values[text.charCodeAt(from + 2)] << 6) |
        values[text.charCodeAt(from + 3)];
      bytes[to] = four >> 16;
      bytes[to + 1] = four >> 8;
      bytes[to + 2] = four;
    }
    return bytes.subarray(0, bytes.length - padding);
  }

  function section(kind, bytes, count) {
    if (kind === "text") {
      return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    }
    const numbers = new Int32Array(count);
    let at = 0;
    for (let index = 0; index < count; index += 1) {
      let byte = bytes[at++];
      let number = byte & 127;
      for (let place = 7; byte > 127; place += 7) {
        byte = bytes[at++];
        number |= (byte & 127) << place;
      }
      numbers[index] = kind === "counts" ? number : (number >>> 1) ^ -(number & 1);
    }
    if (kind === "steps") {
      for (let index = 1; index < count; index += 1) {
        numbers[index] += numbers[index - 1];
      }
    }
    return numbers;
  }
})(globalThis.landquota);
