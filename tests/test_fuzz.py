"""Broken files of every format give findings and refusals only; a small part of what ``fuzz.py`` runs."""

from __future__ import annotations

import os
import random
from pathlib import Path

import fuzz
import pytest
from fuzz import CRASHES, Tally, _kind, fuzz_gdal, fuzz_own
from fuzz_mutations import mutated
from fuzz_seeds import gdal_seeds, own_seeds, shapefile_seeds

from landquota import formats

OWN = 500
GDAL = 27


def test_our_own_readers_only_ever_find_or_refuse(tmp_path: Path) -> None:
    tally = fuzz_own(OWN, seed=0, keep=tmp_path, jobs=2)
    assert tally.failures == {}, fuzz.report("own readers", tally)
    assert tally.inputs == OWN
    assert tally.rss_mib < 1024
    assert len(tally.codes) > 40
    assert not CRASHES & set(tally.codes)


def test_gdal_only_ever_finds_or_refuses(tmp_path: Path) -> None:
    tally = fuzz_gdal(GDAL, seed=0, keep=tmp_path, jobs=2)
    assert tally.failures == {}, fuzz.report("GDAL", tally)
    assert (tally.inputs, len(tally.formats)) == (GDAL, 9)


def test_the_seeds_are_sound(tmp_path: Path) -> None:
    """A seed that is refused from the start would try nothing."""
    (tmp_path / "made").mkdir()
    for number, seed in enumerate([*own_seeds(), *gdal_seeds(tmp_path / "made")]):
        folder = tmp_path / str(number)
        for name, data in seed.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        if Path(seed.main).parent == Path() and seed.main != "two.zip":
            table, findings = formats.read(folder / seed.main)
            assert table is not None, (seed.main, [finding.message("en") for finding in findings])


def test_the_same_seed_breaks_a_file_the_same_way() -> None:
    seeds = own_seeds()

    def broken(salt: str) -> list[bytes]:
        return [
            data
            for seed in seeds
            for data in mutated(seed, seeds, random.Random(salt)).files.values()  # noqa: S311
        ]

    assert broken("1") == broken("1") != broken("2")


BUG = """
import os
from types import SimpleNamespace
def reading(codes=(), broke=None):
    return SimpleNamespace(codes=codes, read=False, refused=None, broke=broke, rss_mib=0)
def read_own(path):
    if path.suffix == ".dxf":
        raise SystemExit("not a word")
    if path.suffix == ".csv":
        while path.name == "wkt.csv":
            pass
        return reading()
    if path.suffix == ".shp":
        os.abort()
    return reading(("X",), 'Traceback\\n  File "landquota/a.py", line 1, in f\\nValueError: 1')
"""


def test_the_fuzzer_sees_what_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_reader.py").write_text(BUG, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(fuzz, "OWN", "broken_reader:read_own")
    monkeypatch.setattr(fuzz, "OWN_SECONDS", 1.0)
    (tmp_path / "seeds").mkdir()
    seeds = [seed for seed in own_seeds() if seed.main in {"national.txt", "small.dxf", "wkt.csv", "gbk.csv"}]
    seeds += shapefile_seeds(tmp_path / "seeds")[:1]
    tally: Tally = fuzz._divided(fuzz._own_share, seeds, 10, seed=1, keep=tmp_path / "kept", jobs=1)
    assert (tally.inputs, tally.failed) == (10, 10)
    said = "\n".join(tally.failures)
    for word in ("ValueError", "timeout", "SIGABRT", "exit code 1", "nothing was read and nothing said (.csv)"):
        assert word in said
    for kept in tally.failures.values():
        assert len(os.listdir(kept)) > 1  # noqa: PTH208
    assert (
        _kind(BUG.split("'")[1].encode().decode("unicode_escape")) == 'File "landquota/a.py", line 1, in f\nValueError'
    )
