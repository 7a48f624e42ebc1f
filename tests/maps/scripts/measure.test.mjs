// Whether a ring that was clicked together crosses itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { crossesItself } = load("dom.js", "measure.js");
const ring = (...places) => places.map(([lng, lat]) => ({ lng, lat }));

test("a bow tie crosses itself, whatever edge closes it", () => {
  const tie = ring([0, 0], [2, 2], [2, 0], [0, 2]);
  tie.forEach((_, at) => assert.equal(crossesItself([...tie.slice(at), ...tie.slice(0, at)]), true));
});

test("a simple ring does not, with corners that point inward or a point on an edge", () => {
  assert.equal(crossesItself(ring([0, 0], [4, 0], [4, 4], [2, 1], [0, 4])), false);
  assert.equal(crossesItself(ring([0, 0], [2, 0], [4, 0], [4, 4])), false);
  assert.equal(crossesItself(ring([0, 0], [1, 0], [1, 0], [0, 1])), false);
  assert.equal(crossesItself([]), false);
});
