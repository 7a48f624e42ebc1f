// What a click on the map says about the features there.
"use strict";

(function (landquota) {
  const { element } = landquota;

  /** Opens one popup about `features`, the first of them foremost, and hands it the focus if it `takesFocus`. */
  landquota.openPopup = function (page, latlng, features, takesFocus = false) {
    const { map, data, drawing } = page;
    const size = map.getSize();
    const from = document.activeElement;
    const covered = Math.min(landquota.coveredAbove(map), size.y / 3);
    const popup = L.popup({
      maxWidth: Math.min(400, size.x - 60),
      minWidth: Math.min(260, size.x - 60),
      maxHeight: Math.max(160, Math.min(size.y * 0.6, size.y - covered - 90)),
      autoPanPaddingTopLeft: [16, Math.max(16, covered + 6)],
      autoPanPaddingBottomRight: [16, 16],
    })
      .setLatLng(latlng)
      .setContent(element("div", { className: "lq-cards", tabIndex: -1 }, ...features.map((feature) => card(page, feature))));
    popup.on("remove", () => {
      drawing.highlight("chosen", []);
      // What had the focus goes with the popup; it returns to where it came from.
      if (document.activeElement === document.body) {
        from.focus({ preventScroll: true });
      }
      map.fire("choice");
    });
    popup.openOn(map);
    drawing.highlight("chosen", features.slice(0, 1));
    map.fire("choice");
    const close = popup.getElement().querySelector(".leaflet-popup-close-button");
    Object.assign(close, { title: data.strings.close, ariaLabel: data.strings.close });
    if (takesFocus) {
      popup.getContent().focus({ preventScroll: true });
    }
  };

  /** The rows of a feature's attributes, as a list of terms. */
  landquota.attributeList = function (rows) {
    const pairs = rows.map(([label, value]) => element("div", {}, element("dt", {}, label), element("dd", {}, value)));
    return element("dl", { className: "lq-rows" }, ...pairs);
  };

  function card(page, feature) {
    const { layer, look } = feature;
    const title = feature.name || feature.id || layer.title;
    const [zone] = layer.kind === "zones" ? [] : page.drawing.named("zones", [feature.zone]);
    const kind = [layer.title, look.label].filter((text, index, all) => text && all.indexOf(text) === index);
    return element(
      "article",
      { className: "lq-card" },
      element("h3", {}, title, feature.id && feature.id !== title ? element("small", {}, feature.id) : null),
      element("p", { className: "lq-kind" }, landquota.swatch(look), kind.join(" · ")),
      layer.natureNote ? element("p", { className: "lq-nature" }, layer.natureNote) : null,
      zone ? landquota.button("lq-zone", zone.name || zone.id, () => page.openZone(zone)) : null,
      feature.rows.length > 0 ? landquota.attributeList(feature.rows) : null,
      feature.entries.length > 0 ? element("h4", {}, page.data.strings.entries) : null,
      feature.entries.length > 0 ? landquota.entriesAbout(page, feature.entries) : null,
    );
  }
})(globalThis.landquota);
