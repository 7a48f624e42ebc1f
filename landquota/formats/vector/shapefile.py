"""The parts of a shapefile: are they all there, are they whole, and how are the texts encoded.

GDAL answers none of this: it reads a cut ``.shp`` as features without geometry, and a ``.dbf`` in
GBK that does not say so as Latin letters, both without a word.  So the parts are looked at here,
after "ESRI Shapefile Technical Description" (July 1998) and the dBASE III+ table header, before
GDAL reads them.
"""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from landquota.findings import Finding, Place, has_errors
from landquota.formats.names import few
from landquota.formats.vector import chinese
from landquota.i18n import text

if TYPE_CHECKING:
    from numpy.typing import NDArray

PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
#: What texts in Chinese are in that are not in UTF-8; it contains GBK and GB 2312.
CHINESE: Final = "gb18030"
#: Encodings in which any bytes whatever are letters, so that they never contradict it.
_LATIN: Final = frozenset({"iso8859-1", "iso8859-15", "cp437", "cp850", "cp1250", "cp1251", "cp1252"})
_NEEDED: Final = (".shx", ".dbf")

_HEADER_BYTES: Final = 100
_SIGNATURE: Final = 9994
_FIELD_BYTES: Final = 32
_WORD_BYTES: Final = 2
#: What stands before each shape of a .shp: its number from 1, and how many words follow.
_RECORD_WORDS: Final = 4
#: What begins a row of a .dbf that was deleted.
_DELETED: Final = ord("*")
_NAMED: Final = 5

#: Code pages by the language driver byte of a .dbf.  0x57 ("ANSI") is left out: GDAL and others
#: write it whatever the encoding is, so it declares nothing.
_LANGUAGE_DRIVERS: Final[Mapping[int, str]] = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x13: "cp932", 0x4D: "gb18030", 0x4E: "cp949", 0x4F: "cp950",
    0x58: "cp1252", 0x59: "cp1252", 0x78: "cp950", 0x79: "cp949", 0x7A: "gb18030", 0x7B: "cp932", 0xC8: "cp1250",
    0xC9: "cp1251",
}  # fmt: skip
#: What a .cpg may say that Python does not know by that name; GB18030 contains GBK and GB 2312.
_CODE_PAGES: Final[Mapping[str, str]] = {
    "936": "gb18030", "cp936": "gb18030", "ms936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030",
    "65001": "utf-8", "cp65001": "utf-8", "big5": "cp950", "88591": "latin-1", "885915": "iso8859-15",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a .dbf: its name in the file's own bytes, its type and where it stands in a record."""

    name: bytes
    type: str
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class Attributes:
    """The table of a .dbf, undecoded; `records` has one row of bytes per record."""

    language_driver: int
    columns: tuple[Column, ...]
    records: NDArray[np.uint8]

    def texts(self) -> Iterator[tuple[Column, bytes]]:
        """Yield each text column with its cells, each cell ending in a line feed."""
        for column in self.columns:
            if column.type == "C":
                cells = self.records[:, column.start : column.start + column.width]
                ended = np.full((len(cells), column.width + 1), ord("\n"), dtype=np.uint8)
                ended[:, :-1] = cells
                yield column, ended.tobytes()


@dataclass(frozen=True, slots=True)
class _Undecodable:
    """The first text that an encoding cannot read; `record` is None for a column's name."""

    column: Column
    record: int | None
    data: bytes


def part(path: Path, suffix: str) -> Path | None:
    """Return the part of the shapefile `path` with `suffix`, whatever the case of its letters."""
    wanted = (path.stem + suffix).lower()
    return next((file for file in sorted(path.parent.iterdir()) if file.name.lower() == wanted), None)


def parts(path: Path) -> list[Path]:
    """Return every file that belongs to the shapefile `path`, itself among them."""
    stem = path.stem.lower()
    return [
        file for file in sorted(path.parent.iterdir()) if file.stem.lower() == stem and file.suffix.lower() in PARTS
    ]


def codec(name: str) -> str | None:
    """Return Python's name of the encoding that a .cpg or a user calls `name`, or None."""
    plain = name.strip().lower().removeprefix("ansi").removeprefix("oem").strip(" _-")
    known = _CODE_PAGES.get(plain) or _CODE_PAGES.get(plain.replace("-", "").replace("_", ""))
    for candidate in filter(None, (known, plain, f"cp{plain}")):
        try:
            candidate.encode(candidate)  # refuses the codecs that are not for texts, such as hex
            return codecs.lookup(candidate).name
        except (LookupError, ValueError):
            continue
    return None


def check(path: Path) -> list[Finding]:
    """Check that the parts of a shapefile are there and none of them ends early."""
    missing = [suffix for suffix in _NEEDED if part(path, suffix) is None]
    if missing:
        return [Finding("FILE-PART-MISSING", Place(file=path.name), {"part": path.stem + s}) for s in missing]
    shapes, findings = _shapes(path)
    attributes, found = attribute_table(path)
    findings += found
    if not has_errors(findings) and attributes is not None and len(attributes.records) != shapes:
        rows = len(attributes.records)
        place = Place(file=path.name, feature=str(min(rows, shapes)))
        findings.append(Finding("FILE-COUNT", place, {"shapes": shapes, "rows": rows}))
    if not has_errors(findings) and attributes is not None:
        findings += _deleted(path, attributes)
    return findings


def deleted_rows(attributes: Attributes) -> NDArray[np.intp]:
    """Return the numbers of the rows that are marked as deleted; GDAL leaves them out, with their shapes."""
    return np.flatnonzero(attributes.records[:, 0] == _DELETED)


def _deleted(path: Path, attributes: Attributes) -> list[Finding]:
    rows = deleted_rows(attributes)
    if not len(rows):
        return []
    place = Place(file=f"{path.stem}.dbf", feature=str(rows[0]))
    params = {"count": len(rows), "rows": few([str(row) for row in rows[: _NAMED + 1]], most=_NAMED)}
    return [Finding("FILE-DELETED-ROWS", place, params)]


def text_encoding(path: Path, *, encoding: str | None = None) -> tuple[str | None, list[Finding]]:
    """Decide how the texts of a shapefile are encoded, and say so where it is not certain.

    What the user says counts first, then the .cpg, then the .dbf's language driver; else the texts
    are UTF-8 (of which ASCII is a part) where they can be, else GB18030 where that gives plausible
    Chinese.  A declaration that the texts contradict is an error.

    Returns
    -------
    tuple
        Python's name of the encoding, or None with the findings that say why.
    """
    attributes, findings = attribute_table(path)
    if attributes is None:
        return None, findings
    declared, source = _declared(path, attributes, encoding)
    if declared is None:
        return _undeclared(path, attributes)
    found = codec(declared)
    if found is None:
        return None, [Finding("FILE-ENCODING-NAME", Place(file=source), {"encoding": declared})]
    wrong = _undecodable(attributes, found)
    if wrong is not None:
        params = {"encoding": declared, "source": source, "bytes": wrong.data[:12].hex(" ")}
        return None, [Finding("FILE-ENCODING-WRONG", _place(path, wrong, found), params)]
    return found, _doubts(path, attributes, found, declared)


def _undeclared(path: Path, attributes: Attributes) -> tuple[str | None, list[Finding]]:
    wrong = _undecodable(attributes, "utf-8")
    if wrong is None:
        return "utf-8", []
    if _undecodable(attributes, CHINESE) is None and chinese.is_plausible(_foreign(attributes).decode(CHINESE)):
        params = {"sample": wrong.data.decode(CHINESE), "cpg": f"{path.stem}.cpg"}
        return CHINESE, [Finding("FILE-ENCODING-ASSUMED", _place(path, wrong, CHINESE), params)]
    return None, [_unknown(path, wrong)]


def attribute_table(path: Path) -> tuple[Attributes | None, list[Finding]]:
    """Read the .dbf of a shapefile as bytes."""
    file = part(path, ".dbf")
    if file is None:
        return None, [Finding("FILE-PART-MISSING", Place(file=path.name), {"part": f"{path.stem}.dbf"})]
    data = np.fromfile(file, dtype=np.uint8)
    head = data[: 2 * _FIELD_BYTES].tobytes()
    count = int.from_bytes(head[4:8], "little")
    start, width = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
    if len(head) <= _FIELD_BYTES or start > len(data) or width == 0:
        return None, [Finding("FILE-UNREADABLE", Place(file=file.name), {"problem": "dBASE"})]
    whole = (len(data) - start) // width
    if whole < count:
        params = {"expected": start + count * width, "found": len(data)}
        return None, [Finding("FILE-TRUNCATED", Place(file=file.name, feature=str(whole)), params)]
    records = data[start : start + count * width].reshape(count, width)
    columns = tuple(_columns(data[:start].tobytes()))
    if any(column.start + column.width > width for column in columns):
        problem = text("its columns are wider than its rows")
        return None, [Finding("FILE-UNREADABLE", Place(file=file.name), {"problem": problem})]
    return Attributes(head[29], columns, records), []


def _columns(header: bytes) -> Iterator[Column]:
    start = 1  # the first byte of a record marks deleted ones
    for offset in range(_FIELD_BYTES, len(header) - _FIELD_BYTES + 1, _FIELD_BYTES):
        field = header[offset : offset + _FIELD_BYTES]
        if field[0] == ord("\r"):
            return
        width = field[16]
        yield Column(field[:11].split(b"\0")[0], chr(field[11]), start, width)
        start += width


def _shapes(path: Path) -> tuple[int, list[Finding]]:
    """Return how many shapes the index lists, and which of them the .shp no longer holds."""
    index_file = part(path, ".shx")
    index = np.fromfile(index_file, dtype=">i4") if index_file else np.empty(0, dtype=">i4")
    size = path.stat().st_size
    header = np.fromfile(path, dtype=">i4", count=_HEADER_BYTES // 4)
    if len(header) * 4 < _HEADER_BYTES or header[0] != _SIGNATURE:
        return 0, [Finding("FILE-SIGNATURE", Place(file=path.name), {"format": "ESRI Shapefile"})]
    if len(index) * 4 < _HEADER_BYTES or index[0] != _SIGNATURE:
        return 0, [Finding("FILE-SIGNATURE", Place(file=f"{path.stem}.shx"), {"format": "ESRI Shapefile"})]
    entries = index[_HEADER_BYTES // 4 :]
    entries = entries[: len(entries) // 2 * 2].reshape(-1, 2).astype(np.int64)
    ends = (entries.sum(axis=1) + 4) * _WORD_BYTES
    lost = np.flatnonzero((ends > size) | (entries[:, 0] * _WORD_BYTES < _HEADER_BYTES))
    said = int(header[6]) * _WORD_BYTES
    needed = max(said, int(max(ends, default=0)))
    if len(lost) or needed > size:
        place = Place(file=path.name, feature=str(lost[0]) if len(lost) else None)
        return len(entries), [Finding("FILE-TRUNCATED", place, {"expected": needed, "found": size})]
    findings = _index_findings(path, index, entries)
    if not findings and said != size:
        findings = [Finding("FILE-LENGTH", Place(file=path.name), {"said": said, "found": size})]
    return len(entries), findings


def _index_findings(path: Path, index: NDArray[np.int32], entries: NDArray[np.int64]) -> list[Finding]:
    """Say that the index of a .shp ends early, by its own header or by what the .shp holds."""
    place = Place(file=f"{path.stem}.shx", feature=str(len(entries)))
    said = int(index[6]) * _WORD_BYTES
    if said > len(index) * 4:
        return [Finding("FILE-TRUNCATED", place, {"expected": said, "found": len(index) * 4})]
    unlisted = _unlisted(path, entries)
    return [Finding("FILE-INDEX-SHORT", place, {"listed": len(entries), "count": unlisted})] if unlisted else []


def _unlisted(path: Path, entries: NDArray[np.int64]) -> int:
    """Return how many shapes stand in a .shp beyond those that its index lists.

    A shape that was made longer stands in the .shp twice, under the same number: at its old place,
    which the index no longer names, and at its new one.
    """
    size = path.stat().st_size
    if int((entries[:, 1] + _RECORD_WORDS).sum()) * _WORD_BYTES == size - _HEADER_BYTES:
        return 0
    content, at, count = path.read_bytes(), _HEADER_BYTES, 0
    while at + _RECORD_WORDS * _WORD_BYTES <= size:
        number, words = struct.unpack_from(">ii", content, at)
        end = at + (words + _RECORD_WORDS) * _WORD_BYTES
        if number < 1 or words < _RECORD_WORDS // 2 or end > size:
            break
        count += number > len(entries)
        at = end
    return count


def _declared(path: Path, attributes: Attributes, encoding: str | None) -> tuple[str | None, str]:
    """Return the declared encoding and who declares it."""
    if encoding is not None:
        return encoding, "--encoding"
    file = part(path, ".cpg")
    if file is not None:
        said = file.read_bytes().decode("ascii", "replace").strip()
        if said:
            return said, file.name
    return _LANGUAGE_DRIVERS.get(attributes.language_driver), f"{path.stem}.dbf"


def _undecodable(attributes: Attributes, encoding: str) -> _Undecodable | None:
    for column in attributes.columns:
        if not _decodes(column.name, encoding):
            return _Undecodable(column, None, column.name)
    for column, cells in attributes.texts():
        if not (cells.isascii() or _decodes(cells, encoding)):
            record, cell = _first_undecodable(cells, column.width + 1, encoding)
            return _Undecodable(column, record, cell)
    return None


def _first_undecodable(cells: bytes, width: int, encoding: str) -> tuple[int, bytes]:
    lines = (cells[start : start + width] for start in range(0, len(cells), width))
    return next((record, cell.strip()) for record, cell in enumerate(lines) if not _decodes(cell, encoding))


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _unknown(path: Path, wrong: _Undecodable) -> Finding:
    """Show how the text would read as GB18030, so that a person can tell whether it is."""
    trial = next(e for e in ("gb18030", "latin-1") if _decodes(wrong.data, e))
    word = "GBK" if trial == "gb18030" else "ISO-8859-1"
    params = {"trial": trial.upper(), "sample": wrong.data.decode(trial), "cpg": f"{path.stem}.cpg", "word": word}
    return Finding("FILE-ENCODING-UNKNOWN", _place(path, wrong, trial), params)


def _doubts(path: Path, attributes: Attributes, encoding: str, declared: str) -> list[Finding]:
    """Ask about texts that are good in another encoding than the declared one: chance hardly makes them so."""
    texts = _foreign(attributes)
    if encoding == "utf-8" or not texts:
        return []
    place = Place(file=f"{path.stem}.dbf")
    sample = texts.split(b"\n")[0].strip()
    params = {"encoding": declared, "sample": sample.decode(encoding)}
    if _decodes(texts, "utf-8"):
        return [Finding("FILE-ENCODING-DOUBTFUL", place, {**params, "utf8": sample.decode()})]
    if encoding in _LATIN and _decodes(texts, CHINESE) and chinese.is_plausible(texts.decode(CHINESE)):
        return [Finding("FILE-ENCODING-CHINESE", place, {**params, "chinese": sample.decode(CHINESE)})]
    return []


def _foreign(attributes: Attributes) -> bytes:
    """Return the texts that are not ASCII, names of columns among them, one a line."""
    cells = (cell for _, cells in attributes.texts() if not cells.isascii() for cell in cells.split(b"\n"))
    names = (column.name for column in attributes.columns)
    return b"\n".join(sample for sample in (*cells, *names) if not sample.isascii())


def _place(path: Path, wrong: _Undecodable, encoding: str) -> Place:
    feature = None if wrong.record is None else str(wrong.record)
    name = wrong.column.name
    column = name.decode(encoding) if _decodes(name, encoding) else None
    return Place(file=f"{path.stem}.dbf", feature=feature, column=column)
