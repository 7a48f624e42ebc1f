"""Land use larger than memory: read tile by tile, and the same to the byte as when it is read at once."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from overlay_files import CRS, EAST, NORTH, box, save

from landquota import formats
from landquota.analyses import tiles
from landquota.cli import cli
from landquota.findings import Finding

FORMS = ["gpkg", "fgb", "parquet"]
CELL_M = 70.0
CORNER = np.array([EAST, NORTH])


def county(path: Path, **extra: Any) -> Path:
    """Write 30 × 30 ragged patches in no order, some on top of others, two with a deduction, one broken."""
    random = np.random.default_rng(5)
    nodes = np.stack(np.meshgrid(np.arange(31.0), np.arange(31.0)), axis=-1) * CELL_M
    nodes += random.uniform(-20, 20, nodes.shape) + CORNER
    corners = [nodes[:-1, :-1], nodes[:-1, 1:], nodes[1:, 1:], nodes[1:, :-1]]
    land = [shapely.Polygon(ring) for ring in np.stack(corners, axis=-2).reshape(900, 4, 2)]
    land += [box(200, 200, 260, 240), box(1500, 1500, 1500.2, 1800), *extra.pop("more", [])]
    order = random.permutation(len(land))
    columns = {
        "BSM": [f"b{row}" for row in range(len(land))],
        "DLBM": random.choice(["0101", "0301", "0702", "1101", ""], len(land)),
        "TBMJ": [1.0] * len(land),
        "KCDLBM": ["1203"] * len(land),
        "KCXS": [0.1 if row % 9 == 0 else None for row in range(len(land))],
    }
    frame = geopandas.GeoDataFrame(columns, geometry=np.array(land, dtype=object)[order], crs=CRS)
    frame = frame.to_crs(extra.get("crs", CRS))
    if path.suffix == ".parquet":
        frame.to_parquet(path, write_covering_bbox=True, row_group_size=50)
    else:
        frame.to_file(path)
    return path


def parcels(path: Path) -> Path:
    random = np.random.default_rng(6)
    corners = random.uniform(-50, 2100, (120, 2))
    sizes = random.uniform(5, 200, (120, 2))
    land = [box(*corner, *(corner + size)) for corner, size in zip(corners, sizes, strict=True)]
    return save(path, land, DKBH=[f"p{row}" for row in range(120)])


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the command in this process, and say which boxes were read."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANDQUOTA_LANG", "en")
    read = formats.read

    def call(*arguments: str, large: bool, code: int = 0) -> tuple[bytes, str, list[Any]]:
        portions: list[Any] = []

        def spied(path: Path, **options: Any) -> tuple[Any, list[Finding]]:
            portions.append(options.get("portion"))
            return read(path, **options)

        monkeypatch.setattr(formats, "read", spied)
        monkeypatch.setattr(tiles, "LARGE_BYTES", 0 if large else 1 << 60)
        monkeypatch.setattr(tiles, "TILE_M", 700.0)
        done = CliRunner().invoke(
            cli, ["overlay", "composition", *arguments, "-o", "o.csv", "--json"], catch_exceptions=False
        )
        assert done.exit_code == code, done.output
        target = Path("o.csv")
        return target.read_bytes() if target.exists() else b"", done.stdout, portions

    return call


def same_both_ways(run: Any, *arguments: str, code: int = 0) -> list[Any]:
    """Check that files, JSON and findings are the same bytes, and return what was read of the large file."""
    *whole, portions = run(*arguments, large=False, code=code)
    assert not any(portions)
    *tiled, portions = run(*arguments, large=True, code=code)
    assert tiled == whole
    return [each for each in portions if each is not None and each != formats.OUTLINE]


@pytest.mark.parametrize(
    ("form", "by"), [("gpkg", "class"), ("gpkg", "feature"), ("fgb", "class"), ("parquet", "class")]
)
def test_tile_by_tile_gives_the_bytes_of_the_single_run(run: Any, tmp_path: Path, form: str, by: str) -> None:
    parcels(tmp_path / "p.gpkg")
    county(tmp_path / f"l.{form}")
    boxes = same_both_ways(run, "p.gpkg", f"l.{form}", "--by", by)
    assert len(boxes) >= 9


@pytest.mark.parametrize("form", ["gpkg", "parquet"])
def test_a_layer_in_degrees_is_found_near_the_parcels(run: Any, tmp_path: Path, form: str) -> None:
    parcels(tmp_path / "p.gpkg")
    county(tmp_path / f"l.{form}", crs="EPSG:4490")
    assert same_both_ways(run, "p.gpkg", f"l.{form}", "--complete")


@pytest.mark.parametrize("form", FORMS)
def test_a_broken_feature_is_named_once_and_its_ground_is_unknown(run: Any, tmp_path: Path, form: str) -> None:
    parcels(tmp_path / "p.gpkg")
    bow = shapely.transform(shapely.Polygon([(0, 0), (900, 900), (900, 0), (0, 900)]), lambda xy: xy + CORNER)
    county(tmp_path / f"l.{form}", more=[bow])
    assert same_both_ways(run, "p.gpkg", f"l.{form}", "--complete", code=1)
    if form == "gpkg":
        _, said, _ = run("p.gpkg", "l.gpkg", "--complete", large=True, code=1)
        assert said.count('"GEOM-INVALID"') == 1


@pytest.mark.parametrize("form", FORMS)
def test_of_a_large_file_only_what_lies_near_is_read(tmp_path: Path, form: str) -> None:
    path = county(tmp_path / f"l.{form}")
    outline, findings = formats.read(path, portion=formats.OUTLINE)
    assert not findings
    assert outline is not None
    whole, _ = formats.read(path)
    assert whole is not None
    assert outline.frame.drop(columns="geometry").equals(whole.frame.drop(columns=whole.frame.geometry.name))
    assert outline.frame.geometry.notna().sum() == 1
    part, _ = formats.read(path, layer=outline.layer, portion=(EAST, NORTH, EAST + 200, NORTH + 200))
    assert part is not None
    assert part.numbers is not None
    assert outline.numbers is not None
    assert 5 < len(part.frame) < 40
    rows = np.searchsorted(outline.numbers, part.numbers)
    assert shapely.equals_exact(part.frame.geometry.to_numpy(), whole.frame.geometry.to_numpy()[rows]).all()


def test_what_has_no_outline_is_read_whole(run: Any, tmp_path: Path) -> None:
    parcels(tmp_path / "p.gpkg")
    county(tmp_path / "l.gpkg")
    frame = geopandas.read_file("l.gpkg")
    frame.to_parquet("plain.parquet")  # no boxes beside the geometries
    assert not same_both_ways(run, "p.gpkg", "plain.parquet")


def test_a_file_that_changes_on_the_way_is_said(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parcels(tmp_path / "p.gpkg")
    path = county(tmp_path / "l.gpkg")
    near = tiles.Tiles.near

    def disturbed(self: tiles.Tiles, bounds: Any) -> Any:
        found = near(self, bounds)
        os.utime(path, ns=(0, 0))
        return found

    monkeypatch.setattr(tiles.Tiles, "near", disturbed)
    written, said, _ = run("p.gpkg", "l.gpkg", large=True, code=1)
    assert not written
    assert [each["code"] for each in json.loads(said)["error"]["findings"]] == ["OVERLAY-CHANGED"]
