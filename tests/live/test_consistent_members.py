"""Consistent dumps of a replica set of three: from a secondary, and across an election."""
import bson
import pytest

from support.haul import data_file, finish, manifest, plain, split_bson, start, succeeded
from support.mongod import Mongod


@pytest.fixture(scope="module")
def members():
    with Mongod(members=3) as server:
        shop = server.client.shop
        shop.large.insert_many([{"_id": i, "pad": b"x" * 100_000} for i in range(60)])
        shop.small.insert_many([{"_id": i, "n": 0} for i in range(100)])
        yield server


def started(server, folder, *options, **uri):
    process = start("dump", "--uri", server.uri_for(**uri), "-o", folder, "--jobs=1", "--maxRate=4MB/s", *options)
    for line in process.stderr:
        if "dumping" in line:
            return process
    raise AssertionError("it did not begin")


@pytest.mark.parametrize("option", ["--snapshot", "--oplog"])
def test_a_secondary_yields_a_consistent_dump(members, tmp_path, option):
    shop = members.client.shop
    shop.small.delete_many({"_id": {"$type": "string"}})
    process = started(members, tmp_path / "d", option, readPreference="secondary")
    shop.small.insert_one({"_id": "late"})
    succeeded(finish(process))
    part = manifest(tmp_path / "d")["parts"][0]
    small = plain(data_file(tmp_path / "d", "shop", "small"))
    if option == "--snapshot":
        assert part["consistency"] == "snapshot" and b"late" not in small
    else:
        oplog = [bson.decode(e) for e in split_bson(plain(tmp_path / "d" / "oplog.bson.zst"))]
        assert any(e["op"] == "i" and e["o"]["_id"] == "late" for e in oplog)


@pytest.mark.parametrize("option", ["--snapshot", "--oplog"])
def test_an_election_does_not_end_a_consistent_dump(members, tmp_path, option):
    shop = members.client.shop
    shop.small.delete_many({"_id": {"$type": "string"}})
    process = started(members, tmp_path / "d", option)
    shop.small.insert_one({"_id": "before"})
    members.client.admin.command("replSetStepDown", 5, secondaryCatchUpPeriodSecs=4)
    shop.small.insert_one({"_id": "after"})
    succeeded(finish(process))
    assert len(split_bson(plain(data_file(tmp_path / "d", "shop", "large")))) == 60
    if option == "--oplog":
        oplog = [bson.decode(e) for e in split_bson(plain(tmp_path / "d" / "oplog.bson.zst"))]
        inserted = [e["o"]["_id"] for e in oplog if e["op"] == "i" and e["ns"] == "shop.small"]
        assert inserted[-2:] == ["before", "after"]
        times = [e["ts"] for e in oplog]
        assert times == sorted(set(times)), "each once, in order"
