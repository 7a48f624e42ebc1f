// What stands on the map beside the features: zoom, scale, north, read-out, notices, zone names.
"use strict";

(function (landquota) {
  const { element, svg } = landquota;
  const LABEL_MARGIN_PX = 4;
  const HEADROOM_PX = 50;

  /** Adds the fixed controls to the page's map. */
  landquota.addControls = function (page) {
    const { map, data } = page;
    const { strings } = data;
    L.control.zoom({ zoomInTitle: strings.zoomIn, zoomOutTitle: strings.zoomOut }).addTo(map);
    corner(map, "topleft", homeButton(page));
    corner(map, "topright", northArrow(strings.north));
    L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
    corner(map, "bottomleft", landquota.locator(page));
    corner(map, "bottomright", readout(map, data));
    if (data.basemap !== null) {
      corner(map, "bottomright", landquota.addBaseMap(map, data.basemap));
    }
    if (data.notices.length > 0) {
      map.getContainer().append(notice(data));
    }
  };

  /** The banner of notices, which a reader can hide from the screen; on paper it stays. */
  function notice({ notices, strings }) {
    const lines = element("div", {}, ...notices.map((line) => element("p", {}, line)));
    const hide = element(
      "button",
      {
        type: "button",
        title: strings.dismiss,
        attributes: { "aria-label": strings.dismiss },
        on: { click: () => banner.classList.add("lq-dismissed") },
      },
      "✕",
    );
    const banner = element("div", { className: "lq-notice", attributes: { role: "note" } }, lines, hide);
    L.DomEvent.disableClickPropagation(banner);
    return banner;
  }

  /** Names each zone above its outline, or at the edge of the view while that is out of sight. */
  landquota.addZoneLabels = function (page) {
    const { map, drawing } = page;
    const labels = drawing.zones
      .filter((feature) => feature.box !== null)
      .map((feature) => ({ feature, tooltip: zoneLabel(page, feature) }));

    function place() {
      const size = map.getSize();
      labels.forEach(({ feature, tooltip }) => {
        const label = tooltip.getElement();
        label.hidden = !(drawing.isVisible(feature) && map.getBounds().intersects(feature.box));
        const top = map.latLngToContainerPoint([feature.box.getNorth(), feature.box.getCenter().lng]);
        const half = label.offsetWidth / 2 + LABEL_MARGIN_PX;
        const x = clamp(top.x, half, size.x - half);
        const y = clamp(top.y, label.offsetHeight + HEADROOM_PX, size.y);
        tooltip.setLatLng(map.containerPointToLatLng([x, y]));
      });
    }

    map.on("moveend resize classchange", place);
    place();
  };

  function zoneLabel(page, feature) {
    const name = element("span", {}, feature.name || feature.id);
    const note = feature.layer.natureNote;
    const content = element("div", {}, name, note ? element("small", {}, note) : null);
    const tooltip = L.tooltip({ permanent: true, direction: "top", className: "lq-zone-label", opacity: 1 })
      .setLatLng(feature.box.getCenter())
      .setContent(content)
      .addTo(page.map);
    L.DomEvent.disableClickPropagation(tooltip.getElement());
    tooltip.getElement().addEventListener("click", () => page.openZone(feature));
    return tooltip;
  }

  function clamp(value, low, high) {
    return Math.min(Math.max(value, low), high);
  }

  function corner(map, position, content) {
    const control = L.control({ position });
    control.onAdd = () => content;
    control.addTo(map);
  }

  function homeButton(page) {
    const { strings } = page.data;
    const frame = svg("path", { d: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" });
    const button = element(
      "button",
      {
        type: "button",
        className: "lq-home",
        title: strings.home,
        attributes: { "aria-label": strings.home },
        on: { click: () => page.showAll() },
      },
      svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, frame),
    );
    L.DomEvent.disableClickPropagation(button);
    return button;
  }

  function northArrow(letter) {
    const needle = [
      svg("path", { d: "M20 4 L30 40 L20 33 Z", class: "lq-needle-east" }),
      svg("path", { d: "M20 4 L10 40 L20 33 Z", class: "lq-needle-west" }),
    ];
    const drawn = svg("svg", { viewBox: "0 0 40 44", "aria-hidden": "true" }, ...needle);
    return element("div", { className: "lq-north" }, element("span", {}, letter), drawn);
  }

  /** Coordinates under the pointer; of the middle, and saying so, until there is one. */
  function readout(map, data) {
    const shown = element("output", { className: "lq-readout" });
    const show = (latlng, what) => {
      const parts = [what, ...coordinates(landquota.toGround(latlng), data.readout)].filter(Boolean);
      shown.replaceChildren(...parts.map((part) => element("span", {}, part)));
    };
    const centre = () => {
      show(map.getCenter(), data.strings.centre);
    };
    map.on("mousemove", (event) => {
      show(event.latlng, "");
    });
    map.on("moveend mouseout", centre);
    centre();
    return shown;
  }

  function coordinates({ lat, lng }, readout) {
    const hemisphere = { ns: lat < 0 ? "S" : "N", ew: lng < 0 ? "W" : "E" };
    const degrees = `${Math.abs(lng).toFixed(4)}° ${hemisphere.ew} ${Math.abs(lat).toFixed(4)}° ${hemisphere.ns}`;
    // Beyond a few degrees of its meridian a zone's plane coordinates mean nothing.
    if (readout === null || Math.abs(lng - 3 * readout.zone) > 4) {
      return [degrees];
    }
    const { north, east } = landquota.gaussKruger(lng, lat, readout.zone);
    return [`${readout.label}  N ${north.toFixed(1)}  E ${east.toFixed(1)}`, degrees];
  }
})(globalThis.landquota);
