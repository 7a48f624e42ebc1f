"""CSV tables: whatever Excel and a clerk make of them, read with rows or refused with them."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landquota.errors import InputError
from landquota.findings import Finding, Place
from landquota.formats.tables import Row, append_row, read_cells, read_csv, remove_row, replace_row, write_csv


def table(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "表.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, [(f.code, f.message("en")) for f in findings]
    return findings[0]


def refused(path: Path, *, required: tuple[str, ...] = ("a", "b"), optional: tuple[str, ...] = ()) -> Finding:
    rows, findings = read_csv(path, required=required, optional=optional)
    assert rows == []
    return only(findings)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_it_reads_what_excel_writes_here(tmp_path: Path, encoding: str, end: str) -> None:
    path = table(tmp_path, f"指标,面积{end}统筹指标, 145亩 {end}", encoding)
    rows, findings = read_csv(path, required=("指标", "面积"), optional=("备注",))
    assert findings == []
    assert rows == [Row("表.csv", 2, {"指标": "统筹指标", "面积": "145亩", "备注": ""})]


def test_rows_count_as_a_spreadsheet_counts_them(tmp_path: Path) -> None:
    content = (
        '# a comment with "one quotation mark\na,b\n\n1,"two\nlines"\n# another, "comment\n,\n3,"# no comment\n4"\n'
    )
    rows, findings = read_csv(table(tmp_path, content), required=("a", "b"))
    assert findings == []
    assert [(row.row, row.values["b"]) for row in rows] == [(4, "two\nlines"), (7, "# no comment\n4")]
    assert rows[0].place("b") == Place(file="表.csv", row=4, column="b")


def test_empty_columns_to_the_right_are_no_columns(tmp_path: Path) -> None:
    rows, findings = read_csv(table(tmp_path, "a,b,,\n1,2,,\n3,4\n"), required=("a", "b"))
    assert findings == []
    assert [dict(row.values) for row in rows] == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]


def test_an_empty_table(tmp_path: Path) -> None:
    finding = refused(table(tmp_path, "# nothing yet\n\n"))
    assert (finding.code, finding.message("en")) == ("TABLE-EMPTY", "The table is empty: it has no heading")
    assert finding.remedy("en") == "Begin it with the columns a, b."


def test_a_heading_alone_is_an_empty_table_without_a_finding(tmp_path: Path) -> None:
    assert read_csv(table(tmp_path, "a,b\n"), required=("a", "b")) == ([], [])


def test_a_missing_and_a_misspelt_column_come_together(tmp_path: Path) -> None:
    rows, findings = read_csv(
        table(tmp_path, "holder,cluase\nx,y\n"), required=("holder", "kind"), optional=("clause",)
    )
    assert rows == []
    unknown, missing = findings
    assert (unknown.code, missing.code) == ("TABLE-COLUMN-UNKNOWN", "TABLE-COLUMN-MISSING")
    assert unknown.message("en") == "The column 'cluase' is not known here"
    assert unknown.remedy("en") == "Did you mean 'clause'? Known columns: holder, kind, clause."
    assert missing.message("en") == "The column 'kind' is missing; there are: holder, cluase"
    assert missing.place == Place(file="表.csv", row=1)


def test_a_column_that_stands_twice(tmp_path: Path) -> None:
    finding = refused(table(tmp_path, "a,b,a\n1,2,3\n"))
    assert finding.code == "TABLE-COLUMN-TWICE"
    assert finding.message("en") == "The column 'a' stands 2 times in the heading"


def test_rows_of_the_wrong_length_are_named_and_the_others_read(tmp_path: Path) -> None:
    rows, findings = read_csv(table(tmp_path, "a,b\n1\n2,3\n4,5,6\n"), required=("a", "b"))
    assert [row.row for row in rows] == [3]
    assert [(f.code, f.place.row) for f in findings] == [("TABLE-ROW-LENGTH", 2), ("TABLE-ROW-LENGTH", 4)]
    assert findings[1].message("en") == "The row has 3 cells, the heading 2"


def test_an_open_quotation(tmp_path: Path) -> None:
    rows, findings = read_csv(table(tmp_path, 'a,b\n1,2\n3,"4\n5,6\n'), required=("a", "b"))
    assert [row.row for row in rows] == [2]
    finding = only(findings)
    assert (finding.code, finding.place.row) == ("TABLE-QUOTE", 3)
    assert finding.message("en") == "The row cannot be taken apart: unexpected end of data"


def test_a_nul_character(tmp_path: Path) -> None:
    finding = refused(table(tmp_path, b"a,b\n1,\0\n"))
    assert (finding.code, finding.place.line) == ("TABLE-NUL", 2)
    assert finding.message("en") == "The table holds a NUL character, which no text has"


@pytest.mark.parametrize(
    ("content", "sample"),
    [("a,b\n1,2\n".encode("utf-16")[:-1], "0a"), (b"a,b\ncaf\xe9,1\n", "e9 2c 31 0a")],
)
def test_other_encodings_are_refused_not_guessed(tmp_path: Path, content: bytes, sample: str) -> None:
    finding = refused(table(tmp_path, content))
    assert finding.code == "TABLE-ENCODING"
    assert finding.message("en") == f"The table is none of UTF-8, GB18030 and UTF-16 ({sample})"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-16-be"])
def test_other_separators_and_the_unicode_text_of_excel(tmp_path: Path, encoding: str, separator: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    content = f'{mark}# 甲, 乙; 丙\r\n\r\n指标{separator}面积\r\n统筹{separator}"1, 2; 3\t亩"\r\n'
    rows, findings = read_csv(table(tmp_path, content, encoding), required=("指标", "面积"))
    assert findings == []
    assert rows == [Row("表.csv", 4, {"指标": "统筹", "面积": "1, 2; 3\t亩"})]


@pytest.mark.parametrize("heading", ["holder|kind|area", "持有者，指标，面积", "holder kind area"])
def test_a_heading_that_cannot_be_taken_apart_is_one_finding(tmp_path: Path, heading: str) -> None:
    finding = refused(table(tmp_path, f"{heading}\n1|2|3\n"), required=("holder", "kind", "area"))
    assert (finding.code, finding.place) == ("TABLE-SEPARATOR", Place(file="表.csv", row=1))
    assert finding.message("en") == f"The heading is one single cell: '{heading}'"
    assert finding.remedy("en") == (
        "Separate the cells by commas, as Excel does in 'CSV UTF-8' (semicolons and tabs are read too); "
        "the columns holder, kind, area have to be there."
    )


def test_a_nul_in_utf16(tmp_path: Path) -> None:
    assert refused(table(tmp_path, "a\tb\n1\t\0\n", "utf-16")).code == "TABLE-NUL"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    finding = refused(tmp_path / "nothing.csv")
    assert finding.code == "FILE-MISSING"
    assert finding.message("en") == f"There is no file {tmp_path / 'nothing.csv'}"


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    assert refused(tmp_path).code == "FILE-UNREADABLE"


def test_written_for_excel(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_csv(path, ("a", "指标"), [(1, "统筹指标"), (None, "two\nlines")])
    assert path.read_bytes() == '\ufeffa,指标\r\n1,统筹指标\r\n,"two\nlines"\r\n'.encode()


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "-", "+86 574"])
def test_no_cell_is_run_as_a_formula(cell: str) -> None:
    stream = io.StringIO(newline="")
    write_csv(stream, ("a",), [(cell,)])
    assert list(csv.reader(io.StringIO(stream.getvalue(), newline="")))[1] == ["'" + cell]


@pytest.mark.parametrize("cell", ["-12.5", "+3", "-1e-7", "145", "a=b", "1-2"])
def test_numbers_and_plain_texts_stay_as_they_are(cell: str) -> None:
    stream = io.StringIO(newline="")
    write_csv(stream, ("a",), [(cell,)])
    assert stream.getvalue() == f"\ufeffa\r\n{cell}\r\n"


CELLS = (
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
    | st.from_regex(r"['#=+@＝-]{1,4}[0-9a'北=-]{0,3}", fullmatch=True)
).map(str.strip)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(CELLS, CELLS), max_size=8))
def test_what_is_written_reads_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    kept = [row for row in rows if any(row)]
    write_csv(path, ("a", "b"), kept)
    read, findings = read_csv(path, required=("a", "b"))
    assert findings == []
    assert [(row.values["a"], row.values["b"]) for row in read] == kept


@settings(deadline=None, max_examples=60)
@given(st.tuples(CELLS, CELLS).filter(any))
def test_a_row_that_is_appended_or_replaced_reads_back(
    tmp_path_factory: pytest.TempPathFactory, row: tuple[str, str]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    write_csv(path, ("a", "b"), [("1", "2")])
    append_row(path, {"a": row[0], "b": row[1]})
    replace_row(path, 2, {"a": row[0], "b": row[1]})
    read, findings = read_csv(path, required=("a", "b"))
    assert findings == []
    assert [(found.values["a"], found.values["b"]) for found in read] == [row, row]


def test_comments_are_ours_alone(tmp_path: Path) -> None:
    path = table(tmp_path, "编号,面积\n#1,2\n# 3,4\n")
    cells, findings = read_cells(path)
    assert findings == []
    assert cells is not None
    assert cells.rows == [(1, ["编号", "面积"]), (2, ["#1", "2"]), (3, ["# 3", "4"])]
    assert read_csv(path, required=("编号", "面积")) == ([], [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_row_is_appended_in_the_tables_own_manner(tmp_path: Path, encoding: str) -> None:
    path = table(tmp_path, "# 说明\n面积,指标\n1,统筹", encoding)
    append_row(path, {"指标": "=新增", "面积": "2", "备注": ""})
    assert path.read_bytes().decode(encoding) == "# 说明\n面积,指标\n1,统筹\r\n2,'=新增\r\n"


CONTENT = '# 说明, "x\r\n指标\t面积\n\n甲\t"1\n2"\r乙\t3\n# 末'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_row_is_replaced_and_removed_and_all_else_stays(tmp_path: Path, encoding: str) -> None:
    path = table(tmp_path, CONTENT, encoding)
    rows, findings = read_csv(path, required=("指标", "面积"))
    assert findings == []
    assert [row.row for row in rows] == [4, 5]
    replace_row(path, 4, {"面积": "a\tb"})
    assert path.read_bytes().decode(encoding) == CONTENT.replace('甲\t"1\n2"\r', '\t"a\tb"\r\n')
    remove_row(path, 4)
    assert path.read_bytes().decode(encoding) == CONTENT.replace('甲\t"1\n2"\r', "")
    remove_row(path, 4)
    assert path.read_bytes().decode(encoding) == CONTENT.replace('甲\t"1\n2"\r乙\t3\n', "")


def test_a_row_with_a_value_for_no_column_changes_nothing(tmp_path: Path) -> None:
    path = table(tmp_path, "a\n1\n")
    with pytest.raises(InputError) as refusal:
        append_row(path, {"a": "2", "b": "3"})
    assert str(refusal.value) == f"{path} has no column 'b'\nAdd it to the heading."
    assert path.read_text() == "a\n1\n"


def test_a_table_that_cannot_be_replaced_stays_whole(tmp_path: Path) -> None:
    (tmp_path / "out.csv").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_csv(tmp_path / "out.csv", ("a",), [])
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_tables_need_no_geometry_library() -> None:
    program = (
        "import sys, landquota.formats.tables\n"
        "heavy = {'numpy', 'pandas', 'geopandas', 'shapely', 'pyogrio', 'fiona', 'pyproj'}\n"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=False)
    assert (run.returncode, run.stderr) == (0, "")
