"""Documents that the server refuses: counted, listed whole, the rest continues, exit 3."""
import json
import os
import struct

import bson
import pytest

from support import bson_data
from support.haul import (dump, failed, fingerprint, raw_documents, rejects, restore, run, write_dump)
from support.mongod import Mongod

VALIDATED = ('{"options":{"validator":{"n":{"$gte":{"$numberInt":"0"}}}},"indexes":[],'
             '"collectionName":"t","type":"collection"}')


@pytest.fixture
def half_bad(dst, tmp_path):
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": i, "n": i if i % 2 else -i - 1} for i in range(1000)]},
               metadata={"t": VALIDATED})
    return tmp_path / "d"


@pytest.mark.parametrize("options", [[], ["--jobs=1"], ["--numInsertionWorkersPerCollection=8"]])
def test_five_hundred_of_a_thousand_fail_validation(server, dst, half_bad, tmp_path, options):
    failed(run("restore", "--uri", server.uri, *options, half_bad, cwd=tmp_path), 3, "500")
    lines = rejects(tmp_path)
    assert len(lines) == 500 and dst.t.count_documents({}) == 500
    assert {line["code"] for line in lines} == {121}
    assert sorted(line["document"]["_id"] for line in lines) == list(range(0, 1000, 2))


def test_bypass_document_validation_takes_them_all(server, dst, half_bad, tmp_path):
    restore("--uri", server.uri, "--bypassDocumentValidation", half_bad, cwd=tmp_path)
    assert dst.t.count_documents({}) == 1000 and not rejects(tmp_path)
    assert dst.command("listCollections")["cursor"]["firstBatch"][0]["options"]["validator"]


def test_a_restored_validator_takes_the_documents_that_were_there_before_it(server, src, dst, tmp_path):
    """The source holds documents older than its validator; a backup that cannot come back is none."""
    src.t.insert_many([{"_id": i, "n": -i} for i in range(10)])
    src.command("collMod", "t", validator={"n": {"$gt": 5}})
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    restore("--uri", server.uri_of(dst.name), "--bypassDocumentValidation", tmp_path / "d" / src.name)
    assert fingerprint(server.client, dst.name) == fingerprint(server.client, src.name)


def test_a_unique_index_conflict_rejects_the_second(server, dst, tmp_path):
    dst.t.create_index("u", unique=True)
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": i, "u": i // 2} for i in range(100)]})
    failed(run("restore", "--uri", server.uri, tmp_path / "d", cwd=tmp_path), 3)
    lines = rejects(tmp_path)
    assert dst.t.count_documents({}) == 50 == len(lines)
    assert {line["code"] for line in lines} == {11000}


def test_a_unique_index_that_the_data_break_is_told_and_the_others_are_built(server, dst, tmp_path):
    meta = {"indexes": [{"v": 2, "key": {"_id": 1}, "name": "_id_"},
                        {"v": 2, "key": {"u": 1}, "name": "broken", "unique": True},
                        {"v": 2, "key": {"w": 1}, "name": "fine"}], "collectionName": "t", "type": "collection"}
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": i, "u": 1, "w": i} for i in range(10)],
                                          "z": [{"_id": 1}]}, metadata={"t": json.dumps(meta)})
    result = run("restore", "--uri", server.uri, tmp_path / "d", cwd=tmp_path)
    assert result.code in (1, 3, 4), result
    assert "broken" in result.err and f"{dst.name}.t" in result.err
    assert dst.t.count_documents({}) == 10 and dst.z.count_documents({}) == 1


REFUSED_IDS = {"regular expression": (0x0B, b"a\0\0"), "array": (0x04, bson_data.document()),
               "undefined": (0x06, b"")}


@pytest.mark.parametrize("kind", REFUSED_IDS)
def test_an_id_that_the_server_refuses_is_a_reject_with_the_document(server, dst, tmp_path, kind):
    bad = bson_data.document(bson_data.element(REFUSED_IDS[kind][0], "_id", REFUSED_IDS[kind][1]),
                             bson_data.element(0x10, "n", struct.pack("<i", 7)))
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": 1}, bad, {"_id": 2}]})
    failed(run("restore", "--uri", server.uri, tmp_path / "d", cwd=tmp_path), 3, "reject")
    assert sorted(d["_id"] for d in dst.t.find()) == [1, 2]
    lines = rejects(tmp_path)
    assert len(lines) == 1 and ("bson" in lines[0] or lines[0]["document"]["n"] == 7)


def test_a_document_without_an_id_is_stored_with_one(server, dst, tmp_path):
    write_dump(tmp_path / "d", dst.name, {"t": [bson.encode({"a": 1}), bson.encode({"b": 1, "_id": 5})]})
    restore("--uri", server.uri, tmp_path / "d")
    assert dst.t.count_documents({}) == 2 and dst.t.find_one({"b": 1})["_id"] == 5


def test_stop_on_error_ends_the_run_and_says_where(server, dst, half_bad, tmp_path):
    result = run("restore", "--uri", server.uri, "--stopOnError", half_bad, cwd=tmp_path)
    assert result.code in (1, 3), result
    assert 0 < len(rejects(tmp_path)) and "stop" in result.err.lower()


def test_maintain_insertion_order_stops_at_the_exact_document(server, dst, tmp_path):
    documents = [{"_id": i, "n": -1 if i == 700 else 1} for i in range(1000)]
    write_dump(tmp_path / "d", dst.name, {"t": documents}, metadata={"t": VALIDATED})
    result = run("restore", "--uri", server.uri, "--maintainInsertionOrder", tmp_path / "d", cwd=tmp_path)
    assert result.code in (1, 3), result
    assert [d["_id"] for d in dst.t.find().sort("$natural", 1)] == list(range(700))


def test_maintain_insertion_order_keeps_the_order_of_the_file(server, src, dst, tmp_path):
    ids = [(i * 7919) % 20011 for i in range(20_000)]
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": i, "p": "x" * 400} for i in ids]})
    restore("--uri", server.uri, "--maintainInsertionOrder", "--jobs=8", tmp_path / "d")
    assert [d["_id"] for d in dst.t.find().sort("$natural", 1)] == ids


# -- timestamps that a server fills in --------------------------------------------------------------

ZERO = bytes(8)


def with_zero(where):
    ident = bson_data.element(0x10, "_id", struct.pack("<i", 1))
    zero = bson_data.element(0x11, "t", ZERO)
    other = bson_data.element(0x10, "n", struct.pack("<i", 3))
    inside = bson_data.element(0x03, "in", bson_data.document(zero))
    return {"first": bson_data.document(ident, zero, other), "last": bson_data.document(ident, other, zero),
            "both": bson_data.document(ident, zero, other, bson_data.element(0x11, "u", ZERO)),
            "nested": bson_data.document(ident, inside),
            "in an array": bson_data.document(ident, bson_data.element(0x04, "a", bson_data.array((0x11, ZERO)))),
            "as _id": bson_data.document(bson_data.element(0x11, "_id", ZERO), other),
            "among odd names": bson_data.document(ident, zero, bson_data.element(0x02, "$x", bson_data.string("$n")),
                                                  bson_data.element(0x10, "a.b", struct.pack("<i", 1)),
                                                  bson_data.element(0x10, "", struct.pack("<i", 1)))}[where]


@pytest.mark.parametrize("where", ["first", "last", "both", "nested", "in an array", "as _id", "among odd names"])
def test_a_zero_timestamp_is_kept(server, dst, tmp_path, where):
    document = with_zero(where)
    write_dump(tmp_path / "d", dst.name, {"t": [document, {"_id": 99}]})
    for _ in range(2):  # the second run finds both present
        restore("--uri", server.uri, tmp_path / "d")
        assert sorted(raw_documents(dst.t)) == sorted([document, bson.encode({"_id": 99})])


def test_a_document_that_is_there_is_not_overwritten_by_one_with_a_zero_timestamp(server, dst, tmp_path):
    dst.t.insert_one({"_id": 1, "precious": True})
    write_dump(tmp_path / "d", dst.name, {"t": [with_zero("last")]})
    failed(run("restore", "--uri", server.uri, tmp_path / "d", cwd=tmp_path), 3)
    assert list(dst.t.find()) == [{"_id": 1, "precious": True}]


def test_zero_timestamps_survive_dump_and_restore(server, src, dst, tmp_path):
    src.t.insert_many([{"_id": i} for i in range(50)])
    src.t.update_many({"_id": {"$gte": 40}}, [{"$replaceRoot": {"newRoot": {"$mergeObjects": [
        "$$ROOT", {"t": bson.Timestamp(0, 0), "n": 1}]}}}])
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    restore("--uri", server.uri_of(dst.name), tmp_path / "d" / src.name)
    assert dst.t.count_documents({"t": bson.Timestamp(0, 0)}) == 10
    assert fingerprint(server.client, dst.name) == fingerprint(server.client, src.name)


def test_without_the_right_to_update_a_zero_timestamp_is_a_reject_and_never_stored_changed(tmp_path):
    with Mongod(auth=True) as server:
        server.client.admin.command("createUser", "r", pwd="r", roles=["restore"])
        write_dump(tmp_path / "d", "shop", {"t": [with_zero("last"), {"_id": 2}]})
        result = run("restore", "--uri", server.uri_for("", "r", "r"), tmp_path / "d", cwd=tmp_path)
        stored = raw_documents(server.client.shop.t)
        assert all(d in (with_zero("last"), bson.encode({"_id": 2})) for d in stored), stored
        assert result.code == (0 if len(stored) == 2 else 3), result
        assert len(rejects(tmp_path)) == 2 - len(stored)
    assert os.listdir(tmp_path)
