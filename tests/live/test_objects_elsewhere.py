"""Kinds of objects under --drop, under new names and with names of every kind, from folders and from archives."""
import datetime
import json

import bson
import pytest

from support.haul import (assert_same, dump, failed, fill, fingerprint, insert_raw, raw_documents, restore, run, write_dump)


@pytest.fixture(params=["folder", "archive"])
def move(request, server, tmp_path):
    """Dumps a database and restores it with the options; its own name stays unless they say otherwise."""
    def run_both(source, *options):
        path = tmp_path / f"{request.param}{len(list(tmp_path.iterdir()))}"
        dump("--uri", server.uri_of(source), *(["--out", path] if request.param == "folder" else [f"--archive={path}"]))
        return restore("--uri", server.uri, *options,
                       *([path] if request.param == "folder" else [f"--archive={path}"]))
    return run_both


def renamed(src, dst, name="*", to="*"):
    return ["--nsFrom", f"{src.name}.{name}", "--nsTo", f"{dst.name}.{to}"]


# -- system.js ---------------------------------------------------------------------------------------

def test_drop_makes_system_js_what_the_dump_holds(server, src, dst, move):
    """mongorestore answers with duplicate keys and leaves what was there."""
    fill(src, 3)
    src["system.js"].insert_many([{"_id": "f", "value": bson.Code("function() { return 1; }")}, {"_id": "g", "value": 2}])
    dst["system.js"].insert_many([{"_id": "f", "value": 7}, {"_id": "old", "value": 8}])
    result = move(src.name, "--drop", *renamed(src, dst))
    assert raw_documents(dst["system.js"]) == raw_documents(src["system.js"])
    assert f"{dst.name}.system.js: dropped first" in result.err


# -- time-series -------------------------------------------------------------------------------------

def make_series(db, name, values=(1, 2, 3)):
    db.command("create", name, timeseries={"timeField": "t", "metaField": "m", "granularity": "hours"}, expireAfterSeconds=10**8)
    start = datetime.datetime(2024, 1, 1)
    db[name].insert_many([{"t": start + datetime.timedelta(minutes=i), "m": i % 2, "v": v} for i, v in enumerate(values)])
    db[name].create_index([("m", 1), ("t", -1)], name="by_meta")


def series_of(db, name):
    kind = next(c for c in db.list_collections() if c["name"] == name)
    return (kind["type"], kind["options"], sorted(db[name].index_information()),
            list(db[name].find({}, {"_id": 0}).sort("t", 1)))


@pytest.mark.parametrize("name", ["a_before", "system_like", "ts", "zz.after", "T s+%25/"])
def test_a_time_series_is_renamed_by_its_logical_name_whatever_order_the_names_have(server, src, dst, move, name):
    """mongorestore ignores the rename where the name sorts behind "system.", and in archives always."""
    make_series(src, name)
    move(src.name, *renamed(src, dst), *renamed(src, dst, name, "moved"))
    assert series_of(dst, "moved") == series_of(src, name)
    assert sorted(dst.list_collection_names()) == ["moved", "system.buckets.moved", "system.views"]


def test_drop_replaces_a_time_series_by_a_collection_and_the_other_way(server, src, dst, move):
    make_series(src, "one")
    fill(src, 5, "two")
    fill(dst, 9, "one")
    make_series(dst, "two")
    move(src.name, "--drop", *renamed(src, dst))
    assert series_of(dst, "one") == series_of(src, "one")
    assert dst.two.count_documents({}) == 5 and "system.buckets.two" not in dst.list_collection_names()


def test_buckets_of_mixed_types_survive_a_drop_under_another_name(server, src, dst, move):
    """The server refuses such buckets with 408 until the collection allows them."""
    make_series(src, "ts", [1, "text", None, {"a": 1}, [1], 2.5] * 50)
    make_series(dst, "other")
    move(src.name, "--drop", *renamed(src, dst), *renamed(src, dst, "ts", "other"))
    assert series_of(dst, "other")[3] == series_of(src, "ts")[3]


@pytest.fixture
def short(server):
    """Two databases with names that leave room for long names of collections."""
    for name in ("lo", "ln"):
        server.client.drop_database(name)
    yield server.client.lo, server.client.ln
    for name in ("lo", "ln"):
        server.client.drop_database(name)


def test_a_time_series_with_a_long_name_comes_back(server, short, move):
    """mongorestore looks for metadata under a name that does not exist."""
    source, target = short
    name = "t" * 230
    make_series(source, name)
    move("lo", *renamed(source, target))
    assert series_of(target, name) == series_of(source, name)


@pytest.mark.parametrize("tail", ["+plus +", "%25 per%cent", "ü/+%", "%24a", "tab\t\x01"])
def test_long_names_of_any_characters_come_back(server, short, move, tail):
    """mongorestore turns + into a space in a long name, and stops at one with %."""
    source, target = short
    name = "n" * 225 + tail
    source.command("insert", name, documents=[{"_id": 1}])
    source.command("createIndexes", name, indexes=[{"key": {"a": 1}, "name": "a"}])
    source["n" * 252].insert_one({"_id": 2})
    move("lo", *renamed(source, target))
    assert fingerprint(server.client, "ln") == fingerprint(server.client, "lo")
    restore_again = move("lo", "--drop", *renamed(source, target))
    assert fingerprint(server.client, "ln") == fingerprint(server.client, "lo"), restore_again


# -- options and documents ---------------------------------------------------------------------------

def test_every_option_of_a_collection_survives_a_drop_under_another_name(server, src, dst, move):
    src.create_collection("capped", capped=True, size=4096, max=3)
    src.command("create", "clustered", clusteredIndex={"key": {"_id": 1}, "unique": True, "name": "own"}, expireAfterSeconds=10**7)
    src.command("create", "strict", validator={"$jsonSchema": {"required": ["_id"]}}, validationLevel="moderate",
                validationAction="warn", collation={"locale": "de", "strength": 1}, storageEngine={"wiredTiger": {}},
                indexOptionDefaults={"storageEngine": {"wiredTiger": {}}}, changeStreamPreAndPostImages={"enabled": True})
    for name in ("capped", "clustered", "strict"):
        src[name].insert_many([{"_id": i, "a": i} for i in range(9)])
        dst.create_collection(name)
    src.command("createIndexes", "strict", indexes=[
        {"key": {"a": 1}, "name": "own"}, {"key": {"a": -1}, "name": "simple", "collation": {"locale": "simple"}},
        {"key": {"b": 1}, "name": "partial", "partialFilterExpression": {}, "hidden": True},
        {"key": {"$**": 1}, "name": "wild", "wildcardProjection": {"a": 1, "_id": 1}},
        {"key": {"c": 1}, "name": "prepared", "prepareUnique": True},
        {"key": {"_id": "hashed"}, "name": "id hashed"}, {"key": {"g": "2dsphere"}, "name": "sphere"},
        {"key": {"t": "text"}, "name": "text", "collation": {"locale": "simple"}, "weights": {"t": 3}, "language_override": "l"}])
    move(src.name, "--drop", *renamed(src, dst))
    assert fingerprint(server.client, dst.name) == fingerprint(server.client, src.name)
    assert [d["_id"] for d in dst.capped.find()] == [6, 7, 8]


@pytest.mark.parametrize("automatic", ["true", "false"])
def test_auto_index_id_of_an_old_server_gives_way_to_an_index_on_id(server, dst, tmp_path, automatic):
    metadata = (f'{{"options":{{"autoIndexId":{automatic},"capped":true,"size":{{"$numberInt":"4096"}}}},'
                '"indexes":[],"collectionName":"t","type":"collection"}')
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": 1}]}, metadata={"t": metadata})
    fill(dst, 4, "t")
    for options in ([], ["--drop"], ["--dropFirst", "--preserveUUID"]):
        dst.drop_collection("t") if not options else None
        restore("--uri", server.uri, *options, tmp_path / "d")
        assert list(dst.t.index_information()) == ["_id_"] and dst.t.options()["capped"] and dst.t.count_documents({}) == 1


ODD_DOCUMENTS = {
    "zero timestamps": [bson.encode({"_id": 1, "t": bson.Timestamp(0, 0), "in": {"t": bson.Timestamp(0, 0)}}),
                        bson.encode({"_id": bson.Timestamp(0, 0), "x": 1})],
    "$-prefixed fields": [bson.encode({"_id": 1, "$set": {"a": 1}, "$a": 2, "b": {"$c": 3}})],
    "dots and empty names": [bson.encode({"_id": 1, "a.b": 1, "": 2, "c": {"": {"": 3}, ".": 4}})],
    "duplicate names": [bson.encode({"_id": 1, "a": 1})[:-1].replace(b"\x1e", b"\x1e") + b"\x10a\0\2\0\0\0" + b"\0"],
}


@pytest.mark.parametrize("case", ODD_DOCUMENTS)
def test_odd_documents_survive_a_drop_byte_for_byte(server, dst, tmp_path, case):
    documents = [len(d).to_bytes(4, "little") + d[4:] for d in ODD_DOCUMENTS[case]]
    write_dump(tmp_path / "d", dst.name, {"odd": documents})
    fill(dst, 3, "odd")
    restore("--uri", server.uri, "--drop", tmp_path / "d")
    assert sorted(raw_documents(dst.odd)) == sorted(documents)


def test_an_archive_that_is_cut_replaces_nothing(server, src, dst, tmp_path):
    for name in ("one", "two", "three"):
        fill(src, 400, name)
        fill(dst, 5, name)
    before = fingerprint(server.client, dst.name)
    dump("--uri", server.uri_of(src.name), f"--archive={tmp_path / 'a'}")
    whole = (tmp_path / "a").read_bytes()
    for size in (len(whole) - 1, len(whole) - 60, len(whole) // 2):
        (tmp_path / "cut").write_bytes(whole[:size])
        failed(run("restore", "--uri", server.uri, "--drop", *renamed(src, dst), f"--archive={tmp_path / 'cut'}"), 4)
        assert fingerprint(server.client, dst.name) == before
    restore("--uri", server.uri, "--drop", *renamed(src, dst), f"--archive={tmp_path / 'a'}")
    assert_same(server.client, src.name, dst.name)
