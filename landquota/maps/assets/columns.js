// Attributes by column: a feature's text in a column, and where texts contain what is searched for.
"use strict";

(function (landquota) {
  /**
   * A column of a block; `name` is what its sections begin with.
   *
   * text(at)        the text at a position
   * ranks(wanted)   a function from positions to where in their text `wanted` (in lower case)
   *                 begins; -1 where nowhere, -2 where it is the whole text
   * prepare()       does what the first search would have to do first
   */
  landquota.createColumn = function (layout, sections, name) {
    const strings = layout.kind === "texts" ? listed(sections, name) : written(layout, sections, name);
    let searched = null;

    function prepare() {
      searched = searched || strings.whole();
      return searched;
    }

    function ranks(wanted) {
      const ranked = rankAll(prepare(), wanted);
      return (at) => ranked[strings.which(at)];
    }
    return Object.freeze({ text: (at) => strings.string(strings.which(at)), ranks, prepare });
  };

  /** Different texts, one after another in one string. */
  function listed(sections, name) {
    const all = sections[`${name}.text`];
    const starts = landquota.startsOf(sections[`${name}.sizes`]);
    const indices = sections[`${name}.which`];
    return {
      string: (index) => all.slice(starts[index], starts[index + 1]),
      which: indices === undefined ? (at) => at : (at) => indices[at],
      whole: () => ({ all: lowered(all), starts }),
    };
  }

  /** Texts that differ only in their numbers. */
  function written({ literals, numbers }, sections, name) {
    const values = numbers.map((_, place) => sections[`${name}.${place}`]);
    const string = (at) =>
      numbers.reduce((text, number, place) => text + digits(values[place][at], number) + literals[place + 1], literals[0]);

    function whole() {
      const texts = Array.from(values[0], (_, at) => string(at));
      return { all: lowered(texts.join("")), starts: landquota.startsOf(texts.map((text) => text.length)) };
    }
    return { string, which: (at) => at, whole };
  }

  function digits(value, { decimals, trimmed, width }) {
    const all = String(value).padStart(Math.max(width, decimals + 1), "0");
    if (decimals === 0) {
      return all;
    }
    const fraction = all.slice(-decimals);
    return `${all.slice(0, -decimals)}.${trimmed ? fraction.replace(/0+$/, "") || "0" : fraction}`;
  }

  /** In lower case and as long as before: there is one letter that grows. */
  function lowered(text) {
    return text.replaceAll("\u0130", "i").toLowerCase();
  }

  /** One search through all texts at once; a hit that runs over an end does not count. */
  function rankAll({ all, starts }, wanted) {
    const ranked = new Int32Array(starts.length - 1).fill(-1);
    let index = 0;
    for (let at = all.indexOf(wanted); at >= 0; at = all.indexOf(wanted, at)) {
      index = indexOf(starts, at, index);
      if (at + wanted.length <= starts[index + 1]) {
        const isWhole = starts[index + 1] - starts[index] === wanted.length;
        ranked[index] = isWhole ? -2 : at - starts[index];
        at = starts[index + 1];
      } else {
        at += 1;
      }
    }
    return ranked;
  }

  /** The last of the ascending `starts` that is not behind `at`, at or after `low`; soon where it is near. */
  function indexOf(starts, at, low) {
    let step = 1;
    while (starts[low + step] <= at) {
      step *= 2;
    }
    let high = Math.min(low + step, starts.length - 2);
    low += step >> 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      [low, high] = starts[middle] <= at ? [middle, high] : [low, middle - 1];
    }
    return low;
  }
})(globalThis.landquota);
