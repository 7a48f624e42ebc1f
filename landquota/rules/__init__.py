"""Rules of the law as dated data, each with its document and clause; a project may bring its own."""

from landquota.rules.conflict_rules import ConflictRule, ConflictRules, Weight, Where, read_conflict_rules
from landquota.rules.idle import Judged, Status, judge
from landquota.rules.idle_rules import Case, IdleRule, IdleRules, read_rules

__all__ = [
    "Case",
    "ConflictRule",
    "ConflictRules",
    "IdleRule",
    "IdleRules",
    "Judged",
    "Status",
    "Weight",
    "Where",
    "judge",
    "read_conflict_rules",
    "read_rules",
]
