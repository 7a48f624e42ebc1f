// Outlines as they are drawn: arcs that are stored once, the rings that use them, and boxes.
"use strict";

(function (landquota) {
  const GROUP = 64;

  /**
   * Rebuilds the outlines from the sections of a block. All are typed arrays:
   *
   * arcs           where each arc's points begin (and, at the end, where the last one's end)
   * x, y           the points of the arcs, one arc after another
   * features       where each feature's rings begin
   * rings, holes   where each ring's uses begin; 1 for a hole of the shell before it
   * uses           twice the number of an arc, plus one where it runs backward
   * boxes          west, north, east, south of each feature; of one without a ring none, inside out
   * groups         the same of 64 features each
   * sizes          the area of each feature's box (0 without one): where features overlap, the smaller lies on top
   */
  landquota.buildOutlines = function (sections) {
    const features = landquota.startsOf(sections.rings);
    const rings = landquota.startsOf(sections.uses);
    const { arcs, x, y, uses } = trace(sections, rings);
    const boxes = boxesOf({ arcs, x, y, uses, rings, features });
    return { arcs, x, y, uses, rings, features, holes: sections.holes, boxes, groups: landquota.joinBoxes(boxes, GROUP), sizes: sizesOf(boxes) };
  };

  /** Where each of things of these sizes begins, and where the last one ends. */
  landquota.startsOf = function (sizes) {
    const starts = new Int32Array(sizes.length + 1);
    sizes.forEach((size, index) => (starts[index + 1] = starts[index] + size));
    return starts;
  };

  /** Walks along all rings: a new arc begins where the walk has come to. */
  function trace({ tokens, lengths, startsX, startsY, movesX, movesY }, rings) {
    const uses = new Int32Array(tokens.length);
    const arcs = new Int32Array(lengths.length + 1);
    const x = new Int32Array(movesX.length + lengths.length);
    const y = new Int32Array(x.length);
    let [arc, point, move, start, penX, penY] = [0, 0, 0, 0, 0, 0];

    function store(isFirst) {
      if (isFirst) {
        penX = startsX[start];
        penY = startsY[start];
        start += 1;
      }
      x[point] = penX;
      y[point] = penY;
      point += 1;
      for (const end = point + lengths[arc]; point < end; point += 1, move += 1) {
        x[point] = penX += movesX[move];
        y[point] = penY += movesY[move];
      }
      arc += 1;
      arcs[arc] = point;
      return (arc - 1) << 1;
    }

    function reuse(token) {
      const used = arc - (token >> 1);
      const end = token & 1 ? arcs[used + 1] - 1 : arcs[used];
      penX = x[end];
      penY = y[end];
      return (used << 1) | (~token & 1);
    }

    for (let ring = 0; ring + 1 < rings.length; ring += 1) {
      for (let use = rings[ring]; use < rings[ring + 1]; use += 1) {
        uses[use] = tokens[use] === 0 ? store(use === rings[ring]) : reuse(tokens[use]);
      }
    }
    return { arcs, x, y, uses };
  }

  function boxesOf({ arcs, x, y, uses, rings, features }) {
    const boxes = emptyBoxes(features.length - 1);
    for (let feature = 0; feature + 1 < features.length; feature += 1) {
      const box = 4 * feature;
      for (let use = rings[features[feature]]; use < rings[features[feature + 1]]; use += 1) {
        for (let point = arcs[uses[use] >> 1]; point < arcs[(uses[use] >> 1) + 1]; point += 1) {
          boxes[box] = Math.min(boxes[box], x[point]);
          boxes[box + 1] = Math.min(boxes[box + 1], y[point]);
          boxes[box + 2] = Math.max(boxes[box + 2], x[point]);
          boxes[box + 3] = Math.max(boxes[box + 3], y[point]);
        }
      }
    }
    return boxes;
  }

  /** A box around each `size` boxes, and one at least. */
  landquota.joinBoxes = function (boxes, size) {
    const joined = emptyBoxes(Math.max(1, Math.ceil(boxes.length / 4 / size)));
    for (let at = 0; at < boxes.length; at += 1) {
      const side = at & 3;
      const to = 4 * Math.floor(at / 4 / size) + side;
      joined[to] = (side < 2 ? Math.min : Math.max)(joined[to], boxes[at]);
    }
    return joined;
  };

  function sizesOf(boxes) {
    const side = (at) => Math.max(0, boxes[at + 2] - boxes[at]);
    return new Float64Array(boxes.length / 4).map((_, at) => side(4 * at) * side(4 * at + 1));
  }

  function emptyBoxes(count) {
    const boxes = new Int32Array(4 * count);
    for (let at = 0; at < boxes.length; at += 4) {
      boxes.set([2 ** 31 - 1, 2 ** 31 - 1, -1, -1], at);
    }
    return boxes;
  }

  /** Calls `visit` with every feature, in order, whose box meets a box of the grid. */
  landquota.visitWithin = function ({ boxes, groups }, [west, north, east, south], visit) {
    const meets = (list, at) => list[at] <= east && list[at + 2] >= west && list[at + 1] <= south && list[at + 3] >= north;
    for (let group = 0; group < groups.length / 4; group += 1) {
      if (meets(groups, 4 * group)) {
        const end = Math.min(boxes.length / 4, (group + 1) * GROUP);
        for (let feature = group * GROUP; feature < end; feature += 1) {
          if (meets(boxes, 4 * feature)) {
            visit(feature);
          }
        }
      }
    }
  };

  /** Whether a point of the grid is inside a feature: a ray to the east crosses its rings an odd number of times. */
  landquota.isInside = function ({ arcs, x, y, uses, rings, features }, feature, atX, atY) {
    let inside = false;
    for (let use = rings[features[feature]]; use < rings[features[feature + 1]]; use += 1) {
      const end = arcs[(uses[use] >> 1) + 1];
      for (let point = arcs[uses[use] >> 1] + 1; point < end; point += 1) {
        const [y0, y1] = [y[point - 1], y[point]];
        if (y0 > atY !== y1 > atY) {
          const crossing = x[point - 1] + ((atY - y0) / (y1 - y0)) * (x[point] - x[point - 1]);
          inside = atX < crossing ? !inside : inside;
        }
      }
    }
    return inside;
  };

  /** The rings of a feature as flat lists of x and y, each with whether it is a hole. */
  landquota.ringsOf = function (outlines, feature) {
    const found = [];
    for (let ring = outlines.features[feature]; ring < outlines.features[feature + 1]; ring += 1) {
      found.push({ isHole: outlines.holes[ring] === 1, points: pointsOf(outlines, ring) });
    }
    return found;
  };

  function pointsOf({ arcs, x, y, uses, rings }, ring) {
    const points = [];
    for (let use = rings[ring]; use < rings[ring + 1]; use += 1) {
      const [start, end] = [arcs[uses[use] >> 1], arcs[(uses[use] >> 1) + 1]];
      // Each arc ends where the next one begins.
      for (let step = 0; step < end - start - 1; step += 1) {
        const point = uses[use] & 1 ? end - 1 - step : start + step;
        points.push([x[point], y[point]]);
      }
    }
    return points;
  }
})(globalThis.landquota);
