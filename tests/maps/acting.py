"""What a reader does with a page in the tests: pointing, clicking, typing, reading."""

from __future__ import annotations

import json
from collections.abc import Callable

from browser import Tab

#: Shows a view in a tab of its own.
Open = Callable[..., Tab]

#: The keys that type or press something, with what they type.
_TYPED = {"Enter": "\r", " ": " "}


def pixel(tab: Tab, lon: float, lat: float) -> tuple[float, float]:
    """Return where a point of the map is in the window."""
    place = tab.evaluate(
        f"(() => {{ const p = landquota.page.map.latLngToContainerPoint([{lat}, {lon}]);"
        "const box = landquota.page.map.getContainer().getBoundingClientRect();"
        "return [box.left + p.x, box.top + p.y]; })()"
    )
    return place[0], place[1]


def click(tab: Tab, lon: float, lat: float) -> None:
    """Click a point of the map, and wait until it has moved to bring its popup into sight."""
    tab.click(*pixel(tab, lon, lat))
    tab.until("!(landquota.page.map._panAnim && landquota.page.map._panAnim._inProgress)")


def click_on(tab: Tab, selector: str) -> None:
    """Click the middle of the first element that `selector` finds."""
    place = tab.evaluate(
        f"(() => {{ const found = document.querySelector({json.dumps(selector)});"
        "found.scrollIntoView({block: 'nearest'}); const box = found.getBoundingClientRect();"
        "return [box.left + box.width / 2, box.top + box.height / 2]; })()"
    )
    tab.click(*place)


def texts(tab: Tab, selector: str) -> list[str]:
    found: list[str] = tab.evaluate(
        f"[...document.querySelectorAll({json.dumps(selector)})].map((one) => one.textContent)"
    )
    return found


def box_of(tab: Tab, selector: str) -> dict[str, float]:
    found: dict[str, float] = tab.evaluate(
        f"document.querySelector({json.dumps(selector)}).getBoundingClientRect().toJSON()"
    )
    return found


def press(tab: Tab, *keys: str) -> None:
    """Press keys as a keyboard does: they act on buttons, and letters arrive as text."""
    for key in keys:
        text = _TYPED.get(key, key if len(key) == 1 else "")
        code = {"Enter": 13, "Escape": 27, "Backspace": 8, "Tab": 9}.get(key, ord(key[0].upper()))
        for kind in ("keyDown", "keyUp"):
            typed = {"text": text} if text and kind == "keyDown" else {}
            tab.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **typed)
    tab.settle()


def focus(tab: Tab, selector: str) -> None:
    """Give the focus to the first element in sight that `selector` finds."""
    found = f"[...document.querySelectorAll({json.dumps(selector)})].find((one) => one.offsetParent !== null)"
    tab.evaluate(f"{found}.focus()")


def focused(tab: Tab) -> str:
    """Return the text of what has the focus."""
    text: str = tab.evaluate("document.activeElement.textContent")
    return text


def view_of(tab: Tab) -> tuple[float, float, float]:
    """Return longitude and latitude of the map's middle, and its zoom."""
    lon, lat, zoom = tab.evaluate(
        "(() => { const { map } = landquota.page; const at = map.getCenter();"
        "return [at.lng, at.lat, map.getZoom()]; })()"
    )
    return lon, lat, zoom
