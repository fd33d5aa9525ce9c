"""Scenarios 66 to 78: indexes and what decides about them come back as they were."""
import json
import uuid

import bson
import pytest
from bson.code import Code
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from bson.son import SON

from support.catalog import ID_INDEX, indexes, metadata, options
from support.haul import (assert_same, canonical, dump, failed, fingerprint, raw_documents, restore, run,
                          write_dump)
from support.oplog import Recording


def index(name, key, **more):
    return {"v": 2, "key": canonical(SON(key)), "name": name, **canonical(more)}


def round_trip(server, src, dst, folder, *arguments):
    """As a directory, as one file, and under another database's name."""
    dump("--uri", server.uri_of(src.name), "--compress=none", "-o", folder)
    restore("--uri", server.uri_of(dst.name), *arguments, folder / src.name)
    assert_same(server.client, src.name, dst.name)
    for name in dst.list_collection_names():
        dst[name].drop()
        restore("--uri", server.uri_of(dst.name), *arguments, folder / src.name / f"{name}.bson")
    assert_same(server.client, src.name, dst.name)


def restored(server, dst, folder, index_list, *arguments, documents=({"_id": 1},), **collection_options):
    """The indexes of a collection that a dump of mongodump's describes so."""
    write_dump(folder, dst.name, {"t": list(documents)},
               metadata={"t": metadata("t", index_list, **collection_options)})
    restore("--uri", server.uri, *arguments, folder)
    return indexes(dst, "t")


def test_66_indexes_of_many_types_with_their_options(server, src, dst, tmp_path):
    src.t.insert_many([{"a": i, "b": i, "l": [i, i + 1], "t": f"hola {i}", "w": {"x": {"y": i}},
                        "g": {"type": "Point", "coordinates": [i, i]}, "p": [i, i]} for i in range(5)])
    src.command("createIndexes", "t", indexes=[
        {"key": {"a": 1}, "name": "ascending"}, {"key": SON([("a", 1), ("b", -1)]), "name": "compound"},
        {"key": SON([("b", Int64(1)), ("a", Int64(1))]), "name": "longs"}, {"key": {"l": 1}, "name": "list"},
        {"key": {"u": 1}, "name": "unique", "unique": True, "sparse": True},
        {"key": {"t": "text"}, "name": "text", "default_language": "spanish", "weights": {"t": 7}},
        {"key": {"g": "2dsphere"}, "name": "sphere"}, {"key": {"p": "2d"}, "name": "flat", "bits": 30, "max": 99.5},
        {"key": {"h": "hashed"}, "name": "hashed"}, {"key": {"w.$**": 1}, "name": "wild"},
        {"key": {"$**": 1}, "name": "wilder", "wildcardProjection": {"w": 0, "t": 0}},
        {"key": {"x": 1}, "name": "ttl", "expireAfterSeconds": 3600}, {"key": {"y": 1}, "name": "hid", "hidden": True},
        {"key": {"z": 1}, "name": "old", "background": True}, {"key": {"n": 1.5}, "name": "double"}])
    round_trip(server, src, dst, tmp_path / "d")
    assert len(indexes(dst, "t")) == 16


def test_67_collations_of_the_collection_of_an_index_and_simple_ones_below(server, src, dst, tmp_path):
    src.command("create", "german", collation={"locale": "de", "strength": 1})
    src.german.insert_many([{"_id": "a", "s": "ä"}, {"_id": "b", "s": "A"}])
    src.command("createIndexes", "german", indexes=[
        {"key": {"s": 1}, "name": "inherits"}, {"key": {"s": 1}, "name": "simple", "collation": {"locale": "simple"}},
        {"key": {"s": 1}, "name": "french", "collation": {"locale": "fr"}}])
    src.command("createIndexes", "plain", indexes=[
        {"key": {"s": 1}, "name": "swedish", "collation": {"locale": "sv"}}, {"key": {"s": -1}, "name": "none"}])
    round_trip(server, src, dst, tmp_path / "d")
    assert "collation" not in indexes(dst, "german")["simple"]
    assert indexes(dst, "german")["inherits"]["collation"]["locale"] == "de"


def test_68_a_partial_filter_keeps_its_order_and_an_empty_one_is_kept(server, src, dst, tmp_path):
    fields = [(name, {"$gt": i}) for i, name in enumerate("hgabcfed")]
    src.command("createIndexes", "t", indexes=[
        {"key": {"a": 1}, "name": "ordered", "partialFilterExpression": SON(fields)},
        {"key": {"b": 1}, "name": "empty", "partialFilterExpression": {}}])
    round_trip(server, src, dst, tmp_path / "d")
    assert list(indexes(dst, "t")["ordered"]["partialFilterExpression"]) == list("hgabcfed")
    assert indexes(dst, "t")["empty"]["partialFilterExpression"] == {}


def test_69_indexes_on_the_id_beside_the_one_that_each_collection_has(server, src, dst, tmp_path):
    src.command("createIndexes", "t", indexes=[
        {"key": {"_id": "hashed"}, "name": "hashed"}, {"key": SON([("_id", 1), ("a", 1)]), "name": "more"},
        {"key": {"_id": "2dsphere"}, "name": "sphere"}, {"key": {"_id": "text"}, "name": "words"},
        {"key": SON([("_id", -1), ("a", 1)]), "name": "french", "collation": {"locale": "fr"}}])
    src.command("create", "collated", collation={"locale": "fr"})
    src.collated.insert_one({"_id": {"type": "Point", "coordinates": [1, 2]}})
    round_trip(server, src, dst, tmp_path / "d")
    assert indexes(dst, "collated")["_id_"]["collation"]["locale"] == "fr"


@pytest.mark.parametrize("value", [True, 1.0, Int64(1), Decimal128("1"), "", Code("x")], ids=repr)
def test_69_an_id_index_that_an_old_server_wrote_is_the_id_index(server, dst, tmp_path, value):
    legacy = {"options": {}, "indexes": [{"v": 1, "key": canonical({"_id": value}), "name": "_id_", "ns": "x.t"},
                                         index("a", [("a", 1)])]}
    write_dump(tmp_path, dst.name, {"t": [{"_id": 1}]}, metadata={"t": json.dumps(legacy)})
    restore("--uri", server.uri, "--convertLegacyIndexes", tmp_path)
    assert set(indexes(dst, "t")) == {"_id_", "a"} and indexes(dst, "t")["_id_"]["key"] == {"_id": 1}


VERSIONS = [index("one", [("a", 1)], v=1), index("two", [("b", 1)], v=2)]


@pytest.mark.parametrize("keep, expected", [([], [2, 2]), (["--keepIndexVersion"], [1, 2])])
def test_70_versions_of_indexes_are_the_newest_or_kept(server, dst, tmp_path, keep, expected):
    found = restored(server, dst, tmp_path / "d", VERSIONS, *keep)
    assert [found["one"]["v"], found["two"]["v"]] == expected
    if keep:
        round_trip(server, dst, server.client[dst.name + "2"], tmp_path / "e", *keep)
        server.client.drop_database(dst.name + "2")


def test_70_version_0_becomes_the_newest_one_or_is_told(server, dst, tmp_path):
    zero = [index("zero", [("a", 1)], v=0)]
    assert restored(server, dst, tmp_path, zero)["zero"]["v"] == 2
    failed(run("restore", "--uri", server.uri, "--drop", "--keepIndexVersion", tmp_path), 3, "zero")
    assert dst.t.count_documents({}) == 1


LEGACY_KEY = [("a", 1.0), ("b", True), ("c", Decimal128("0")), ("d", "")]


def test_71_legacy_keys_are_refused_by_name_and_converted_on_request(server, dst, tmp_path):
    legacy = index("legacy", LEGACY_KEY, safe=True, v=1)
    write_dump(tmp_path, dst.name, {"t": [{"_id": i} for i in range(100)]}, metadata={"t": metadata("t", [legacy])})
    failed(run("restore", "--uri", server.uri, tmp_path, cwd=tmp_path), 3, "legacy", "convertLegacyIndexes")
    assert dst.t.count_documents({}) == 100 and set(indexes(dst, "t")) == {"_id_"}
    said = restore("--uri", server.uri, "--drop", "--convertLegacyIndexes", tmp_path)
    assert list(indexes(dst, "t")["legacy"]["key"].items()) == [("a", 1.0), ("b", 1), ("c", 1), ("d", 1)]
    assert "safe" in said.err, "what the server does not know is told"


def test_71_two_indexes_that_conversion_makes_one_are_built_once(server, dst, tmp_path):
    same = [index("foo_", [("foo", "")]), index("foo_1", [("foo", 1)]), index("foo_1.0", [("foo", 1.0)]),
            index("foo_2", [("foo", 2)])]
    found = restored(server, dst, tmp_path, same, "--convertLegacyIndexes")
    assert [i["key"] for n, i in found.items() if n not in ("_id_", "foo_2")] == [{"foo": 1}]
    assert found["foo_2"]["key"] == {"foo": 2}


def test_71_conversion_keeps_indexes_that_differ_in_more_than_their_key(server, dst, tmp_path):
    alike = [index("plain", [("a", True)]), index("french", [("a", 1)], collation={"locale": "fr"}),
             index("some", [("a", 1)], partialFilterExpression={"b": 1})]
    found = restored(server, dst, tmp_path, alike, "--convertLegacyIndexes")
    assert set(found) == {"_id_", "plain", "french", "some"}


def test_72_a_name_of_more_than_127_bytes_is_kept(server, src, dst, tmp_path):
    src.command("createIndexes", "t", indexes=[{"key": {"a": 1}, "name": "a" * 600}])
    round_trip(server, src, dst, tmp_path / "d")


@pytest.mark.parametrize("fix, expected", [([], "hashed"), (["--fixDottedHashIndex"], 1)])
def test_73_a_dotted_hashed_index_becomes_ascending_on_request(server, dst, tmp_path, fix, expected):
    found = restored(server, dst, tmp_path, [index("dotted", [("a.b", "hashed")]), index("flat", [("a", "hashed")]),
                                             index("both", [("x", 1), ("a.b", "hashed")])], *fix)
    assert found["dotted"]["key"] == {"a.b": expected} and found["flat"]["key"] == {"a": "hashed"}
    assert found["both"]["key"] == {"x": 1, "a.b": expected}


def without_id_index(folder, database):
    text = json.dumps({"options": {"autoIndexId": False}, "indexes": [], "uuid": uuid.uuid4().hex,
                       "collectionName": "t", "type": "collection"})
    write_dump(folder, database, {"t": [{"_id": 1}]}, metadata={"t": text})


@pytest.mark.parametrize("preserve", [[], ["--drop", "--preserveUUID"]])
def test_74_a_collection_without_an_id_index_gets_one(server, dst, tmp_path, preserve):
    without_id_index(tmp_path, dst.name)
    restore("--uri", server.uri, *preserve, tmp_path)
    assert set(indexes(dst, "t")) == {"_id_"} and dst.t.count_documents({}) == 1


def test_74_in_local_a_collection_stays_without_an_id_index(server, tmp_path):
    local = server.client.local
    local.t.drop()
    without_id_index(tmp_path, "local")
    restore("--uri", server.uri, "-d", "local", tmp_path / "local" / "t.bson")
    assert options(local, "t") == {"autoIndexId": False} and not indexes(local, "t")
    assert local.t.count_documents({}) == 1
    local.t.drop()


def test_75_a_haystack_index_is_refused_before_anything_is_touched(server, dst, tmp_path):
    hay = index("hay", [("p", "geoHaystack"), ("k", 1)], bucketSize=1)
    write_dump(tmp_path, dst.name, {"t": [{"_id": 1}]}, metadata={"t": metadata("t", [hay])})
    failed(run("restore", "--uri", server.uri, tmp_path), 12, "geoHaystack", "noIndexRestore", f"{dst.name}.t")
    assert not dst.list_collection_names()
    restore("--uri", server.uri, "--noIndexRestore", tmp_path)
    assert dst.t.count_documents({}) == 1


def create_clustered(db, name):
    index = {"key": {"_id": 1}, "unique": True}
    db.command("create", "stocks", clusteredIndex=index | ({"name": name} if name else {}))


@pytest.mark.parametrize("name", ["", "custom index name"])
def test_76_a_clustered_index_keeps_its_name(server, src, dst, tmp_path, name):
    create_clustered(src, name)
    src.stocks.insert_many([{"ticker": t} for t in ("MDB", "GOOG", "BLZE")])
    round_trip(server, src, dst, tmp_path / "d")
    assert options(dst, "stocks")["clusteredIndex"]["name"] == (name or "_id_")
    assert raw_documents(dst.stocks) == raw_documents(src.stocks)


@pytest.mark.parametrize("name", ["", "custom index name"])
def test_76_a_clustered_index_of_the_oplog_keeps_its_name(server, names, tmp_path, name):
    recording = Recording(server, tmp_path, names("made"))
    db = server.client[recording.databases[0]]
    db.other.insert_one({"_id": 1})
    with recording:
        create_clustered(db, name)
        db.stocks.insert_one({"ticker": "MDB"})
    recording.forget()
    recording.replay()
    recording.assert_as_recorded()
    assert options(db, "stocks")["clusteredIndex"]["name"] == (name or "_id_")


def test_77_a_2dsphere_index_without_a_version_is_of_version_1(server, dst, tmp_path):
    found = restored(server, dst, tmp_path, [index("old", [("g", "2dsphere")]),
                                             index("new", [("h", "2dsphere")], **{"2dsphereIndexVersion": 3})])
    assert found["old"]["2dsphereIndexVersion"] == 1 and found["new"]["2dsphereIndexVersion"] == 3


TYPED = ('{ "options" : {"size" : { "$numberLong" : "10000000" }, "capped" : true }, "indexes" : [ { "v" : 1, "key" : '
         '{ "_id" : { "$numberLong" : "1"}}, "ns" : "config.changelog", "name" : "_id_" }, {"v":1,"key":{"pos":"2d"},'
         '"name":"position_2d","ns":"config.changelog","min":{"$numberLong":"0"},"max":{"$numberLong":"1000"},'
         '"bits":{"$numberLong":"32"}} ] }')


@pytest.mark.parametrize("text", [TYPED, TYPED.replace('{ "$numberLong" : "10000000" }', "10000000.0")])
def test_78_numbers_in_metadata_may_be_typed_or_plain(server, dst, tmp_path, text):
    write_dump(tmp_path, dst.name, {"t": [{"_id": 1}]}, metadata={"t": text})
    restore("--uri", server.uri, tmp_path)
    assert options(dst, "t")["capped"] and abs(options(dst, "t")["size"] - 10_000_000) < 1000
    found = indexes(dst, "t")["position_2d"]
    assert found["key"] == {"pos": "2d"} and (found["min"], found["max"], found["bits"]) == (0, 1000, 32)
