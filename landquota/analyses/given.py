"""What a command was given: one layer of features as its file holds them, and what they are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from landquota.findings import Finding, Place
from landquota.formats.geometry import bounds
from landquota.formats.names import ID_COLUMNS, column_of, few, names_of, telling_column
from landquota.i18n import text
from landquota.overlay import around

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

    from landquota.formats.table import FeatureTable
    from landquota.overlay.partition import Bounds

#: What is wrong with single features only: they are left out, said, and answered with "no data".
BROKEN: Final = frozenset({"GEOM-INVALID", "GEOM-NULL", "GEOM-EMPTY", "GEOM-NOT-POLYGON"})
#: What tells features apart, beside the columns that every command knows.
_IDS: Final = (
    *ID_COLUMNS,
    "宗地编号",
    "宗地号",
    "zdh",
    "tbbh",
    "yjjbnttbbh",
    "片区编号",
    "dkmc",
    "xmmc",
    "地块名称",
    "name",
)


@dataclass(frozen=True)
class Given:
    """One layer that a command was given.

    Attributes
    ----------
    name
        What it is called: its name in the catalogue, or the file's.
    kind
        What it is, such as basic_farmland; empty where nothing tells it.
    table
        The features in the file's own reference system.
    ids
        What they are called, one each; those that share an id have their row beside it.
    id_column
        Where the ids stand; None where the features are numbered.
    title, title_en, dated, nature, coverage
        What the catalogue says; empty for a file.
    """

    name: str
    kind: str
    table: FeatureTable
    ids: tuple[str, ...]
    id_column: str | None
    title: str = ""
    title_en: str = ""
    dated: str = ""
    nature: str = ""
    coverage: str = ""

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def crs(self) -> pyproj.CRS:
        """The file's own reference system."""
        crs: pyproj.CRS = self.table.frame.crs
        return crs

    @property
    def file(self) -> str:
        """What findings name as the place."""
        return self.table.path.name

    def render(self, language: str) -> str:
        """Return what people call the layer."""
        return (self.title if language == "zh" else self.title_en) or self.title or self.name

    def fields(self) -> list[str]:
        """Return the names of the attributes."""
        frame = self.table.frame
        return [str(column) for column in frame.columns if column != frame.geometry.name]

    def column(self, wanted: str) -> str | None:
        """Return the attribute of that name, in whatever case it is written."""
        exact = wanted if wanted in self.fields() else None
        return exact or column_of(self.table.frame, [wanted.casefold()])

    def cells(self, column: str) -> list[str]:
        """Return an attribute as texts, whole numbers without decimals, nothing as the empty text."""
        frame = self.table.frame
        return names_of(frame.iloc[:, list(map(str, frame.columns)).index(column)])

    def skipped(self) -> list[Finding]:
        """Name the features without a sound polygon, each with GEOM-SKIPPED."""
        rows = np.flatnonzero(~self.table.sound).tolist()
        return [Finding("GEOM-SKIPPED", Place(file=self.file, feature=self.ids[row])) for row in rows]

    @property
    def is_outline(self) -> bool:
        """Whether the polygons are still in the file."""
        return self.table.numbers is not None

    def bounds(self) -> Bounds | None:
        """Return the box around all features in the file's own system; None where there is nothing."""
        if self.table.boxes is None:
            return bounds(self.table.frame.geometry.to_numpy())
        return None if np.isnan(self.table.boxes).all() else around(self.table.boxes)

    def doubtful(self) -> NDArray[np.object_]:
        """Return the unsound geometries: where they lie, nobody knows what the layer says."""
        return np.asarray(self.table.frame.geometry.to_numpy()[~self.table.sound], dtype=object)


def unknown_field(given: Given, wanted: str, option: str) -> Finding:
    """Return the finding that a layer has no such attribute, with those that it has."""
    params = {"field": wanted, "fields": ", ".join(given.fields()) or "—", "option": option}
    return Finding("OVERLAY-FIELD-UNKNOWN", Place(file=given.file), params)


def ids_of(table: FeatureTable, wanted: str | None) -> tuple[tuple[str, ...], str | None, list[Finding]]:
    """Return what features are called, the column that says it, and what is wrong with its cells.

    Features without an id, or with one that others have too, get their row beside it.

    Parameters
    ----------
    table
        The features.
    wanted
        The column; None takes the first of the usual ones that tells them apart.
    """
    frame = table.frame
    column = wanted or telling_column(frame, _IDS) or column_of(frame, ID_COLUMNS)
    if column is None:
        return tuple(str(row) for row in range(1, len(frame) + 1)), None, []
    names = names_of(frame.iloc[:, list(map(str, frame.columns)).index(column)])
    count = Counter(names)
    told = [name and count[name] == 1 for name in names]
    ids = tuple(
        name if unique else f"{name} #{row}".strip()
        for row, (name, unique) in enumerate(zip(names, told, strict=True), 1)
    )
    if all(told):
        return ids, column, []
    return ids, column, [_not_told(table, column, [names[i] for i, unique in enumerate(told) if not unique])]


def _not_told(table: FeatureTable, column: str, names: Sequence[str]) -> Finding:
    several = [name or text("(empty)").render("en") for name in dict.fromkeys(names)]
    place = Place(file=table.path.name, column=column)
    return Finding("OVERLAY-ID-TWICE", place, {"column": column, "count": len(names), "ids": few(several)})
