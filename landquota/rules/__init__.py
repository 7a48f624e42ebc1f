"""Rules of the law as dated data, each with its document and clause; a project may bring its own."""

from landquota.rules.idle import Judged, Status, judge
from landquota.rules.idle_rules import Case, IdleRule, IdleRules, read_rules

__all__ = ["Case", "IdleRule", "IdleRules", "Judged", "Status", "judge", "read_rules"]
