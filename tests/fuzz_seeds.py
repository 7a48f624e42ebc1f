"""Small sound files of every format, from which the fuzzer makes its broken ones."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import ezdxf.document
import geopandas
import openpyxl
import pyogrio
import shapely

ROOT = Path(__file__).resolve().parent.parent
NORTH, EAST = 3_340_000, 40_622_000
#: GDAL's drivers by the endings of their files.
DRIVERS = {
    ".gpkg": "GPKG",
    ".geojson": "GeoJSON",
    ".fgb": "FlatGeobuf",
    ".kml": "KML",
    ".gml": "GML",
    ".gdb": "OpenFileGDB",
}
SHELL = [(0, 0), (200, 0), (200, 300), (0, 300), (0, 0)]
HOLE = [(50, 50), (50, 150), (100, 150), (100, 50), (50, 50)]
HEADER = """[属性描述]
格式版本号=1.01版本
数据产生单位=示例测绘
数据产生日期=2024-6-3
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=40
精度=0.001
转换参数=,,,,,,
[地块坐标]
"""


@dataclass(frozen=True)
class Seed:
    """A sound input: its files by their names, and the one that a reader is given."""

    files: Mapping[str, bytes]
    main: str

    @property
    def suffix(self) -> str:
        return Path(self.main).suffix


def own_seeds() -> list[Seed]:
    """Return inputs that our own code reads without a native library."""
    return [*_texts(), *_tables(), *_workbooks(), *_drawings(), *_archives()]


def gdal_seeds(folder: Path) -> list[Seed]:
    """Return inputs that GDAL or Arrow reads, made in `folder`."""
    frame = polygons()
    seeds = list(_written(frame, folder))
    seeds += [_zipped(seed, f"{seed.main}.zip") for seed in seeds if seed.suffix in {".shp", ".gdb", ".gpkg"}]
    return seeds


def shapefile_seeds(folder: Path) -> list[Seed]:
    """Return the shapefiles among the seeds, for our own checks of them."""
    return list(_shapefiles(polygons(), folder))


def polygons() -> geopandas.GeoDataFrame:
    """Return a polygon with a hole, one of two parts, and a small one."""
    shell = shapely.Polygon([(EAST + x, NORTH + y) for y, x in SHELL], [[(EAST + x, NORTH + y) for y, x in HOLE]])
    two = shapely.MultiPolygon([shapely.box(EAST + x, NORTH, EAST + x + 50, NORTH + 50) for x in (400, 500)])
    names = ["观海卫", "周巷", "plain"]
    columns = {"DKBH": ["D-1", "D-2", "D-3"], "DKMC": names, "MJ": [5.5, 0.5, 1e-3], "N": [1, 2, 3]}
    return geopandas.GeoDataFrame(columns, geometry=[shell, two, two.geoms[0].buffer(-10)], crs=4528)


def _rows(numbered: bool = True) -> list[str]:  # noqa: FBT001, FBT002
    points = [(ring, *corner) for ring, corners in ((1, SHELL), (2, HOLE)) for corner in corners]
    return [
        f"J{number},{ring},{NORTH + y}.000,{EAST + x}.000" if numbered else f"{NORTH + y}.5,{EAST + x}.25"
        for number, (ring, y, x) in enumerate(points, 1)
    ]


def _texts() -> Iterator[Seed]:
    national = "\n".join([HEADER + "10,5.5000,D-1,示例地块,面,,工业用地,0601,@", *_rows(), ""])
    eleven = "\r\n".join(["[地块坐标]", "10,5.5000,330282,某村,D-1,项目,面,,,,@", *_rows(), ""])
    nine = "\n".join([HEADER + "10,55000.00,1,项目1,面,,土地整理项目,,@", *_rows(), ""])
    east_first = [f"J{n},1,{EAST + x},{NORTH + y}" for n, (y, x) in enumerate(SHELL, 1)]
    ph = "\r".join(["[地块坐标]", "5,示例,面,类型,@ ", *east_first, ""])
    province = "\r\n".join(f"{n},1,1,J{n},{NORTH + y}.5,{EAST + x}.5" for n, (y, x) in enumerate(SHELL, 1))
    custom = "\n".join(["GISQLANDPLAN$$2024-06-03", *_rows(numbered=False), ""])
    contents = {
        "national": national.encode("gb18030"),
        "utf8": b"\xef\xbb\xbf" + national.encode(),
        "eleven": eleven.encode("gb18030"),
        "nine": nine.encode(),
        "ph": ph.encode(),
        "province": province.encode("utf-16"),
        "custom": custom.encode(),
        "list": "\n".join(_rows(numbered=False)).encode(),
    }
    for name, data in contents.items():
        yield Seed({f"{name}.txt": data}, f"{name}.txt")


def _tables() -> Iterator[Seed]:
    wkt = polygons().geometry.to_wkt()
    lines = ["name,mj,wkt", *(f'地块{n},1.5,"{one}"' for n, one in enumerate(wkt))]
    vertices = ["地块编号,圈号,点号,X,Y", *(f"D-1,1,J{n},{NORTH + y},{EAST + x}" for n, (y, x) in enumerate(SHELL))]
    for name, content in {"wkt": lines, "vertices": vertices}.items():
        yield Seed({f"{name}.csv": "\r\n".join(content).encode("utf-8-sig")}, f"{name}.csv")
    yield Seed({"gbk.csv": "\n".join(vertices).encode("gb18030")}, "gbk.csv")
    yield Seed({"layers/catalog.csv": (ROOT / "layers" / "catalog.csv").read_bytes()}, "layers/catalog.csv")
    seeds = {f"seeds/{file.name}": file.read_bytes() for file in sorted((ROOT / "seeds").glob("*.csv"))}
    yield Seed(seeds, "seeds/movements.csv")


def _workbooks() -> Iterator[Seed]:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["name", "wkt", "mj"])
    for number, wkt in enumerate(polygons().geometry.to_wkt()):
        sheet.append([f"地块{number}", wkt, number * 1.5])
    buffer = io.BytesIO()
    book.save(buffer)
    yield Seed({"book.xlsx": buffer.getvalue()}, "book.xlsx")


def _drawings() -> Iterator[Seed]:
    drawing = ezdxf.document.Drawing.new("R2010")
    space = drawing.modelspace()
    corners = [(EAST + x, NORTH + y) for y, x in SHELL]
    space.add_lwpolyline(corners, close=True, dxfattribs={"layer": "红线"})
    space.add_text("地块 1", dxfattribs={"insert": (EAST + 100, NORTH + 100), "height": 5})
    space.add_polyline2d([(x + 1000, y) for x, y in corners], close=True, dxfattribs={"layer": "红线"})
    stream = io.StringIO()
    drawing.write(stream)
    yield Seed({"drawing.dxf": stream.getvalue().encode()}, "drawing.dxf")
    groups = ["0", "SECTION", "2", "ENTITIES", "0", "POLYLINE", "8", "0", "66", "1", "70", "1"]
    for x, y in corners[:4]:
        groups += ["0", "VERTEX", "8", "0", "10", str(x), "20", str(y)]
    yield Seed({"small.dxf": "\n".join([*groups, "0", "SEQEND", "0", "ENDSEC", "0", "EOF", ""]).encode()}, "small.dxf")


def _archives() -> Iterator[Seed]:
    texts = list(_texts())
    yield _zipped(texts[0], "text.zip")
    two = Seed({"a/one.txt": texts[0].files[texts[0].main], "b/two.txt": texts[2].files[texts[2].main]}, "a/one.txt")
    yield _zipped(two, "two.zip")
    yield _zipped(_zipped(texts[1], "inner.zip"), "nested.zip")


def _written(frame: geopandas.GeoDataFrame, folder: Path) -> Iterator[Seed]:
    available = pyogrio.list_drivers(write=True)
    for suffix, driver in DRIVERS.items():
        if driver in available:
            path = folder / f"seed{suffix}"
            moved = frame.to_crs(4326) if suffix == ".kml" else frame
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                pyogrio.write_dataframe(moved, path, driver=driver, promote_to_multi=True)
            yield Seed(_files(path), path.name)
    yield from _shapefiles(frame, folder)
    frame.to_parquet(folder / "seed.parquet")
    yield Seed(_files(folder / "seed.parquet"), "seed.parquet")


def _shapefiles(frame: geopandas.GeoDataFrame, folder: Path) -> Iterator[Seed]:
    for encoding in ("UTF-8", "GBK"):
        path = folder / f"{encoding}.shp"
        pyogrio.write_dataframe(frame, path, encoding=encoding)
        files = {file.name: file.read_bytes() for file in sorted(folder.glob(f"{encoding}.*"))}
        yield Seed(files, path.name)


def _files(path: Path) -> dict[str, bytes]:
    if path.is_file():
        return {path.name: path.read_bytes()}
    return {f"{path.name}/{file.name}": file.read_bytes() for file in sorted(path.iterdir())}


def _zipped(seed: Seed, name: str) -> Seed:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, data in seed.files.items():
            archive.writestr(zipfile.ZipInfo(entry, (2024, 6, 3, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return Seed({name: buffer.getvalue()}, name)
