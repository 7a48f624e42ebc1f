// Our own inflater against zlib's deflater.
import assert from "node:assert/strict";
import { test } from "node:test";
import zlib from "node:zlib";
import { drawing, load } from "./load.mjs";

const landquota = load("inflate.js");
const { Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_FULL_FLUSH } = zlib.constants;

function samples() {
  const random = drawing(1);
  const bytes = (size, alphabet) => Uint8Array.from({ length: size }, () => Math.floor(random() * alphabet));
  const far = new Uint8Array(70000);
  far.set(bytes(300, 256), 0);
  far.set(far.subarray(0, 300), 32768);
  return {
    nothing: new Uint8Array(0),
    "one byte": Uint8Array.of(7),
    "one value": new Uint8Array(100000).fill(3),
    noise: bytes(100000, 256),
    "few values": bytes(200000, 5),
    "all lengths and distances": Uint8Array.from({ length: 90000 }, (_, at) => (at * at) >> 7),
    "as far back as it goes": far,
    text: new TextEncoder().encode("慈溪市 指标一张图 ".repeat(3000)),
    "one distance only": new TextEncoder().encode("aaaaaaaaaaaaaaaaab"),
  };
}

for (const [name, bytes] of Object.entries(samples())) {
  test(`inflate undoes deflate: ${name}`, () => {
    for (const level of [0, 1, 6, 9]) {
      for (const strategy of [Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE]) {
        const packed = new Uint8Array(zlib.deflateRawSync(bytes, { level, strategy }));
        assert.deepEqual(Buffer.from(landquota.inflate(packed)), Buffer.from(bytes));
      }
    }
  });
}

test("inflate reads streams of many blocks", () => {
  const parts = Object.values(samples());
  const packed = parts.map((part, at) => {
    const isLast = at === parts.length - 1;
    return zlib.deflateRawSync(part, { finishFlush: isLast ? zlib.constants.Z_FINISH : Z_FULL_FLUSH });
  });
  assert.deepEqual(Buffer.from(landquota.inflate(new Uint8Array(Buffer.concat(packed)))), Buffer.concat(parts));
});

test("inflate refuses what is cut off, wherever that is", () => {
  const packed = new Uint8Array(zlib.deflateRawSync(samples().text.subarray(0, 3000)));
  for (let size = 0; size < packed.length; size += 1) {
    assert.throws(() => landquota.inflate(packed.subarray(0, size)), RangeError);
  }
});

test("inflate ends on any bytes, with an answer or a refusal", () => {
  const random = drawing(2);
  for (let round = 0; round < 3000; round += 1) {
    const bytes = Uint8Array.from({ length: 1 + Math.floor(random() * 60) }, () => Math.floor(random() * 256));
    try {
      landquota.inflate(bytes);
    } catch (error) {
      assert.ok(error instanceof RangeError, String(error));
    }
  }
});
