"""What the bytes of a boundary TXT are taken for, and what its description names."""

from __future__ import annotations

from pathlib import Path

import pyproj
import pytest

from landquota.findings import Finding
from landquota.formats import boundary
from landquota.formats.boundary.systems import NamedDatum
from landquota.formats.table import FeatureTable

DESCRIPTION = ["[属性描述]", "几度分带=3", "投影类型=高斯克吕格", "计量单位=米", "带号=40"]
POINTS = [(3340000, 40622000), (3340000, 40622100), (3340100, 40622100), (3340100, 40622000), (3340000, 40622000)]


def survey(names: list[str], *, encoding: str, datum: str = "2000国家大地坐标系") -> bytes:
    """Return a boundary TXT whose form is GBK and whose names are not, as programs of other languages write it."""
    lines = [line.encode("gbk") for line in (*DESCRIPTION, f"坐标系={datum}", "[地块坐标]")]
    for number, name in enumerate(names):
        lines.append(f"5,1.0,{number},".encode() + name.encode(encoding) + ",面,,,,@".encode("gbk"))
        lines += [f"J{at % 4 + 1},1,{x}.00,{y + 200 * number}.00".encode() for at, (x, y) in enumerate(POINTS)]
    return b"\r\n".join(lines)


def read(folder: Path, data: bytes, encoding: str | None = None) -> tuple[FeatureTable | None, list[Finding]]:
    path = folder / "红线.txt"
    path.write_bytes(data)
    return boundary.read(path, encoding=encoding)


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("big5", ["慈溪市周巷鎮農地重劃區", "臺灣土地銀行", "國有土地", "觀海衛鎮"]),
        ("big5", ["張三", "李四", "王五", "陳六"]),
        ("shift_jis", ["東京都千代田区", "土地区画整理", "ナガサキ市", "さくら公園"]),
        ("euc_kr", ["서울특별시 강남구", "토지 이용 계획", "부산광역시", "대한민국"]),
    ],
)
def test_names_in_other_encodings_are_not_taken_for_chinese(tmp_path: Path, encoding: str, names: list[str]) -> None:
    table, (finding,) = read(tmp_path, survey(names, encoding=encoding))
    assert table is None
    assert (finding.code, finding.place.line) == ("TXT-ENCODING-UNKNOWN", 8)
    said = names[0].encode(encoding).decode("gb18030")
    assert finding.message("en") == f"The texts are not UTF-8, and as GB18030 (GBK) they are no Chinese: '{said}'"


@pytest.mark.parametrize(
    "names", [["慈溪市", "周巷镇", "观海卫镇"], ["甯"], ["㛃犇"], ["D-1（北）"], ["㎡"], ["①"], [""]]
)
def test_chinese_names_are_read_also_short_and_rare_ones(tmp_path: Path, names: list[str]) -> None:
    table, findings = read(tmp_path, survey(names, encoding="gb18030"))
    assert table is not None, findings
    assert (table.frame["name"].to_list(), table.encoding) == (names, "gb18030")


def test_who_knows_the_encoding_is_believed(tmp_path: Path) -> None:
    data = survey(["㛃犇鱻淼", "甯喆犇鱻"], encoding="gb18030")
    table, _ = read(tmp_path, data, encoding="gb18030")
    assert table is not None
    assert table.frame["name"].to_list() == ["㛃犇鱻淼", "甯喆犇鱻"]


@pytest.mark.parametrize(
    ("written", "datum"),
    [
        *(
            (word, NamedDatum.CGCS2000)
            for word in ("2000国家大地坐标系", "国家2000", "中国2000", "大地2000坐标系", "2000")
        ),
        *((word, NamedDatum.CGCS2000) for word in ("CGCS2000", "CGCS_2000", "国家大地坐标系（2000）", "坐标系为2000")),
        *((word, NamedDatum.XIAN80) for word in ("80国家大地坐标系", "1980西安坐标系", "西安80")),
        *((word, NamedDatum.BEIJING54) for word in ("54北京坐标系", "1954年北京坐标系", "北京54")),
        *((word, NamedDatum.WGS84) for word in ("WGS84坐标系", "WGS 84")),
        *((word, None) for word in ("2000城市独立坐标系", "宁波2000坐标系", "杭州2000", "慈溪市地方坐标系（2000）")),
        *((word, None) for word in ("CGCS2000 宁波独立坐标系", "北京54地方坐标系", "80独立坐标系", "12000")),
    ],
)
def test_which_datum_a_description_names(written: str, datum: NamedDatum | None) -> None:
    assert NamedDatum.named(written) is datum


@pytest.mark.parametrize("written", ["2000城市独立坐标系", "宁波2000坐标系"])
def test_a_local_grid_is_not_taken_for_the_national_system(tmp_path: Path, written: str) -> None:
    table, (finding,) = read(tmp_path, survey(["慈溪市"], encoding="gbk", datum=written))
    assert table is None
    assert (finding.code, finding.place.line) == ("TXT-ATTRIBUTE-VALUE", 6)
    assert finding.message("en") == (
        f"坐标系={written} is not known; accepted: 2000国家大地坐标系, 80国家大地坐标系, 54北京坐标系, WGS84坐标系"
    )


def test_the_users_word_for_the_system_goes_before_a_local_grids_name(tmp_path: Path) -> None:
    path = tmp_path / "红线.txt"
    path.write_bytes(survey(["甲地块"], encoding="gbk", datum="宁波2000坐标系"))
    assert boundary.read(path)[0] is None
    table, _ = boundary.read(path, crs=pyproj.CRS.from_epsg(4528))
    assert table is not None
    assert table.frame.crs.to_epsg() == 4528
