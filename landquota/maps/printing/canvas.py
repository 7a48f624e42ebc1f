"""A plan as PNG or PDF, drawn by matplotlib: no display is needed, and the same plan gives the same bytes.

Letters are drawn as outlines: no font has to be embedded, and no text is taken for a formula.
"""

from __future__ import annotations

import gc
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path as File
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Bbox, TransformedBbox

from landquota.maps.printing.fonts import find_family
from landquota.maps.printing.outlines import Outlines
from landquota.maps.printing.plan import PAPER, Box, Fill, Plan, Stroke, Words
from landquota.maps.printing.wording import MM_PER_PT
from landquota.reports.replacing import replacing

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DPI: Final = 300
_MM_PER_INCH: Final = 25.4
#: What would change with the day, or with the version of matplotlib.
_NOTHING_OF_OURS: Final[Mapping[str, Mapping[str, None]]] = {
    ".png": {"Software": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
_WEIGHTS: Final = {False: 400, True: 700}
_DASHES: Final = (0, (4, 3))
_LABEL_EDGE: Final = "#8a949d"


def write(plan: Plan, path: File) -> None:
    """Draw `plan` to a PNG or PDF file, whole or not at all.

    Raises
    ------
    InputError
        The file cannot be written.
    MissingFontError
        There is no font with Chinese characters.
    """
    suffix = path.suffix.lower()
    with mpl.rc_context(), warnings.catch_warnings():
        # A character that the font lacks is drawn as an empty box, and need not be said for each letter.
        warnings.simplefilter("ignore", UserWarning)
        mpl.rcdefaults()
        figure = _Canvas(plan).figure
        with replacing(path) as part:
            figure.savefig(part, format=suffix[1:], dpi=_DPI, metadata=dict(_NOTHING_OF_OURS[suffix]))
        del figure
        # Figure and canvas refer to each other: 70 MB a sheet would wait for the collector, which counts objects.
        gc.collect()


class _Canvas:
    """The figure on which a plan is drawn, in millimetres."""

    def __init__(self, plan: Plan) -> None:
        family = find_family()
        self._fonts = {bold: FontProperties(family=[family], weight=_WEIGHTS[bold]) for bold in _WEIGHTS}
        self.figure = Figure(figsize=(plan.width_mm / _MM_PER_INCH, plan.height_mm / _MM_PER_INCH), facecolor=PAPER)
        self._axes = self.figure.add_axes((0, 0, 1, 1))
        self._axes.set_xlim(0, plan.width_mm)
        self._axes.set_ylim(0, plan.height_mm)
        self._axes.set_axis_off()
        for height, mark in enumerate(plan.marks):
            match mark:
                case Fill():
                    self._fill(mark, height)
                case Stroke():
                    self._stroke(mark, height)
                case Words():
                    self._words(mark, height)

    def _fill(self, mark: Fill, height: int) -> None:
        known = {colour: to_rgba(colour, mark.opacity) for colour in set(mark.colours)}
        colours = np.array([known[colour] for colour in mark.colours])
        self._add(
            PathCollection(_paths(mark.shapes), facecolors=colours, edgecolors="none", zorder=height), mark.within
        )

    def _stroke(self, mark: Stroke, height: int) -> None:
        if len(mark.shapes) == 0:
            return
        drawn = PathCollection(
            _paths(mark.shapes),
            facecolors="none",
            edgecolors=mark.colour,
            linewidths=mark.width_pt,
            linestyles=[_DASHES] if mark.dashed else "solid",
            joinstyle="round",
            zorder=height,
        )
        self._add(drawn, mark.within)

    def _add(self, drawn: PathCollection, within: Box | None) -> None:
        self._axes.add_collection(drawn, autolim=False)
        if within is not None:
            drawn.set_clip_path(None)
            drawn.set_clip_box(TransformedBbox(Bbox.from_extents(*within), self._axes.transData))

    def _words(self, mark: Words, height: int) -> None:
        points, codes = text_to_path.get_text_path(self._fonts[mark.bold], mark.text, ismath=False)
        letters = np.asarray(points, dtype=float).reshape(-1, 2)
        if len(letters) == 0:
            return
        letters = letters * (mark.size_pt / text_to_path.FONT_SCALE * MM_PER_PT)
        width = float(letters[:, 0].max())
        letters += (mark.x - width * {"left": 0.0, "center": 0.5, "right": 1.0}[mark.align], mark.y)
        if mark.boxed:
            self._label(letters, height)
        path = Path(letters, codes)
        self._axes.add_patch(PathPatch(path, facecolor=mark.colour, linewidth=0, zorder=height + 0.5))

    def _label(self, letters: NDArray[np.float64], height: int) -> None:
        """Lay paper under a line of letters."""
        margin = np.array([1.5, 1.0])
        (left, low), (right, high) = letters.min(axis=0) - margin, letters.max(axis=0) + margin
        paper = Rectangle((left, low), right - left, high - low, facecolor=to_rgba(PAPER, 0.92))
        paper.set(edgecolor=_LABEL_EDGE, linewidth=0.5, zorder=height)
        self._axes.add_patch(paper)


def _paths(shapes: NDArray[np.object_]) -> Sequence[Any]:
    """Return geometries as matplotlib's paths, rings closed."""
    drawn = Outlines.of(shapes)
    codes = np.full(len(drawn.xy), Path.LINETO, dtype=Path.code_type)
    starts, ends = drawn.lines[:-1], drawn.lines[1:] - 1
    codes[starts] = Path.MOVETO
    closed = (drawn.xy[starts] == drawn.xy[ends]).all(axis=1)
    codes[ends[closed]] = Path.CLOSEPOLY
    pieces = zip(drawn.geometries[:-1], drawn.geometries[1:], strict=True)
    return [Path(drawn.xy[start:end], codes[start:end]) for start, end in pieces]
