// Search by id, by name, and by what else a layer says of its features.
"use strict";

(function (landquota) {
  const { element } = landquota;
  const MOST = 12;

  /**
   * The search box with its list of hits, and the line that says what is hidden: choosing a hit
   * shows the feature, further lines hide all that is not found, or look also in what is hidden.
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
      role: "combobox",
      ariaLabel: strings.search,
      ariaExpanded: "false",
      ariaAutoComplete: "list",
    });
    input.setAttribute("aria-controls", "lq-hits");
    const list = element("ul", { id: "lq-hits", hidden: true, role: "listbox" });
    const filter = element("p", { className: "lq-filter", role: "status" });
    let options = [];
    let active = -1;

    function show(open) {
      list.hidden = !open;
      input.ariaExpanded = String(open);
    }

    function mark(index) {
      active = index;
      options.forEach(({ line }, at) => (line.ariaSelected = String(at === index)));
      options[index]?.line.scrollIntoView({ block: "nearest" });
    }

    /** What is hidden because it does not contain what was searched for; how much stays hangs on switches and zones too. */
    function sayFilter() {
      const asked = drawing.filter();
      const clear = landquota.button("", "✕", () => drawing.setFilter(""), { title: strings.all, ariaLabel: strings.all });
      filter.hidden = asked === "";
      filter.replaceChildren(`${strings.filtered} ${asked} · ${filter.hidden ? 0 : drawing.shown()} `, clear);
    }

    function refresh() {
      const asked = input.value.trim();
      const hits = drawing.search(asked, MOST);
      const nothing = hits.length > 0 ? [] : [element("li", { className: "lq-nothing" }, strings.nothing)];
      options = hits.map((feature) => option(hitLine(feature, asked), () => choose(feature)));
      if (hits.some(({ layer }) => layer.kind !== "zones")) {
        options.push(option([element("b", {}, strings.only)], () => drawing.setFilter(asked)));
      }
      if (drawing.isNarrowed()) {
        options.push(option([element("b", {}, strings.everywhere)], chooseAll));
      }
      list.replaceChildren(...nothing, ...options.map(({ line }) => line));
      mark(options.length > 0 ? 0 : -1);
      show(asked !== "");
    }

    function choose(feature) {
      input.value = feature.name || feature.id;
      page.openFeature(feature);
    }

    function chooseAll() {
      page.showAll();
      drawing.unhide();
      refresh();
    }

    function take({ choose }) {
      show(false);
      choose();
    }

    function option(content, choose) {
      const line = element("li", { role: "option" }, ...content);
      const made = { line, choose };
      // The pointer goes down before the box loses its focus and closes the list.
      line.addEventListener("mousedown", (event) => {
        event.preventDefault();
        take(made);
      });
      return made;
    }

    /** Makes all texts ready to be searched, a column at a time, while the first letter is typed. */
    async function prepare() {
      for (const column of drawing.columns()) {
        await new Promise((done) => setTimeout(done));
        column.prepare();
      }
    }

    input.addEventListener("input", refresh);
    input.addEventListener("focus", () => {
      prepare();
      if (input.value.trim() !== "") {
        refresh();
      }
    });
    input.addEventListener("blur", () => show(false));
    input.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && options.length > 0) {
        event.preventDefault();
        mark((active + step + options.length) % options.length);
      } else if (event.key === "Enter" && !list.hidden && active >= 0) {
        event.preventDefault();
        take(options[active]);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        show(false);
      }
    });
    page.map.on("choice", sayFilter);
    sayFilter();
    // On paper there is no search, but what it hides has to be said.
    return [element("div", { className: "lq-search", role: "search" }, input, list), filter];
  };

  /**
   * The features that contain `asked` in zones and in layers, each with what says which of it are offered: a
   * whole id first, then by where id or name begins, zones before others; then those that say it in a row.
   */
  landquota.findFeatures = function (zones, layers, asked, most) {
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
    layers.forEach(({ mosaic, isOffered }) => {
      const [ids, names] = [mosaic.ids(wanted), mosaic.names(wanted)];
      for (let at = 0; at < mosaic.count; at += 1) {
        if (isOffered(at)) {
          offer(rankOf(ids(at), names(at)), () => mosaic.feature(at));
        }
      }
    });
    const found = new Set(best.map(({ feature }) => feature()));
    layers.filter(() => found.size < most).forEach((layer) => findInRows(layer, wanted, most, found));
    return [...found];
  };

  /** Adds features of a layer to `found` until there are enough of them. */
  function findInRows({ mosaic, isOffered }, wanted, most, found) {
    const isIn = mosaic.rows(wanted);
    for (let at = 0; at < mosaic.count && found.size < most; at += 1) {
      if (isOffered(at) && isIn(at)) {
        found.add(mosaic.feature(at));
      }
    }
  }

  function place(text, wanted) {
    return text === wanted ? -2 : text.indexOf(wanted);
  }

  /** A whole id comes first, a whole name is one that begins so, and what is nowhere comes nowhere. */
  function rankOf(inId, inName) {
    const places = [inId, Math.max(inName, inName === -2 ? 0 : -1)].filter((at) => at !== -1);
    return places.length === 0 ? Infinity : Math.min(...places);
  }

  /** A hit, with its id or what else of it was meant. */
  function hitLine({ id, name, rows, layer }, asked) {
    const isIn = (text) => text.toLowerCase().includes(asked.toLowerCase());
    const row = isIn(id) || isIn(name) ? null : rows.find(([, value]) => isIn(value));
    const more = [row ? row.join(" ") : name && id, layer.title].filter(Boolean).join(" · ");
    return [element("span", {}, name || id), element("small", {}, more)];
  }

  /** Which features of `mosaic` contain `asked` in a text of theirs; all for nothing. */
  landquota.matcher = function (mosaic, asked) {
    const wanted = asked.trim().toLowerCase();
    if (wanted === "") {
      return () => true;
    }
    const [ids, names, rows] = [mosaic.ids(wanted), mosaic.names(wanted), mosaic.rows(wanted)];
    return (at) => ids(at) !== -1 || names(at) !== -1 || rows(at);
  };
})(globalThis.landquota);
