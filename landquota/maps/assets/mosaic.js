// The features of a layer that stand in a block: each is put together when it is asked for.
"use strict";

(function (landquota) {
  const STEPS = 2 ** 28;

  /** A place in degrees, in steps of the grid (not rounded). */
  landquota.toGrid = function ({ lat, lng }) {
    return { x: (lng / 360 + 0.5) * STEPS, y: (0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)) * STEPS };
  };

  function toLatLng(x, y) {
    return [(Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / STEPS))) * 180) / Math.PI, (x / STEPS) * 360 - 180];
  }

  /**
   * The features of `layer`, from its decoded block.
   *
   * count, outlines, classes       how many there are, where they are, the position of each one's class
   * isIllustrative(at), zone(at)   what drawing needs to know of one
   * feature(at)                    one as the rest of the page knows features
   * named(ids)                     the features with these ids
   * box                            the bounds of all, or null
   * ids(wanted), names(wanted)     functions from features to where in their id or name `wanted` begins
   * rows(wanted)                   a function from features to whether a row of theirs contains `wanted`
   * columns                        all texts
   */
  landquota.createMosaic = function (layer, { header, sections, outlines }) {
    const columns = header.columns.map((layout, name) => landquota.createColumn(layout, sections, String(name)));
    const entryStarts = landquota.startsOf(sections.entryCounts);
    const places = placesIn(sections.form, header.forms.length);
    const known = new Map();
    let byId = null;

    function feature(at) {
      if (!known.has(at)) {
        known.set(at, make(at));
      }
      return known.get(at);
    }

    function named(ids) {
      byId = byId || indexed(sections.class.length, columns[header.id].text);
      return ids.flatMap((id) => (byId.get(id) || []).map(feature));
    }

    function make(at) {
      return Object.freeze({
        layer,
        look: layer.classes[sections.class[at]],
        id: columns[header.id].text(at),
        name: columns[header.name].text(at),
        zone: header.zones[sections.zone[at]],
        illustrative: sections.illustrative[at] === 1,
        rows: header.forms[sections.form[at]].map(([label, column]) => [label, columns[column].text(places[at])]),
        entries: [...sections.entries.subarray(entryStarts[at], entryStarts[at + 1])],
        box: boxOf(outlines.boxes.subarray(4 * at, 4 * at + 4)),
        latlngs: partsOf(landquota.ringsOf(outlines, at)),
      });
    }
    return Object.freeze({
      layer,
      outlines,
      columns,
      feature,
      named,
      box: boxOf(landquota.joinBoxes(outlines.groups, Infinity)),
      count: sections.class.length,
      classes: sections.class,
      isIllustrative: (at) => sections.illustrative[at] === 1,
      zone: (at) => header.zones[sections.zone[at]],
      ids: columns[header.id].ranks,
      names: columns[header.name].ranks,
      rows(wanted) {
        const forms = header.forms.map((rows) => rows.map(([, column]) => columns[column].ranks(wanted)));
        return (at) => forms[sections.form[at]].some((ranks) => ranks(places[at]) !== -1);
      },
    });
  };

  /** Where each text stands. */
  function indexed(count, text) {
    const places = new Map();
    for (let at = 0; at < count; at += 1) {
      places.set(text(at), [...(places.get(text(at)) || []), at]);
    }
    return places;
  }

  /** The position of each feature among those of its form. */
  function placesIn(form, forms) {
    const counts = new Int32Array(forms);
    return form.map((one) => counts[one]++);
  }

  function boxOf([west, north, east, south]) {
    return west > east ? null : L.latLngBounds(toLatLng(west, south), toLatLng(east, north));
  }

  /** Parts of rings of places; the first ring of a part is its shell. */
  function partsOf(rings) {
    const parts = [];
    rings.forEach(({ isHole, points }) => {
      const ring = points.map(([x, y]) => toLatLng(x, y));
      if (isHole) {
        parts.at(-1).push(ring);
      } else {
        parts.push([ring]);
      }
    });
    return parts;
  }
})(globalThis.landquota);
