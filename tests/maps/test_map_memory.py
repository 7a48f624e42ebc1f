"""What a page of a large layer takes while it is built, above the layer itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
from map_views import WEST, layer_only, sample_view

from landquota.maps import MapFeature
from landquota.maps.page import write

COUNT = 30_000
#: Of a ring: what the page makes of them is most of what it takes.
POINTS = 36
#: It takes 75; with all rings taken apart at once and numbers of 8 bytes throughout it took 163.
LARGEST_BYTES_A_POINT = 110


def peak_bytes() -> int:
    return 1024 * int(Path("/proc/self/status").read_text("ascii").partition("VmHWM:")[2].split()[0])


def growth_bytes(page: Path) -> int:
    """Return what building a page of circles that share nothing adds to the peak of this process."""
    size = round(COUNT**0.5)
    middles = np.stack(np.meshgrid(np.arange(size), np.arange(size)), axis=-1).reshape(-1, 2) * 0.002 + (WEST, 30)
    circles = np.asarray(shapely.buffer(shapely.points(middles), 0.0009, quad_segs=POINTS // 4))
    view = layer_only("other", *(MapFeature(str(at), "", "all", circle) for at, circle in enumerate(circles)))
    write(sample_view(), page)  # what is loaded for the first page is not the layer's
    before = peak_bytes()
    write(view, page)
    return peak_bytes() - before


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory as Linux tells it")
def test_a_large_layer_takes_few_bytes_a_point(tmp_path: Path) -> None:
    code = "import sys, pathlib, test_map_memory as test; print(test.growth_bytes(pathlib.Path(sys.argv[1])))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code, str(tmp_path / "page.html")]
    grown = int(subprocess.run(command, check=True, env=environment, capture_output=True).stdout)
    assert grown < LARGEST_BYTES_A_POINT * COUNT * POINTS
