// The permalink: what the page shows, in its address behind "#", to be sent on and opened again.
"use strict";

(function (landquota) {
  // A step of the fifth decimal is a metre; a browser takes only so many changes of the address in a while.
  const DECIMALS = 5;
  const REST_MS = 300;
  const LONGEST_NOTICE = 200;

  /**
   * Shows what the address says, and from then on keeps it at what the page shows:
   *
   * at=lat,lng,zoom    the view
   * zone=id            the chosen zone
   * feature=layer/id   the feature whose popup is open
   * off=layer/class    a class that is switched off; each has its own
   * only=text          what all that is shown contains
   *
   * What the page does not have is left out, with a notice. Returns a function that brings the address up to date.
   */
  landquota.followAddress = function (page) {
    let waiting = null;

    function write() {
      clearTimeout(waiting);
      history.replaceState(null, "", `#${landquota.addressOf(page)}`);
    }

    function soon() {
      clearTimeout(waiting);
      waiting = setTimeout(write, REST_MS);
    }

    page.map.on("moveend choice", soon);
    globalThis.addEventListener("hashchange", () => {
      page.showAll();
      page.drawing.unhide();
      read(page);
    });
    read(page);
    soon();
    return write;
  };

  /** What the page shows, as it is written behind "#". */
  landquota.addressOf = function ({ map, drawing, data }) {
    const { lat, lng } = landquota.toGround(map.getCenter());
    const [[feature, ...more]] = drawing.highlighted("chosen");
    const isOpen = feature && more.length === 0 && map._popup?.isOpen();
    const said = [
      ["at", [lat.toFixed(DECIMALS), lng.toFixed(DECIMALS), Number(map.getZoom().toFixed(2))].join()],
      ["zone", drawing.zone()],
      ["feature", isOpen ? `${feature.layer.id}/${feature.id}` : null],
      ["only", drawing.filter() || null],
      ...classes(data).map(({ name, look }) => ["off", drawing.isOn(look) ? null : name]),
    ];
    const readable = (escaped) => decodeURIComponent(escaped);
    return new URLSearchParams(said.filter(([, value]) => value !== null)).toString().replace(/%2C|%2F/g, readable);
  };

  function classes({ layers }) {
    return layers.flatMap((layer) => layer.classes.map((look, index) => ({ name: `${layer.id}/${look.key}`, look, layer, index })));
  }

  function read(page) {
    const asked = [...new URLSearchParams(location.hash.slice(1))];
    // The view comes first: with it, nothing else moves the map.
    const hasView = asked.some(([name, value]) => name === "at" && showView(page, value));
    const showers = { at: () => hasView, zone: showZone, feature: showFeature, off: switchOff, only: showOnly };
    const unknown = asked.filter(([name, value]) => !(Object.hasOwn(showers, name) && showers[name](page, value, hasView)));
    if (unknown.length > 0) {
      const list = unknown.map((pair) => pair.join("=")).join(" · ");
      page.say(`${page.data.strings.unknown} ${list.slice(0, LONGEST_NOTICE)}`);
    }
  }

  function showView({ map }, value) {
    const [lat, lng, zoom, ...more] = value.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
    const isView = more.length === 0 && Math.abs(lat) <= 85 && Math.abs(lng) <= 180 && Math.abs(zoom) <= map.getMaxZoom();
    if (isView) {
      map.setView(landquota.toShown({ lat, lng }), zoom, { animate: false });
    }
    return isView;
  }

  function showZone(page, id, hasView) {
    const zone = page.drawing.zones.find((feature) => feature.id === id);
    if (zone && hasView) {
      page.trail.go(1, zone.name || id, () => page.selectZone(id));
    } else if (zone) {
      page.openZone(zone);
    }
    return zone;
  }

  function showFeature(page, value, hasView) {
    const layer = page.data.layers.find(({ id }) => value.startsWith(`${id}/`));
    const feature = layer && page.drawing.one(layer, value.slice(layer.id.length + 1));
    if (feature && hasView && feature.box !== null) {
      landquota.openPopup(page, feature.box.getCenter(), [feature]);
    } else if (feature) {
      page.openFeature(feature);
    }
    return feature;
  }

  function switchOff({ data, drawing }, name) {
    const found = classes(data).find((one) => one.name === name);
    if (found) {
      drawing.setClassVisible(found.layer, found.index, false);
    }
    return found;
  }

  function showOnly({ drawing }, asked) {
    drawing.setFilter(asked);
    return true;
  }
})(globalThis.landquota);
