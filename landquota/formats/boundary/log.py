"""The findings of one file while it is read: the first thousand of them, and how many more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from landquota.findings import Finding, Place, Severity, catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Nobody works through more; a file of rubbish would otherwise have one for every line.
MOST: Final = 1000
#: With so many errors a file is not what it is taken for, and the rest of it need not be read.
_HOPELESS: Final = 10_000


class Log:
    """Collects what is found in one file, and stays small whatever the file holds."""

    def __init__(self, file: str, *, most: int = MOST) -> None:
        self.file = file
        self._most = most
        self._kept: dict[bool, list[tuple[int, Finding]]] = {True: [], False: []}
        self._count = 0
        self._errors = 0

    @property
    def errors(self) -> int:
        """How many errors were found so far."""
        return self._errors

    @property
    def hopeless(self) -> bool:
        """Whether it is not worth while to read on."""
        return self._errors >= _HOPELESS

    def add(self, code: str, place: int | Place | None = None, /, **params: object) -> None:
        """Note a finding at a line, or at a place."""
        error = self._counted(code)
        kept = self._kept[error]
        if len(kept) < self._most:
            where = place if isinstance(place, Place) else Place(self.file, place)
            kept.append((self._count, Finding(code, where, params)))

    def extend(self, findings: Iterable[Finding]) -> None:
        """Note findings that were made elsewhere."""
        for finding in findings:
            kept = self._kept[self._counted(finding.code)]
            if len(kept) < self._most:
                kept.append((self._count, finding))

    def findings(self) -> list[Finding]:
        """Return the findings as they came; of too many the errors first, and a last one that counts the rest."""
        if self._count <= self._most:
            return [finding for _, finding in sorted(self._kept[True] + self._kept[False], key=lambda kept: kept[0])]
        listed = [finding for _, finding in self._kept[True] + self._kept[False]][: self._most]
        return [*listed, Finding("TXT-MORE", Place(self.file), {"count": self._count - self._most})]

    def _counted(self, code: str) -> bool:
        """Count a finding, and return whether it is an error."""
        error = catalogue()[code].severity is Severity.ERROR
        self._count += 1
        self._errors += error
        return error
