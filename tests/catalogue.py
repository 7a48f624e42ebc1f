"""The gettext catalogue against the code: ``python tests/catalogue.py`` brings it up to date.

Message ids are the first arguments of ``text``, ``mark`` and ``say``, the finding catalogue's
messages and remedies, and those of click's own texts that our commands can show.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent / "landquota"
PO = PACKAGE / "locale" / "zh_CN" / "LC_MESSAGES" / "landquota.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {"text": None, "mark": None, "say": None}

#: What click says by itself, through gettext's default domain, which the command line sets to ours.
CLICK = (
    "Usage:",
    "Options",
    "Commands",
    "Arguments",
    "Error: {message}",
    "Show this message and exit.",
    "Show the version and exit.",
    "Try '{command} {option}' for help.",
    "No such command {name!r}.",
    "Missing command.",
    "Missing argument",
    "Missing option",
    "Missing parameter",
    "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}",
    "required",
    "default: {default}",
    "Aborted!",
    "No such option {name!r}.",
    "Missing parameter: {param_name}",
    "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
    "Option {name!r} does not take a value.",
    "{name} {filename!r} is a file.",
    "{name} {filename!r} is a directory.",
    "{name} {filename!r} is not readable.",
    "file",
    "directory",
    "path",
)
#: Its texts in singular and plural.
CLICK_PLURALS = (
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
)


def messages() -> dict[str, list[tuple[str, int]]]:
    """Return every message id with the places that use it."""
    found: dict[str, list[tuple[str, int]]] = {}
    for file, line, msgid, _comments, _context in extract_from_dir(PACKAGE, [("**.py", "python")], keywords=KEYWORDS):
        if isinstance(msgid, str) and msgid:
            found.setdefault(msgid, []).append((Path(file).as_posix(), line))
    with (PACKAGE / "findings.csv").open(encoding="utf-8", newline="") as table:
        for number, row in enumerate(csv.DictReader(table), 2):
            for msgid in (row["message"], row["remedy"]):
                if msgid:
                    found.setdefault(msgid, []).append(("findings.csv", number))
    for msgid in CLICK:
        found.setdefault(msgid, []).append(("click", 0))
    return found


def read() -> Catalog:
    """Return the catalogue as it stands."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh_CN", domain="landquota")


def compiled(catalogue: Catalog) -> bytes:
    """Return the machine form of `catalogue`."""
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def update(extra: Catalog | None = None) -> list[str]:
    """Rewrite ``.po`` and ``.mo`` from the code; return the message ids without a translation."""
    old = read() if PO.is_file() else Catalog()
    new = Catalog(locale="zh_CN", domain="landquota", project="landquota", fuzzy=False, charset="utf-8")
    for msgid in sorted(messages()):
        known = [c[msgid].string for c in (extra, old) if c is not None and msgid in c and c[msgid].string]
        new.add(msgid, known[0] if known else "")
    for msgids in CLICK_PLURALS:
        known = [c[msgids[0]].string for c in (extra, old) if c is not None and msgids[0] in c]
        new.add(msgids, known[0] if known else ())
    # The dates of the header would make every run a change.
    new.revision_date = new.creation_date = old.creation_date
    with PO.open("wb") as file:
        write_po(file, new, omit_header=False, width=0, sort_output=True)
    MO.write_bytes(compiled(read()))
    return [str(m.id) for m in new if m.id and not any(m.string if isinstance(m.string, tuple) else [m.string])]


if __name__ == "__main__":
    for missing in update():
        print("untranslated:", missing)  # noqa: T201 - this is a program
