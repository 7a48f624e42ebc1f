"""The printed sheet as PNG and PDF: size, colours, the same bytes again, and a clear word where no font is."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from map_sheets import drawn
from map_views import hostile_view, sample_view
from matplotlib import font_manager
from matplotlib.image import imread
from program import Program

from landquota.errors import InputError
from landquota.maps import print_sheet
from landquota.maps.printing import fonts

PNG_SIZE = (4960, 3507)
_DOTS_PER_MM = 300 / 25.4


def pixels(file: Path) -> Any:
    """Return the colours of a PNG, of shape (height, width, 3), from 0 to 255."""
    return np.rint(imread(file)[:, :, :3] * 255).astype(int)


def share(image: Any, colour: str, *, within: float = 12) -> float:
    """Return which part of an image has about a colour."""
    wanted = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)])
    return float((np.abs(image - wanted).max(axis=2) <= within).mean())


def test_a_sheet_is_a3_at_300_dots_an_inch_with_what_the_page_shows(built_demo: Path, tmp_path: Path) -> None:
    view = drawn(built_demo)[1]
    file = tmp_path / "out" / "quota.png"
    print_sheet.write(view, file)
    content = file.read_bytes()
    assert struct.unpack(">II", content[16:24]) == PNG_SIZE
    assert b"matplotlib" not in content.lower()
    image = pixels(file)
    stages = {look.label: look.fill for layer in view.layers for look in layer.classes if layer.kind == "parcels"}
    for colour in stages.values():
        assert share(image, colour) > 0.0003, "in the legend and on the map"
    ink = (image.max(axis=2) < 90).mean(axis=1)
    title = ink[round(10 * _DOTS_PER_MM) : round(18 * _DOTS_PER_MM)]
    assert title.max() > 0.02, "the title is lettered"


def test_hatching_is_red(tmp_path: Path) -> None:
    print_sheet.write(sample_view(), tmp_path / "x.png")
    assert share(pixels(tmp_path / "x.png"), "#c0392b", within=40) > 0.0001


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_the_same_view_gives_the_same_bytes(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = []
    for number, day in enumerate(("0", "1000000000")):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", day)
        file = tmp_path / f"{number}{suffix}"
        print_sheet.write(sample_view(), file)
        pages.append(file.read_bytes())
    assert pages[0] == pages[1]
    assert not {b"CreationDate", b"Matplotlib"} & set(pages[0].split())
    assert [file.name for file in sorted(tmp_path.iterdir())] == [f"0{suffix}", f"1{suffix}"]


@pytest.mark.parametrize("evil", ["$\\frac{1}{0}$", "$x^", "\\", "{x}", "𠮷🙂\ufdd0", "\ud800", "", " "])
def test_hostile_texts_are_drawn_as_they_are(tmp_path: Path, evil: str) -> None:
    print_sheet.write(hostile_view(evil), tmp_path / "x.png")
    assert (tmp_path / "x.png").stat().st_size > 10_000


def test_without_a_chinese_font_the_remedy_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    monkeypatch.setattr(fonts, "findSystemFonts", list)
    with pytest.raises(fonts.MissingFontError) as refused:
        print_sheet.write(sample_view(), tmp_path / "x.png")
    assert "There is no font with Chinese characters on this computer" in str(refused.value)
    assert "Noto Sans CJK SC" in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_font_that_was_installed_later_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    known = fonts.find_family()
    file = next(str(one.fname) for one in font_manager.fontManager.ttflist if one.name == known)
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    monkeypatch.setattr(fonts, "findSystemFonts", lambda: [str(tmp_path / "broken.ttf"), file])
    assert fonts.find_family().rpartition(" ")[0] == known.rpartition(" ")[0]


def test_a_place_that_cannot_be_written_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "x.png").mkdir()
    with pytest.raises(InputError, match=r"^Cannot write "):
        print_sheet.write(sample_view(), tmp_path / "x.png")
    assert [file.name for file in tmp_path.iterdir()] == ["x.png"]


def test_the_command_draws_sheets_and_files_on_paper(demo: Program) -> None:
    out = Path("maps/out")
    assert demo.json("map", "--png")["maps"] == [str(out / "quota.png")]
    assert demo.json("map", "--png", "--public")["maps"] == [str(out / "quota.public.png")]
    demo("map", "--png", "-o", "x.pdf")
    assert (demo.folder / "x.pdf").read_bytes().startswith(b"%PDF-")
    demo("map", "--png", "--layer", demo.folder / "layers" / "parcels.geojson")
    assert (demo.folder / "parcels.png").is_file()
