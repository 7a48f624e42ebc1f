"""Breaking inputs as disks, networks, other programs and ill-meaning people do; the same seed breaks them the same."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace

from fuzz_seeds import Seed

NUMBER = re.compile(rb"\d+(?:\.\d+)?")
EXTREME_NUMBERS = (
    *(b"0", b"-1", b"-0.0", b"1e308", b"-1e308", b"1e400", b"5e-324", b"nan", b"inf", b"-inf", b"1_0", b"0x10"),
    *(b"99999999999999999999", b"2147483648", b"-2147483649", b"1e300", b"1,5", "１２".encode(), "٣".encode()),
)
EXTREME_INTEGERS = (0, 1, -1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 40, 1 << 63)
TOKENS = (
    *(b"\0", b"\r", b"\n", b"\x1a", b"\xff\xfe", b"\xef\xbb\xbf", b"\x85", b"\xe2\x80\xa8", b"\xed\xa0\x80", b"\x80"),
    *(b"'", b'"', b",", b";", b"\t", b"[", b"]", b"{", b"}", b"<", b">", b"&x;", b"(", b")", b"@", b"=", b"%s", b"{0}"),
    *("【】，。＝＠".encode(), "地块坐标".encode("gb18030"), b"[" * 3000, b"(" * 3000, b"<a>" * 500, b'{"a":' * 1500),
    *(b"POLYGON EMPTY", b"POLYGON((0 0,0 0,0 0,0 0))", b"GEOMETRYCOLLECTION(POINT(1 2))", b"null", b"NaN", b"1e999"),
)
PLAIN = (*(bytes([byte]) for byte in b"',;\t[](){}<>@=-.: eE0Jj#\"\r\n"), b"\r\n\r\n", b",,,,", b"EMPTY", b"-1")
HEADER_BYTES = 128
MOST_BYTES = 1 << 20

Change = Callable[[bytearray, random.Random], bytearray]


def mutated(seed: Seed, others: Sequence[Seed], chance: random.Random) -> Seed:
    """Return `seed` with one of its files, or a file of its archive, broken in one to four ways."""
    name = chance.choice(list(seed.files))
    data = seed.files[name]
    donors = [other.files[file] for other in others for file in other.files if other.suffix == seed.suffix]
    inner = _inside(data, donors, chance) if data[:2] == b"PK" and chance.random() < 0.6 else None
    broken = _broken(data, donors, chance) if inner is None else inner
    return replace(seed, files={**seed.files, name: broken[:MOST_BYTES]})


def _broken(data: bytes, donors: Sequence[bytes], chance: random.Random) -> bytes:
    changed = bytearray(data)
    is_text = data.isascii() or _reads(data)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        if chance.random() < 0.08 and donors:
            changed = _splice(changed, chance.choice(donors), chance)
        else:
            # Bytes that break a text's encoding are refused for that, and nothing behind it is tried.
            changes = TEXT_CHANGES if is_text and chance.random() < 0.75 else CHANGES
            changed = chance.choice(changes)(changed, chance)
    return bytes(changed)


def _reads(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        try:
            data.decode("gb18030")
        except UnicodeDecodeError:
            return False
    return b"\0" not in data


def _inside(data: bytes, donors: Sequence[bytes], chance: random.Random) -> bytes | None:
    """Break one entry of an archive, or its name, and pack it again."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    except (zipfile.BadZipFile, OSError, ValueError):
        return None
    at = chance.randrange(len(entries))
    name, content = entries[at]
    if chance.random() < 0.2:
        name = chance.choice(("../", "/", "C:\\", ".\\", "..\\..\\", "\u202e", "a" * 300 + "/", "CON.", "x/../")) + name
    else:
        content = _broken(content, donors if chance.random() < 0.1 else [], chance)
    entries[at] = (name, content)
    if chance.random() < 0.05:
        entries.append(chance.choice(entries))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, inner in entries:
            packed = zipfile.ZipInfo(entry, (2024, 6, 3, 0, 0, 0))
            packed.external_attr = 0o120777 << 16 if chance.random() < 0.02 else 0o644 << 16
            _add(archive, packed, inner)
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, data: bytes) -> None:
    import warnings  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a name stands twice is meant
        archive.writestr(entry, data, zipfile.ZIP_DEFLATED)


def _at(data: bytearray, chance: random.Random) -> int:
    """Return a position, often one in the header."""
    end = min(len(data), HEADER_BYTES) if chance.random() < 0.3 else len(data)
    return chance.randrange(end) if end else 0


def _flip(data: bytearray, chance: random.Random) -> bytearray:
    for _ in range(chance.choice((1, 1, 2, 8, 32))):
        if data:
            data[_at(data, chance)] ^= 1 << chance.randrange(8)
    return data


def _byte(data: bytearray, chance: random.Random) -> bytearray:
    if data:
        data[_at(data, chance)] = chance.choice((0, 0xFF, 0x7F, 0x80, 0x20, 0x0A, chance.randrange(256)))
    return data


def _truncate(data: bytearray, chance: random.Random) -> bytearray:
    return data[: _at(data, chance)]


def _head_lost(data: bytearray, chance: random.Random) -> bytearray:
    return data[_at(data, chance) :]


def _delete(data: bytearray, chance: random.Random) -> bytearray:
    start = _at(data, chance)
    del data[start : start + chance.choice((1, 2, 4, 16, 64, 512))]
    return data


def _insert(data: bytearray, chance: random.Random) -> bytearray:
    at = _at(data, chance)
    return data[:at] + chance.choice(TOKENS) + data[at:]


def _noise(data: bytearray, chance: random.Random) -> bytearray:
    at = _at(data, chance)
    return data[:at] + chance.randbytes(chance.choice((1, 4, 64, 4096))) + data[at:]


def _repeat(data: bytearray, chance: random.Random) -> bytearray:
    start = _at(data, chance)
    piece = data[start : start + chance.choice((4, 32, 256, 2048))]
    return data[:start] + piece * chance.choice((2, 3, 50)) + data[start:]


def _number(data: bytearray, chance: random.Random) -> bytearray:
    found = list(NUMBER.finditer(data))
    if not found:
        return _byte(data, chance)
    one = chance.choice(found)
    return data[: one.start()] + chance.choice(EXTREME_NUMBERS) + data[one.end() :]


def _integer(data: bytearray, chance: random.Random) -> bytearray:
    """Overwrite a field of a binary header, or an offset, by an extreme one."""
    width = chance.choice((2, 4, 4, 8))
    value = chance.choice(EXTREME_INTEGERS) & ((1 << 8 * width) - 1)
    at = _at(data, chance) // width * width
    data[at : at + width] = value.to_bytes(width, chance.choice(("little", "big")))
    return data


def _character(data: bytearray, chance: random.Random) -> bytearray:
    """Put a character of the format's own in the place of another, or before it."""
    places = [at for at, byte in enumerate(data) if byte in b" ,;=()[]{}<>@.-\"'\r\n\t0123456789"]
    if places:
        at = chance.choice(places)
        data[at : at + chance.randrange(2)] = chance.choice(PLAIN)
    return data


def _lines(data: bytearray, chance: random.Random) -> bytearray:
    """Lose, repeat or exchange lines."""
    lines = data.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(3):
        case 0:
            del lines[one]
        case 1:
            lines.insert(other, lines[one])
        case _:
            lines[one], lines[other] = lines[other], lines[one]
    return bytearray(b"\n".join(lines))


def _recode(data: bytearray, chance: random.Random) -> bytearray:
    """Save a text in another encoding than it is read in."""
    text = bytes(data).decode(chance.choice(("utf-8", "gb18030")), "replace")
    return bytearray(text.encode(chance.choice(("utf-8", "gb18030", "utf-16", "utf-32", "big5")), "replace"))


def _splice(data: bytearray, donor: bytes, chance: random.Random) -> bytearray:
    start, cut = _at(data, chance), chance.randrange(len(donor) + 1)
    return data[:start] + donor[cut:]


CHANGES: tuple[Change, ...] = (
    *(_flip, _flip, _byte, _byte, _truncate, _head_lost, _delete, _delete, _insert, _insert, _noise, _repeat),
    *(_number, _number, _number, _integer, _integer, _lines, _recode),
)
#: What leaves a text readable, so that what it says is wrong.
TEXT_CHANGES: tuple[Change, ...] = (
    _number,
    _number,
    _number,
    _character,
    _character,
    _character,
    _lines,
    _lines,
    _repeat,
)
