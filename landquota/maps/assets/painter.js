// Painting a tile: a grid of features' numbers that is coloured, and lines over it where there is room.
"use strict";

(function (landquota) {
  const TILE_PX = 256;
  const STEPS = 2 ** 28;
  const HATCH_PX = 7;
  const HATCH_LINE_PX = 2;
  // From this size on (of the middle one of the features) outlines are lines, below it pixels …
  const LINES_FROM_PX = 14;
  // … that fade with what they surround, the darkest not quite as dark as lines.
  const PIXELS_FROM_PX = 2.5;
  const PIXELS_MOST = 0.75;
  const MOST_LINES = 6000;

  /**
   * A function that paints a tile with the features of `mosaic` for which `shade` is not negative: a
   * position in `shades`, each with `fill`, `opacity`, `stroke`, `strength`, `weight` and `hatched`.
   */
  landquota.createPainter = function (mosaic, { shade, shades }) {
    const middle = middleWidth(mosaic.outlines.sizes);
    const tools = { size: 0 };

    function paint(tile, coords) {
      const ratio = L.Browser.retina ? 2 : 1;
      const size = TILE_PX * ratio;
      if (tools.size !== size) {
        // A pixel more to the left and above, to see where tiles meet.
        Object.assign(tools, { size, raster: landquota.createRaster(mosaic.outlines, size + 1, size + 1), image: new ImageData(size, size) });
      }
      const view = { left: coords.x * size, top: coords.y * size, scale: (size * 2 ** coords.z) / STEPS, size, ratio };
      tile.width = size;
      tile.height = size;
      const inSight = draw(view);
      const pixelsAcross = (middle * view.scale) / ratio;
      const lines = pixelsAcross >= LINES_FROM_PX || mosaic.layer.kind === "context" ? linesOf(inSight) : null;
      colour(view, lines ? 0 : strengthOfPixels(pixelsAcross));
      const pen = tile.getContext("2d");
      pen.putImageData(tools.image, 0, 0);
      if (lines) {
        lines.forEach((arcs, key) => strokeAll(pen, view, arcs, key));
      }
    }

    /** Fills the grid; which features it holds, and some around it. */
    function draw({ left, top, scale, size, ratio }) {
      const inSight = [];
      const margin = 3 * ratio;
      const box = [left - margin, top - margin, left + size + margin, top + size + margin].map((pixel) => pixel / scale);
      tools.raster.reset(left - 1, top - 1, scale);
      landquota.visitWithin(mosaic.outlines, box, (feature) => {
        if (shade(feature) >= 0) {
          tools.raster.fill(feature);
          inSight.push(feature);
        }
      });
      return inSight;
    }

    function colour({ left, top, size, ratio }, strength) {
      const { ids } = tools.raster;
      const out = new Uint32Array(tools.image.data.buffer);
      const table = shades().map((one) => colours(one, strength));
      for (let row = 0; row < size; row += 1) {
        let at = (row + 1) * (size + 1) + 1;
        for (let column = 0; column < size; column += 1, at += 1) {
          const id = ids[at];
          const other = ids[at - 1] !== id ? ids[at - 1] : ids[at - size - 1];
          if (other !== id && strength > 0) {
            const { edge, rim } = table[shade((id || other) - 1)];
            out[row * size + column] = id === 0 ? rim : edge;
          } else if (id === 0) {
            out[row * size + column] = 0;
          } else {
            const { fill, line } = table[shade(id - 1)];
            const isLine = (left + column + top + row) % (HATCH_PX * ratio) < HATCH_LINE_PX * ratio;
            out[row * size + column] = isLine ? line : fill;
          }
        }
      }
    }

    /** The arcs in sight, each once, by how they are drawn; null where they are too many. */
    function linesOf(features) {
      const { rings, uses, features: starts } = mosaic.outlines;
      const seen = new Set();
      const lines = new Map();
      for (const feature of features) {
        const key = 2 * shade(feature) + Number(mosaic.isIllustrative(feature));
        for (let use = rings[starts[feature]]; use < rings[starts[feature + 1]]; use += 1) {
          const arc = uses[use] >> 1;
          if (!seen.has(arc)) {
            seen.add(arc);
            lines.set(key, lines.get(key) || []);
            lines.get(key).push(arc);
          }
        }
      }
      return seen.size > MOST_LINES ? null : lines;
    }

    function strokeAll(pen, { left, top, scale, ratio }, drawn, key) {
      const { arcs, x, y } = mosaic.outlines;
      const { stroke, strength, weight } = shades()[key >> 1];
      pen.strokeStyle = stroke;
      pen.globalAlpha = strength;
      pen.lineWidth = weight * ratio;
      pen.lineJoin = "round";
      pen.setLineDash(key & 1 ? [4 * ratio, 3 * ratio] : []);
      pen.beginPath();
      drawn.forEach((arc) => {
        pen.moveTo(x[arcs[arc]] * scale - left, y[arcs[arc]] * scale - top);
        for (let point = arcs[arc] + 1; point < arcs[arc + 1]; point += 1) {
          pen.lineTo(x[point] * scale - left, y[point] * scale - top);
        }
      });
      pen.stroke();
    }

    return paint;
  };

  function strengthOfPixels(size) {
    return PIXELS_MOST * Math.min(1, Math.max(0, (size - PIXELS_FROM_PX) / (LINES_FROM_PX - PIXELS_FROM_PX)));
  }

  /** A shade as the four colours that pixels have: inside, on a line of its hatching, at its edge, outside at its edge. */
  function colours({ fill, opacity, stroke, strength, hatched }, part) {
    const line = packed(stroke, strength);
    const inside = hatched ? 0 : packed(fill, opacity);
    const edge = hatched ? line : packed(mixed(fill, stroke, part), opacity + (strength - opacity) * part);
    return { fill: inside, line: hatched ? line : inside, edge, rim: packed(stroke, strength * part) };
  }

  function mixed(from, to, part) {
    const [a, b] = [channels(from), channels(to)];
    return `#${a.map((value, at) => Math.round(value + (b[at] - value) * part).toString(16).padStart(2, "0")).join("")}`;
  }

  function channels(colour) {
    return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  }

  /** A colour as an ImageData has it in memory (red first; all machines that draw count from the low end). */
  function packed(colour, opacity) {
    const [red, green, blue] = channels(colour);
    return ((Math.round(255 * opacity) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  }

  /** The width of a square as large as the middle one of the features' boxes (of some that stand for all). */
  function middleWidth(sizes) {
    const stride = Math.max(1, Math.floor(sizes.length / 999));
    const some = sizes.filter((size, at) => size > 0 && at % stride === 0).sort();
    return Math.sqrt(some[some.length >> 1] || 0);
  }
})(globalThis.landquota);
