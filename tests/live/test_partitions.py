"""One big collection read by several workers: nothing missing, nothing twice, whatever its _ids are."""
import collections
import random
import struct
import threading
import time
import uuid

import bson
import pytest
from bson.binary import Binary

from support import bson_data
from support.haul import (assert_same, data_file, dump, finish, insert_raw, plain, raw_documents, restore,
                          split_bson, start)
from support.mongod import Mongod

PAD = 2000


def mixed_ids(count):
    """_ids of many types in one collection, MinKey, MaxKey, NaN and documents among them."""
    rng, docs = random.Random(7), bson_data.documents_with_every_id()
    pad = bson_data.element(0x05, "pad", bson_data.binary(0, rng.randbytes(PAD)))
    for i in range(count):
        kind, value = rng.choice([
            (0x10, struct.pack("<i", 1000 + i)), (0x01, struct.pack("<d", 1e6 + i + 0.5)),
            (0x02, bson_data.string(f"key {i}")), (0x07, struct.pack(">Q", i) + b"haul"),
            (0x05, bson_data.binary(4, struct.pack(">QQ", i, i))), (0x09, struct.pack("<q", i * 1000)),
            (0x03, bson_data.document(bson_data.element(0x10, "k", struct.pack("<i", i)))),
            (0x11, struct.pack("<II", i, 9))])
        docs.append(bson_data.document(bson_data.element(kind, "_id", value), pad))
    rng.shuffle(docs)
    return docs


def some(make, count=12_000):
    rng = random.Random(8)
    return [bson.encode({"_id": make(i, rng), "pad": rng.randbytes(PAD)}) for i in range(count)]


COLLECTIONS = {
    "ObjectIds": ({}, lambda: some(lambda i, rng: bson.ObjectId())),
    "random UUIDs": ({}, lambda: some(lambda i, rng: Binary(rng.randbytes(16), 4))),
    "every type mixed": ({}, lambda: mixed_ids(12_000)),
    "strings under a collation": ({"collation": {"locale": "en", "strength": 1}},
                                  lambda: some(lambda i, rng: f"{'aäAÄ'[i % 4]} {i // 4:06} {i}")),
    "strings in a simple order": ({}, lambda: some(lambda i, rng: f"{rng.random():.12f}")),
    "clustered": ({"clusteredIndex": {"key": {"_id": 1}, "unique": True}},
                  lambda: some(lambda i, rng: rng.randbytes(12))),
    "documents of equal prefix": ({}, lambda: some(lambda i, rng: {"a": 1, "b": {"c": i}})),
    "all of one long prefix": ({}, lambda: some(lambda i, rng: "p" * 500 + str(i))),
    "one huge document among small ones": ({}, lambda: some(lambda i, rng: i) +
                                           [bson.encode({"_id": -1, "b": b"x" * (15 << 20)})]),
}


@pytest.mark.parametrize("kind", COLLECTIONS)
def test_reads_each_document_once(server, src, tmp_path, kind):
    options, make = COLLECTIONS[kind]
    src.command("create", "big", **options)
    insert_raw(src.big, make())
    expected = collections.Counter(raw_documents(src.big))
    for jobs in (1, 4, 16):
        folder = tmp_path / str(jobs)
        dump("--uri", server.uri_of(src.name), "-o", folder, "--jobs", jobs, "--noSync")
        found = split_bson(plain(data_file(folder, src.name, "big")))
        assert collections.Counter(found) == expected, f"{jobs} jobs"


def test_the_restore_of_a_partitioned_dump_is_the_same(server, src, dst, tmp_path):
    insert_raw(src.big, mixed_ids(15_000))
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d", "--jobs", "6")
    restore("--uri", server.uri_of(dst.name), "--jobs", "6", tmp_path / "d" / src.name)
    assert_same(server.client, src.name, dst.name)


def test_a_capped_collection_is_read_in_one_piece(server, src, tmp_path):
    src.create_collection("log", capped=True, size=100 << 20)
    src.log.insert_many([{"_id": (i * 7919) % 30011, "pad": b"x" * PAD} for i in range(30_000)])
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d", "--jobs", "8")
    assert split_bson(plain(data_file(tmp_path / "d", src.name, "log"))) == raw_documents(src.log)


def test_with_one_job_the_file_keeps_the_order_of_reading(server, src, tmp_path):
    src.big.insert_many([{"_id": i, "pad": b"x" * PAD} for i in range(12_000)])
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d", "--jobs", "1")
    ids = [bson.decode(d)["_id"] for d in split_bson(plain(data_file(tmp_path / "d", src.name, "big")))]
    assert ids == sorted(ids)


@pytest.mark.slow
def test_random_uuids_beyond_the_cache_are_all_there(tmp_path):
    rng = random.Random(9)
    with Mongod(cache_gb=0.25) as server:
        big = server.client.beyond.big
        for start_at in range(0, 360, 12):  # ~ 360 MB: the cache has 256
            big.insert_many([{"_id": uuid.UUID(bytes=rng.randbytes(16), version=4), "n": start_at * 1000 + i,
                              "pad": rng.randbytes(4000)} for i in range(3000)], ordered=False)
        big.insert_one({"_id": bson.MaxKey(), "n": -1})
        big.insert_one({"_id": bson.MinKey(), "n": -2})
        expected = sorted(d["n"] for d in big.find({}, {"n": 1}))
        dump("--uri", server.uri_of("beyond"), "-o", tmp_path / "d", "--noSync")
        documents = split_bson(plain(data_file(tmp_path / "d", "beyond", "big")))
        assert sorted(bson.decode(d)["n"] for d in documents) == expected


@pytest.mark.parametrize("ids", ["ascending", "random"])
def test_documents_that_exist_throughout_are_dumped_while_others_come_and_go(server, src, tmp_path, ids):
    rng = random.Random(10)

    def identity(i):
        return i if ids == "ascending" else Binary(random.Random(i).randbytes(16), 4)

    stable = [identity(i) for i in range(0, 60_000, 3)]
    src.big.insert_many([{"_id": x, "stable": True, "pad": b"x" * 1000} for x in stable])
    stop = threading.Event()

    def churn():
        while not stop.is_set():
            batch = [identity(rng.randrange(20_000) * 3 + 1 + rng.randrange(2)) for _ in range(200)]
            for x in batch:
                src.big.replace_one({"_id": x}, {"pad": b"y" * rng.randrange(3000)}, upsert=True)
            src.big.delete_many({"_id": {"$in": batch[:150]}})
            src.big.update_many({"_id": {"$in": rng.sample(stable, 50)}}, {"$inc": {"touched": 1}})

    threads = [threading.Thread(target=churn) for _ in range(3)]
    for t in threads:
        t.start()
    try:
        result = finish(start("dump", "--uri", server.uri_of(src.name), "-o", tmp_path / "d",
                              "--maxRate=20MB/s", "--jobs=6"))
    finally:
        stop.set()
        for t in threads:
            t.join()
    assert result.code == 0, result
    found = [bson.decode(d) for d in split_bson(plain(data_file(tmp_path / "d", src.name, "big")))]
    kept = {getattr(d["_id"], "bytes", d["_id"]) for d in found if d.get("stable")}
    missing = {x if ids == "ascending" else bytes(x) for x in stable} - kept
    assert not missing, f"{len(missing)} of {len(stable)} documents lost"


@pytest.mark.parametrize("how", ["dropped", "renamed", "dropped and made again"])
def test_a_collection_that_vanishes_during_the_dump_is_no_success_in_silence(server, src, tmp_path, how):
    src.big.insert_many([{"_id": i, "pad": b"x" * 1000} for i in range(40_000)])
    process = start("dump", "--uri", server.uri_of(src.name), "-o", tmp_path / "d", "--maxRate=5MB/s")
    time.sleep(1.0)
    if how == "renamed":
        src.big.rename("other")
    else:
        src.big.drop()
    if how == "dropped and made again":
        src.big.insert_many([{"_id": i, "made": "again"} for i in range(40_000)])
    result = finish(process)
    assert result.code not in (0, 3, 70), result
    assert "big" in result.err
    assert not (tmp_path / "d" / "manifest.json").exists()
