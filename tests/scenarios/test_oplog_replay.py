"""Scenarios 79 to 86: an oplog that is applied after the data."""
import uuid

import bson
import pytest
from bson import Int64, Timestamp, json_util
from bson.son import SON

from support.catalog import collections, indexes, metadata, options
from support.haul import dump, failed, raw_documents, restore, run, write_dump
from support.oplog import Recording, command, entry, newest, write_oplog

T = 1_800_000_000


@pytest.fixture
def db(server, names):
    return server.client[names("db")]


@pytest.fixture
def folder(db, tmp_path):
    """A foreign dump of the collection a, which holds the document 0 and has the index f_1."""
    ttl = {"v": 2, "key": {"f": 1}, "name": "f_1", "expireAfterSeconds": 3000}
    write_dump(tmp_path / "d", db.name, {"a": [{"_id": 0}]}, metadata={"a": metadata("a", [ttl])})
    return tmp_path / "d"


@pytest.fixture
def replay(server, folder):
    def call(entries, *arguments, code=0, words=()):
        write_oplog(folder / "oplog.bson", entries)
        result = run("restore", "--uri", server.uri, "--oplogReplay", "--drop", *arguments, folder, cwd=folder.parent)
        if code:
            return failed(result, code, *words)
        assert result.code == 0, result
        return result
    return call


def ids(db, collection="a"):
    return [d["_id"] for d in db[collection].find(sort=[("_id", 1)])]


def insert(db, second, identity, collection="a", **more):
    return entry(second, "i", f"{db.name}.{collection}", {"_id": identity}, **more)


LIMITS = [("{T}:2", [0, 1]), (f"{T + 5}:0", [0, 1, 2]), (f"{T + 5}", [0, 1, 2]), (f"{T + 5}:", [0, 1, 2]),
          (f"{T + 5}:1", [0, 1, 2]), (f"{T + 5}:2", [0, 1, 2, 3]), (f"{T + 6}:1", [0, 1, 2, 3, 4]), ("0:1", [0])]


@pytest.mark.parametrize("limit, expected", LIMITS)
def test_79_the_limit_is_the_first_time_that_is_left_out(db, replay, limit, expected):
    entries = [insert(db, T, 1), insert(db, T, 2, increment=2), insert(db, T + 5, 3), insert(db, T + 5, 4, increment=2)]
    replay(entries, f"--oplogLimit={limit.format(T=T)}")
    assert ids(db) == expected


@pytest.mark.parametrize("limit", ["123.123", ":", "1:1:1", "cats", ""])
def test_79_a_limit_that_is_no_time_is_refused(db, replay, limit):
    replay([insert(db, T, 1)], f"--oplogLimit={limit}", code=2, words=["oplogLimit"])
    assert not collections(db)


def test_80_an_oplog_may_lie_in_the_dump_in_a_file_or_in_local(server, db, folder, replay, tmp_path):
    in_file = write_oplog(tmp_path / "ops", [insert(db, T, "file")])
    write_oplog(folder / "local" / "oplog.rs.bson", [insert(db, T, "local")])
    restore("--uri", server.uri, "--drop", "--oplogReplay", folder)
    assert ids(db) == [0, "local"]
    restore("--uri", server.uri, "--drop", "--oplogReplay", "--oplogFile", in_file, folder)
    assert ids(db) == [0, "file"]
    replay([insert(db, T, "dump")])
    assert ids(db) == [0, "dump"]
    replay([insert(db, T, "dump")], "--oplogFile", in_file, code=2, words=["oplogFile"])
    assert ids(db) == [0, "dump"], "nothing was touched"


def test_80_an_oplog_that_was_dumped_by_query_is_replayed(server, db, tmp_path):
    db.a.insert_one({"_id": 0})
    dump("--uri", server.uri, "-d", db.name, "-o", tmp_path / "d")
    start = newest(server.client)
    db.a.insert_many([{"_id": i} for i in range(1, 50)])
    query = json_util.dumps({"ts": {"$gt": start}, "ns": f"{db.name}.a"})
    dump("--uri", server.uri, "-d", "local", "-c", "oplog.rs", "-q", query, "-o", tmp_path / "o")
    [file] = (tmp_path / "o" / "local").glob("oplog.rs.bson*")
    db.a.delete_many({})
    restore("--uri", server.uri, "--drop", "--oplogReplay", "--oplogFile", file, tmp_path / "d")
    assert ids(db) == list(range(50))


def create_index(db, second, key, name, **more):
    spec = SON([("createIndexes", "a"), ("v", 2), ("key", SON(key)), ("name", name), *more.items()])
    return command(second, db.name, spec)


def test_81_no_ops_and_index_builds_of_every_sort(db, replay):
    built = {"v": 2, "key": {"c": 1}, "name": "committed"}
    build = {"indexBuildUUID": bson.Binary(uuid.uuid4().bytes, 4), "indexes": [built]}
    replay([entry(T, "n", "", {"msg": "periodic noop"}), command(T, db.name, {"startIndexBuild": "a", **build}),
            command(T, db.name, {"abortIndexBuild": "a", **build}), create_index(db, T, [("x", 1), ("b", -1)], "two"),
            create_index(db, T, [("x", 1), ("b", -1)], "two"), insert(db, T + 1, 1)])
    assert set(indexes(db, "a")) == {"_id_", "f_1", "two"} and ids(db) == [0, 1]
    assert list(indexes(db, "a")["two"]["key"].items()) == [("x", 1), ("b", -1)]
    replay([command(T, db.name, {"commitIndexBuild": "a", **build})])
    assert set(indexes(db, "a")) == {"_id_", "f_1", "committed"}


def test_81_values_that_a_unique_index_would_refuse_for_a_moment(server, db, tmp_path):
    """The dump took a document whose removal and successor the oplog holds."""
    unique = {"v": 2, "key": {"u": 1}, "name": "u_1", "unique": True}
    write_dump(tmp_path / "d", db.name, {"a": [{"_id": 1, "u": 7}, {"_id": 2, "u": 7}]},
               metadata={"a": metadata("a", [unique])})
    write_oplog(tmp_path / "d" / "oplog.bson", [entry(T, "d", f"{db.name}.a", {"_id": 1}),
                                                entry(T, "i", f"{db.name}.a", {"_id": 2, "u": 7}, increment=2)])
    restore("--uri", server.uri, "--oplogReplay", tmp_path / "d")
    assert ids(db) == [2] and indexes(db, "a")["u_1"]["unique"]


MODIFIED = {"expireAfterSeconds": 3600, "hidden": True}


@pytest.mark.parametrize("change", [{"expireAfterSeconds": 3600}, MODIFIED, {"hidden": True}], ids=str)
def test_82_a_changed_index_is_built_as_it_is_in_the_end(db, replay, change):
    changed = command(T, db.name, {"collMod": "a", "index": {"name": "f_1", **change}},
                      o2={"indexOptions_old": {"expireAfterSeconds": 3000}})
    replay([changed])
    found = indexes(db, "a")["f_1"]
    assert {k: found[k] for k in change} == change
    assert found["expireAfterSeconds"] == change.get("expireAfterSeconds", 3000)


def test_82_an_index_that_became_unique_is_unique(server, names, tmp_path):
    name = names("made")
    recording = Recording(server, tmp_path, name)
    made = server.client[name]
    made.a.create_index("u", name="u_1")
    made.a.create_index("w", name="w_1")
    with recording:
        for change in ("prepareUnique", "unique", "forceNonUnique"):
            made.command("collMod", "a", index={"name": "w_1", change: True})
        made.command("collMod", "a", index={"name": "u_1", "prepareUnique": True})
        made.command("collMod", "a", index={"name": "u_1", "unique": True})
        made.command("collMod", "a", validator={"n": {"$gte": 0}}, validationLevel="moderate")
    recording.forget()
    recording.replay()
    recording.assert_as_recorded()
    assert indexes(made, "a")["u_1"]["unique"] and options(made, "a")["validator"]


def test_82_what_is_dropped_or_created_takes_its_indexes_with_it(db, replay):
    replay([command(T, db.name, {"dropIndexes": "a", "index": "f_1"}, o2={"key": {"f": 1}, "name": "f_1"})])
    assert set(indexes(db, "a")) == {"_id_"} and ids(db) == [0]
    replay([command(T, db.name, {"drop": "a"})])
    assert not collections(db)
    replay([command(T, db.name, {"dropDatabase": 1})])
    assert not collections(db)
    replay([command(T, db.name, {"drop": "a"}), command(T, db.name, {"create": "a", "capped": True, "size": 4096}),
            create_index(db, T, [("n", 1)], "new"), insert(db, T + 1, 9)])
    assert set(indexes(db, "a")) == {"_id_", "new"} and options(db, "a")["capped"] and ids(db) == [9]


def test_82_a_rename_before_the_dump_whose_old_name_is_in_use_again_is_refused(server, names, tmp_path):
    """Replayed by names it would mix the two: to be told, never guessed."""
    name = names("made")
    made = server.client[name]
    made.b.insert_many([{"_id": i} for i in range(3)])
    recording = Recording(server, tmp_path, name)
    with recording:
        made.b.insert_one({"_id": "of the first"})
        made.b.rename("a")
        made.b.insert_one({"_id": "of the second"})
        recording.dump()
        made.b.insert_one({"_id": "later"})
    recording.forget()
    failed(run("restore", "--uri", server.uri, "--oplogReplay", "--oplogFile", recording.file, recording.dump_folder),
           11, "renameCollection", f"{name}.b")


def test_83_an_entry_that_is_larger_than_a_document_and_many_small_ones(db, replay):
    identity = bson.ObjectId()
    largest = {"_id": identity, "key": "A" * (16 * 1024 * 1024 - 32)}
    assert len(bson.encode(largest)) == 16 * 1024 * 1024
    small = [insert(db, T + 1, i, increment=i) for i in range(1, 5000)]
    replay([entry(T, "i", f"{db.name}.a", largest), *small])
    assert raw_documents(db.a.database.a, sort=[("key", -1)], limit=1) == [bson.encode(largest)]
    assert db.a.count_documents({}) == 5001


def test_83_a_collection_that_the_oplog_alone_creates_has_its_indexes(server, db, tmp_path):
    """TOOLS-2002: a dump that holds nothing but an oplog."""
    made = {"create": "bar", "idIndex": {"v": 2, "key": {"_id": 1}, "name": "_id_", "ns": f"{db.name}.bar"}}
    index = SON([("createIndexes", "bar"), ("v", 2), ("key", SON([("b", 1.0), ("a", 1.0)])), ("name", "b_a"),
                 ("ns", f"{db.name}.bar")])
    write_oplog(tmp_path / "d" / "oplog.bson", [command(T, db.name, made, ui=bson.Binary(uuid.uuid4().bytes, 4)),
                                                command(T, db.name, index, increment=2)])
    restore("--uri", server.uri, "--oplogReplay", "--drop", tmp_path / "d")
    assert list(indexes(db, "bar")["b_a"]["key"]) == ["b", "a"]


def test_84_fields_of_an_id_keep_their_order(db, replay):
    forms = [SON([("a", 1), ("b", i), ("c", "x"), ("d", 2), ("e", {"y": 1})]) for i in range(50)]
    forms += [SON(reversed(list(f.items()))) for f in forms]
    replay([insert(db, T, f, increment=i + 1) for i, f in enumerate(forms)] +
           [entry(T + 1, "u", f"{db.name}.a", {"$v": 2, "diff": {"i": {"n": i}}}, o2={"_id": f}, increment=i + 1)
            for i, f in enumerate(forms)] +
           [entry(T + 2, "d", f"{db.name}.a", {"_id": f}, increment=i + 1) for i, f in enumerate(forms[50:])])
    expected = [bson.encode(SON([("_id", f), ("n", i)])) for i, f in enumerate(forms[:50])]
    assert sorted(raw_documents(db.a)) == sorted([bson.encode({"_id": 0}), *expected])


IGNORED = ["config.system.sessions", "config.system.indexBuilds", "config.system.preimages", "config.transactions",
           "config.transaction_coordinators", "config.system.sharding_ddl_coordinators", "config.image_collection",
           "config.mongos", "config.cache.any", "__mdb_internal_x.y"]


def test_85_what_a_server_keeps_for_itself_is_left_out(server, db, replay):
    mark = f"written by {db.name}"
    taken = [("system", 1), ("system.js", 2), ("test", 3)]
    replay([*[entry(T, "i", ns, {"_id": mark}) for ns in IGNORED],
            *[command(T, db.name, {"create": c}) for c, _ in taken], *[insert(db, T, i, c) for c, i in taken],
            command(T, db.name, {"dropIdent": "ident", "dropTimestamp": Timestamp(T, 1)}), insert(db, T, 4)])
    assert {c: ids(db, c) for c, _ in taken} == {c: [i] for c, i in taken} and ids(db) == [0, 4]
    assert not [ns for ns in IGNORED if server.client.get_database(ns.split(".")[0])[ns.split(".", 1)[1]]
                .find_one({"_id": mark})]


def test_85_inserts_in_one_entry_and_documents_that_a_validator_would_refuse(db, replay):
    inner = [{"op": "i", "ns": f"{db.name}.a", "o": {"_id": i}} for i in range(1, 700)]
    replay([command(T, db.name, {"collMod": "a", "validator": {"n": 1}}),
            command(T, "admin", {"applyOps": inner}, multiOpType=1), insert(db, T + 1, 700),
            entry(T + 1, "u", f"{db.name}.a", {"$v": 2, "diff": {"u": {"n": "no"}}}, o2={"_id": 3}, increment=2)])
    assert ids(db) == list(range(701)) and db.a.find_one(3) == {"_id": 3, "n": "no"}
    assert options(db, "a")["validator"] == {"n": 1}


@pytest.mark.parametrize("unknown", ["upgradeDowngradeViewlessTimeseries", "importCollection", "fromTheFuture"])
def test_85_a_command_whose_effect_is_not_known_ends_it_and_says_when(db, replay, unknown):
    bad = command(T + 7, db.name, {unknown: "a"})
    replay([insert(db, T, 1), bad, insert(db, T + 9, 2)], code=11, words=[unknown, f"{T}:1"])
    replay([insert(db, T, 1), bad], f"--oplogLimit={T + 7}:1")
    assert ids(db) == [0, 1]


def transaction(number, **more):
    return {"lsid": {"id": bson.Binary(bytes([number]) * 16, 4), "uid": b"u" * 32}, "txnNumber": Int64(number), **more}


FIRST = {"prevOpTime": {"ts": Timestamp(0, 0), "t": Int64(-1)}}


def apply_ops(db, second, identities, session, **more):
    inner = [{"op": "i", "ns": f"{db.name}.a", "o": {"_id": i}} for i in identities]
    first = FIRST if second < T + 10 else {}
    return command(second, "admin", {"applyOps": inner, **more}, **first, **session)


TRANSACTIONS = {
    "small": (lambda db: [apply_ops(db, T, [1, 2], transaction(1))], [1, 2]),
    "large": (lambda db: [apply_ops(db, T, [1], transaction(1), partialTxn=True),
                          apply_ops(db, T + 10, [2], transaction(1), partialTxn=True),
                          apply_ops(db, T + 11, [3], transaction(1), count=Int64(3))], [1, 2, 3]),
    "large, never finished": (lambda db: [apply_ops(db, T, [1], transaction(1), partialTxn=True)], []),
    "large, aborted": (lambda db: [apply_ops(db, T, [1], transaction(1), partialTxn=True),
                                   command(T + 10, "admin", {"abortTransaction": 1}, **transaction(1))], []),
    "prepared and committed": (lambda db: [apply_ops(db, T, [1], transaction(1), prepare=True),
                                           command(T + 10, "admin", {"commitTransaction": 1}, **transaction(1))], [1]),
    "prepared and aborted": (lambda db: [apply_ops(db, T, [1], transaction(1), prepare=True),
                                         command(T + 10, "admin", {"abortTransaction": 1}, **transaction(1))], []),
    "large and prepared": (lambda db: [apply_ops(db, T, [1], transaction(1), partialTxn=True),
                                       apply_ops(db, T + 10, [2], transaction(1), prepare=True, count=Int64(2)),
                                       command(T + 11, "admin", {"commitTransaction": 1}, **transaction(1))], [1, 2]),
    "interleaved": (lambda db: [apply_ops(db, T, [1], transaction(1), partialTxn=True),
                                apply_ops(db, T + 1, [2], transaction(2), prepare=True),
                                apply_ops(db, T + 10, [3], transaction(1), count=Int64(2)),
                                command(T + 11, "admin", {"abortTransaction": 1}, **transaction(2))], [1, 3]),
    "a write of a session that is no transaction": (lambda db: [insert(db, T, 1, stmtId=0, **transaction(1))], [1]),
}


@pytest.mark.parametrize("case", TRANSACTIONS)
def test_86_transactions_are_applied_when_they_commit_and_only_then(db, replay, case):
    entries, expected = TRANSACTIONS[case]
    replay(entries(db))
    assert ids(db) == [0, *expected]
