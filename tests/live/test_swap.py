"""--drop: the new collection is built beside the old one and takes its place when all of it is there."""
import re

import pytest

from support.haul import (assert_same, data_file, dump, failed, fill, fill_all_kinds, fingerprint, restore, run,
                          tree, write_dump)


@pytest.fixture
def dumped(server, src, tmp_path):
    fill(src, 200, "users")
    fill(src, 100, "orders")
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    return tmp_path / "d" / src.name


def beside(db):
    return [n for n in db.list_collection_names() if n.startswith("haul.")]


def oplog_of(server, db):
    """Commands on a database, oldest first: (command, collection)."""
    entries = server.client.local["oplog.rs"].find({"op": "c", "ns": f"{db.name}.$cmd"}).sort("$natural", 1)
    return [(next(iter(e["o"])), e) for e in entries]


def test_the_new_collection_takes_the_place_of_the_old_one_in_one_step(server, src, dst, dumped):
    fill(dst, 7, "users")
    old = next(c["info"]["uuid"] for c in dst.list_collections() if c["name"] == "users")
    restore("--uri", server.uri_of(dst.name), "--drop", dumped)
    renames = [e for command, e in oplog_of(server, dst) if command == "renameCollection"]
    assert len(renames) == 1, "orders was not there: nothing to swap"
    assert renames[0]["o"]["to"] == f"{dst.name}.users" and renames[0]["o"]["dropTarget"] == old
    assert re.fullmatch(rf"{dst.name}\.haul\.[0-9a-f]{{28}}\.0", renames[0]["o"]["renameCollection"])
    assert not [e for command, e in oplog_of(server, dst) if command == "drop"], "nothing else was dropped"
    assert_same(server.client, src.name, dst.name)


def test_a_swapped_collection_has_everything_that_was_dumped(server, src, dst, tmp_path):
    fill_all_kinds(src)
    fill_all_kinds(dst)
    dst.items.drop_indexes()
    dst.capped.drop()
    dst.create_collection("capped", capped=True, size=4096)
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    restore("--uri", server.uri_of(dst.name), "--drop", tmp_path / "d" / src.name)
    assert_same(server.client, src.name, dst.name)
    assert not beside(dst)


def test_the_dry_run_says_which_swap_and_which_are_dropped_first_and_why(server, src, dst, tmp_path):
    fill_all_kinds(src)
    fill_all_kinds(dst)
    dst.clustered.drop()
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    before = fingerprint(server.client, dst.name)
    lines = restore("--uri", server.uri_of(dst.name), "--drop", "--dryRun", tmp_path / "d" / src.name).out.splitlines()
    said = {line.split(" from ")[0].removeprefix(dst.name + "."): line for line in lines}
    for name in ("items", "capped", "collated", "validated"):
        assert "swapped in" in said[name], said[name]
    assert "created" in said["clustered"]
    assert "dropped first" in said["weather"] and "time-series" in said["weather"]
    assert "dropped first" in said["few"] and "view" in said["few"]
    assert "dropped first" in said["system.js"]
    assert fingerprint(server.client, dst.name) == before
    first = restore("--uri", server.uri_of(dst.name), "--dropFirst", "--dryRun", tmp_path / "d" / src.name).out
    assert "swapped" not in first and first.count("--dropFirst") >= 6
    log = restore("--uri", server.uri_of(dst.name), "--drop", tmp_path / "d" / src.name).err
    assert f"{dst.name}.weather: dropped first" in log and "replace collections" in log


def test_drop_first_drops_and_loads(server, src, dst, dumped):
    fill(dst, 7, "users")
    restore("--uri", server.uri_of(dst.name), "--dropFirst", dumped)
    commands = [command for command, _ in oplog_of(server, dst)]
    assert "renameCollection" not in commands and "drop" in commands
    assert_same(server.client, src.name, dst.name)


@pytest.mark.parametrize("files", ["of haul-dump", "of mongodump"])
def test_nothing_is_replaced_where_one_file_of_the_dump_is_damaged(server, src, dst, dumped, tmp_path, files):
    """What is found out while loading: all frames but one are whole."""
    if files == "of mongodump":
        for name in ("users", "orders"):
            write_dump(tmp_path / "m", src.name, {name: [{"_id": i, "x": "y" * 50} for i in range(900)]})
        dumped = tmp_path / "m" / src.name
    for name in ("users", "orders"):
        fill(dst, 9, name)
    before = fingerprint(server.client, dst.name)
    path = data_file(dumped.parent, src.name, "users")
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + bytes([whole[100] ^ 255]) + whole[101:] if files == "of haul-dump" else whole[:-9])
    result = failed(run("restore", "--uri", server.uri_of(dst.name), "--drop", dumped), 4, path.name, "none was replaced")
    assert fingerprint(server.client, dst.name) == before and not beside(dst), result


def test_rejected_documents_do_not_hinder_the_swap_unless_asked_to(server, dst, tmp_path):
    metadata = {"t": '{"options":{"validator":{"n":{"$lt":{"$numberInt":"5"}}}},"indexes":[],"collectionName":"t"}'}
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": i, "n": i} for i in range(7)]}, metadata=metadata)
    fill(dst, 9, "t")
    before = fingerprint(server.client, dst.name)
    failed(run("restore", "--uri", server.uri, "--drop", "--stopOnError", tmp_path / "d", cwd=tmp_path), 3, "stopped")
    assert fingerprint(server.client, dst.name) == before, "with --stopOnError the old one stays"
    failed(run("restore", "--uri", server.uri, "--drop", tmp_path / "d", cwd=tmp_path), 3, "rejected")
    assert [d["_id"] for d in dst.t.find()] == [0, 1, 2, 3, 4] and not beside(dst)


def test_an_index_that_cannot_be_built_is_listed_under_the_name_of_its_target(server, dst, tmp_path):
    metadata = {"t": '{"indexes":[{"v":2,"key":{"_id":1},"name":"_id_"},{"v":2,"key":{"n":1},"name":"bad","unique":true},'
                     '{"v":2,"key":{"m":1},"name":"good"}],"collectionName":"t"}'}
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": i, "n": 1} for i in range(7)]}, metadata=metadata)
    fill(dst, 9, "t")
    result = failed(run("restore", "--uri", server.uri, "--drop", tmp_path / "d"), 3, f"bad of {dst.name}.t")
    assert "haul." not in result.err, result
    assert sorted(dst.t.index_information()) == ["_id_", "good"] and dst.t.count_documents({}) == 7


def test_a_failed_swap_leaves_the_old_collection_and_nothing_beside_it(server, src, dst, dumped):
    fill(dst, 7, "users")
    before = fingerprint(server.client, dst.name)
    server.fail(["renameCollection"], mode="alwaysOn", errorCode=11601)
    try:
        failed(run("restore", "--uri", server.uri_of(dst.name), "--drop", "--nsInclude", "*.users", dumped), (1, 5), "rename")
    finally:
        server.calm()
    assert fingerprint(server.client, dst.name) == before


@pytest.mark.parametrize("lost", [{"errorCode": 91}, {"closeConnection": True},
                                  {"writeConcernError": {"code": 91, "errmsg": "done, and then shut down"}}])
def test_a_rename_that_is_lost_before_or_after_it_is_done_is_no_failure(server, src, dst, dumped, lost):
    fill(dst, 7, "users")
    server.fail(["renameCollection"], mode={"times": 1}, **lost)
    try:
        restore("--uri", server.uri_of(dst.name), "--drop", dumped)
    finally:
        server.calm()
    assert_same(server.client, src.name, dst.name)


def test_what_cannot_be_dropped_after_a_failure_is_named(server, src, dst, dumped):
    fill(dst, 7, "users")
    server.fail(["renameCollection", "drop"], mode="alwaysOn", errorCode=8000)
    try:
        result = failed(run("restore", "--uri", server.uri_of(dst.name), "--drop", dumped), 1, "left over")
    finally:
        server.calm()
    left = beside(dst)
    assert len(left) == 1 and f"{dst.name}.{left[0]}" in result.err
    assert dst.users.count_documents({}) == 7


def test_leftovers_of_a_dead_run_of_this_machine_are_removed_and_others_named(server, src, dst, dumped, tmp_path):
    fill(dst, 7, "users")
    server.fail(["renameCollection", "drop"], mode="alwaysOn", errorCode=8000)
    try:
        run("restore", "--uri", server.uri_of(dst.name), "--drop", dumped)
    finally:
        server.calm()
    mine = beside(dst)[0]
    foreign = f"haul.{'0' * 28}.0"
    dst[foreign].insert_one({"_id": 1})
    dry = restore("--uri", server.uri_of(dst.name), "--drop", "--dryRun", dumped)
    assert mine in dry.err and foreign in dry.err and sorted(beside(dst)) == sorted([mine, foreign])
    assert mine in restore("--uri", server.uri_of(dst.name), dumped, "--nsInclude", "*.orders").err
    assert sorted(beside(dst)) == sorted([mine, foreign]), "without --drop nothing is removed"
    result = restore("--uri", server.uri_of(dst.name), "--drop", dumped)
    assert f"{dst.name}.{mine}" in result.err and f"{dst.name}.{foreign}" in result.err
    assert beside(dst) == [foreign]
    assert dst.users.count_documents({}) == 200


def test_a_dump_leaves_out_what_a_killed_restore_left_and_says_so(server, src, tmp_path):
    fill(src, 5, "users")
    left = f"haul.{'a1' * 14}.3"
    src[left].insert_one({"_id": 1})
    src["haul.orders.2024"].insert_one({"_id": 1})
    result = dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    assert f"{src.name}.{left}" in result.err and "left" in result.err
    held = "\n".join(tree(tmp_path / "d"))
    assert left not in held and "haul.orders.2024.bson" in held and "users.bson" in held
    named = dump("--uri", server.uri_of(src.name), "-c", left, "-o", tmp_path / "named")
    assert left in "\n".join(tree(tmp_path / "named")), named


def test_a_uuid_that_another_collection_has_is_found_before_anything_is_touched(server, src, dst, dumped, names):
    """mongorestore renames the live collection away."""
    before = fingerprint(server.client, src.name)
    fill(dst, 7, "orders")
    there = fingerprint(server.client, dst.name)
    failed(run("restore", "--uri", server.uri_of(dst.name), "--drop", "--preserveUUID", dumped), 10,
           "uuid", (f"{src.name}.users", f"{src.name}.orders"), "nothing was touched")
    assert fingerprint(server.client, src.name) == before and fingerprint(server.client, dst.name) == there


def test_preserved_uuids_come_back_after_a_drop(server, src, dumped):
    uuids = {c["name"]: c["info"]["uuid"] for c in src.list_collections()}
    src.users.drop()
    fill(src, 3, "users")
    result = restore("--uri", server.uri_of(src.name), "--drop", "--preserveUUID", dumped)
    assert {c["name"]: c["info"]["uuid"] for c in src.list_collections()} == uuids
    assert "dropped first (--preserveUUID" in result.err
