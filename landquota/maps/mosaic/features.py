"""The features of a map layer as one block: outlines, and everything that the page says about them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from landquota.maps.mosaic.block import Section, pack
from landquota.maps.mosaic.columns import columns
from landquota.maps.mosaic.outlines import outlines
from landquota.maps.mosaic.rings import curve_order, flatten

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from landquota.maps.view import EntryRow, MapFeature, MapLayer

    Ints = NDArray[np.int64]

#: A column as it is collected: its texts, feature by feature of those that have it.
Texts: TypeAlias = "list[str]"


def features_block(layer: MapLayer, refer: Callable[[tuple[EntryRow, ...]], list[int]]) -> bytes:
    """Return the features of `layer` as a block, in the order of a curve through the county.

    `refer` gives the positions under which the page knows ledger entries.  The header names the
    columns of ids and names, the zones, and the forms: which labelled columns a feature has.
    """
    shapes = np.array([feature.geometry for feature in layer.features], dtype=object)
    order = curve_order(shapes)
    features = [layer.features[place] for place in order]
    forms, form, rows = _rows(features)
    ids = [feature.id for feature in features]
    positions, stored = columns([ids, [feature.name for feature in features], *rows])
    zones = {zone: place for place, zone in enumerate(dict.fromkeys(feature.zone for feature in features))}
    classes = {one.key: place for place, one in enumerate(layer.classes)}
    entries = [refer(feature.entries) for feature in features]
    header = {
        "columns": [column.layout for column in stored],
        "id": positions[0],
        "name": positions[1],
        "zones": list(zones),
        "forms": [[[label, positions[2 + place]] for label, place in one] for one in forms],
    }
    return pack(
        header,
        chain(
            outlines(flatten(shapes[order])),
            [
                _counts("class", [classes[feature.class_key] for feature in features]),
                _counts("zone", [zones[feature.zone] for feature in features]),
                _counts("illustrative", [feature.illustrative for feature in features]),
                _counts("form", form),
                _counts("entryCounts", [len(positions) for positions in entries]),
                _counts("entries", [position for positions in entries for position in positions]),
            ],
            (section for column in stored for section in column.sections),
        ),
    )


def _rows(features: Sequence[MapFeature]) -> tuple[list[list[tuple[str, int]]], list[int], list[Texts]]:
    """Return the forms (labels with their columns), the form of each feature, and the columns.

    A form is what labels a feature's rows have, in their order; every form has columns of its
    own, which hold a text for each of its features.
    """
    forms: dict[tuple[str, ...], list[Texts]] = {}
    form = []
    places: dict[tuple[str, ...], int] = {}
    for feature in features:
        labels = tuple(label for label, _ in feature.rows)
        texts = forms.setdefault(labels, [[] for _ in labels])
        form.append(places.setdefault(labels, len(places)))
        for column, (_, text) in zip(texts, feature.rows, strict=True):
            column.append(text)
    counted = iter(range(sum(map(len, forms))))
    named = [[(label, next(counted)) for label in labels] for labels in forms]
    return named, form, [column for texts in forms.values() for column in texts]


def _counts(name: str, values: Sequence[Any]) -> Section:
    return Section(name, "counts", np.array(values, dtype=np.int64))
