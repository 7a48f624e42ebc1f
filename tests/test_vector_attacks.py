"""Vector files that say less, or something else, than they hold: each loss is a finding with its place."""

from __future__ import annotations

import json
import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from shapely.geometry import Polygon, box

from landquota import formats
from landquota.findings import Finding, FindingsError, Place, has_errors
from landquota.formats import vector
from landquota.formats.limits import Limits
from landquota.formats.vector import chinese, geojson, markup, structure

SQUARES = [box(622000 + 200 * n, 3340000, 622100 + 200 * n, 3340100) for n in range(3)]
RING = [[121.2, 30.2], [121.21, 30.2], [121.21, 30.21], [121.2, 30.21], [121.2, 30.2]]
HOLE = [[121.203, 30.203], [121.205, 30.205], [121.205, 30.203], [121.203, 30.203]]
POLYGON = {"type": "Polygon", "coordinates": [RING]}


def layer(path: Path, **columns: list[Any]) -> Path:
    data = geopandas.GeoDataFrame(columns or {"dkbh": ["A1", "A2", "A3"]}, geometry=SQUARES, crs=4549)
    data.to_file(path, engine="pyogrio")
    return path


def member(number: int = 1, geometry: Any = POLYGON, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"nr": number, **properties}, "geometry": geometry}


def collection(folder: Path, *features: Any, **members: Any) -> Path:
    path = folder / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", **members, "features": features}, ensure_ascii=False))
    return path


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, [(f.code, f.message("en")) for f in findings]
    return findings[0]


def refused(path: Path, **options: Any) -> Finding:
    table, findings = formats.read(path, **options)
    assert table is None
    return only(findings)


def attributes(path: Path, *codes: str, **options: Any) -> geopandas.GeoDataFrame:
    table, findings = formats.read(path, **options)
    assert [finding.code for finding in findings] == list(codes), [f.message("en") for f in findings]
    assert table is not None
    return table.frame


def changed(path: Path, *statements: str) -> Path:
    """Run statements on a GeoPackage, whose triggers need functions that SQLite lacks."""
    with closing(sqlite3.connect(path)) as database, database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        for statement in statements:
            database.execute(statement)
    return path


# --- numbers of features ------------------------------------------------------------------------


@pytest.mark.parametrize("ids", [[7, 5], [7, 7], [1, "x"], ["a", "b"]])
def test_a_geojson_keeps_its_property_id(tmp_path: Path, ids: list[Any]) -> None:
    path = collection(tmp_path, *(member(id=value) for value in ids))
    table, findings = formats.read(path)
    assert table is not None
    assert not has_errors(findings)
    assert [str(value) for value in table.frame["id"]] == [str(value) for value in ids]
    wanted = ["fid 0", "fid 1"] if ids[0] == ids[1] else [str(value) for value in ids]
    assert [place.feature for place in table.places] == wanted


@pytest.mark.parametrize("name", ["a.geojson", "a.shp", "a.gpkg", "a.gml"])
def test_columns_named_like_feature_numbers_are_read(tmp_path: Path, name: str) -> None:
    path = layer(tmp_path / name, id=[3, 2, 1], OGC_FID=[4, 5, 6])
    read = attributes(path)
    assert read["id"].tolist() == [3, 2, 1]
    assert read["OGC_FID"].tolist() == [4, 5, 6]


# --- GeoPackage ---------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 0, 99_999_999_999])
def test_the_count_that_a_geopackage_claims_is_not_believed(tmp_path: Path, count: int) -> None:
    path = changed(layer(tmp_path / "a.gpkg"), f"UPDATE gpkg_ogr_contents SET feature_count = {count}")  # noqa: S608
    assert len(attributes(path)) == 3
    assert vector.inspect(path).layers[0].features == 3
    assert refused(path, limits=Limits(features=2)).code == "LIMIT-FEATURES"


def test_a_wrong_count_does_not_end_the_reading_without_arrow(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.gpkg", n=[1, 2, 3])
    measured = struct.pack("<BIII", 1, 2003, 1, 4) + struct.pack("<12d", 0, 0, 1, 1, 0, 1, 1, 1, 1, 0, 0, 1)
    blob = (b"GP\0\1" + struct.pack("<i", 4549) + measured).hex()
    changed(path, f"UPDATE a SET geom = x'{blob}'", "UPDATE gpkg_ogr_contents SET feature_count = 2")  # noqa: S608
    changed(path, "UPDATE gpkg_geometry_columns SET m = 2")
    table, _ = vector.read(path)
    assert table is not None
    assert table.frame["n"].tolist() == [1, 2, 3]
    assert not shapely.has_m(table.frame.geometry.to_numpy()).any()


@pytest.mark.parametrize("suffix", ["-wal", "-journal"])
def test_a_geopackage_with_unsettled_changes_is_refused(tmp_path: Path, suffix: str) -> None:
    path = layer(tmp_path / "a.gpkg")
    (tmp_path / f"a.gpkg{suffix}").write_bytes(b"7\x7f\x06\x82" + bytes(100))
    finding = refused(path)
    assert finding.code == "FILE-IN-USE"
    assert finding.message("en") == (
        f"Changes to this file stand in a.gpkg{suffix} beside it: it is open in a program, or was when that program "
        "stopped; a copy of the file would not hold them"
    )
    with pytest.raises(FindingsError):
        vector.inspect(path)


def test_edits_in_an_open_geopackage_are_not_read(tmp_path: Path) -> None:
    path = changed(layer(tmp_path / "a.gpkg"))
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = wal")
        database.execute("UPDATE a SET dkbh = 'Z9'")
        database.commit()
        assert refused(path).code == "FILE-IN-USE"
    assert attributes(path)["dkbh"].tolist() == ["Z9"] * 3
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.gpkg"]


@pytest.mark.parametrize(("name", "content"), [("-shm", b"x" * 100), ("-wal", b""), ("-journal", bytes(512))])
def test_what_is_left_of_a_settled_geopackage_is_no_fault(tmp_path: Path, name: str, content: bytes) -> None:
    path = layer(tmp_path / "a.gpkg")
    (tmp_path / f"a.gpkg{name}").write_bytes(content)
    assert len(attributes(path)) == 3


ENDLESS = (
    "CREATE VIEW v AS WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) "
    "SELECT x AS fid, (SELECT geom FROM a) AS geom FROM r"
)
REGISTERED = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('v', 'features', 'v', 4549)",
    "INSERT INTO gpkg_geometry_columns VALUES ('v', 'geom', 'POLYGON', 4549, 0, 0)",
)


def test_an_endless_view_is_left_out(tmp_path: Path) -> None:
    path = changed(layer(tmp_path / "a.gpkg"), ENDLESS, *REGISTERED)
    table, findings = formats.read(path)
    assert table is not None
    assert len(table.frame) == 3
    finding = only(findings)
    assert finding.code == "FILE-VIEW-SKIPPED"
    assert finding.message("en") == "The layer v is a query (a view or virtual table), so it is left out"
    assert attributes(path, layer="a")["dkbh"].tolist() == ["A1", "A2", "A3"]
    assert [known.name for known in vector.inspect(path).layers] == ["a"]


def test_a_view_that_is_asked_for_is_refused(tmp_path: Path) -> None:
    path = changed(layer(tmp_path / "a.gpkg"), ENDLESS, *REGISTERED)
    finding = refused(path, layer="v")
    assert finding.code == "FILE-VIEW"
    assert finding.message("en") == "v is a query (a view or virtual table), not data, so it is not read"


def test_a_catalogue_that_is_a_view_is_refused(tmp_path: Path) -> None:
    path = changed(
        layer(tmp_path / "a.gpkg"),
        "ALTER TABLE gpkg_geometry_columns RENAME TO hidden",
        "CREATE VIEW gpkg_geometry_columns AS SELECT * FROM hidden",
    )
    assert refused(path).code == "FILE-VIEW"


# --- shapefile ----------------------------------------------------------------------------------


def test_deleted_rows_are_counted(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.shp")
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    start, width = struct.unpack_from("<HH", table, 8)
    table[start + width] = ord("*")
    path.with_suffix(".dbf").write_bytes(table)
    read, findings = formats.read(path)
    assert read is not None
    assert read.frame["dkbh"].tolist() == ["A1", "A3"]
    finding = only(findings)
    assert (finding.code, finding.place) == ("FILE-DELETED-ROWS", Place(file="a.dbf", feature="1"))
    assert finding.message("en") == "1 row(s) are marked as deleted and left out with their shapes, by their numbers 1"


def test_an_index_that_ends_before_the_shapes_is_an_error(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.shp")
    index, table = bytearray(path.with_suffix(".shx").read_bytes()[:-8]), path.with_suffix(".dbf").read_bytes()
    index[24:28] = struct.pack(">i", len(index) // 2)
    start, width = struct.unpack_from("<HH", table, 8)
    path.with_suffix(".shx").write_bytes(index)
    path.with_suffix(".dbf").write_bytes(table[:4] + struct.pack("<I", 2) + table[8 : start + 2 * width] + b"\x1a")
    finding = refused(path)
    assert finding.code == "FILE-INDEX-SHORT"
    assert finding.message("en") == "The index lists 2 shapes, and 1 more stand in the .shp"


def test_a_shape_that_was_moved_to_the_end_is_no_fault(tmp_path: Path) -> None:
    """An editor that makes a shape longer writes it anew and leaves the old one where it was."""
    path = layer(tmp_path / "a.shp")
    shapes, index = bytearray(path.read_bytes()), bytearray(path.with_suffix(".shx").read_bytes())
    at, words = struct.unpack_from(">ii", index, 100)
    index[100:104] = struct.pack(">i", len(shapes) // 2)
    shapes += shapes[2 * at : 2 * at + 2 * words + 8]
    shapes[24:28] = struct.pack(">i", len(shapes) // 2)
    path.write_bytes(shapes)
    path.with_suffix(".shx").write_bytes(index)
    assert attributes(path).geometry.area.tolist() == [10_000] * 3


# --- GeoJSON ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({**member(), "type": "feature"}, '"type": "feature"'),
        ({"properties": {}, "geometry": POLYGON}, "{properties, geometry}"),
        ({"type": "FeatureCollection", "features": [member()]}, '"type": "FeatureCollection"'),
        (None, "null"),
        ("x", '"x"'),
        (POLYGON, "{…}"),
        ({**member(), "geometry": {"type": "Polygon"}}, '"geometry": {"type": "Polygon"}'),
        ({**member(), "properties": [1]}, '"properties": [1]'),
    ],
)
def test_an_entry_that_is_no_feature_is_named(tmp_path: Path, entry: Any, said: str) -> None:
    finding = refused(collection(tmp_path, member(), entry))
    assert finding.code == "FILE-JSON-FEATURE"
    assert finding.message("en") == f"Entry 2 of the features is no feature but {said}, and would be left out"


@pytest.mark.parametrize(
    ("geometry", "path", "value"),
    [
        ({"type": "Polygon", "coordinates": [RING, None]}, "coordinates[1]", "null"),
        ({"type": "Polygon", "coordinates": [RING, [*HOLE[:2], ["x", 30.2], *HOLE[2:]]]}, "coordinates[1][2]", "x"),
        ({"type": "Polygon", "coordinates": [RING, [*HOLE[:2], [True, 30.2], *HOLE[2:]]]}, "coordinates[1][2]", "true"),
        ({"type": "MultiPolygon", "coordinates": [[RING], None]}, "coordinates[1]", "null"),
        ({"type": "MultiPolygon", "coordinates": [[RING], [[["a", "b"]]]]}, "coordinates[1][0][0]", "a"),
    ],
)
def test_a_part_that_is_no_position_is_named(tmp_path: Path, geometry: Any, path: str, value: str) -> None:
    finding = refused(collection(tmp_path, member(), member(2, geometry, parcel="P2")))
    assert (finding.code, finding.place.feature, finding.params["path"]) == ("FILE-JSON-POSITION", "P2", path)
    assert value in finding.message("en")


def test_a_hole_that_is_null_does_not_make_the_area_grow(tmp_path: Path) -> None:
    finding = refused(collection(tmp_path, member(1, {"type": "Polygon", "coordinates": [RING, None]})))
    assert finding.message("en") == (
        "null stands at coordinates[1] of its geometry, where numbers or a list of positions belong, and would be left "
        "out with what is around it"
    )


@pytest.mark.parametrize("values", [(330282198001010012345, 330282198001010012346), (9007199254740993, 1.5, None)])
def test_long_whole_numbers_stay_apart_as_texts(tmp_path: Path, values: tuple[Any, ...]) -> None:
    path = collection(tmp_path, *(member(n, code=value) for n, value in enumerate(values)))
    read = attributes(path, "FILE-NUMBER-LONG")
    assert read["code"].fillna("").tolist() == ["" if value is None else str(value) for value in values]


def test_long_ids_beside_the_properties_stay_apart(tmp_path: Path) -> None:
    ids = [330282198001010012345, 330282198001010012346, "x"]
    read = attributes(collection(tmp_path, *({**member(), "id": value} for value in ids)), "FILE-NUMBER-LONG")
    assert read["id"].tolist() == [str(value) for value in ids]


def test_whole_numbers_that_are_exact_stay_numbers(tmp_path: Path) -> None:
    read = attributes(collection(tmp_path, member(1, code=2**53), member(2, code=2**53 + 1)))
    assert read["code"].tolist() == [2**53, 2**53 + 1]


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [('"nr": 1', '"nr": 1, "nr": 2', "nr"), ('"properties"', '"geometry": null, "properties"', "geometry")],
)
def test_repeated_names_are_an_error(tmp_path: Path, old: str, new: str, name: str) -> None:
    path = collection(tmp_path, member())
    path.write_text(path.read_text().replace(old, new))
    finding = refused(path)
    assert finding.code == "FILE-JSON-REPEATED"
    assert finding.message("en") == (
        f"'{name}' stands in one object more than once, with different values, of which only one would count"
    )


def test_a_name_that_is_repeated_with_its_value_is_no_fault(tmp_path: Path) -> None:
    path = collection(tmp_path, member())
    path.write_text(path.read_text().replace('"nr": 1', '"nr": 1, "nr": 1'))
    assert attributes(path)["nr"].tolist() == [1]


def test_features_that_stand_twice_are_an_error(tmp_path: Path) -> None:
    path = collection(tmp_path, member())
    path.write_text(path.read_text().replace('"features"', f'"features": [{json.dumps(member(2))}], "features"'))
    assert refused(path).code == "FILE-JSON-REPEATED"


UNKNOWN = {"type": "name", "properties": {"name": "EPSG:999999"}}


@pytest.mark.parametrize(
    "crs",
    [
        UNKNOWN,
        {"type": "name", "properties": {"a": {"b": 1}, "name": "urn:nonsense"}},
        {"type": "link", "properties": {"href": "a.prj"}},
        {"type": "name"},
        "EPSG:4549",
    ],
)
def test_an_unknown_system_counts_as_not_declared(tmp_path: Path, crs: Any) -> None:
    read = attributes(collection(tmp_path, member(), crs=crs), "FILE-PRJ", "CRS-ASSUMED")
    assert read.crs.to_epsg() == 4490


def test_a_system_whose_name_is_escaped_is_found(tmp_path: Path) -> None:
    path = collection(tmp_path, member(), crs=UNKNOWN)
    path.write_text(path.read_text().replace('"crs"', '"\\u0063rs"'))
    read = attributes(path, "FILE-PRJ", "CRS-ASSUMED")
    assert read.crs.to_epsg() == 4490


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4490", "EPSG:4326"])
def test_a_system_that_is_known_is_taken(tmp_path: Path, name: str) -> None:
    read = attributes(collection(tmp_path, member(), crs={"type": "name", "properties": {"name": name}}))
    assert read.crs.is_geographic


@pytest.mark.parametrize(
    "geometry",
    [
        POLYGON,
        {"type": "polygon", "coordinates": [RING, HOLE]},
        {"type": "MultiPolygon", "coordinates": [[RING, HOLE], [[[x + 1, y] for x, y in RING]]]},
        {"type": "Polygon", "coordinates": [[[*position, 9] for position in RING]]},
        {"type": "Polygon", "coordinates": [[*RING[:1], [*RING[1], 0], *RING[2:]]]},
    ],
)
def test_sound_geometries_raise_no_finding(tmp_path: Path, geometry: Any) -> None:
    table, findings = formats.read(collection(tmp_path, member(1, geometry), member(2)))
    assert table is not None
    assert findings == []


def test_a_geometry_alone_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(POLYGON))
    assert len(attributes(path)) == 1


def test_a_file_that_is_too_large_is_not_gone_through(tmp_path: Path) -> None:
    path = collection(tmp_path, member(), crs=UNKNOWN)
    frame = attributes(path, "FILE-PRJ", "CRS-ASSUMED")
    _, findings = geojson.examined(path, frame, most_bytes=10)
    assert [finding.code for finding in findings] == ["FILE-UNEXAMINED", "FILE-PRJ"]


def test_fewer_features_or_vertices_than_there_are_is_an_error(tmp_path: Path) -> None:
    path = collection(tmp_path, member(1), member(2, {"type": "Polygon", "coordinates": [RING, HOLE]}))
    frame = attributes(path)
    _, findings = geojson.examined(path, frame.iloc[:1])
    assert only(findings).code == "FILE-FEATURES-LOST"
    assert findings[0].message("en") == "Of 2 features only 1 can be read"
    without_hole = frame.set_geometry([frame.geometry[0], Polygon(RING)], crs=frame.crs)
    _, findings = geojson.examined(path, without_hole)
    assert only(findings).place.feature == "1"
    assert (findings[0].code, findings[0].message("en")) == (
        "FILE-VERTICES-LOST",
        "Of 9 vertices of this feature only 5 are read",
    )


@pytest.mark.parametrize("content", ["{", "[" * 100_000, '{"a": ' + "9" * 5000 + "}"])
def test_what_is_no_json_is_said_to_be_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(content)
    found, findings = structure.structure(path)
    assert found is None
    assert only(findings).code == "FILE-UNREADABLE"


# --- KML and GML --------------------------------------------------------------------------------


def gml(path: Path, *rings: str) -> Path:
    members = (
        '<gml:featureMember><f:a><f:g><gml:Polygon srsName="EPSG:4549"><gml:outerBoundaryIs><gml:LinearRing>'
        f"<gml:coordinates>{ring}</gml:coordinates></gml:LinearRing></gml:outerBoundaryIs></gml:Polygon></f:g></f:a>"
        "</gml:featureMember>"
        for ring in rings
    )
    head = '<f:FeatureCollection xmlns:f="http://ogr.maptools.org/" xmlns:gml="http://www.opengis.net/gml">'
    path.write_text(f'<?xml version="1.0"?>\n{head}\n' + "\n".join(members) + "\n</f:FeatureCollection>")
    return path


def kml(path: Path, *rings: str) -> Path:
    marks = (
        "<Placemark><name>p</name><Polygon><outerBoundaryIs><LinearRing>"
        f"<coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        for ring in rings
    )
    head = '<?xml version="1.0"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>D</name>\n'
    path.write_text(head + "\n".join(marks) + "</Document></kml>")
    return path


GOOD = "622000,3340000 622100,3340000 622100,3340100 622000,3340000"


def test_a_letter_in_a_coordinate_of_a_gml_is_an_error(tmp_path: Path) -> None:
    finding = refused(gml(tmp_path / "a.gml", GOOD, GOOD.replace("622100,3340000", "\n6221OO,3340000")))
    assert (finding.code, finding.place) == ("FILE-NO-NUMBER", Place(file="a.gml", line=5))
    assert finding.message("en") == (
        "'6221OO' stands among the coordinates, where it would be read as another number or position"
    )


def test_numbers_as_gml_may_write_them_are_none(tmp_path: Path) -> None:
    assert (
        len(attributes(gml(tmp_path / "a.gml", GOOD.replace("622000", "6.22e5").replace("3340100", "+3340100.")))) == 1
    )


@pytest.mark.parametrize(
    "ring",
    [
        "121.2,30.2 121.3,3O.2 121.3,30.3 121.2,30.2",
        "121.2 30.2 121.3 30.2 121.3 30.3 121.2 30.2",
        "121.2,30.2,0121.3,30.2,0121.3,30.3,0",
        "121.2,30.2, 121.3,30.2, 121.3,30.3, 121.2,30.2",
        "121.2,,30.2 121.3,30.2 121.3,30.3 121.2,30.2",
    ],
)
def test_what_is_no_position_of_a_kml_is_an_error(tmp_path: Path, ring: str) -> None:
    good = "121.2,30.2 121.3,30.2 121.3,30.3 121.2,30.2"
    finding = refused(kml(tmp_path / "a.kml", good, ring))
    assert (finding.code, finding.place.line) == ("FILE-NO-NUMBER", 4)


@pytest.mark.parametrize(
    "ring",
    ["121.2, 30.2 121.3, 30.2 121.3, 30.3 121.2, 30.2", "\n121.2,30.2,0\n121.3,30.2,0\t121.3,30.3,0 121.2,30.2,0\n"],
)
def test_blanks_in_the_coordinates_of_a_kml_are_no_fault(tmp_path: Path, ring: str) -> None:
    read = attributes(kml(tmp_path / "a.kml", ring))
    assert np.allclose(read.geometry[0].bounds, (121.2, 30.2, 121.3, 30.3))


def test_separators_that_a_gml_declares_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.gml"
    path.write_text('<a><coordinates cs=";" ts="|" decimal=",">1,5;2|3;4x</coordinates></a>')
    assert only(markup.number_findings(path, "GML")).params == {"said": "4x"}


# --- texts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.gml", "a.parquet", "a.shp"])
@pytest.mark.parametrize("sample", ["锟斤拷", "慈\ufffd市", "\ue000地块"])
def test_damaged_texts_are_named(tmp_path: Path, name: str, sample: str) -> None:
    data = geopandas.GeoDataFrame(
        {"dkbh": ["A1", "A2", "A3"], "名称": ["慈溪", sample, sample]}, geometry=SQUARES, crs=4549
    )
    if name == "a.parquet":
        data.to_parquet(tmp_path / name)
    else:
        (data.to_crs(4326) if name == "a.geojson" else data).to_file(
            tmp_path / name, engine="pyogrio", encoding="UTF-8"
        )
    table, findings = formats.read(tmp_path / name)
    assert table is not None
    finding = only(findings)
    assert (finding.code, finding.place) == ("FILE-TEXT-DAMAGED", Place(file=name, column="名称", feature="A2"))
    assert finding.message("en") == (
        f"2 text(s) of this column were damaged when the file was made, such as '{sample}'"
    )


CHINESE = (
    ["慈溪市", "周巷镇", "观海卫镇", "逍林镇"],
    ["张三", "李四", "王五", "陈小明", "孙迪锋", "岑国平", "戚焕根"],
    ["工业用地", "水田", "坑塘水面", "设施农用地", "农村宅基地", "采矿用地"],
    ["宁波市某某塑料制品有限公司", "浙江公牛电器集团股份有限公司", "村集体"],
    ["东至河道，西至道路，南至农田，北至围墙"],
    ["方家河头村", "鸣鹤古镇", "五洞闸村", "匡堰镇", "坎墩街道", "附海镇"],
    ["地块"],
    ["某村"],
)
FOREIGN = (
    ("euc-kr", ["서울특별시 강남구", "토지 이용 계획", "부산광역시", "대한민국"]),
    ("euc-kr", ["홍길동", "김철수", "이영희", "박민수"]),
    (
        "cp949",
        ["주거지역", "상업지역", "공업지역", "녹지지역", "농업진흥구역", "개발제한구역", "소유자", "지목", "면적"],
    ),
    ("shift_jis", ["東京都千代田区", "土地区画整理", "ナガサキ市", "さくら公園"]),
    ("shift_jis", ["山田太郎", "鈴木一郎", "宅地", "公衆用道路", "地番"]),
    ("shift_jis", ["ﾃｽﾄ", "ｱｲｳ", "ｶｷｸ", "ﾊﾋﾌ"]),
    ("euc-jp", ["東京都千代田区", "土地区画整理", "市街化調整区域", "農業振興地域", "所有者", "公衆用道路"]),
    ("big5", ["慈溪市周巷鎮農地重劃區", "臺灣土地銀行", "國有土地", "觀海衛鎮"]),
    ("big5", ["林志明", "陳美玲", "黃淑芬", "張三", "李四", "住宅區", "工業區"]),
    ("cp1251", ["Москва", "Земля", "Участок", "Новый"]),
    ("latin-1", ["Müller Straße", "Çédille à", "Große Höhe", "São José"]),
)


@pytest.mark.parametrize("values", CHINESE)
def test_chinese_is_plausible(values: list[str]) -> None:
    assert chinese.is_plausible("\n".join(values).encode("gbk").decode("gb18030"))


@pytest.mark.parametrize(("encoding", "values"), FOREIGN)
def test_other_languages_are_not_plausible_as_chinese(encoding: str, values: list[str]) -> None:
    try:
        decoded = "\n".join(values).encode(encoding).decode("gb18030")
    except UnicodeDecodeError:
        return
    assert not chinese.is_plausible(decoded)


@pytest.mark.parametrize(("encoding", "values"), FOREIGN[:8])
def test_a_shapefile_in_another_encoding_is_not_taken_for_chinese(
    tmp_path: Path, encoding: str, values: list[str]
) -> None:
    shapes = (SQUARES * 4)[: len(values)]
    path = tmp_path / "a.shp"
    geopandas.GeoDataFrame({"n": ["x" * 40] * len(values)}, geometry=shapes, crs=4549).to_file(path, engine="pyogrio")
    path.with_suffix(".cpg").unlink()
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    start, width = struct.unpack_from("<HH", table, 8)
    table[29] = 0
    for number, value in enumerate(values):
        at = start + number * width
        table[at + 1 : at + width] = value.encode(encoding).ljust(width - 1)
    path.with_suffix(".dbf").write_bytes(table)
    assert refused(path).code == "FILE-ENCODING-UNKNOWN"


def test_a_text_of_a_geoparquet_that_is_no_utf8_refuses_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    frame = geopandas.GeoDataFrame({"name": ["AAAABBBB"]}, geometry=[box(121, 30, 121.1, 30.1)], crs=4490)
    frame.to_parquet(path, compression=None)
    path.write_bytes(path.read_bytes().replace(b"AAAABBBB", b"AAAA\xff\xfe\xff\xfe"))
    assert refused(path).code == "FILE-UNREADABLE"
