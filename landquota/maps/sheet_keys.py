"""The keys of a map sheet: what each may hold, and everything that is wrong with a sheet at once."""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from landquota.findings import Finding, Place
from landquota.maps.basemap import EXAMPLE, PROVIDERS
from landquota.maps.publication import PUBLIC_FIELDS
from landquota.maps.view import COLOUR, STAGE_FILLS

_ID: Final = re.compile(r"[\w-]{1,100}")
#: A published map is no finer than a survey and no coarser than a county.
_PRECISIONS_M: Final = (1, 10_000)
#: So much of a wrong value is shown.
_SHOWN: Final = 80


class Key(NamedTuple):
    """Whether a value is what a key needs, and how such a value is written."""

    accepts: Callable[[Any], bool]
    example: str


def _words(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _names(value: object) -> bool:
    return isinstance(value, list) and all(map(_words, value)) and len(set(value)) == len(value) > 0


def _fields(value: object) -> bool:
    return isinstance(value, list) and all(one in PUBLIC_FIELDS for one in value)


def _precision(value: object) -> bool:
    low, high = _PRECISIONS_M
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _colour(value: object) -> bool:
    return isinstance(value, str) and COLOUR.fullmatch(value) is not None


_SHEET: Final[Mapping[str, Key]] = {
    "id": Key(_id, '"quota"'),
    "title": Key(_words, '"慈溪市 用地指标对账图"'),
    "title_en": Key(_words, '"Cixi: land quota reconciliation"'),
    "layers": Key(_names, '["zones", "parcels"]'),
    "opens_on": Key(_words, '"GHW-01"'),
}
_PUBLIC: Final[Mapping[str, Key]] = {
    "precision_m": Key(_precision, "50"),
    "fields": Key(_fields, json.dumps(list(PUBLIC_FIELDS))),
    "review_number": Key(_words, '"浙S(2026)12号"'),
}
_BASEMAP: Final[Mapping[str, Key]] = {
    "provider": Key(lambda value: value in PROVIDERS, " / ".join(f'"{name}"' for name in PROVIDERS)),
    "key": Key(_words, '"1a2b3c…"'),
    "url": Key(_words, f'"{EXAMPLE}"'),
    "name": Key(_words, '"电子地图"'),
}
_STAGE: Final[Mapping[str, Key]] = {"fill": Key(_colour, '"#4a86ac"')}
#: The tables of a sheet with their keys.
_TABLES: Final[Mapping[str, Mapping[str, Key]]] = {
    "sheet": _SHEET,
    "public": _PUBLIC,
    "basemap": _BASEMAP,
    **{f"stages.{stage}": _STAGE for stage in STAGE_FILLS},
}
#: A table for each context layer, whatever it is called.
_CONTEXT: Final = "context"
#: What a table that is there has to say.
_NEEDED: Final = (("sheet", "title"), ("basemap", "provider"))


def check(settings: Mapping[str, Any], file: str) -> list[Finding]:
    """Return everything that is wrong with the settings of the map sheet `file`."""
    place = Place(file=file)
    found = [Finding(code, place, params) for code, params in _wrong(settings)]
    for table, key in _NEEDED:
        said = settings.get(table)
        if isinstance(said, dict) and key not in said:
            params = {"key": f"{table}.{key}", "needed": _TABLES[table][key].example}
            found.append(Finding("SHEET-KEY-MISSING", place, params))
    return found


def _wrong(settings: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, object]]]:
    for name, value in _tables(settings):
        keys = _STAGE if name.startswith(f"{_CONTEXT}.") else _TABLES.get(name)
        if keys is None:
            yield _unknown(name, [*_TABLES, "stages", _CONTEXT])
        elif not isinstance(value, dict):
            yield _unusable(name, value, f"[{name}]")
        else:
            for key, given in value.items():
                if key not in keys:
                    yield _unknown(f"{name}.{key}", [f"{name}.{known}" for known in keys])
                elif not keys[key].accepts(given):
                    yield _unusable(f"{name}.{key}", given, keys[key].example)


def _tables(settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the tables of a sheet, those of its stages and context layers by both their names."""
    for name, value in settings.items():
        if name in {"stages", _CONTEXT} and isinstance(value, dict):
            yield from ((f"{name}.{part}", look) for part, look in value.items())
        elif name in {"stages", _CONTEXT}:
            yield "stages.planned" if name == "stages" else f"{_CONTEXT}.LAYER", value
        else:
            yield name, value


def _unknown(key: str, known: list[str]) -> tuple[str, dict[str, object]]:
    nearest = difflib.get_close_matches(key, known, n=1, cutoff=0)[0]
    return "SHEET-KEY-UNKNOWN", {"key": key, "nearest": nearest, "keys": ", ".join(known)}


def _unusable(key: str, value: object, needed: str) -> tuple[str, dict[str, object]]:
    return "SHEET-VALUE", {"key": key, "value": _shown(value), "needed": needed}


def _shown(value: object) -> str:
    """Return a value much as the sheet writes it, a long one shortened."""
    plain = value if not isinstance(value, float) or math.isfinite(value) else str(value)
    written = json.dumps(plain, ensure_ascii=False, default=str)
    return written if len(written) <= _SHOWN else f"{written[:_SHOWN]}…"
