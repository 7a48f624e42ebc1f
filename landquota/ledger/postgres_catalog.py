"""What PostgreSQL's own catalogs say of the ledger's tables: how they are made, and what is damaged."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError

from landquota.ledger import schema
from landquota.ledger.dialect import Part

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: The database schema of the ledger: its own, so that no table of PostGIS, QGIS or the office has its names.
NAMESPACE: Final = "landquota_ledger"
#: The ledger's tables in one namespace.
_OURS: Final = """
WITH ours AS (
    SELECT * FROM pg_class WHERE relnamespace = {namespace} AND relkind IN ('r', 'p') AND relname IN ({names})
)
"""
#: Whatever belongs to a table and is nothing by itself, one line each.
_DETAILS: Final = """
    SELECT relname, concat_ws(' ', 'kind', relkind, CASE relpersistence WHEN 't' THEN 'p' ELSE relpersistence END,
        relrowsecurity, relforcerowsecurity) FROM ours
UNION ALL
    SELECT relname, concat_ws(' ', 'column', attnum, attname, format_type(atttypid, atttypmod), attnotnull,
        attcollation::regcollation, attidentity, attgenerated, pg_get_expr(adbin, adrelid))
    FROM ours JOIN pg_attribute ON attrelid = ours.oid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE attnum > 0 AND NOT attisdropped
UNION ALL
    SELECT relname, concat_ws(' ', 'constraint', conname, pg_get_constraintdef(c.oid))
    FROM ours JOIN pg_constraint AS c ON conrelid = ours.oid
UNION ALL
    SELECT relname, concat_ws(' ', 'not enforced', tgname)
    FROM ours JOIN pg_trigger ON tgrelid = ours.oid WHERE tgisinternal AND tgenabled <> 'O'
UNION ALL
    SELECT relname, concat_ws(' ', 'rule', pg_get_ruledef(r.oid)) FROM ours JOIN pg_rewrite AS r ON ev_class = ours.oid
UNION ALL
    SELECT relname, concat_ws(' ', 'policy', polname) FROM ours JOIN pg_policy ON polrelid = ours.oid
UNION ALL
    SELECT relname, concat_ws(' ', 'inherits', inhrelid::regclass, inhparent::regclass)
    FROM ours JOIN pg_inherits ON ours.oid IN (inhrelid, inhparent)
"""
#: What is something by itself: what it is, its name, and how it is made.
_PARTS: Final = """
    SELECT 'index', i.relname, concat_ws(' ', pg_get_indexdef(i.oid), indisvalid, indisready, indislive)
    FROM ours JOIN pg_index ON indrelid = ours.oid JOIN pg_class AS i ON i.oid = indexrelid
UNION ALL
    SELECT 'trigger', tgname, concat_ws(' ', pg_get_triggerdef(t.oid), tgenabled)
    FROM ours JOIN pg_trigger AS t ON tgrelid = ours.oid WHERE NOT tgisinternal
UNION ALL
    SELECT 'function', proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = {namespace} AND prokind = 'f'
"""
#: Where the extension amcheck is, if this user may ask it.
_CHECKER: Final = """
    SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'amcheck' AND (
        SELECT bool_and(has_function_privilege(objid, 'EXECUTE')) FROM pg_depend
        WHERE refobjid = pg_extension.oid AND refclassid = 'pg_extension'::regclass AND classid = 'pg_proc'::regclass)
"""
#: What it checks, and how it is asked.
_CHECKED: Final = """
    SELECT 'table', oid::regclass::text FROM ours
UNION ALL
    SELECT 'index', i.oid::regclass::text FROM ours JOIN pg_index ON indrelid = ours.oid
    JOIN pg_class AS i ON i.oid = indexrelid JOIN pg_am ON pg_am.oid = i.relam WHERE amname = 'btree'
"""
_CHECKS: Final = {"table": "verify_heapam('{name}')", "index": "bt_index_check('{name}', true)"}
#: Where a table is must not count in how it is made.
_QUALIFIER: Final = re.compile(rf"\b(?:pg_temp(?:_\d+)?|{NAMESPACE})\.")


def structure(connection: Connection, namespace: str) -> dict[Part, str]:
    """Return what makes each table, index, trigger and function in `namespace`, by what it is and its name.

    Parameters
    ----------
    namespace
        An SQL expression for the number of the database schema.
    """
    ours = _with_ours(namespace)
    details = defaultdict[str, list[str]](list)
    for table, detail in connection.exec_driver_sql(ours + _DETAILS):
        details[table].append(_QUALIFIER.sub("", detail))
    found = {("table", table): "\n".join(sorted(lines)) for table, lines in details.items()}
    for what, name, definition in connection.exec_driver_sql(ours + _PARTS.format(namespace=namespace)):
        found[what, name] = _QUALIFIER.sub("", definition)
    return found


def triggers(connection: Connection, namespace: str) -> list[tuple[str, str]]:
    """Return table and name of every trigger of ours, as a statement names them."""
    query = (
        " SELECT tgrelid::regclass::text, quote_ident(tgname)"
        " FROM ours JOIN pg_trigger ON tgrelid = ours.oid WHERE NOT tgisinternal"
    )
    return [(table, name) for table, name in connection.exec_driver_sql(_with_ours(namespace) + query)]


def damage(connection: Connection, namespace: str) -> list[str]:
    """Return what the extension amcheck finds in tables and indexes; nothing where it may not be asked."""
    extension = connection.exec_driver_sql(_CHECKER).scalar_one_or_none()
    if extension is None:
        return []
    found: list[str] = []
    for what, name in connection.exec_driver_sql(_with_ours(namespace) + _CHECKED).all():
        query = f"SELECT {extension}.{_CHECKS[what]}".format(name=name)
        try:
            with connection.begin_nested():
                answers = connection.exec_driver_sql(query).scalars()
                found += [f"{name}: {answer}" for answer in answers if answer]
        except DBAPIError as error:
            found.append(f"{name}: {error.orig}")
    return found


def _with_ours(namespace: str) -> str:
    names = ", ".join(f"'{table.name}'" for table in schema.metadata.sorted_tables)
    return _OURS.format(namespace=namespace, names=names)
