// Meridians and parallels under the features: a map without a base map still has somewhere to be.
"use strict";

(function (landquota) {
  const { element } = landquota;
  const STEPS = [10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001];
  const LEAST_SPACING_PX = 130;
  // The north arrow stands above, the meridians' labels below.
  const CLEAR_TOP_PX = 76;
  const CLEAR_BOTTOM_PX = 20;

  /** Adds the grid to `map`; it follows the view. */
  landquota.addGraticule = function (map) {
    map.createPane("graticule").classList.add("lq-graticule-pane");
    const renderer = L.svg({ pane: "graticule", padding: 0.3 });
    const lines = L.layerGroup().addTo(map);
    const labels = element("div", { className: "lq-graticule", ariaHidden: "true" });
    map.getContainer().append(labels);

    function line(points) {
      lines.addLayer(L.polyline(points, { renderer, interactive: false, color: "#b9c0c6", weight: 0.6 }));
    }

    function label(text, side, offset) {
      const made = element("span", { className: `lq-tick lq-tick-${side}` }, text);
      made.style[side === "right" ? "top" : "left"] = `${offset}px`;
      labels.append(made);
    }

    function redraw() {
      const view = map.getBounds();
      const wide = view.pad(0.3);
      const perPixel = (view.getEast() - view.getWest()) / Math.max(1, map.getSize().x);
      const step = [...STEPS].reverse().find((size) => size >= perPixel * LEAST_SPACING_PX) || STEPS[0];
      const decimals = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
      lines.clearLayers();
      labels.replaceChildren();
      multiples(wide.getWest(), wide.getEast(), step).forEach((lng) => {
        line([shown(wide.getSouth(), lng), shown(wide.getNorth(), lng)]);
        label(`${lng.toFixed(decimals)}°`, "bottom", map.latLngToContainerPoint(shown(view.getSouth(), lng)).x);
      });
      multiples(wide.getSouth(), wide.getNorth(), step).forEach((lat) => {
        const { y } = map.latLngToContainerPoint(shown(lat, view.getWest()));
        line([shown(lat, wide.getWest()), shown(lat, wide.getEast())]);
        if (y > CLEAR_TOP_PX && y < map.getSize().y - CLEAR_BOTTOM_PX) {
          label(`${lat.toFixed(decimals)}°`, "right", y);
        }
      });
    }

    map.on("moveend resize", redraw);
    redraw();
  };

  const shown = (lat, lng) => landquota.toShown({ lat, lng });

  function multiples(from, to, step) {
    const found = [];
    for (let index = Math.ceil(from / step); index * step <= to; index += 1) {
      found.push(index * step);
    }
    return found;
  }
})(globalThis.landquota);
