"""The house: imports run downhill, the two columns meet only in reconcile, help is light."""

from __future__ import annotations

import ast
import configparser
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "landquota"

#: Every module or small package of the house, by its level (design §2).
LEVELS = {
    "i18n": 0,
    "errors": 0,
    "interrupts": 0,
    "collector": 0,
    "machine_code": 1,
    "amount": 1,
    "area": 1,
    "dates": 1,
    "findings": 1,
    "vocabulary": 1,
    "crs": 1,
    "ellipsoid": 1,
    "ellipsoid_kernel": 1,
    "adjustment": 1,
    "datum_shift": 1,
    "gcj02": 1,
    "rings": 1,
    "formats": 2,
    "project": 2,
    "ledger": 2,
    "layers": 3,
    "topology": 3,
    "standards": 3,
    "seed_cells": 3,
    "seeds": 3,
    "forms": 3,
    "template": 4,
    "overlay": 4,
    "rules": 4,
    "reconcile": 5,
    "analyses": 5,
    "maps": 6,
    "reports": 6,
    "cli": 7,
    "__main__": 8,
}
#: Pairs of one level in which the first may use the second.
SAME_LEVEL = {
    ("errors", "i18n"),
    ("area", "amount"),
    ("findings", "area"),
    ("crs", "findings"),
    ("ellipsoid", "area"),
    ("ellipsoid", "crs"),
    ("ellipsoid", "ellipsoid_kernel"),
    ("ellipsoid", "rings"),
    ("ellipsoid_kernel", "machine_code"),
    ("adjustment", "amount"),
    ("adjustment", "area"),
    ("adjustment", "findings"),
    ("datum_shift", "crs"),
    ("datum_shift", "findings"),
    ("gcj02", "findings"),
    ("forms", "seeds"),
    ("layers", "standards"),
    ("seeds", "seed_cells"),
    ("layers", "topology"),
    ("maps", "reports"),
    ("reconcile", "analyses"),
}
HEAVY = (
    *("geopandas", "shapely", "pandas", "pyogrio", "fiona", "folium", "sqlalchemy", "numpy", "rich", "pyproj"),
    *("numba", "pyarrow", "openpyxl", "ezdxf", "matplotlib"),
)


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Return the rooms and outside packages that a module imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= (
                {f"{node.module}.{alias.name}" for alias in node.names} if node.module == "landquota" else {node.module}
            )
    return names


MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.name != "__init__.py")


def test_every_room_of_the_house_has_a_level() -> None:
    assert {room(path) for path in MODULES} == set(LEVELS)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_downhill(path: Path) -> None:
    here = room(path)
    for name in imported(path):
        if not name.startswith("landquota."):
            continue
        there = name.split(".")[1]
        if there == "__version__":
            continue
        downhill = LEVELS[there] < LEVELS[here] or there == here or (here, there) in SAME_LEVEL
        assert downhill, f"{here} (level {LEVELS[here]}) imports {there} (level {LEVELS[there]})"


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) == "ledger"], ids=lambda p: p.name)
def test_the_ledger_never_imports_geometry(path: Path) -> None:
    outside = {name.split(".")[0] for name in imported(path)} - {"landquota"}
    assert outside <= set(sys.stdlib_module_names) | {"orjson", "sqlalchemy"}


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) in {"layers", "topology"}], ids=lambda p: p.name)
def test_layers_never_import_the_ledger(path: Path) -> None:
    assert not any(name.startswith(("landquota.ledger", "sqlalchemy", "sqlite3")) for name in imported(path))


def test_only_the_ledger_speaks_sql() -> None:
    speakers = {room(path) for path in MODULES if any(n.startswith(("sqlalchemy", "sqlite3")) for n in imported(path))}
    assert speakers == {"ledger"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["ledger", "--help"], ["ledger", "post", "--help"], ["map", "-h"], ["overlay", "-h"]],
)
def test_help_starts_without_the_heavy_libraries(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom landquota.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit as end:\n    assert not end.code\n"
        f"sys.exit(' '.join(m for m in {HEAVY!r} if m in sys.modules) or 0)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout


def test_every_package_travels_in_the_wheel() -> None:
    settings = configparser.ConfigParser()
    settings.read(PACKAGE.parent / "setup.cfg", "utf-8")
    named = {name for name in settings["options"]["packages"].split() if not name.startswith("landquota.shipped")}
    there = {".".join(path.parent.relative_to(PACKAGE.parent).parts) for path in PACKAGE.rglob("__init__.py")}
    assert named == there
