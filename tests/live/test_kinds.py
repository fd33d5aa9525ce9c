"""Round trips: every kind of collection and every BSON type comes back byte for byte."""
import datetime
import hashlib
import random
import re

import bson
import pytest

from support import bson_data
from support.haul import (assert_same, data_file, digest, dump, fill_all_kinds, fingerprint, insert_raw,
                          manifest, plain, raw_documents, restore, split_bson)


def round_trip(server, src, dst, folder, *options):
    dump("--uri", server.uri_of(src.name), "--out", folder, *options)
    restore("--uri", server.uri_of(dst.name), folder / src.name)
    assert_same(server.client, src.name, dst.name)


@pytest.mark.parametrize("compress", ["none", "gzip", "gzip:1", "zstd", "zstd:1", "zstd:19"])
def test_every_kind_of_collection_survives(server, src, dst, tmp_path, compress):
    round_trip(server, fill_all_kinds(src), dst, tmp_path / "d", f"--compress={compress}")


def test_every_value_of_every_type_survives(server, src, dst, tmp_path):
    documents = [bson_data.every_type(v) for v in [(0x07, bson_data.OID), bson_data.VALUES["minkey"]]]
    insert_raw(src.values, documents + bson_data.random_documents(500, seed=3))
    assert sorted(raw_documents(src.values))[:1], "the server took them"
    round_trip(server, src, dst, tmp_path / "d")


def test_every_type_of_id_in_one_collection_survives(server, src, dst, tmp_path):
    insert_raw(src.ids, bson_data.documents_with_every_id())
    assert src.ids.count_documents({}) == len(bson_data.documents_with_every_id())
    round_trip(server, src, dst, tmp_path / "d")


def test_random_documents_are_the_same_bytes_in_the_file(server, src, tmp_path):
    insert_raw(src.values, bson_data.random_documents(3000, seed=4))
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d", "--jobs", "5")
    assert digest(split_bson(plain(data_file(tmp_path / "d", src.name, "values")))) == \
        digest(raw_documents(src.values))


def test_documents_of_the_largest_size_survive(server, src, dst, tmp_path):
    limit = 16 * 1024 * 1024
    rng = random.Random(5)
    for i in range(4):
        empty = len(bson.encode({"_id": i, "b": b""}))
        src.large.insert_one({"_id": i, "b": rng.randbytes(1024) * ((limit - empty) // 1024) +
                              b"x" * ((limit - empty) % 1024)})
    src.large.insert_many([{"_id": i} for i in range(10, 2000)])
    assert max(map(len, raw_documents(src.large))) == limit
    round_trip(server, src, dst, tmp_path / "d")


def test_a_capped_collection_keeps_its_natural_order_and_its_limits(server, src, dst, tmp_path):
    src.create_collection("log", capped=True, size=30_000_000)
    rng, ids = random.Random(6), list(range(20_000))
    rng.shuffle(ids)
    src.log.insert_many([{"_id": i, "pad": "x" * 900} for i in ids])
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d", "--jobs", "8")
    assert [bson.decode(d)["_id"] for d in split_bson(plain(data_file(tmp_path / "d", src.name, "log")))] == ids
    restore("--uri", server.uri_of(dst.name), "--jobs", "8", tmp_path / "d" / src.name)
    assert [d["_id"] for d in dst.log.find()] == ids
    assert fingerprint(server.client, dst.name) == fingerprint(server.client, src.name)


def test_time_series_measurements_and_buckets_survive(server, src, dst, tmp_path):
    src.command("create", "ts", expireAfterSeconds=10**8,
                timeseries={"timeField": "t", "metaField": "m", "granularity": "minutes"})
    start = datetime.datetime(2024, 1, 1)
    src.ts.insert_many([{"t": start + datetime.timedelta(seconds=11 * i), "m": {"s": i % 50}, "v": i}
                        for i in range(20_000)])
    src.ts.create_index([("m.s", 1), ("t", 1)])
    round_trip(server, src, dst, tmp_path / "d")
    key = [("t", 1), ("v", 1)]
    assert list(dst.ts.find(sort=key)) == list(src.ts.find(sort=key))
    assert {i["name"] for i in dst.ts.list_indexes()} == {i["name"] for i in src.ts.list_indexes()}


def test_buckets_of_mixed_types_survive(server, src, dst, tmp_path):
    src.command("create", "ts", timeseries={"timeField": "t", "metaField": "m"})
    start = datetime.datetime(2024, 1, 1)
    for i, value in enumerate([1, "text", None, [1], {"a": 1}, 2.5, bson.ObjectId(), True] * 5):
        src.ts.insert_one({"t": start + datetime.timedelta(seconds=i), "m": 1, "v": value})
    round_trip(server, src, dst, tmp_path / "d")


def test_views_come_back_as_definitions_even_on_views_and_before_their_source(server, src, dst, tmp_path):
    src.z_base.insert_many([{"_id": i} for i in range(9)])
    src.command("create", "m_view", viewOn="z_base", pipeline=[{"$match": {"_id": {"$gt": 3}}}])
    src.command("create", "a_view", viewOn="m_view", pipeline=[{"$sort": {"_id": -1, "x": 1}}])
    src.command("create", "french", viewOn="z_base", pipeline=[], collation={"locale": "fr"})
    src.command("create", "orphan", viewOn="not_there", pipeline=[])
    round_trip(server, src, dst, tmp_path / "d")
    assert [d["_id"] for d in dst.a_view.find()] == [8, 7, 6, 5, 4]
    assert not list((tmp_path / "d" / src.name).glob("a_view.bson*"))


ODD_NAMES = ["with space", "sla/sh", "back\\slash", "per%cent", "per%25cent", "plus+plus", "ünïcode-日本",
             "quote\"'", "star*", "q?", "line\nbreak", "tab\there", "-dash", "~tilde", "UPPER", "upper", "..",
             "../up", "a" * 200, "ü" * 60, "%24", "#hash", "semi;colon", "prelude", "manifest", "x.metadata",
             "x.bson", "oplog", "\x1b[31mred", "$dollar inside".replace("$", "S$")]


def test_collections_of_any_name_survive(server, src, dst, tmp_path):
    for i, name in enumerate(ODD_NAMES):
        try:
            src.command("insert", name, documents=[{"_id": i}])
        except Exception:  # pymongo or the server refuses the name
            continue
    assert len(src.list_collection_names()) > 25
    round_trip(server, src, dst, tmp_path / "d")
    written = {p.name for p in tmp_path.iterdir()}
    assert written == {"d"}, "nothing outside the directory"


def test_every_kind_of_index_survives(server, src, dst, tmp_path):
    c = src.indexed
    c.insert_many([{"_id": i, "a": i, "g": [i % 90, i % 45], "t": f"word{i}", "l": {"x": 1}} for i in range(50)])
    indexes = [
        {"key": {"a": 1}, "name": "plain"}, {"key": {"a": -1, "b": 1}, "name": "compound"},
        {"key": {"u": 1}, "name": "unique", "unique": True, "sparse": True},
        {"key": {"p": 1}, "name": "partial", "partialFilterExpression": {"a": {"$gt": 3}, "b": {"$exists": True}}},
        {"key": {"d": 1}, "name": "ttl", "expireAfterSeconds": 10**7},
        {"key": {"t": "text"}, "name": "text", "weights": {"t": 5}, "default_language": "french"},
        {"key": {"h": "hashed"}, "name": "hashed"}, {"key": {"g": "2dsphere"}, "name": "sphere"},
        {"key": {"g": "2d"}, "name": "flat", "min": -200, "max": 200, "bits": 20},
        {"key": {"l.$**": 1}, "name": "wild"}, {"key": {"$**": 1}, "name": "wild2", "wildcardProjection": {"l": 0}},
        {"key": {"c": 1}, "name": "collated", "collation": {"locale": "de", "strength": 1}},
        {"key": {"hid": 1}, "name": "hidden", "hidden": True}, {"key": {"dotted.x.y": 1}, "name": "x" * 120}]
    src.command("createIndexes", "indexed", indexes=indexes)
    src.command("create", "french", collation={"locale": "fr"})
    src.command("createIndexes", "french", indexes=[
        {"key": {"s": 1}, "name": "simple", "collation": {"locale": "simple"}}, {"key": {"f": 1}, "name": "f"}])
    round_trip(server, src, dst, tmp_path / "d")


def test_an_empty_collection_has_a_file_that_zstd_reads(server, src, dst, tmp_path):
    src.create_collection("empty")
    round_trip(server, src, dst, tmp_path / "d")
    assert plain(tmp_path / "d" / src.name / "empty.bson.zst") == b""


def test_the_manifest_tells_what_the_dump_holds(server, src, tmp_path):
    fill_all_kinds(src)
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    text = (tmp_path / "d" / "manifest.json").read_text()
    entries = text.lower()
    assert "0.1" in text and server.client.server_info()["version"] in text
    for name in ("items", "capped", "clustered", "system.buckets.weather", "collated"):
        path = data_file(tmp_path / "d", src.name, name)
        assert f"{src.name}/{path.name}" in text, name
        assert str(path.stat().st_size) in text, "stored size"
        assert str(len(plain(path))) in text, "plain size"
    assert "documents" in entries and "hash" in entries and "frames" in entries
    assert manifest(tmp_path / "d"), "it is JSON"
    assert "mongodb://" not in text and "127.0.0.1" not in text, "it holds no address"
    assert len(re.findall(r"[Cc]luster[_ ]?[Tt]ime", text)) >= 1, "start and end of the run in cluster time"
    last = text.rstrip("\n").splitlines()[-1]
    assert any(hashlib.blake2b(text[:cut].encode(), digest_size=32).hexdigest() in last
               for cut in range(len(text) - len(last) - 2, len(text))), "its own hash is on its last line"
