"""Where the features of a layer stand, worked out when it is first asked for.

Naming 200,000 features takes as long as reading them, and few reads need a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, overload

from landquota.findings import Place
from landquota.formats.names import ID_COLUMNS, feature_names

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


class Places(Sequence[Place]):
    """The places of the features of one file, in their order; equal to a tuple of the same places.

    Parameters
    ----------
    file
        The file's name.
    frame
        The features with their attributes.
    fids
        The numbers of the features in their file.
    """

    def __init__(self, file: str, frame: GeoDataFrame, fids: Iterable[object]) -> None:
        self._file = file
        self._ids = frame[[column for column in frame.columns if str(column).casefold() in ID_COLUMNS]]
        self._fids = fids

    @cached_property
    def _places(self) -> tuple[Place, ...]:
        ids = self._ids.astype(object)  # pandas walks through its own texts slowly
        return tuple(Place(file=self._file, feature=name) for name in feature_names(ids, self._fids))

    @overload
    def __getitem__(self, index: int) -> Place: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Place, ...]: ...
    def __getitem__(self, index: int | slice) -> Place | tuple[Place, ...]:
        return self._places[index]

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[Place]:
        return iter(self._places)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (tuple, Places)) and self._places == tuple(other)

    def __hash__(self) -> int:
        return hash(self._places)
