"""The standard layers of natural-resources bureaus and their fields, as the data files list them.

``layers.csv`` and ``fields.csv`` say for every layer and field where it is known from.  What was
read in a standard itself (`basis` standard) is held against the data; what is known at second
hand only gives warnings.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

FOLDER: Final = Path(__file__).parent

Type = Literal["text", "int", "number", "date"]
Need = Literal["M", "C", "O"]
Basis = Literal["standard", "second-hand", "memory", "ours"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a standard layer.

    `need` is M mandatory, C conditional or O optional; `codes` names the list that its values
    come from; `rules` are the rules that :mod:`landquota.standards.rules` knows.
    """

    name: str
    title: str
    type: Type
    length: int | None
    decimals: int | None
    need: Need
    codes: str
    rules: tuple[str, ...]
    basis: Basis
    source: str

    @property
    def is_certain(self) -> bool:
        """Whether the field is known from the standard itself, or is our own."""
        return self.basis in {"standard", "ours"}


@dataclass(frozen=True, slots=True)
class Tolerances:
    """From which size on something counts; areas in m², shares of the area itself.

    A gap or an overlap is reported above its tolerance.  A polygon narrower than `sliver_width_m`
    is a sliver, a hole below `hole_m2` a micro-hole.  A declared area differs from `area_m2` or
    `area_share` on, whichever is more, and is far off from `area_far_share` on.
    """

    overlap_m2: float
    gap_m2: float
    sliver_width_m: float
    hole_m2: float
    area_m2: float
    area_share: float
    area_far_share: float


@dataclass(frozen=True, slots=True)
class Layer:
    """One standard layer, or one kind of layer of ours.

    Attributes
    ----------
    names
        What its tables are called, in upper case; Chinese ones may stand inside a longer name.
    telling
        Sets of fields of which any one tells the layer by itself.
    ambiguous
        What else goes by its names; empty where nothing does.
    is_coverage
        Whether its patches leave no gap between them.
    area_method, area_unit
        What the standard says of its areas; empty where it is not known.
    """

    code: str
    title: str
    title_en: str
    kind: str
    fields: tuple[Field, ...]
    names: tuple[str, ...]
    telling: tuple[frozenset[str], ...]
    ambiguous: str
    is_coverage: bool
    tolerances: Tolerances
    area_method: str
    area_unit: str
    checks_off: frozenset[str]
    source: str

    def render(self, language: str) -> str:
        """Return the layer's title in `language`."""
        return self.title if language == "zh" else f"{self.code} ({self.title_en})"

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True, slots=True)
class AreaField:
    """A field in which a table declares areas.

    `name` is the field's name, `title` what it is called in Chinese; either may be empty.  The
    area is that of one feature, or (`of_parcel`) of a parcel that several rows may share.  One
    that the software keeps by itself is nobody's declaration.
    """

    name: str
    title: str
    of_parcel: bool
    by_software: bool


@cache
def layers() -> Mapping[str, Layer]:
    """Return every layer by its code."""
    fields = _fields()
    return {row["code"]: _layer(row, fields.get(row["fields"], ())) for row in rows_of("layers.csv")}


@cache
def area_fields() -> tuple[AreaField, ...]:
    """Return the fields that declare areas, the best first."""
    return tuple(
        AreaField(row["field"], row["title"], row["role"] == "parcel", row["kept_by"] == "software")
        for row in rows_of("area_fields.csv")
    )


@cache
def field_names() -> frozenset[str]:
    """Return the names of all fields of all layers."""
    return frozenset(field.name for layer in layers().values() for field in layer.fields)


def rows_of(file: str) -> list[dict[str, str]]:
    """Return the rows of one of the data files."""
    with (FOLDER / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def _fields() -> Mapping[str, tuple[Field, ...]]:
    fields: dict[str, tuple[Field, ...]] = {}
    for row in rows_of("fields.csv"):
        fields[row["layer"]] = (*fields.get(row["layer"], ()), _field(row))
    return fields


def _field(row: Mapping[str, str]) -> Field:
    return Field(
        name=row["field"],
        title=row["title"],
        type=row["type"],  # type: ignore[arg-type]
        length=_whole(row["length"]),
        decimals=_whole(row["decimals"]),
        need=row["need"],  # type: ignore[arg-type]
        codes=row["codes"],
        rules=tuple(_parts(row["rule"], ";")),
        basis=row["basis"],  # type: ignore[arg-type]
        source=row["source"],
    )


def _layer(row: Mapping[str, str], fields: tuple[Field, ...]) -> Layer:
    return Layer(
        code=row["code"],
        title=row["title"],
        title_en=row["title_en"],
        kind=row["kind"],
        fields=fields,
        names=tuple(row["names"].split()),
        telling=tuple(frozenset(names.split()) for names in _parts(row["telling"], "|")),
        ambiguous=row["ambiguous"],
        is_coverage=row["coverage"] == "yes",
        tolerances=Tolerances(**{name: float(row[name] or "inf") for name in Tolerances.__slots__}),
        area_method=row["area_method"],
        area_unit=row["area_unit"],
        checks_off=frozenset(row["checks_off"].split()),
        source=row["source"],
    )


def _parts(written: str, separator: str) -> Iterable[str]:
    return (part.strip() for part in written.split(separator) if part.strip())


def _whole(written: str) -> int | None:
    return int(written) if written else None


def named(word: str) -> Layer | None:
    """Return the layer that a word means: a code, else a name of its tables or a title, whatever the case."""
    wanted = word.casefold()
    for called in (_codes, _others):
        found = next((layer for layer in layers().values() if wanted in map(str.casefold, called(layer))), None)
        if found is not None:
            return found
    return None


def _codes(layer: Layer) -> tuple[str, ...]:
    return (layer.code,)


def _others(layer: Layer) -> tuple[str, ...]:
    return (*layer.names, layer.title, layer.title_en)
