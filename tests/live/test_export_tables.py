"""haul-export as CSV and TSV: what other readers of tables make of it."""
import csv
import datetime
import io

import bson
import pytest

from support.export import export
from support.haul import failed, run


@pytest.fixture
def written(server, src, tmp_path):
    """The text of a table of src.c, its line ends as they are."""
    def text(*args):
        export("--uri", server.uri_of(src.name), "-c", "c", "--out", tmp_path / "table", *args)
        return (tmp_path / "table").read_bytes().decode()
    return text


@pytest.fixture
def table(written):
    """The rows that another reader of CSV finds."""
    return lambda *args: list(csv.reader(io.StringIO(written("--type", "csv", *args), newline=""), strict=True))


HARD = ["plain", "a,b", 'say "x"', '"', "two\nlines", "two\r\nlines", "\r", " lead", "trail ", "\ttab", "", "=1", "ü日🚚", "\\N",
        "a;b|c", "'", ",", "\n", '","', "x" * 70_000]


def test_every_text_comes_back_through_another_reader(table, src):
    src.c.insert_many([{"_id": i, "a": text, "b": i} for i, text in enumerate(HARD)])
    rows = table("-f", "a,b,missing")
    assert rows[0] == ["a", "b", "missing"]
    assert rows[1:] == [[text, str(i), ""] for i, text in enumerate(HARD)]


def test_a_single_empty_cell_is_still_a_row(table, src):
    src.c.insert_many([{"a": ""}, {"a": None}, {}, {"a": "x"}])
    assert table("-f", "a", "--noHeaderLine") == [[""], [""], [""], ["x"]]


def test_paths_reach_into_documents_and_arrays(table, src):
    src.c.insert_one({"_id": 1, "a": {"b": {"c": 5}}, "l": [{"n": 1}, {"n": 2}]})
    assert table("-f", "a.b.c,l.1.n,l.2.n,l,a.x") == [
        ["a.b.c", "l.1.n", "l.2.n", "l", "a.x"], ["5", "2", "", '[{"n":1},{"n":2}]', ""]]


def test_values_look_as_documented(table, src):
    src.c.insert_one({"_id": bson.ObjectId("64f0e1d2c3b4a59687786950"), "d": 1.0, "l": bson.Int64(2**40),
                      "m": bson.Decimal128("1.50"), "t": datetime.datetime(2024, 1, 2, 3, 4, 5, 6000), "y": True,
                      "b": b"\x00\xff", "r": bson.Regex("a,b", "i"), "n": None})
    assert table("-f", "_id,d,l,m,t,y,b,r,n", "--noHeaderLine") == [
        ["ObjectId(64f0e1d2c3b4a59687786950)", "1.0", str(2**40), "1.50", "2024-01-02T03:04:05.006Z", "true", "00FF",
         "/a,b/i", ""]]


def test_cells_that_a_spreadsheet_would_run_are_guarded(table, src):
    cells = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "a=1", -5, -5.5]
    src.c.insert_many([{"a": cell, "b": 1} for cell in cells])
    rows = table("-f", "a,b", "--csvSafe", "--noHeaderLine")
    assert [row[0] for row in rows] == ["'=1+1", "'+1", "'-1+2", "'@SUM(A1)", "'\t=1", "a=1", "-5", "-5.5"]
    assert [row[0] for row in table("-f", "a,b", "--noHeaderLine")] == [str(cell) for cell in cells]


def test_tsv_has_a_line_a_document_whatever_is_in_it(written, src):
    src.c.insert_many([{"a": text, "b": i} for i, text in enumerate(HARD)])
    lines = written("--type", "tsv", "-f", "a,b", "--noHeaderLine")
    escapes = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}

    def undone(cell):
        text, at = "", 0
        while at < len(cell):
            text += escapes[cell[at:at + 2]] if cell[at] == "\\" else cell[at]
            at += 2 if cell[at] == "\\" else 1
        return text

    assert [undone(line.split("\t")[0]) for line in lines.split("\n")[:-1]] == HARD


def test_a_field_file_names_the_columns(table, src, tmp_path):
    src.c.insert_one({"a": 1, "b": 2})
    (tmp_path / "f").write_text("b\na\n")
    assert table("--fieldFile", tmp_path / "f") == [["b", "a"], ["2", "1"]]


def test_a_pipeline_fills_the_columns(table, src, tmp_path):
    src.c.insert_many([{"k": i % 2, "v": i} for i in range(10)])
    (tmp_path / "p").write_text('[{"$group":{"_id":"$k","v":{"$sum":"$v"}}},{"$sort":{"_id":1}}]')
    assert table("-f", "_id,v", "--aggregate", tmp_path / "p") == [["_id", "v"], ["0", "20"], ["1", "25"]]


def test_the_matched_element_of_an_array_is_a_column(table, src):
    src.c.insert_many([{"_id": i, "l": [{"n": 1}, {"n": i}]} for i in range(2, 4)])
    rows = table("-f", "_id,l.$", "-q", '{"l.n": 3}')
    assert rows == [["_id", "l"], ["3", '[{"n":3}]']]


@pytest.mark.parametrize("args", [("--type=csv",), ("--type=csv", "-f="), ("--type=csv", "-f=a,,b"), ("--type=xml",),
                                  ("--csvSafe",), ("--type=csv", "--fieldFile=/nowhere")])
def test_bad_options_are_refused_before_a_server_is_asked(args):
    failed(run("export", "--uri", "mongodb://127.0.0.1:1/x", "-c", "c", *args), 2)
