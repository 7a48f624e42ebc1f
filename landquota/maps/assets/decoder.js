// The first decoding of blocks, in a Worker: it runs the script of the page that this stands in, word for word.
"use strict";

(function (landquota) {
  // What only the decoding needs, and most of a block.
  const SPENT = ["tokens", "lengths", "startsX", "startsY", "movesX", "movesY"];
  // Up to so many letters decoding takes less time than starting a Worker.
  const SMALL = 60000;
  const source = globalThis.document?.currentScript.textContent;

  /** A promise of header, sections and outlines of each block. */
  landquota.decodeBlocks = function (texts) {
    const here = () => Promise.all(texts.map(decode));
    const isSmall = texts.reduce((sum, text) => sum + text.length, 0) < SMALL;
    return isSmall || !globalThis.Worker ? here() : inWorker(texts).catch(here);
  };

  async function decode(text) {
    const { header, sections } = await landquota.readBlock(text);
    const outlines = landquota.buildOutlines(sections);
    SPENT.forEach((name) => delete sections[name]);
    return { header, sections, outlines };
  }

  /** The same, in a Worker from a Blob; it fails where the browser refuses that. */
  function inWorker(texts) {
    const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    return new Promise((resolve, reject) => {
      const worker = new Worker(address);
      worker.onmessage = ({ data }) => (data === null ? reject(new Error("not decoded")) : resolve(data));
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error("no worker"));
      };
      worker.postMessage(texts);
    }).finally(() => URL.revokeObjectURL(address));
  }

  /** The Worker's side: it hands its arrays over without copying them. */
  async function answer({ data }) {
    try {
      const decoded = await Promise.all(data.map(decode));
      const arrays = decoded.flatMap(({ sections, outlines }) => [...Object.values(sections), ...Object.values(outlines)]);
      const buffers = new Set(arrays.filter(ArrayBuffer.isView).map((array) => array.buffer));
      globalThis.postMessage(decoded, [...buffers]);
    } catch {
      globalThis.postMessage(null);
    }
  }

  if (!globalThis.document) {
    globalThis.onmessage = answer;
  }
})(globalThis.landquota);
