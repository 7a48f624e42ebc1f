"""Forms that a bureau keeps: ledgers in Excel and CSV, read as a whole, written so that they can be read again."""

from landquota.forms.batches import Defaults
from landquota.forms.reader import Filled, read_form

__all__ = ["Defaults", "Filled", "read_form"]
