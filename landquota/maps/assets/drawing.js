// The drawing part: features on a Leaflet canvas. The rest of the page only knows what this
// returns, so that another engine can take its place.
"use strict";

(function (landquota) {
  const FILL_OPACITY = { zones: 0.6, parcels: 0.95, constraint: 0.6, other: 0.6 };
  const WEIGHT = { zones: 2.5, parcels: 1, constraint: 1.5, other: 1 };
  // From the ground up: what comes later is drawn over, and picked before, what came earlier.
  const ORDER = ["zones", "other", "constraint", "parcels", "hatched"];
  const FADED = 0.18;
  const HATCH_SPACING_PX = 7;
  const RING_PX = 14;

  /**
   * Draws `layers` on `map`.
   *
   * features                          every feature: its data, `layer`, `look` (its class) and
   *                                   `box` (its bounds, or null)
   * setClassVisible(layer, i, on)     switches one class of a layer; the map fires "classchange"
   * isVisible(feature)                whether its class is on
   * setZone(id | null)                fades everything that belongs to another zone
   * pick(latlng)                      the visible features there, the topmost first
   * highlight(name, features, point)  outlines features and rings a point, if there is one; each
   *                                   name ("hover", "chosen") has one set
   * bounds(features, point)           their common bounds (not valid where there is no geometry)
   */
  landquota.createDrawing = function (map, layers) {
    const renderer = L.canvas({ padding: 0.3 });
    const hidden = new Set();
    const outlines = new Map();
    let zone = null;

    const features = layers
      .flatMap((layer) => layer.features.map((feature) => prepare(feature, layer)))
      .sort((a, b) => height(a) - height(b));
    const paths = new Map(features.map((feature) => [feature, draw(feature)]));
    // Zones are outlined once more on top, so that parcels do not hide where they end.
    features.filter(isZone).forEach((feature) => paths.get(feature).push(outlineOf(feature)));
    paths.forEach((drawn) => drawn.forEach((path) => path.addTo(map)));

    function draw(feature) {
      const { layer, look } = feature;
      const path = L.polygon(feature.latlngs, {
        renderer,
        interactive: false,
        color: look.stroke,
        weight: isZone(feature) ? 0 : WEIGHT[layer.kind],
        fillColor: look.hatched ? hatch(look.stroke) : look.fill,
        dashArray: feature.illustrative ? "4 3" : null,
      });
      return [path];
    }

    function outlineOf(feature) {
      return L.polygon(feature.latlngs, {
        renderer,
        interactive: false,
        fillColor: "transparent",
        color: feature.look.stroke,
        weight: WEIGHT.zones,
      });
    }

    function restyle(feature) {
      const shown = isVisible(feature);
      const strength = zone === null || feature.zone === null || feature.zone === zone ? 1 : FADED;
      paths.get(feature).forEach((path) =>
        path.setStyle({
          stroke: shown,
          fill: shown,
          opacity: strength,
          fillOpacity: (feature.look.hatched ? 1 : FILL_OPACITY[feature.layer.kind]) * strength,
        }),
      );
    }

    function isVisible(feature) {
      return !hidden.has(feature.look);
    }

    function highlight(name, chosen, point = null) {
      (outlines.get(name) || []).forEach((path) => path.remove());
      const casing = { renderer, interactive: false, fill: false };
      const lines = [
        { ...casing, color: "#ffffff", weight: 6 },
        { ...casing, color: "#14202e", weight: 3 },
      ];
      const ring = (line) => L.circleMarker(point, { ...line, radius: RING_PX });
      const drawn = [
        ...chosen.flatMap((feature) => lines.map((line) => L.polygon(feature.latlngs, line))),
        ...(point === null ? [] : lines.map(ring)),
      ];
      outlines.set(name, drawn);
      drawn.forEach((path) => path.addTo(map));
    }

    features.forEach(restyle);
    return Object.freeze({
      features,
      isVisible,
      highlight,
      setClassVisible(layer, index, on) {
        hidden[on ? "delete" : "add"](layer.classes[index]);
        features.filter((feature) => feature.look === layer.classes[index]).forEach(restyle);
        map.fire("classchange");
      },
      setZone(id) {
        zone = id;
        features.forEach(restyle);
      },
      pick(latlng) {
        return features.filter((feature) => isVisible(feature) && contains(feature, latlng)).reverse();
      },
      bounds(some, point = null) {
        const bounds = L.latLngBounds(point === null ? [] : [point]);
        some.forEach((feature) => feature.box && bounds.extend(feature.box));
        return bounds;
      },
    });
  };

  function isZone(feature) {
    return feature.layer.kind === "zones";
  }

  function height(feature) {
    return ORDER.indexOf(feature.look.hatched ? "hatched" : feature.layer.kind);
  }

  function prepare(feature, layer) {
    const latlngs = feature.parts.map((part) => part.map(pairs));
    const box = L.latLngBounds(latlngs.flatMap((part) => part[0] || []));
    const zone = layer.kind === "zones" ? feature.id : feature.zone;
    const look = layer.classes[feature.class];
    return Object.freeze({ ...feature, layer, look, latlngs, zone, box: box.isValid() ? box : null });
  }

  function pairs(ring) {
    const points = [];
    for (let index = 0; index < ring.length; index += 2) {
      points.push([ring[index + 1], ring[index]]);
    }
    return points;
  }

  function contains(feature, latlng) {
    if (feature.box === null || !feature.box.contains(latlng)) {
      return false;
    }
    return feature.parts.some((part) => isInside(part, latlng.lng, latlng.lat));
  }

  /** Whether a ray from the point crosses the rings an odd number of times: holes are outside. */
  function isInside(rings, x, y) {
    let inside = false;
    rings.forEach((ring) => {
      for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
        const above = ring[i + 1] > y;
        if (above !== ring[j + 1] > y) {
          const crossing = ring[i] + ((y - ring[i + 1]) / (ring[j + 1] - ring[i + 1])) * (ring[j] - ring[i]);
          inside = x < crossing ? !inside : inside;
        }
      }
    });
    return inside;
  }

  /** A canvas pattern of diagonal lines, drawn at twice its size to stay sharp on paper. */
  function hatch(colour) {
    const size = 2 * HATCH_SPACING_PX;
    const tile = landquota.element("canvas", { width: size, height: size });
    const pen = tile.getContext("2d");
    pen.strokeStyle = colour;
    pen.lineWidth = 3;
    pen.beginPath();
    [-size, 0, size].forEach((shift) => {
      pen.moveTo(shift, size);
      pen.lineTo(shift + size, 0);
    });
    pen.stroke();
    const pattern = pen.createPattern(tile, "repeat");
    pattern.setTransform(new DOMMatrix([0.5, 0, 0, 0.5, 0, 0]));
    return pattern;
  }
})(globalThis.landquota);
