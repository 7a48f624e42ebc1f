"""Fixtures: a browser for the tests of the page, and the program that runs its scripts outside one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from acting import Open
from browser import Pipe, Tab, new_tab, running

from landquota.maps import MapView
from landquota.maps.page import write


@pytest.fixture(scope="module")
def pipe(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipe]:
    with running(chromium, tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture
def open_page(pipe: Pipe, tmp_path: Path) -> Iterator[Open]:
    """Return a function that shows a view; afterwards nothing may have been asked for or gone wrong."""
    shown: list[tuple[Tab, Path]] = []

    def show(view: MapView, *, width: int = 1280, height: int = 800, touch: bool = False) -> Tab:
        file = tmp_path / f"{len(shown)}.html"
        write(view, file)
        tab = new_tab(pipe)
        shown.append((tab, file))
        tab.open(file, width=width, height=height, touch=touch)
        return tab

    yield show
    for tab, file in shown:
        assert tab.requests() == [file.as_uri()]
        assert tab.complaints() == []
        tab.close()


@pytest.fixture(scope="module")
def node() -> str:
    """Return the program that runs scripts, or skip visibly."""
    program = shutil.which("node")
    if program is None and os.environ.get("CI"):
        pytest.fail("node is not installed, and this is CI")
    if program is None:
        pytest.skip("node is not installed (Debian: apt-get install nodejs)")
    return program
