"""The features of a layer as a block: everything that the page says about them comes back."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from map_views import cell, layers
from mosaic_reader import Reader
from mosaic_reader import column as read_column
from shapely import Polygon

from landquota.maps import EntryRow, MapClass, MapFeature, MapLayer
from landquota.maps.mosaic.features import features_block

LOOKS = tuple(MapClass(key, key, "#3f7ba6", "#3f4650") for key in "abc")


def told(layer: MapLayer) -> list[dict[str, Any]]:
    """Return what the block of a layer says about each of its features."""
    known: dict[EntryRow, int] = {}
    block = features_block(layer, lambda rows: [known.setdefault(row, len(known)) for row in rows])
    reader = Reader.of(block)
    header, sections = reader.header, reader.sections
    count = len(sections["class"])
    forms = sections["form"]
    places = [forms[:at].count(form) for at, form in enumerate(forms)]
    sizes = [count] * len(header["columns"])
    for form, columns in enumerate(header["forms"]):
        for _, position in columns:
            sizes[position] = forms.count(form)
    for position in (header["id"], header["name"]):
        sizes[position] = count
    columns = [
        read_column(reader, layout, str(at), size)
        for at, (layout, size) in enumerate(zip(header["columns"], sizes, strict=True))
    ]
    ends = [0, *accumulate(sections["entryCounts"])]
    entries = list(known)
    return [
        {
            "id": columns[header["id"]][at],
            "name": columns[header["name"]][at],
            "class_key": layer.classes[sections["class"][at]].key,
            "zone": header["zones"][sections["zone"][at]],
            "illustrative": bool(sections["illustrative"][at]),
            "rows": tuple((label, columns[column][places[at]]) for label, column in header["forms"][forms[at]]),
            "entries": tuple(entries[position] for position in sections["entries"][ends[at] : ends[at + 1]]),
        }
        for at in range(count)
    ]


def expected(layer: MapLayer) -> list[dict[str, Any]]:
    names = ("id", "name", "class_key", "zone", "illustrative", "rows", "entries")
    return [{name: getattr(feature, name) for name in names} for feature in layer.features]


def by_all(said: list[dict[str, Any]]) -> list[str]:
    return sorted(map(repr, said))


def test_an_ordinary_layer_comes_back() -> None:
    for layer in layers():
        assert by_all(told(layer)) == by_all(expected(layer))


letters = st.characters(exclude_categories=["Cs"])
label = st.sampled_from(["面积", "名称", "{{x}}", ""])
row = st.tuples(label, st.one_of(st.text(letters, max_size=5), st.integers(0, 999).map(str)))
entry = st.builds(EntryRow, st.just("2021"), st.text(letters, max_size=2), st.just(""), st.just("1"))
feature = st.builds(
    MapFeature,
    id=st.text(letters, max_size=4),
    name=st.text(letters, max_size=4),
    class_key=st.sampled_from("abc"),
    geometry=st.one_of(st.just(Polygon()), st.integers(0, 9).map(lambda number: cell(number, 0))),
    rows=st.lists(row, max_size=4).map(tuple),
    entries=st.lists(entry, max_size=3).map(tuple),
    zone=st.one_of(st.none(), st.sampled_from(["GHW-01", ""])),
    illustrative=st.booleans(),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(feature, max_size=12))
def test_any_features_come_back(features: list[MapFeature]) -> None:
    layer = MapLayer("layer", "layer", "parcels", LOOKS, tuple(features))
    assert by_all(told(layer)) == by_all(expected(layer))


def test_a_column_that_only_repeats_another_is_stored_once() -> None:
    drawn = [
        MapFeature(f"P{number}", f"P{number}", "a", cell(number, 0), (("编号", f"P{number}"),)) for number in range(9)
    ]
    layer = MapLayer("layer", "layer", "parcels", LOOKS, tuple(drawn))
    header = Reader.of(features_block(layer, lambda _: [])).header
    assert (header["id"], header["name"], len(header["columns"])) == (0, 0, 1)
    other = replace(drawn[0], name="another")
    layer = replace(layer, features=(other, *drawn[1:]))
    assert len(Reader.of(features_block(layer, lambda _: [])).header["columns"]) == 2
