"""A project folder: its settings, where its data stands, and the shipped example.

Every project has the same three data folders (``layers/``, ``seeds/``, ``maps/``) and a
``workspace/`` that is built from them: ``layers.gpkg`` and ``ledger.sqlite``, two files because
no process may ever have one SQLite file open through two libraries.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from landquota.errors import InputError, UsageError
from landquota.i18n import text

DATA_FOLDERS: Final = ("layers", "seeds", "maps")
AREA_METHODS: Final = ("ellipsoid", "planar")
_SETTINGS: Final = "seeds/project.toml"
_SHIPPED_SUFFIXES: Final = frozenset({".csv", ".geojson", ".md", ".toml", ".txt"})


@dataclass(frozen=True, slots=True)
class Tolerances:
    """How far ledger, documents and map may differ before it is a finding.

    `zone_area` is a share of the documented area; the others are square metres.
    """

    zone_area: Decimal = Decimal("0.001")
    overlap_m2: float = 1.0
    outside_m2: float = 1.0
    farmland_m2: float = 1.0


@dataclass(frozen=True, slots=True)
class Project:
    """The settings of one project folder."""

    folder: Path
    name: str
    name_en: str
    holder: str
    crs: str
    area_method: str
    as_of: date | None
    tolerances: Tolerances
    import_recorded: datetime | None
    #: West, south, east, north in degrees: where data of this county lies.
    region: tuple[float, float, float, float] | None = None
    #: 行政区划代码, six digits; empty where the project does not give it.
    county_code: str = ""

    @property
    def layers(self) -> Path:
        """Geodata in, with ``catalog.csv``."""
        return self.folder / "layers"

    @property
    def seeds(self) -> Path:
        """Facts in: ledger entries, registries and rules."""
        return self.folder / "seeds"

    @property
    def maps(self) -> Path:
        """Map sheets."""
        return self.folder / "maps"

    @property
    def maps_out(self) -> Path:
        """Where generated maps go."""
        return self.maps / "out"

    @property
    def layers_file(self) -> Path:
        """The GeoPackage that ``build`` fills; only GDAL opens it."""
        return self.folder / "workspace" / "layers.gpkg"

    @property
    def ledger_file(self) -> Path:
        """The ledger; only SQLAlchemy opens it."""
        return self.folder / "workspace" / "ledger.sqlite"

    def title(self, language: str) -> str:
        """Return the project's name in `language`."""
        return self.name if language == "zh" else self.name_en or self.name


def is_project(folder: Path) -> bool:
    """Return whether a folder has the settings of a project."""
    return (folder / _SETTINGS).is_file()


def open_project(folder: Path) -> Project:
    """Read the settings of the project in `folder`.

    Raises
    ------
    UsageError
        The folder is not a project.
    InputError
        Its settings cannot be read.
    """
    settings_file = folder / _SETTINGS
    if not is_project(folder):
        raise UsageError(
            text("{folder} is not a landquota project: seeds/project.toml is missing", folder=folder),
            remedy=text(
                "Make one with 'landquota init DIR', see one with 'landquota demo', or name it with --project DIR."
            ),
        )
    try:
        settings = tomllib.loads(settings_file.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise InputError(
            text("{file} cannot be read: {problem}", file=settings_file, problem=problem),
            remedy=text("Mend the file; it has to be TOML in UTF-8."),
        ) from problem
    return _project(folder, settings, settings_file)


def built(project: Project) -> Project:
    """Return the project, its workspace being there.

    Raises
    ------
    UsageError
        The project has not been built.
    """
    if not (project.ledger_file.is_file() and project.layers_file.is_file()):
        raise _unbuilt(project)
    return project


def with_ledger(project: Project) -> Project:
    """Return the project, its ledger being there: built, or restored without the layers.

    Raises
    ------
    UsageError
        There is no ledger.
    """
    if not project.ledger_file.is_file():
        raise _unbuilt(project)
    return project


def _unbuilt(project: Project) -> UsageError:
    return UsageError(
        text("{folder} has not been built", folder=project.folder),
        remedy=text("Run: landquota --project {folder} build", folder=project.folder),
    )


def _project(folder: Path, settings: Mapping[str, object], file: Path) -> Project:
    project = _table(settings, "project", file)
    ledger = _table(settings, "ledger", file)
    tolerance = _table(settings, "tolerance", file)
    method = _string(project, "area_method", file, default="ellipsoid")
    if method not in AREA_METHODS:
        raise _unusable(file, "project.area_method", method, "ellipsoid, planar")
    as_of = project.get("as_of")
    if isinstance(as_of, datetime) or not isinstance(as_of, date | None):
        raise _unusable(file, "project.as_of", as_of, "2021-06-23")
    name = _string(project, "name", file)
    return Project(
        folder=folder,
        name=name,
        name_en=_string(project, "name_en", file, default=""),
        holder=_string(project, "holder", file, default=name),
        crs=_string(project, "crs", file, default="EPSG:4549"),
        area_method=method,
        as_of=as_of,
        tolerances=Tolerances(
            zone_area=_share(tolerance, file),
            overlap_m2=_metres(tolerance, "overlap_m2", file),
            outside_m2=_metres(tolerance, "outside_m2", file),
            farmland_m2=_metres(tolerance, "farmland_m2", file),
        ),
        import_recorded=_moment(ledger, file),
        region=_region(project, file),
        county_code=_county_code(project, file),
    )


def _table(settings: Mapping[str, object], name: str, file: Path) -> Mapping[str, object]:
    table = settings.get(name, {})
    if not isinstance(table, dict):
        raise _unusable(file, name, table, f"[{name}]")
    return table


def _string(table: Mapping[str, object], name: str, file: Path, *, default: str | None = None) -> str:
    value = table.get(name, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise _unusable(file, name, value, '"…"')
    return value


def _share(table: Mapping[str, object], file: Path) -> Decimal:
    written = table.get("zone_area", "0.1%")
    try:
        share = Decimal(str(written).removesuffix("%")) / (100 if str(written).endswith("%") else 1)
    except InvalidOperation:
        share = Decimal(-1)
    if not 0 <= share < 1:
        raise _unusable(file, "tolerance.zone_area", written, '"0.1%"')
    return share


def _metres(table: Mapping[str, object], name: str, file: Path) -> float:
    value = table.get(name, 1.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise _unusable(file, f"tolerance.{name}", value, "1.0")
    return float(value)


def _region(table: Mapping[str, object], file: Path) -> tuple[float, float, float, float] | None:
    written = table.get("region")
    if written is None:
        return None
    numbers = written if isinstance(written, list) else []
    degrees = [float(value) for value in numbers if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(degrees) == len(numbers) == 4:  # noqa: PLR2004 - west, south, east, north
        west, south, east, north = degrees
        if -180 <= west < east <= 180 and -90 <= south < north <= 90:  # noqa: PLR2004 - degrees
            return west, south, east, north
    raise _unusable(file, "project.region", written, "[120.9, 30.0, 121.8, 30.5]")


def _county_code(table: Mapping[str, object], file: Path) -> str:
    written = _string(table, "county_code", file, default="")
    if written and not (written.isascii() and written.isdecimal() and len(written) == 6):  # noqa: PLR2004 - GB/T 2260
        raise _unusable(file, "project.county_code", written, '"330282"')
    return written


def _moment(table: Mapping[str, object], file: Path) -> datetime | None:
    written = table.get("import_recorded")
    if written is None:
        return None
    try:
        return datetime.fromisoformat(str(written)).astimezone(UTC)
    except ValueError:
        raise _unusable(file, "ledger.import_recorded", written, '"2021-06-23T00:00:00Z"') from None


def _unusable(file: Path, name: str, value: object, needed: str) -> InputError:
    return InputError(
        text("{file}: {name} = {value!r} cannot be used", file=file, name=name, value=value),
        remedy=text("Write it like this: {needed}", needed=needed),
    )


def shipped_folder() -> Path:
    """Return the folder that holds the shipped example's three data folders.

    In an installed package they stand inside it; in a checkout (also an editable install)
    they are the repository's own top-level folders.
    """
    package = Path(__file__).parent
    installed = package / "shipped"
    return installed if installed.is_dir() else package.parent


def is_shipped(folder: Path) -> bool:
    """Return whether `folder` holds the shipped example, perhaps edited since: its project has that name."""
    try:
        return open_project(folder).name == open_project(shipped_folder()).name
    except (UsageError, InputError):
        return False


def copy_shipped(target: Path) -> None:
    """Copy the shipped example into `target`; files that are already there stay as they are."""
    for name in DATA_FOLDERS:
        source = shipped_folder() / name
        (target / name).mkdir(parents=True, exist_ok=True)
        for file in sorted(source.iterdir()):
            copy = target / name / file.name
            if file.suffix in _SHIPPED_SUFFIXES and not copy.exists():
                shutil.copyfile(file, copy)
