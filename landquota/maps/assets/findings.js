// Findings and cited facts: how they are listed in the panel, and what a click on a finding does.
"use strict";

(function (landquota) {
  const { element } = landquota;
  const MARKS = { ok: "✓", note: "i", warning: "!", error: "✕", no_data: "–" };

  /** The sign of a severity, which repeats what the word beside it says. */
  landquota.mark = function (severity) {
    return element("i", { ariaHidden: "true" }, MARKS[severity]);
  };

  /** A severity as a word with its sign. */
  landquota.badge = function ({ severity, text }) {
    return element("span", { className: `lq-badge lq-${severity}` }, landquota.mark(severity), text);
  };

  /** A list of findings that can be folded away; nothing where there are none. */
  landquota.findingList = function (page, findings) {
    if (findings.length === 0) {
      return null;
    }
    return element(
      "details",
      { className: "lq-findings", open: true },
      element("summary", {}, counted(page.data.strings.findings, findings)),
      element("ul", {}, ...findings.map((finding) => item(page, finding))),
    );
  };

  /** Cited sentences, folded; nothing where there are none. */
  landquota.factList = function (page, facts) {
    if (facts.length === 0) {
      return null;
    }
    return element(
      "details",
      { className: "lq-facts" },
      element("summary", {}, counted(page.data.strings.facts, facts)),
      element("ul", {}, ...facts.map((fact) => element("li", {}, fact))),
    );
  };

  function counted(word, things) {
    return `${word} · ${things.length}`;
  }

  function item(page, { severity, word, code, text, remedy, kind, features, point }) {
    const found = kind === null ? [] : page.drawing.named(kind, features);
    const place = point === null ? null : [point[1], point[0]];
    // Under a heading that says them, a finding has neither word nor code of its own.
    const said = code === "" ? [text] : [text, " ", element("small", {}, code)];
    const fly = () => {
      page.trail.go(2, text, () => page.flyTo(found, place));
      choose(page, made);
    };
    const isNowhere = found.length === 0 && place === null;
    const named = isNowhere
      ? element("span", { className: "lq-found" }, ...said)
      : landquota.button("lq-found", said, fly, { on: { keydown: step } });
    const made = element(
      "li",
      { className: word === "" ? "lq-finding lq-bare" : "lq-finding" },
      word === "" ? null : landquota.badge({ severity, text: word }),
      named,
      remedy === ""
        ? null
        : element("details", {}, element("summary", {}, page.data.strings.remedy), element("p", {}, remedy)),
    );
    made.dataset.severity = severity;
    page.listed.push({ severity, text, place, found, made, named });
    return made;
  }

  /** Shows which finding of the list the map is at. */
  function choose(page, made) {
    page.listed.forEach((one) => one.made.classList.toggle("lq-at", one.made === made));
  }

  /** Up and down go to the findings before and after. */
  function step(event) {
    const away = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = [...document.querySelectorAll("button.lq-found")].filter((one) => one.offsetParent !== null);
    const next = away && all[all.indexOf(event.currentTarget) + away];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }

  /** Brings a finding of the list into sight, for a click on its mark. */
  landquota.showListed = function (page, { made, named, found, place }) {
    page.map.closePopup();
    page.drawing.highlight("chosen", found, place);
    made.closest("details.lq-findings").open = true;
    made.scrollIntoView({ block: "center" });
    choose(page, made);
    named.focus({ preventScroll: true });
  };
})(globalThis.landquota);
