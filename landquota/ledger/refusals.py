"""Refusals: an entry that breaks rules, or whose key stands for other content already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from landquota.amount import Amount
from landquota.area import Area
from landquota.errors import Refusal
from landquota.findings import Finding
from landquota.i18n import Renderable, Text, text
from landquota.ledger.checks import column, finding
from landquota.ledger.content import Content
from landquota.ledger.declarations import HolderDraft, KindDraft
from landquota.ledger.drafts import Draft, MovementDraft, StatementDraft
from landquota.ledger.entries import Record
from landquota.ledger.words import Joined

#: Fields of a statement that follow from its words; they are named only where the words agree.
_FOLLOW: Final = frozenset({"nominal", "low", "high", "unit", "approximate"})
_AMOUNTS: Final = frozenset({"amount", "nominal", "low", "high"})
#: What a draft calls the fields that its entry has under another name.
_IN_BODY: Final[Mapping[str, str]] = {"written": "figure"}
#: What a declaration fixes for good; its names, notes and sources may be told again in other words.
_FIXED: Final[Mapping[str, tuple[str, ...]]] = {
    "holder": ("level", "parent", "zone"),
    "kind": ("unit", "covers_conversion", "valid_from", "valid_to", "carry"),
}


class EntryRefused(Refusal):
    """An entry that breaks rules; `findings` holds every one of them."""

    def __init__(self, findings: Sequence[Finding], *, message: Text | None = None, remedy: Text | None = None) -> None:
        messages = [Text(f.kind.message, f.params) for f in findings]
        remedies = [Text(f.kind.remedy, f.params) for f in findings]
        super().__init__(message or _lines(messages), remedy=remedy or _lines(remedies))
        self.findings = tuple(findings)

    def details(self) -> dict[str, object]:
        """Return the codes of the rules."""
        return {"codes": [f.code for f in self.findings]}


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which a draft differs from the entry that has its key; None where it is not filled."""

    field: str
    old: object
    new: object

    def render(self, language: str) -> str:
        """Return the field with both values."""
        old, new = _shown(self.old), _shown(self.new)
        return text("{field} is {old} in the ledger and {new} here", field=self.field, old=old, new=new).render(
            language
        )


class KeyConflict(EntryRefused):
    """The key stands for other content already; `differences` names the fields."""

    def __init__(self, finding: Finding, differences: Sequence[Difference]) -> None:
        super().__init__([finding])
        self.differences = tuple(differences)

    def details(self) -> dict[str, object]:
        """Return the differing fields with their values as the ledger writes them."""
        return {
            **super().details(),
            "differences": [{"field": d.field, "old": _plain(d.old), "new": _plain(d.new)} for d in self.differences],
        }


def differences(draft: Draft, content: Content, record: Record) -> tuple[Difference, ...]:
    """Return the fields in which `content` differs from the entry `record`."""
    counted = _counted(draft)
    return tuple(
        Difference(column(draft, _IN_BODY.get(name, name)), _said(name, old, counted), _said(name, new, counted))
        for name, old, new in _compare(content, record)
    )


def conflict(draft: Draft, key: str, found: Sequence[Difference]) -> KeyConflict:
    """Return the refusal of `draft` because `key` stands for other content already."""
    fixed = _FIXED.get(draft.content.type, ())
    differences = Joined(tuple(found))
    if not all(difference.field in fixed for difference in found):
        problem = finding(draft, "LEDGER-KEY-CONFLICT", "key", key=key, differences=differences)
    elif isinstance(draft, HolderDraft):
        problem = finding(draft, "LEDGER-HOLDER-DIFFERS", found[0].field, holder=draft.holder, differences=differences)
    else:
        assert isinstance(draft, KindDraft)  # noqa: S101 - for the type checker
        problem = finding(draft, "LEDGER-KIND-DIFFERS", found[0].field, kind=draft.kind, differences=differences)
    return KeyConflict(problem, found)


def _compare(content: Content, record: Record) -> Iterator[tuple[str, object, object]]:
    body = orjson.loads(record.body)
    if record.type == content.type in _FIXED and body[content.type] == content.body[content.type]:
        for name in _FIXED[content.type]:
            if body.get(name) != content.body.get(name):
                yield name, body.get(name), content.body.get(name)
        return
    for name in ("type", "effective", "document", "clause"):
        old, new = getattr(record, name), getattr(content, name)
        if old != new:
            yield name, old, new
    # The version of the body is the program's own: what is said is the same.
    names = sorted((body.keys() | content.body.keys()) - {"v"})
    changed = [n for n in names if body.get(n) != content.body.get(n)]
    for name in changed:
        if "written" in changed and name in _FOLLOW:
            continue
        yield name, body.get(name), content.body.get(name)


def _counted(draft: Draft) -> type[Amount]:
    """Return what the amounts of `draft` are."""
    if isinstance(draft, MovementDraft):
        return type(draft.amount)
    return type(draft.figure.nominal) if isinstance(draft, StatementDraft) else Area


def _said(name: str, value: object, counted: type[Amount]) -> object:
    return counted(value) if name in _AMOUNTS and isinstance(value, int) else value


def _shown(value: object) -> object:
    if isinstance(value, bool):
        return text("yes") if value else text("no")
    return "—" if value is None else value


def _plain(value: object) -> object:
    return value.render("en") if isinstance(value, Renderable) else value


def _lines(texts: Sequence[Text]) -> Text:
    different = tuple({str(each): each for each in texts}.values())
    return different[0] if len(different) == 1 else Text("{lines}", {"lines": Joined(different, "\n")})
