"""The entries of a zip, judged before any of them is unpacked: names, kinds, count and sizes.

Names come as bytes in an encoding that most Chinese tools do not declare, with either slash; a
hostile one leads out of the folder, or is two names to one system and one to another.
"""

from __future__ import annotations

import re
import stat
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from landquota.findings import Finding, Place
from landquota.formats.limits import Limits, words

_UTF8_FLAG: Final = 0x800
_ENCRYPTED_FLAG: Final = 0x1
#: Others can blow up to any size within one step, and no bureau's program writes them by default.
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DRIVE: Final = re.compile(r"[A-Za-z]:")
#: What no system of ours and theirs allows in a name, or takes for something else than a name.
_UNFIT: Final = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')
_LONGEST_NAME_BYTES: Final = 255
_LONGEST_PATH_BYTES: Final = 1024
_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_LONGEST_COMMENT_BYTES: Final = 65535
#: The least and the most that an entry takes in the list of entries.
_ENTRY_BYTES: Final = 46
_LONG_ENTRY_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a zip with the path, of forward slashes, at which it is unpacked."""

    info: zipfile.ZipInfo
    path: str


def too_many(path: Path, limits: Limits) -> bool:
    """Return whether the list of entries is longer than it may be, before it is read into memory.

    Source: APPNOTE.TXT 6.3.10, end of central directory record.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _END_BYTES - _LONGEST_COMMENT_BYTES))
        tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) - end < _END_BYTES:
        return False
    count = int.from_bytes(tail[end + 10 : end + 12], "little")
    list_bytes = int.from_bytes(tail[end + 12 : end + 16], "little")
    if list_bytes == 0xFFFFFFFF:  # noqa: PLR2004 - the size stands in a zip64 record; the whole file bounds it
        list_bytes = size
    listed = count > limits.entries and list_bytes >= _ENTRY_BYTES * limits.entries
    return listed or min(list_bytes, size) > _LONG_ENTRY_BYTES * limits.entries


def judged(archive: zipfile.ZipFile, place: Place, limits: Limits) -> tuple[list[Entry], list[Finding]]:
    """Return the files of a zip, and all that keeps them from being unpacked."""
    findings: list[Finding] = []
    entries: list[Entry] = []
    for info in archive.infolist():
        name = decoded(info)
        path, code = _path(name)
        code = code or _unreadable(info)
        if code is not None:
            findings.append(Finding(code, place, {"entry": shown(name)}))
        elif not name.endswith(("/", "\\")):
            entries.append(Entry(info, path))
    findings += _collisions(entries, place)
    largest = max(entries, key=lambda entry: entry.info.file_size, default=None)
    if largest is not None and sum(entry.info.file_size for entry in entries) > limits.unpacked_bytes:
        params = {"entry": shown(largest.path), "limit": words(limits.unpacked_bytes)}
        findings.append(Finding("ZIP-SIZE", place, params))
    return entries, findings


def decoded(info: zipfile.ZipInfo) -> str:
    """Return the name of an entry; bytes that say no encoding are UTF-8 if they can be, else GB18030."""
    if info.flag_bits & _UTF8_FLAG or info.orig_filename.isascii():
        return info.orig_filename
    raw = info.orig_filename.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.orig_filename


def shown(name: str) -> str:
    """Return a name as it can be shown: signs that steer a terminal are replaced."""
    return "".join(sign if sign.isprintable() else "�" for sign in name)


def _path(name: str) -> tuple[str, str | None]:
    """Return the path below the folder that a name means, or the code of what is wrong with it."""
    plain = name.replace("\\", "/")
    parts = [part for part in plain.split("/") if part not in {"", "."}]
    if plain.startswith("/") or _DRIVE.match(plain) or ".." in parts or not parts:
        return "", "ZIP-PATH"
    long = any(len(part.encode("utf-8", "surrogatepass")) > _LONGEST_NAME_BYTES for part in parts)
    path = "/".join(parts)
    if long or _UNFIT.search(path) or len(path.encode("utf-8", "surrogatepass")) > _LONGEST_PATH_BYTES:
        return "", "ZIP-NAME"
    return path, None


def _unreadable(info: zipfile.ZipInfo) -> str | None:
    """Return the code of what keeps an entry's content from being unpacked."""
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return "ZIP-LINK"
    if info.flag_bits & _ENCRYPTED_FLAG:
        return "ZIP-ENCRYPTED"
    return None if info.compress_type in _METHODS else "ZIP-METHOD"


def _collisions(entries: Sequence[Entry], place: Place) -> Iterator[Finding]:
    """Yield what would overwrite another file: on any system, or on one that does not tell case apart."""
    count = Counter(entry.path for entry in entries)
    folded = Counter(_folded(path) for path in count)
    folders = {_folded(path[: match.start()]) for path in count for match in re.finditer("/", path)}
    for path, times in count.items():
        if times > 1:
            yield Finding("ZIP-DUPLICATE", place, {"entry": shown(path)})
        elif folded[_folded(path)] > 1 or _folded(path) in folders:
            yield Finding("ZIP-CASE", place, {"entry": shown(path)})


def _folded(path: str) -> str:
    """Return what a path is to a system that tells neither case nor compositions nor closing dots apart."""
    parts = unicodedata.normalize("NFC", path).casefold().split("/")
    return "/".join(part.rstrip(". ") for part in parts)
