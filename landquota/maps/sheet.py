"""Map sheets: one small TOML per map in ``maps/``, saying what is drawn and in which colours."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from landquota.errors import InputError, UsageError
from landquota.i18n import text
from landquota.maps.basemap import Basemap, read_basemap
from landquota.maps.view import STAGE_FILLS

_ID: Final = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One map sheet: what it is called, which layers it draws (None: all) and in which colours.

    `opens_on` is the id of the zone that the page shows first; without it all of them.
    `context_fills` are the colours of context layers, of which others are only outlined.
    """

    id: str
    title: str
    title_en: str
    layers: tuple[str, ...] | None
    fills: Mapping[str, str]
    opens_on: str | None = None
    context_fills: Mapping[str, str] = field(default_factory=dict)
    basemap: Basemap | None = None

    def heading(self, language: str) -> str:
        """Return the sheet's title in `language`."""
        return self.title if language == "zh" else self.title_en or self.title


def read_sheets(folder: Path, *, only: str | None = None) -> list[Sheet]:
    """Read every map sheet of `folder`, or the one whose id is `only`.

    Raises
    ------
    UsageError
        There is no sheet, or none of that name.
    InputError
        A sheet cannot be read.
    """
    sheets = [_sheet(file) for file in sorted(folder.glob("*.toml"))]
    names = [sheet.id for sheet in sheets]
    if not sheets:
        raise UsageError(
            text("{folder} holds no map sheet", folder=folder), remedy=text("Add one, such as maps/quota.toml.")
        )
    if only is not None and only not in names:
        nearest = difflib.get_close_matches(only, names, n=1, cutoff=0)
        raise UsageError(
            text("There is no map sheet '{name}'", name=only),
            remedy=text("Did you mean '{nearest}'? Sheets: {names}.", nearest=nearest[0], names=", ".join(names)),
        )
    return [sheet for sheet in sheets if only in {None, sheet.id}]


def _sheet(file: Path) -> Sheet:
    sheet = _parsed(file)
    if not _ID.fullmatch(sheet.id):
        raise InputError(
            text("{file}: '{id}' is no name for a map sheet, whose page is named after it", file=file, id=sheet.id),
            remedy=text("Use letters, digits, '-' and '_' only."),
        )
    return sheet


def _parsed(file: Path) -> Sheet:
    try:
        settings = tomllib.loads(file.read_text("utf-8-sig"))
        sheet = settings["sheet"]
        fills = {stage: style["fill"] for stage, style in settings.get("stages", {}).items()}
        return Sheet(
            id=str(sheet.get("id", file.stem)),
            title=str(sheet["title"]),
            title_en=str(sheet.get("title_en", "")),
            layers=tuple(str(name) for name in sheet["layers"]) if "layers" in sheet else None,
            fills={**STAGE_FILLS, **fills},
            opens_on=str(sheet["opens_on"]) if "opens_on" in sheet else None,
            context_fills={name: str(style["fill"]) for name, style in settings.get("context", {}).items()},
            basemap=read_basemap(settings.get("basemap")),
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as problem:
        raise InputError(
            text("{file} is not a map sheet: {problem}", file=file, problem=repr(problem)),
            remedy=text("A sheet needs [sheet] with title, and may have layers and [stages.NAME] with fill."),
        ) from problem
