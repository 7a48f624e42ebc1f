// What stands on the map beside the features: zoom, scale, north, read-out, notices, zone names.
"use strict";

(function (landquota) {
  const { element, svg } = landquota;
  const LABEL_MARGIN_PX = 4;
  // So far down buttons stand on the left and the north arrow on the right, and so wide are they.
  const TOOLS_PX = 250;
  const ASIDE_PX = 46;
  const HEADROOM_PX = 8;

  /** Adds the fixed controls to the page's map. */
  landquota.addControls = function (page) {
    const { map, data } = page;
    const { strings } = data;
    L.control.zoom({ zoomInTitle: strings.zoomIn, zoomOutTitle: strings.zoomOut }).addTo(map);
    corner(map, "topleft", tools(page));
    corner(map, "topright", northArrow(strings.north));
    L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
    corner(map, "bottomleft", landquota.locator(page));
    corner(map, "bottomright", readout(map, data));
    corner(map, "bottomright", page.measure.shown);
    if (data.basemap !== null) {
      corner(map, "bottomright", landquota.addBaseMap(map, data.basemap));
    }
    map.getContainer().append(notices(page));
  };

  /** The banner of notices, which a reader can hide from the screen; on paper it stays. Gives the page `say`. */
  function notices(page) {
    const { strings } = page.data;
    const lines = element("div");
    const hide = landquota.button("", "✕", () => banner.classList.add("lq-dismissed"), labelled(strings.dismiss));
    const banner = element("div", { className: "lq-notice", hidden: true, role: "status" }, lines, hide);
    L.DomEvent.disableClickPropagation(banner);
    page.say = (line) => {
      lines.append(element("p", {}, line));
      banner.classList.remove("lq-dismissed");
      banner.hidden = false;
    };
    page.data.notices.forEach(page.say);
    return banner;
  }

  function labelled(title) {
    return { title, ariaLabel: title };
  }

  /** How far down the notice reaches over the map. */
  landquota.coveredAbove = function (map) {
    const { offsetTop, offsetHeight } = map.getContainer().querySelector(".lq-notice");
    return offsetTop + offsetHeight;
  };

  /** Names each zone above its outline, or at the edge of the view while that is out of sight. */
  landquota.addZoneLabels = function (page) {
    const { map, drawing } = page;
    const labels = drawing.zones
      .filter((feature) => feature.box !== null)
      .map((feature) => ({ feature, tooltip: zoneLabel(page, feature) }));

    function place() {
      const size = map.getSize();
      const headroom = landquota.coveredAbove(map) + HEADROOM_PX;
      labels.forEach(({ feature, tooltip }) => {
        const label = tooltip.getElement();
        label.hidden = !(drawing.isVisible(feature) && map.getBounds().intersects(feature.box));
        const top = map.latLngToContainerPoint([feature.box.getNorth(), feature.box.getCenter().lng]);
        const y = clamp(top.y, label.offsetHeight + headroom, size.y);
        const half = label.offsetWidth / 2 + (y < TOOLS_PX ? ASIDE_PX : LABEL_MARGIN_PX);
        const x = clamp(top.x, half, size.x - half);
        tooltip.setLatLng(map.containerPointToLatLng([x, y]));
      });
    }

    map.on("moveend resize choice", place);
    place();
  };

  function zoneLabel(page, feature) {
    const name = element("span", {}, feature.name || feature.id);
    const note = feature.layer.natureNote;
    const content = landquota.button("", [name, note ? element("small", {}, note) : null], () => page.openZone(feature));
    const tooltip = L.tooltip({ permanent: true, direction: "top", className: "lq-zone-label", opacity: 1 })
      .setLatLng(feature.box.getCenter())
      .setContent(content)
      .addTo(page.map);
    L.DomEvent.disableClickPropagation(tooltip.getElement());
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

  function tools(page) {
    const { strings } = page.data;
    const tool = (name, act, key, d) => {
      const picture = svg("svg", { viewBox: "0 0 16 16" }, svg("path", { d }));
      return landquota.button(`lq-${name}`, picture, act, { ...labelled(`${strings[name]} (${key})`) });
    };
    const made = element(
      "div",
      { className: "leaflet-bar lq-tools" },
      tool("home", page.showAll, "0", "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4"),
      tool("measure", page.measure.toggle, "M", "M1 11L11 1l4 4L5 15zM4 8l2 2M7 5l2 2"),
      tool("link", () => page.copyLink(), "L", "M6.5 9.5l3-3M7 5l2-2a2.8 2.8 0 0 1 4 4l-2 2M9 11l-2 2a2.8 2.8 0 0 1-4-4l2-2"),
      tool("help", page.showHelp, "?", "M5.5 6a2.5 2.5 0 1 1 3.6 2.2C8.2 8.7 8 9.2 8 10M8 12.6v.8"),
    );
    L.DomEvent.disableClickPropagation(made);
    return made;
  }

  function northArrow(letter) {
    const needle = [
      svg("path", { d: "M20 4 L30 40 L20 33 Z", class: "lq-needle-east" }),
      svg("path", { d: "M20 4 L10 40 L20 33 Z", class: "lq-needle-west" }),
    ];
    const drawn = svg("svg", { viewBox: "0 0 40 44" }, ...needle);
    return element("div", { className: "lq-north" }, element("span", {}, letter), drawn);
  }

  /** Coordinates under the pointer; of the middle, and saying so, until there is one. */
  function readout(map, data) {
    const shown = element("output", { className: "lq-readout" });
    const show = (latlng, ...what) => {
      const parts = [...what, ...coordinates(landquota.toGround(latlng), data)];
      shown.replaceChildren(...parts.map((part) => element("span", {}, part)));
    };
    const centre = () => show(map.getCenter(), data.strings.centre);
    map.on("mousemove", ({ latlng }) => show(latlng));
    map.on("moveend mouseout", centre);
    centre();
    return shown;
  }

  /** The lines of the read-out, rounded to what the map may tell. */
  function coordinates({ lat, lng }, { readout, precision }) {
    const length = (value) => (Math.round(value / precision.metres) * precision.metres).toFixed(precision.decimals);
    const said = (value, letter) => `${Math.abs(value).toFixed(precision.degrees)}° ${letter}`;
    const degrees = `${said(lng, lng < 0 ? "W" : "E")} ${said(lat, lat < 0 ? "S" : "N")}`;
    // Beyond a few degrees of its meridian a zone's plane coordinates mean nothing.
    if (readout === null || Math.abs(lng - 3 * readout.zone) > 4) {
      return [degrees];
    }
    const { north, east } = landquota.gaussKruger(lng, lat, readout.zone);
    return [`${readout.label}  N ${length(north)}  E ${length(east)}`, degrees];
  }
})(globalThis.landquota);
