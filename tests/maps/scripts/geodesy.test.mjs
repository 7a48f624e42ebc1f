// Lengths and areas on the ellipsoid, where they are known without computing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const landquota = load("geodesy.js");
const at = (lng, lat) => ({ lng, lat });
const near = (found, expected) => assert.ok(Math.abs(found - expected) <= 1e-9 * expected, `${found}, not ${expected}`);

test("a degree of the equator is a 360th of its circle", () => {
  near(landquota.lengthOf([at(120, 0), at(121, 0)]), (2 * Math.PI * 6378137) / 360);
});

test("what has no extent measures nothing", () => {
  for (const places of [[], [at(121, 30)], [at(121, 30), at(121, 30)]]) {
    assert.equal(landquota.lengthOf(places), 0);
    assert.equal(landquota.areaOf(places), 0);
  }
  assert.equal(landquota.areaOf([at(121, 30), at(122, 31)]), 0);
});

test("a ring measures the same whichever way round it goes and wherever it begins", () => {
  const ring = [at(121, 30), at(121.5, 30.1), at(121.4, 30.4), at(121.1, 30.3)];
  near(landquota.areaOf([...ring].reverse()), landquota.areaOf(ring));
  near(landquota.areaOf([...ring.slice(2), ...ring.slice(0, 2)]), landquota.areaOf(ring));
});

test("two halves measure what the whole does", () => {
  const [a, b, c, d] = [at(121, 30), at(121.5, 30), at(121.5, 30.4), at(121, 30.4)];
  near(landquota.areaOf([a, b, c]) + landquota.areaOf([a, c, d]), landquota.areaOf([a, b, c, d]));
});
