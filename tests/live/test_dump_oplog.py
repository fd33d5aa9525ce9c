"""haul-dump --oplog: what was written meanwhile is in the dump, or exit 11 as soon as that cannot be."""
import threading
import time

import bson
import pytest
from bson import Timestamp

from support.haul import (RAW, dump, failed, fill, fingerprint, finish, manifest, plain, restore, run, split_bson, start, succeeded)
from support.mongod import Mongod

APP = "haul-oplog-test"
DATABASES = ("shop", "bank")


@pytest.fixture(scope="module")
def source():
    with Mongod() as server:
        yield server


@pytest.fixture(scope="module")
def target():
    with Mongod() as server:
        yield server


@pytest.fixture
def shop(source, target):
    for server in (source, target):
        for name in DATABASES:
            server.client.drop_database(name)
    yield source.client.shop
    source.calm()


def options(server, folder, *more):
    return ["--uri", server.uri_for(appName=APP), "--oplog", "-o", folder, *more]


def oplog_file(folder):
    found = [p for p in folder.iterdir() if p.name.startswith("oplog.bson")]
    assert len(found) == 1, found
    return found[0]


def entries(folder):
    return split_bson(plain(oplog_file(folder)))


def part(folder):
    return manifest(folder)["parts"][-1]


def time_of(text):
    return Timestamp(*map(int, text.split(":")))


def on_the_server(server, folder):
    """What the server's oplog holds from the start to the end that the manifest names."""
    found = server.client.local.get_collection("oplog.rs", codec_options=RAW).find(
        {"ts": {"$gte": time_of(part(folder)["oplogStart"]), "$lte": time_of(part(folder)["oplogEnd"])}})
    return [e.raw for e in found.sort("$natural", 1)]


def await_line(process, words):
    seen = []
    for line in process.stderr:
        seen.append(line)
        if words in line:
            return
    raise AssertionError("".join(seen))


def slow(server, folder, *more):
    """A dump that takes a second or two for what fill_slowly_read made."""
    process = start("dump", *options(server, folder, "--jobs=1", "--maxRate=4MB/s", *more))
    await_line(process, "dumping")
    return process


def fill_slowly_read(shop):
    shop.large.insert_many([{"_id": i, "pad": b"x" * 100_000} for i in range(60)])
    shop.small.insert_many([{"_id": i, "n": 0} for i in range(100)])


def restored_as_in(source, target, folder, *more):
    restore("--uri", target.uri, "--oplogReplay", "--nsInclude=shop.*", "--nsInclude=bank.*", *more, folder)
    for name in DATABASES:
        expected, found = fingerprint(source.client, name), fingerprint(target.client, name)
        assert expected == found, name


def test_an_idle_server_yields_one_entry(source, shop, tmp_path):
    fill(shop)
    dump(*options(source, tmp_path / "d"))
    assert part(tmp_path / "d")["consistency"] == "oplog"
    assert part(tmp_path / "d")["oplogStart"] == part(tmp_path / "d")["oplogEnd"]
    assert entries(tmp_path / "d") == on_the_server(source, tmp_path / "d")
    assert len(entries(tmp_path / "d")) == 1


@pytest.mark.parametrize("compress, name", [("none", "oplog.bson"), ("gzip", "oplog.bson"), ("zstd", "oplog.bson.zst")])
def test_the_file_has_the_name_that_mongodump_gives_it(source, shop, tmp_path, compress, name):
    fill(shop)
    dump(*options(source, tmp_path / "d", f"--compress={compress}"))
    path = oplog_file(tmp_path / "d")
    assert path.name == name
    magic = {"gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}.get(compress, b"")
    assert path.read_bytes().startswith(magic)


@pytest.mark.parametrize("more", [[], ["--snapshot"]])
def test_what_is_written_meanwhile_comes_back(source, target, shop, tmp_path, more):
    fill_slowly_read(shop)
    process = slow(source, tmp_path / "d", *more)
    shop.small.delete_many({"_id": {"$lt": 50}})
    shop.small.update_many({}, {"$set": {"n": 1}})
    shop.large.delete_many({"_id": {"$gte": 50}})
    shop.large.update_one({"_id": 1}, {"$set": {"pad": b"short"}})
    with source.client.start_session() as session, session.start_transaction():
        source.client.bank.accounts.insert_one({"_id": 1}, session=session)
        shop.small.insert_one({"_id": "with it"}, session=session)
    shop.later.insert_many([{"_id": i} for i in range(30)])
    shop.later.create_index("x")
    succeeded(finish(process))
    assert entries(tmp_path / "d") == on_the_server(source, tmp_path / "d")
    restored_as_in(source, target, tmp_path / "d")
    assert part(tmp_path / "d")["consistency"] == ("snapshot" if more else "oplog")


def test_an_archive_ends_with_it(source, target, shop, tmp_path):
    fill_slowly_read(shop)
    archive = tmp_path / "all.archive"
    process = start("dump", "--uri", source.uri, "--oplog", f"--archive={archive}", "--jobs=1", "--maxRate=4MB/s")
    await_line(process, "dumping")
    shop.small.delete_many({"_id": {"$lt": 50}})
    shop.small.insert_one({"_id": "late"})
    succeeded(finish(process))
    assert [p.name for p in tmp_path.iterdir()] == ["all.archive"], "nothing is left of what was kept meanwhile"
    restore("--uri", target.uri, "--oplogReplay", f"--archive={archive}", "--nsInclude=shop.*")
    assert fingerprint(source.client, "shop") == fingerprint(target.client, "shop")


def prepare(client, session):
    return client.admin.command("prepareTransaction", 1, session=session,
                                writeConcern={"w": "majority"})["prepareTimestamp"]


def test_a_transaction_that_is_open_at_the_start_comes_back_whole(source, target, shop, tmp_path):
    """Its first entries are older than the dump; the oplog begins with them."""
    client = source.client
    fill_slowly_read(shop)
    with client.start_session() as session:
        session.start_transaction()
        for i in range(3):
            shop.small.insert_one({"_id": f"prepared {i}", "pad": b"p" * 7_000_000}, session=session)
        prepared_at = prepare(client, session)
        shop.other.insert_one({"_id": "newer than the transaction's begin"})
        process = slow(source, tmp_path / "d")
        client.admin.command({"commitTransaction": 1, "autocommit": False, "commitTimestamp": prepared_at},
                             session=session)
        succeeded(finish(process))
    kept = [bson.decode(e) for e in entries(tmp_path / "d")]
    assert "applyOps" in kept[0]["o"] and kept[0]["ts"] < prepared_at, "its first entry"
    restored_as_in(source, target, tmp_path / "d")


UNSAFE = {
    "renameCollection": lambda shop: shop.small.rename("elsewhere"),
    "renameCollection of $out": lambda shop: shop.small.aggregate([{"$match": {}}, {"$out": "large_too"}]),
    "renameCollection inside applyOps": lambda shop: shop.client.admin.command(
        "applyOps", [{"op": "c", "ns": "shop.$cmd", "o": {"renameCollection": "shop.small", "to": "shop.other"}}]),
    "renameCollection across databases": lambda shop: shop.client.admin.command(
        "renameCollection", "shop.small", to="bank.small"),
    "admin.system.version": lambda shop: shop.client.admin["system.version"].update_one(
        {"_id": "haul"}, {"$set": {"n": 1}}, upsert=True),
    "create": lambda shop: shop.client.config.create_collection("localReshardingOperations.donor"),
}


@pytest.mark.parametrize("what", UNSAFE)
def test_an_entry_that_cannot_be_replayed_ends_the_dump_at_once(source, shop, tmp_path, what):
    shop.large.insert_many([{"_id": i, "pad": b"x" * 100_000} for i in range(200)])
    shop.small.insert_many([{"_id": i} for i in range(100)])
    process = slow(source, tmp_path / "d", "-v")
    UNSAFE[what](shop)
    try:
        result = failed(finish(process), 11, what.split()[0], "the oplog holds, at ", "hint")
        assert "dumped shop.large" not in result.err, "as soon as it was seen"
        assert not (tmp_path / "d" / "manifest.json").exists()
    finally:
        source.client.config.drop_collection("localReshardingOperations.donor")
        source.client.admin["system.version"].delete_one({"_id": "haul"})


def test_a_document_that_looks_like_a_rename_is_none(source, shop, tmp_path):
    fill_slowly_read(shop)
    process = slow(source, tmp_path / "d")
    shop.small.insert_one({"_id": "x", "renameCollection": "shop.a", "importCollection": 1})
    shop.small.insert_one({"renameCollection": "shop.a", "to": "shop.b"})
    succeeded(finish(process))


def test_a_resharding_that_goes_on_is_exit_11_before_anything_is_written(source, shop, tmp_path):
    fill(shop)
    source.client.config.create_collection("reshardingOperations")
    try:
        failed(run("dump", *options(source, tmp_path / "d")), 11, "reshard", "nothing was written")
        dump("--uri", source.uri, "-o", tmp_path / "without")
    finally:
        source.client.config.drop_collection("reshardingOperations")
    assert not (tmp_path / "d").exists()


def write_on(shop, stop):
    n = 0
    while not stop.is_set():
        n += 1
        shop.small.update_one({"_id": n % 100}, {"$inc": {"n": 1}})


@pytest.mark.parametrize("fault", [{"closeConnection": True}, {"errorCode": 43}, {"errorCode": 10107}])
def test_lost_connections_lose_no_entry(source, target, shop, tmp_path, fault):
    fill_slowly_read(shop)
    source.fail(["getMore", "find"], mode={"activationProbability": 0.2}, appName=APP, namespace="local.oplog.rs",
                **fault)
    stop = threading.Event()
    writer = threading.Thread(target=write_on, args=(shop, stop))
    writer.start()
    try:
        process = slow(source, tmp_path / "d")
        result = finish(process)
    finally:
        stop.set()
        writer.join()
    succeeded(result)
    source.calm()
    assert entries(tmp_path / "d") == on_the_server(source, tmp_path / "d")
    assert len(entries(tmp_path / "d")) > 10


def oldest(server):
    return server.client.local["oplog.rs"].find_one(sort=[("$natural", 1)])["ts"]


def newest(server):
    return server.client.local["oplog.rs"].find_one(sort=[("$natural", -1)])["ts"]


def read_by_the_dump(server):
    """How many entries of the oplog the dump that is running was given."""
    cursors = server.client.admin.aggregate(
        [{"$currentOp": {"idleCursors": True}},
         {"$match": {"ns": "local.oplog.rs", "cursor.tailable": True, "cursor.originatingCommand.find": "oplog.rs",
                     "appName": APP}}])
    return max((op["cursor"]["nDocsReturned"] for op in cursors), default=0)


def write_until_overwritten(server, mark, after_each=lambda entries: None):
    """Returns how many entries it took. Nothing is overwritten before the next checkpoint."""
    written = 0
    while oldest(server) <= mark:
        assert written < 2000
        for _ in range(20):
            written += 1
            server.client.shop.other.insert_one({"_id": written, "pad": b"y" * 500_000})
        server.client.shop.other.delete_many({})
        after_each(2 * written)
    return written


def test_an_oplog_that_is_overwritten_before_it_is_read_is_exit_11(tmp_path):
    with Mongod(oplog_mb=16, checkpoint_seconds=1) as server:
        fill_slowly_read(server.client.shop)
        server.fail(["getMore"], mode="alwaysOn", appName=APP, namespace="local.oplog.rs", blockConnection=True,
                    blockTimeMS=3000)
        process = start("dump", *options(server, tmp_path / "d", "--jobs=1", "--maxRate=500KB/s", "-v"))
        await_line(process, "dumping")
        write_until_overwritten(server, newest(server))
        result = failed(finish(process), 11, "oplog", "overwritten", "replSetResizeOplog")
        assert "dumped shop.large" not in result.err, "as soon as it was seen"


def test_a_small_oplog_may_be_overwritten_once_it_was_read(tmp_path):
    """mongodump copies it at the end and fails here."""
    with Mongod(oplog_mb=16, checkpoint_seconds=1) as server:
        def await_tail(entries):
            deadline = time.monotonic() + 60
            while read_by_the_dump(server) < entries:
                assert process.poll() is None and time.monotonic() < deadline

        fill_slowly_read(server.client.shop)
        server.fail(["find"], mode="alwaysOn", appName=APP, namespace="shop.large", closeConnection=True)
        process = start("dump", *options(server, tmp_path / "d", "--jobs=1"))
        await_line(process, "dumping")
        written = write_until_overwritten(server, newest(server), await_tail)
        server.calm()
        succeeded(finish(process))
        found = entries(tmp_path / "d")
        assert sum(b"shop.other" in e for e in found) >= written, "all that was written meanwhile"
        assert len(on_the_server(server, tmp_path / "d")) < len(found), "which the server holds no more"


def test_a_standalone_is_exit_12_before_anything_is_touched(tmp_path):
    with Mongod(members=0) as server:
        server.client.shop.small.insert_one({"_id": 1})
        failed(run("dump", "--uri", server.uri, "--oplog", "-o", tmp_path / "d"), 12, "--oplog", "stands alone")
    assert not (tmp_path / "d").exists()


def test_the_role_backup_is_enough(tmp_path):
    with Mongod(auth=True) as server:
        fill(server.client.shop)
        server.client.admin.command("createUser", "keeper", pwd="keeper", roles=["backup"])
        dump("--uri", server.uri_for("", "keeper", "keeper"), "--oplog", "--snapshot", "-o", tmp_path / "d")
        assert entries(tmp_path / "d")
