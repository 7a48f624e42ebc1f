// Paper: the map takes the size that it has there, shows the same ground, and is drawn finer.
"use strict";

(function (landquota) {
  landquota.preparePrint = function ({ map, drawing }) {
    const screen = L.Browser.retina;
    let seen = null;

    function resize(bounds) {
      map.invalidateSize({ animate: false, pan: false });
      map.fitBounds(bounds, { animate: false });
      drawing.repaint(true);
    }

    globalThis.addEventListener("beforeprint", () => {
      seen = map.getBounds();
      L.Browser.retina = true;
      document.documentElement.classList.add("lq-printing");
      resize(seen);
    });
    globalThis.addEventListener("afterprint", () => {
      L.Browser.retina = screen;
      document.documentElement.classList.remove("lq-printing");
      resize(seen);
    });
  };
})(globalThis.landquota);
