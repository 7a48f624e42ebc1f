// Features as numbers in a grid of pixels: a pixel belongs to what covers its middle.
"use strict";

(function (landquota) {
  // Smaller features are a pixel where their middle is.
  const DOT_PX = 1;

  /**
   * A buffer of `width` × `height` pixels, `ids`, to draw features of `outlines` in.
   *
   * reset(left, top, scale)   empties it and says which pixel of the map is its first; `scale` is
   *                           pixels per step of the grid
   * fill(feature)             draws one, over what is larger: its number plus one, with holes and
   *                           parts left out as they are
   */
  landquota.createRaster = function (outlines, width, height) {
    const { arcs, x, y, uses, rings, features, boxes, sizes } = outlines;
    const ids = new Int32Array(width * height);
    const counts = new Int32Array(height + 1);
    let rows = new Int32Array(4096);
    let places = new Float64Array(4096);
    let sorted = new Float64Array(4096);
    let [left, top, scale, found] = [0, 0, 1, 0];

    function reset(toLeft, toTop, toScale) {
      [left, top, scale] = [toLeft, toTop, toScale];
      ids.fill(0);
    }

    function fill(feature) {
      const box = 4 * feature;
      if (Math.max(boxes[box + 2] - boxes[box], boxes[box + 3] - boxes[box + 1]) * scale < DOT_PX) {
        dot(feature, (boxes[box] + boxes[box + 2]) / 2, (boxes[box + 1] + boxes[box + 3]) / 2);
        return;
      }
      found = 0;
      for (let use = rings[features[feature]]; use < rings[features[feature + 1]]; use += 1) {
        collect(arcs[uses[use] >> 1], arcs[(uses[use] >> 1) + 1]);
      }
      paint(feature + 1);
    }

    function dot(feature, middleX, middleY) {
      const column = Math.floor(middleX * scale - left);
      const row = Math.floor(middleY * scale - top);
      if (column >= 0 && column < width && row >= 0 && row < height) {
        put(row * width + column, feature + 1);
      }
    }

    function put(at, id) {
      if (ids[at] === 0 || sizes[ids[at] - 1] >= sizes[id - 1]) {
        ids[at] = id;
      }
    }

    /** Notes where an arc crosses the middles of rows; which way it runs does not matter. */
    function collect(start, end) {
      let x0 = x[start] * scale - left - 0.5;
      let y0 = y[start] * scale - top - 0.5;
      for (let point = start + 1; point < end; point += 1) {
        const x1 = x[point] * scale - left - 0.5;
        const y1 = y[point] * scale - top - 0.5;
        const first = Math.max(0, Math.ceil(Math.min(y0, y1)));
        const last = Math.min(height, Math.ceil(Math.max(y0, y1)));
        if (first < last) {
          reserve(last - first);
          const slope = (x1 - x0) / (y1 - y0);
          for (let row = first; row < last; row += 1) {
            rows[found] = row;
            places[found] = x0 + (row - y0) * slope;
            counts[row] += 1;
            found += 1;
          }
        }
        x0 = x1;
        y0 = y1;
      }
    }

    function reserve(more) {
      if (found + more > rows.length) {
        const size = 2 * (found + more);
        const [olderRows, olderPlaces] = [rows, places];
        rows = new Int32Array(size);
        places = new Float64Array(size);
        sorted = new Float64Array(size);
        rows.set(olderRows);
        places.set(olderPlaces);
      }
    }

    /** Fills each row between its crossings, first to second, third to fourth and so on. */
    function paint(id) {
      let [first, last] = [height, -1];
      for (let at = 0; at < found; at += 1) {
        first = rows[at] < first ? rows[at] : first;
        last = rows[at] > last ? rows[at] : last;
      }
      let end = 0;
      for (let row = first; row <= last; row += 1) {
        end += counts[row];
        counts[row] = end;
      }
      for (let at = found - 1; at >= 0; at -= 1) {
        counts[rows[at]] -= 1;
        sorted[counts[rows[at]]] = places[at];
      }
      for (let row = first; row <= last; row += 1) {
        const start = counts[row];
        counts[row] = 0;
        paintRow(row * width, start, row === last ? found : counts[row + 1], id);
      }
    }

    function paintRow(offset, start, end, id) {
      sortPart(start, end);
      for (let at = start; at + 1 < end; at += 2) {
        const from = Math.max(0, Math.ceil(sorted[at]));
        const to = Math.min(width, Math.ceil(sorted[at + 1]));
        for (let column = from; column < to; column += 1) {
          put(offset + column, id);
        }
      }
    }

    /** By insertion while there are few, as there nearly always are. */
    function sortPart(start, end) {
      if (end - start > 32) {
        sorted.subarray(start, end).sort();
        return;
      }
      for (let at = start + 1; at < end; at += 1) {
        const value = sorted[at];
        let to = at - 1;
        for (; to >= start && sorted[to] > value; to -= 1) {
          sorted[to + 1] = sorted[to];
        }
        sorted[to + 1] = value;
      }
    }

    return Object.freeze({ ids, reset, fill });
  };
})(globalThis.landquota);
