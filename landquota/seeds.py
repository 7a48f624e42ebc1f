"""The facts of a project folder: ``seeds/*.csv`` read into ledger drafts, documents and cited facts."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeVar

from landquota.area import parse_amount, parse_figure
from landquota.dates import parse_date
from landquota.findings import Finding, Place
from landquota.formats.tables import Row, read_csv
from landquota.ledger import (
    AllowanceDraft,
    Draft,
    Entry,
    HolderDraft,
    KindDraft,
    KindRuleDraft,
    MovementDraft,
    StatementDraft,
)
from landquota.seed_cells import Cells, decided, filled, optional_date, optional_year, unit_of_quota, yes_or_no

#: The heading of each seed file: the columns that must be there, and those that may.
HOLDERS: Final = (("holder", "level", "parent"), ("name_en", "zone", "document", "clause", "note"))
KINDS: Final = (
    ("kind", "name", "unit", "covers_conversion"),
    ("name_en", "level", "consumed_by", "valid_from", "valid_to", "carry", "document", "clause", "note"),
)
KIND_RULES: Final = (("kind", "carry", "valid_from", "document"), ("valid_to", "clause", "note"))
ALLOWANCES: Final = (
    ("name", "holder", "kind", "percent", "valid_from", "document"),
    ("year", "valid_to", "clause", "note"),
)
MOVEMENTS: Final = (
    ("movement", "holder", "kind", "area", "date", "document"),
    (
        *("key", "to", "year", "to_year", "clause", "zone", "parcel", "request", "expires", "reason", "note"),
        *("reservation", "batch", "from_stage", "deadline", "starts_by"),
    ),
)
STATEMENTS: Final = (
    ("measure", "holder", "value", "as_of", "document", "basis"),
    ("key", "kind", "year", "clause", "note"),
)
DOCUMENTS: Final = (("document", "issuer", "title"), ("date_printed", "year_inferred", "flag", "note"))
FACTS: Final = (
    ("fact", "statement_zh", "statement_en", "document", "clause"),
    ("subject", "zone", "topic", "flag"),
)
#: The files whose rows become ledger entries, in the order in which they depend on each other.
LEDGER_FILES: Final = (
    *("holders.csv", "quota_kinds.csv", "kind_rules.csv", "allowances.csv"),
    *("statements.csv", "movements.csv"),
)

T = TypeVar("T")

#: What the keys of seed rows that name none begin with.
SEED_KEY: Final = "seeds:"


@dataclass(frozen=True, slots=True)
class Document:
    """A source document, cited by its short name."""

    name: str
    issuer: str
    title: str
    date_printed: str
    flag: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A cited fact that is no amount of the ledger."""

    id: str
    subject: str
    zone: str
    statement_zh: str
    statement_en: str
    document: str
    clause: str
    flag: str

    def statement(self, language: str) -> str:
        """Return the fact in `language`."""
        return self.statement_zh if language == "zh" else self.statement_en


@dataclass(frozen=True, slots=True)
class Seeds:
    """Everything that ``seeds/`` holds."""

    drafts: tuple[Draft, ...]
    documents: tuple[Document, ...]
    facts: tuple[Fact, ...]


def read_seeds(folder: Path) -> tuple[Seeds, list[Finding]]:
    """Read every seed table; all problems of all files come back as findings.

    A table that is not there is empty.
    """
    findings: list[Finding] = []
    documents = tuple(_documents(_rows(folder / "documents.csv", DOCUMENTS, findings)))
    known = {document.name for document in documents}
    drafts = [
        draft
        for name, heading, make in _LEDGER_TABLES
        for draft in keyed(_drafts(_rows(folder / name, heading, findings), make, known, findings), prefix=SEED_KEY)
    ]
    facts = tuple(_facts(_rows(folder / "facts.csv", FACTS, findings), known, findings))
    return Seeds(tuple(drafts), documents, facts), findings


def _rows(path: Path, heading: tuple[tuple[str, ...], tuple[str, ...]], findings: list[Finding]) -> list[Row]:
    if not path.is_file():
        return []
    rows, found = read_csv(path, required=heading[0], optional=heading[1])
    findings.extend(found)
    return rows


def _drafts(
    rows: Iterable[Row], make: Callable[[Cells], Draft], known: set[str] | None, findings: list[Finding]
) -> Iterator[Draft]:
    for row in rows:
        document = row.values["document"]
        if known is not None and document and document not in known:
            findings.append(_unknown_document(row, document))
        cells = Cells(row)
        draft = make(cells)
        findings.extend(cells.findings)
        if not cells.findings:
            yield draft


def _holder(cells: Cells) -> HolderDraft:
    return HolderDraft(
        holder=cells.read("holder", filled),
        level=cells.read("level", filled),
        parent=cells.text("parent"),
        zone=cells.text("zone"),
        name_en=cells.text("name_en"),
        document=cells.text("document"),
        clause=cells.text("clause"),
        place=cells.row.place("holder"),
    )


def _kind(cells: Cells) -> KindDraft:
    return KindDraft(
        kind=cells.read("kind", filled),
        name=cells.read("name", filled),
        name_en=cells.text("name_en"),
        level=cells.text("level"),
        unit=cells.read("unit", unit_of_quota),
        consumed_by=cells.text("consumed_by"),
        covers_conversion=cells.read("covers_conversion", yes_or_no),
        valid_from=cells.read("valid_from", optional_date),
        valid_to=cells.read("valid_to", optional_date),
        carry=cells.read("carry", yes_or_no),
        document=cells.text("document"),
        clause=cells.text("clause"),
        place=cells.row.place("kind"),
    )


def _kind_rule(cells: Cells) -> KindRuleDraft:
    return KindRuleDraft(
        kind=cells.read("kind", filled),
        carry=cells.read("carry", decided),
        effective=cells.read("valid_from", parse_date),
        valid_to=cells.read("valid_to", optional_date),
        document=cells.read("document", filled),
        clause=cells.text("clause"),
        place=cells.row.place("kind"),
    )


def _allowance(cells: Cells) -> AllowanceDraft:
    return AllowanceDraft(
        name=cells.read("name", filled),
        holder=cells.read("holder", filled),
        kind=cells.read("kind", filled),
        year=cells.read("year", optional_year),
        percent=cells.read("percent", filled),
        effective=cells.read("valid_from", parse_date),
        valid_to=cells.read("valid_to", optional_date),
        document=cells.read("document", filled),
        clause=cells.text("clause"),
        place=cells.row.place("name"),
    )


def _statement(cells: Cells) -> StatementDraft:
    return StatementDraft(
        measure=cells.read("measure", filled),
        holder=cells.read("holder", filled),
        figure=cells.read("value", parse_figure),
        effective=cells.read("as_of", parse_date),
        document=cells.read("document", filled),
        clause=cells.text("clause"),
        kind=cells.text("kind"),
        year=cells.read("year", optional_year),
        basis=cells.read("basis", filled),
        note=cells.text("note"),
        key=cells.text("key"),
        place=cells.row.place("measure"),
    )


def _movement(cells: Cells) -> MovementDraft:
    return MovementDraft(
        movement=cells.read("movement", filled),
        holder=cells.read("holder", filled),
        to=cells.text("to"),
        kind=cells.text("kind"),
        year=cells.read("year", optional_year),
        to_year=cells.read("to_year", optional_year),
        amount=cells.read("area", parse_amount),
        effective=cells.read("date", parse_date),
        document=cells.read("document", filled),
        clause=cells.text("clause"),
        zone=cells.text("zone"),
        parcel=cells.text("parcel"),
        request=cells.text("request"),
        expires=cells.read("expires", optional_date),
        reason=cells.text("reason") or cells.text("note"),
        reservation=cells.text("reservation"),
        batch=cells.text("batch"),
        from_stage=cells.text("from_stage"),
        deadline=cells.read("deadline", optional_date),
        starts_by=cells.read("starts_by", optional_date),
        key=cells.text("key"),
        place=cells.row.place("movement"),
    )


_LEDGER_TABLES: Final[tuple[tuple[str, tuple[tuple[str, ...], tuple[str, ...]], Callable[[Cells], Draft]], ...]] = (
    ("holders.csv", HOLDERS, _holder),
    ("quota_kinds.csv", KINDS, _kind),
    ("kind_rules.csv", KIND_RULES, _kind_rule),
    ("allowances.csv", ALLOWANCES, _allowance),
    ("statements.csv", STATEMENTS, _statement),
    ("movements.csv", MOVEMENTS, _movement),
)


def keyed(drafts: Iterable[Draft], *, prefix: str = "") -> list[Draft]:
    """Give every entry without a key one of its own, so that it is posted once; holders and kinds are known by name.

    The key is made of the document, the clause and what the row is about (not of its amount, nor
    of where it stands): a row keeps its key when rows are added above it or the table is renamed,
    and an amount that was edited meets its old key.  Rows about the same are numbered.
    """
    seen: Counter[str] = Counter()
    return [_with_key(draft, prefix, seen) if draft.key is None else draft for draft in drafts]


def _with_key(draft: Draft, prefix: str, seen: Counter[str]) -> Draft:
    about = _about(draft)
    if not about:
        return draft
    digest = hashlib.sha256(json.dumps(about, ensure_ascii=False).encode()).hexdigest()[:12]
    key = ":".join((f"{prefix}{draft.document}", draft.clause or "", digest))
    seen[key] += 1
    return replace(draft, key=key if seen[key] == 1 else f"{key}:{seen[key]}")


def _about(draft: Draft) -> list[object]:
    """Return what a row is about: all that it says but the amount (or what a rule decides)."""
    day = draft.effective.isoformat()
    if isinstance(draft, StatementDraft):
        return [draft.measure, draft.holder, draft.kind, draft.year, day]
    if isinstance(draft, KindRuleDraft):
        return ["kind_rule", draft.kind, day]
    if isinstance(draft, AllowanceDraft):
        return ["allowance", draft.name, draft.holder, draft.kind, draft.year, day]
    if not isinstance(draft, MovementDraft):
        return []
    about: list[object] = [draft.movement, draft.holder, draft.kind, draft.year, day]
    about += [draft.to, draft.zone, draft.parcel, draft.request]
    # Only where they say something: rows that were imported before they were known keep their keys.
    return about + [each for each in (draft.reservation, draft.batch) if each is not None]


def gone(drafts: Iterable[Draft], entries: Iterable[Entry]) -> list[Finding]:
    """Find entries that were imported from a seed row that is no longer there, or about something else now."""
    there = {draft.key for draft in drafts}
    return [
        Finding("SEED-ROW-GONE", Place(feature=entry.key), {"key": entry.key, "number": entry.seq})
        for entry in entries
        if entry.key.startswith(SEED_KEY) and entry.key not in there and entry.reversed_by is None
    ]


def _documents(rows: Iterable[Row]) -> Iterator[Document]:
    for row in rows:
        values = row.values
        yield Document(
            values["document"],
            values["issuer"],
            values["title"],
            values["date_printed"],
            values["flag"],
        )


def _facts(rows: Iterable[Row], known: set[str], findings: list[Finding]) -> Iterator[Fact]:
    for row in rows:
        values = row.values
        if values["document"] not in known:
            findings.append(_unknown_document(row, values["document"]))
        yield Fact(
            id=values["fact"],
            subject=values["subject"],
            zone=values["zone"],
            statement_zh=values["statement_zh"],
            statement_en=values["statement_en"],
            document=values["document"],
            clause=values["clause"],
            flag=values["flag"],
        )


def _unknown_document(row: Row, document: str) -> Finding:
    return Finding("SEED-DOCUMENT-UNKNOWN", row.place("document"), {"document": document})
