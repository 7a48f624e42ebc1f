"""The field's words for what the data calls by code (design §9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from landquota.i18n import mark, translate

_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # stages of a parcel, measures of land
        "planned": mark("Planned"),
        "batch": mark("Approved, not yet divided"),
        "approved": mark("Approved"),
        "requisitioned": mark("Requisitioned"),
        "banked": mark("Banked"),
        "supplied": mark("Supplied"),
        "under_construction": mark("Under construction"),
        "completed": mark("Completed"),
        "accepted": mark("Accepted"),
        "not_under_construction": mark("Not under construction"),
        "documented_area": mark("Documented area"),
        "unsupplied": mark("Approved, not supplied"),
        "unused": mark("Supplied, not started"),
        # what idle-land rules make of a parcel, and what they are about
        "normal": mark("normal"),
        "overdue_start": mark("overdue start"),
        "idle": mark("idle"),
        "delayed": mark("delayed by government"),
        "not_started": mark("construction not started"),
        "stopped": mark("construction stopped"),
        "government_delay": mark("delay caused by government"),
        "default_start": mark("start where none is agreed"),
        # measures of quota
        "requested": mark("Requested"),
        "granted": mark("Granted"),
        "allotted_in": mark("Allotted in"),
        "allotted_out": mark("Allotted out"),
        "reserved": mark("Reserved"),
        "committed": mark("Committed"),
        "available": mark("Available"),
        "transferred_in": mark("Transferred in"),
        "transferred_out": mark("Transferred out"),
        "carried_in": mark("Carried in"),
        "carried_out": mark("Carried out"),
        "withdrawn": mark("Taken back"),
        # movements
        "request": mark("Request"),
        "withdraw": mark("Withdraw request"),
        "grant": mark("Grant"),
        "supplement": mark("Supplement"),
        "reward": mark("Reward"),
        "allot": mark("Allot"),
        "transfer": mark("Transfer"),
        "reserve": mark("Reserve"),
        "release": mark("Release"),
        "lapse": mark("Lapse"),
        "commit": mark("Commit"),
        "return": mark("Return"),
        "deduct": mark("Deduct"),
        "recover": mark("Recover"),
        "expire": mark("Expire"),
        "carry": mark("Carry over"),
        "carry_deficit": mark("Carry deficit"),
        # what becomes of quota at the end of its year, beside the movements
        "stays_reserved": mark("Stays reserved"),
        "used_later": mark("Used later"),
        # movements of land
        "approve": mark("Approve"),
        "divide": mark("Divide into parcels"),
        "requisition": mark("Requisition"),
        "bank": mark("Bank"),
        "supply": mark("Supply"),
        "start": mark("Start construction"),
        "complete": mark("Complete"),
        "accept": mark("Accept"),
        "revoke": mark("Revoke approval"),
        "take_back": mark("Take land back"),
        # entries
        "holder": mark("Holder"),
        "kind": mark("Quota kind"),
        "movement": mark("Movement"),
        "statement": mark("Statement"),
        "reversal": mark("Reversal"),
        "kind_rule": mark("Rule of a quota kind"),
        "allowance": mark("Over-limit allowance"),
        "period": mark("Period"),
        "progress": mark("Report on a parcel"),
        # bases of a figure
        "ledger": mark("ledger"),
        "stated": mark("stated"),
        "interpreted": mark("interpreted"),
        # verdicts
        "covered": mark("covered"),
        "uncovered": mark("uncovered"),
        "possibly_uncovered": mark("possibly uncovered"),
        "no_data": mark("no data"),
        # how an area was measured, and what a geometry is
        "ellipsoid": mark("ellipsoid"),
        "planar": mark("planar"),
        "both": mark("planar or ellipsoid, undecidable"),
        "neither": mark("neither"),
        "surveyed": mark("surveyed boundary"),
        "schematic": mark("schematic boundary"),
        "illustrative": mark("illustrative, made up"),
        # severities
        "error": mark("error"),
        "warning": mark("warning"),
        "note": mark("note"),
        # formats
        "boundary TXT": mark("boundary TXT"),
        "boundary TXT (Cixi)": mark("boundary TXT (Cixi)"),
        "boundary TXT (GISQ custom)": mark("boundary TXT (GISQ custom)"),
        "boundary TXT (GISQ province)": mark("boundary TXT (GISQ province)"),
        "boundary TXT (PH)": mark("boundary TXT (PH)"),
        "boundary TXT (coordinates)": mark("boundary TXT (coordinates)"),
        "boundary TXT (table)": mark("boundary TXT (table)"),
        # layer kinds
        "zones": mark("Zones"),
        "parcels": mark("Parcels"),
        "basic_farmland": mark("Permanent basic farmland"),
        "land_use": mark("Land-use patches"),
        "eco_redline": mark("Ecological protection redline"),
        "urban_boundary": mark("Urban development boundary"),
        "context": mark("Context"),
        # what an entry can be tied to
        "parcel": mark("parcel"),
        "zone": mark("zone"),
    }
)

#: What the columns of parcels are called, ours and those of a boundary TXT.
_HEADINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "approved_on": mark("Approved on"),
        "requisitioned_on": mark("Requisitioned on"),
        "supplied_on": mark("Supplied on"),
        "started_on": mark("Construction started on"),
        "completed_on": mark("Completed on"),
        "parcel": mark("Parcel number"),
        "name": mark("Parcel name"),
        "sheet": mark("Map sheet number"),
        "use": mark("Land use"),
        "land_class": mark("Land class code"),
        "declared_area": mark("Declared area"),
        "town": mark("Town code"),
        "village": mark("Village"),
        "more": mark("Other fields of the header"),
    }
)


def label(code: str, language: str) -> str:
    """Return the word for `code` in `language`; a code of the user's own stays as it is."""
    return translate(_LABELS[code], language) if code in _LABELS else code


def heading(column: str, language: str) -> str:
    """Return what a column is called in `language`; one of the user's own stays as it is."""
    return translate(_HEADINGS[column], language) if column in _HEADINGS else column


@dataclass(frozen=True, slots=True)
class Term:
    """A code that says its word in the reader's language."""

    code: str

    def render(self, language: str) -> str:
        """Return the word in `language`."""
        return label(self.code, language)
