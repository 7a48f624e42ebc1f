"""The classes of a land-use layer: which attribute holds them, what they are called, which great class they are of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from landquota import standards
from landquota.analyses.given import Given, unknown_field
from landquota.findings import Finding, Place
from landquota.i18n import Text, text
from landquota.standards import Code, CodeList

#: The attributes that hold land classes where nobody says which does, codes before names.
_CLASSES: Final = ("dlbm", "dlmc", "ghydfldm", "ghydflmc", "ydyhfldm", "ydyhflmc", "地类编码", "地类名称")
#: The attribute that names what an attribute of codes holds.
_NAMES: Final[Mapping[str, str]] = {
    "dlbm": "dlmc",
    "ghydfldm": "ghydflmc",
    "ydyhfldm": "ydyhflmc",
    "地类编码": "地类名称",
}
#: The lists that tell great classes, those first that are likelier where codes mean different things.
_LISTS: Final = ("land_survey", "land_2007", "land_sea")
_PLANNED: Final = ("land_sea", "land_survey", "land_2007")

#: The three great classes of the land administration law, art. 4, in its order.
GROUPS: Final = ("农用地", "建设用地", "未利用地")


@dataclass(frozen=True)
class Classes:
    """The classes of a layer.

    Attributes
    ----------
    column
        The attribute that holds them.
    values
        The class of each feature, as it is written.
    names
        What each class is called, where that is known and not the class itself.
    groups
        Its great class, where the code list says one.
    cultivated
        The classes that are 耕地.
    source
        The code list, to be told; None where none fits.
    """

    column: str
    values: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    cultivated: frozenset[str] = frozenset()
    source: CodeList | None = None

    def with_codes(self, codes: Iterable[str]) -> Classes:
        """Return the same with codes that stand nowhere as a class of their own, such as those of deductions."""
        more = [code for code in dict.fromkeys(codes) if code not in self.names and code not in self.groups]
        return self if self.source is None else _explained(self, self.source, more)

    def note(self) -> Text:
        """Return where the great classes are known from, or that they are not."""
        if self.source is None:
            return text("The classes of {column} are of no known list: there is no grouping", column=self.column)
        return text("Great classes (农用地, 建设用地, 未利用地) by the list of {list}, second-hand", list=self.source)


def classes_of(given: Given, wanted: str | None) -> tuple[Classes | None, list[Finding]]:
    """Return the classes of a layer, by the attribute that is `wanted` or the usual ones.

    Returns
    -------
    tuple
        The classes, or None with a finding that lists the attributes.
    """
    column = next(filter(None, map(given.column, [wanted] if wanted else _CLASSES)), None)
    if column is None and wanted:
        return None, [unknown_field(given, wanted, "--class")]
    if column is None:
        params = {"name": given, "fields": ", ".join(given.fields()) or "—"}
        return None, [Finding("OVERLAY-CLASS-NONE", Place(file=given.file), params)]
    values = tuple(given.cells(column))
    called = given.column(_NAMES.get(column.casefold(), ""))
    names = dict(zip(values, given.cells(called), strict=True)) if called else {}
    classes = Classes(column, values, {code: name for code, name in names.items() if name and name != code})
    known = _list_of(given, column, classes)
    return (classes if known is None else _explained(classes, known, dict.fromkeys(values))), []


def _explained(classes: Classes, known: CodeList, values: Iterable[str]) -> Classes:
    """Return classes with what a code list says of `values`; the layer's own names go first."""
    found = {value: code for value in values if (code := _find(known, value)) is not None}
    return Classes(
        classes.column,
        classes.values,
        {v: c.name for v, c in found.items() if c.name != v} | dict(classes.names),
        dict(classes.groups) | {value: code.group for value, code in found.items() if code.group},
        classes.cultivated | {value for value, code in found.items() if code.cultivated},
        known,
    )


def _list_of(given: Given, column: str, classes: Classes) -> CodeList | None:
    """Return the code list that a layer uses: by its standard, else the one that knows most of its classes by name."""
    lists = standards.code_lists()
    layer = standards.recognise(given.table)
    named = [f.codes for f in layer.fields if f.name.casefold() == column.casefold()] if layer is not None else []
    if named and named[0] in _LISTS:
        return lists[named[0]]
    order = _PLANNED if column.casefold().startswith(("ghyd", "ydyh")) else _LISTS
    count = {name: _known(lists[name], classes) for name in order}
    best = max(order, key=lambda name: count[name])
    different = len(set(classes.values) - {""})
    return lists[best] if count[best] * 2 > different else None


def _known(known: CodeList, classes: Classes) -> int:
    """Return how many of the classes a list knows, by the same name where the layer names them."""
    found = ((value, _find(known, value)) for value in set(classes.values))
    return sum(code is not None and classes.names.get(value, code.name) == code.name for value, code in found)


def _find(known: CodeList, written: str) -> Code | None:
    """Return the code that a class is, by its code or by its name."""
    return known.find(written) or next((code for code in known.codes.values() if code.name == written), None)
