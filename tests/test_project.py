"""Project folders: settings read with clear errors, the shipped example found and copied, new ones made."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from landquota.errors import InputError, LandquotaError, UsageError
from landquota.ledger import KindDraft
from landquota.project import DATA_FOLDERS, copy_shipped, open_project
from landquota.seeds import read_seeds
from landquota.template import create_project


def write_settings(folder: Path, settings: str) -> Path:
    (folder / "seeds").mkdir(parents=True)
    (folder / "seeds" / "project.toml").write_text(settings, "utf-8")
    return folder


def test_the_shipped_settings(tmp_path: Path) -> None:
    copy_shipped(tmp_path)
    project = open_project(tmp_path)
    assert (project.name, project.title("en"), project.crs) == ("慈溪市", "Cixi", "EPSG:4549")
    assert project.as_of == date(2021, 6, 23)
    assert project.tolerances.zone_area == Decimal("0.001")
    assert project.import_recorded == datetime(2021, 6, 23, tzinfo=UTC)
    assert project.region == (120.9, 30.0, 121.8, 30.5)
    assert project.county_code == "330282"
    assert project.layers_file.parent == project.ledger_file.parent
    assert project.layers_file != project.ledger_file


def test_everything_but_the_name_has_a_default(tmp_path: Path) -> None:
    project = open_project(write_settings(tmp_path / "x", '[project]\nname = "某县"\n'))
    assert (project.holder, project.area_method, project.as_of) == ("某县", "ellipsoid", None)
    assert project.import_recorded is None


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ("", "name = None"),
        ("[project", "cannot be read"),
        ('project = "x"', "project = 'x'"),
        ('[project]\nname = "x"\narea_method = "geodesic"', "project.area_method = 'geodesic'"),
        ('[project]\nname = "x"\nas_of = "soon"', "project.as_of = 'soon'"),
        ('[project]\nname = "x"\n[tolerance]\nzone_area = "much"', "tolerance.zone_area = 'much'"),
        ('[project]\nname = "x"\n[tolerance]\noverlap_m2 = -1', "tolerance.overlap_m2 = -1"),
        ('[project]\nname = "x"\nregion = [121.8, 30, 120.9, 30.5]', "project.region = [121.8, 30, 120.9, 30.5]"),
        ('[project]\nname = "x"\nregion = [1, 2, 3]', "project.region = [1, 2, 3]"),
        ('[project]\nname = "x"\nregion = [120, 30, 121, true]', "project.region = [120, 30, 121, True]"),
        ('[project]\nname = "x"\ncounty_code = "慈溪"', "project.county_code = '慈溪'"),
        ('[project]\nname = "x"\n[ledger]\nimport_recorded = "then"', "ledger.import_recorded = 'then'"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_is_needed(tmp_path: Path, settings: str, found: str) -> None:
    with pytest.raises(InputError) as refused:
        open_project(write_settings(tmp_path / "x", settings))
    assert found in refused.value.message.render("en")
    assert "project.toml" in refused.value.message.render("en")
    assert refused.value.remedy is not None


def test_a_folder_without_settings_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a landquota project"):
        open_project(tmp_path)


def test_copying_the_example_again_keeps_what_was_changed(tmp_path: Path) -> None:
    copy_shipped(tmp_path)
    mine = tmp_path / "seeds" / "movements.csv"
    mine.write_text("mine", "utf-8")
    (tmp_path / "seeds" / "facts.csv").unlink()
    copy_shipped(tmp_path)
    assert mine.read_text("utf-8") == "mine"
    assert (tmp_path / "seeds" / "facts.csv").is_file()


def test_generated_maps_and_workspaces_are_not_copied(tmp_path: Path) -> None:
    copy_shipped(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(DATA_FOLDERS)
    assert not (tmp_path / "maps" / "out").exists()


def test_a_new_project_reads_without_a_finding(tmp_path: Path) -> None:
    create_project(tmp_path / "county", name='某县 "新区"', meridian_deg=117)
    project = open_project(tmp_path / "county")
    assert (project.name, project.crs) == ('某县 "新区"', "EPSG:4548")
    seeds, findings = read_seeds(project.seeds)
    assert findings == []
    kinds = {draft.kind for draft in seeds.drafts if isinstance(draft, KindDraft)}
    assert {"新增计划", "统筹", "重大项目", "增减挂钩", "存量盘活"} <= kinds


@pytest.mark.parametrize(("name", "meridian"), [("", 120), ("x", 121)])
def test_a_new_project_needs_a_name_and_a_real_meridian(tmp_path: Path, name: str, meridian: int) -> None:
    with pytest.raises(LandquotaError):
        create_project(tmp_path / "county", name=name, meridian_deg=meridian)
    assert not (tmp_path / "county").exists()


def test_a_new_project_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", "utf-8")
    with pytest.raises(UsageError, match="is not empty"):
        create_project(tmp_path, name="x")
