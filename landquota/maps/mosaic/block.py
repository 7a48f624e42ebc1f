"""A block of named sections, deflated, as text that stands inertly in a page."""

from __future__ import annotations

import base64
import json
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from landquota.maps.mosaic.streams import steps, varints, zigzag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    Ints = NDArray[np.integer[Any]]

#: `counts` are numbers from 0, `signed` such of either sign, `steps` such stored as differences.
Kind: TypeAlias = Literal["counts", "signed", "steps", "text"]

_LEVEL: Final = 9
#: So many numbers are written at a time, which takes several times as much memory as they do.
_AT_A_TIME: Final = 1 << 16
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Section:
    """Numbers of less than 2^31, or a text, under a name."""

    name: str
    kind: Kind
    values: Ints | str

    def stored(self) -> bytes:
        """Return the section as bytes; a lone surrogate, which no encoding has, becomes U+FFFD."""
        if isinstance(self.values, str):
            return _SURROGATES.sub("\ufffd", self.values).encode("utf-8")
        numbers = steps(self.values) if self.kind == "steps" else self.values
        pieces = np.split(numbers, range(_AT_A_TIME, len(numbers), _AT_A_TIME))
        return b"".join(varints(piece if self.kind == "counts" else zigzag(piece)) for piece in pieces)


def pack(header: Mapping[str, object], sections: Iterable[Section]) -> bytes:
    """Return header and sections, deflated: a line of JSON, which says what follows, then the sections.

    Sections are taken one by one, and only their bytes are kept until all have come.
    The deflated bytes have no header of their own (gzip's differs between versions of Python).
    """
    listed, contents = [], []
    for section in sections:
        content = section.stored()
        listed.append([section.name, section.kind, len(section.values), len(content)])
        contents.append(content)
    line = json.dumps({**header, "sections": listed}, separators=(",", ":"))
    squeezer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL + 1)
    pieces = [squeezer.compress(f"{line}\n".encode("ascii"))]
    pieces += [squeezer.compress(content) for content in contents]
    return b"".join((*pieces, squeezer.flush()))


def as_text(block: bytes) -> str:
    """Return a block in base64: nothing in it can be taken for markup, a script or a template."""
    return base64.b64encode(block).decode("ascii")
