"""Private parameters: the arithmetic is that of the textbooks, and no value of the file is ever to be seen."""

from __future__ import annotations

import copy
import os
import pickle
import traceback
from pathlib import Path

import geopandas
import numpy as np
import pyproj
import pytest
from shapely.geometry import box

from landquota.crs import datum
from landquota.datum_shift import VARIABLE, DatumShift, exposure, from_environment, load
from landquota.errors import InputError, LandquotaError, UsageError
from landquota.findings import Severity
from landquota.layers.catalogue import CatalogEntry
from landquota.layers.sources import Source, projected

#: Invented; none of them leads from anywhere to anywhere.
SEVEN = {
    "dx_m": 112.35813, "dy_m": -48.15162, "dz_m": 31.41592,
    "rx_arcsec": 1.23, "ry_arcsec": -2.34, "rz_arcsec": 3.45, "scale_ppm": -4.56,
}  # fmt: skip
FOUR = {"dx_m": 35.71113, "dy_m": -27.18281, "rotation_arcsec": 16.18, "scale_ppm": 3.14}
#: Something that may be said nowhere.
MARKER = "4242.4242"
XY = np.array([[622_000.0, 3_340_000.0], [655_000.0, 3_361_000.0], [500_000.0, 2_900_000.0]])
CGCS2000 = pyproj.CRS.from_epsg(4549)
XIAN80 = pyproj.CRS.from_epsg(2385)


def written(
    folder: Path,
    parameters: dict[str, float] | str = "",
    *,
    method: str = "seven",
    rotation: str = "position-vector",
    source: str = "EPSG:2385",
    target: str = "EPSG:4549",
    mode: int = 0o600,
) -> Path:
    values = parameters or SEVEN
    lines = values if isinstance(values, str) else "\n".join(f"{key} = {value!r}" for key, value in values.items())
    path = folder / "private.toml"
    path.write_text(
        f"from = '{source}'\nto = '{target}'\nmethod = '{method}'\nrotation = '{rotation}'\n[parameters]\n{lines}\n"
    )
    path.chmod(mode)
    return path


def helmert(convention: str) -> pyproj.Transformer:
    """Return PROJ's own transformation from Xi'an 80 to CGCS2000 with the same parameters."""
    return pyproj.Transformer.from_pipeline(
        "+proj=pipeline +step +inv +proj=tmerc +lon_0=120 +x_0=500000 +a=6378140 +rf=298.257 "
        "+step +proj=cart +a=6378140 +rf=298.257 "
        f"+step +proj=helmert +convention={convention} +x={SEVEN['dx_m']} +y={SEVEN['dy_m']} +z={SEVEN['dz_m']} "
        f"+rx={SEVEN['rx_arcsec']} +ry={SEVEN['ry_arcsec']} +rz={SEVEN['rz_arcsec']} +s={SEVEN['scale_ppm']} "
        "+step +inv +proj=cart +ellps=GRS80 +step +proj=tmerc +lon_0=120 +x_0=500000 +ellps=GRS80"
    )


# --- arithmetic -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rotation", "convention"), [(w, w.replace("-", "_")) for w in ("position-vector", "coordinate-frame")]
)
def test_seven_parameters_are_those_of_proj(tmp_path: Path, rotation: str, convention: str) -> None:
    shift = load(written(tmp_path, rotation=rotation))
    expected = np.column_stack(helmert(convention).transform(*XY.T))
    assert np.abs(expected - XY).max() > 10
    assert np.abs(shift.transform(XY) - expected).max() < 1e-4


def test_the_sign_of_the_rotation_matters(tmp_path: Path) -> None:
    vector = load(written(tmp_path)).transform(XY)
    frame = load(written(tmp_path, rotation="coordinate-frame")).transform(XY)
    assert np.abs(vector - frame).max() > 10


def test_a_datum_has_many_zones(tmp_path: Path) -> None:
    shift = load(written(tmp_path))
    prefixed = shift.transform(
        XY + np.array([40_000_000, 0]), source=pyproj.CRS.from_epsg(2364), target=pyproj.CRS.from_epsg(4528)
    )
    assert np.abs(prefixed - [40_000_000, 0] - shift.transform(XY)).max() < 1e-4
    degrees = shift.transform(XY, target=pyproj.CRS.from_epsg(4490))
    forth = pyproj.Transformer.from_crs(4490, 4549, always_xy=True)
    assert np.abs(np.column_stack(forth.transform(*degrees.T)) - shift.transform(XY)).max() < 1e-4


@pytest.mark.parametrize(("rotation", "sign"), [("counter-clockwise", 1), ("clockwise", -1)])
def test_four_parameters_are_a_similarity(tmp_path: Path, rotation: str, sign: int) -> None:
    shift = load(written(tmp_path, FOUR, method="four", rotation=rotation))
    z = XY[:, 0] + 1j * XY[:, 1]
    turned = z * (1 + FOUR["scale_ppm"] * 1e-6) * np.exp(1j * sign * np.radians(FOUR["rotation_arcsec"] / 3600))
    expected = np.column_stack([turned.real + FOUR["dx_m"], turned.imag + FOUR["dy_m"]])
    assert np.abs(shift.transform(XY) - expected).max() < 1e-6
    prefixed = shift.transform(XY, target=pyproj.CRS.from_epsg(4528))
    assert np.abs(prefixed - [40_000_000, 0] - expected).max() < 1e-6


def test_it_applies_where_it_leads_and_nowhere_else(tmp_path: Path) -> None:
    shift = load(written(tmp_path))
    assert shift.applies(XIAN80, CGCS2000)
    assert shift.applies(pyproj.CRS.from_epsg(4610), pyproj.CRS.from_epsg(4528))
    for source, target in [(4549, 2385), (2437, 4549), (2385, 4326), (2385, 2385), (4549, 4549)]:
        assert not shift.applies(pyproj.CRS.from_epsg(source), pyproj.CRS.from_epsg(target))
    with pytest.raises(UsageError, match="The private parameters do not lead from Beijing 1954"):
        shift.transform(XY, source=pyproj.CRS.from_epsg(2437))


def test_a_local_grid_is_known_by_its_name(tmp_path: Path) -> None:
    local = 'LOCAL_CS["Ningbo local",UNIT["metre",1]]'
    shift = load(written(tmp_path, FOUR, method="four", rotation="clockwise", source=local))
    assert shift.applies(pyproj.CRS.from_wkt(local), CGCS2000)
    assert not shift.applies(pyproj.CRS.from_wkt(local.replace("Ningbo", "Cixi")), CGCS2000)
    assert not shift.applies(XIAN80, CGCS2000)
    assert np.isfinite(shift.transform(XY)).all()


def test_positions_without_a_projection_are_not_finite(tmp_path: Path) -> None:
    moved = load(written(tmp_path)).transform(np.array([[np.inf, 3_340_000.0], [622_000.0, 3_340_000.0]]))
    assert np.isfinite(moved).tolist() == [[False, False], [True, True]]


# --- a layer ----------------------------------------------------------------------------------


def layer(crs: pyproj.CRS) -> Source:
    frame = geopandas.GeoDataFrame({"id": ["F"]}, geometry=[box(622_000, 3_340_000, 622_100, 3_340_100)], crs=crs)
    return Source(CatalogEntry(name="farmland", kind="basic_farmland", file="f.gpkg", row=4), frame, ())


def test_a_layer_on_an_old_datum_comes_in_with_private_parameters_and_says_so(tmp_path: Path) -> None:
    shift = load(written(tmp_path))
    moved, (finding,) = projected(layer(XIAN80), CGCS2000, shift=shift)
    assert moved is not None
    assert datum(moved.frame.crs) == "CGCS2000"
    corners = np.array(moved.frame.geometry.iloc[0].exterior.coords)
    before = np.array(layer(XIAN80).frame.geometry.iloc[0].exterior.coords)
    assert np.abs(corners - shift.transform(before)).max() < 1e-9
    assert (finding.code, finding.severity) == ("CRS-TRANSFORMED", Severity.NOTE)
    assert finding.message("en") == (
        "Layer farmland: transformed with private parameters "
        "(from Xian 1980 / 3-degree Gauss-Kruger CM 120E (EPSG:2385) to "
        "CGCS2000 / 3-degree Gauss-Kruger CM 120E (EPSG:4549))"
    )


def test_parameters_for_another_datum_change_nothing(tmp_path: Path) -> None:
    beijing = layer(pyproj.CRS.from_epsg(2437))
    for shift in (None, load(written(tmp_path))):
        moved, findings = projected(beijing, CGCS2000, shift=shift)
        assert (moved, [finding.code for finding in findings]) == (None, ["LAYER-DATUM"])


def test_public_ways_are_gone_without_them(tmp_path: Path) -> None:
    shift = load(written(tmp_path))
    with_them, findings = projected(layer(pyproj.CRS.from_epsg(4548)), CGCS2000, shift=shift)
    without, _ = projected(layer(pyproj.CRS.from_epsg(4548)), CGCS2000)
    assert findings == []
    assert with_them is not None
    assert without is not None
    assert with_them.frame.equals(without.frame)


# --- secrecy ----------------------------------------------------------------------------------


def everything_said(problem: BaseException) -> str:
    """Return all texts of an exception and of those behind it."""
    said = ["".join(traceback.format_exception(problem))]
    behind: BaseException | None = problem
    while behind is not None:
        said += [str(behind), repr(behind), repr(behind.args), repr(vars(behind))]
        said += [behind.render(language) for language in ("zh", "en") if isinstance(behind, LandquotaError)]
        behind = behind.__cause__ or behind.__context__
    return "\n".join(said)


def with_marker(**changes: str) -> str:
    values = {key: repr(value) for key, value in SEVEN.items()} | {"dx_m": MARKER} | changes
    return "\n".join(f"{key} = {value}" for key, value in values.items() if value)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            with_marker(dy_m=f"'{MARKER}'"),
            "'dy_m' in the file of private parameters private.toml: it is missing, or no number",
        ),
        (with_marker(dy_m=""), "'dy_m' in the file of private parameters private.toml: it is missing, or no number"),
        (with_marker(dy_m="true"), "'dy_m' in the file"),
        (with_marker(dy_m="inf"), "'dy_m' in the file"),
        (with_marker(rx_arcsec=MARKER), "it is larger than 60, so its unit is another"),
        (with_marker(dx=MARKER), "'dx' in the file of private parameters private.toml: there is no such key"),
        (
            with_marker(**{f'"{MARKER}"': MARKER}),
            "'…' in the file of private parameters private.toml: there is no such key",
        ),
        (with_marker(dy_m=f"{MARKER} {MARKER}"), "private.toml cannot be used: line 7 is not TOML"),
        (with_marker() + f"\n{MARKER} = '", "is not TOML"),
        (with_marker() + f"\n[parameters]\ndx_m = {MARKER}", "is not TOML"),
    ],
)
def test_errors_name_the_key_and_never_the_value(tmp_path: Path, parameters: str, message: str) -> None:
    with pytest.raises(InputError) as refusal:
        load(written(tmp_path, parameters))
    assert message in str(refusal.value)
    assert MARKER not in everything_said(refusal.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"method": "six"}, "'method' in the file of private parameters private.toml: write one of: seven, four"),
        ({"rotation": ""}, "'rotation' in the file of private parameters private.toml: write one of: position-vector"),
        ({"rotation": "clockwise"}, "write one of: position-vector, coordinate-frame"),
        ({"source": "here"}, "'from' in the file of private parameters private.toml: it is not a coordinate reference"),
        ({"target": 'LOCAL_CS["x",UNIT["metre",1]]'}, "seven parameters lead between systems on an ellipsoid"),
        ({"method": "four", "rotation": "clockwise", "source": "EPSG:4610"}, "four parameters lead between systems"),
    ],
)
def test_what_the_parameters_are_has_to_be_said(tmp_path: Path, changes: dict[str, str], message: str) -> None:
    with pytest.raises(InputError) as refusal:
        load(written(tmp_path, with_marker(), **changes))  # type: ignore[arg-type]
    assert message in str(refusal.value)
    assert MARKER not in everything_said(refusal.value)


@pytest.mark.parametrize(
    "content", [b"", b"from = 1", b"\xff\xfe4\x002\x00", f"{MARKER}".encode(), b"parameters = 4242.4242"]
)
def test_what_is_no_file_of_parameters(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "private.toml"
    path.write_bytes(content)
    with pytest.raises(InputError) as refusal:
        load(path)
    assert MARKER not in everything_said(refusal.value)
    with pytest.raises(InputError, match="cannot be used: it cannot be opened"):
        load(tmp_path / "nothing.toml")


def test_parameters_that_are_no_table(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text().split("[parameters]")[0] + f"parameters = {MARKER}")
    with pytest.raises(InputError, match=r"'parameters' .*it is missing, or no table") as refusal:
        load(path)
    assert MARKER not in everything_said(refusal.value)


def test_a_shift_shows_and_gives_away_nothing(tmp_path: Path) -> None:
    shift = load(written(tmp_path, with_marker()))
    moved, findings = projected(layer(XIAN80), CGCS2000, shift=shift)
    said = [
        repr(shift),
        str(shift),
        f"{shift}",
        repr(moved),
        *(str(f.to_json(lang)) for f in findings for lang in ("zh", "en")),
    ]
    assert not [text for text in said if MARKER in text or "4242" in text]
    assert not hasattr(shift, "__dict__")
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(UsageError, match="cannot be stored or sent"):
            pickle.dumps(shift, protocol)
    with pytest.raises(UsageError):
        copy.deepcopy(shift)
    with pytest.raises(UsageError) as refusal:
        shift.transform(XY, source=CGCS2000)
    assert MARKER not in everything_said(refusal.value)


# --- where the file is ------------------------------------------------------------------------


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    shift, findings = from_environment({VARIABLE: str(written(tmp_path))})
    assert isinstance(shift, DatumShift)
    assert findings == []
    for environ in ({}, {VARIABLE: ""}):
        assert from_environment(environ) == (None, [])


@pytest.mark.skipif(os.name != "posix", reason="the right to read is looked at on POSIX only")
@pytest.mark.parametrize(
    ("mode", "readable"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True), (0o644, True)]
)
def test_a_file_that_others_can_read_is_a_finding(tmp_path: Path, mode: int, readable: bool) -> None:  # noqa: FBT001
    path = written(tmp_path, mode=mode)
    assert [finding.code for finding in exposure(path)] == (["CRS-PARAMETERS-READABLE"] if readable else [])
    _, findings = from_environment({VARIABLE: str(path)})
    assert findings == exposure(path)
    for finding in findings:
        assert finding.message("en") == "The file of private transformation parameters can be read by others"
        assert finding.place.file == "private.toml"
