// The drawing part: zones on a Leaflet canvas, all other features on tiles. The rest of the page
// only knows what this returns, so that another engine can take its place.
"use strict";

(function (landquota) {
  const FILL_OPACITY = { zones: 0.6, parcels: 0.95, constraint: 0.6, other: 0.9, context: 0.6 };
  const WEIGHT = { zones: 2.5, parcels: 1, constraint: 1.5, other: 1, context: 1 };
  // From the ground up, above the zones: what comes later is drawn over, and picked before, what came earlier.
  const ORDER = ["context", "other", "constraint", "parcels", "hatched"];
  // Context lies below even the zones.
  const CONTEXT_LEVEL = 255;
  const GROUND_LEVEL = 260;
  const FIRST_LEVEL = 300;
  const FADED = 0.18;
  const RING_PX = 14;

  /**
   * Draws `layers` on `map`; `decoded` are the blocks of all layers but zones, in their order. When what is
   * shown or chosen changes, the map fires "choice".
   *
   * zones                             the zones: each its data, `layer`, `look` (its class) and
   *                                   `box` (its bounds, or null)
   * count                             how many features there are in all
   * features()                        all of them, from the ground up
   * named(kind, ids)                  the features with these ids in layers of a kind
   * one(layer, id)                    the feature with an id in a layer, or nothing
   * search(asked, most)               those that are shown and contain `asked` in a text of theirs, the best first
   * setClassVisible(layer, i, on)     switches one class of a layer
   * unhide()                          shows again all that switches and search hide
   * isVisible(feature)                whether its class is on
   * isOn(look)                        whether a class is on
   * setFilter(asked)                  hides all but zones, context and what contains `asked` in a text of its own
   * filter()                          what it hides by
   * shown()                           how many but zones and context are neither hidden nor fade
   * setZone(id | null)                fades everything that belongs to another zone
   * zone()                            which does not fade, if others do
   * isNarrowed()                      whether anything is hidden or fades
   * columns()                         the texts that are searched, of all layers but zones
   * pick(latlng)                      the visible features there, the topmost first
   * highlight(name, features, point)  outlines features and rings a point, if there is one; each
   *                                   name ("hover", "chosen") has one set
   * highlighted(name)                 what that set was made of
   * bounds(features, point)           their common bounds (not valid where there is no geometry)
   * whole()                           the bounds of everything but context
   * repaint(atOnce)                   draws all tiles again, in this moment or over the next frames
   * isPainted()                       whether all tiles that are in sight are drawn
   */
  landquota.createDrawing = function (map, layers, decoded) {
    const ground = L.canvas({ padding: 0.3, pane: paneOf(map, "ground", GROUND_LEVEL) });
    // No canvas: Chromium prints one as opaque, and this lies above the tiles.
    const renderer = L.svg({ padding: 0.3 });
    const hidden = new Set();
    const outlines = new Map();
    const sets = new Map();
    let zone = null;
    let filter = "";

    const zones = layers
      .filter((layer) => layer.kind === "zones")
      .flatMap((layer) => layer.features.map((feature) => prepare(feature, layer)));
    // Zones are outlined on top of all, so that parcels do not hide where they end.
    const paths = new Map(zones.map((feature) => [feature, [fillOf(feature), outlineOf(feature)]]));
    paths.forEach((drawn) => drawn.forEach((path) => path.addTo(map)));
    const mosaics = layers
      .filter((layer) => layer.kind !== "zones")
      .map((layer, index) => landquota.createMosaic(layer, decoded[index]));
    const matchers = new Map();
    setFilter("");
    const sheets = mosaics.flatMap(sheetsOf).sort((a, b) => a.height - b.height);
    sheets.forEach((sheet, index) => {
      const pane = paneOf(map, `sheet${index}`, isContext(sheet) ? CONTEXT_LEVEL : FIRST_LEVEL + index);
      const look = { shade: (at) => sheet.shading[at], shades: () => sheet.shades };
      sheet.tiles = landquota.createTiles(landquota.createPainter(sheet.mosaic, look), pane);
      shadeAll(sheet);
      sheet.tiles.addTo(map);
    });

    function fillOf(feature) {
      return L.polygon(feature.latlngs, { renderer: ground, pane: "ground", interactive: false, weight: 0, fillColor: feature.look.fill });
    }

    function outlineOf(feature) {
      const { stroke } = feature.look;
      return L.polygon(feature.latlngs, { renderer, interactive: false, fill: false, color: stroke, weight: WEIGHT.zones });
    }

    function strengthOf(id) {
      return zone === null || id === null || id === zone ? 1 : FADED;
    }

    function restyle() {
      paths.forEach((drawn, feature) => {
        const shown = isVisible(feature);
        const strength = strengthOf(feature.zone);
        drawn[0].setStyle({ fill: shown, fillOpacity: FILL_OPACITY.zones * strength });
        drawn[1].setStyle({ stroke: shown, opacity: strength });
      });
    }

    /** Which of a sheet's shades each feature has, -1 for what it does not show. */
    function shadeAll({ mosaic, isHatched, shading }) {
      const { layer, classes } = mosaic;
      const isAsked = matchers.get(mosaic);
      const shown = layer.classes.map((look) => look.hatched === isHatched && !hidden.has(look));
      for (let at = 0; at < mosaic.count; at += 1) {
        shading[at] = shown[classes[at]] && isAsked(at) ? 2 * classes[at] + Number(strengthOf(mosaic.zone(at)) < 1) : -1;
      }
    }

    function repaint(some = sheets) {
      some.forEach((sheet) => {
        shadeAll(sheet);
        sheet.tiles.repaint();
      });
    }

    function changed(some) {
      restyle();
      repaint(some);
      map.fire("choice");
    }

    function setFilter(asked) {
      filter = asked;
      mosaics.forEach((mosaic) => matchers.set(mosaic, landquota.matcher(mosaic, isContext({ mosaic }) ? "" : asked)));
    }

    function isVisible(feature) {
      return !hidden.has(feature.look);
    }

    function isOffered(feature) {
      return isVisible(feature) && strengthOf(feature.zone) === 1;
    }

    /** A layer with whether each of its features is shown, and does not fade. */
    function offered(mosaic) {
      const shown = sheets.filter((sheet) => sheet.mosaic === mosaic).map(({ shading }) => shading);
      return { mosaic, isOffered: (at) => shown.some((shading) => shading[at] >= 0 && shading[at] % 2 === 0) };
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
      sets.set(name, [chosen, point]);
      drawn.forEach((path) => path.addTo(map));
    }

    restyle();
    return Object.freeze({
      zones,
      isVisible,
      highlight,
      count: mosaics.reduce((sum, mosaic) => sum + mosaic.count, zones.length),
      features: () => [...zones, ...sheets.flatMap(featuresOf)],
      named(kind, ids) {
        const found = mosaics.filter(({ layer }) => layer.kind === kind).flatMap((mosaic) => mosaic.named(ids));
        return [...zones.filter((feature) => kind === "zones" && ids.includes(feature.id)), ...found];
      },
      one(layer, id) {
        const [found] = mosaics.filter((mosaic) => mosaic.layer === layer).flatMap((mosaic) => mosaic.named([id]));
        return found || zones.find((feature) => feature.layer === layer && feature.id === id);
      },
      search: (asked, most) => landquota.findFeatures(zones.filter(isOffered), mosaics.map(offered), asked, most),
      isOn: (look) => !hidden.has(look),
      filter: () => filter,
      columns: () => mosaics.flatMap(({ columns }) => columns),
      shown: () => sheets.filter((sheet) => !isContext(sheet)).reduce((count, { shading }) => count + shading.filter((shade) => shade >= 0 && shade % 2 === 0).length, 0),
      zone: () => zone,
      isNarrowed: () => hidden.size > 0 || filter !== "" || zone !== null,
      highlighted: (name) => sets.get(name) || [[], null],
      setClassVisible(layer, index, on) {
        hidden[on ? "delete" : "add"](layer.classes[index]);
        changed(sheets.filter(({ mosaic }) => mosaic.layer === layer));
      },
      unhide() {
        hidden.clear();
        setFilter("");
        changed();
      },
      setFilter(asked) {
        setFilter(asked);
        changed();
      },
      setZone(id) {
        if (id !== zone) {
          zone = id;
          changed();
        }
      },
      pick(latlng) {
        const upper = [...sheets].reverse().flatMap((sheet) => pickFrom(sheet, latlng));
        return [...upper, ...zones.filter((feature) => isVisible(feature) && contains(feature, latlng)).reverse()];
      },
      bounds(some, point = null) {
        const bounds = L.latLngBounds(point === null ? [] : [point]);
        some.forEach((feature) => feature.box && bounds.extend(feature.box));
        return bounds;
      },
      whole() {
        const boxes = [...zones, ...mosaics.filter((mosaic) => !isContext({ mosaic }))].map(({ box }) => box).filter(Boolean);
        return boxes.reduce((bounds, box) => bounds.extend(box), L.latLngBounds([]));
      },
      repaint(atOnce) {
        repaint();
        sheets.forEach(({ tiles }) => atOnce && tiles.finish());
      },
      isPainted: () => sheets.every(({ tiles }) => tiles.isPainted()),
    });
  };

  function paneOf(map, name, level) {
    const pane = map.createPane(name);
    pane.style.zIndex = level;
    pane.style.pointerEvents = "none";
    return name;
  }

  /** What is drawn in one go: a layer's plain classes, and above all plain ones its hatched classes. */
  function sheetsOf(mosaic) {
    const { layer } = mosaic;
    return [false, true]
      .filter((isHatched) => layer.classes.some((look) => look.hatched === isHatched))
      .map((isHatched) => ({
        mosaic,
        isHatched,
        height: ORDER.indexOf(isHatched ? "hatched" : layer.kind),
        shading: new Int32Array(mosaic.count),
        shades: layer.classes.flatMap((look) => [1, FADED].map((strength) => shadeOf(look, layer.kind, strength))),
      }));
  }

  function isContext({ mosaic }) {
    return mosaic.layer.kind === "context";
  }

  function shadeOf({ fill, stroke, hatched, hollow }, kind, strength) {
    const opacity = hollow ? 0 : FILL_OPACITY[kind] * strength;
    return { fill, opacity, stroke, strength, weight: WEIGHT[kind], hatched };
  }

  function featuresOf({ mosaic, isHatched }) {
    return Array.from({ length: mosaic.count }, (_, at) => mosaic.feature(at)).filter(({ look }) => look.hatched === isHatched);
  }

  function pickFrom({ mosaic, shading }, latlng) {
    const { x, y } = landquota.toGrid(latlng);
    const { sizes } = mosaic.outlines;
    const found = [];
    landquota.visitWithin(mosaic.outlines, [x, y, x, y], (at) => {
      if (shading[at] >= 0 && landquota.isInside(mosaic.outlines, at, x, y)) {
        found.unshift(at);
      }
    });
    return found.sort((a, b) => sizes[a] - sizes[b]).map(mosaic.feature);
  }

  function prepare(feature, layer) {
    const latlngs = feature.parts.map((part) => part.map(pairs));
    const box = L.latLngBounds(latlngs.flatMap((part) => part[0] || []));
    const look = layer.classes[feature.class];
    return Object.freeze({ ...feature, layer, look, latlngs, zone: feature.id, box: box.isValid() ? box : null });
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
})(globalThis.landquota);
