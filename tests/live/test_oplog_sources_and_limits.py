"""Where --oplogReplay finds its oplog, where it ends, and what it does not take."""
import gzip
import signal
import subprocess
import threading
import uuid

import bson
import pytest
from bson import Int64, Timestamp

from support.haul import dump, failed, finish, restore, run, start, write_dump
from support.mongod import Mongod
from support.oplog import Recording, command, entry, write_oplog

T = 1_800_000_000


@pytest.fixture
def name(names):
    return names("db")


@pytest.fixture
def db(server, name):
    return server.client[name]


def inserts(name, count, first=0, collection="a"):
    return [entry(T + i, "i", f"{name}.{collection}", {"_id": i}) for i in range(first, first + count)]


@pytest.fixture
def folder(tmp_path, name):
    """A foreign dump of one collection with the document 0."""
    write_dump(tmp_path / "d", name, {"a": [{"_id": 0}]})
    return tmp_path / "d"


def ids(db, collection="a"):
    return [d["_id"] for d in db[collection].find(sort=[("_id", 1)])]


def session(number, transaction, **more):
    return {"lsid": {"id": bson.Binary(bytes([number]) * 16, 4), "uid": b"u" * 32},
            "txnNumber": Int64(transaction), **more}


@pytest.mark.parametrize("limit, expected", [
    (f"{T + 3}", [0, 1, 2]),
    (f"{T + 3}:", [0, 1, 2]),
    (f"{T + 3}:1", [0, 1, 2]),
    (f"{T + 3}:2", [0, 1, 2, 3]),
    ("1", [0]),
    (f"{T + 100}", [0, 1, 2, 3, 4, 5]),
])
def test_the_limit_is_the_first_time_that_is_not_replayed(server, db, name, folder, limit, expected):
    write_oplog(folder / "oplog.bson", inserts(name, 5, 1))
    restore("--uri", server.uri, "--oplogReplay", "--oplogLimit", limit, folder)
    assert ids(db) == expected


@pytest.mark.parametrize("limit", ["x", "1:2:3", "-1", "1:x", ":1", "", "99999999999", "1:99999999999", " 1", "1.5"])
def test_a_limit_that_is_no_time_is_refused(server, db, folder, name, limit):
    write_oplog(folder / "oplog.bson", inserts(name, 1, 1))
    result = run("restore", "--uri", server.uri, "--oplogReplay", f"--oplogLimit={limit}", folder)
    failed(result, 2, "oplogLimit")
    assert db.list_collection_names() == []


@pytest.mark.parametrize("option", ["--oplogLimit=1", "--oplogFile=x"])
def test_the_options_of_a_replay_need_it(server, folder, option):
    failed(run("restore", "--uri", server.uri, option, folder), 2, "--oplogReplay")


def compressed(path, how):
    if how == "gzip":
        path.write_bytes(gzip.compress(path.read_bytes()))
    elif how:
        subprocess.run([how, "-q", "--rm", str(path)], check=True)
        path = path.with_name(path.name + {"zstd": ".zst"}[how])
    return path


@pytest.mark.parametrize("how", [None, "gzip", "zstd"])
@pytest.mark.parametrize("place", ["oplog.bson", "local/oplog.rs.bson", "local/oplog.$main.bson"])
def test_an_oplog_is_found_whatever_its_place_and_compression(server, db, name, folder, place, how):
    compressed(write_oplog(folder / place, inserts(name, 2, 1)), how)
    restore("--uri", server.uri, "--oplogReplay", folder)
    assert ids(db) == [0, 1, 2]


@pytest.mark.parametrize("how", [None, "gzip", "zstd"])
def test_an_oplog_file_is_read_whatever_its_name_and_compression(server, db, name, folder, tmp_path, how):
    file = compressed(write_oplog(tmp_path / "mine", inserts(name, 2, 1)), how)
    restore("--uri", server.uri, "--oplogReplay", "--oplogFile", file, folder)
    assert ids(db) == [0, 1, 2]


def test_the_oplog_beside_the_databases_beats_a_dumped_one(server, db, name, folder):
    write_oplog(folder / "oplog.bson", inserts(name, 1, 1))
    write_oplog(folder / "local" / "oplog.rs.bson", inserts(name, 1, 2))
    restore("--uri", server.uri, "--oplogReplay", folder)
    assert ids(db) == [0, 1]


@pytest.mark.parametrize("places", [["oplog.bson", None], ["local/oplog.rs.bson", "local/oplog.$main.bson"],
                                    ["oplog.bson", "oplog.bson.gz"]])
def test_two_oplogs_of_one_rank_contradict_each_other(server, db, name, folder, tmp_path, places):
    options = []
    for place in places:
        file = write_oplog(folder / place if place else tmp_path / "named", inserts(name, 1, 1))
        options = [] if place else ["--oplogFile", file]
        if place and place.endswith(".gz"):
            compressed(file, "gzip")
    failed(run("restore", "--uri", server.uri, "--oplogReplay", *options, folder), (2, 4), "oplog")
    assert db.list_collection_names() == []


def test_without_an_oplog_nothing_is_touched(server, db, folder, tmp_path):
    failed(run("restore", "--uri", server.uri, "--oplogReplay", folder), 2, "no oplog", "--oplogFile")
    failed(run("restore", "--uri", server.uri, "--oplogReplay", "--oplogFile", tmp_path / "none", folder), 2, "none")
    assert db.list_collection_names() == []


def test_a_directory_with_nothing_but_an_oplog_is_applied_to_what_is_there(server, db, name, tmp_path):
    db.a.insert_one({"_id": "there"})
    write_oplog(tmp_path / "d" / "oplog.bson", inserts(name, 2))
    restore("--uri", server.uri, "--oplogReplay", tmp_path / "d")
    assert db.a.count_documents({}) == 3


def test_an_oplog_that_was_dumped_by_query_is_replayed(server, db, name, folder, tmp_path):
    start = server.client.local["oplog.rs"].find_one(sort=[("$natural", -1)])["ts"]
    db.a.insert_one({"_id": "written"})
    query = '{"ts": {"$gt": {"$timestamp": {"t": %d, "i": %d}}, "$exists": true}, "ns": "%s.a"}' % (
        start.time, start.inc, name)
    dump("--uri", server.uri, "--db=local", "--collection=oplog.rs", "--query", query, "--out", tmp_path / "o")
    file = next((tmp_path / "o" / "local").glob("oplog.rs.bson*"))
    db.a.drop()
    restore("--uri", server.uri, "--oplogReplay", "--oplogFile", file, folder)
    assert db.a.count_documents({}) == 2


# -- what cannot be replayed -----------------------------------------------------------------------

@pytest.mark.parametrize("bad", [
    {"o": {"importCollection": "x"}},
    {"o": {"upgradeDowngradeViewlessTimeseries": "x"}},
    {"o": {"madeUpByALaterVersion": 1}},
    {"o": {"applyOps": [{"op": "c", "ns": "x.$cmd", "o": {"madeUpByALaterVersion": 1}}]}},
    {"op": "zz", "o": {"_id": 1}},
    {"op": "u", "ns": "admin.system.version", "o": {"version": "7.0"}, "o2": {"_id": "featureCompatibilityVersion"}},
])
def test_an_entry_that_cannot_be_replayed_ends_it_and_says_when(server, db, name, folder, bad):
    odd = {**command(T + 5, name, {}), **bad}
    if bad.get("op") == "zz":
        odd["ns"] = f"{name}.a"
    write_oplog(folder / "oplog.bson", [*inserts(name, 2, 1), odd, *inserts(name, 1, 9)])
    result = run("restore", "--uri", server.uri, "--oplogReplay", folder)
    failed(result, 11, f"at {T + 5}:1", f"all entries up to {T + 2}:1", "2027-01-15T08:00:02Z", "--drop")
    assert ids(db) == [0, 1, 2]
    restore("--uri", server.uri, "--oplogReplay", "--drop", f"--oplogLimit={T + 5}", folder)


def test_a_rename_out_of_what_is_not_selected_ends_it(server, name, folder):
    write_oplog(folder / "oplog.bson", [command(T, name, {"renameCollection": f"{name}.b", "to": f"{name}.a"})])
    result = run("restore", "--uri", server.uri, "--oplogReplay", f"--nsInclude={name}.a", folder)
    failed(result, 11, "renameCollection", f"{name}.a")


def test_two_collections_of_the_oplog_on_one_target_are_refused(server, name, folder):
    write_oplog(folder / "oplog.bson", inserts(name, 1, 1, "b"))
    result = run("restore", "--uri", server.uri, "--oplogReplay", f"--nsFrom={name}.b", f"--nsTo={name}.a", folder)
    failed(result, 10, f"{name}.a", f"{name}.b")


@pytest.mark.parametrize("content", [
    lambda good: good[:-3],
    lambda good: good + b"\x05",
    lambda good: good + b"garbage garbage garbage",
    lambda good: good + bson.encode({"not": "an entry"}),
    lambda good: good + bson.encode({"ts": Timestamp(1, 1), "op": "c", "ns": "x.$cmd", "o": {}}),
    lambda good: good + (17 * 1024 * 1024).to_bytes(4, "little") + bytes(17 * 1024 * 1024 - 4),
])
def test_a_damaged_oplog_is_not_taken_for_a_whole_one(server, name, folder, content):
    good = b"".join(bson.encode(e) for e in inserts(name, 3, 1))
    (folder / "oplog.bson").write_bytes(content(good))
    failed(run("restore", "--uri", server.uri, "--oplogReplay", folder), 4, "oplog")


# -- transactions and other entries made by hand ---------------------------------------------------

def operation(name, i):
    return {"op": "i", "ns": f"{name}.a", "o": {"_id": i}}


def test_transactions_that_interleave_are_each_applied_when_they_commit(server, db, name, folder):
    null = {"ts": Timestamp(0, 0), "t": Int64(-1)}
    write_oplog(folder / "oplog.bson", [
        command(T + 1, "admin", {"applyOps": [operation(name, 1)], "partialTxn": True}, prevOpTime=null, **session(1, 1)),
        command(T + 2, "admin", {"applyOps": [operation(name, 2)], "prepare": True}, prevOpTime=null, **session(2, 1)),
        command(T + 3, "admin", {"applyOps": [operation(name, 3)], "prepare": True}, prevOpTime=null, **session(3, 7)),
        command(T + 4, "admin", {"commitTransaction": 1}, **session(2, 1)),
        command(T + 5, "admin", {"applyOps": [operation(name, 4)], "count": Int64(2)}, **session(1, 1)),
        command(T + 6, "admin", {"abortTransaction": 1}, **session(3, 7)),
        command(T + 7, "admin", {"applyOps": [operation(name, 5)], "prepare": True}, prevOpTime=null, **session(4, 1)),
    ])
    result = restore("--uri", server.uri, "--oplogReplay", folder)
    assert ids(db) == [0, 1, 2, 4]
    assert "1 transactions with 1 operations had not committed" in result.err, result


def test_a_transaction_whose_begin_is_missing_ends_it(server, name, folder):
    before = {"ts": Timestamp(5, 5), "t": Int64(1)}
    last = command(T + 1, "admin", {"applyOps": [operation(name, 4)], "count": Int64(2)}, prevOpTime=before, **session(1, 1))
    write_oplog(folder / "oplog.bson", [*inserts(name, 1, 0), last])
    failed(run("restore", "--uri", server.uri, "--oplogReplay", folder), 11, "transaction", f"{T + 1}:1")
    write_oplog(folder / "oplog.bson", [last, *inserts(name, 1, 2)])
    restore("--uri", server.uri, "--oplogReplay", "--drop", folder)


def test_inserts_that_a_server_grouped_are_no_transaction(server, db, name, folder):
    write_oplog(folder / "oplog.bson", [
        command(T, "admin", {"applyOps": [operation(name, i) for i in range(1, 1200)]}, multiOpType=1,
                prevOpTime={"ts": Timestamp(5, 5), "t": Int64(1)}, **session(1, 1))])
    restore("--uri", server.uri, "--oplogReplay", folder)
    assert ids(db) == list(range(1200))


def test_entries_of_one_server_alone_are_skipped(server, db, name, folder):
    skipped = [entry(T, "n", "", {"msg": "periodic noop"}), entry(T, "km", f"{name}.a", {"_id": 1}),
               *[command(T, name, {c: "a"}) for c in ("startIndexBuild", "abortIndexBuild", "setMultikeyMetadata",
                                                      "dropIdent", "dbCheck")],
               entry(T, "i", "config.system.indexBuilds", {"_id": 1}), entry(T, "i", "local.me", {"_id": 1}),
               entry(T, "i", "__mdb_internal_x.y", {"_id": 1}), entry(T, "i", f"{name}.system.profile", {"_id": 1}),
               entry(T, "i", "admin.system.version", {"_id": "authSchema", "currentVersion": 5})]
    write_oplog(folder / "oplog.bson", [*skipped, *inserts(name, 1, 1)])
    result = restore("--uri", server.uri, "--oplogReplay", folder)
    assert ids(db) == [0, 1]
    assert "1 operation applied, 12 skipped, 0 filtered" in result.err, result


def test_operations_on_a_collection_that_nothing_explains_are_listed(server, db, name, folder):
    write_oplog(folder / "oplog.bson", [*inserts(name, 3, 1, "unknown"), *inserts(name, 2, 1)])
    result = failed(run("restore", "--uri", server.uri, "--oplogReplay", folder), 3, f"3 operations on {name}.unknown")
    assert ids(db) == [0, 1, 2] and db.list_collection_names() == ["a"], result


def test_the_same_operations_before_a_drop_are_no_fault(server, db, name, folder):
    write_oplog(folder / "oplog.bson", [*inserts(name, 3, 1, "gone"), command(T + 9, name, {"drop": "gone"})])
    restore("--uri", server.uri, "--oplogReplay", folder)
    assert db.list_collection_names() == ["a"]


def test_a_plan_says_that_the_oplog_comes_last(server, db, name, folder):
    write_oplog(folder / "oplog.bson", inserts(name, 1, 1))
    result = restore("--uri", server.uri, "--oplogReplay", "--dryRun", folder)
    assert "oplog.bson" in result.out and db.list_collection_names() == [], result


def test_uuids_of_the_oplog_are_kept_only_when_asked_for(server, db, name, folder):
    made_up = uuid.uuid4()
    ui = bson.Binary(made_up.bytes, 4)
    write_oplog(folder / "oplog.bson", [command(T, name, {"create": "made"}, ui=ui),
                                        entry(T + 1, "i", f"{name}.made", {"_id": 1}, ui=ui)])
    for options, same in (["--drop"], False), (["--drop", "--preserveUUID"], True):
        db.made.drop()
        restore("--uri", server.uri, "--oplogReplay", *options, folder)
        info = next(iter(db.list_collections(filter={"name": "made"})))["info"]
        assert (getattr(info["uuid"], "bytes", info["uuid"]) == made_up.bytes) is same
        assert ids(db, "made") == [1]


def test_a_lost_connection_does_not_end_a_replay(server, db, name, folder):
    write_oplog(folder / "oplog.bson", inserts(name, 2000, 1))
    server.fail(["applyOps"], mode={"times": 2}, closeConnection=True)
    try:
        restore("--uri", server.uri, "--oplogReplay", folder)
    finally:
        server.calm()
    assert ids(db) == list(range(2001))


def test_missing_rights_are_found_before_anything_is_touched(name, folder):
    write_oplog(folder / "oplog.bson", inserts(name, 2, 1))
    with Mongod(auth=True) as guarded:
        for user, roles in {"r": ["restore"], "rw": ["restore", "readWriteAnyDatabase"]}.items():
            guarded.client.admin.command("createUser", user, pwd="p", roles=roles)
        result = run("restore", "--uri", guarded.uri_for("", "r", "p"), "--oplogReplay", folder)
        failed(result, 6, "update", f"{name}.a")
        assert guarded.client[name].list_collection_names() == []
        restore("--uri", guarded.uri_for("", "rw", "p"), "--oplogReplay", folder)
        assert ids(guarded.client[name]) == [0, 1, 2]


def test_fifty_thousand_operations_do_not_take_minutes(server, db, name, folder, capsys):
    """Prints the rate; only a crawl as of one command an operation fails."""
    write_oplog(folder / "oplog.bson", inserts(name, 50_000, 1))
    result = restore("--uri", server.uri, "--oplogReplay", folder)
    with capsys.disabled():
        print(f" [{50_000 / result.seconds:,.0f} operations/s] ", end="")
    assert db.a.estimated_document_count() == 50_001


def test_users_that_were_made_during_the_dump_come_with_all_others(name, tmp_path):
    with Mongod() as source, Mongod() as target:
        source.client[name].a.insert_one({"_id": 1})
        with Recording(source, tmp_path, name, "admin") as recorded:
            source.client[name].command("createUser", "during", pwd="p", roles=["read"])
            source.client[name].command("createUser", "gone", pwd="p", roles=[])
            source.client[name].command("dropUser", "gone")
        options = ["--oplogReplay", "--oplogFile", recorded.file, recorded.dump_folder]
        restore("--uri", target.uri, f"--nsInclude={name}.*", *options)
        assert not target.client[name].command("usersInfo")["users"]
        restore("--uri", target.uri, *options)
        assert [u["user"] for u in target.client[name].command("usersInfo")["users"]] == ["during"]


def test_a_signal_ends_a_replay_and_the_way_on_is_said(server, db, name, folder):
    write_oplog(folder / "oplog.bson", inserts(name, 20_000, 1))
    server.fail(["applyOps"], mode="alwaysOn", blockConnection=True, blockTimeMS=200)
    try:
        process = start("restore", "--uri", server.uri, "--oplogReplay", folder)
        while db.a.estimated_document_count() < 501 and process.poll() is None:
            threading.Event().wait(0.02)
        process.send_signal(signal.SIGTERM)
        result = failed(finish(process), 143, "the oplog was applied up to", "--drop")
    finally:
        server.calm()
    assert db.a.estimated_document_count() < 20_000, result
    restore("--uri", server.uri, "--oplogReplay", "--drop", folder)
    assert db.a.estimated_document_count() == 20_001


def test_an_operation_that_the_server_refuses_ends_it_and_says_when(server, db, name, folder):
    write_oplog(folder / "oplog.bson", [*inserts(name, 2, 1), command(T + 5, name, {"collMod": "a", "unknown": 1})])
    result = run("restore", "--uri", server.uri, "--oplogReplay", folder)
    failed(result, 1, "collMod", f"all entries up to {T + 2}:1", "but for the indexes", "run the restore again with --drop")
    assert ids(db) == [0, 1, 2]


def test_a_uuid_that_another_collection_has_does_not_move_that_one_away(server, db, name, folder):
    db.mine.insert_one({"_id": "mine"})
    held = next(iter(db.list_collections(filter={"name": "mine"})))["info"]["uuid"]
    ui = bson.Binary(getattr(held, "bytes", held), 4)
    write_oplog(folder / "oplog.bson", [command(T, name, {"create": "made"}, ui=ui), *inserts(name, 1, 1, "made")])
    result = restore("--uri", server.uri, "--oplogReplay", "--drop", "--preserveUUID", folder)
    assert ids(db, "mine") == ["mine"] and ids(db, "made") == [1]
    assert f"its own is that of {name}.mine" in result.err, result
