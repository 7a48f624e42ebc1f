"""What a GeoJSON holds, by one pass over its JSON: what GDAL leaves out of it without a word.

GDAL skips what it does not take for a feature, rings and parts with a position that is no number
(without its hole, a polygon grows), and all but one of the members that have the same name.
Source: RFC 7946 (The GeoJSON Format), RFC 8259 §4 (members of the same name).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, Final

from landquota.findings import Finding, Place
from landquota.formats.names import feature_name
from landquota.i18n import text

#: How many lists lie within one another in the coordinates of each type of geometry.
_DEPTHS: Final = {
    "point": 0, "multipoint": 1, "linestring": 1, "multilinestring": 2, "polygon": 2, "multipolygon": 3,
}  # fmt: skip
_COLLECTION: Final = "geometrycollection"
#: What GDAL calls the column of ids that features have beside their properties.
_ID: Final = "id"
_LEAST_NUMBERS: Final = 2
#: Python takes the truth values for whole numbers, which they are not in JSON.
_NUMBERS: Final = frozenset({int, float})
#: Whole numbers beyond this one are not all told apart by the floating point of IEEE 754.
_EXACT: Final = 2**53
_SHOWN: Final = 40


class Member(dict[str, Any]):
    """One object of a JSON, and which names stand in it more than once with different values."""

    __slots__ = ("repeated",)

    def __init__(self, pairs: Sequence[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.repeated: tuple[str, ...] = ()
        if len(self) < len(pairs):
            self.repeated = tuple(dict.fromkeys(name for name, value in pairs if not _same(value, self[name])))


@dataclass(frozen=True, slots=True)
class Shape:
    """What the coordinates of a geometry are, in their place: `wrong` has the path to what is none, and that."""

    positions: int
    wrong: tuple[tuple[str, str], ...] = ()
    repeated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Structure:
    """The features of a GeoJSON that are features, the reference system it names, and what is wrong with it."""

    features: tuple[Member, ...]
    crs: object
    findings: tuple[Finding, ...]

    @property
    def positions(self) -> tuple[int, ...]:
        """How many positions the geometry of each feature has."""
        shapes = (feature["geometry"] for feature in self.features)
        return tuple(0 if shape is None else shape.positions for shape in shapes)

    @property
    def names(self) -> tuple[str, ...]:
        """What findings call the features."""
        return tuple(_name(feature, number) for number, feature in enumerate(self.features))

    def beyond_float(self, column: str) -> bool:
        """Return whether a column holds whole numbers that floating point rounds."""
        return any(abs(value) > _EXACT for value in self.values(column) if type(value) is int)

    def values(self, column: str) -> Iterator[object]:
        """Yield the values of a column, feature by feature; None where one has none."""
        for feature in self.features:
            properties = feature["properties"] or {}
            yield feature.get("id") if column == _ID and column not in properties else properties.get(column)


def structure(path: Path) -> tuple[Structure | None, list[Finding]]:
    """Read the JSON of a GeoJSON, keeping of its geometries only what is wrong with them."""
    place = Place(file=path.name)
    try:
        root = json.loads(path.read_bytes().decode("utf-8-sig"), object_pairs_hook=_kept)
    except json.JSONDecodeError as problem:
        said = text("it is no JSON: {problem}", problem=problem.msg)
        return None, [Finding("FILE-UNREADABLE", replace(place, line=problem.lineno), {"problem": said})]
    except (RecursionError, ValueError) as problem:  # the latter: a number of thousands of digits
        said = text("it is no JSON: {problem}", problem=str(problem))
        return None, [Finding("FILE-UNREADABLE", place, {"problem": said})]
    members, findings = _listed(root, place)
    for number, member in enumerate(members):
        if _is_feature(member):
            findings += _feature_findings(member, number, place)
        else:
            findings.append(Finding("FILE-JSON-FEATURE", place, {"number": number + 1, "value": _outline(member)}))
    features = tuple(member for member in members if _is_feature(member))
    crs = root.get("crs") if isinstance(root, Member) else None
    if crs is None and features:  # where GDAL looks for it next
        crs = features[0].get("crs")
    return Structure(features, crs, tuple(findings)), []


def _listed(root: object, place: Place) -> tuple[list[Any], list[Finding]]:
    """Return the features of a JSON, which may be one or a geometry alone."""
    if isinstance(root, Shape):
        return [Member([("type", "Feature"), ("geometry", root)])], []
    if isinstance(root, Member) and root.get("type") == "FeatureCollection":
        listed = root.get("features")
        return (listed if isinstance(listed, list) else [listed]), _repetitions(root, place)
    return [root], []


def _kept(pairs: list[tuple[str, Any]]) -> Member | Shape:
    """Return an object of the JSON; of a geometry only what is wrong with it, for coordinates fill the memory."""
    member = Member(pairs)
    kind = str(member.get("type")).casefold()
    if kind in _DEPTHS and isinstance(member.get("coordinates"), list):
        positions, wrong = _checked(member["coordinates"], _DEPTHS[kind], "coordinates")
        return Shape(positions, tuple(wrong), member.repeated)
    if kind == _COLLECTION and isinstance(member.get("geometries"), list):
        return _collected(member)
    return member


def _collected(member: Member) -> Shape:
    positions, wrong = 0, []
    for number, part in enumerate(member["geometries"]):
        if isinstance(part, Shape):
            positions += part.positions
            wrong += [(f"geometries[{number}].{path}", value) for path, value in part.wrong]
        else:
            wrong.append((f"geometries[{number}]", _shown(part)))
    return Shape(positions, tuple(wrong), member.repeated)


def _checked(value: object, depth: int, path: str) -> tuple[int, list[tuple[str, str]]]:
    """Return how many positions nested lists hold, and the path to each thing that is no list, or no position."""
    if depth == 0:
        return (1, []) if _is_position(value) else (0, [(path, _shown(value))])
    if not isinstance(value, list):
        return 0, [(path, _shown(value))]
    if depth == 1 and _are_positions(value):
        return len(value), []
    count, wrong = 0, []
    for number, item in enumerate(value):
        positions, found = _checked(item, depth - 1, f"{path}[{number}]")
        count += positions
        wrong += found
    return count, wrong


def _are_positions(values: list[Any]) -> bool:
    """Return whether all items are positions, at the speed of C: these are nearly all that a large file holds."""
    return (
        set(map(type, values)) <= {list}
        and all(count >= _LEAST_NUMBERS for count in set(map(len, values)))
        and set(map(type, chain.from_iterable(values))) <= _NUMBERS
    )


def _is_position(value: object) -> bool:
    return isinstance(value, list) and len(value) >= _LEAST_NUMBERS and set(map(type, value)) <= _NUMBERS


def _is_feature(member: object) -> bool:
    return (
        isinstance(member, Member)
        and member.get("type") == "Feature"
        and isinstance(member.setdefault("geometry", None), (Shape, type(None)))
        and isinstance(member.setdefault("properties", None), (Member, type(None)))
    )


def _feature_findings(member: Member, number: int, place: Place) -> list[Finding]:
    place = replace(place, feature=_name(member, number))
    shape, properties = member["geometry"], member["properties"]
    findings = _repetitions(member, place) + _repetitions(shape, place) + _repetitions(properties, place)
    if shape is not None:
        findings += [Finding("FILE-JSON-POSITION", place, {"path": path, "value": v}) for path, v in shape.wrong]
    return findings


def _name(member: Mapping[str, Any], number: int) -> str:
    fid = member.get("id")
    attributes = member["properties"] or ({} if fid is None else {"id": fid})
    return feature_name(attributes, str(number if fid is None else fid))


def _repetitions(member: Member | Shape | None, place: Place) -> list[Finding]:
    names = () if member is None else member.repeated
    return [Finding("FILE-JSON-REPEATED", place, {"name": name}) for name in names]


def _outline(value: object) -> str:
    """Return what is wrong with something that is no feature: the value itself, its type, or the member at fault."""
    if isinstance(value, Shape):
        return "{…}"
    if not isinstance(value, Member):
        return _shown(value)
    if value.get("type") == "Feature":
        fault = "properties" if isinstance(value.get("geometry"), (Shape, type(None))) else "geometry"
        return f'"{fault}": {_shown(value[fault])}'
    return f'"type": {_shown(value["type"])}' if "type" in value else "{" + ", ".join(value)[:_SHOWN] + "}"


def _shown(value: object) -> str:
    """Return the beginning of a value as JSON."""
    plain = {"…": "…"} if isinstance(value, Shape) else value
    said = json.dumps(plain, ensure_ascii=False, default=str)
    return said if len(said) <= _SHOWN else said[:_SHOWN] + "…"


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other
