"""A test for each defect of mongodump 100.18 and mongorestore that loses or damages data, named after it,
and for the smaller ones that mislead. Each is run with haul, which has to do the right thing; where
MONGO_TOOLS_BIN names the old tools also with them, which have to do the wrong one, or the test has no
point. Tests of that second kind are left out where the old tools are missing, and the run says so."""
import datetime
import json
import os
import pathlib
import re
import subprocess

import bson
import pytest

from support import archive_data
from support.catalog import collections, indexes, metadata
from support.haul import Result, rejects, run, write_dump
from support.oplog import command, entry, write_oplog

T = 1_800_000_000
OLD = {"dump": "mongodump", "restore": "mongorestore"}


class Tools:
    """haul's tools or the old ones, run with the same options in `folder`."""

    def __init__(self, old, folder):
        self.old, self.folder = old, folder

    def __call__(self, name, *args, timeout=60):
        """A tool that hangs has exit code None."""
        if not self.old:
            return run(name, *args, cwd=self.folder)
        program = pathlib.Path(os.environ["MONGO_TOOLS_BIN"]) / OLD[name]
        try:
            done = subprocess.run([str(program), *map(str, args)], cwd=self.folder, capture_output=True,
                                  timeout=timeout, stdin=subprocess.DEVNULL, check=False)
        except subprocess.TimeoutExpired as hung:
            return Result(None, "", (hung.stderr or b"").decode(errors="replace"), timeout, hung.cmd)
        return Result(done.returncode, "", done.stderr.decode(errors="replace"), 0, done.args)

    def dump(self, *args):
        return self("dump", *args, *([] if self.old else ["--compress=none"]))

    def restore(self, *args, **kw):
        return self("restore", *args, **kw)

    def refused(self, said, code):
        """With that exit code; the old tools know no others than 0 and 1."""
        return said.code == code or (self.old and said.code == 1)

    def judge(self, right, *said):
        evidence = "\n".join(map(str, said))
        assert right or self.old, evidence
        assert not right or not self.old, f"the old tool does not have this defect:\n{evidence}"


@pytest.fixture(params=["haul", pytest.param("old", marks=pytest.mark.mongo_tools)])
def tools(request, tmp_path):
    (tmp_path / "cwd").mkdir()
    return Tools(request.param == "old", tmp_path / "cwd")


@pytest.fixture
def short(server):
    """Makes short names of databases, for long names of collections; they are dropped before and after."""
    made = []

    def database(name):
        made.append(f"defects_{name}")
        server.client.drop_database(made[-1])
        return server.client[made[-1]]

    yield database
    for name in made:
        server.client.drop_database(name)


def ids(db, collection="t"):
    return sorted(d["_id"] for d in db[collection].find())


# -- what is lost or damaged -----------------------------------------------------------------------

def test_zero_insertion_workers_are_refused_instead_of_dropping_and_inserting_nothing(server, dst, tools, tmp_path):
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": 1}]})
    dst.t.insert_one({"_id": "old"})
    said = tools.restore("--uri", server.uri, "--drop", "--numInsertionWorkersPerCollection=0", tmp_path / "d")
    tools.judge(said.code != 0 and ids(dst) == ["old"], said)


@pytest.mark.parametrize("character", ["+", "%", "%2B"])
def test_a_long_name_with_a_plus_or_percent_comes_back_as_it_was(server, short, tools, tmp_path, character):
    src, name = short("src"), "x" * 100 + character + "y" * 100 + "/é" * 10
    src.command("insert", name, documents=[{"_id": 1}])
    tools.dump("--uri", server.uri, "-d", src.name, "-o", tmp_path / "d")
    src[name].drop()
    said = tools.restore("--uri", server.uri, tmp_path / "d")
    tools.judge(said.code == 0 and src.list_collection_names() == [name], said, src.list_collection_names())


def test_a_time_series_collection_with_a_long_name_can_be_restored(server, short, tools, tmp_path):
    src, name = short("ts"), "w" * 227
    src.command("create", name, timeseries={"timeField": "t"})
    src[name].insert_one({"t": datetime.datetime(2024, 1, 1), "v": 1})
    tools.dump("--uri", server.uri, "-d", src.name, "-o", tmp_path / "d")
    src[name].drop()
    said = tools.restore("--uri", server.uri, tmp_path / "d")
    kinds = {c["name"]: c["type"] for c in src.command("listCollections")["cursor"]["firstBatch"]}
    tools.judge(kinds.get(name) == "timeseries" and [d["v"] for d in src[name].find()] == [1], said)


def test_an_oplog_entry_of_more_than_16_mib_is_read_from_an_archive(server, dst, tools, tmp_path):
    largest = {"_id": 1, "b": b"x" * (16 * 1024 * 1024 - 32)}
    assert 16 * 1024 * 1024 - 20 < len(bson.encode(largest)) <= 16 * 1024 * 1024
    oplog = [entry(T, "i", f"{dst.name}.t", largest)]
    (tmp_path / "a").write_bytes(archive_data.archive({f"{dst.name}.t": [{"_id": 0}], ".oplog": oplog}))
    said = tools.restore("--uri", server.uri, f"--archive={tmp_path / 'a'}", "--oplogReplay")
    tools.judge(said.code == 0 and ids(dst) == [0, 1], said)


def test_an_archive_of_a_dump_that_failed_is_not_restored_as_if_it_were_whole(server, src, tools, tmp_path):
    src.t.insert_many([{"_id": i, "p": "x" * 200} for i in range(40_000)])
    server.fail(["getMore"], mode="alwaysOn", errorCode=96)
    try:
        failed = tools.dump("--uri", server.uri_of(src.name), "-c", "t", f"--archive={tmp_path / 'archive'}")
    finally:
        server.calm()
    assert failed.code not in (0, None), failed
    src.t.drop()
    said = tools.restore("--uri", server.uri, f"--archive={tmp_path / 'archive'}")
    tools.judge(said.code not in (0, None), failed, said)


def test_stars_stand_for_stars_by_their_position(server, short, tools, tmp_path):
    src = short("tiny")
    target, permuted = short("pre_" + src.name), short("pre_a")
    write_dump(tmp_path / "d", src.name, {"a": [{"_id": 1}]})
    said = tools.restore("--uri", server.uri, "--nsFrom", "*.*", "--nsTo", "defects_pre_*.*", tmp_path / "d")
    assert said.code == 0, said
    tools.judge(ids(target, "a") == [1] and not permuted.list_collection_names(), said)


@pytest.mark.parametrize("name", ["ts", "an_earlier_name"])
def test_a_time_series_collection_is_renamed_by_its_own_name(server, src, dst, tools, tmp_path, name):
    src.command("create", name, timeseries={"timeField": "t"})
    src[name].insert_one({"t": datetime.datetime(2024, 1, 1), "v": 1})
    tools.dump("--uri", server.uri_of(src.name), f"--archive={tmp_path / 'a'}")
    tools.dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    src[name].drop()
    rename = ["--nsFrom", f"{src.name}.{name}", "--nsTo", f"{dst.name}.new"]
    said, right = [], []
    for source in (f"--archive={tmp_path / 'a'}", tmp_path / "d"):
        dst.new.drop()
        said.append(tools.restore("--uri", server.uri, *rename, source))
        right.append(said[-1].code == 0 and [d["v"] for d in dst.new.find()] == [1])
    tools.judge(all(right), *said)


def test_a_document_that_overflows_a_batch_is_not_lost_when_the_flush_has_a_duplicate(server, dst, tools, tmp_path):
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": i, "b": b"x" * (6 << 20)} for i in range(20)]})
    dst.t.insert_one({"_id": 3, "mine": True})
    said = tools.restore("--uri", server.uri, tmp_path / "d")
    assert dst.t.find_one(3) == {"_id": 3, "mine": True}
    tools.judge(ids(dst) == list(range(20)), said)


def test_an_error_is_not_masked_by_a_duplicate_in_the_same_batch(server, dst, tools, tmp_path):
    documents = [{"_id": 1, "new": 1}, {"_id": bson.Regex("^a")}, {"_id": 2}]
    write_dump(tmp_path / "d", dst.name, {"t": documents})
    dst.t.insert_one({"_id": 1})
    said = tools.restore("--uri", server.uri, tmp_path / "d")
    assert ids(dst) == [1, 2]
    kept = [r["code"] for r in rejects(tools.folder)]
    tools.judge(tools.refused(said, 3) and (tools.old or sorted(kept)[-1] == 11000 and len(kept) == 2), said, kept)


def test_a_write_concern_that_was_not_met_is_not_masked_by_a_duplicate(server, dst, tools, tmp_path):
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": 1, "new": 1}, {"_id": 2}]})
    dst.t.insert_one({"_id": 1})
    server.fail(["insert"], mode="alwaysOn", writeConcernError={"code": 64, "errmsg": "waiting timed out"})
    try:
        said = tools.restore("--uri", server.uri, tmp_path / "d")
    finally:
        server.calm()
    tools.judge(said.code not in (0, 3), said)


def test_a_renamed_collection_keeps_its_indexes_and_leaves_no_ghost(server, dst, tools, tmp_path):
    index = {"v": 2, "key": {"n": 1}, "name": "by_n"}
    write_dump(tmp_path / "d", dst.name, {"old": [{"_id": 1}]}, metadata={"old": metadata("old", [index])})
    rename = {"renameCollection": f"{dst.name}.old", "to": f"{dst.name}.new", "stayTemp": False}
    write_oplog(tmp_path / "d" / "oplog.bson", [command(T, dst.name, rename)])
    said = tools.restore("--uri", server.uri, "--oplogReplay", tmp_path / "d")
    assert ids(dst, "new") == [1]
    tools.judge(said.code == 0 and collections(dst) == {"new"} and "by_n" in indexes(dst, "new"), said)


# -- what misleads ---------------------------------------------------------------------------------

def test_quiet_does_not_hide_why_it_failed(server, tools, tmp_path):
    said = tools.restore("--uri", server.uri, "--quiet", tmp_path / "absent")
    assert said.code not in (0, None)
    tools.judge("absent" in said.err, said)


def test_a_collection_dumped_with_views_as_collections_keeps_its_indexes_or_is_refused(server, src, tools, tmp_path):
    src.t.insert_one({"_id": 1})
    src.t.create_index("a")
    said = tools.dump("--uri", server.uri_of(src.name), "-c", "t", "--viewsAsCollections", "-o", tmp_path / "d")
    written = tmp_path / "d" / src.name / "t.metadata.json"
    kept = len(json.loads(written.read_text())["indexes"]) if said.code == 0 else None
    tools.judge(kept in (None, 2), said)


@pytest.mark.parametrize("name, flag, parameter", [("dump", "--readPreference=secondary", "readPreference=primary"),
                                                   ("restore", "--writeConcern=majority", "w=1")])
def test_a_flag_that_contradicts_the_uri_is_not_ignored(server, src, tools, tmp_path, name, flag, parameter):
    src.t.insert_one({"_id": 1})
    write_dump(tmp_path / "d", src.name, {"t": [{"_id": 2}]})
    target = ["-d", src.name, "-o", tmp_path / "e"] if name == "dump" else [tmp_path / "d"]
    said = tools(name, "--uri", f"{server.uri}&{parameter}", flag, *target)
    tools.judge(tools.refused(said, 2) and flag.split("=")[0] in said.err, said)


@pytest.mark.parametrize("gzip, option", [(True, []), (False, ["--gzip"])])
def test_a_directory_is_restored_whether_gzip_is_said_or_not(server, src, tools, tmp_path, gzip, option):
    folder = write_dump(tmp_path / "d", src.name, {"t": [{"_id": 1}]})
    if gzip:
        subprocess.run(["gzip", *folder.iterdir()], check=True)
    said = tools.restore("--uri", server.uri, *option, tmp_path / "d")
    tools.judge(ids(src) == [1] and said.code == 0, said)


def test_a_database_is_taken_out_of_a_whole_dump(server, src, tools, tmp_path):
    write_dump(tmp_path / "d", src.name, {"t": [{"_id": 1}]})
    said = tools.restore("--uri", server.uri, "-d", src.name, tmp_path / "d")
    tools.judge(ids(src) == [1] and said.code == 0, said)


def test_a_write_concern_that_is_no_json_is_an_error_and_no_tag(server, src, tools, tmp_path):
    write_dump(tmp_path / "d", src.name, {"t": [{"_id": 1}]})
    said = tools.restore("--uri", server.uri, '--writeConcern={"w": 1,', tmp_path / "d")
    tools.judge(tools.refused(said, 2) and not collections(src), said)


def test_an_archive_that_does_not_know_its_server_is_restored(server, src, tools, tmp_path):
    (tmp_path / "a").write_bytes(archive_data.archive({f"{src.name}.t": [{"_id": 1}]}, server_version="unknown"))
    said = tools.restore("--uri", server.uri, f"--archive={tmp_path / 'a'}")
    tools.judge(ids(src) == [1] and said.code == 0, said)


def test_an_archive_with_more_open_collections_than_it_says_does_not_hang(server, src, tools, tmp_path):
    many = {f"{src.name}.c{i}": [{"_id": j} for j in range(3)] for i in range(12)}
    (tmp_path / "a").write_bytes(archive_data.interleaved(many, concurrent=4))
    said = tools.restore("--uri", server.uri, f"--archive={tmp_path / 'a'}", timeout=5)
    tools.judge(said.code is not None, said)
    if not tools.old:
        assert said.code != 0 or all(ids(src, f"c{i}") == [0, 1, 2] for i in range(12)), said


def test_an_index_that_cannot_be_built_leaves_the_other_collections_theirs(server, src, tools, tmp_path):
    unique = {"v": 2, "key": {"u": 1}, "name": "u", "unique": True}
    names = [f"c{i:02}" for i in range(30)]
    write_dump(tmp_path / "d", src.name,
               {n: [{"_id": 1, "u": 1}, {"_id": 2, "u": 1 if n == "c07" else 2}] for n in names},
               metadata={n: metadata(n, [unique]) for n in names})
    said = tools.restore("--uri", server.uri, tmp_path / "d")
    built = {n for n in names if "u" in indexes(src, n)}
    tools.judge(built == set(names) - {"c07"} and re.search(r"\bu\b.*c07", said.err) is not None, said)


def test_wtimeout_bounds_the_wait_for_a_write_concern_and_not_the_build_of_indexes(server, src, tools, tmp_path):
    index = {"v": 2, "key": {"n": 1}, "name": "n"}
    write_dump(tmp_path / "d", src.name, {"t": [{"_id": 1}]}, metadata={"t": metadata("t", [index])})
    server.fail(["createIndexes"], mode="alwaysOn", blockConnection=True, blockTimeMS=900)
    try:
        said = tools.restore("--uri", server.uri, '--writeConcern={"w": 1, "wtimeout": 300}', tmp_path / "d")
    finally:
        server.calm()
    tools.judge(said.code == 0 and "n" in indexes(src, "t"), said)


def test_an_operation_on_config_within_a_transaction_does_not_end_the_replay(server, src, tools, tmp_path):
    write_dump(tmp_path / "d", src.name, {"t": [{"_id": 0}]})
    inner = [{"op": "i", "ns": "config.transactions", "o": {"_id": src.name}},
             {"op": "i", "ns": f"{src.name}.t", "o": {"_id": 1}}]
    session = {"lsid": {"id": bson.Binary(b"s" * 16, 4), "uid": b"u" * 32}, "txnNumber": bson.Int64(1)}
    first = {"prevOpTime": {"ts": bson.Timestamp(0, 0), "t": bson.Int64(-1)}}
    write_oplog(tmp_path / "d" / "oplog.bson", [command(T, "admin", {"applyOps": inner}, **first, **session)])
    said = tools.restore("--uri", server.uri, "--oplogReplay", tmp_path / "d")
    assert not server.client.config.transactions.find_one(src.name)
    tools.judge(said.code == 0 and ids(src) == [0, 1], said)


def test_users_go_with_their_database_to_another_name(server, src, dst, tools, tmp_path):
    src.t.insert_one({"_id": 1})
    src.command("createUser", "reader", pwd="secret", roles=[{"role": "read", "db": src.name}])
    try:
        tools.dump("--uri", server.uri, "-d", src.name, "--dumpDbUsersAndRoles", "-o", tmp_path / "d")
        said = tools.restore("--uri", server.uri, "-d", dst.name, "--restoreDbUsersAndRoles", tmp_path / "d" / src.name)
        users = dst.command("usersInfo")["users"]
        tools.judge(said.code == 0 and [u["roles"] for u in users] == [[{"role": "read", "db": dst.name}]], said, users)
    finally:
        src.command("dropAllUsersFromDatabase")
        dst.command("dropAllUsersFromDatabase")
