"""CSV and TSV through haul-import, as mongoimport's command lines have it."""
import datetime

import pytest

from support.haul import failed
from support.importing import Importer, counts


@pytest.fixture
def into(server, dst, tmp_path):
    return Importer(server, dst, tmp_path)


def test_columns_come_from_the_header_the_option_or_a_file(into):
    names = into.folder / "names"
    names.write_text("a\nb.c\n\n")
    for args, content in ((["--headerline"], "a,b.c\r\n1,\"x, \"\"y\"\"\nz\"\r\n"),
                          (["-f", "a,b.c"], "1,\"x, \"\"y\"\"\nz\"\n"),
                          (["--fieldFile", names], "\ufeff1,\"x, \"\"y\"\"\nz\"")):
        into.database.drop_collection("c")
        into.ok(content, "--type", "csv", *args)
        assert into.stored() == [{"a": 1, "b": {"c": 'x, "y"\nz'}}]


def test_tsv_takes_cells_as_they_are_and_the_last_line_without_its_end(into):
    assert counts(into.ok('a\tb\n1\t"q"\n2\tx y', "--type", "TSV".lower(), "--headerline"))["inserted"] == 2
    assert into.stored() == [{"a": 1, "b": '"q"'}, {"a": 2, "b": "x y"}]


def test_types_in_the_header(into):
    into.ok("n.int32(),s.string(),d.date(2006-01-02),b.boolean(),x.double()\n7,007,2024-02-03,true,1\n",
            "--type", "csv", "--headerline", "--columnsHaveTypes")
    assert into.stored() == [{"n": 7, "s": "007", "d": datetime.datetime(2024, 2, 3), "b": True, "x": 1.0}]


@pytest.mark.parametrize("grace,code,stored,rejected", [
    (None, 3, [{"n": 1}, {"n": 3}], 1), ("skipRow", 3, [{"n": 1}, {"n": 3}], 1), ("autoCast", 0, [{"n": 1}, {"n": "x"}, {"n": 3}], 0),
    ("skipField", 0, [{"n": 1}, {}, {"n": 3}], 0), ("stop", 4, [{"n": 1}], 0)])
def test_a_cell_that_does_not_fit_goes_as_parse_grace_says(into, grace, code, stored, rejected):
    args = ["--parseGrace", grace] if grace else []
    result = into.run("1\n" "x\n" "3\n", "--type", "csv", "--columnsHaveTypes", "-f", "n.int32()", *args)
    assert result.code == code, result
    assert sorted(into.stored(), key=str) == sorted(stored, key=str)
    assert len(into.rejected()) == rejected
    if rejected:
        assert (into.rejected()[0]["line"], into.rejected()[0]["text"]) == (2, "x")


def test_blanks_arrays_and_surplus_cells(into):
    into.ok("a,b,t.0,t.1\n1,,x,y,extra\n2,z,,\n", "--type", "csv", "--headerline", "--ignoreBlanks", "--useArrayIndexFields")
    assert into.stored() == [{"a": 1, "t": ["x", "y"], "field4": "extra"}, {"a": 2, "b": "z"}]


def test_stray_quotes_and_wrong_columns_are_rejects_with_their_line(into):
    result = failed(into.run('a,b\n1,2\n3,"x"y\n4,5\n6\n7,x"y\n8,9\n', "--type", "csv", "--headerline"), 3)
    assert [r["line"] for r in into.rejected()] == [3, 6]
    assert into.stored() == [{"a": 1, "b": 2}, {"a": 4, "b": 5}, {"a": 6}, {"a": 8, "b": 9}]
    assert counts(result) == {"read": 6, "inserted": 4, "rejected": 2}


@pytest.mark.parametrize("content,args,word", [
    ("a,a\n1,2\n", ["--headerline"], "a"), ("a,a.b\n1,2\n", ["--headerline"], "a.b"), ("$a\n1\n", ["--headerline"], "$a"),
    ("1\n", ["-f", "a."], "a."), ("", ["--headerline"], "header"), ("1\n", ["-f", "a.int32(x)", "--columnsHaveTypes"], "int32"),
    ("1,2\n", ["-f", "a.0,a.2", "--useArrayIndexFields"], "a")])
def test_columns_that_cannot_be_are_refused_and_nothing_is_dropped(into, content, args, word):
    into.database.c.insert_one({"_id": 1})
    failed(into.run(content, "--type", "csv", "--drop", *args), 2, word)
    assert into.stored() == [{"_id": 1}]


def test_a_quote_that_never_closes_rejects_the_rest_and_keeps_what_is_before(into):
    content = "a,b\n" + "".join(f"{i},x\n" for i in range(5000)) + '5000,"never closed\n' + "x,y\n" * 5000
    result = failed(into.run(content, "--type", "csv", "--headerline"), (3, 4))
    assert into.database.c.count_documents({"b": "x"}) == 5000, result
