r"""The bytes of a boundary TXT to lines: encodings of all ages, and three ways to end a line."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from landquota.errors import UsageError
from landquota.formats.vector import chinese
from landquota.i18n import text

if TYPE_CHECKING:
    from landquota.formats.boundary.log import Log

LINE_END: Final = re.compile(r"\r\n|\n|\r")
#: Around a line and invisible: blanks, the end mark of DOS, the full-width blank, a byte order mark.
BLANKS: Final = " \t\f\x1a\u3000\ufeff"
_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: What is taken for the encoding of texts that are not UTF-8; it contains GBK and GB 2312.
_CHINESE: Final = "gb18030"
#: With it the plots begin; in what stands before there are no names.
_PLOTS: Final = "[地块坐标]"
#: Of every header.
_OUTLINE: Final = "面"
#: Names of so few letters may all be rare ones, where the words of the form are Chinese.
_FEW: Final = 4
_SAMPLE: Final = 40
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
        where every byte fits it, else GB18030 (which includes GBK), if that reads as Chinese.
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
            content = Content(data.decode(candidate), candidate.removesuffix("-sig"))
            return _text(content, log) if encoding else _text(content, log) and _chinese(content, log)
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


def unlikely(texts: Iterable[str]) -> str | None:
    """Return one of some texts that do not read as Chinese all together, or None where they do.

    Texts that decode as GB18030 may be in Big5, Shift-JIS or EUC-KR, whose bytes nearly all mean
    something in GB18030 too.  Signs such as ㎡ and ℃ tell nothing.
    """
    foreign = [text for text in dict.fromkeys(texts) if not text.isascii() and any(map(_is_foreign, text))]
    return foreign[0] if foreign and not chinese.is_plausible("\n".join(foreign)) else None


def _is_foreign(sign: str) -> bool:
    """Return whether a sign is a letter beyond ASCII, or one that means nothing but to its maker."""
    return not sign.isascii() and (sign.isalpha() or unicodedata.category(sign) == "Co")


def _chinese(content: Content, log: Log) -> Content | None:
    """Return the content, unless it was taken for Chinese and is none."""
    if content.encoding != _CHINESE:
        return content
    before, form, plots = content.text.partition(_PLOTS)
    cells = dict.fromkeys(re.split(r"[\r\n,]", plots if form else before))
    names = [cell for cell in cells if not cell.isascii() and cell != _OUTLINE]
    letters = list(filter(_is_foreign, "".join(names)))
    sample = unlikely(names)
    if sample is None or (form and len(letters) < _FEW and all(map(str.isalpha, letters))):
        return content
    line = len(LINE_END.split(content.text[: content.text.index(sample)]))
    log.add("TXT-ENCODING-UNKNOWN", line, sample=sample.strip()[:_SAMPLE])
    return None


def _candidates(data: bytes) -> tuple[str, ...]:
    return ("utf-16",) if data.startswith(_UTF16_MARKS) else ("utf-8-sig", "gb18030")


def _text(content: Content, log: Log) -> Content | None:
    control = _CONTROL.search(content.text)
    if control is None:
        return content
    line = len(LINE_END.split(content.text[: control.start()]))
    log.add("TXT-NOT-TEXT", line, character=f"U+{ord(control[0]):04X}")
    return None
