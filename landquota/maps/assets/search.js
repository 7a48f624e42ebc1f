// Search by id or name.
"use strict";

(function (landquota) {
  const { element } = landquota;
  const MOST = 12;

  /** The search box with its list of hits; choosing one shows the feature. */
  landquota.createSearch = function (page) {
    const { strings } = page.data;
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
    let hits = [];
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
      show(false);
      input.value = feature.name || feature.id;
      page.openFeature(feature);
    }

    function refresh() {
      hits = find(page.drawing.features, input.value);
      const lines = hits.map((feature) => hit(feature, () => choose(feature)));
      list.replaceChildren(...(lines.length > 0 ? lines : [element("li", { className: "lq-nothing" }, strings.nothing)]));
      mark(lines.length > 0 ? 0 : -1);
      show(input.value.trim() !== "");
    }

    input.addEventListener("input", refresh);
    input.addEventListener("focus", () => input.value.trim() !== "" && refresh());
    input.addEventListener("blur", () => show(false));
    input.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && hits.length > 0) {
        event.preventDefault();
        mark((active + step + hits.length) % hits.length);
      } else if (event.key === "Enter" && !list.hidden && active >= 0) {
        event.preventDefault();
        choose(hits[active]);
      } else if (event.key === "Escape") {
        show(false);
      }
    });
    return element("div", { className: "lq-search", attributes: { role: "search" } }, input, list);
  };

  /** The features whose id or name contains `asked`; a whole id first, then by where it begins. */
  function find(features, asked) {
    const wanted = asked.trim().toLowerCase();
    if (wanted === "") {
      return [];
    }
    const rank = (feature) => {
      const places = [feature.id, feature.name].map((text) => text.toLowerCase().indexOf(wanted)).filter((at) => at >= 0);
      return feature.id.toLowerCase() === wanted ? -1 : Math.min(Infinity, ...places);
    };
    return features
      .map((feature) => ({ feature, rank: rank(feature) }))
      .filter((found) => found.rank < Infinity)
      .sort((a, b) => a.rank - b.rank)
      .slice(0, MOST)
      .map((found) => found.feature);
  }

  function hit(feature, choose) {
    const made = element(
      "li",
      { attributes: { role: "option", "aria-selected": "false" } },
      element("span", {}, feature.name || feature.id),
      element("small", {}, [feature.name ? feature.id : "", feature.layer.title].filter(Boolean).join(" · ")),
    );
    // The pointer goes down before the box loses its focus and closes the list.
    made.addEventListener("mousedown", (event) => {
      event.preventDefault();
      choose();
    });
    return made;
  }
})(globalThis.landquota);
