"""The rules of haul-seed: keys, what exists, layout, environments, consent, transactions."""
import datetime
import re
import signal
import uuid

import bcrypt
import bson
import pytest

from support import haul
from support.mongod import Mongod
from support.seeding import Seeder

DEV = {"HAUL_ENV": "development"}


# -- layout ---------------------------------------------------------------------------------------

def test_a_folder_s_number_is_its_order_and_the_rest_its_collection(seeder):
    for name in ("2 roles/a.json", "10_users/a.json", "1.plans/a.json", "no-number/a.json"):
        seeder.write(name, [{"_id": 1}])
    result = seeder.run(env=DEV)
    order = re.findall(r"-> [^.]+\.(\S+):", result.err)
    assert order == ["plans", "roles", "users", "no-number"]


def test_a_folder_with_files_directly_inside_is_one_collection(seeder):
    seeder.write("a.json", [{"_id": 1}])
    seeder.write("b.json", [{"_id": 2}])
    seeder.run(env=DEV)
    assert seeder.db.seeds.count_documents({}) == 2


def test_a_file_fills_the_collection_of_its_name_unless_another_is_said(seeder):
    path = seeder.write("3-cities.json", [{"_id": 1}])
    seeder.run(path, env=DEV)
    seeder.run(path, "--collection", "towns", env=DEV)
    own = seeder.write("x.json", [{"_id": 1}], {"collection": "villages"})
    seeder.run(own, env=DEV)
    assert sorted(n for n in seeder.db.list_collection_names() if n != "haul.seed") == [
        "cities", "towns", "villages"]


def test_the_settings_of_a_folder_are_those_of_all_its_files(seeder):
    seeder.write("10-users/_seed.json", {"key": ["name"], "defaults": {"active": True}})
    seeder.write("10-users/a.json", [{"name": "a"}])
    seeder.write("10-users/b.json", [{"name": "b"}], {"defaults": {"active": False}})
    seeder.run(env=DEV)
    seeder.run(env=DEV)
    assert {d["name"]: d["active"] for d in seeder.documents("users")} == {"a": True, "b": False}
    assert len(seeder.documents("users")) == 2


def test_no_file_is_exit_2(seeder):
    (seeder.folder / "seeds").mkdir()
    haul.failed(seeder.run(env=DEV, code=2), 2, "no seed file")
    haul.failed(seeder.run("elsewhere", env=DEV, code=2), 2, "elsewhere")


def test_only_one_collection_is_seeded_where_that_is_asked_for(seeder):
    seeder.write("a/x.json", [{"_id": 1}])
    seeder.write("b/x.json", [{"_id": 1}])
    seeder.run("--only", "b", env=DEV)
    assert "a" not in seeder.db.list_collection_names()
    haul.failed(seeder.run("--only", "c", env=DEV, code=2), 2, "--only", "a, b")


def test_lines_of_json_and_single_documents_are_files_too(seeder):
    seeder.write("a/x.ndjson", '{"_id": 1}\n{"_id": 2, "at": {"$$now": 1}}\n')
    seeder.write("b/x.json", '{"_id": 3}')
    seeder.run(env=DEV)
    assert seeder.db.a.count_documents({}) == 2
    assert isinstance(seeder.db.a.find_one(2)["at"], datetime.datetime)
    assert seeder.db.b.count_documents({}) == 1


def test_comments_trailing_commas_a_bom_and_crlf_are_fine(seeder):
    seeder.write("a/x.json", '\ufeff// first\r\n[ {"_id": 1, "s": "// no comment", }, // last\r\n]')
    seeder.run(env=DEV)
    assert seeder.db.a.find_one() == {"_id": 1, "s": "// no comment"}


# -- keys and what exists -------------------------------------------------------------------------

def test_without_a_key_the_collection_has_to_be_empty(seeder):
    seeder.write("a/x.json", [{"n": 1}, {"n": 2}])
    seeder.run(env=DEV)
    assert seeder.db.a.count_documents({}) == 2
    result = haul.failed(seeder.run(env=DEV, code=10), 10, "not empty", "hint", "--key")
    assert seeder.db.a.count_documents({}) == 2, result
    seeder.run("--key", "n", env=DEV)
    assert seeder.db.a.count_documents({}) == 2


def test_no_index_is_made_that_the_file_does_not_name(seeder):
    seeder.write("a/x.json", [{"n": 1}], {"key": ["n"]})
    seeder.write("b/x.json", [{"n": 1}], {"key": "n", "indexes": [{"key": {"n": 1}, "unique": True}]})
    seeder.run(env=DEV)
    assert set(seeder.db.a.index_information()) == {"_id_"}
    assert seeder.db.b.index_information()["n_1"]["unique"] is True


def test_update_sets_what_the_file_names_and_leaves_the_rest(seeder):
    settings = {"key": ["email"], "onExisting": "update", "defaults": {"isActive": True},
                "hash": {"password": {"alg": "bcrypt", "cost": 5}},
                "tokens": {"token": {"secretEnv": "S", "expiresIn": "1h", "claims": {"e": "$email"}}}}
    env = {**DEV, "S": "s" * 32}
    documents = [{"email": "a@x", "name": "A", "password": "clear", "seen": {"$$now": 1}}]
    seeder.write("u/x.json", documents, settings)
    seeder.run(env=env)
    first = seeder.db.u.find_one()
    result = seeder.run(env=env)
    assert "nothing changed" in result.err
    assert seeder.db.u.find_one() == first

    seeder.db.u.update_one({}, {"$set": {"own": 1, "isActive": False}})
    documents[0]["name"] = "B"
    seeder.write("u/x.json", documents, settings)
    assert "1 updated" in seeder.run(env=env).err
    assert seeder.db.u.find_one() == {**first, "own": 1, "isActive": False, "name": "B"}

    documents[0]["password"] = "another"
    seeder.write("u/x.json", documents, settings)
    assert "1 updated" in seeder.run(env=env).err
    changed = seeder.db.u.find_one()
    assert bcrypt.checkpw(b"another", changed["password"].encode())
    assert changed["token"] == first["token"]


def test_replace_leaves_nothing_that_the_file_does_not_name(seeder):
    settings = {"key": ["k"], "onExisting": "replace", "defaults": {"at": {"$$now": 1}, "n": None}}
    seeder.write("a/x.json", [{"k": 1, "v": 1}], settings)
    seeder.run(env=DEV)
    first = seeder.db.a.find_one()
    assert "nothing changed" in seeder.run(env=DEV).err
    seeder.db.a.update_one({}, {"$set": {"own": 1, "v": 2}})
    assert "1 updated" in seeder.run(env=DEV).err
    assert seeder.db.a.find_one() == first


def test_error_rejects_what_exists(seeder):
    seeder.write("a/x.json", [{"_id": 1}, {"_id": 2}], {"onExisting": "error"})
    seeder.db.a.insert_one({"_id": 2})
    result = seeder.run(env=DEV, code=3)
    assert "1 created, 0 skipped as existing, 0 updated, 1 rejected" in result.err
    assert [r["_id"] for r in seeder.rejects()] == [2]


def test_two_runs_at_once_store_each_document_once(seeder):
    repeat = [{"$$repeat": {"n": 3000, "doc": {"n": {"$$seq": {}}, "w": {"$$gen": "word"}}}}]
    seeder.write("guarded/x.json", repeat, {"key": ["n"], "indexes": [{"key": {"n": 1}, "unique": True}]})
    seeder.write("bare/x.json", [{"$$repeat": {"n": 300, "doc": {"n": {"$$seq": {}}}}}], {"key": ["n"]})
    runs = [seeder.start(env=DEV) for _ in range(2)]
    created = 0
    for run in runs:
        result = haul.finish(run)
        assert result.code == 0, result
        created += int(re.search(r": ([\d,]+) created, [^\n]* in [\d.]+ s", result.err)[1].replace(",", ""))
    assert created == 3300
    assert seeder.db.guarded.count_documents({}) == 3000
    assert seeder.db.bare.count_documents({}) == 300


def test_a_document_that_a_developer_gave_another_key_does_not_block_the_seed(seeder):
    seeder.write("a/x.json", [{"k": "one"}], {"key": ["k"]})
    seeder.run(env=DEV)
    seeder.db.a.update_one({}, {"$set": {"k": "mine"}})
    seeder.run(env=DEV)
    assert sorted(d["k"] for d in seeder.documents("a")) == ["mine", "one"]


def test_a_run_that_was_killed_is_finished_by_the_next(seeder):
    seeder.write("a/x.json", [{"$$repeat": {"n": 200000, "doc": {"_id": {"$$seq": {}}}}}])
    run = seeder.start(env=DEV)
    while seeder.db.a.estimated_document_count() < 1000:
        assert run.poll() is None
    run.send_signal(signal.SIGKILL)
    haul.finish(run)
    result = seeder.run(env=DEV)
    assert seeder.db.a.count_documents({}) == 200000
    assert "skipped as existing" in result.err


def test_a_run_that_is_stopped_says_what_is_safe(seeder):
    seeder.write("a/x.json", [{"$$repeat": {"n": 100_000_000, "doc": {"_id": {"$$seq": {}}}}}])
    run = seeder.start(env=DEV)
    while seeder.db.a.estimated_document_count() < 1000:
        assert run.poll() is None
    run.send_signal(signal.SIGTERM)
    haul.failed(haul.finish(run), 143, "run it again")


# -- environments and consent ---------------------------------------------------------------------

def test_an_unknown_environment_is_production_and_leaves_files_out_and_says_so(seeder):
    seeder.write("a/x.json", [{"_id": 1}], {"environments": ["development", "test"]})
    seeder.write("b/x.json", [{"_id": 1}])
    result = seeder.run()
    assert "left out: it is for development, test, and this is production" in result.err
    assert seeder.db.a.count_documents({}) == 0
    assert seeder.db.b.count_documents({}) == 1
    record = seeder.db["haul.seed"].find_one()
    assert (record["_id"], record["environment"], record["stated"]) == (
        "environment", "production", False)


def test_a_database_stays_what_its_first_run_said(seeder):
    seeder.write("a/x.json", [{"_id": 1}])
    seeder.run("--env", "production")
    haul.failed(seeder.run("--env", "development", code=2), 2, "seeded as production")
    haul.failed(seeder.run("--env", "development", "--yes", code=2), 2, "seeded as production")
    seeder.run(env={"NODE_ENV": "production"})


def test_a_database_of_development_is_not_seeded_without_saying_so(seeder):
    seeder.write("a/x.json", [{"_id": 1}])
    seeder.run("--env", "development")
    haul.failed(seeder.run(code=2), 2, "seeded as development", "--env development")


def test_an_environment_that_nobody_stated_can_be_corrected(seeder):
    seeder.write("a/x.json", [{"_id": 1}])
    seeder.run()
    haul.failed(seeder.run("--env", "test", code=2), 2, "--yes")
    seeder.run("--env", "test", "--yes")
    seeder.run("--env", "test")
    assert seeder.db["haul.seed"].find_one()["environment"] == "test"


@pytest.mark.parametrize("option", ["--drop", "--clear"])
def test_throwing_away_needs_consent_outside_of_development(seeder, option):
    seeder.write("a/x.json", [{"_id": 1}], {"indexes": [{"key": {"v": 1}}]})
    seeder.db.a.insert_one({"_id": 9})
    seeder.db.a.create_index("own")
    haul.failed(seeder.run(option, code=2), 2, option, "--yes", "nothing was touched")
    assert seeder.db.a.count_documents({}) == 1
    seeder.run(option, "--yes")
    assert [d["_id"] for d in seeder.db.a.find()] == [1]
    assert ("own_1" in seeder.db.a.index_information()) == (option == "--clear")


def test_development_needs_no_consent(seeder):
    seeder.write("a/x.json", [{"n": 1}])
    seeder.run(env=DEV)
    seeder.run("--clear", env=DEV)
    assert seeder.db.a.count_documents({}) == 1


# -- directives -----------------------------------------------------------------------------------

def test_directives_become_values(seeder):
    (seeder.folder / "seeds").mkdir()
    (seeder.folder / "seeds" / "logo.bin").write_bytes(b"\x00\x01")
    seeder.write("a/x.json", [{
        "_id": {"$$oid": "user:admin"}, "u": {"$$uuid": "name"}, "r": {"$$uuid": 1}, "now": {"$$now": 1},
        "past": {"$$date": "now-1d"}, "day": {"$$date": "2024-05-01"}, "env": {"$$env": "WORD"},
        "other": {"$$env": "MISSING", "default": 5}, "file": {"$$file": "logo.bin"}, "text": "$$NOW",
        "literal": {"$$literal": {"$$now": 1}}, "long": {"$numberLong": "7"},
        "many": [{"$$repeat": {"n": 3, "doc": {"$$seq": {"start": 5, "step": 5}}}}]}])
    seeder.run(env={**DEV, "WORD": "value"})
    got = seeder.db.a.find_one()
    assert str(got["_id"]) == "fcbb9328345d8d7fbac6406f"
    assert got["u"] == uuid.uuid5(uuid.UUID(int=0), "name")
    assert got["r"].version == 4
    assert got["now"] - got["past"] == datetime.timedelta(days=1)
    assert got["day"] == datetime.datetime(2024, 5, 1)
    assert (got["env"], got["other"], got["file"], got["text"]) == ("value", 5, b"\x00\x01", "$$NOW")
    assert got["literal"] == {"$$now": 1}
    assert isinstance(got["long"], bson.Int64)
    assert got["many"] == [5, 10, 15]


def test_generated_values_are_the_same_for_the_same_seed(seeder):
    doc = {"n": {"$$seq": {"start": 1, "step": 1}}, "name": {"$$gen": "name"}, "mail": {"$$gen": "email"},
           "age": {"$$gen": {"int": [18, 80]}}, "on": {"$$gen": {"date": ["2020-01-01", "2021-01-01"]}},
           "plan": {"$$gen": {"choice": ["a", "b"]}}}
    seeder.write("a/x.json", [{"$$repeat": {"n": 500, "doc": doc}}], {"key": ["n"]})
    seeder.run(env=DEV)
    first = seeder.documents("a")
    assert len({d["mail"] for d in first}) == 500
    assert {18 <= d["age"] <= 80 for d in first} == {True}
    seeder.run("--drop", "--jobs", 3, env=DEV)
    assert sorted(seeder.documents("a"), key=lambda d: d["n"]) == sorted(first, key=lambda d: d["n"])
    seeder.run("--drop", "--seed", 2, env=DEV)
    assert sorted(seeder.documents("a"), key=lambda d: d["n"]) != sorted(first, key=lambda d: d["n"])


def test_references_decide_the_order_also_against_the_numbers(seeder):
    seeder.write("10-posts/x.json", [
        {"_id": 1, "by": {"$$ref": {"users": {"name": "b"}}, "field": "_id", "as": "string"}}])
    seeder.write("20-users/x.json", [
        {"name": "a", "boss": {"$$ref": {"users": {"name": "b"}}}}, {"name": "b"}], {"key": ["name"]})
    seeder.run(env=DEV)
    boss = seeder.db.users.find_one({"name": "b"})["_id"]
    assert seeder.db.users.find_one({"name": "a"})["boss"] == boss
    assert seeder.db.posts.find_one()["by"] == str(boss)


def test_a_reference_into_the_database_is_resolved_there(seeder):
    seeder.db.users.insert_one({"_id": 7, "name": "x"})
    seeder.write("posts/x.json", [{"_id": 1, "by": {"$$ref": {"users": {"name": "x"}}}}])
    seeder.run(env=DEV)
    assert seeder.db.posts.find_one()["by"] == 7


def test_a_reference_to_a_document_that_is_updated_has_its_new_value(seeder):
    seeder.db.users.insert_one({"_id": 7, "name": "x", "nick": "old", "age": 5})
    seeder.write("users/x.json", [{"_id": 7, "name": "x", "nick": "new"}], {"onExisting": "update"})
    seeder.write("posts/x.json", [{"_id": 1, "nick": {"$$ref": {"users": {"_id": 7}}, "field": "nick"},
                                   "age": {"$$ref": {"users": {"_id": 7}}, "field": "age"}}])
    seeder.run(env=DEV)
    assert seeder.db.posts.find_one() == {"_id": 1, "nick": "new", "age": 5}


# -- transactions, start-up -----------------------------------------------------------------------

def test_a_transaction_stores_all_or_nothing(seeder):
    seeder.db.create_collection("b", validator={"n": {"$lt": 3}})
    seeder.write("a/x.json", [{"_id": 1}])
    seeder.write("b/x.json", [{"_id": i, "n": i} for i in range(5)])
    haul.failed(seeder.run("--transaction", env=DEV, code=3), 3, "nothing of the transaction")
    assert seeder.db.a.count_documents({}) == 0
    assert seeder.db.b.count_documents({}) == 0
    seeder.db.command("collMod", "b", validator={})
    assert "seeded: 6 created" in seeder.run("--transaction", env=DEV).err
    assert "nothing changed" in seeder.run("--transaction", env=DEV).err
    assert seeder.db.b.count_documents({}) == 5


def test_a_transaction_keeps_the_old_documents_where_it_fails(seeder):
    seeder.db.create_collection("a", validator={"n": {"$lt": 3}})
    seeder.db.a.insert_one({"_id": 9, "n": 0})
    seeder.write("a/x.json", [{"_id": i, "n": i} for i in range(5)])
    seeder.run("--transaction", "--clear", env=DEV, code=3)
    assert [d["_id"] for d in seeder.db.a.find()] == [9]
    seeder.db.command("collMod", "a", validator={})
    seeder.run("--transaction", "--clear", env=DEV)
    assert seeder.db.a.count_documents({}) == 5


def test_a_standalone_has_no_transactions(tmp_path):
    with Mongod(members=0) as alone:
        seeder = Seeder(alone, tmp_path, "alone")
        seeder.write("a/x.json", [{"_id": 1}])
        haul.failed(seeder.run("--transaction", env=DEV, code=12), 12, "replica set")
        haul.failed(seeder.run("--initReplicaSet", env=DEV, code=12), 12, "--replSet")
        seeder.run(env=DEV)


def test_a_fresh_server_becomes_a_replica_set_and_is_waited_for(tmp_path):
    class Fresh(Mongod):
        def _initiate(self):
            pass

    with Fresh() as fresh:
        port = fresh.ports[0]
        fresh.stop()
        seeder = Seeder(fresh, tmp_path, "fresh")
        seeder.write("a/x.json", [{"_id": 1}])
        args = ["seed", "--uri", f"mongodb://127.0.0.1:{port}/fresh", "--env", "test",
                "--initReplicaSet", "--waitFor", "60s"]
        run = haul.start(*args, cwd=tmp_path)
        fresh.start()
        result = haul.finish(run)
        assert result.code == 0, result
        assert "made the replica set rs of 127.0.0.1" in result.err
        assert haul.run(*args, cwd=tmp_path).code == 0


def test_a_replica_set_is_made_on_loopback_only(tmp_path):
    (tmp_path / "seeds" / "a").mkdir(parents=True)
    (tmp_path / "seeds" / "a" / "x.json").write_text("[]")
    result = haul.run("seed", "--uri", "mongodb://192.0.2.1/db", "--initReplicaSet", cwd=tmp_path)
    haul.failed(result, 2, "loopback")


def test_waiting_for_a_server_ends(tmp_path):
    (tmp_path / "seeds" / "a").mkdir(parents=True)
    (tmp_path / "seeds" / "a" / "x.json").write_text("[]")
    result = haul.run("seed", "--uri", "mongodb://127.0.0.1:1/db", "--waitFor", "1s", cwd=tmp_path)
    haul.failed(result, 5)
    assert result.seconds < 15
