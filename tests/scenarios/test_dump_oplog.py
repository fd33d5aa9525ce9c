"""Scenarios 28 to 32: what is written while a dump with --oplog runs, and what cannot be taken along."""
import bson
import pymongo
import pytest

from support.haul import (dump, failed, fill, finish, fingerprint, plain, restore, run, split_bson, start, succeeded,
                          tree)
from support.mongod import Mongod


@pytest.fixture(scope="module")
def member():
    with Mongod() as started:
        yield started


@pytest.fixture
def shop(member):
    member.client.drop_database("shop")
    member.client.drop_database("depot")
    db = member.client.shop
    db.large.insert_many([{"_id": i, "pad": b"x" * 100_000} for i in range(50)])
    db.items.insert_many([{"_id": i, "n": i % 7} for i in range(100)])
    yield db
    member.calm()


def dump_while(member, folder, work, *options):
    """Runs a dump that takes a second, and `work` in the midst of it."""
    process = start("dump", "--uri", member.uri, "--oplog", "--jobs=1", "--maxRate=4MB/s", "-o", folder, *options)
    while not list(folder.glob("shop/large.bson*")):
        assert process.poll() is None, finish(process)
    work()
    return finish(process)


def comes_back(member, folder, *options):
    """The databases as they are now are what the dump and its oplog restore to."""
    before = {name: fingerprint(member.client, name) for name in ("shop", "depot")}
    for name in before:
        member.client.drop_database(name)
    restore("--uri", member.uri, "--oplogReplay", "--nsInclude=shop.*", "--nsInclude=depot.*", *options, folder)
    for name, expected in before.items():
        assert fingerprint(member.client, name) == expected, name


@pytest.mark.parametrize("option", ["--gzip", "--compress=none"])
def test_28_the_oplog_holds_what_was_written_during_the_dump(member, shop, tmp_path, option):
    def work():
        shop.items.delete_many({"n": 3})
        shop.items.update_many({"n": 4}, {"$set": {"n": 40}})
        shop.client.depot.later.insert_many([{"_id": i} for i in range(20)])

    succeeded(dump_while(member, tmp_path / "d", work, option))
    entries = [bson.decode(e) for e in split_bson(inflated(tmp_path / "d" / "oplog.bson", option))]
    assert {"shop.items", "depot.later"} <= {e["ns"] for e in entries}
    assert [e["ts"] for e in entries] == sorted(e["ts"] for e in entries)
    comes_back(member, tmp_path / "d")


def inflated(path, option):
    """With --gzip the content is packed and the name says nothing of it, as mongodump has it."""
    if option != "--gzip":
        return path.read_bytes()
    packed = path.with_name("oplog.bson.gz")
    packed.write_bytes(path.read_bytes())
    data = plain(packed)
    packed.unlink()
    return data


def test_28_a_standalone_server_has_none_and_says_so_at_once(as_mongo, tmp_path):
    with Mongod(members=0) as alone:
        fill(alone.client.shop)
        failed(run("dump", "--uri", alone.uri, "--oplog", "-o", tmp_path / "d"), 12, "--oplog")
        assert as_mongo("mongodump", "--uri", alone.uri, "--oplog").code == 1
    assert not (tmp_path / "d").exists() and not (tmp_path / "dump").exists()


@pytest.mark.parametrize("options", [["-d", "shop"], ["-d", "shop", "-c", "items"], ["--nsInclude=shop.*"],
                                     ["-d", "shop", "--dumpDbUsersAndRoles"]])
def test_28_the_oplog_belongs_to_full_dumps(member, shop, tmp_path, options):
    failed(run("dump", "--uri", member.uri, "--oplog", *options, "-o", tmp_path / "d"), 2, "--oplog")
    assert not tree(tmp_path)


UNSAFE = {
    "renameCollection": lambda client: client.shop.items.rename("goods"),
    "admin.system.version": lambda client: client.admin["system.version"].replace_one({"_id": "s"}, {"x": 1}, upsert=True),
}


@pytest.mark.parametrize("what", UNSAFE)
def test_29_what_cannot_be_replayed_fails_the_dump(member, shop, tmp_path, what):
    result = dump_while(member, tmp_path / "d", lambda: UNSAFE[what](member.client))
    member.client.admin["system.version"].delete_one({"_id": "s"})
    failed(result, 11, what, "shop.items" if "rename" in what else "system.version")
    assert not (tmp_path / "d" / "manifest.json").exists()


def test_29_a_rename_within_apply_ops_fails_the_dump_too(member, shop, tmp_path):
    """mongodump looks at the entries themselves only, and its dump restores to something that never was."""
    operation = {"op": "c", "ns": "shop.$cmd", "o": {"renameCollection": "shop.items", "to": "shop.goods"}}
    result = dump_while(member, tmp_path / "d", lambda: member.client.admin.command("applyOps", [operation]))
    failed(result, 11, "renameCollection", "shop.items")


RESHARDING = ["reshardingOperations", "localReshardingOperations.donor", "localReshardingOperations.recipient"]


@pytest.mark.parametrize("collection", RESHARDING)
@pytest.mark.parametrize("when", ["before", "during"])
def test_30_a_resharding_fails_a_dump_with_the_oplog_and_no_other(member, shop, tmp_path, collection, when):
    config = member.client.config

    def begin():
        config.create_collection(collection)

    try:
        if when == "before":
            begin()
            result = run("dump", "--uri", member.uri, "--oplog", "-o", tmp_path / "d")
            dump("--uri", member.uri, "-o", tmp_path / "without")
        else:
            result = dump_while(member, tmp_path / "d", begin)
        failed(result, 11, collection if when == "during" else "reshard")
    finally:
        config.drop_collection(collection)
    assert not (tmp_path / "d" / "manifest.json").exists()


def test_31_an_oplog_that_rolls_over_is_an_error(member, shop, tmp_path):
    """What the server answers where the position to go on from is gone."""
    def work():
        member.fail(["find", "getMore"], mode="alwaysOn", errorCode=136, namespace="local.oplog.rs")

    result = dump_while(member, tmp_path / "d", work)
    member.calm()
    failed(result, 11, "oplog")
    assert not (tmp_path / "d" / "manifest.json").exists()


def test_32_every_sort_of_write_is_captured_and_replayed(member, shop, tmp_path):
    shop.command("create", "strict", validator={"n": {"$gte": 0}})
    shop.items.create_index("m", name="ttl", expireAfterSeconds=100_000)
    shop.items.create_index("u", name="to be unique", sparse=True)
    for name in ("one", "two"):
        shop.command("create", name)

    def work():
        with member.client.start_session() as session, session.start_transaction():
            shop.one.insert_many([{"_id": i} for i in range(300)], session=session)
            shop.two.update_one({"_id": 1}, {"$set": {"n": 1}}, upsert=True, session=session)
        shop.command("collMod", "items", index={"name": "ttl", "expireAfterSeconds": 777})
        shop.command("collMod", "items", index={"name": "to be unique", "prepareUnique": True})
        shop.command("collMod", "items", index={"name": "to be unique", "unique": True})
        shop.strict.insert_many([{"_id": i, "n": -i} for i in range(1, 9)],
                                               bypass_document_validation=True)

    succeeded(dump_while(member, tmp_path / "d", work))
    comes_back(member, tmp_path / "d", "--bypassDocumentValidation")
    indexes = shop.items.index_information()
    assert indexes["ttl"]["expireAfterSeconds"] == 777 and indexes["to be unique"]["unique"] is True
    with pytest.raises(pymongo.errors.WriteError):
        shop.strict.insert_one({"_id": 0, "n": -1})
