// The panel: per zone and holder the figures, and behind each figure its entries.
"use strict";

(function (landquota) {
  const { element } = landquota;
  // From so many columns on a table is set tighter.
  const WIDE = 8;

  /**
   * Fills the panel. `select` folds it to one zone, or unfolds it for null; `showFindings` goes to the worst
   * of them, `showEntry` to an entry behind a figure, in the section of the chosen zone if it is there.
   */
  landquota.createPanel = function (page, place) {
    const { data } = page;
    const sections = data.panels.map((panel) => ({ panel, ...section(page, panel) }));
    const facts = landquota.factList(page, data.facts);
    place.append(...sections.map(({ made }) => made), ...(facts === null ? [] : [facts]));

    function has(zone) {
      return zone !== null && sections.some(({ panel }) => panel.zone === zone);
    }

    function select(zone) {
      const chosen = has(zone) ? zone : null;
      sections.forEach(({ panel, made, body }) => {
        const open = chosen === null || panel.zone === chosen;
        made.classList.toggle("lq-chosen", chosen !== null && open);
        body.hidden = !open;
        if (chosen !== null && open) {
          made.scrollIntoView({ block: "nearest" });
        }
      });
    }

    function showFindings() {
      page.selectZone(null);
      place.querySelectorAll(".lq-findings").forEach((list) => Object.assign(list, { open: true }));
      const worst = ["error", "warning", "note"].map((severity) => place.querySelector(`.lq-finding[data-severity=${severity}]`));
      worst.filter(Boolean).slice(0, 1).forEach((found) => found.scrollIntoView({ block: "center" }));
    }

    function showEntry(at) {
      const found = page.behind.filter((one) => one.at === at);
      const { made } = found.find((one) => one.made.closest(".lq-chosen")) || found[0];
      const { panel } = sections.find((one) => one.made.contains(made));
      page.trail.go(2, data.entries[at].text, () => {
        page.map.closePopup();
        page.selectZone(panel.zone);
        page.disclosed.filter(({ detail }) => detail.contains(made)).forEach(({ show }) => show(true));
        made.scrollIntoView({ block: "center" });
        made.firstChild.focus({ preventScroll: true });
      });
    }

    return { has, select, showEntry, showFindings };
  };

  function section(page, panel) {
    const zones = page.drawing.zones.filter((feature) => panel.zone !== null && feature.id === panel.zone);
    const body = element(
      "div",
      {},
      ...panel.subtitle.map((line) => element("p", { className: "lq-sub" }, line)),
      ...panel.tables.map((table) => tableOf(page, table)),
      ...panel.notes.map((note) => noteOf(page, note)),
      landquota.findingList(page, panel.findings),
      landquota.factList(page, panel.facts),
      ...zones.filter((zone) => zone.rows.length > 0).map((zone) => attributes(page, zone)),
    );
    const name =
      zones.length > 0
        ? landquota.button("lq-zone", panel.name, () => page.openZone(zones[0]))
        : element("span", {}, panel.name);
    const heading = element("h2", {}, name, panel.verdict ? landquota.badge(panel.verdict) : null);
    return { made: element("section", { className: "lq-section" }, heading, body), body };
  }

  function attributes(page, zone) {
    const list = landquota.attributeList(zone.rows);
    return element("details", {}, element("summary", {}, page.data.strings.attributes), list);
  }

  function tableOf(page, { heading, columns, rows }) {
    const head = element("tr", {}, ...columns.map((column) => element("th", { scope: "col" }, column)));
    const made = element(
      "table",
      {},
      heading ? element("caption", {}, heading) : null,
      element("thead", {}, head),
      element("tbody", {}, ...rows.flatMap((row) => tableRow(page, row, columns.length))),
    );
    const className = columns.length >= WIDE ? "lq-table lq-wide" : "lq-table";
    return element("div", { className }, made);
  }

  /** A table row, followed by one hidden row per cell that has entries to show. */
  function tableRow(page, { label, cells }, width) {
    const details = [];
    const shown = cells.map(({ text, entries, severity }) => {
      if (entries.length === 0) {
        return element("td", {}, severity ? landquota.badge({ severity, text }) : text);
      }
      const list = element("td", { colSpan: width }, landquota.entryList(page, entries));
      const detail = element("tr", { className: "lq-detail" }, list);
      details.push(detail);
      return element("td", {}, landquota.discloseButton(page, "lq-figure", text, detail));
    });
    return [element("tr", {}, element("th", { scope: "row" }, label), ...shown), ...details];
  }

  function noteOf(page, { text, severity, entries }) {
    const className = `lq-note lq-${severity}`;
    const mark = landquota.mark(severity);
    if (entries.length === 0) {
      return element("p", { className }, mark, element("span", {}, text));
    }
    const detail = element("div", {}, landquota.entryList(page, entries));
    return element("div", { className }, mark, landquota.discloseButton(page, "lq-said", text, detail), detail);
  }
})(globalThis.landquota);
