"""Map sheets: one small TOML per map in ``maps/``, saying what is drawn and in which colours."""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from landquota.errors import UsageError
from landquota.findings import Finding, FindingsError, Place
from landquota.i18n import text
from landquota.maps.basemap import Basemap, read_basemap
from landquota.maps.publication import Publication
from landquota.maps.sheet_keys import check
from landquota.maps.view import STAGE_FILLS


@dataclass(frozen=True, slots=True)
class Sheet:
    """One map sheet: what it is called, which layers it draws (None: all) and in which colours.

    `opens_on` is the id of the zone that the page shows first; without it all of them.
    `publication` says what of it may be published; `sha256` is that of `file`.
    `context_fills` are the colours of context layers, of which others are only outlined.
    """

    id: str
    title: str
    title_en: str
    layers: tuple[str, ...] | None
    fills: Mapping[str, str]
    opens_on: str | None
    publication: Publication
    file: Path
    sha256: str
    context_fills: Mapping[str, str]
    basemap: Basemap | None

    def heading(self, language: str) -> str:
        """Return the sheet's title in `language`."""
        return self.title if language == "zh" else self.title_en or self.title


def read_sheets(folder: Path, *, only: str | None = None) -> list[Sheet]:
    """Read every map sheet of `folder`, or the one whose id is `only`.

    A sheet that cannot be read stops the others only where all of them are wanted.

    Raises
    ------
    UsageError
        There is no sheet, or none of that name.
    FindingsError
        Sheets cannot be read; every problem of every sheet.
    """
    sheets: list[Sheet] = []
    findings: list[Finding] = []
    for file in sorted(folder.glob("*.toml")):
        sheet, found = _read(file)
        findings += [*found, *_taken(sheet, sheets)]
        sheets += [sheet] if sheet is not None else []
    wanted = [sheet for sheet in sheets if only in {None, sheet.id}]
    if findings and (only is None or len(wanted) != 1):
        raise FindingsError(findings)
    if not sheets:
        raise UsageError(
            text("{folder} holds no map sheet", folder=folder), remedy=text("Add one, such as maps/quota.toml.")
        )
    if not wanted:
        raise _unknown(str(only), [sheet.id for sheet in sheets])
    return wanted


def _unknown(name: str, names: Iterable[str]) -> UsageError:
    known = list(names)
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0)
    return UsageError(
        text("There is no map sheet '{name}'", name=name),
        remedy=text("Did you mean '{nearest}'? Sheets: {names}.", nearest=nearest[0], names=", ".join(known)),
    )


def _taken(sheet: Sheet | None, before: Iterable[Sheet]) -> list[Finding]:
    """Find a sheet whose page would replace that of another, also where names differ by case only."""
    return [
        Finding("SHEET-ID-TWICE", _place(sheet.file), {"id": sheet.id, "other": other.file.name})
        for other in before
        if sheet is not None and sheet.id.casefold() == other.id.casefold()
    ]


def _read(file: Path) -> tuple[Sheet | None, list[Finding]]:
    content = file.read_bytes()
    try:
        settings = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        return None, [Finding("SHEET-UNREADABLE", _place(file), {"problem": str(problem)})]
    filled = {**settings, "sheet": settings.get("sheet", {})}
    if isinstance(filled["sheet"], dict):
        filled["sheet"] = {"id": file.stem, **filled["sheet"]}
    findings = check(filled, str(_place(file).file))
    if findings:
        return None, findings
    try:
        return _sheet(filled, file, content), []
    except UsageError as problem:
        params = {"problem": problem.message, "remedy": problem.remedy or problem.message}
        return None, [Finding("SHEET-BASEMAP", _place(file), params)]


def _sheet(settings: Mapping[str, Any], file: Path, content: bytes) -> Sheet:
    sheet = settings["sheet"]
    fills = {stage: look["fill"] for stage, look in settings.get("stages", {}).items() if "fill" in look}
    return Sheet(
        id=sheet["id"],
        title=sheet["title"],
        title_en=sheet.get("title_en", ""),
        layers=tuple(sheet["layers"]) if "layers" in sheet else None,
        fills={**STAGE_FILLS, **fills},
        opens_on=sheet.get("opens_on"),
        publication=_publication(settings.get("public", {})),
        context_fills={name: look["fill"] for name, look in settings.get("context", {}).items() if "fill" in look},
        basemap=read_basemap(settings.get("basemap")),
        file=file,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _publication(public: Mapping[str, Any]) -> Publication:
    usual = Publication()
    return Publication(
        precision_m=float(public.get("precision_m", usual.precision_m)),
        fields=tuple(public.get("fields", usual.fields)),
        review_number=public.get("review_number", usual.review_number),
    )


def _place(file: Path) -> Place:
    return Place(file=f"{file.parent.name}/{file.name}")
