// Building the page's elements. Text goes in as text: nothing here, or anywhere, parses markup.
"use strict";

(function (landquota) {
  const SVG = "http://www.w3.org/2000/svg";

  /**
   * An element with `properties` (className, type, hidden …; `on` holds listeners, `attributes`
   * what has no property) and `children`: elements, or strings that become text nodes.
   */
  landquota.element = function (tag, properties, ...children) {
    const { on, attributes, ...rest } = properties || {};
    const made = Object.assign(document.createElement(tag), rest);
    Object.entries(attributes || {}).forEach(([name, value]) => made.setAttribute(name, value));
    Object.entries(on || {}).forEach(([type, listener]) => made.addEventListener(type, listener));
    made.append(...children.filter((child) => child !== null && child !== ""));
    return made;
  };

  /** An SVG element with attributes. */
  landquota.svg = function (tag, attributes, ...children) {
    const made = document.createElementNS(SVG, tag);
    Object.entries(attributes || {}).forEach(([name, value]) => made.setAttribute(name, value));
    made.append(...children);
    return made;
  };
})(globalThis.landquota);
