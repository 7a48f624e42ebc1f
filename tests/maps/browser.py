"""A headless Chromium without a network, driven over DevTools' own pipe.

The pipe (`--remote-debugging-pipe`, messages end with NUL) needs no port and no library.
"""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--remote-debugging-pipe",
)
# Chromium reads commands from descriptor 3 and answers on 4; the pair is put there before it starts.
# (The command pipe is made first and takes the lowest number free: the answers' end is never 3.)
_LAUNCH = "import os, sys; r, w, *rest = sys.argv[1:]; os.dup2(int(r), 3); os.dup2(int(w), 4); os.execvp(rest[0], rest)"
_TIMEOUT_S = 60.0


class Pipe:
    """Commands and events over a pair of descriptors."""

    def __init__(self, reads: int, writes: int, *, patience_s: float = _TIMEOUT_S) -> None:
        self.patience_s = patience_s
        self._reads = reads
        self._writes = writes
        self._buffer = b""
        self._last = 0
        self._events: list[dict[str, Any]] = []

    def call(self, method: str, session: str | None = None, **params: object) -> dict[str, Any]:
        """Return the result of a command; events that come meanwhile are kept."""
        self._last += 1
        wanted = self._last
        message: dict[str, object] = {"id": wanted, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        os.write(self._writes, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next(time.monotonic() + self.patience_s)
            if answer.get("id") != wanted:
                self._events.append(answer)
                continue
            if "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']}")
            result: dict[str, Any] = answer["result"]
            return result

    def wait(self, seconds: float) -> None:
        """Keep the events of the next `seconds`."""
        deadline = time.monotonic() + seconds
        while select.select([self._reads], [], [], max(0.0, deadline - time.monotonic()))[0]:
            self._events.append(self._next(deadline + self.patience_s))

    def take_events(self, session: str) -> list[dict[str, Any]]:
        """Return the events of a session that came since the last call."""
        taken = [event for event in self._events if event.get("sessionId") == session]
        self._events = [event for event in self._events if event.get("sessionId") != session]
        return taken

    def _next(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._reads], [], [], max(0.0, deadline - time.monotonic()))
            received = os.read(self._reads, 1 << 16) if ready else b""
            if not received:
                raise TimeoutError("Chromium does not answer")
            self._buffer += received
        line, self._buffer = self._buffer.split(b"\0", 1)
        message: dict[str, Any] = json.loads(line)
        return message


@dataclass
class Tab:
    """One page in the browser, with everything that it asked for and complained about."""

    pipe: Pipe
    session: str
    size: tuple[int, int] = (0, 0)
    _seen: dict[str, list[str]] = field(default_factory=lambda: {"requests": [], "errors": []})

    def call(self, method: str, **params: object) -> dict[str, Any]:
        return self.pipe.call(method, self.session, **params)

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression (a promise is awaited)."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def wait(self, seconds: float) -> None:
        """Let the page go on by itself."""
        self.pipe.wait(seconds)

    def until(self, expression: str) -> Any:
        """Return the first truthy value of `expression`, asked once per drawn frame."""
        deadline = time.monotonic() + _TIMEOUT_S
        while time.monotonic() < deadline:
            value = self.evaluate(expression)
            if value:
                return value
            self.evaluate("new Promise((done) => requestAnimationFrame(() => done()))")
        raise TimeoutError(f"{expression}: {self.complaints()}")

    def open(self, file: Path, *, width: int, height: int, touch: bool = False, behind: str = "") -> None:
        self.size = (width, height)
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=touch)
        self.call("Emulation.setTouchEmulationEnabled", enabled=touch)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
        self.call("Page.navigate", url=file.resolve().as_uri() + behind)
        self.until("document.readyState === 'complete' && document.documentElement.dataset.features !== undefined")
        self.paint()

    def close(self) -> None:
        self.call("Page.close")

    def click(self, x: float, y: float) -> None:
        self.move(x, y)
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self.settle()

    def move(self, x: float, y: float) -> None:
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def press(self, key: str, code: int) -> None:
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def settle(self) -> None:
        """Wait for two drawn frames."""
        frame = "requestAnimationFrame(() => requestAnimationFrame(() => done()))"
        self.evaluate(f"new Promise((done) => {frame})")

    def paint(self) -> None:
        """Wait until all features in sight are drawn."""
        self.until("landquota.page.drawing.isPainted()")

    def screenshot(self, file: Path) -> None:
        self.settle()
        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def requests(self) -> list[str]:
        """Return the addresses that the page asked for, in order, but for what the page itself holds."""
        self._sort_events()
        return [url for url in self._seen["requests"] if not url.startswith(("data:", "blob:null/"))]

    def complaints(self) -> list[str]:
        """Return exceptions, console errors and warnings, and policy violations."""
        self._sort_events()
        return self._seen["errors"]

    def _sort_events(self) -> None:
        self.call("Page.bringToFront")  # a page in the background draws no frames
        self.settle()
        for event in self.pipe.take_events(self.session):
            if event["method"] in _READERS:
                kind, reader = _READERS[event["method"]]
                self._seen[kind].extend(reader(event["params"]))


def _console(params: dict[str, Any]) -> list[str]:
    return [json.dumps(params["args"])] if params["type"] in {"error", "warning", "assert"} else []


def _log(params: dict[str, Any]) -> list[str]:
    return [params["entry"]["text"]] if params["entry"]["level"] in {"error", "warning"} else []


_READERS: dict[str, tuple[str, Callable[[dict[str, Any]], list[str]]]] = {
    "Network.requestWillBeSent": ("requests", lambda params: [params["request"]["url"]]),
    "Runtime.exceptionThrown": ("errors", lambda params: [json.dumps(params["exceptionDetails"])]),
    "Runtime.consoleAPICalled": ("errors", _console),
    "Log.entryAdded": ("errors", _log),
}


@contextmanager
def running(program: str, profile: Path, *, reachable: str = "") -> Iterator[Pipe]:
    """A browser with a profile of its own, closed at the end; no name leads anywhere, but for that of `reachable`."""
    commands, answers = os.pipe(), os.pipe()
    ends = (commands[0], answers[1])
    names = "MAP * ~NOTFOUND" + (f", EXCLUDE {reachable}" if reachable else "")
    arguments = [program, *FLAGS, f"--host-resolver-rules={names}", f"--user-data-dir={profile}", "about:blank"]
    launcher = [sys.executable, "-c", _LAUNCH, *map(str, ends), *arguments]
    process = subprocess.Popen(launcher, pass_fds=ends, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for end in ends:
        os.close(end)
    pipe = Pipe(answers[0], commands[1])
    try:
        yield pipe
        pipe.call("Browser.close")
        process.wait(timeout=20)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(answers[0])
        os.close(commands[1])


def new_tab(pipe: Pipe) -> Tab:
    """Return a fresh tab that listens before anything is opened in it."""
    target = pipe.call("Target.createTarget", url="about:blank")["targetId"]
    session = pipe.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    tab = Tab(pipe, session)
    for domain in ("Page", "Runtime", "Log", "Network"):
        tab.call(f"{domain}.enable")
    return tab
