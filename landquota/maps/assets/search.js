// Search by id or name.
"use strict";

(function (landquota) {
  const { element } = landquota;
  const MOST = 12;

  /**
   * The search box with its list of hits, and the line that says what is hidden: choosing a hit
   * shows the feature, the last line of the list hides all that is not found.
   */
  landquota.createSearch = function (page) {
    const { drawing, data } = page;
    const { strings } = data;
    const input = element("input", {
      type: "search",
      id: "lq-search",
      placeholder: strings.search,
      autocomplete: "off",
      spellcheck: false,
      attributes: {
        "aria-label": strings.search,
        role: "combobox",
        "aria-expanded": "false",
        "aria-controls": "lq-hits",
        "aria-autocomplete": "list",
      },
    });
    const list = element("ul", { id: "lq-hits", hidden: true, attributes: { role: "listbox" } });
    const filter = element("p", { className: "lq-filter", hidden: true });
    let options = [];
    let active = -1;

    function show(open) {
      list.hidden = !open;
      input.setAttribute("aria-expanded", String(open));
    }

    function mark(index) {
      active = index;
      [...list.children].forEach((child, at) => child.setAttribute("aria-selected", String(at === index)));
      if (index >= 0) {
        list.children[index].scrollIntoView({ block: "nearest" });
      }
    }

    function choose(feature) {
      input.value = feature.name || feature.id;
      page.openFeature(feature);
    }

    /** Shows on the map only what contains `asked`, and says so; everything for nothing. */
    function showOnly(asked) {
      const count = drawing.setFilter(asked);
      const clear = { type: "button", title: strings.all, attributes: { "aria-label": strings.all }, on: { click: () => showOnly("") } };
      filter.hidden = asked === "";
      filter.replaceChildren(`${strings.filtered} ${asked} · ${count} `, element("button", clear, "✕"));
    }

    function refresh() {
      const asked = input.value.trim();
      const hits = drawing.search(asked, MOST);
      options = hits.map((feature) => ({ content: hit(feature), choose: () => choose(feature) }));
      if (hits.some(({ layer }) => layer.kind !== "zones")) {
        options.push({ content: [element("b", {}, strings.only)], choose: () => showOnly(asked) });
      }
      const lines = options.map(option);
      list.replaceChildren(...(lines.length > 0 ? lines : [element("li", { className: "lq-nothing" }, strings.nothing)]));
      mark(lines.length > 0 ? 0 : -1);
      show(asked !== "");
    }

    function take(chosen) {
      show(false);
      chosen.choose();
    }

    function option(one) {
      const line = element("li", { attributes: { role: "option", "aria-selected": "false" } }, ...one.content);
      // The pointer goes down before the box loses its focus and closes the list.
      line.addEventListener("mousedown", (event) => {
        event.preventDefault();
        take(one);
      });
      return line;
    }

    input.addEventListener("input", refresh);
    input.addEventListener("focus", () => input.value.trim() !== "" && refresh());
    input.addEventListener("blur", () => show(false));
    input.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && options.length > 0) {
        event.preventDefault();
        mark((active + step + options.length) % options.length);
      } else if (event.key === "Enter" && !list.hidden && active >= 0) {
        event.preventDefault();
        take(options[active]);
      } else if (event.key === "Escape") {
        show(false);
      }
    });
    // On paper there is no search, but what it hides has to be said.
    return [element("div", { className: "lq-search", attributes: { role: "search" } }, input, list), filter];
  };

  /** The features whose id or name contains `asked`: a whole id first, then by where it begins; zones before others. */
  landquota.findFeatures = function (zones, mosaics, asked, most) {
    const wanted = asked.trim().toLowerCase();
    const best = [];
    if (wanted === "") {
      return best;
    }
    const offer = (rank, feature) => {
      if (rank < Infinity && (best.length < most || rank < best.at(-1).rank)) {
        const place = best.findIndex((other) => other.rank > rank);
        best.splice(place < 0 ? best.length : place, 0, { rank, feature });
        best.length = Math.min(best.length, most);
      }
    };
    zones.forEach((zone) => offer(rankOf(...[zone.id, zone.name].map((text) => place(text.toLowerCase(), wanted))), () => zone));
    mosaics.forEach((mosaic) => {
      const [ids, names] = [mosaic.ids(wanted), mosaic.names(wanted)];
      for (let at = 0; at < mosaic.count; at += 1) {
        offer(rankOf(ids(at), names(at)), () => mosaic.feature(at));
      }
    });
    return best.map(({ feature }) => feature());
  };

  function place(text, wanted) {
    return text === wanted ? -2 : text.indexOf(wanted);
  }

  /** A whole id comes first, a whole name is one that begins so, and what is nowhere comes nowhere. */
  function rankOf(inId, inName) {
    const places = [inId, Math.max(inName, inName === -2 ? 0 : -1)].filter((at) => at !== -1);
    return places.length === 0 ? Infinity : Math.min(...places);
  }

  function hit(feature) {
    const more = [feature.name ? feature.id : "", feature.layer.title].filter(Boolean).join(" · ");
    return [element("span", {}, feature.name || feature.id), element("small", {}, more)];
  }

  /** Which features of `mosaic` contain `asked` in their id or name; all for nothing. */
  landquota.matcher = function (mosaic, asked) {
    const wanted = asked.trim().toLowerCase();
    if (wanted === "") {
      return () => true;
    }
    const [ids, names] = [mosaic.ids(wanted), mosaic.names(wanted)];
    return (at) => ids(at) !== -1 || names(at) !== -1;
  };
})(globalThis.landquota);
