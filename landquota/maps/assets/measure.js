// Measuring on the map: the length of a line and the area that it encloses, on the ellipsoid.
"use strict";

(function (landquota) {
  const { element } = landquota;
  const INK = "#14202e";
  // Two clicks so near each other are one: a double click ends the line where it stands.
  const SAME_PX = 4;
  const DIGITS = 5;

  /**
   * What measures on the page's map.
   *
   * toggle()    starts measuring, or ends it and clears the map
   * isOn()      whether clicks on the map are points to be measured
   * action(key, target)  what a key that is pressed on `target` does while measuring, or null
   * shown       the element with the figures
   */
  landquota.createMeasure = function ({ map, data: { strings, units } }) {
    const area = L.polygon([], { interactive: false, stroke: false, fillColor: "#1b5a82", fillOpacity: 0.25 });
    const lines = [
      { color: "#ffffff", weight: 5 },
      { color: INK, weight: 2.5, dashArray: "7 5" },
    ].map((look) => L.polyline([], { ...look, interactive: false }));
    const drawn = L.layerGroup([area, ...lines]);
    const shown = element("output", { className: "lq-measure", hidden: true });
    let points = [];
    let pointer = null;
    let [isOn, isDone] = [false, false];

    function show() {
      const places = pointer === null || isDone || !isFar(pointer) ? points : [...points, pointer];
      area.setLatLngs(places.length > 2 ? places : []);
      lines.forEach((line) => line.setLatLngs(isDone && places.length > 2 ? [...places, places[0]] : places));
      shown.replaceChildren(...figures(places.map(landquota.toGround)).map((line) => element("div", {}, line)), element("small", {}, isDone ? strings.measured : strings.measuring));
    }

    function figures(places) {
      if (places.length < 2) {
        return [];
      }
      const length = `${strings.length} ${lengthText(landquota.lengthOf(places), units)}`;
      if (places.length < 3) {
        return [length];
      }
      return [length, landquota.crossesItself(places) ? strings.crossing : `${strings.area} ${areaText(landquota.areaOf(places), units)}`];
    }

    /** Whether a place is not where the line has come to. */
    function isFar(place) {
      const [from, to] = [points.at(-1) || [90, 0], place].map((one) => map.latLngToContainerPoint(one));
      return from.distanceTo(to) >= SAME_PX;
    }

    function add(place) {
      points = isDone ? [] : points;
      isDone = false;
      if (isFar(place)) {
        points.push(place);
      }
      show();
    }

    function end() {
      isDone = points.length > 1;
      show();
    }

    function toggle() {
      isOn = !isOn;
      [points, pointer, isDone] = [[], null, false];
      map.doubleClickZoom[isOn ? "disable" : "enable"]();
      map.getContainer().classList.toggle("lq-measuring", isOn);
      shown.hidden = !isOn;
      drawn[isOn ? "addTo" : "removeFrom"](map);
      show();
      if (isOn) {
        map.closePopup();
        map.getContainer().focus({ preventScroll: true });
      }
    }

    const actions = {
      Enter: end,
      Escape: toggle,
      " ": () => add(map.getCenter()),
      Backspace() {
        isDone = false;
        points.pop();
        show();
      },
    };

    function action(key, target) {
      return isOn && [map.getContainer(), document.body].includes(target) ? actions[key] || null : null;
    }

    function follow(place) {
      if (isOn && !isDone) {
        pointer = place;
        show();
      }
    }

    map.on("click", ({ latlng }) => isOn && add(latlng));
    map.on("dblclick", () => isOn && end());
    map.on("mousemove", ({ latlng }) => follow(latlng));
    map.on("mouseout", () => follow(null));
    return Object.freeze({ toggle, action, shown, isOn: () => isOn });
  };

  /** Metres in the unit that fits. */
  function lengthText(metres, units) {
    return metres < 1000 ? said(metres, units.m) : said(metres / 1000, units.km);
  }

  /** Square metres in mu, and in the metric unit that fits. */
  function areaText(metres, units) {
    const [size, unit] = [[1e6, units.km2], [1e4, units.ha], [1, units.m2]].find(([least]) => metres >= least || least === 1);
    return `${said((metres * 3) / 2000, units.mu)} = ${said(metres / size, unit)}`;
  }

  /** As many digits as a click on a screen can give. */
  function said(value, unit) {
    return `${Number(value.toPrecision(DIGITS))} ${unit}`;
  }

  /** Whether the ring of `places` crosses itself, so that what it encloses is no area. */
  landquota.crossesItself = function (places) {
    const edges = places.map((place, at) => [places.at(at - 1), place]);
    const side = ([a, b], c) => Math.sign((b.lng - a.lng) * (c.lat - a.lat) - (b.lat - a.lat) * (c.lng - a.lng));
    const parts = (edge, [from, to]) => side(edge, from) * side(edge, to) < 0;
    return edges.some((one, at) => edges.slice(at + 1).some((other) => parts(one, other) && parts(other, one)));
  };
})(globalThis.landquota);
