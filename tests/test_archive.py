"""Archives: real ones are read as a folder is, hostile ones leave nothing behind and say why."""

from __future__ import annotations

import hashlib
import io
import shutil
import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import geopandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from landquota.findings import Finding, Place
from landquota.formats import archive, limits, vector
from landquota.formats.limits import DEFAULT, UNLIMITED, Limits


def layer(path: Path, **options: str) -> Path:
    data = geopandas.GeoDataFrame({"parcel": ["甲", "乙"]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs=4549)
    data.to_file(path, engine="pyogrio", **options)
    return path


def zipped(path: Path, content: Mapping[str, bytes | str] | Path, *, method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Zip texts by their names, or all files of a folder."""
    if isinstance(content, Path):
        content = {
            file.relative_to(content).as_posix(): file.read_bytes() for file in content.rglob("*") if file.is_file()
        }
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", method) as target:
        warnings.simplefilter("ignore")  # of names that are there twice
        for name, data in content.items():
            target.writestr(name, data)
    return path


def shapefile(folder: Path, name: str = "地块.shp") -> dict[str, bytes]:
    """Return the files of a shapefile by their names."""
    folder.mkdir()
    layer(folder / name)
    content = {file.name: file.read_bytes() for file in folder.iterdir()}
    shutil.rmtree(folder)
    return content


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, [(f.code, f.message("en")) for f in findings]
    return findings[0]


def names(path: Path, allowed: Limits = DEFAULT) -> list[str]:
    """Return the paths of all files that are unpacked."""
    with archive.unpacked(path, limits=allowed) as (folder, findings):
        assert findings == []
        assert folder is not None
        return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def refused(path: Path, allowed: Limits = DEFAULT) -> Finding:
    with archive.unpacked(path, limits=allowed) as (folder, findings):
        assert folder is None
        return only(findings)


def codes(path: Path) -> list[str]:
    with archive.unpacked(path) as (folder, findings):
        assert (folder is None) == bool(findings)
        return [finding.code for finding in findings]


# --- what is good -----------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["", "资料/2024/", "资料\\2024\\", ".\\"])
def test_a_shapefile_is_found_wherever_it_lies(tmp_path: Path, folder: str) -> None:
    content = {folder + name: data for name, data in shapefile(tmp_path / "shp").items()}
    path = zipped(tmp_path / "a.zip", {**content, folder + "说明.txt": "界址点成果", "__MACOSX/._地块.shp": b"x"})
    table, findings = archive.read(path, vector.read)
    assert findings == []
    assert table is not None
    assert (table.path, table.layer, table.frame["parcel"].tolist()) == (path, "地块", ["甲", "乙"])
    within = folder.replace("\\", "/").removeprefix("./")
    assert table.places[0] == Place(file=f"a.zip/{within}地块.shp", feature="甲")


def test_the_temporary_folder_is_gone_afterwards(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.txt": "x"})
    with archive.unpacked(path) as (folder, _):
        assert folder is not None
        assert folder.is_dir()
    assert not folder.exists()


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_without_a_declared_encoding(tmp_path: Path, encoding: str) -> None:
    raw = "慈溪市\\观海卫镇\\地块一.txt".encode(encoding)
    path = zipped(tmp_path / "a.zip", {"x" * len(raw): "x"})
    path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
    assert names(path) == ["慈溪市/观海卫镇/地块一.txt"]


@pytest.mark.parametrize(
    ("root", "single", "nested"),
    [
        ("", "town.gdb.zip/t.gdb", "a.zip/送审/town.gdb.zip/t.gdb"),
        ("t.gdb", "town.gdb.zip/town.gdb", "a.zip/送审/town.gdb"),  # without a folder around its files
    ],
)
def test_a_file_geodatabase_in_a_zip_and_that_in_a_zip(tmp_path: Path, root: str, single: str, nested: str) -> None:
    (tmp_path / "gdb").mkdir()
    layer(tmp_path / "gdb" / "t.gdb", driver="OpenFileGDB")
    path = zipped(tmp_path / "town.gdb.zip", tmp_path / "gdb" / root)
    outer = zipped(tmp_path / "a.zip", {"送审/town.gdb.zip": path.read_bytes()})
    for source, place in ((path, single), (outer, nested)):
        table, findings = archive.read(source, vector.read)
        assert findings == []
        assert table is not None
        assert (table.format, table.path, table.places[0].file) == ("OpenFileGDB", source, place)
    assert vector.inspect(path).layers[0].features == 2
    assert vector.read(path)[0] is not None


def test_several_datasets_need_a_choice(tmp_path: Path) -> None:
    content = {f"{place}/{name}": data for place in "ab" for name, data in shapefile(tmp_path / "s", "x.shp").items()}
    layer(tmp_path / "y.gpkg", layer="parcels")
    layer(tmp_path / "y.gpkg", layer="zones")
    path = zipped(tmp_path / "a.zip", {**content, "y.gpkg": (tmp_path / "y.gpkg").read_bytes()})

    def said(wanted: str | None) -> tuple[str, str]:
        finding = only(archive.read(path, vector.read, layer=wanted)[1])
        return finding.code, finding.remedy("en")

    assert said(None) == ("ZIP-CHOICE", "Name one of them with --layer: a/x.shp, b/x.shp, y.gpkg.")
    assert said("x") == ("ZIP-CHOICE", "Name one of them with --layer: a/x.shp, b/x.shp.")
    assert said("z") == ("FILE-LAYER-UNKNOWN", "Name one of them with --layer: a/x.shp, b/x.shp, y.gpkg.")
    assert said("y") == ("FILE-LAYER-CHOICE", "Name one of them with --layer: parcels, zones.")
    for wanted, expected in (("b/x.shp", "x"), ("y.gpkg/zones", "zones")):
        table, findings = archive.read(path, vector.read, layer=wanted)
        assert findings == []
        assert table is not None
        assert table.layer == expected


def test_a_layer_of_the_only_dataset(tmp_path: Path) -> None:
    layer(tmp_path / "y.gpkg", layer="y")
    layer(tmp_path / "y.gpkg", layer="zones")
    path = zipped(tmp_path / "a.zip", {"y.gpkg": (tmp_path / "y.gpkg").read_bytes()})
    for wanted in ("y", "zones", "y.gpkg/zones"):
        table, _ = archive.read(path, vector.read, layer=wanted)
        assert table is not None
        assert table.layer == wanted.split("/")[-1]


def test_what_counts_as_a_dataset(tmp_path: Path) -> None:
    boundary = "[属性描述]\n格式版本号=1.01版本\n[地块坐标]\n"
    content: dict[str, bytes | str] = {
        "a.DXF": b"0\nSECTION", "readme.txt": "x", "list.csv": "x", "r.txt": boundary.encode("gbk"), "b.gdb/a.shp": "",
    }  # fmt: skip
    path = zipped(tmp_path / "a.zip", content)
    with archive.unpacked(path) as (folder, _):
        assert folder is not None
        found = archive.datasets(folder)
        assert [path.relative_to(folder).as_posix() for path in found] == [
            "a.DXF",
            "b.gdb",
            "r.txt",
        ]
    path = zipped(tmp_path / "b.zip", {"points.txt": "1,2", "empty.txt": "", "~$x.xlsx": "x"})
    with archive.unpacked(path) as (folder, _):
        assert folder is not None
        assert [found.name for found in archive.datasets(folder)] == ["points.txt"]


WKT = 'id,wkt\n1,"POLYGON ((622000 3340000, 622100 3340000, 622100 3340100, 622000 3340000))"\n'
POINTS = "\n".join(f"J{number},1,33400{number}0.123,6220{number}0.456" for number in range(4))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("b.json", '{"type": "FeatureCollection", "features": []}'),
        ("b.csv", WKT),
        ("b.txt", POINTS),
        ("b.dwg", "AC1032"),
        ("b.vct", "x"),
        ("b.mdb", "x"),
        ("b.rar", "Rar!"),
        ("b.xlsx", "x"),
        ("._b.gpkg", "SQLite format 3"),
        ("旧/b.TAB", "x"),
    ],
)
def test_geodata_that_nobody_reads_is_named(tmp_path: Path, name: str, content: str) -> None:
    path = zipped(tmp_path / "a.zip", {**shapefile(tmp_path / "shp"), name: content, "说明.txt": "界址点成果"})
    table, findings = archive.read(path, vector.read)
    assert table is not None
    finding = only(findings)
    assert (finding.code, finding.place) == ("ZIP-LEFT", Place(file="a.zip"))
    assert finding.message("en") == (
        f"Besides 地块.shp, which was read, the archive holds files that may be geodata and were left out: {name}"
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("说明.txt", "2024年12月31日，面积 123456.78 平方米"),
        ("list.csv", "编号,电话\n1,13800000000\n2,13800000001\n3,13800000002\n"),
        ("meta.json", '{"title": "地块"}'),
        ("._地块.shp", bytes.fromhex("00051607") + b"x"),
        ("__MACOSX/._b.shp", "x"),
        ("~$b.xlsx", "x"),
        ("b.mdb", ""),
    ],
)
def test_what_explains_geodata_is_not_named(tmp_path: Path, name: str, content: bytes | str) -> None:
    path = zipped(tmp_path / "a.zip", {**shapefile(tmp_path / "shp"), name: content})
    assert archive.read(path, vector.read)[1] == []


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "../a.shp", "..\\a.shp", "a/../../b.shp", "a\\..\\..\\b", "/etc/passwd", "\\a", "C:\\a.shp", "c:a",
        "//host/share/a", "\\\\host\\share\\a", "..", "a/..",
    ],
)  # fmt: skip
def test_a_path_that_leads_out(tmp_path: Path, name: str) -> None:
    (tmp_path / "deep").mkdir()
    path = zipped(tmp_path / "deep" / "a.zip", {name: "x"})
    finding = refused(path)
    assert finding.code == "ZIP-PATH"
    assert finding.message("en") == f"The entry '{name}' leads out of the archive's folder"
    assert finding.place == Place(file="a.zip")
    assert [file.name for file in tmp_path.rglob("*")] == ["deep", "a.zip"]


@pytest.mark.parametrize("name", ["a\x1b[2Jb.shp", "ab:c.shp", "con?.shp", "x" * 256, "/".join(["x" * 200] * 6)])
def test_a_name_that_is_none_everywhere(tmp_path: Path, name: str) -> None:
    finding = refused(zipped(tmp_path / "a.zip", {name: "x"}))
    assert finding.code == "ZIP-NAME"
    assert "\x1b" not in finding.message("en")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices(tmp_path: Path, kind: int) -> None:
    info = zipfile.ZipInfo("a.shp")
    info.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as target:
        target.writestr(info, "/etc/passwd")
    finding = refused(tmp_path / "a.zip")
    assert (finding.code, finding.message("en")) == ("ZIP-LINK", "The entry 'a.shp' is a link or a device and no file")


def entry_patched(path: Path, offset: int, data: bytes, *, local: int | None = None) -> Path:
    """Overwrite bytes of the first entry in the list of entries, and of its local header."""
    content = bytearray(path.read_bytes())
    start = content.index(b"PK\x01\x02") + offset
    content[start : start + len(data)] = data
    if local is not None:
        content[local : local + len(data)] = data
    path.write_bytes(bytes(content))
    return path


def test_an_encrypted_entry(tmp_path: Path) -> None:
    path = entry_patched(zipped(tmp_path / "a.zip", {"a.shp": "x"}), 8, b"\x01\0", local=6)
    assert (refused(path).code, refused(path).message("en")) == ("ZIP-ENCRYPTED", "The entry 'a.shp' is encrypted")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_method_that_is_not_read(tmp_path: Path, method: int) -> None:
    assert refused(zipped(tmp_path / "a.zip", {"a.shp": "x"}, method=method)).code == "ZIP-METHOD"


def test_deflate64_is_a_method_that_is_not_read(tmp_path: Path) -> None:
    path = entry_patched(zipped(tmp_path / "a.zip", {"a.shp": "x"}), 10, b"\x09\0", local=8)
    assert refused(path).message("en") == "The entry 'a.shp' is packed by a method that is not read"


def test_a_name_that_is_there_twice(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.shp": "1", "b.shp": "2"})
    path.write_bytes(path.read_bytes().replace(b"b.shp", b"a.shp"))
    finding = refused(path)
    assert (finding.code, finding.message("en")) == ("ZIP-DUPLICATE", "The entry 'a.shp' is there more than once")


@pytest.mark.parametrize(
    "pair", [("a.shp", "A.SHP"), ("x/a.shp", "X/A.shp"), ("é.shp", "e\u0301.shp"), ("a.shp", "a.shp."), ("a", "a/b")]
)
def test_names_that_differ_for_some_systems_only(tmp_path: Path, pair: tuple[str, str]) -> None:
    assert set(codes(zipped(tmp_path / "a.zip", dict.fromkeys(pair, "x")))) == {"ZIP-CASE"}


def test_a_bad_checksum(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.shp": "content", "b.shp": "x"}, method=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"content", b"cOntent"))
    finding = refused(path)
    assert finding.code == "ZIP-ENTRY-DAMAGED"
    assert finding.message("en") == "The entry 'a.shp' cannot be unpacked: Bad CRC-32 for file 'a.shp'"


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x03\x04" + b"\0" * 100])
def test_what_is_no_zip(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    finding = refused(tmp_path / "a.zip")
    assert (finding.code, finding.message("en")) == (
        "ZIP-DAMAGED",
        "The archive cannot be opened: File is not a zip file",
    )


def test_nothing_in_it(tmp_path: Path) -> None:
    assert refused(zipped(tmp_path / "a.zip", {})).code == "ZIP-EMPTY"
    assert refused(zipped(tmp_path / "b.zip", {"folder/": ""})).message("en") == "The archive holds no file"
    _, findings = archive.read(zipped(tmp_path / "c.zip", {"a.jpg": "x"}), vector.read)
    assert (only(findings).code, only(findings).message("en")) == (
        "ZIP-NO-DATA",
        "The archive holds no geodata that can be read",
    )


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"../a": "x", "bc:c": "x", "d": "x", "D": "x"})
    assert sorted(codes(path)) == ["ZIP-CASE", "ZIP-CASE", "ZIP-NAME", "ZIP-PATH"]


# --- bombs ------------------------------------------------------------------------------------


def test_too_many_entries(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {str(number): "" for number in range(101)})
    allowed = replace(DEFAULT, entries=100)
    finding = refused(path, allowed)
    assert (finding.code, finding.message("en")) == ("ZIP-ENTRIES", "The archive holds more than 100 entries")
    assert len(names(path, replace(DEFAULT, entries=101))) == 101
    assert len(names(path, UNLIMITED)) == 101


def test_entries_count_over_all_archives(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "i.zip", {str(number): "" for number in range(60)}).read_bytes()
    path = zipped(tmp_path / "a.zip", {"1.zip": inner, "2.zip": inner})
    assert refused(path, replace(DEFAULT, entries=100)).code == "ZIP-ENTRIES"
    assert len(names(path)) == 120


def test_a_long_list_of_entries_is_not_even_read(tmp_path: Path) -> None:
    """The end of the archive may say that there are few."""
    path = zipped(tmp_path / "a.zip", {f"{number:04}" + "x" * 200: "" for number in range(300)})
    content = path.read_bytes()
    end = content.rindex(b"PK\x05\x06")
    path.write_bytes(content[: end + 8] + struct.pack("<HH", 1, 1) + content[end + 12 :])
    assert refused(path, replace(DEFAULT, entries=10)).code == "ZIP-ENTRIES"


def test_too_large_as_the_headers_say(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.bin": b"x" * 900, "b.bin": b"x" * 200})
    finding = refused(path, replace(DEFAULT, unpacked_bytes=1000))
    assert finding.code == "ZIP-SIZE"
    assert finding.message("en") == "Unpacked, the archive has more than 1000 bytes, with 'a.bin'"
    assert "--unlimited" in finding.remedy("en")


def test_too_large_together_in_nested_archives(tmp_path: Path) -> None:
    content = hashlib.shake_128().digest(600)
    inner = zipped(tmp_path / "i.zip", {"a.bin": content}).read_bytes()
    path = zipped(tmp_path / "a.zip", {"1.zip": inner, "2.zip": inner})
    assert refused(path, replace(DEFAULT, unpacked_bytes=2000)).code == "ZIP-SIZE"
    assert names(path, replace(DEFAULT, unpacked_bytes=3000)) == ["1.zip/a.bin", "2.zip/a.bin"]


def test_headers_that_lie_about_sizes_do_not_help(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.bin": b"\0" * (65 << 20)})
    entry_patched(path, 24, struct.pack("<I", 10))
    assert refused(path).code == "ZIP-ENTRY-DAMAGED"


def test_a_bomb_by_its_ratio(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.bin": b"\0" * (65 << 20)})
    finding = refused(path)
    assert finding.code == "ZIP-RATIO"
    assert finding.message("en") == (
        "Unpacked, the archive is more than 200 times as large, with 'a.bin'; so are bombs"
    )
    assert names(path, UNLIMITED) == ["a.bin"]


def test_a_table_of_blanks_is_no_bomb(tmp_path: Path) -> None:
    assert names(zipped(tmp_path / "a.zip", {"a.dbf": b" " * (20 << 20)})) == ["a.dbf"]


def test_archives_in_archives(tmp_path: Path) -> None:
    content = {"a.txt": b"x"}
    for depth in range(3):
        content = {f"{depth}.zip": zipped(tmp_path / "n.zip", content).read_bytes()}
    path = zipped(tmp_path / "a.zip", content)
    finding = refused(path)
    assert finding.code == "ZIP-NESTED"
    assert finding.place == Place(file="a.zip/2.zip")
    assert finding.message("en") == "The entry '1.zip' is an archive within more archives than the 1 that are unpacked"
    assert names(path, replace(DEFAULT, nesting=3)) == ["2.zip/1.zip/0.zip/a.txt"]
    assert refused(path, UNLIMITED).code == "ZIP-NESTED"


def test_entries_that_share_their_content(tmp_path: Path) -> None:
    """Many names for the same bytes: small, and huge without a nested archive."""
    data = zlib.compress(b"\0" * (1 << 20), 9)[2:-4]
    crc = zlib.crc32(b"\0" * (1 << 20))
    fields = (20, 0, 8, 0, 0, crc, len(data), 1 << 20, 1, 0)
    body = struct.pack("<4s5H3L2H", b"PK\x03\x04", *fields) + b"a" + data
    listed = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, *fields[:8], 1, 0, 0, 0, 0, 0, 0) + b"a" for _ in range(100)
    )
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 100, 100, len(listed), len(body), 0)
    (tmp_path / "a.zip").write_bytes(body + listed + end)
    assert set(codes(tmp_path / "a.zip")) == {"ZIP-DUPLICATE"}


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_no_damage_raises_or_leads_out(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("zip")
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("b.txt", "观海卫" * 50)
    path = zipped(folder / "a.zip", {"a/地块.txt": "x" * 300, "n.zip": inner.getvalue()})
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))]))
    with archive.unpacked(path) as (unpacked, findings):
        assert (unpacked is None) == bool(findings)
        for finding in findings:
            assert finding.code.startswith("ZIP-")
            assert finding.message("en").isprintable()
    assert [file.name for file in folder.iterdir()] == ["a.zip"]


# --- limits of single files -------------------------------------------------------------------


def test_the_size_of_a_file_and_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.gdb").mkdir()
    for name in "xy":
        (tmp_path / "a.gdb" / name).write_bytes(b"." * 2048)
    assert limits.file_findings(tmp_path / "a.gdb" / "x") == []
    finding = only(limits.file_findings(tmp_path / "a.gdb", Limits(file_bytes=4095)))
    assert finding.code == "LIMIT-FILE-SIZE"
    assert finding.message("en") == "The file has 4.0 KiB; up to 4.0 KiB are read"
    assert limits.file_findings(tmp_path / "a.gdb", Limits(file_bytes=4096)) == []
    assert limits.file_findings(tmp_path / "a.gdb", UNLIMITED) == []


def test_counts_of_a_layer() -> None:
    found = limits.layer_findings(Path("a.gpkg"), features=6_000_000, vertices=60_000_000)
    assert [finding.message("en") for finding in found] == [
        "The layer has 6,000,000 features; up to 5,000,000 are read",
        "The layer has 60,000,000 vertices; up to 50,000,000 are read",
    ]
    assert {finding.code for finding in found} == {"LIMIT-FEATURES", "LIMIT-VERTICES"}
    assert limits.layer_findings(Path("a.gpkg"), features=6_000_000, limits=UNLIMITED) == []
