// Building the page's elements. Text goes in as text: nothing here, or anywhere, parses markup.
"use strict";

(function (landquota) {
  const SVG = "http://www.w3.org/2000/svg";

  /**
   * An element with `properties` (className, type, ariaLabel …; `on` holds listeners) and `children`:
   * elements, or strings that become text nodes.
   */
  landquota.element = function (tag, properties = {}, ...children) {
    const { on = {}, ...rest } = properties;
    const made = Object.assign(document.createElement(tag), rest);
    Object.entries(on).forEach(([type, listener]) => made.addEventListener(type, listener));
    made.append(...children.filter((child) => child !== null && child !== ""));
    return made;
  };

  /** A button that shows `content` (a string or elements) and acts on a click. */
  landquota.button = function (className, content, act, more = {}) {
    return landquota.element("button", { type: "button", className, ...more, on: { click: act, ...more.on } }, ...[content].flat());
  };

  /** An SVG element with attributes; it repeats what words say. */
  landquota.svg = function (tag, attributes, ...children) {
    const made = document.createElementNS(SVG, tag);
    made.ariaHidden = "true";
    Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
    made.append(...children);
    return made;
  };
})(globalThis.landquota);
