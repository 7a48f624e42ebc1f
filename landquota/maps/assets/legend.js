// The legend: what each class looks like, how many there are and how large; each line is a switch.
"use strict";

(function (landquota) {
  const { element, svg } = landquota;

  /** Fills the legend. */
  landquota.createLegend = function (page, place) {
    place.ariaLabel = page.data.strings.legend;
    place.append(...page.data.layers.map((layer) => group(page, layer)));
  };

  /** A small picture of a class. */
  landquota.swatch = function (look) {
    const frame = { x: 0.75, y: 0.75, width: 20.5, height: 12.5, rx: 2 };
    const lines = [1, 8, 15].map((x) => svg("path", { d: `M${x} 13 l12 -12`, stroke: look.stroke, "stroke-width": 1.5 }));
    return svg(
      "svg",
      { viewBox: "0 0 22 14", class: "lq-swatch" },
      svg("rect", { ...frame, fill: look.hatched ? "#ffffff" : look.fill }),
      ...(look.hatched ? lines : []),
      svg("rect", { ...frame, fill: "none", stroke: look.stroke, "stroke-width": 1.5 }),
    );
  };

  /** A layer's switch and its classes' switches; a layer with one class needs only one. */
  function group({ map, drawing }, layer) {
    const title = element("b", {}, layer.title);
    const nature = layer.natureNote ? element("small", { className: "lq-nature" }, layer.natureNote) : null;
    const labels = { role: "group", ariaLabel: layer.title };
    const boxes = layer.classes.map(() => element("input", { type: "checkbox", checked: true }));
    boxes.forEach((box, index) =>
      box.addEventListener("change", () => drawing.setClassVisible(layer, index, box.checked)),
    );
    map.on("choice", () => boxes.forEach((box, index) => (box.checked = drawing.isOn(layer.classes[index]))));
    const lines = layer.classes.map((look, index) => line(look, boxes[index], layer.title));
    if (boxes.length === 1) {
      boxes[0].after(title);
      return element("div", { className: "lq-group", ...labels }, ...lines, nature);
    }
    const whole = element("label", { className: "lq-layer" }, wholeSwitch(map, boxes), title);
    return element("div", { className: "lq-group lq-several", ...labels }, whole, nature, ...lines);
  }

  /** A switch for all of `boxes`, which also shows when only some of them are on. */
  function wholeSwitch(map, boxes) {
    const whole = element("input", { type: "checkbox", checked: true });
    const show = () => {
      const on = boxes.filter((box) => box.checked).length;
      whole.checked = on > 0;
      whole.indeterminate = on > 0 && on < boxes.length;
    };
    map.on("choice", show);
    whole.addEventListener("change", () => {
      const on = whole.checked;
      boxes.filter((box) => box.checked !== on).forEach((box) => box.click());
    });
    return whole;
  }

  function line(look, box, title) {
    const figures = [look.count, look.area].filter(Boolean).join(" · ");
    return element(
      "label",
      { className: "lq-class" },
      box,
      landquota.swatch(look),
      look.label === title ? null : element("span", {}, look.label),
      element("small", {}, figures),
    );
  }
})(globalThis.landquota);
