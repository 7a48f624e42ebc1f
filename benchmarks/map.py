"""The map page of a large layer: ours against folium.GeoJson and gzip GeoJSON inflated in the page.

Run by hand, with Chromium and the tests' way to drive it::

    PYTHONPATH=tests/maps python benchmarks/map.py [PATCHES] [ROUNDS] [WAY ...]
    PYTHONPATH=tests/maps python benchmarks/map.py --docs

Ways: ours, ours-apart (a layer in which no edges are shared), gzip, folium.  Every page is built in
a process of its own and opened in turns in one headless Chromium in which no name resolves.  Paint
is from navigation to the last of the first frames that show a change; then the page is dragged.
Only ratios of medians mean something.  ``--docs`` measures all sizes, prints the table of
``docs/map.md`` and draws its chart.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import map_pages
import pandas as pd
from browser import Pipe, Tab, new_tab, running
from chart import bars
from map_data import layer

#: What each way costs, by name of the figure.
Medians: TypeAlias = "Mapping[str, Mapping[str, float]]"

#: How long nothing may change on the screen until it counts as painted.
STILL_S: Final = 1.5
#: How long a page may be busy: plain folium's is for minutes.
PATIENCE_S: Final = 1800.0
SIZE: Final = (1280, 800)
#: From so many patches on plain folium takes minutes, and is opened once.
LARGE: Final = 50_000
#: What the documents show: how many patches, how often each page is opened, and which.
SIZES: Final = (
    (1_000, 5, ("ours", "ours-apart", "gzip", "folium")),
    (10_000, 5, ("ours", "ours-apart", "gzip", "folium")),
    (100_000, 5, ("ours", "ours-apart", "gzip", "folium")),
    # The text of gzip's GeoJSON, 600 MB, is longer than Chromium's strings: its page never opens.
    (300_000, 3, ("ours", "ours-apart")),
)
COLUMNS: Final = {
    "bytes/patch": "bytes a patch",
    "build s": "build s",
    "build MiB": "build MiB",
    "paint ms": "paint ms",
    "longest task ms": "longest task ms",
    "worst pan frame ms": "worst pan frame ms",
    "median pan frame ms": "median pan frame ms",
}
CHART: Final = Path(__file__).parent.parent / "docs" / "map.svg"
WATCH: Final = """
globalThis.tasks = []; globalThis.frames = [];
new PerformanceObserver((list) => tasks.push(...list.getEntries().map((one) => [one.startTime, one.duration])))
  .observe({ type: "longtask", buffered: true });
"""


def build(way: str, data: Path, page: Path) -> dict[str, float]:
    """Build a page in a process of its own: seconds, and MiB above what the loaded data took."""
    command = [sys.executable, __file__, "--build", way, str(data), str(page)]
    answer: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return answer


def build_here(way: str, data: Path, page: Path) -> None:
    frame = pd.read_pickle(data)  # noqa: S301
    before_mib = peak_mib()
    start = time.perf_counter()
    map_pages.WAYS[way](frame, page)
    build_s = time.perf_counter() - start
    build_mib = peak_mib() - before_mib
    print(json.dumps({"build s": build_s, "build MiB": build_mib, "bytes/patch": page.stat().st_size / len(frame)}))


def peak_mib() -> float:
    """Return the most memory that this process has had (Linux): what `resource` says begins at its parent's peak."""
    return int(Path("/proc/self/status").read_text("ascii").partition("VmHWM:")[2].split()[0]) / 1024


def measure(pipe: Pipe, page: Path) -> dict[str, float]:
    """Open a page and drag it: milliseconds of painting, of the longest task, and of the worst frame."""
    tab = new_tab(pipe)
    tab.call("Emulation.setDeviceMetricsOverride", width=SIZE[0], height=SIZE[1], deviceScaleFactor=1, mobile=False)
    tab.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
    found = {"paint ms": painted(tab, page)}
    tasks = tab.evaluate("tasks")
    found["longest task ms"] = max([duration for _, duration in tasks], default=0.0)
    found["worst pan frame ms"], found["median pan frame ms"] = dragged(tab)
    found["page MiB"] = tab.evaluate("performance.memory.usedJSHeapSize") / 2**20
    tab.close()
    return found


def painted(tab: Tab, page: Path) -> float:
    """Return the time from navigation to the last change of what the screen shows."""
    tab.call("Page.startScreencast", format="jpeg", quality=30, everyNthFrame=1)
    start = time.time()
    tab.call("Page.navigate", url=page.resolve().as_uri())
    last, seen, there = start, b"", 0.0
    while not there or time.time() - max(last, there) < STILL_S:
        tab.wait(0.05)
        for event in tab.pipe.take_events(tab.session):
            if event["method"] == "Page.screencastFrame":
                tab.call("Page.screencastFrameAck", sessionId=event["params"]["sessionId"])
                picture = event["params"]["data"].encode()
                if picture != seen:
                    seen, last = picture, event["params"]["metadata"]["timestamp"]
        if not there and tab.evaluate(map_pages.IS_THERE):
            there = time.time()
    tab.call("Page.stopScreencast")
    return 1000 * (last - start)


def dragged(tab: Tab) -> tuple[float, float]:
    """Drag the map three times about, and return the worst and the median time between frames."""
    tab.evaluate(
        "(() => { frames = []; let last = performance.now(); const note = (now) => { frames.push(now - last);"
        "last = now; requestAnimationFrame(note); }; requestAnimationFrame(note); })()"
    )
    tab.settle()
    tab.evaluate("frames.length = 0")
    for turn in range(3):
        x, y = 640.0, 400.0
        mouse(tab, "mousePressed", x, y)
        for step in range(20):
            x, y = 640 + (-1) ** turn * 18 * (step + 1), 400 - 6.0 * step
            mouse(tab, "mouseMoved", x, y)
        mouse(tab, "mouseReleased", x, y)
        tab.wait(0.4)
    frames = tab.evaluate("frames")
    return max(frames), statistics.median(frames)


def mouse(tab: Tab, kind: str, x: float, y: float) -> None:
    tab.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1)


def compare(count: int, rounds: int, ways: Sequence[str]) -> Medians:
    """Return what every way costs, as medians; plain folium's page of a large layer is opened once."""
    costs: dict[str, dict[str, list[float]]] = {way: defaultdict(list) for way in ways}
    with tempfile.TemporaryDirectory() as folder, running("chromium", Path(folder, "profile")) as pipe:
        pipe.patience_s = PATIENCE_S
        for shared in (True, False):
            layer(count, shared=shared).to_pickle(Path(folder, f"{shared}.pickle"))
        for way in ways:
            data = Path(folder, f"{way != 'ours-apart'}.pickle")
            for name, value in build(way, data, Path(folder, f"{way}.html")).items():
                costs[way][name].append(value)
        for turn in range(rounds):
            for way in ways:
                if turn == 0 or way != "folium" or count < LARGE:
                    for name, value in measure(pipe, Path(folder, f"{way}.html")).items():
                        costs[way][name].append(value)
    return {way: {name: statistics.median(all_) for name, all_ in cost.items()} for way, cost in costs.items()}


def show(count: int, rounds: int, medians: Medians) -> None:
    """Print the medians, and how many times ours fits into each way's time to paint."""
    names = list(next(iter(medians.values())))
    base = medians["ours"]["paint ms"] if "ours" in medians else float("nan")
    print(f"{count:,} patches, medians of {rounds}")
    print(f"{'':12}" + "".join(f"{name:>20}" for name in names) + f"{'paint x':>10}")
    for way, cost in medians.items():
        ratio = cost["paint ms"] / base
        print(f"{way:12}" + "".join(f"{cost[name]:20,.1f}" for name in names) + f"{ratio:10.1f}", flush=True)


def write_docs() -> None:
    """Measure all sizes, print the table of the documents and draw their chart."""
    measured: dict[int, Medians] = {}
    for count, rounds, ways in SIZES:
        measured[count] = compare(count, rounds, ways)
        show(count, rounds, measured[count])
    print("| patches | page | " + " | ".join(COLUMNS.values()) + " | paint, times ours |")
    print("|---" * (len(COLUMNS) + 3) + "|")
    for count, medians in measured.items():
        for way, cost in medians.items():
            figures = " | ".join(f"{cost[name]:,.0f}" for name in COLUMNS)
            ratio = cost["paint ms"] / medians["ours"]["paint ms"]
            print(f"| {count:,} | {way} | {figures} | {ratio:,.1f} |")
    ratios = {
        f"{way}, {count:,}": medians["folium"]["paint ms"] / medians[way]["paint ms"]
        for count, medians in measured.items()
        for way in ("ours", "gzip")
        if "folium" in medians
    }
    note = "From opening the file to the last change on the screen; 36 vertices and 8 attributes a patch"
    bars(CHART, "Opening a map page: times as fast as folium.GeoJson", ratios, note=note)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--build"]:
        build_here(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    elif sys.argv[1:2] == ["--docs"]:
        write_docs()
    else:
        given = sys.argv[1:]
        asked = int((given[:1] or ["100000"])[0]), int((given[1:2] or ["5"])[0])
        show(*asked, compare(*asked, given[2:] or ["ours", "ours-apart", "gzip"]))
