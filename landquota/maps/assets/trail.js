// The way that a reader has come: from everything to a zone, what stands behind its figures and a parcel, and back.
"use strict";

(function (landquota) {
  const { element } = landquota;

  /**
   * The way back, which stands above the panel in `place`.
   *
   * go(level, label, act)  acts, and puts where it leads on the way, in place of what was there on its level
   *                        (1 a zone, 2 what is listed in the panel, 3 a feature) and on those below
   * back(at)               takes back a step, the last one unless said, and all after it: the view, what
   *                        was chosen, and what had the focus are as before; whether there was one
   * clear()                forgets the way
   */
  landquota.createTrail = function (page, place) {
    const { map, drawing, data } = page;
    const steps = [];

    function show() {
      const last = steps.length - 1;
      const all = landquota.button("lq-all", `← ${data.strings.all}`, () => page.showAll());
      const crumbs = steps.map(({ label }, at) =>
        at < last ? landquota.button("", label, () => back(at + 1)) : element("span", { ariaCurrent: "true" }, label),
      );
      place.hidden = last < 0;
      place.replaceChildren(all, ...crumbs);
    }

    function go(level, label, act) {
      const known = steps.findIndex((step) => step.level >= level);
      const before = { view: [map.getCenter(), map.getZoom()], zone: drawing.zone(), chosen: drawing.highlighted("chosen") };
      const [replaced] = known < 0 ? [] : steps.splice(known);
      steps.push({ ...before, ...replaced, level, label, from: document.activeElement });
      show();
      act();
    }

    function back(at = steps.length - 1) {
      const [step] = steps.splice(Math.max(at, 0));
      if (step) {
        map.closePopup();
        page.selectZone(step.zone);
        map.setView(...step.view, { animate: false });
        drawing.highlight("chosen", ...step.chosen);
        (step.from.isConnected ? step.from : map.getContainer()).focus();
        show();
      }
      return Boolean(step);
    }

    function clear() {
      steps.length = 0;
      show();
    }

    clear();
    return Object.freeze({ go, back, clear });
  };
})(globalThis.landquota);
