"""A block of named sections, deflated, as text that stands inertly in a page."""

from __future__ import annotations

import base64
import json
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

from landquota.maps.mosaic.streams import steps, varints, zigzag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

#: `counts` are numbers from 0, `signed` such of either sign, `steps` such stored as differences.
Kind: TypeAlias = Literal["counts", "signed", "steps", "text"]

_LEVEL: Final = 9
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
        numbers = self.values.astype(np.int64)
        if self.kind == "steps":
            numbers = steps(numbers)
        return varints(numbers if self.kind == "counts" else zigzag(numbers))


def pack(header: Mapping[str, object], sections: Iterable[Section]) -> bytes:
    """Return header and sections, deflated: a line of JSON, which says what follows, then the sections.

    The deflated bytes have no header of their own (gzip's differs between versions of Python).
    """
    stored = [(section, section.stored()) for section in sections]
    listed = [[section.name, section.kind, len(section.values), len(content)] for section, content in stored]
    line = json.dumps({**header, "sections": listed}, separators=(",", ":"))
    squeezer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL + 1)
    pieces = [squeezer.compress(f"{line}\n".encode("ascii"))]
    pieces += [squeezer.compress(content) for _, content in stored]
    return b"".join((*pieces, squeezer.flush()))


def as_text(block: bytes) -> str:
    """Return a block in base64: nothing in it can be taken for markup, a script or a template."""
    return base64.b64encode(block).decode("ascii")
