"""The manifest in a page: read back as it was written, and never trusted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from map_views import hostile_view, sample_view

from landquota import __version__
from landquota.maps.manifest import Input, Manifest, Sources, read_manifest, together
from landquota.maps.page import render, write

SOURCES = Sources((Input("layers/地块.geojson", "ab" * 32, "parcels"), Input("seeds/facts.csv", "")), "quota")
PAGE = render(sample_view(), SOURCES).encode()
OPENING = b'<script type="application/json" id="lq-manifest">'


def manifest_of(page: bytes) -> tuple[Manifest, bool]:
    read = read_manifest(page)
    assert read is not None
    return read


def test_a_page_says_from_what_it_was_made_and_is_unaltered() -> None:
    manifest, unaltered = manifest_of(PAGE)
    assert unaltered
    assert manifest.sources == SOURCES
    assert (manifest.version, manifest.as_of, manifest.language) == (__version__, "2021-06-23", "zh")
    assert manifest.head == sample_view().head


def test_every_page_has_one_and_the_same_view_and_sources_give_the_same_bytes(tmp_path: Path) -> None:
    write(sample_view(), tmp_path / "a.html", SOURCES)
    assert (tmp_path / "a.html").read_bytes() == PAGE
    bare, unaltered = manifest_of(render(sample_view()).encode())
    assert unaltered
    assert bare.sources == Sources()


def test_files_are_named_by_their_name_alone_and_hashed(tmp_path: Path) -> None:
    file = tmp_path / "p.geojson"
    file.write_bytes(b"x")
    sources = Sources.of_files([file, file, tmp_path / "inside.zip" / "x.shp"])
    assert sources.inputs == (Input("p.geojson", "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"),)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(PAGE) - 1), st.integers(1, 255))
def test_any_single_altered_byte_is_noticed(place: int, change: int) -> None:
    altered = bytearray(PAGE)
    altered[place] ^= change
    try:
        read = read_manifest(bytes(altered))
    except ValueError:
        return
    assert read is None or not read[1]


def test_a_page_that_was_cut_or_added_to_is_noticed() -> None:
    for altered in (PAGE[:-1], PAGE + b"\n", PAGE.replace(b"\n", b"\r\n"), PAGE.replace(b"\n", b"", 1)):
        assert not manifest_of(altered)[1]


def test_a_page_with_hostile_texts_is_read_back_too() -> None:
    for evil in ("</script>", OPENING.decode(), '{"page":"' + "0" * 64, "\u202e"):
        sources = Sources((Input(evil, "ab" * 32, evil),), evil)
        manifest, unaltered = manifest_of(render(replace(hostile_view(evil), head=None), sources).encode())
        assert unaltered
        assert manifest.sources.sheet == evil.replace("\u202e", "\ufffd")


def forged(**changed: Any) -> bytes:
    """Return a page whose manifest says something else."""
    start = PAGE.index(OPENING) + len(OPENING)
    end = PAGE.index(b"</script>", start)
    data = {**json.loads(PAGE[start:end]), **changed}
    return PAGE[:start] + json.dumps(data, separators=(",", ":")).encode() + PAGE[end:]


@pytest.mark.parametrize(
    "changed",
    [
        {"manifest": 2},
        {"edition": "secret"},
        {"language": "xx"},
        {"as_of": "yesterday"},
        {"as_of": 7},
        {"as_of": ""},
        {"ledger_head": "head"},
        {"ledger_head": None},
        {"sheet": "x" * 5000},
        {"sheet": 3},
        {"inputs": 5},
        {"inputs": [3]},
        {"inputs": [{"file": "x"}]},
        {"inputs": [{"file": "x", "layer": "", "sha256": "zz"}]},
        {"inputs": {"file": "x"}},
        {"page": 7},
        {"landquota": ["x"]},
    ],
)
def test_a_manifest_that_we_never_write_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_manifest(forged(**changed))


@pytest.mark.parametrize(
    "content",
    [
        OPENING + b"</script>",
        OPENING,
        OPENING + b'{"page":"' + b"0" * 64 + b'",' + b"[" * 100_000 + b"</script>",
        OPENING + b'{"page":"' + b"0" * 64 + b'","manifest":' + b"9" * 5000 + b"}</script>",
        OPENING + b'{"page":"' + b"0" * 64 + b'","manifest":1}</script>',
        OPENING + b'{"page":"' + b"0" * 64 + b'",\xff\xfe}</script>',
        PAGE + PAGE,
    ],
)
def test_what_is_no_manifest_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_manifest(content)


@pytest.mark.parametrize("content", [b"", b"<html></html>", b"\x00\xff" * 100, "<script>".encode("utf-16")])
def test_a_file_without_a_manifest_has_none(content: bytes) -> None:
    assert read_manifest(content) is None


def test_all_inputs_together_have_one_hash_whatever_their_order() -> None:
    one, two = Input("layers/地块.geojson", "ab" * 32, "parcels"), Input("b", "cd" * 32)
    assert together([one, two]) == together([two, one]) != together([one])
    assert together([one]).file == "*"
