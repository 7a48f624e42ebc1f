// Searching through all texts of a column at once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const landquota = load("outlines.js", "columns.js");

function listed(texts) {
  const sections = { "0.text": texts.join(""), "0.sizes": Int32Array.from(texts.map((text) => text.length)) };
  return landquota.createColumn({ kind: "texts" }, sections, "0");
}

const ranks = (column, wanted, count) => Array.from({ length: count }, (_, at) => column.ranks(wanted)(at));

test("a text's rank is where the hit begins, a whole text comes first", () => {
  const texts = ["Parcel 12", "12", "", "120", "地块 12", "21", "2"];
  assert.deepEqual(ranks(listed(texts), "12", 7), [7, -2, -1, 0, 3, -1, -1]);
});

test("a hit that runs from one text into the next is none", () => {
  assert.deepEqual(ranks(listed(["ab", "ba", "aba", "bab"]), "bb", 4), [-1, -1, -1, -1]);
  assert.deepEqual(ranks(listed(["xa", "ba", "aba"]), "aba", 3), [-1, -1, -2]);
  assert.deepEqual(ranks(listed(["aa", "aaa"]), "aaa", 2), [-1, -2]);
});

test("case does not matter, and no letter moves its neighbours", () => {
  assert.deepEqual(ranks(listed(["\u0130\u0130P1", "p1"]), "p1", 2), [2, -2]);
});

test("numbers are searched as they are written", () => {
  const layout = { kind: "numbers", literals: ["P", " m"], numbers: [{ decimals: 2, trimmed: true, width: 0 }] };
  const column = landquota.createColumn(layout, { "0.0": Int32Array.of(5, 1250, 1200) }, "0");
  assert.deepEqual([0, 1, 2].map(column.text), ["P0.05 m", "P12.5 m", "P12.0 m"]);
  assert.deepEqual(ranks(column, "12.", 3), [-1, 1, 1]);
});
