"""Indexes: all of a collection at once, one bad one costs only itself, --indexesOnly finishes later."""
import json

import pytest

from support.haul import dump, failed, fill, fingerprint, restore, run, write_dump
from support.mongod import Mongod


def spec(key, name, **options):
    return {"v": 2, "key": key, "name": name, **options}


def metadata(*indexes):
    return json.dumps({"indexes": [spec({"_id": 1}, "_id_"), *indexes], "collectionName": "t"})


def commands(server, db):
    """createIndexes commands on a database, oldest first, as the profiler saw them."""
    return [e["command"] for e in db["system.profile"].find({"command.createIndexes": {"$exists": True}}).sort("ts", 1)]


def test_all_indexes_of_a_collection_are_built_by_one_command(server, dst, tmp_path):
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": i, "a": i} for i in range(9)]},
               metadata={"t": metadata(*[spec({f"f{i}": 1}, f"f{i}") for i in range(12)])})
    dst.command("profile", 2)
    restore("--uri", server.uri, tmp_path / "d")
    dst.command("profile", 0)
    assert [len(c["indexes"]) for c in commands(server, dst)] == [12]
    assert len(dst.t.index_information()) == 13


def test_an_index_that_cannot_be_built_costs_only_itself_and_one_more_command(server, dst, tmp_path):
    """mongorestore leaves out all of the collection, and by chance those of others."""
    rows = [{"_id": i, "a": i % 2, "b": i, "c": [1, 2], "d": [3, 4]} for i in range(9)]
    indexes = [spec({"b": 1}, "good1"), spec({"a": 1}, "twice", unique=True), spec({"c": 1, "d": 1}, "parallel"),
               spec({"b": -1}, "good2"), spec({"x": 1}, "odd", unknownOption=1), spec({"y": "nonsense"}, "nonsense")]
    write_dump(tmp_path / "d", dst.name, {"t": rows, "other": rows},
               metadata={"t": metadata(*indexes), "other": metadata(spec({"b": 1}, "good1"))})
    dst.command("profile", 2)
    result = failed(run("restore", "--uri", server.uri, tmp_path / "d"), 3, "twice", "parallel", "nonsense", "odd")
    dst.command("profile", 0)
    assert sorted(dst.t.index_information()) == ["_id_", "good1", "good2", "odd"]
    assert "good1" in dst.other.index_information() and "good1 of" not in result.err
    assert dst.t.count_documents({}) == 9


def test_the_others_are_built_together_without_a_bad_one(server, dst, tmp_path):
    indexes = [spec({f"f{i}": 1}, f"f{i}") for i in range(9)] + [spec({"a": 1}, "twice", unique=True)]
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": i, "a": 1} for i in range(9)]},
               metadata={"t": metadata(*indexes)})
    dst.command("profile", 2)
    failed(run("restore", "--uri", server.uri, tmp_path / "d"), 3, "twice")
    dst.command("profile", 0)
    assert [len(c["indexes"]) for c in commands(server, dst)] == [10, 9]


def test_stop_on_error_ends_at_the_first_bad_index(server, dst, tmp_path):
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": i, "a": 1} for i in range(9)]},
               metadata={"t": metadata(spec({"a": 1}, "twice", unique=True))})
    failed(run("restore", "--uri", server.uri, "--stopOnError", tmp_path / "d"), 3, "stopped at the index twice")


@pytest.fixture
def dumped(server, src, tmp_path):
    fill(src, 50, "users").create_index("text", name="text", sparse=True)
    fill(src, 50, "orders")
    src.command("create", "view", viewOn="users", pipeline=[])
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    return tmp_path / "d" / src.name


def test_indexes_only_builds_what_is_missing_and_touches_no_document(server, src, dst, dumped):
    restore("--uri", server.uri_of(dst.name), "--noIndexRestore", dumped)
    dst.users.delete_many({"_id": {"$gt": 5}})
    dst.users.create_index("text", name="text", sparse=True)
    dst.view.drop()
    before = fingerprint(server.client, dst.name)
    out = restore("--uri", server.uri_of(dst.name), "--indexesOnly", "--dryRun", dumped).out
    assert f"{dst.name}.users: 1 indexes" in out and fingerprint(server.client, dst.name) == before
    result = restore("--uri", server.uri_of(dst.name), "--indexesOnly", dumped)
    assert "built 2 indexes" in result.err and "1 are there already" in result.err
    for name in ("users", "orders"):
        assert dst[name].index_information() == src[name].index_information()
    assert dst.users.count_documents({}) == 6 and "view" not in dst.list_collection_names()
    assert "built 0 indexes" in restore("--uri", server.uri_of(dst.name), "--indexesOnly", dumped).err


def test_indexes_only_takes_the_selection_and_lists_collections_that_are_missing(server, src, dst, dumped):
    fill(dst, 5, "orders").drop_indexes()
    result = failed(run("restore", "--uri", server.uri_of(dst.name), "--indexesOnly", dumped), 3,
                    f"{dst.name}.users does not exist", "built 1 indexes")
    assert dst.list_collection_names() == ["orders"], result
    dst.orders.drop_indexes()
    restore("--uri", server.uri_of(dst.name), "--indexesOnly", "--nsInclude", "*.orders", dumped)
    assert "by_n" in dst.orders.index_information()


def test_indexes_only_lists_one_that_conflicts_with_what_is_there(server, dst, dumped):
    for name in ("users", "orders"):
        fill(dst, 5, name).drop_indexes()
    dst.users.create_index("other", name="by_n")
    failed(run("restore", "--uri", server.uri_of(dst.name), "--indexesOnly", dumped), 3, f"by_n of {dst.name}.users")
    assert "text" in dst.users.index_information() and "by_n" in dst.orders.index_information()


@pytest.mark.parametrize("option", ["--drop", "--dropFirst", "--noIndexRestore", "--oplogReplay"])
def test_indexes_only_excludes_what_would_touch_more(server, dst, dumped, option):
    failed(run("restore", "--uri", server.uri_of(dst.name), "--indexesOnly", option, dumped), 2, option)


def test_the_progress_says_since_when_indexes_are_being_built(tmp_path):
    with Mongod() as server:
        db = server.client.shop
        fill(db, 20, "users")
        dump("--uri", server.uri_of("shop"), "-o", tmp_path / "d")
        server.client.drop_database("shop")
        server.client.admin.command("configureFailPoint", "failCommand", mode={"times": 1},
                                    data={"failCommands": ["createIndexes"], "blockConnection": True, "blockTimeMS": 7000})
        result = restore("--uri", server.uri_of("shop"), tmp_path / "d" / "shop")
        assert "building 1 index of shop.users for 4" in result.err or "building 1 index of shop.users for 5" in result.err, result


def test_indexes_begin_when_their_collection_is_in_while_others_are_loaded(server, src, dst, tmp_path):
    fill(src, 20, "small")
    src["large"].insert_many([{"_id": i, "pad": "x" * 1000} for i in range(9000)])
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    restore("--uri", server.uri_of(dst.name), "--maxRate", "4MB/s", tmp_path / "d" / src.name)
    order = [(e["op"], e["o"]) for e in server.client.local["oplog.rs"]
             .find({"ns": {"$in": [f"{dst.name}.$cmd", f"{dst.name}.large"]}}).sort("$natural", 1)]
    built = next(i for i, (op, o) in enumerate(order) if op == "c" and o.get("commitIndexBuild") == "small")
    assert built < max(i for i, (op, _) in enumerate(order) if op == "i"), "large was still being loaded"


def test_indexes_of_several_collections_are_built_side_by_side(server, src, dst, tmp_path):
    for i in range(4):
        fill(src, 20, f"c{i}")
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    server.fail(["createIndexes"], mode={"times": 4}, blockConnection=True, blockTimeMS=2000)
    result = restore("--uri", server.uri_of(dst.name), "--jobs", "4", tmp_path / "d" / src.name)
    assert 2 <= result.seconds < 6, "one after another takes 8 s"
    assert all("by_n" in dst[f"c{i}"].index_information() for i in range(4))
