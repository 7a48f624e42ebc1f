// Ledger entries: how they are listed, and what a click on one does.
"use strict";

(function (landquota) {
  const { element } = landquota;

  /** A list of the entries with the given positions; those that have a place fly to it. */
  landquota.entryList = function (page, positions) {
    return element("ol", { className: "lq-entries" }, ...positions.map((at) => item(page, page.data.entries[at])));
  };

  function item(page, entry) {
    const lines = [
      element("span", { className: "lq-entry-amount" }, entry.amount),
      element("span", { className: "lq-entry-text" }, entry.text),
      element("span", { className: "lq-entry-source" }, [entry.date, entry.source].filter(Boolean).join(" · ")),
      element("code", { className: "lq-entry-key" }, entry.key),
    ];
    if (placesOf(page, entry).length === 0) {
      return element("li", {}, element("div", { className: "lq-entry" }, ...lines));
    }
    const fly = () => page.flyTo(placesOf(page, entry));
    return element("li", {}, element("button", { type: "button", className: "lq-entry", on: { click: fly } }, ...lines));
  }

  /** The entry's parcels; where it names none that is drawn, its zone. */
  function placesOf(page, entry) {
    const { named } = page.drawing;
    const parcels = named("parcels", entry.parcels);
    return parcels.length > 0 ? parcels : named("zones", entry.zone === null ? [] : [entry.zone]);
  }

  /** A button that shows and hides `detail`; it says which through aria-expanded. */
  landquota.discloseButton = function (className, text, detail) {
    const button = element(
      "button",
      { type: "button", className, attributes: { "aria-expanded": "false" } },
      text,
    );
    button.addEventListener("click", () => {
      detail.hidden = !detail.hidden;
      button.setAttribute("aria-expanded", String(!detail.hidden));
    });
    detail.hidden = true;
    return button;
  };
})(globalThis.landquota);
