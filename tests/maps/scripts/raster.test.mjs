// Pixels against the point-in-polygon test, and that test against a plain one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawing, load } from "./load.mjs";

const landquota = load("outlines.js", "raster.js");

/** Outlines of features given as lists of rings of points, with an arc for every ring. */
function outlinesOf(features) {
  const rings = features.flat();
  const moves = rings.flatMap((ring) => ring.map(([x, y], at) => minus(ring[(at + 1) % ring.length], [x, y])));
  const steps = (values) => Int32Array.from(values);
  return landquota.buildOutlines({
    rings: steps(features.map((feature) => feature.length)),
    holes: steps(rings.map(() => 0)),
    uses: steps(rings.map(() => 1)),
    tokens: steps(rings.map(() => 0)),
    lengths: steps(rings.map((ring) => ring.length)),
    startsX: steps(rings.map((ring) => ring[0][0])),
    startsY: steps(rings.map((ring) => ring[0][1])),
    movesX: steps(moves.map(([x]) => x)),
    movesY: steps(moves.map(([, y]) => y)),
  });
}

const minus = ([x, y], [fromX, fromY]) => [x - fromX, y - fromY];

/** Rings that cross themselves and each other as often as they like. */
function wild(random, rings, points, size) {
  return Array.from({ length: rings }, () =>
    Array.from({ length: points }, () => [Math.floor(random() * size), Math.floor(random() * size)]),
  );
}

function plainInside(rings, atX, atY) {
  let crossings = 0;
  rings.forEach((ring) =>
    ring.forEach(([x0, y0], at) => {
      const [x1, y1] = ring[(at + 1) % ring.length];
      if (y0 > atY !== y1 > atY && atX < x0 + ((atY - y0) / (y1 - y0)) * (x1 - x0)) {
        crossings += 1;
      }
    }),
  );
  return crossings % 2 === 1;
}

test("a pixel belongs to what covers its middle, whatever crosses what", () => {
  const random = drawing(3);
  for (let round = 0; round < 60; round += 1) {
    const [left, top, scale] = [Math.floor(random() * 90) - 30, Math.floor(random() * 90) - 30, 0.1 + random()];
    const features = [wild(random, 1 + (round % 3), 3 + (round % 40), 200)];
    const outlines = outlinesOf(features);
    const raster = landquota.createRaster(outlines, 64, 48);
    raster.reset(left, top, scale);
    raster.fill(0);
    raster.ids.forEach((id, at) => {
      const [x, y] = [((at % 64) + 0.5 + left) / scale, (Math.floor(at / 64) + 0.5 + top) / scale];
      assert.equal(landquota.isInside(outlines, 0, x, y), plainInside(features[0], x, y));
      assert.equal(id === 1, plainInside(features[0], x, y), `round ${round}, pixel ${at}`);
    });
  }
});

test("tiles agree with each other: four quarters are the whole", () => {
  const random = drawing(4);
  const outlines = outlinesOf(Array.from({ length: 30 }, () => wild(random, 1, 5, 1000)));
  const draw = (left, top, size) => {
    const raster = landquota.createRaster(outlines, size, size);
    raster.reset(left, top, 0.128);
    for (let feature = 0; feature < 30; feature += 1) {
      raster.fill(feature);
    }
    return raster.ids;
  };
  const whole = draw(0, 0, 128);
  for (const [left, top] of [[0, 0], [64, 0], [0, 64], [64, 64]]) {
    draw(left, top, 64).forEach((id, at) => {
      assert.equal(id, whole[(top + Math.floor(at / 64)) * 128 + left + (at % 64)]);
    });
  }
});

test("neighbours leave no pixel between them and take none from each other", () => {
  const random = drawing(5);
  const side = Array.from({ length: 20 }, (_, at) => [450 + Math.floor(random() * 100), at * 50]);
  const west = [[0, 0], ...side, [0, 950]];
  const east = [[999, 0], ...side, [999, 950]];
  const [both, one] = [outlinesOf([[west], [east]]), outlinesOf([[west]])];
  const [first, second] = [landquota.createRaster(both, 100, 95), landquota.createRaster(one, 100, 95)];
  [first, second].forEach((raster) => raster.reset(0, 0, 0.1));
  first.fill(0);
  first.fill(1);
  second.fill(0);
  assert.ok(first.ids.every((id) => id > 0));
  assert.ok(second.ids.every((id, at) => (id === 1) === (first.ids[at] === 1)));
});

test("what is smaller than a pixel is one", () => {
  const raster = landquota.createRaster(outlinesOf([[[[100, 100], [101, 100], [101, 101]]], [[[55, 5]]]]), 10, 10);
  raster.reset(0, 0, 0.05);
  raster.fill(0);
  raster.fill(1);
  assert.deepEqual([...raster.ids.entries()].filter(([, id]) => id > 0), [[2, 2], [55, 1]]);
});

test("a search through boxes finds what meets the box, in order", () => {
  const random = drawing(6);
  const features = Array.from({ length: 1000 }, () => {
    const [x, y] = [Math.floor(random() * 5000), Math.floor(random() * 5000)];
    return [[[x, y], [x + 40, y], [x, y + 40]]];
  });
  const found = [];
  landquota.visitWithin(outlinesOf(features), [1000, 1000, 2000, 2000], (feature) => found.push(feature));
  const expected = features.flatMap(([[[x, y]]], at) => (x <= 2000 && x >= 960 && y <= 2000 && y >= 960 ? [at] : []));
  assert.deepEqual(found, expected);
});

test("where features overlap the smaller lies on top, of equal ones the later", () => {
  const square = (from, to) => [[[from, from], [to, from], [to, to], [from, to]]];
  const raster = landquota.createRaster(outlinesOf([square(30, 50), square(0, 90), square(30, 50), square(0, 60)]), 9, 9);
  raster.reset(0, 0, 0.1);
  [0, 1, 2, 3].forEach(raster.fill);
  assert.deepEqual([8, 5, 3].map((at) => raster.ids[at * 9 + at]), [2, 4, 3]);
});
