// The page by keyboard: its shortcuts, and the window that lists them.
"use strict";

(function (landquota) {
  const { element } = landquota;

  /** Listens for the page's keys; what is typed into a box stays there, and Enter is a button's own. */
  landquota.listenToKeys = function (page) {
    const { map, measure, trail } = page;
    const actions = {
      "/": () => document.getElementById("lq-search").focus(),
      "?": page.showHelp,
      0: page.showAll,
      m: measure.toggle,
      l: page.copyLink,
      enter: () => page.clickAt(map.getCenter(), true),
      escape: () => (map._popup?.isOpen() ? map.closePopup() : trail.back()),
    };

    function actionOf({ key, target }) {
      const name = key.toLowerCase();
      const isTheirs = target.closest("dialog, input:not([type=checkbox])") || (name === "enter" && target !== map.getContainer());
      return isTheirs ? null : measure.action(key, target) || (Object.hasOwn(actions, name) ? actions[name] : null);
    }

    document.addEventListener("keydown", (event) => {
      const isTaken = event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey;
      const action = isTaken ? null : actionOf(event);
      if (action !== null) {
        event.preventDefault();
        action();
      }
    });
  };

  /** The window that lists the keys. */
  landquota.showHelp = function ({ strings }) {
    const keys = [
      ["/", strings.search],
      ["← ↑ ↓ →", strings.pan],
      ["+ −", `${strings.zoomIn} · ${strings.zoomOut}`],
      ["Enter", strings.middle],
      ["Esc", strings.back],
      ["0", strings.home],
      ["M", strings.measure],
      ["L", strings.link],
      ["?", strings.help],
    ];
    landquota.openDialog(strings, strings.help, landquota.attributeList(keys));
  };

  /** The window with the page's address, which is copied or, where that is refused, ready to be copied. */
  landquota.copyLink = function ({ strings }) {
    const address = element("input", { value: location.href, readOnly: true, ariaLabel: strings.link });
    const said = element("p", { role: "status" });
    landquota.openDialog(strings, strings.link, address, said);
    address.select();
    said.textContent = document.execCommand("copy") ? strings.copied : strings.copy;
  };

  /** A window above the page; Escape and its button close it, and the focus goes back to where it was. */
  landquota.openDialog = function (strings, title, ...content) {
    const close = landquota.button("", strings.close, () => made.close());
    const made = element("dialog", { className: "lq-dialog", ariaLabel: title }, element("h2", {}, title), ...content, close);
    made.addEventListener("close", () => made.remove());
    document.body.append(made);
    made.showModal();
  };
})(globalThis.landquota);
