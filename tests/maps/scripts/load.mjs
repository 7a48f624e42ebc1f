// The page's scripts as the page runs them: classic scripts that fill the global `landquota`.
import { readFileSync } from "node:fs";
import vm from "node:vm";

const ASSETS = new URL("../../../landquota/maps/assets/", import.meta.url);

export function load(...names) {
  globalThis.landquota ||= {};
  names.forEach((name) => {
    const file = new URL(name, ASSETS);
    vm.runInThisContext(readFileSync(file, "utf-8"), { filename: file.pathname });
  });
  return globalThis.landquota;
}

/** Numbers that look random and are the same every time (mulberry32). */
export function drawing(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
