"""The manifest inside a page: from what it was made, and a hash by which it is known to be unaltered.

It is an inert block of JSON.  Whoever alters a page can also write a new hash into it: the manifest
finds what happened by accident or openly, and says which inputs to draw from again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from landquota import __version__
from landquota.i18n import LANGUAGES, clean
from landquota.maps.inert import as_inert
from landquota.maps.view import MapView

Edition: TypeAlias = Literal["internal", "public"]

_OPENING: Final = '<script type="application/json" id="lq-manifest">'
_CLOSING: Final = "</script>"
#: Stands for the page's hash while it is computed.
_BLANK: Final = "0" * 64
_SEAL: Final = re.compile(rb'\{"page":"([0-9a-f]{64})",')
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_FORMAT: Final = 1
#: What no manifest of ours exceeds.
_LONGEST_BYTES: Final = 4_000_000
_LONGEST_TEXT: Final = 1_000
#: The one input of a public page, which stands for all of them.
TOGETHER: Final = "*"


@dataclass(frozen=True, slots=True)
class Input:
    """A file from which a page was made.

    `file` is named from the project's folder, or by its name alone where there is no project;
    `sha256` is empty for a file that may be there and was not; `layer` is the layer's name.
    """

    file: str
    sha256: str
    layer: str = ""


@dataclass(frozen=True, slots=True)
class Sources:
    """From what a page is made: its inputs, and the sheet and edition where a sheet is drawn."""

    inputs: tuple[Input, ...] = ()
    sheet: str = ""
    edition: Edition = "internal"

    @classmethod
    def of_files(cls, files: Iterable[Path]) -> Sources:
        """Return files as sources, each once; what stands inside another file has no hash of its own."""
        from landquota.layers.sources import digest  # noqa: PLC0415 - the readers weigh 50 MB, which a page does without

        return cls(tuple(Input(file.name, digest(file)) for file in dict.fromkeys(files) if file.exists()))


#: Of a page that was made from nothing on disk.
NO_SOURCES: Final = Sources()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a page says of itself; `page` is its own hash, `head` that of the ledger's last entry."""

    sources: Sources
    version: str
    as_of: str
    language: str
    head: str
    page: str = _BLANK

    @classmethod
    def of(cls, view: MapView, sources: Sources) -> Manifest:
        """Return the manifest of a page that is about to be written."""
        as_of = "" if view.as_of is None else view.as_of.isoformat()
        return cls(sources, __version__, as_of, view.language, view.head or "")

    def plain(self) -> dict[str, object]:
        """Return the manifest as plain data, the page's hash first."""
        return {
            "page": self.page,
            "manifest": _FORMAT,
            "landquota": self.version,
            "sheet": self.sources.sheet,
            "edition": self.sources.edition,
            "as_of": self.as_of,
            "language": self.language,
            "ledger_head": self.head,
            "inputs": [{"file": one.file, "layer": one.layer, "sha256": one.sha256} for one in self.sources.inputs],
        }

    def block(self) -> str:
        """Return the manifest as it stands in a page."""
        return f"{_OPENING}{as_inert(self.plain())}{_CLOSING}"


def together(inputs: Iterable[Input]) -> Input:
    """Return one input for all of them: it names no file, and no single file can be guessed from its hash."""
    listed = sorted((one.file, one.sha256, one.layer) for one in inputs)
    return Input(TOGETHER, hashlib.sha256(json.dumps(listed).encode("ascii")).hexdigest())


def sealed(page: str) -> str:
    """Return a page with its own hash in its manifest."""
    at = page.index(_BLANK, page.index(_OPENING))
    seal = hashlib.sha256(page.encode("utf-8")).hexdigest()
    return f"{page[:at]}{seal}{page[at + len(_BLANK) :]}"


def read_manifest(content: bytes) -> tuple[Manifest, bool] | None:
    """Return the manifest of a page and whether the page is as it was written; None where it has none.

    Raises
    ------
    ValueError
        There is one, and it is not as we write it.
    """
    opening = _OPENING.encode("ascii")
    pieces = content.split(opening)
    if len(pieces) == 1:
        return None
    if len(pieces) > 2:  # noqa: PLR2004 - what stands before it, and it
        raise ValueError("it stands there twice")
    before, after = pieces
    block, closing, _ = after.partition(_CLOSING.encode("ascii"))
    seal = _SEAL.match(block)
    if not closing or seal is None or len(block) > _LONGEST_BYTES:
        raise ValueError("it does not begin with the page's hash, or does not end")
    at = len(before) + len(opening) + seal.start(1)
    whole = hashlib.sha256(content[:at])
    whole.update(_BLANK.encode("ascii") + content[at + len(_BLANK) :])
    try:
        manifest = _manifest(json.loads(block))
    except (KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise ValueError(clean(repr(problem))[:200]) from problem
    return manifest, whole.hexdigest() == manifest.page


def _manifest(data: Mapping[str, Any]) -> Manifest:
    if data["manifest"] != _FORMAT:
        raise ValueError("its form is of another version of landquota")
    edition, language, as_of = data["edition"], data["language"], data["as_of"]
    if edition not in {"internal", "public"} or language not in LANGUAGES:
        raise ValueError("edition or language is unknown")
    if data["sheet"] and not as_of:
        raise ValueError("a sheet is drawn as of a day")
    inputs = tuple(Input(_text(one["file"]), _hash(one["sha256"]), _text(one["layer"])) for one in data["inputs"])
    return Manifest(
        sources=Sources(inputs, _text(data["sheet"]), edition),
        version=_text(data["landquota"]),
        as_of=date.fromisoformat(as_of).isoformat() if as_of else "",
        language=language,
        head=_hash(data["ledger_head"]),
        page=data["page"],
    )


def _text(value: object) -> str:
    """Return a text that can be shown: control characters made visible, and no longer than ours are."""
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise ValueError("a text is missing or far too long")
    return clean(value)


def _hash(value: object) -> str:
    if not isinstance(value, str) or (value and _SHA256.fullmatch(value) is None):
        raise ValueError("a hash is none")
    return value
