// A small map of the zones that shows where the view is, while the view shows only part of them.
"use strict";

(function (landquota) {
  const { element, svg } = landquota;
  const WIDTH_PX = 150;
  const LEAST_HEIGHT_PX = 56;
  const MARGIN_PX = 12;
  const LEAST_MARK_PX = 7;
  // Shown while the view is less than this share of everything, in either direction.
  const PART = 0.8;

  /** The locator; a click on one of its zones goes there. */
  landquota.locator = function (page) {
    const { map, data, drawing } = page;
    const zones = drawing.zones.filter((feature) => feature.box !== null);
    const whole = drawing.bounds(zones);
    const made = element("div", { className: "lq-locator", hidden: true, role: "group", ariaLabel: data.strings.locator });
    if (zones.length < 2) {
      return made;
    }
    const frame = frameOf(whole);
    const view = svg("rect", { class: "lq-view" });
    made.append(
      svg(
        "svg",
        { viewBox: `0 0 ${frame.width} ${frame.height}`, width: frame.width, height: frame.height },
        ...zones.map((zone) => mark(page, zone, frame)),
        view,
      ),
    );
    L.DomEvent.disableClickPropagation(made);

    function follow() {
      const seen = map.getBounds();
      const share = (seen.getEast() - seen.getWest()) / (whole.getEast() - whole.getWest());
      made.hidden = share >= PART && seen.contains(whole);
      const box = frame.box(seen);
      Object.entries(box).forEach(([name, value]) => view.setAttribute(name, value));
    }

    map.on("moveend resize", follow);
    follow();
    return made;
  };

  /** How bounds become a box of at least a mark's size, in pixels of the locator. */
  function frameOf(whole) {
    const crs = L.CRS.EPSG3857;
    const corner = crs.project(whole.getNorthWest());
    const far = crs.project(whole.getSouthEast());
    const span = Math.max(far.x - corner.x, corner.y - far.y, 1e-9);
    const scale = (WIDTH_PX - 2 * MARGIN_PX) / span;
    const height = Math.max(LEAST_HEIGHT_PX, (corner.y - far.y) * scale + 2 * MARGIN_PX);
    const shift = { x: (WIDTH_PX - (far.x - corner.x) * scale) / 2, y: (height - (corner.y - far.y) * scale) / 2 };
    return {
      width: WIDTH_PX,
      height,
      box(bounds) {
        const a = crs.project(bounds.getNorthWest());
        const b = crs.project(bounds.getSouthEast());
        const width = Math.max(LEAST_MARK_PX, (b.x - a.x) * scale);
        const tall = Math.max(LEAST_MARK_PX, (a.y - b.y) * scale);
        const x = shift.x + ((a.x + b.x) / 2 - corner.x) * scale - width / 2;
        const y = shift.y + (corner.y - (a.y + b.y) / 2) * scale - tall / 2;
        return { x, y, width, height: tall };
      },
    };
  }

  function mark(page, zone, frame) {
    const title = svg("title", {}, zone.name || zone.id);
    const made = svg("rect", { class: "lq-mark", rx: 1.5, ...frame.box(zone.box) }, title);
    made.addEventListener("click", () => page.openZone(zone));
    return made;
  }
})(globalThis.landquota);
