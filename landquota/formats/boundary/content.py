r"""The bytes of a boundary TXT to lines: encodings of all ages, and three ways to end a line."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from landquota.errors import UsageError
from landquota.i18n import text

if TYPE_CHECKING:
    from landquota.formats.boundary.log import Log

LINE_END: Final = re.compile(r"\r\n|\n|\r")
#: Around a line and invisible: blanks, the end mark of DOS, the full-width blank, a byte order mark.
BLANKS: Final = " \t\f\x1a\u3000\ufeff"
_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f\x7f]")


class Content(NamedTuple):
    """A decoded file."""

    text: str
    encoding: str


class Line(NamedTuple):
    """A line that is not blank, without the blanks around it."""

    number: int
    text: str


def decoded(data: bytes, *, encoding: str | None, log: Log) -> Content | None:
    """Return a file's text, or None where no encoding fits or it is no text.

    Parameters
    ----------
    data
        The whole file.
    encoding
        Its encoding, where that is known; by default a byte order mark decides, else UTF-8
        where every byte fits it, else GB18030 (which includes GBK).
    log
        Takes the findings.

    Raises
    ------
    UsageError
        There is no such `encoding`.
    """
    reached, at = 0, ""
    for candidate in (encoding,) if encoding else _candidates(data):
        try:
            return _text(Content(data.decode(candidate), candidate.removesuffix("-sig")), log)
        except UnicodeDecodeError as error:
            reached, at = max((reached, at), (error.start, candidate))
        except LookupError as error:
            raise UsageError(text("There is no encoding '{encoding}'", encoding=candidate)) from error
    before = data[:reached].decode("utf-16" if at == "utf-16" else "latin-1", errors="replace")
    said = encoding or ("UTF-16" if at == "utf-16" else "UTF-8, GB18030")
    log.add("TXT-ENCODING", len(LINE_END.split(before)), encoding=said)
    return None


def lines_of(content: str) -> list[Line]:
    r"""Return the lines that are not blank; ``\n``, ``\r\n`` and a bare ``\r`` end a line, nothing else does."""
    written = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [Line(number, kept) for number, line in enumerate(written, 1) if (kept := line.strip(BLANKS))]


def _candidates(data: bytes) -> tuple[str, ...]:
    return ("utf-16",) if data.startswith(_UTF16_MARKS) else ("utf-8-sig", "gb18030")


def _text(content: Content, log: Log) -> Content | None:
    control = _CONTROL.search(content.text)
    if control is None:
        return content
    line = len(LINE_END.split(content.text[: control.start()]))
    log.add("TXT-NOT-TEXT", line, character=f"U+{ord(control[0]):04X}")
    return None
