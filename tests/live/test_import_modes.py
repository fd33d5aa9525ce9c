"""Modes of haul-import: skipping, upserting, merging and deleting by a key, in lanes, twice, at once."""
import json
import random

import pytest

from support.haul import await_handler, failed, finish, run, start, succeeded
from support.importing import Importer, counts, lines


@pytest.fixture
def into(server, dst, tmp_path):
    return Importer(server, dst, tmp_path)


def test_skips_by_a_compound_key_and_rejects_what_has_no_whole_key(into):
    into.ok(lines([{"t": 1, "in": {"e": "a"}, "n": 1}, {"t": 2, "in": {"e": "a"}, "n": 1}]))
    result = failed(into.run(lines([
        {"t": 1, "in": {"e": "a"}, "n": 2}, {"t": 1, "in": {"e": "b"}}, {"t": 1, "in": {"e": "b"}, "n": 9},
        {"t": None, "in": {"e": "c"}}, {"in": {"e": "c"}}, {"t": 5, "in": [{"e": "x"}]}]),
        "--skipExisting", "t, in.e"), 3, "key field")
    assert counts(result) == {"read": 6, "inserted": 1, "skipped": 2, "rejected": 3}
    assert sorted(r["line"] for r in into.rejected()) == [4, 5, 6]
    assert into.database.c.count_documents({"n": 2}) == 0
    assert counts(into.ok(lines([{"t": 1, "in": {"e": "b"}}]), "--skipExisting", "t,in.e")) == {"read": 1, "skipped": 1}


def test_upserts_replace_whole_documents_and_the_last_line_wins(into):
    into.database.c.insert_many([{"_id": 1, "old": 1}, {"_id": 2, "old": 1}])
    result = into.ok(lines([{"_id": 1, "new": 1}, {"_id": 3, "new": 1}, {"_id": 1, "new": 2}, {"_id": 2, "old": 1}]),
                     "--mode", "upsert")
    assert counts(result) == {"read": 4, "inserted": 1, "updated": 2, "present already": 1}
    assert list(into.database.c.find({}, sort=[("_id", 1)])) == [
        {"_id": 1, "new": 2}, {"_id": 2, "old": 1}, {"_id": 3, "new": 1}]


def test_upsert_fields_alone_mean_upsert_and_documents_without_any_are_inserted(into):
    into.database.c.insert_one({"_id": 7, "k": 1})
    result = failed(into.run(lines([{"k": 1, "n": 1}, {"n": 2}, {"k": None, "n": 3}, {"k": 2, "_id": 8}, {"k": 1, "_id": 9}]),
                             "--upsertFields", "k"), 3, "immutable")
    assert counts(result) == {"read": 5, "inserted": 3, "updated": 1, "rejected": 1}
    assert into.database.c.find_one({"k": 1}) == {"_id": 7, "k": 1, "n": 1}
    result = failed(into.run(lines([{"k": 1}]), "--upsertFields", "k,l"), 3, "'l' is absent or null")
    assert counts(result) == {"read": 1, "rejected": 1}


def test_merge_puts_top_level_fields_into_what_is_there(into):
    into.database.c.insert_one({"_id": 1, "k": 1, "stays": 1, "in": {"a": 1}})
    into.ok('{"k":1,"in":{"b":2},"a.b":3,"$x":4}\n{"k":2}\n', "--mode", "merge", "--upsertFields", "k")
    [first, second] = into.database.c.find({}, sort=[("k", 1)])
    assert first == {"_id": 1, "k": 1, "stays": 1, "in": {"b": 2}, "a.b": 3, "$x": 4}
    assert second["k"] == 2


def test_delete_takes_one_document_a_row(into):
    into.database.c.insert_many([{"_id": i, "k": i // 2} for i in range(6)])
    result = failed(into.run("k\n0\n0\n1\n7\n\"\"\n", "--mode", "delete", "--upsertFields", "k", "--type", "csv",
                             "--headerline", "--ignoreBlanks"), (0, 3))
    found = counts(result)
    assert (found["deleted"], found["skipped"]) == (3, 1)
    assert sorted(d["k"] for d in into.stored()) == [1, 2, 2]
    result = failed(into.run(lines([{"x": 1}]), "--mode", "delete", "--upsertFields", "k"), 3, "absent or null")
    assert counts(result) == {"read": 1, "rejected": 1}


@pytest.mark.parametrize("seed", range(3))
def test_lanes_keep_the_order_of_each_key(into, seed):
    """Random documents against a model: the last line of a key wins, fields merge in their order."""
    rng = random.Random(seed)
    mode = ["upsert", "merge", "merge"][seed]
    into.database.c.create_index("k", unique=True)
    model, documents = {}, []
    for i in range(30000):
        k = rng.choice([rng.randrange(20), float(rng.randrange(2000)), str(rng.randrange(500))])
        document = {"k": k, rng.choice("abc"): i, "pad": "x" * rng.randrange(120)}
        documents.append(document)
        before = model.get(k, {}) if mode == "merge" else {}
        model[k] = {**before, **document}
    result = into.ok(lines(documents), "--mode", mode, "--upsertFields", "k", "--jobs", 6)
    assert counts(result)["inserted"] == len(model)
    assert {d["k"]: d for d in into.stored()} == model


def test_lanes_keep_order_under_a_collation_that_takes_keys_for_equal(into):
    into.database.create_collection("c", collation={"locale": "en", "strength": 2})
    into.database.c.create_index("k", unique=True)
    documents = [{"k": random.Random(i).choice(["ab", "AB", "aB", "Ab"]), "n": i, "pad": "y" * 500} for i in range(8000)]
    into.ok(lines(documents), "--upsertFields", "k", "--jobs", 4)
    assert [d["n"] for d in into.stored()] == [7999]


def test_another_unique_index_than_the_key_makes_rejects(into):
    into.database.c.create_index("email", unique=True)
    into.database.c.insert_one({"k": 0, "email": "x"})
    for extra in (["--upsertFields", "k"], ["--skipExisting", "k"], []):
        result = failed(into.run(lines([{"k": 1, "email": "x"}, {"k": 2, "email": str(extra)}]), *extra), 3, "email")
        assert counts(result) == {"read": 2, "inserted": 1, "rejected": 1}
        [reject] = into.rejected()
        assert reject["code"] == 11000 and reject["document"]["email"] == "x" and reject["line"] == 1
        into.database.c.delete_many({"k": 2})


def test_names_that_look_like_operators_or_paths_are_kept_in_every_mode(into):
    odd = '{"k":1,"$set":{"a":1},"a.b":2,"":3,"in":{"$ref":"x","$id":1},"t":{"$timestamp":{"t":0,"i":0}}}\n'
    for extra in ([], ["--skipExisting", "k"], ["--upsertFields", "k"], ["--mode", "merge", "--upsertFields", "k"]):
        into.database.drop_collection("c")
        into.ok(odd, *extra)
        [stored] = into.stored()
        assert [*stored] == ["k", "$set", "a.b", "", "in", "t"], extra
        assert stored["t"].time == 0


def test_two_runs_at_once_insert_each_key_once(into):
    into.database.c.create_index("email", unique=True)
    path = into.file(lines({"email": f"u{i}@x", "n": i} for i in range(5000)))
    both = [start("import", "--uri", into.uri, "-c", "c", "--skipExisting", "email", "--rejects",
                  into.folder / f"r{i}", path) for i in range(2)]
    found = [counts(succeeded(finish(each))) for each in both]
    assert sum(f.get("inserted", 0) for f in found) == 5000
    assert sum(f.get("skipped", 0) for f in found) == 5000
    assert into.database.c.count_documents({}) == 5000


def test_a_killed_run_is_completed_by_running_it_again_with_upsert(into):
    documents = [{"_id": i, "n": i, "pad": "x" * 300} for i in range(60000)]
    path = into.file(lines(documents))
    process = start("import", "--uri", into.uri, "-c", "c", "--mode", "upsert", path)
    while into.database.c.estimated_document_count() < 1000:
        assert process.poll() is None
    process.kill()
    finish(process)
    assert into.database.c.count_documents({}) < 60000
    into.ok(lines(documents), "--mode", "upsert")
    assert [d["n"] for d in into.database.c.find({}, {"n": 1}).sort("_id", 1)] == list(range(60000))


def test_a_lost_connection_loses_and_doubles_nothing(server, into):
    documents = [{"n": i} for i in range(5000)]
    for args, command in (([], "insert"), (["--skipExisting", "n"], "update"), (["--upsertFields", "n"], "update")):
        into.database.drop_collection("c")
        server.client.admin.command("configureFailPoint", "failCommand", mode={"times": 2}, data={
            "failCommands": [command], "closeConnection": True, "appName": "haul-import"})
        result = into.ok(lines(documents), *args)
        server.client.admin.command("configureFailPoint", "failCommand", mode="off")
        assert counts(result)["read"] == 5000
        assert sorted(d["n"] for d in into.stored()) == list(range(5000)), args


def test_a_signal_stops_within_seconds_and_says_what_was_written(into):
    path = into.file(lines({"n": i, "pad": "x" * 500} for i in range(200000)))
    process = start("import", "--uri", into.uri, "-c", "c", path)
    await_handler(process)
    while into.database.c.estimated_document_count() < 1000:
        assert process.poll() is None
    process.terminate()
    result = failed(finish(process), 143, "stopped by a signal", "inserted")
    assert counts(result)["inserted"] == into.database.c.count_documents({})


@pytest.mark.parametrize("args,words", [
    (["--mode", "insert", "--upsertFields", "a"], ["--upsertFields", "insert"]),
    (["--skipExisting", "a", "--mode", "upsert"], ["--skipExisting"]),
    (["--skipExisting", "a", "--upsertFields", "b"], ["--skipExisting"]),
    (["--drop", "--mode", "upsert"], ["--drop"]), (["--drop", "--mode", "merge"], ["--drop"]),
    (["--drop", "--mode", "delete"], ["--drop"]), (["--drop", "--upsertFields", "a"], ["--drop"]),
    (["--mode", "replace"], ["--mode"]), (["--skipExisting", "a,,b"], ["--skipExisting"]),
    (["--skipExisting", "a,a.b"], ["overlap"]), (["--upsertFields", "$a"], ["$"]),
    (["--upsert", "--mode", "merge"], ["--upsert"]), (["--headerline"], ["--headerline", "csv"]),
    (["--fields", "a"], ["--fields"]), (["--ignoreBlanks"], ["--ignoreBlanks"]),
    (["--columnsHaveTypes"], ["--columnsHaveTypes"]), (["--parseGrace", "stop"], ["--parseGrace"]),
    (["--type", "csv"], ["--headerline"]), (["--type", "csv", "--headerline", "-f", "a"], ["one of"]),
    (["--type", "csv", "-f", "a", "--parseGrace", "Stop"], ["autoCast"]),
    (["--type", "csv", "-f", "a", "--jsonArray"], ["--jsonArray"]), (["--type", "xml"], ["--type"]),
    (["--writeConcern", "-1"], ["write concern"]), (["--defaultPasswordEnv", "X"], ["--hash"]),
    (["--hash", "p=bcrypt", "--defaultPasswordEnv", "NOT_SET_HERE"], ["NOT_SET_HERE"]),
    (["--hash", "p=md5"], ["--hash"]), (["--jobs", "0"], ["--jobs"]), (["--default", "x"], ["--default"]),
    (["--transform", "/nowhere"], ["/nowhere"]), (["--file", "other.json"], ["--file", "positional"])])
def test_options_that_contradict_themselves_touch_nothing(into, args, words):
    into.database.c.insert_one({"_id": 1})
    failed(into.run("{}\n", *args), 2, *words)
    assert into.stored() == [{"_id": 1}]


def test_what_cannot_be_read_or_is_the_servers_own_is_refused(into, tmp_path):
    failed(into.command("-c", "c", tmp_path / "none.json"), 2, "no such file")
    failed(into.run("{}\n", collection="system.js"), 2, "system.js")
    failed(into.run("{}\n", "--legacy"), 12, "--legacy")
    failed(into.run("{}\n", "-d", "a.b"), 2, "a.b")
