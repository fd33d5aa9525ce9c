"""haul-import on a real server: inputs, counts, exit codes."""
import gzip
import json
import subprocess

import pytest
from bson import ObjectId

from support.haul import failed, run, succeeded
from support.importing import Importer, counts, lines


@pytest.fixture
def into(server, dst, tmp_path):
    return Importer(server, dst, tmp_path)


def test_lines_become_documents_in_their_types(into):
    result = into.ok('{"_id":1,"a":{"b":[1,2.5,"x",null,true]},"n":{"$numberLong":"5"}}\n'
                     '{"_id":{"$oid":"0123456789abcdef01234567"},"d":{"$date":"2020-01-02T03:04:05Z"}}\n')
    assert counts(result) == {"read": 2, "inserted": 2}
    found = list(into.database.c.find({}, sort=[("a", -1)]))
    assert found[0]["a"] == {"b": [1, 2.5, "x", None, True]}
    assert found[1]["_id"] == ObjectId("0123456789abcdef01234567")
    assert found[1]["d"].year == 2020


def test_the_collection_is_named_by_the_file_and_the_database_is_test(server, into, tmp_path):
    server.client.test.drop_collection("people")
    into.file(lines([{"a": 1}]), "people.json")
    succeeded(run("import", "--uri", server.uri_of(""), "--file", tmp_path / "people.json", cwd=tmp_path))
    assert server.client.test.people.count_documents({}) == 1
    into.file(gzip.compress(lines([{"a": 1}]).encode()), "people.json.gz")
    succeeded(run("import", "--uri", server.uri_of(""), tmp_path / "people.json.gz", cwd=tmp_path))
    assert server.client.test.people.count_documents({}) == 2
    server.client.test.drop_collection("people")


@pytest.mark.parametrize("content", [
    '[{"a":1},{"a":2},{"a":3}]', '[\n  {\n    "a": 1\n  },\n  {"a": 2}, {"a": 3}\n]\n',
    '{"a":1}\n{"a":2}\n{"a":3}', '{\n"a":1\n}\n{\n"a":2}\n{"a":\n3}', '\ufeff{"a":1}\r\n{"a":2}\r\n\r\n{"a":3}\r\n',
    '{"a":1} {"a":2}\n{"a":3}\n'])
def test_every_layout_of_json_is_recognised(into, content):
    assert counts(into.ok(content)) == {"read": 3, "inserted": 3}
    assert sorted(d["a"] for d in into.stored()) == [1, 2, 3]


def test_an_empty_array_and_an_empty_file_import_nothing(into):
    assert counts(into.ok("[]", "--jsonArray")) == {"read": 0}
    assert counts(into.ok("")) == {"read": 0}


def test_standard_input_plain_and_compressed(into):
    for content in (b'{"a":1}\n', gzip.compress(b'{"a":2}\n'),
                    subprocess.run(["zstd", "-qc"], input=b'{"a":3}', stdout=subprocess.PIPE, check=True).stdout):
        path = into.file(content, "stdin")
        with open(path, "rb") as stream:
            succeeded(into.command("-c", "c", "-", stdin=stream))
    assert sorted(d["a"] for d in into.stored()) == [1, 2, 3]
    with open(path, "rb") as stream:
        failed(into.command(stdin=stream), 2, "--collection")


def test_a_bad_line_is_a_reject_with_its_number_and_the_run_goes_on(into):
    result = failed(into.run('{"a":1}\n{"a":\n{"a":2}\n\n{"b":{"$date":"2020-13-45T00:00:00Z"}}\n{"a":3}'), 3, "line 2")
    assert counts(result) == {"read": 5, "inserted": 3, "rejected": 2}
    assert [(r["line"], r["ns"], r["text"]) for r in into.rejected()] == [
        (2, f"{into.database.name}.c", '{"a":'), (5, f"{into.database.name}.c", '{"b":{"$date":"2020-13-45T00:00:00Z"}}')]
    assert all(r["file"].endswith("in.json") for r in into.rejected())
    assert into.rejects.stat().st_mode & 0o777 == 0o600


def test_stop_on_error_stops_at_a_bad_line_and_at_a_refused_document(into):
    content = "".join('{"_id":%d}\n' % i for i in range(3)) + "oops\n"
    result = failed(into.run(content, "--stopOnError"), 3, "line 4")
    assert counts(result) == {"read": 4, "inserted": 3, "rejected": 1}
    result = failed(into.run('{"_id":0,"other":1}\n{"_id":9}\n', "--maintainInsertionOrder"), 3, "duplicate key")
    assert counts(result) == {"read": 2, "rejected": 1, "not written": 1}
    result = failed(into.run('{"_id":10}\n{"_id":11,"d":"no date"}\n{"_id":12}\n', "--stopOnError", "--dateFields", "d"), 3)
    assert counts(result) == {"read": 2, "inserted": 1, "rejected": 1}


@pytest.mark.parametrize("content,good,line", [
    ('[{"a":1},{"a":2},{"a":tru},{"a":4}]', 2, 1), ('[{"a":1}\n,{"a":2}\n{"a":3}]', 2, 3),
    ('[{"a":1},\n{"a":2}', 2, 2), ('[{"a":1},{"a":2}] {"a":3}', 2, 1), ('[{"a":1},{"a":2},3]', 2, 1),
    ('{\n"a":1}\n{"a":2}\n{"a":\n', 2, 5)])
def test_an_array_or_documents_over_lines_stop_at_the_error_with_all_before_it_written(into, content, good, line):
    result = failed(into.run(content), 4, f"line {line}")
    assert len(into.stored()) == good
    assert f"{good} inserted" in result.err


def test_nothing_behind_the_error_of_a_large_array_is_written_whatever_the_workers(into):
    documents = [json.dumps({"_id": i, "pad": "x" * 300}) for i in range(20000)]
    documents[13000] = '{"_id": 13000, "pad": tru}'
    result = failed(into.run("[" + ",\n".join(documents) + "]", "--jobs", 8), 4, "line 13001")
    assert "13,000 inserted" in result.err
    assert sorted(d["_id"] for d in into.database.c.find({}, {"_id": 1})) == list(range(13000))


def test_a_cut_gzip_is_exit_4_and_what_came_before_is_there(into):
    packed = gzip.compress(b"".join(b'{"_id":%d,"pad":"%d"}\n' % (i, i * 7919) for i in range(200000)))
    result = failed(into.run(packed[:-1000], name="in.json.gz"), 4, "cut")
    assert 0 < into.database.c.count_documents({}) < 200000
    assert f'{into.database.c.count_documents({}):,} inserted' in result.err


def test_the_same_again_is_present_and_other_documents_are_conflicts(into):
    into.ok('{"n":1,"_id":1}\n{"_id":2}\n')
    result = failed(into.run('{"n":1,"_id":1}\n{"_id":2,"n":2}\n{"_id":3}\n'), 3, "duplicate key")
    assert counts(result) == {"read": 3, "inserted": 1, "present already": 1, "rejected": 1}
    [reject] = into.rejected()
    assert (reject["_id"], reject["code"], reject["line"], reject["document"]) == (2, 11000, 2, {"_id": 2, "n": 2})


def test_a_validator_that_refuses_half_leaves_the_other_half(into):
    into.database.create_collection("c", validator={"n": {"$lt": 500}})
    result = failed(into.run(lines({"_id": i, "n": i} for i in range(1000))), 3, "failed validation")
    assert counts(result) == {"read": 1000, "inserted": 500, "rejected": 500}
    assert {r["code"] for r in into.rejected()} == {121}
    assert sorted(r["line"] for r in into.rejected()) == list(range(501, 1001))
    assert counts(into.ok(lines([{"_id": 600, "n": 600}]), "--bypassDocumentValidation"))["inserted"] == 1


def test_drop_comes_after_the_first_look_at_the_input(into):
    into.database.c.insert_one({"_id": "old"})
    for content, extra in (("no json\nat all\n", []), ('[{"a":1', ["--jsonArray"]), ("{", ["--jsonArray"])):
        failed(into.run(content, "--drop", *extra), 4, "not dropped")
    failed(into.run("a,b\n1,2\n", "--drop", "--type", "csv"), 2)
    assert into.stored() == [{"_id": "old"}]
    into.ok('{"_id":"new"}\n', "--drop")
    assert into.stored() == [{"_id": "new"}]


def test_a_dry_run_reads_everything_and_touches_nothing(into, tmp_path):
    result = failed_or_ok = into.run('{"a":1}\nbad\n{"a":2}\n', "--dryRun", "--drop")
    assert failed_or_ok.code == 3, result
    assert f"{into.database.name}.c: drop, then insert" in result.out
    assert "3 records read, 2 good, 0 left out by a transform, 1 rejected" in result.out
    assert into.stored() == []


def test_writes_in_order_by_one_lane_where_that_is_asked_for(into):
    content = lines({"_id": i, "pad": "x" * 200} for i in range(20000))
    into.ok(content, "--maintainInsertionOrder", "-j", 4)
    assert [d["_id"] for d in into.stored()] == list(range(20000))
    failed(into.run('{"_id":-1}\n{"_id":5,"n":1}\n{"_id":-2}\n', "--maintainInsertionOrder"), 3, "stopped")
    assert into.database.c.count_documents({"_id": -2}) == 0


def test_a_reject_file_that_exists_is_not_replaced(into):
    into.rejects.write_text("mine")
    path = into.file('{"a":1}\n')
    failed(into.command("-c", "c", path), 10, "exists")
    assert into.stored() == [] and into.rejects.read_text() == "mine"
