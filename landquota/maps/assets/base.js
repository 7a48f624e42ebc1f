// The base map: tiles below everything, and a line that says whose they are, or that there are none.
"use strict";

(function (landquota) {
  // Over the graticule, which shows where there are no tiles, and under everything else.
  const LEVEL = 252;

  /** Adds it to `map`; returns the line. After a first tile that does not come none is asked for, until the browser is online again. */
  landquota.addBaseMap = function (map, { tiles, deepest, source, missing }) {
    const said = landquota.element("div", { className: "lq-readout lq-base" });
    const options = { maxNativeZoom: deepest, maxZoom: map.getMaxZoom(), pane: "base" };
    map.createPane("base").style.zIndex = LEVEL;
    const layers = tiles.map((address) => L.tileLayer(address, options));
    let came = false;

    function show(on) {
      said.textContent = on ? source : missing;
      layers.forEach((layer) => (on ? layer.addTo(map) : layer.remove()));
    }

    layers.forEach((layer) => {
      layer.on("tileload", () => (came = true));
      layer.on("tileerror", () => came || show(false));
    });
    globalThis.addEventListener("online", () => show(true));
    show(navigator.onLine);
    return said;
  };
})(globalThis.landquota);
