"""A second, plain reader of a mosaic block, number by number: what the page's script has to find too."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

Point = tuple[int, int]
Ring = list[Point]


@dataclass
class Reader:
    header: dict[str, Any]
    sections: dict[str, Any]

    @classmethod
    def of(cls, block: bytes) -> Reader:
        line, _, rest = zlib.decompress(block, -15).partition(b"\n")
        header = json.loads(line)
        sections = {}
        for name, kind, count, size in header["sections"]:
            content, rest = rest[:size], rest[size:]
            sections[name] = content.decode() if kind == "text" else numbers(content, kind)
            if kind != "text":
                assert len(sections[name]) == count
        assert rest == b""
        return cls(header, sections)

    def features(self) -> list[list[tuple[bool, Ring]]]:
        """Return the rings of every feature, each with whether it is a hole."""
        rings = zip(map(bool, self.sections["holes"]), self._rings(), strict=True)
        return [[next(rings) for _ in range(count)] for count in self.sections["rings"]]

    def _rings(self) -> Iterator[Ring]:
        named = self.sections
        tokens, lengths = iter(named["tokens"]), iter(named["lengths"])
        starts = iter(zip(named["startsX"], named["startsY"], strict=True))
        moves = iter(zip(named["movesX"], named["movesY"], strict=True))
        arcs: list[Ring] = []
        for uses in named["uses"]:
            ring: Ring = []
            for _ in range(uses):
                token = next(tokens)
                if token == 0:
                    arc = [ring[-1] if ring else next(starts)]
                    for _ in range(next(lengths)):
                        x, y = next(moves)
                        arc.append((arc[-1][0] + x, arc[-1][1] + y))
                    arcs.append(arc)
                else:
                    arc = arcs[-(token >> 1)]
                    arc = arc if token & 1 else arc[::-1]
                assert not ring or ring[-1] == arc[0], "arcs follow on each other"
                ring += arc[1:] if ring else arc
            assert ring[0] == ring.pop(), "rings close"
            yield ring
        assert not list(tokens) + list(lengths) + list(starts) + list(moves), "nothing is left"


def numbers(content: bytes, kind: str) -> list[int]:
    found, number, place = [], 0, 0
    for byte in content:
        number |= (byte & 127) << place
        place += 7
        if byte < 128:
            found.append(number)
            number, place = 0, 0
    if kind == "counts":
        return found
    signed = [(value >> 1) ^ -(value & 1) for value in found]
    return list(accumulate(signed)) if kind == "steps" else signed


def column(reader: Reader, layout: dict[str, Any], name: str, count: int) -> list[str]:
    """Return the texts of a column."""
    if layout["kind"] == "texts":
        blob = reader.sections[f"{name}.text"].encode("utf-16-le")
        ends = list(accumulate(reader.sections[f"{name}.sizes"]))
        different = [
            blob[2 * start : 2 * end].decode("utf-16-le") for start, end in zip([0, *ends], ends, strict=False)
        ]
        return [different[at] for at in reader.sections.get(f"{name}.which", range(count))]
    texts = [layout["literals"][0]] * count
    for place, (number, literal) in enumerate(zip(layout["numbers"], layout["literals"][1:], strict=True)):
        values = reader.sections[f"{name}.{place}"]
        texts = [text + write(value, **number) + literal for text, value in zip(texts, values, strict=True)]
    return texts


def write(value: int, *, decimals: int, trimmed: bool, width: int) -> str:
    digits = str(value).zfill(max(width, decimals + 1))
    if decimals == 0:
        return digits
    fraction = digits[-decimals:]
    return digits[:-decimals] + "." + ((fraction.rstrip("0") or "0") if trimmed else fraction)
