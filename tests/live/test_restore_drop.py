"""--drop, existing data, duplicates: nothing is lost that was not asked to go."""
import bson
import pytest

from support import bson_data
from support.haul import (data_file, dump, failed, fill, fingerprint, insert_raw, rejects, restore, run, write_dump)
from support.mongod import Mongod


@pytest.fixture
def dumped(server, src, tmp_path):
    fill(src, 200, "users")
    fill(src, 100, "orders")
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    return tmp_path / "d" / src.name


def test_drop_replaces_the_collections_of_the_dump_and_no_others(server, src, dst, dumped):
    dst.users.insert_many([{"_id": "old"}, {"_id": 1, "n": "changed"}])
    dst.users.create_index("old_index")
    dst.kept.insert_one({"_id": "kept"})
    dst.command("create", "kept_view", viewOn="kept", pipeline=[])
    restore("--uri", server.uri_of(dst.name), "--drop", dumped)
    found = fingerprint(server.client, dst.name)
    source = fingerprint(server.client, src.name)
    assert found["users"] == source["users"] and found["orders"] == source["orders"]
    assert dst.kept.find_one() == {"_id": "kept"} and "kept_view" in found


def test_drop_spares_what_the_selection_leaves_out(server, src, dst, dumped):
    fill(dst, 3, "orders")
    restore("--uri", server.uri, "--drop", "--nsInclude", f"{src.name}.users", "--nsFrom", f"{src.name}.*",
            "--nsTo", f"{dst.name}.*", dumped.parent)
    assert (dst.users.count_documents({}), dst.orders.count_documents({})) == (200, 3)


def test_drop_replaces_a_view_a_time_series_and_a_capped_collection(server, src, dst, tmp_path):
    from support.haul import fill_all_kinds
    fill_all_kinds(src)
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    for _ in range(2):
        restore("--uri", server.uri_of(dst.name), "--drop", tmp_path / "d" / src.name)
        assert fingerprint(server.client, dst.name) == fingerprint(server.client, src.name)


def test_drop_without_old_data_is_no_error(server, src, dst, dumped):
    restore("--uri", server.uri_of(dst.name), "--drop", dumped)
    assert dst.users.count_documents({}) == 200


DAMAGE = {
    "a flipped bit in the data": ("users", lambda b: b[:60] + bytes([b[60] ^ 4]) + b[61:]),
    "a cut file": ("users", lambda b: b[:-20]),
    "an empty file": ("orders", lambda b: b""),
    "garbage": ("orders", lambda b: b"garbage" * 99),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_drop_leaves_the_old_data_where_the_dump_is_damaged(server, src, dst, dumped, case):
    name, damage = DAMAGE[case]
    fill(dst, 7, "users")
    fill(dst, 8, "orders")
    before = fingerprint(server.client, dst.name)
    path = data_file(dumped.parent, src.name, name)
    path.write_bytes(damage(path.read_bytes()))
    failed(run("restore", "--uri", server.uri_of(dst.name), "--drop", dumped), 4, path.name)
    assert fingerprint(server.client, dst.name) == before


@pytest.mark.parametrize("damage", [lambda b: b[:-3], lambda b: b[:1] + b"\xff\xff" + b[3:],
                                    lambda b: b + b"\1\2\3", lambda b: b"\xff" * 50])
def test_drop_leaves_the_old_data_where_a_mongodump_file_is_damaged(server, dst, tmp_path, damage):
    folder = write_dump(tmp_path / "d", dst.name, {"users": [{"_id": i, "x": "y" * 50} for i in range(500)]})
    fill(dst, 7, "users")
    before = fingerprint(server.client, dst.name)
    (folder / "users.bson").write_bytes(damage((folder / "users.bson").read_bytes()))
    failed(run("restore", "--uri", server.uri, "--drop", tmp_path / "d"), 4, "users.bson")
    assert fingerprint(server.client, dst.name) == before


def test_restoring_twice_counts_everything_as_present_and_succeeds(server, src, dst, dumped, tmp_path):
    restore("--uri", server.uri_of(dst.name), dumped, cwd=tmp_path)
    before = fingerprint(server.client, dst.name)
    result = restore("--uri", server.uri_of(dst.name), dumped, cwd=tmp_path)
    assert ("present" in result.err or "there already" in result.err) and "300" in result.err
    assert fingerprint(server.client, dst.name) == before
    assert not list(tmp_path.glob("haul-rejects*"))


def test_documents_that_differ_are_rejected_listed_and_left_alone(server, src, dst, dumped, tmp_path):
    restore("--uri", server.uri_of(dst.name), dumped)
    dst.users.update_many({"_id": {"$in": [3, 5, 150]}}, {"$set": {"text": "changed since"}})
    dst.users.delete_many({"_id": {"$gte": 190}})
    before = dst.users.find_one({"_id": 5})
    failed(run("restore", "--uri", server.uri_of(dst.name), dumped, cwd=tmp_path), 3, "rejected", "haul-rejects-")
    lines = rejects(tmp_path)
    assert sorted(line["_id"] for line in lines) == [3, 5, 150]
    assert {line["ns"] for line in lines} == {f"{dst.name}.users"} or \
        {line["ns"] for line in lines} == {f"{src.name}.users"}
    assert all(line["code"] == 11000 and line["reason"] and line["file"] for line in lines)
    assert [line["document"] for line in lines if line["_id"] == 5] == [src.users.find_one({"_id": 5})]
    assert dst.users.find_one({"_id": 5}) == before
    assert dst.users.count_documents({}) == 200, "the rest continues"


def test_the_reject_file_is_private_and_where_it_was_asked_for(server, src, dst, dumped, tmp_path):
    restore("--uri", server.uri_of(dst.name), dumped)
    dst.users.update_one({"_id": 3}, {"$set": {"n": -1}})
    failed(run("restore", "--uri", server.uri_of(dst.name), "--rejects", tmp_path / "mine.json", dumped), 3)
    assert len((tmp_path / "mine.json").read_text().splitlines()) == 1
    assert (tmp_path / "mine.json").stat().st_mode & 0o777 == 0o600


def test_a_reject_file_that_cannot_be_written_is_found_at_the_start(server, dst, dumped, tmp_path):
    failed(run("restore", "--uri", server.uri_of(dst.name), "--rejects", tmp_path / "no" / "such" / "f", dumped),
           (2, 7), "such")
    assert not dst.list_collection_names()


def test_equal_means_equal_bytes(server, dst, tmp_path):
    """1 and 1.0 are equal to the server, and field order does not matter to a careless comparison."""
    pairs = [(bson.encode({"_id": 1, "v": 1}), bson.encode({"_id": 1, "v": 1.0})),
             (bson.encode({"_id": 2, "a": 1, "b": 2}), bson.encode({"_id": 2, "b": 2, "a": 1})),
             (bson.encode({"_id": 3, "v": 0.0}), bson.encode({"_id": 3, "v": -0.0})),
             (bson.encode({"_id": 4}), bson.encode({"_id": bson.Int64(4)})),
             (bson.encode({"_id": 5, "v": None}), bson.encode({"_id": 5})),
             (bson.encode({"_id": 6, "v": 1}), bson.encode({"_id": 6, "v": 1}))]
    insert_raw(dst.t, [there for there, _ in pairs])
    write_dump(tmp_path / "d", dst.name, {"t": [mine for _, mine in pairs]})
    failed(run("restore", "--uri", server.uri, "--nsInclude", f"{dst.name}.*", tmp_path / "d", cwd=tmp_path), 3)
    assert sorted(line["_id"] for line in rejects(tmp_path)) == [1, 2, 3, 4, 5]


def test_every_type_of_id_is_found_again_as_present(server, src, dst, tmp_path):
    insert_raw(src.ids, bson_data.documents_with_every_id())
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    for _ in range(2):
        restore("--uri", server.uri_of(dst.name), tmp_path / "d" / src.name, cwd=tmp_path)
    assert fingerprint(server.client, dst.name) == fingerprint(server.client, src.name)


def test_duplicates_within_the_file_are_told(server, dst, tmp_path):
    one = {"_id": 1, "v": 1}
    write_dump(tmp_path / "d", dst.name, {"t": [one, {"_id": 2}, one, {"_id": 1, "v": 2}]})
    failed(run("restore", "--uri", server.uri, tmp_path / "d", cwd=tmp_path), 3)
    assert dst.t.count_documents({}) == 2 and len(rejects(tmp_path)) == 1


def test_a_hundred_thousand_duplicates_do_not_break_the_connection(server, src, dst, tmp_path):
    """So many write errors make a reply that the server cannot send in one message."""
    long_id = "k" * 300
    src.t.insert_many([{"_id": f"{long_id}{i}"} for i in range(100_000)])
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    restore("--uri", server.uri_of(dst.name), tmp_path / "d" / src.name)
    restore("--uri", server.uri_of(dst.name), tmp_path / "d" / src.name, timeout=300)
    assert dst.t.count_documents({}) == 100_000


def test_without_the_right_to_read_duplicates_are_rejects_not_compared(tmp_path):
    with Mongod(auth=True) as server:
        db = server.client.shop
        db.t.insert_many([{"_id": i} for i in range(10)])
        server.client.admin.command("createUser", "r", pwd="r", roles=["restore"])
        dump("--uri", server.uri_of("shop"), "-o", tmp_path / "d")
        failed(run("restore", "--uri", server.uri_for("", "r", "r"), tmp_path / "d", "--nsInclude=shop.*",
                   cwd=tmp_path), 3, "not compared")
        assert len(rejects(tmp_path)) == 10


def test_a_time_series_collection_that_exists_is_refused_before_anything_is_touched(server, src, dst, tmp_path):
    fill(src)
    for db in (src, dst):
        db.command("create", "ts", timeseries={"timeField": "t"})
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    failed(run("restore", "--uri", server.uri_of(dst.name), tmp_path / "d" / src.name), 10, f"{dst.name}.ts", "drop")
    assert "items" not in dst.list_collection_names()
