"""haul-dump --snapshot: every collection as it was at one cluster time, or exit 11."""
import random
import threading

import bson
import pytest
from bson import SON, Timestamp

from support.haul import (RAW, assert_same, data_file, digest, dump, failed, fill, fill_all_kinds, finish, manifest,
                          plain, raw_documents, restore, run, split_bson, start, succeeded)
from support.mongod import Mongod

APP = "haul-snapshot-test"


@pytest.fixture(scope="module")
def replica_set():
    with Mongod() as server:
        yield server


@pytest.fixture
def db(replica_set, request):
    name = "snap"
    replica_set.client.drop_database(name)
    yield replica_set.client[name]
    replica_set.calm()


def options(server, folder, *more):
    return ["--uri", server.uri_for("snap", appName=APP), "--snapshot", "-o", folder, *more]


def snapshot_time(folder):
    seconds, increment = manifest(folder)["parts"][-1]["snapshotTime"].split(":")
    return Timestamp(int(seconds), int(increment))


def dumped(folder, name, database="snap"):
    return split_bson(plain(data_file(folder, database, name)))


def await_line(process, words):
    """Reads stderr up to the line with `words`."""
    seen = []
    for line in process.stderr:
        seen.append(line)
        if words in line:
            return
    raise AssertionError("".join(seen))


def fill_slowly_read(db):
    """A large collection that a dump at 4 MB/s has not read when the small one is changed."""
    db.large.insert_many([{"_id": i, "pad": b"x" * 100_000} for i in range(60)])
    db.small.insert_many([{"_id": i, "n": 0} for i in range(100)])


def change_everything(db):
    db.small.delete_many({"_id": {"$lt": 50}})
    db.small.update_many({}, {"$set": {"n": 1}})
    db.small.insert_one({"_id": "late"})
    db.large.delete_many({"_id": {"$gte": 50}})


@pytest.mark.parametrize("jobs", [1, 4])
def test_what_is_written_after_the_time_is_not_seen(replica_set, db, tmp_path, jobs):
    fill_slowly_read(db)
    expected = {name: digest(raw_documents(db[name])) for name in ("large", "small")}
    process = start("dump", *options(replica_set, tmp_path / "d", "--jobs", jobs, "--maxRate=4MB/s"))
    await_line(process, "reading at cluster time")
    change_everything(db)
    succeeded(finish(process))
    for name, before in expected.items():
        assert digest(dumped(tmp_path / "d", name)) == before, name


def test_without_it_the_same_writes_are_seen(replica_set, db, tmp_path):
    """What the test above would find in a dump that is no snapshot."""
    fill_slowly_read(db)
    process = start("dump", "--uri", replica_set.uri_of("snap"), "-o", tmp_path / "d", "--jobs=1", "--maxRate=4MB/s")
    await_line(process, "dumping")
    change_everything(db)
    succeeded(finish(process))
    assert b"late" in plain(data_file(tmp_path / "d", "snap", "small"))
    assert manifest(tmp_path / "d")["parts"][0]["consistency"] == "none"


def test_every_kind_of_collection_is_read_and_restored(replica_set, db, tmp_path):
    fill_all_kinds(db)
    result = dump(*options(replica_set, tmp_path / "d"))
    part = manifest(tmp_path / "d")["parts"][0]
    assert part["consistency"] == "snapshot"
    assert part["readAlone"] == ["snap.capped"], "capped collections have no history"
    assert "snap.capped" in result.err and "not part of the snapshot" in result.err
    replica_set.client.drop_database("again")
    restore("--uri", replica_set.uri_of("again"), tmp_path / "d" / "snap")
    assert_same(replica_set.client, "snap", "again")


def test_views_are_dumped_as_the_documents_of_that_time(replica_set, db, tmp_path):
    db.items.insert_many([{"_id": i, "pad": b"x" * 100_000} for i in range(60)])
    db.command("create", "big", viewOn="items", pipeline=[{"$set": {"seen": True}}])
    db.command("create", "odd", viewOn="items", pipeline=[{"$match": {"_id": {"$mod": [2, 1]}}},
                                                         {"$unset": "pad"}])
    process = start("dump", *options(replica_set, tmp_path / "d", "--viewsAsCollections", "--jobs=1",
                                     "--maxRate=4MB/s"))
    await_line(process, "reading at cluster time")
    db.items.delete_many({"_id": {"$gt": 10}})
    succeeded(finish(process))
    assert len(dumped(tmp_path / "d", "odd")) == 30
    assert len(dumped(tmp_path / "d", "big")) == 60


def test_a_view_that_became_another_is_exit_11(replica_set, db, tmp_path):
    db.items.insert_many([{"_id": i, "pad": b"x" * 100_000} for i in range(80)])
    db.command("create", "some", viewOn="items", pipeline=[{"$match": {"_id": {"$gte": 0}}}])
    process = start("dump", *options(replica_set, tmp_path / "d", "--viewsAsCollections", "--maxRate=4MB/s"))
    await_line(process, "reading at cluster time")
    db.command("collMod", "some", viewOn="items", pipeline=[{"$match": {"_id": {"$lt": 0}}}])
    failed(finish(process), 11, "snap.some")


def test_a_query_selects_of_the_documents_of_that_time(replica_set, db, tmp_path):
    fill_slowly_read(db)
    process = start("dump", *options(replica_set, tmp_path / "d", "-c", "large", "--jobs=1", "--maxRate=4MB/s",
                                     "-q", '{"_id":{"$gte":30}}'))
    await_line(process, "reading at cluster time")
    change_everything(db)
    succeeded(finish(process))
    assert len(dumped(tmp_path / "d", "large")) == 30


def test_users_and_roles_of_a_database_are_those_of_that_time(replica_set, db, tmp_path):
    fill_slowly_read(db)
    db.command("createUser", "early", pwd="x", roles=[])
    try:
        process = start("dump", *options(replica_set, tmp_path / "d", "--dumpDbUsersAndRoles", "--jobs=1",
                                         "--maxRate=4MB/s"))
        await_line(process, "reading at cluster time")
        db.command("createUser", "late", pwd="x", roles=[])
        succeeded(finish(process))
        users = dumped(tmp_path / "d", "$admin.system.users")
        assert [bson.decode(u)["user"] for u in users] == ["early"]
    finally:
        db.command("dropAllUsersFromDatabase")


def churn(db, names, stop):
    """Inserts, grows and deletes documents of the collections until told to stop."""
    rng, n = random.Random(11), 1_000_000
    while not stop.is_set():
        for name in names:
            n += 1
            db[name].insert_one({"_id": n, "pad": b"n" * rng.randrange(3000)})
            db[name].delete_one({"_id": rng.randrange(12_000)})
            db[name].update_one({"_id": rng.randrange(12_000)}, {"$set": {"pad": b"g" * rng.randrange(5000)}})


@pytest.mark.parametrize("fault", ["none", "connection lost", "cursor lost", "cursor killed"])
def test_partitions_and_continued_reads_are_all_of_that_time(replica_set, db, tmp_path, fault):
    db.command("create", "clustered", clusteredIndex={"key": {"_id": 1}, "unique": True})
    names = ["plain", "clustered"]
    for name in names:
        for at in range(0, 12_000, 3000):
            db[name].insert_many([{"_id": i, "pad": b"x" * 3000} for i in range(at, at + 3000)])
    stop = threading.Event()
    writer = threading.Thread(target=churn, args=(db, names, stop))
    writer.start()
    try:
        data = {"connection lost": {"closeConnection": True}, "cursor lost": {"errorCode": 43},
                "cursor killed": {"errorCode": 237}}.get(fault)
        if data:
            replica_set.fail(["getMore", "find"], mode={"activationProbability": 0.05}, appName=APP, **data)
        dump(*options(replica_set, tmp_path / "d", "--jobs=4", "--noSync"))
    finally:
        stop.set()
        writer.join()
    replica_set.calm()
    time = snapshot_time(tmp_path / "d")
    for name in names:
        found = dumped(tmp_path / "d", name)
        assert len(found) == len(set(found))
        assert digest(found) == digest(read_all_at(db, name, time)), name


def read_all_at(db, name, time):
    """Every document at that time, in several replies."""
    found, last = [], None
    while True:
        query = {} if last is None else {"_id": {"$gt": last}}
        reply = db.command(SON([("find", name), ("filter", query), ("sort", {"_id": 1}), ("limit", 3000),
                                ("singleBatch", True), ("batchSize", 3000),
                                ("readConcern", {"level": "snapshot", "atClusterTime": time})]),
                           codec_options=RAW)
        batch = reply["cursor"]["firstBatch"]
        if not batch:
            return found
        found += [d.raw for d in batch]
        last = batch[-1]["_id"]


CHANGES = {
    "dropped": lambda db: db.small.drop(),
    "renamed": lambda db: db.small.rename("elsewhere"),
    "made again": lambda db: (db.small.drop(), db.small.insert_one({"_id": 1})),
    "renamed away and back": lambda db: (db.small.rename("elsewhere"), db.elsewhere.rename("small")),
    "the large one dropped": lambda db: db.large.drop(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_collection_that_changed_hands_is_exit_11(replica_set, db, tmp_path, change):
    fill_slowly_read(db)
    process = start("dump", *options(replica_set, tmp_path / "d", "--jobs=1", "--maxRate=4MB/s"))
    await_line(process, "reading at cluster time")
    CHANGES[change](db)
    failed(finish(process), 11, "snap.large" if "large" in change else "snap.small", "hint")
    assert not (tmp_path / "d" / "manifest.json").exists()


def test_a_collection_that_is_dropped_after_it_was_read_is_exit_11(replica_set, db, tmp_path):
    fill_slowly_read(db)
    db.first.insert_many([{"_id": i, "pad": b"x" * 100_000} for i in range(90)])
    process = start("dump", *options(replica_set, tmp_path / "d", "--jobs=1", "--maxRate=8MB/s", "-v"))
    await_line(process, "dumped snap.first")
    db.first.drop()
    failed(finish(process), 11, "snap.first")


def test_what_appears_later_is_no_error(replica_set, db, tmp_path):
    fill_slowly_read(db)
    process = start("dump", *options(replica_set, tmp_path / "d", "--jobs=1", "--maxRate=4MB/s"))
    await_line(process, "reading at cluster time")
    db.later.insert_one({"_id": 1})
    db.small.create_index("n")
    db.command("collMod", "small", validator={"n": {"$gte": 0}})
    db.command("create", "a_view", viewOn="small", pipeline=[])
    succeeded(finish(process))
    names = {f["collection"] for f in manifest(tmp_path / "d")["parts"][0]["files"] if f["role"] == "data"}
    assert names == {"large", "small"}
    assert '"n_1"' not in (tmp_path / "d" / "snap" / "small.metadata.json").read_text()


def test_a_history_that_is_too_short_is_exit_11_and_says_how_to_make_it_longer(replica_set, db, tmp_path):
    fill_slowly_read(db)
    replica_set.client.admin.command("setParameter", 1, minSnapshotHistoryWindowInSeconds=0)
    try:
        process = start("dump", *options(replica_set, tmp_path / "d", "--jobs=1", "--maxRate=1MB/s"))
        await_line(process, "reading at cluster time")
        stop = threading.Event()
        writer = threading.Thread(target=churn, args=(db, ["other"], stop))
        writer.start()
        result = finish(process)
        stop.set()
        writer.join()
    finally:
        replica_set.client.admin.command("setParameter", 1, minSnapshotHistoryWindowInSeconds=300)
    failed(result, 11, "setParameter", "minSnapshotHistoryWindowInSeconds", "history")


def test_a_user_who_may_only_read_gets_a_snapshot_too(tmp_path):
    """Only the roles backup and root may name a collection by its UUID."""
    with Mongod(auth=True) as server:
        db = server.client.snap
        fill_slowly_read(db)
        db.command("createUser", "reader", pwd="reader", roles=["read"])
        uri = server.uri_for("snap", "reader", "reader", authSource="snap")
        dump("--uri", uri, "--snapshot", "-o", tmp_path / "whole")
        assert len(dumped(tmp_path / "whole", "small")) == 100
        for change in ("dropped", "renamed", "renamed away and back", "made again"):
            process = start("dump", "--uri", uri, "--snapshot", "-o", tmp_path / change, "--jobs=1",
                            "--maxRate=8MB/s")
            await_line(process, "reading at cluster time")
            CHANGES[change](db)
            failed(finish(process), 11, "snap.small")
            db.elsewhere.drop()
            db.small.drop()
            db.small.insert_one({"_id": 1})


def test_a_catalogue_that_never_rests_is_exit_11(replica_set, db, tmp_path):
    fill(db)
    stop = threading.Event()

    def build_and_drop():
        n = 0
        while not stop.is_set():
            n += 1
            db["items"].create_index(f"field{n}")
            if n > 1:
                db["items"].drop_index(f"field{n - 1}_1")

    # So slow that another index was made before the next reading.
    replica_set.fail(["listIndexes"], mode="alwaysOn", appName=APP, blockConnection=True, blockTimeMS=100)
    writer = threading.Thread(target=build_and_drop)
    writer.start()
    try:
        result = run("dump", *options(replica_set, tmp_path / "d"))
    finally:
        stop.set()
        writer.join()
    failed(result, 11, "--snapshot", "nothing was written")
    assert not (tmp_path / "d").exists()


def test_a_standalone_is_exit_12_before_anything_is_touched(tmp_path):
    with Mongod(members=0) as server:
        server.client.snap.small.insert_one({"_id": 1})
        failed(run("dump", "--uri", server.uri_of("snap"), "--snapshot", "-o", tmp_path / "d"), 12, "--snapshot",
               "stands alone", "nothing was written")
    assert not (tmp_path / "d").exists()
