"""The columns that each kind of layer has in the workspace, and the stages of a parcel."""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import geopandas
import numpy as np
import pandas as pd
import shapely

from landquota.dates import parse_date
from landquota.errors import InputError
from landquota.findings import Finding, Place, has_errors
from landquota.formats.names import column_of, few, names_of, telling_column
from landquota.i18n import Text, text
from landquota.layers.catalogue import NATURES, CatalogEntry

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landquota.formats.table import FeatureTable

#: The stages of a parcel in their order, and the columns with the dates on which they are reached.
STAGES: Final = ("planned", "approved", "requisitioned", "supplied", "under_construction", "completed")
DATE_COLUMNS: Final = ("approved_on", "requisitioned_on", "supplied_on", "started_on", "completed_on")

#: A shapefile cuts names to ten bytes: requisitioned_on arrives as requisitio.
_SHAPEFILE_NAME: Final = 10
#: How alike a column's name has to be to a standard one that is not there, to be asked about.
_ALIKE: Final = 0.8
_NEVER: Final = "9999-12-31"
#: A .dbf has no type for a moment, so GDAL writes one as text.
_MIDNIGHT: Final = re.compile(r"[ T]00:00:00(\.0+)?$")


@dataclass(frozen=True, slots=True)
class Standard:
    """The columns of a kind: its id, what else has to be there, and what may be; all hold text or None.

    `aliases` are what surveys and standards call a column, in lower case, the best first.
    Where `counted`, features without an id are numbered; else they need one, and without any
    column for it the first of `substitutes` serves that tells the features apart.
    """

    id: str | None
    required: tuple[str, ...]
    optional: tuple[str, ...]
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counted: bool = False
    substitutes: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All standard columns in their order."""
        return (*([self.id] if self.id else []), *self.required, *self.optional)

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that a file has to have."""
        return (*([self.id] if self.id and not self.counted else []), *self.required)


_STANDARDS: Final = {
    "zones": Standard(
        "zone",
        ("name", "holder"),
        ("name_en",),
        aliases={
            "zone": ("片区编号", "pqbh"),
            "name": ("片区名称", "名称", "mc"),
            "holder": ("持有者", "镇街", "乡镇"),
        },
    ),
    "parcels": Standard(
        "parcel",
        (),
        ("name", "zone", *DATE_COLUMNS),
        aliases={
            "parcel": ("dkbh", "地块编号", "宗地编号", "宗地号", "zdh", "id"),
            "name": ("dkmc", "地块名称", "xmmc", "项目名称", "名称"),
            "zone": ("片区编号", "片区", "pqbh"),
            "approved_on": ("批准日期", "批复日期"),
            "requisitioned_on": ("征收日期",),
            "supplied_on": ("供应日期", "供地日期"),
            "started_on": ("开工日期",),
            "completed_on": ("竣工日期",),
        },
        substitutes=("name", "dkmc", "地块名称", "handle"),
    ),
    "context": Standard(None, (), ("name",)),
}
#: The kinds with columns of their own.
OURS: Final = frozenset(_STANDARDS)
_CONSTRAINT: Final = Standard("id", (), ("name",), counted=True)
#: What tells the features of a constraint apart: an id of ours, 标识码, 图斑编号.
_CONSTRAINT_IDS: Final = ("id", "bsm", "tbbh")


def standard(kind: str) -> Standard:
    """Return the columns of a kind; every kind without columns of its own is a constraint."""
    return _STANDARDS.get(kind, _CONSTRAINT)


def standardised(table: FeatureTable, entry: CatalogEntry) -> tuple[GeoDataFrame | None, list[Finding]]:
    """Bring a file's features into the form of their kind.

    Standard columns come first, as text or None, dates as ISO text; ``nature`` is the catalogue's
    where the file has none; all other attributes stay.  Geometries become flat multi-polygons.

    Returns
    -------
    tuple
        The table, or None where a column is missing or stands twice, and the findings.
    """
    columns = standard(entry.kind)
    frame, findings = _with_id(_renamed(table, columns), columns, Place(file=table.path.name))
    findings += _column_findings(frame, columns, Place(file=table.path.name))
    if has_errors(findings):
        return None, findings
    if columns.counted:
        frame["id"], found = _ids(frame, Place(file=table.path.name))
        findings += found
    for column in columns.columns:
        if column not in frame.columns:
            frame[column] = _column([None] * len(frame), frame.geometry)
        elif column in DATE_COLUMNS:
            frame[column], found = _dates(frame[column], column, table.places)
            findings += found
        else:
            frame[column] = as_text(frame[column])
    frame["nature"], found = _natures(frame, entry, table.places)
    findings += found
    if entry.kind == "parcels":
        findings += _parcel_findings(frame, table.places)
    return _arranged(frame, columns), findings


def in_our_words(table: FeatureTable, kind: str) -> tuple[FeatureTable, list[Finding]]:
    """Return a table with its columns under the names of a kind, as far as it has them, else unchanged."""
    columns = standard(kind)
    frame, findings = _with_id(_renamed(table, columns), columns, Place(file=table.path.name))
    return replace(table, frame=frame), findings


def stages(parcels: GeoDataFrame, *, as_of: date) -> list[str]:
    """Return the stage that each parcel is in at the end of `as_of`.

    The last of :data:`STAGES` whose date is not later; ``planned`` where there is none.  Stages
    may be skipped.
    """
    reached = np.zeros(len(parcels), dtype=np.intp)
    for stage, column in enumerate(DATE_COLUMNS, start=1):
        dates = np.array([day or _NEVER for day in names_of(parcels[column])], dtype=str)
        reached = np.where(dates <= as_of.isoformat(), stage, reached)
    return [STAGES[stage] for stage in reached.tolist()]


def as_text(values: pd.Series) -> pd.Series:
    """Return a column as text without surrounding blanks, None for nothing."""
    return _column((name or None for name in names_of(values)), values)


def _column(cells: Iterable[object], like: pd.Series) -> pd.Series:
    return pd.Series(list(cells), index=like.index, dtype=object)


def _ids(frame: GeoDataFrame, place: Place) -> tuple[pd.Series, list[Finding]]:
    """Return what tells the features of a constraint apart: an id, else their number in the file."""
    telling = telling_column(frame, _CONSTRAINT_IDS)
    ids = names_of(frame[telling]) if telling is not None else [str(row) for row in range(1, len(frame) + 1)]
    replaced = "id" in frame.columns and telling != "id"
    findings = [Finding("LAYER-ID-REPLACED", replace(place, column="id"), {"ids": few(ids)})] if replaced else []
    return _column(ids, frame.geometry), findings


def _renamed(table: FeatureTable, columns: Standard) -> GeoDataFrame:
    """Return the frame with its standard columns under their standard names."""
    names: dict[str, str] = {}
    for name in map(str, table.frame.columns):
        for column in columns.columns:
            cut = column[:_SHAPEFILE_NAME] if table.format == "ESRI Shapefile" else column
            if name.casefold() in {column, cut} and column not in names.values():
                names[name] = column
    for column, aliases in columns.aliases.items():
        alias = column_of(table.frame, aliases)
        if alias is not None and column not in names.values():
            names[alias] = column
    return table.frame.rename(columns=names)


def _with_id(frame: GeoDataFrame, columns: Standard, place: Place) -> tuple[GeoDataFrame, list[Finding]]:
    """Return the frame with an id where it has none and another column tells the features apart."""
    if columns.id is None or columns.id in frame.columns:
        return frame, []
    telling = telling_column(frame, columns.substitutes)
    if telling is None:
        return frame, []
    params = {"column": columns.id, "telling": telling, "ids": few(names_of(frame[telling]))}
    return frame.assign(**{columns.id: frame[telling]}), [Finding("LAYER-ID-TAKEN", place, params)]


def _column_findings(frame: GeoDataFrame, columns: Standard, place: Place) -> Iterator[Finding]:
    present = [str(column) for column in frame.columns if column != frame.geometry.name]
    for name, count in Counter(column.casefold() for column in present).items():
        if count > 1:  # a GeoPackage tells no upper from lower case
            yield Finding("LAYER-COLUMN-TWICE", replace(place, column=name), {"column": name, "count": count})
    for column in columns.needed:
        if column not in present:
            others = ", ".join(name.upper() for name in columns.aliases.get(column, ()))
            also: Text | str = text(" (also read as it: {names})", names=others) if others else ""
            params = {"column": column, "also": also, "found": ", ".join(present)}
            yield Finding("LAYER-COLUMN-MISSING", replace(place, column=column), params)
    absent = [column for column in (*columns.needed, *columns.optional) if column not in present]
    for name in present:
        alike = difflib.get_close_matches(name.casefold(), absent, n=1, cutoff=_ALIKE)
        if alike and name not in columns.columns:
            params = {"column": name, "nearest": alike[0]}
            yield Finding("LAYER-COLUMN-UNKNOWN", replace(place, column=name), params)


def _dates(values: pd.Series, column: str, places: Sequence[Place]) -> tuple[pd.Series, list[Finding]]:
    dates: list[str | None] = []
    findings = []
    for value, place in zip(values.tolist(), places, strict=True):
        try:
            dates.append(_iso(value))
        except InputError as problem:
            params = {"problem": problem.message, "remedy": problem.remedy or text("Mend the cell.")}
            findings.append(Finding("LAYER-DATE", replace(place, column=column), params))
            dates.append(None)
    return _column(dates, values), findings


def _iso(value: object) -> str | None:
    """Return a date, of whatever type the file gives it, as ISO text; None for nothing."""
    written = names_of([value])[0]
    if not written:
        return None
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else parse_date(_MIDNIGHT.sub("", written)).isoformat()


def _natures(frame: GeoDataFrame, entry: CatalogEntry, places: Sequence[Place]) -> tuple[pd.Series, list[Finding]]:
    """Return what each feature's geometry is: what the file says, else the catalogue."""
    if "nature" not in frame.columns:
        return _column([entry.nature] * len(frame), frame.geometry), []
    natures = [name or entry.nature for name in names_of(frame["nature"])]
    known = ", ".join(NATURES)
    findings = [
        Finding("LAYER-NATURE", replace(place, column="nature"), {"nature": nature, "natures": known})
        for nature, place in zip(natures, places, strict=True)
        if nature not in NATURES
    ]
    return _column(natures, frame.geometry), findings


def _parcel_findings(frame: GeoDataFrame, places: Sequence[Place]) -> Iterator[Finding]:
    """Check that a parcel's stages are reached one after the other."""
    for place, *dates in zip(places, *(frame[column].tolist() for column in DATE_COLUMNS), strict=True):
        dated = [(column, day) for column, day in zip(DATE_COLUMNS, dates, strict=True) if day is not None]
        for (earlier, first), (later, second) in pairwise(dated):
            if second < first:
                params = {"earlier": earlier, "first": first, "later": later, "second": second}
                yield Finding("PARCEL-STAGE-ORDER", replace(place, column=later), params)


def _arranged(frame: GeoDataFrame, columns: Standard) -> GeoDataFrame:
    """Return the columns in their order, and the geometries as flat multi-polygons."""
    first = [*columns.columns, "nature"]
    others = [column for column in frame.columns if column not in {*first, frame.geometry.name}]
    attributes = {column: _plain(frame[column]) for column in [*first, *others]}
    return geopandas.GeoDataFrame(attributes, geometry=_flat_multi(frame.geometry.to_numpy()), crs=frame.crs)


def _plain(values: pd.Series) -> pd.Series:
    """Return a column that a GeoPackage can hold: nested values of a GeoJSON become JSON text."""
    if not any(isinstance(value, dict | list) for value in values.tolist()):
        return values
    return _column((json.dumps(v, ensure_ascii=False) if isinstance(v, dict | list) else v for v in values), values)


def _flat_multi(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    flat: NDArray[np.object_] = shapely.force_2d(geometries)
    single = shapely.get_type_id(flat) == shapely.GeometryType.POLYGON
    flat[single] = shapely.multipolygons(flat[single], indices=np.arange(int(single.sum())))
    return flat
