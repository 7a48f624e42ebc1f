"""A chart of what a benchmark measured, as an SVG without fonts or scripts of its own."""

from __future__ import annotations

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Final

#: The drawing, in pixels: its width, the room beside the bars, a row, the room above and below.
_WIDTH: Final = 720
_LEFT: Final = 190
_RIGHT: Final = 70
_ROW: Final = 30
_TOP: Final = 44
_BOTTOM: Final = 34
_OURS: Final = "#1f5f99"
_OTHERS: Final = "#b9b4a6"


def bars(path: Path, title: str, figures: Mapping[str, float], *, note: str) -> None:
    """Write horizontal bars of how many times as fast each method is; ours, whose names begin so, stand out.

    Parameters
    ----------
    path
        The SVG file.
    figures
        The ratio of each method, in the order in which they are drawn.
    note
        What was measured, below the bars.
    """
    longest = max(figures.values())
    scale = (_WIDTH - _LEFT - _RIGHT) / longest
    height = _TOP + _ROW * len(figures) + _BOTTOM
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" role="img">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="16" y="26" font-size="16" font-weight="bold">{html.escape(title)}</text>',
    ]
    for row, (name, ratio) in enumerate(figures.items()):
        top = _TOP + row * _ROW
        colour = _OURS if name.startswith("ours") else _OTHERS
        lines += [
            f'<text x="{_LEFT - 10}" y="{top + 19}" font-size="13" text-anchor="end">{html.escape(name)}</text>',
            f'<rect x="{_LEFT}" y="{top + 5}" width="{max(1.0, ratio * scale):.1f}" height="20" fill="{colour}"/>',
            f'<text x="{_LEFT + ratio * scale + 8:.1f}" y="{top + 19}" font-size="13">{ratio:.1f} ×</text>',
        ]
    lines += [f'<text x="16" y="{height - 12}" font-size="12" fill="#555555">{html.escape(note)}</text>', "</svg>"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
