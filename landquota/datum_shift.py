"""Private parameters between a local or old system and CGCS2000, which must never be seen.

The program ships none: parameters of an area are state secrets, or confidential.  Whoever holds
them lawfully names a file of his own, in the environment variable ``LANDQUOTA_DATUM_PARAMETERS``:
not in the project's settings, because a project's folder is copied, mailed and published whole,
and an environment stays on its machine.  A program can pass the path to :func:`load` as well.

The file is TOML.  Seven parameters between two datums (Bursa-Wolf), in metres, arc-seconds and
parts per million::

    from = "EPSG:2364"
    to = "EPSG:4528"
    method = "seven"
    rotation = "position-vector"        # or "coordinate-frame": the signs are the other way round

    [parameters]
    dx_m = …
    dy_m = …
    dz_m = …
    rx_arcsec = …
    ry_arcsec = …
    rz_arcsec = …
    scale_ppm = …

Four parameters between two planes (similarity), ``method = "four"``: ``dx_m`` is added to the
east, ``dy_m`` to the north, after turning by ``rotation_arcsec`` about the origin and scaling by
``scale_ppm``; ``rotation`` is ``"counter-clockwise"`` or ``"clockwise"``.

No value of the file reaches a message, a representation, a pickle or an output: a
:class:`DatumShift` keeps them where only its own arithmetic can get at them.
"""

from __future__ import annotations

import math
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

import numpy as np
import pyproj

from landquota.crs import datum, describe, horizontal, same, understood
from landquota.errors import InputError, UsageError
from landquota.findings import Finding, Place
from landquota.i18n import Text, text

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Coordinates to coordinates, one row for each position.
Move: TypeAlias = "Callable[[NDArray[np.float64]], NDArray[np.float64]]"

#: The environment variable that names the file of parameters.
VARIABLE: Final = "LANDQUOTA_DATUM_PARAMETERS"

_ARCSEC: Final = math.pi / 180 / 3600
_PPM: Final = 1e-6
#: Other users' rights to read a file.
_READABLE: Final = 0o044
_TEXTS: Final = ("from", "to", "method", "rotation")
_SIGNS: Final[Mapping[str, Mapping[str, float]]] = {
    "seven": {"position-vector": 1.0, "coordinate-frame": -1.0},
    "four": {"counter-clockwise": 1.0, "clockwise": -1.0},
}
#: The parameters of each method, and beyond what each of them can only be a mistake of units.
_LIMITS: Final[Mapping[str, Mapping[str, float]]] = {
    "seven": {
        "dx_m": 10_000.0,
        "dy_m": 10_000.0,
        "dz_m": 10_000.0,
        "rx_arcsec": 60.0,
        "ry_arcsec": 60.0,
        "rz_arcsec": 60.0,
        "scale_ppm": 1_000.0,
    },
    "four": {"dx_m": 1e8, "dy_m": 1e8, "rotation_arcsec": 648_000.0, "scale_ppm": 10_000.0},
}
_BARE_KEY: Final = re.compile(r"[a-z_]{1,20}", re.IGNORECASE)
_TOML_LINE: Final = re.compile(r"line (\d+)")


class DatumShift:
    """A transformation between two reference systems whose parameters cannot be read back.

    Attributes
    ----------
    source, target
        The systems that the file names.
    """

    __slots__ = ("_move", "_plane", "source", "target")

    def __init__(self, source: pyproj.CRS, target: pyproj.CRS, move: Move, *, plane: bool) -> None:
        self.source = source
        self.target = target
        self._move = move
        self._plane = plane

    def __repr__(self) -> str:
        return "DatumShift(…)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse to be pickled or copied to anywhere."""
        raise UsageError(text("Private transformation parameters cannot be stored or sent"))

    def applies(self, source: pyproj.CRS, target: pyproj.CRS) -> bool:
        """Return whether it leads from `source` to `target`: systems of the datums, or local grids, that it names."""
        return _within_reach(source, self.source) and _within_reach(target, self.target)

    def transform(
        self,
        xy: NDArray[np.float64],
        *,
        source: pyproj.CRS | None = None,
        target: pyproj.CRS | None = None,
    ) -> NDArray[np.float64]:
        """Return coordinates in `target`.

        Heights are taken as zero, which in the plane is good to a few millimetres.

        Parameters
        ----------
        xy
            Coordinates in `source`, east and north, shape (n, 2).
        source, target
            Systems to which it applies; those that the file names where not given.

        Returns
        -------
        NDArray
            Shape (n, 2); not finite where a projection has no coordinates.

        Raises
        ------
        UsageError
            It does not lead from `source` to `target`.
        """
        source, target = source or self.source, target or self.target
        if not self.applies(source, target):
            raise UsageError(
                text(
                    "The private parameters do not lead from {crs} to {project}",
                    crs=describe(source),
                    project=describe(target),
                )
            )
        with np.errstate(invalid="ignore"):  # infinity has no image, and the caller looks for that
            return self._moved(xy, source, target)

    def _moved(self, xy: NDArray[np.float64], source: pyproj.CRS, target: pyproj.CRS) -> NDArray[np.float64]:
        if self._plane:
            return _converted(self._move(_converted(xy, source, self.source)), self.target, target)
        return _from_geocentric(self._move(_to_geocentric(xy, source)), target)


def load(path: Path) -> DatumShift:
    """Read a file of private parameters.

    Raises
    ------
    InputError
        The file cannot be read, or a key of it is missing or wrong: the message names the key,
        never its value.
    """
    table = _parsed(path)
    words = {key: _word(table, key, path) for key in _TEXTS}
    method = words["method"]
    if method not in _SIGNS:
        raise _wrong(path, "method", text("write one of: {choices}", choices=", ".join(_SIGNS)))
    if words["rotation"] not in _SIGNS[method]:
        raise _wrong(path, "rotation", text("write one of: {choices}", choices=", ".join(_SIGNS[method])))
    source, target = (_system(words[key], key, path, plane=method == "four") for key in ("from", "to"))
    values = _values(table, _LIMITS[method], path)
    _refuse_others(table, {*_TEXTS, "parameters"}, path)
    sign = _SIGNS[method][words["rotation"]]
    move = _bursa_wolf(values, sign) if method == "seven" else _similarity(values, sign)
    return DatumShift(source, target, move, plane=method == "four")


def from_environment(environ: Mapping[str, str] | None = None) -> tuple[DatumShift | None, list[Finding]]:
    """Read the file that ``LANDQUOTA_DATUM_PARAMETERS`` names, if it names one, and say if others can read it.

    Raises
    ------
    InputError
        As :func:`load`.
    """
    named = (os.environ if environ is None else environ).get(VARIABLE)
    if not named:
        return None, []
    path = Path(named)
    return load(path), exposure(path)


def exposure(path: Path) -> list[Finding]:
    """Return a finding where other users of the machine have the right to read the file (POSIX only)."""
    if os.name != "posix" or not path.stat().st_mode & _READABLE:
        return []
    return [Finding("CRS-PARAMETERS-READABLE", Place(file=path.name))]


def _parsed(path: Path) -> Mapping[str, object]:
    """Return the file's table; what is wrong with it is said without the parser's excerpt of the file."""
    problem: Text | None = None
    table: Mapping[str, object] = {}
    try:
        table = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        problem = text("it cannot be opened: {reason}", reason=error.strerror or "")
    except UnicodeDecodeError:
        problem = text("it is not in UTF-8")
    except tomllib.TOMLDecodeError as error:
        line = _TOML_LINE.search(str(error))
        problem = text("line {line} is not TOML", line=line[1]) if line else text("it is not TOML")
    if problem is not None:  # raised out here, so that no exception with the content hangs on to it
        raise InputError(
            text("The file of private parameters {file} cannot be used: {problem}", file=path.name, problem=problem)
        )
    return table


def _word(table: Mapping[str, object], key: str, path: Path) -> str:
    word = table.get(key)
    if not isinstance(word, str):
        raise _wrong(path, key, text("it is missing, or no text"))
    return word


def _system(written: str, key: str, path: Path, *, plane: bool) -> pyproj.CRS:
    crs = understood(written)
    if crs is None:
        raise _wrong(path, key, text("it is not a coordinate reference system"))
    if plane and horizontal(crs).is_geographic:
        raise _wrong(path, key, text("four parameters lead between systems in metres"))
    if not plane and horizontal(crs).geodetic_crs is None:
        raise _wrong(path, key, text("seven parameters lead between systems on an ellipsoid"))
    return crs


def _values(table: Mapping[str, object], limits: Mapping[str, float], path: Path) -> dict[str, float]:
    parameters = table.get("parameters")
    if not isinstance(parameters, dict):
        raise _wrong(path, "parameters", text("it is missing, or no table"))
    _refuse_others(parameters, set(limits), path)
    values = {}
    for key, limit in limits.items():
        value = parameters.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            raise _wrong(path, key, text("it is missing, or no number"))
        if abs(value) > limit:
            raise _wrong(path, key, text("it is larger than {limit:g}, so its unit is another", limit=limit))
        values[key] = float(value)
    return values


def _refuse_others(table: Mapping[str, object], known: set[str], path: Path) -> None:
    for key in table.keys() - known:
        shown = key if _BARE_KEY.fullmatch(key) else "…"
        raise _wrong(path, shown, text("there is no such key; there are: {keys}", keys=", ".join(sorted(known))))


def _wrong(path: Path, key: str, problem: Text) -> InputError:
    message = text(
        "'{key}' in the file of private parameters {file}: {problem}", key=key, file=path.name, problem=problem
    )
    return InputError(message, remedy=text("See the documentation of landquota.datum_shift for the form of the file."))


def _bursa_wolf(values: Mapping[str, float], sign: float) -> Move:
    """Return X' = T + (1 + s)·R·X with the rotations linearised, as EPSG methods 9606 and 9607 define it."""
    offset = np.array([values["dx_m"], values["dy_m"], values["dz_m"]])
    rx, ry, rz = (sign * _ARCSEC * values[key] for key in ("rx_arcsec", "ry_arcsec", "rz_arcsec"))
    turn = np.array([[1.0, -rz, ry], [rz, 1.0, -rx], [-ry, rx, 1.0]])
    matrix = (1 + _PPM * values["scale_ppm"]) * turn
    return lambda xyz: xyz @ matrix.T + offset


def _similarity(values: Mapping[str, float], sign: float) -> Move:
    angle = sign * _ARCSEC * values["rotation_arcsec"]
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    matrix, offset = (1 + _PPM * values["scale_ppm"]) * turn, np.array([values["dx_m"], values["dy_m"]])
    return lambda xy: xy @ matrix.T + offset


def _within_reach(crs: pyproj.CRS, named: pyproj.CRS) -> bool:
    """Return whether public arithmetic leads between two systems: one datum of China, or one and the same system."""
    on = datum(crs)
    if on is not None or datum(named) is not None:
        return on is datum(named)
    return same(crs, named)


def _converted(xy: NDArray[np.float64], source: pyproj.CRS, target: pyproj.CRS) -> NDArray[np.float64]:
    """Return coordinates in another system of the same datum."""
    if same(source, target):
        return xy
    return np.column_stack(pyproj.Transformer.from_crs(source, target, always_xy=True).transform(*xy.T))


def _to_geocentric(xy: NDArray[np.float64], source: pyproj.CRS) -> NDArray[np.float64]:
    lon, lat = _converted(xy, source, _geodetic(source)).T
    return np.column_stack(_geocentric(source).transform(lon, lat, np.zeros(len(xy))))


def _from_geocentric(xyz: NDArray[np.float64], target: pyproj.CRS) -> NDArray[np.float64]:
    x, y, z = xyz.T
    lon, lat, _ = _geocentric(target).transform(x, y, z, direction="INVERSE")
    return _converted(np.column_stack([lon, lat]), _geodetic(target), target)


def _geodetic(crs: pyproj.CRS) -> pyproj.CRS:
    geodetic = horizontal(crs).geodetic_crs
    assert geodetic is not None  # noqa: S101 - looked at when the file was read, or one datum with it
    return geodetic


def _geocentric(crs: pyproj.CRS) -> pyproj.Transformer:
    """Return the way from longitude, latitude and height to geocentric coordinates on the system's own ellipsoid."""
    ellipsoid = _geodetic(crs).ellipsoid
    assert ellipsoid is not None  # noqa: S101 - a geodetic system has one
    return pyproj.Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
        f"+step +proj=cart +a={ellipsoid.semi_major_metre!r} +rf={ellipsoid.inverse_flattening!r}"
    )
