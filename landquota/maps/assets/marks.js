// Marks on the map where the findings are: colour, shape and sign say how severe each is.
"use strict";

(function (landquota) {
  const { element, svg } = landquota;
  const SIZE_PX = 18;
  const SHAPES = {
    error: ["rect", { x: 2, y: 2, width: 14, height: 14, rx: 1.5 }],
    warning: ["path", { d: "M9 1.5 L17 16 H1 Z" }],
    note: ["circle", { cx: 9, cy: 9, r: 7.5 }],
  };
  const SIGNS = {
    error: { d: "M6 6 L12 12 M12 6 L6 12" },
    warning: { d: "M9 6.5 V11 M9 13.4 V13.6" },
    note: { d: "M9 4.9 V5.1 M9 8 V13" },
  };

  /** Marks every listed finding that has a point; a click on a mark goes to the finding in the list. */
  landquota.addMarks = function (page) {
    // From the last to the first, so that the worst lie on top.
    [...page.listed]
      .filter(({ place, severity }) => place !== null && severity in SHAPES)
      .reverse()
      .forEach((listed, index) => markOf(page, listed, index).addTo(page.map));
  };

  function markOf(page, listed, index) {
    const { severity, text, place } = listed;
    const drawn = svg(
      "svg",
      { viewBox: `0 0 ${SIZE_PX} ${SIZE_PX}`, class: `lq-at-${severity}` },
      svg(SHAPES[severity][0], SHAPES[severity][1]),
      svg("path", { ...SIGNS[severity], class: "lq-sign" }),
    );
    const icon = L.divIcon({ className: "lq-mark-icon", iconSize: [SIZE_PX, SIZE_PX], html: drawn });
    const made = L.marker(place, { icon, keyboard: false, zIndexOffset: index });
    made.bindTooltip(element("span", {}, text), { direction: "top", offset: [0, -8], className: "lq-hint" });
    return made.on("click", () => landquota.showListed(page, listed));
  }
})(globalThis.landquota);
