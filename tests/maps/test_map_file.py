"""The page of any one file: called what the file is called, its columns as they are or as the survey's form says."""

from __future__ import annotations

import json
from pathlib import Path

from landquota.formats import read
from landquota.maps import MapView
from landquota.maps.polygons import file_view

SURVEY = """[属性描述]
格式版本号=1.01版本
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=40
精度=0.001
转换参数=,,,,,,
[地块坐标]
5,1.0000,D-1,公牛二期,面,H51G012,工业用地,0601,@
J1,1,3340000.000,40622000.000
J2,1,3340100.000,40622000.000
J3,1,3340100.000,40622100.000
J4,1,3340000.000,40622100.000
J1,1,3340000.000,40622000.000
"""


def view(file: Path, language: str) -> MapView:
    table, findings = read(file)
    assert table is not None, findings
    return file_view(table, language=language)


def test_the_page_of_a_boundary_txt_says_the_surveys_words(tmp_path: Path) -> None:
    file = tmp_path / "红线.txt"
    file.write_text(SURVEY, "utf-8")
    chinese, english = view(file, "zh"), view(file, "en")
    assert chinese.title == chinese.layers[0].title == chinese.layers[0].classes[0].label == "红线"
    (feature,) = chinese.layers[0].features
    rows = dict(feature.rows)
    assert {name: rows[name] for name in ("地块编号", "地块名称", "图幅号", "用途", "地类编码", "申报面积")} == {
        "地块编号": "D-1",
        "地块名称": "公牛二期",
        "图幅号": "H51G012",
        "用途": "工业用地",
        "地类编码": "0601",
        "申报面积": "1.0000",
    }
    assert "Map sheet number" in dict(english.layers[0].features[0].rows)


def test_other_columns_stay_as_they_are_and_the_inner_name_stands_below(tmp_path: Path) -> None:
    ring = [[121.4, 30.1], [121.41, 30.1], [121.41, 30.11], [121.4, 30.1]]
    collection = {
        "type": "FeatureCollection",
        "name": "export_2024",
        "features": [
            {
                "type": "Feature",
                "properties": {
                    "name": "甲",
                    "sheet": "7",
                    "approved_on": "x",
                    "batches": [2018, None, 2021],
                    "deep": {"a": [1]},
                },
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        ],
    }
    file = tmp_path / "parcels.geojson"
    file.write_text(json.dumps(collection), "utf-8")
    shown = view(file, "zh")
    assert shown.title == shown.layers[0].title == "parcels"
    assert [name for name, _ in shown.layers[0].features[0].rows][:3] == ["name", "sheet", "approved_on"]
    rows = dict(shown.layers[0].features[0].rows)
    assert (rows["batches"], json.loads(rows["deep"])) == ("2018, , 2021", {"a": [1]})
    assert shown.footer[-1] == "parcels.geojson (export_2024)"
