"""The overlay commands on layers larger than memory: CPU and memory, at once against tile by tile.

Run by hand, in an empty folder with 10 GB to spare::

    python benchmarks/large_layers.py FOLDER [PATCHES] [COMMAND ...]

It makes a county of patches of 52 vertices in no order (GeoPackages), and has every command run
twice in a process of its own, with the files held and read tile by tile.  Said are CPU and the
largest memory of the program and of the process that reads, and whether both wrote the same bytes.
"""

from __future__ import annotations

import filecmp
import json
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

import geopandas
import numpy as np
import shapely
from overlay import CELL_M, CRS, ORIGIN, patches, stars

#: Runs a command, and says what it took.
PROGRAM: Final = """
import json, resource, sys, time
from landquota.analyses import tiles
tiles.LARGE_BYTES = int(sys.argv[1])
from landquota.cli import main
began = time.perf_counter()
try:
    main(sys.argv[2:])
except SystemExit as end:
    code = end.code
one, other = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
said = {"code": code, "wall": time.perf_counter() - began}
said["cpu"] = sum(each.ru_utime + each.ru_stime for each in (one, other))
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
said["mib"] = [peak // 1024, other.ru_maxrss // 1024]
print(json.dumps(said), file=sys.stderr)
"""
ZONES_ACROSS: Final = 10
COMMANDS: Final = {
    "composition": ("parcels.gpkg", "patches.gpkg"),
    "conflicts": ("parcels.gpkg", "basic_farmland=patches.gpkg", "--complete"),
    "coverage": ("zones.gpkg", "patches.gpkg"),
    "unsupplied": ("patches.gpkg", "supplied.gpkg"),
    "diff": ("old.gpkg", "new.gpkg", "--class", "DLBM"),
}


def county(folder: Path, count: int) -> None:
    """Write the layers of all commands; the deliveries have half of the patches each."""
    land = patches(count).rename(columns={"id": "BSM", "class": "DLBM"})
    land["TBMJ"] = land.area.round(2)
    land.to_file(folder / "patches.gpkg")
    land.iloc[::10].to_file(folder / "supplied.gpkg")
    extent_m = CELL_M * count**0.5
    stars(5_000, (20, 300), 56, extent_m).to_file(folder / "parcels.gpkg")
    ends = np.linspace(0, extent_m, ZONES_ACROSS + 1)
    west, south = np.meshgrid(ends[:-1] + ORIGIN[0], ends[:-1] + ORIGIN[1])
    zones = shapely.box(west, south, west + ends[1], south + ends[1]).ravel()
    geopandas.GeoDataFrame({"id": np.arange(len(zones))}, geometry=zones, crs=CRS).to_file(folder / "zones.gpkg")
    half = land.cx[: ORIGIN[0] + extent_m / 2, :]
    half.to_file(folder / "old.gpkg")
    later(half).to_file(folder / "new.gpkg")


def later(land: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Return the patches in another order, of a hundred one moved, one reshaped, one edited and one removed."""
    new = land.sample(frac=1, random_state=1)
    place = np.arange(len(new)) % 100
    geometries = new.geometry.to_numpy().copy()
    geometries[place == 1] = shapely.transform(geometries[place == 1], lambda xy: xy + 3_000)
    geometries[place == 2] = shapely.buffer(geometries[place == 2], -1)  # noqa: PLR2004 - as good as any
    classes = np.where(place == 3, "0702", new["DLBM"])  # noqa: PLR2004
    return new.assign(DLBM=classes).set_geometry(geometries, crs=CRS)[place > 0]


def measured(folder: Path, command: str, *, tiled: bool) -> None:
    """Run a command and say what it took."""
    target = folder / f"{command}-{'tiled' if tiled else 'whole'}.csv"
    words = [word.replace("=", f"={folder}/") if "=" in word else word for word in COMMANDS[command]]
    files = [str(folder / word) if word.endswith(".gpkg") and "=" not in word else word for word in words]
    arguments = ["overlay", command, *files, "--unlimited", "-o", str(target)]
    run = [sys.executable, "-c", PROGRAM, str(1 << (20 if tiled else 60)), *arguments]
    done = subprocess.run(run, capture_output=True, encoding="utf-8", check=False)
    said = json.loads(done.stderr.strip().rsplit("\n", 1)[-1])
    program, reader = said["mib"]
    print(
        f"{command:12} {'tiled' if tiled else 'whole':6} {said['cpu']:7.1f} s CPU {said['wall']:7.1f} s,"
        f" {program:6} MiB + {reader:6} MiB, exit {said['code']}",
        flush=True,
    )


def main(folder: str, count: str = "1000000", *commands: str) -> None:
    """Make the county, unless it is there, and measure."""
    where = Path(folder)
    if not (where / "new.gpkg").exists():  # in a process of its own: a new one inherits the largest size of its parent
        with ProcessPoolExecutor(1) as apart:
            apart.submit(county, where, int(count)).result()
    for command in commands or COMMANDS:
        for tiled in (True, False):
            measured(where, command, tiled=tiled)
        same = filecmp.cmp(where / f"{command}-tiled.csv", where / f"{command}-whole.csv", shallow=False)
        print(f"{command:12} {'the same bytes' if same else 'DIFFERENT'}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
