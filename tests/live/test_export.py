"""haul-export of one collection as JSON: what comes out, in which order, and that it is all or nothing."""
import json
import re
import signal
import subprocess

import pytest
from bson import json_util

from support import bson_data
from support.export import documents, export, export_lines
from support.haul import (await_handler, canonical, environment, failed, fill, fill_all_kinds, finish, insert_raw, run,
                          start, tool)
from support.storage import drop_override, small_tmpfs
from support.terminal import Terminal

JOBS = ("--jobs=1", "--jobs=4")


@pytest.fixture
def many(src):
    """More than one batch, in an order that is not that of the _ids."""
    src.many.insert_many([{"_id": (i * 7919) % 40_009, "i": i, "text": "x" * (i % 400)} for i in range(40_000)])
    return src.many


def uri(server, db):
    return ("--uri", server.uri_of(db.name))


def test_every_bson_type_survives_in_canonical_lines(server, src):
    stored = [bson_data.document(bson_data.element(0x10, "_id", i.to_bytes(4, "little")),
                                 bson_data.element(kind, "v", value))
              for i, (kind, value) in enumerate(bson_data.VALUES.values())]
    insert_raw(src.types, stored)
    lines = export_lines(*uri(server, src), "-c", "types", "--jsonFormat=canonical")
    # pymongo has no type for some of them, or shows them in another way: those are spelt out below.
    foreign = {"undefined", "dbpointer", "symbol", "duplicate names", "regex", "empty regex", "old binary", "far date"}
    for line, (number, name) in zip(lines, enumerate(bson_data.VALUES), strict=True):
        if name not in foreign:
            read = json_util.loads(line, json_options=json_util.CANONICAL_JSON_OPTIONS)
            assert canonical(read) == canonical(src.types.find_one({"_id": number})), name
    by_name = dict(zip(bson_data.VALUES, (json.loads(line)["v"] for line in lines)))
    assert by_name["undefined"] == {"$undefined": True}
    assert by_name["symbol"] == {"$symbol": "symbol"}
    assert by_name["dbpointer"] == {"$dbPointer": {"$ref": "shop.users", "$id": {"$oid": bson_data.OID.hex()}}}
    assert by_name["far date"] == {"$date": {"$numberLong": str(2**62)}}
    assert by_name["regex"] == {"$regularExpression": {"pattern": "^a.*b$", "options": "imsx"}}
    assert by_name["old binary"] == {"$binary": {"base64": "b2xk", "subType": "02"}}


def test_relaxed_lines_are_the_default(server, src):
    src.c.insert_one({"_id": 1, "l": 2**40, "d": 1.0, "n": float("nan"), "e": 1e100})
    assert export_lines(*uri(server, src), "-c", "c") == [
        '{"_id":1,"l":1099511627776,"d":1.0,"n":{"$numberDouble":"NaN"},"e":1E+100}']


def test_the_bytes_are_the_same_whatever_the_jobs_and_in_natural_order(server, many, tmp_path):
    outputs = []
    for jobs in (*JOBS, "--jobs=13"):
        target = tmp_path / jobs
        export(*uri(server, many.database), "-c", "many", jobs, "--out", target)
        outputs.append(target.read_bytes())
    assert outputs[0] == outputs[1] == outputs[2]
    assert [json.loads(line)["i"] for line in outputs[0].splitlines()] == [d["i"] for d in many.find()]


@pytest.mark.parametrize("codec,tool", [("zstd", "zstd"), ("gzip", "gzip"), ("gzip:9", "gzip")])
def test_packed_output_is_the_same_whatever_the_jobs_and_the_standard_tool_reads_it(server, many, tmp_path, codec, tool):
    for i, jobs in enumerate(JOBS):
        export(*uri(server, many.database), "-c", "many", jobs, "--compress", codec, "--out", tmp_path / str(i))
    assert (tmp_path / "0").read_bytes() == (tmp_path / "1").read_bytes()
    plain = subprocess.run([tool, "-dc"], stdin=(tmp_path / "0").open("rb"), check=True, capture_output=True).stdout
    assert plain.decode() == export(*uri(server, many.database), "-c", "many").out


def test_a_query_sort_skip_and_limit_are_the_servers(server, many):
    args = uri(server, many.database)
    query = '{"i":{"$gte":10,"$lt":100}}'
    found = documents(*args, "-c", "many", "-q", query, "--sort", '{"i":-1}', "--skip", "3", "--limit", "5")
    assert [d["i"] for d in found] == [96, 95, 94, 93, 92]
    assert documents(*args, "-c", "many", "-q", "{i: {$lt: 3}}", "--sort", "{'i': -1}")[0]["i"] == 2
    assert len(documents(*args, "-c", "many", "--limit", "7")) == 7
    assert len(documents(*args, "-c", "many", "--skip", "39990")) == 10
    assert len(documents(*args, "-c", "many", "--limit", "0")) == 40_000


def test_a_query_can_stand_in_a_file(server, src, tmp_path):
    fill(src)
    (tmp_path / "q").write_text('{"n": 3}')
    assert {d["n"] for d in documents(*uri(server, src), "-c", "items", "--queryFile", tmp_path / "q")} == {3}


def test_a_bad_query_touches_nothing(server, src, tmp_path):
    fill(src)
    (tmp_path / "out").write_text("old")
    for args in (("-q", "{a"), ("-q", "{a:1"), ("-q", "{a:ObjectId('00')}"), ("--sort", "[]"), ("--queryFile", tmp_path / "none")):
        failed(run("export", *uri(server, src), "-c", "items", "--out", tmp_path / "out", *args), 2)
    failed(run("export", *uri(server, src), "-c", "items", "--out", tmp_path / "out", "-q", '{"a":{"$no":1}}'),
           (1, 2), "$no")
    assert (tmp_path / "out").read_text() == "old"


def test_fields_are_projected_with_the_id(server, src, tmp_path):
    src.c.insert_one({"_id": 1, "a": {"b": 1, "c": 2}, "d": 3, "e": 4})
    assert documents(*uri(server, src), "-c", "c", "-f", "d,a.b") == [{"_id": 1, "a": {"b": 1, "c": 2}, "d": 3}]
    (tmp_path / "f").write_text("e\n")
    assert documents(*uri(server, src), "-c", "c", "--fieldFile", tmp_path / "f") == [{"_id": 1, "e": 4}]


def test_a_pipeline_stands_for_the_query(server, src, tmp_path):
    fill(src)
    (tmp_path / "p.json").write_text('[{"$group": {"_id": "$n", "count": {"$sum": 1}}}, {"$sort": {"_id": 1}}]')
    found = documents(*uri(server, src), "-c", "items", "--aggregate", tmp_path / "p.json")
    assert [d["_id"] for d in found] == list(range(7)) and sum(d["count"] for d in found) == 300
    (tmp_path / "p.json").write_text('[{"$out": "items"}]')
    failed(run("export", *uri(server, src), "-c", "items", "--aggregate", tmp_path / "p.json"), 2, "$out")
    assert src.items.count_documents({}) == 300


def test_views_and_time_series_are_exported_as_their_documents(server, src):
    fill_all_kinds(src)
    assert documents(*uri(server, src), "-c", "few") == list(src.few.find())
    assert len(documents(*uri(server, src), "-c", "weather")) == 400
    assert [d["i"] for d in documents(*uri(server, src), "-c", "capped")] == [d["i"] for d in src.capped.find()]
    assert len(documents(*uri(server, src), "-c", "clustered")) == 60
    assert len(documents(*uri(server, src), "-c", "system.js")) == 1


def test_an_array_is_one_line_and_a_pretty_one_has_two_spaces(server, src):
    src.c.insert_many([{"_id": 1, "a": [1, {"b": 2}]}, {"_id": 2, "e": {}}])
    out = export(*uri(server, src), "-c", "c", "--jsonArray").out
    assert out == '[{"_id":1,"a":[1,{"b":2}]},{"_id":2,"e":{}}]\n'
    pretty = export(*uri(server, src), "-c", "c", "--jsonArray", "--pretty").out
    assert pretty == json.dumps(json.loads(out), indent=2) + "\n"
    assert export(*uri(server, src), "-c", "c", "--pretty", "--limit=1").out == json.dumps(
        json.loads(out)[0], indent=2) + "\n"


@pytest.mark.parametrize("args,expected", [
    ((), ""), (("--jsonArray",), "[]\n"), (("--jsonArray", "--pretty"), "[]\n"), (("--type=csv", "-f=a,b"), "a,b\n"),
    (("--type=csv", "-f=a,b", "--noHeaderLine"), "")])
@pytest.mark.parametrize("collection", ["empty", "missing"])
def test_an_empty_export_is_still_well_formed(server, src, collection, args, expected, tmp_path):
    src.create_collection("empty")
    result = export(*uri(server, src), "-c", collection, *args)
    assert result.out == expected
    assert ("no collection" in result.err) == (collection == "missing")
    export(*uri(server, src), "-c", collection, "--out", tmp_path / "o", *args)
    assert (tmp_path / "o").read_text() == expected


def test_a_missing_collection_is_an_error_where_it_has_to_exist(server, src, tmp_path):
    result = run("export", *uri(server, src), "-c", "missing", "--assertExists", "--out", tmp_path / "o")
    failed(result, 2, "missing")
    assert list(tmp_path.iterdir()) == []


def test_data_go_to_standard_output_and_words_to_standard_error(server, src):
    fill(src)
    result = export(*uri(server, src), "-c", "items")
    assert len(result.out.splitlines()) == 300 and "exported 300 documents" in result.err
    assert export(*uri(server, src), "-c", "items", "--quiet").err == ""


def test_a_dry_run_says_what_it_would_do_and_touches_nothing(server, src, tmp_path):
    fill(src)
    result = export(*uri(server, src), "-c", "items", "--out", tmp_path / "o", "--dryRun")
    assert "items" in result.out and "about 300 documents" in result.out and str(tmp_path / "o") in result.out
    export(*uri(server, src), "--out", tmp_path / "d", "--dryRun")
    assert list(tmp_path.iterdir()) == []


def test_an_older_file_is_replaced_when_the_new_one_is_whole(server, src, tmp_path):
    fill(src)
    target = tmp_path / "made" / "o.json"
    export(*uri(server, src), "-c", "items", "--out", target)
    export(*uri(server, src), "-c", "items", "--out", target, "--limit=1", "--noSync")
    assert len(target.read_text().splitlines()) == 1
    assert [p.name for p in target.parent.iterdir()] == ["o.json"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_ended_leaves_no_file_of_that_name(server, many, tmp_path, number):
    target = tmp_path / "o"
    server.client.admin.command("configureFailPoint", "failCommand", mode="alwaysOn", data={
        "failCommands": ["getMore"], "blockConnection": True, "blockTimeMS": 20_000, "appName": "haul-export"})
    try:
        process = start("export", *uri(server, many.database), "-c", "many", "--out", target)
        await_handler(process)
        while not target.with_name("o.part").exists():
            assert process.poll() is None
        process.send_signal(number)
        if number == signal.SIGKILL:
            process.wait(30)
        else:
            assert finish(process).code == {signal.SIGTERM: 143, signal.SIGINT: 130}[number]
    finally:
        server.client.admin.command("configureFailPoint", "failCommand", mode="off")
    assert not target.exists()
    export(*uri(server, many.database), "-c", "many", "--out", target)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["o"]


def test_a_full_disk_leaves_the_older_file(server, many, tmp_path):
    with small_tmpfs(tmp_path / "small", "1m") as small:
        (small / "o").write_text("old")
        failed(run("export", *uri(server, many.database), "-c", "many", "--out", small / "o"), 7, "space")
        assert (small / "o").read_text() == "old"
    failed(run("export", *uri(server, many.database), "-c", "many", "--out", "/dev/full"), 7, "space")


def test_it_ends_as_a_filter_when_its_reader_goes(server, many):
    process = start("export", *uri(server, many.database), "-c", "many")
    assert process.stdout.readline().startswith('{"_id":0,')
    process.stdout.close()
    assert process.wait(60) == -signal.SIGPIPE
    assert "error" not in process.stderr.read()


def test_documents_that_json_cannot_hold_are_rejects_and_the_rest_goes_on(server, src, tmp_path):
    bad = bson_data.document(bson_data.element(0x10, "_id", (2).to_bytes(4, "little")),
                             bson_data.element(2, "s", b"\x03\0\0\0\xff\xfe\0"))
    insert_raw(src.c, [bson_data.document(bson_data.element(0x10, "_id", (1).to_bytes(4, "little"))), bad])
    result = run("export", *uri(server, src), "-c", "c", "--rejects", tmp_path / "r.json")
    failed(result, 3, "1 document", "r.json")
    assert result.out == '{"_id":1}\n'
    line = json.loads((tmp_path / "r.json").read_text())
    assert line["_id"] == {"$numberInt": "2"} and "UTF-8" in line["reason"] and line["bson"]


def test_a_lost_connection_is_survived_without_a_change_in_the_output(server, many):
    whole = export(*uri(server, many.database), "-c", "many").out
    server.client.admin.command("configureFailPoint", "failCommand", mode={"times": 1}, data={"failCommands": ["getMore"], "closeConnection": True,
                                                    "appName": "haul-export"})
    assert export(*uri(server, many.database), "-c", "many", "--jobs=4").out == whole


def test_options_of_old_scripts_are_taken(server, src):
    fill(src)
    assert len(export_lines(*uri(server, src), "-c", "items", "--forceTableScan", "-k")) == 300
    assert export_lines(*uri(server, src), "-c", "items", "--csv", "-f", "_id", "--limit", "1") == ["_id", "0"]
    assert len(export_lines("--host", "127.0.0.1", "--port", re.search(r":(\d+)", server.uri)[1], "-d", src.name,
                            "-c", "items")) == 300


def test_nesting_up_to_the_servers_limit_is_written(server, src):
    insert_raw(src.c, [bson_data.document(bson_data.element(0x10, "_id", bytes(4)),
                                          bson_data.element(3, "d", bson_data.deep(95)))])
    line = export_lines(*uri(server, src), "-c", "c")[0]
    assert line.count("{") == 97


def test_it_needs_no_right_to_write_where_it_is_called(server, src, tmp_path):
    fill(src)
    tmp_path.chmod(0o555)
    result = run("export", *uri(server, src), "-c", "items", cwd=tmp_path, preexec=drop_override)
    assert result.code == 0 and len(result.out.splitlines()) == 300
    failed(run("export", *uri(server, src), "-c", "items", "--out", "o", cwd=tmp_path, preexec=drop_override), 7, "permission")
    failed(run("export", *uri(server, src), "-c", "items", "--rejects", "r", cwd=tmp_path, preexec=drop_override), 7, "reject")


def test_packed_text_does_not_go_to_a_terminal(server, src):
    fill(src)
    line = [tool("export"), *uri(server, src), "-c", "items"]
    with Terminal([*line, "--compress=zstd"], env=environment()) as terminal:
        assert terminal.wait() == 2
        assert "terminal" in terminal.text
    with Terminal([*line, "--limit=1"], env=environment()) as terminal:
        assert terminal.wait() == 0
        assert '{"_id":0,' in terminal.text
