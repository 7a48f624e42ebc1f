// The page: reads the block of data, builds the parts and ties them together.
"use strict";

(function (landquota) {
  const { element } = landquota;
  const RANKS = { parcels: 1, zones: -1, context: -2 };
  // Room for the notice and a zone's name above what is shown, for scale and read-out below it.
  const FIT = { paddingTopLeft: [36, 88], paddingBottomRight: [36, 52], maxZoom: 18 };

  /** Starts the page on the map that folium made. */
  landquota.start = async function (map) {
    const data = JSON.parse(document.getElementById("lq-data").textContent);
    const decoded = await landquota.decodeBlocks(takeBlocks()).catch(() => null);
    document.documentElement.lang = data.language;
    if (decoded === null) {
      document.body.prepend(element("p", { className: "lq-damaged", role: "alert" }, data.strings.damaged));
      return;
    }
    Object.assign(map.getContainer(), { role: "application", ariaLabel: data.strings.map });
    map.setMinZoom(3).setMaxZoom(21);

    const drawing = landquota.createDrawing(map, data.layers, decoded);
    const page = { map, data, drawing, listed: [], behind: [], disclosed: [] };
    tie(page);
    page.trail = landquota.createTrail(page, document.getElementById("lq-trail"));
    fillHead(page);
    fillFoot(data);
    document.body.classList.toggle("lq-no-panel", data.panels.length === 0);
    document.body.classList.toggle("lq-list-only", data.listOnly);
    page.panel = landquota.createPanel(page, document.getElementById("lq-panel"));
    if (!data.listOnly) {
      show(page);
    }
    landquota.page = Object.freeze(page);
    document.documentElement.dataset.features = String(page.drawing.count);
  };

  /** The blocks, which nobody needs to keep as text. */
  function takeBlocks() {
    const place = document.getElementById("lq-blocks");
    const blocks = place.textContent.split("\n").filter(Boolean);
    place.textContent = "";
    return blocks;
  }

  /** Fills everything that needs a map that is in sight. */
  function show(page) {
    const { map, data } = page;
    landquota.createLegend(page, document.getElementById("lq-legend"));
    open(page);
    page.measure = landquota.createMeasure(page);
    landquota.addGraticule(map);
    landquota.addControls(page);
    landquota.addZoneLabels(page);
    if (data.marks) {
      landquota.addMarks(page);
    }
    listen(page);
    landquota.preparePrint(page);
    const writeAddress = landquota.followAddress(page);
    page.copyLink = () => {
      writeAddress();
      landquota.copyLink(data);
    };
    landquota.listenToKeys(page);
  }

  /** Gives the page the actions that its parts call. */
  function tie(page) {
    const { map, drawing } = page;
    const whole = drawing.whole();
    const stillness = globalThis.matchMedia("(prefers-reduced-motion: reduce)");
    const move = (bounds, options) =>
      bounds.isValid() && map.fitBounds(bounds, { ...FIT, ...options, animate: !stillness.matches });

    page.selectZone = (id) => {
      drawing.setZone(id);
      page.panel.select(id);
    };
    const leaveZone = () => {
      page.selectZone(null);
      page.trail.clear();
    };
    page.showAll = () => {
      map.closePopup();
      drawing.highlight("chosen", []);
      leaveZone();
      move(whole);
    };
    page.showHelp = () => landquota.showHelp(page.data);
    page.flyTo = (features, point = null) => {
      map.closePopup();
      drawing.highlight("chosen", features, point);
      move(drawing.bounds(features, point), { maxZoom: 16.5 });
    };
    page.openZone = (feature) => {
      if (page.panel.has(feature.zone)) {
        page.trail.go(1, feature.name || feature.id, () => {
          map.closePopup();
          drawing.highlight("chosen", []);
          page.selectZone(feature.zone);
          move(drawing.bounds([feature]));
        });
      } else {
        page.openFeature(feature);
      }
    };
    page.openFeature = (feature) => {
      if (feature.layer.kind === "zones" && page.panel.has(feature.zone)) {
        page.openZone(feature);
      } else {
        if (![null, feature.zone].includes(drawing.zone())) {
          leaveZone();
        }
        page.trail.go(3, feature.name || feature.id, () => page.showFeature(feature));
      }
    };
    page.showFeature = (feature) => {
      if (feature.box !== null) {
        map.once("moveend", () => landquota.openPopup(page, feature.box.getCenter(), [feature], true));
        page.flyTo([feature]);
      }
    };
  }

  /** The first sight: the zone that the page opens on, or everything; the places are filled by now. */
  function open({ map, data, drawing }) {
    const first = drawing.zones.filter((feature) => feature.id === data.opensOn && feature.box !== null);
    const bounds = first.length > 0 ? drawing.bounds(first) : drawing.whole();
    map.invalidateSize({ animate: false, pan: false });
    if (bounds.isValid()) {
      map.fitBounds(bounds, { ...FIT, animate: false });
    }
  }

  /** Clicks and hovering on the map, and changes of its size. */
  function listen(page) {
    const { map, drawing } = page;
    const hint = L.tooltip({ direction: "top", offset: [0, -8], className: "lq-hint" });
    let hovered = null;

    /** What lies at a point: the parcel first, then what lies over and under it, then zones, then context. */
    function at(latlng) {
      const rank = ({ layer }) => RANKS[layer.kind] || 0;
      return drawing.pick(latlng).sort((a, b) => rank(b) - rank(a));
    }

    const isThing = (feature) => feature !== null && !(RANKS[feature.layer.kind] < 0);

    function hover(feature, latlng) {
      map.getContainer().classList.toggle("lq-pointing", feature !== null);
      const named = isThing(feature) ? feature : null;
      if (named !== hovered) {
        hovered = named;
        drawing.highlight("hover", named ? [named] : []);
        hint.remove();
        if (named) {
          hint.setContent(element("span", {}, named.name || named.id)).setLatLng(latlng).addTo(map);
        }
      } else if (named) {
        hint.setLatLng(latlng);
      }
    }

    new ResizeObserver(() => map.invalidateSize({ animate: false, pan: false })).observe(map.getContainer());
    map.on("mousemove", ({ latlng }) => hover((!page.measure.isOn() && at(latlng)[0]) || null, latlng));
    map.on("mouseout movestart", () => hover(null));
    map.on("click", ({ latlng }) => page.measure.isOn() || page.clickAt(latlng));
    page.clickAt = (latlng, takesFocus) => {
      const found = at(latlng);
      const things = found.filter(isThing);
      if (things.length === 0 && found[0]?.layer.kind === "zones") {
        page.openZone(found[0]);
      } else if (found.length > 0) {
        landquota.openPopup(page, latlng, things.length > 0 ? things : found, takesFocus);
      }
    };
  }

  function fillHead(page) {
    const { title, asOf, subtitle, tally } = page.data;
    document.getElementById("lq-head").append(
      element("h1", {}, title),
      element("p", {}, [asOf, subtitle].filter(Boolean).join(" · ")),
      ...(tally === "" ? [] : [tallyOf(page)]),
      ...(page.data.listOnly ? [] : landquota.createSearch(page)),
    );
  }

  /** How many findings there are; a click goes to the first. */
  function tallyOf(page) {
    const show = () => page.panel.showFindings();
    return landquota.button("lq-tally", page.data.tally, show);
  }

  /** The line below: on the screen the ledger's head is short, for paper and screen readers it is whole. */
  function fillFoot({ footer, head }) {
    const parts = footer.map((part) => element("span", {}, part));
    if (head !== null) {
      const short = element("span", { className: "lq-short", ariaHidden: "true" }, head.short);
      const whole = element("span", { className: "lq-whole" }, head.whole);
      parts.push(element("span", { title: head.whole }, short, whole));
    }
    document.getElementById("lq-foot").append(...parts);
  }
})(globalThis.landquota);
