"""The project's constraint layers under its parcels: what is concerned, what is not, and what nobody knows.

Permanent basic farmland has findings of its own; everything else is judged by the dated rules of
conflicts, as ``landquota overlay conflicts`` does.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from landquota.analyses import Land, Shelf, extent_of, theme_of
from landquota.analyses.conflicts import Conflicts, Constraint, find_conflicts, one_class
from landquota.analyses.conversion import LAND_USE
from landquota.reconcile.accounts import FARMLAND
from landquota.reconcile.asked import given_of, land_in
from landquota.rules import ConflictRules, read_conflict_rules

if TYPE_CHECKING:
    from landquota.findings import Finding
    from landquota.layers import Layers
    from landquota.layers.catalogue import CatalogEntry
    from landquota.project import Project

#: Kinds of layers that forbid nothing.
_NO_CONSTRAINTS: Final = frozenset({"zones", "parcels", "context", FARMLAND, LAND_USE, "planned_use", "settlement"})
#: A project's own rules, beside its other seeds.
_OWN_RULES: Final = "conflict_rules.csv"


def constraint_conflicts(layers: Layers, project: Project, *, as_of: date) -> tuple[Conflicts | None, list[Finding]]:
    """Hold the project's parcels against its constraint layers.

    Returns
    -------
    tuple
        The answers, or None where there are no such layers or no parcels, and what is wrong
        with layers and rules.
    """
    entries = [each for each in layers.catalogue if each.kind not in _NO_CONSTRAINTS and each.name in layers.frames]
    if not entries or layers.parcels.empty:
        return None, []
    land, findings = land_in(layers.parcels, project)
    if land is None:
        return None, findings
    rules, found = read_conflict_rules(project.seeds / _OWN_RULES)
    findings += found
    constraints: list[Constraint] = []
    for entry in entries:
        constraint, found = _constraint(entry, layers, project, land, rules, as_of=as_of)
        findings += found
        constraints += [] if constraint is None else [constraint]
    conflicts = find_conflicts(land, constraints, keep_pieces=True) if constraints else None
    return conflicts, [*findings, *(() if conflicts is None else conflicts.findings)]


def _constraint(
    entry: CatalogEntry, layers: Layers, project: Project, land: Land, rules: ConflictRules, *, as_of: date
) -> tuple[Constraint | None, list[Finding]]:
    given = given_of(layers.frames[entry.name], entry.kind, "id", entry=entry)
    kind = rules.kind_of(entry.kind) or rules.kind_in(entry.name) or entry.kind
    rule, findings = rules.find(kind, as_of)
    extent, found = extent_of(entry.coverage.split(), Shelf.of(project, {}), land.crs, beside=project.layers)
    findings = [*findings, *found]
    theme, found = theme_of(given, land, classes=one_class(given), extent=extent)
    findings += found
    return None if theme is None else Constraint(given, kind, rule, extent, theme), findings
