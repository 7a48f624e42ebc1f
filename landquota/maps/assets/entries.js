// Ledger entries: how they are listed, and where a click on one leads.
"use strict";

(function (landquota) {
  const { element } = landquota;

  /** The entries at `positions` as the panel lists them behind a figure: a click on one leads to its place on the map. */
  landquota.entryList = function (page, positions) {
    return listOf(page, positions, (at, made) => {
      page.behind.push({ at, made });
      return placesOf(page, page.data.entries[at]).length > 0 ? () => fly(page, page.data.entries[at]) : null;
    });
  };

  /** The same as a popup lists them: a click on one leads back to where the panel lists it. */
  landquota.entriesAbout = function (page, positions) {
    return listOf(page, positions, (at) => (page.behind.some((one) => one.at === at) ? () => page.panel.showEntry(at) : null));
  };

  function listOf(page, positions, leads) {
    const items = positions.map((at) => {
      const made = element("li");
      made.append(item(page.data.entries[at], leads(at, made)));
      return made;
    });
    return element("ol", { className: "lq-entries" }, ...items);
  }

  function item(entry, act) {
    const lines = [
      element("span", { className: "lq-entry-amount" }, entry.amount),
      element("span", { className: "lq-entry-text" }, entry.text),
      element("span", { className: "lq-entry-source" }, [entry.date, entry.source].filter(Boolean).join(" · ")),
      element("code", { className: "lq-entry-key" }, entry.key),
    ];
    return act === null ? element("div", { className: "lq-entry", tabIndex: -1 }, ...lines) : landquota.button("lq-entry", lines, act);
  }

  /** To the entry's parcels; into the popup where it is one, since from there it goes on. */
  function fly(page, entry) {
    const places = placesOf(page, entry);
    const [one, ...more] = places;
    page.trail.go(2, entry.text, () => (more.length > 0 || one.layer.kind === "zones" ? page.flyTo(places) : page.showFeature(one)));
  }

  /** The entry's parcels; where it names none that is drawn, its zone. */
  function placesOf(page, entry) {
    const { named } = page.drawing;
    const parcels = named("parcels", entry.parcels);
    return parcels.length > 0 ? parcels : named("zones", entry.zone === null ? [] : [entry.zone]);
  }

  /** A button that shows and hides `detail`; it says which through aria-expanded. */
  landquota.discloseButton = function (page, className, text, detail) {
    const show = (on) => {
      detail.hidden = !on;
      button.ariaExpanded = String(on);
    };
    const button = landquota.button(className, text, () => show(detail.hidden));
    show(false);
    page.disclosed.push({ detail, show });
    return button;
  };
})(globalThis.landquota);
