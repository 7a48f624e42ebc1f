"""What the patches of a land-use layer have deducted (KCXS), as the overlay takes it."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

from landquota.analyses.given import Given
from landquota.errors import InputError
from landquota.findings import Finding, Place
from landquota.i18n import text
from landquota.overlay import Deduction

_FIELDS: Final = ("tbmj", "kcdlbm", "kcxs")
_DECIMALS: Final = 6


def deductions_of(given: Given) -> tuple[dict[int, Deduction], list[Finding]]:
    """Return the deduction of each patch that has one, by its row; none where the layer lacks TBMJ, KCDLBM or KCXS.

    A deduction that cannot be read is said, and its patch counts whole as its own class.
    """
    columns = [given.column(name) for name in _FIELDS]
    if None in columns:
        return {}, []
    _, to_class, share = (given.cells(column) for column in columns if column is not None)
    found: dict[int, Deduction] = {}
    findings = []
    for row, (code, written) in enumerate(zip(to_class, share, strict=True)):
        try:
            coefficient = _coefficient(written)
            if coefficient:
                found[row] = Deduction(coefficient, code)
        except InputError as problem:
            place = Place(file=given.file, feature=given.ids[row], column=columns[2])
            params = {"problem": problem.message, "remedy": problem.remedy or text("Mend the cell.")}
            findings.append(Finding("OVERLAY-DEDUCTION", place, params))
    return found, findings


def _coefficient(written: str) -> Decimal:
    if not written:
        return Decimal()
    try:
        value = Decimal(written)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise InputError(
            text("The deduction coefficient (KCXS) {value} is no number", value=written),
            remedy=text("Write it as a fraction: 0.0812 for 8.12 %."),
        )
    return round(value, _DECIMALS)
