"""What haul-import does to documents before they are written, what it withholds, and --retry."""
import crypt
import datetime
import json
import re

import pytest
from bson import ObjectId, json_util

from support.haul import failed, run, succeeded
from support.importing import Importer, counts, lines


@pytest.fixture
def into(server, dst, tmp_path):
    return Importer(server, dst, tmp_path)


def test_defaults_dates_and_new_ids_as_an_application_imports_its_users(into):
    before = datetime.datetime.utcnow().replace(microsecond=0)
    into.ok(json.dumps([
        {"_id": {"$oid": "0123456789abcdef01234567"}, "email": "a", "createdAt": "2020-01-02T03:04:05.000Z", "isActive": None},
        {"email": "b", "isActive": False, "isUpdated": True}]),
        "--default", "isActive=true", "--default", "isUpdated=false", "--default", "isDeleted=false",
        "--default", "plan=free", "--dateFields", "createdAt=now", "--newIds", "--skipExisting", "email")
    [a, b] = into.database.c.find({}, sort=[("email", 1)])
    assert a["_id"] != ObjectId("0123456789abcdef01234567")
    assert a["createdAt"] == datetime.datetime(2020, 1, 2, 3, 4, 5) and b["createdAt"] >= before
    assert (a["isActive"], a["isUpdated"], a["isDeleted"], a["plan"]) == (True, False, False, "free")
    assert (b["isActive"], b["isUpdated"], b["isDeleted"]) == (False, True, False)


def test_a_text_that_is_no_date_is_a_reject_and_keeps_its_document(into):
    result = failed(into.run(lines([{"_id": 1, "d": "2020-13-45"}, {"_id": 2, "d": "2020-01-02"}]), "--dateFields", "d"), 3)
    assert counts(result) == {"read": 2, "inserted": 1, "rejected": 1}
    [reject] = into.rejected()
    assert reject["document"] == {"_id": 1, "d": "2020-13-45"} and reject["line"] == 1


def test_passwords_are_hashed_and_clear_text_is_nowhere(into):
    already = crypt.crypt("known", "$2b$04$abcdefghijklmnopqrstuu")
    into.database.create_collection("c", validator={"bad": {"$exists": False}})
    result = into.run(lines([
        {"_id": 1, "password": "Secret-One"}, {"_id": 2}, {"_id": 3, "password": already},
        {"_id": 4, "password": "Secret-Four", "bad": 1}, {"_id": 5, "password": "Secret-Five" + "x" * 70}])
        + '{"_id": 6, "password": "Secret-Six"\n',
        "--hash", "password=bcrypt:4", "--defaultPasswordEnv", "START", "-vv",
        env={"START": "Secret-Default"})
    failed(result, 3)
    assert counts(result) == {"read": 6, "inserted": 3, "rejected": 3}
    stored = {d["_id"]: d["password"] for d in into.database.c.find({})}
    assert crypt.crypt("Secret-One", stored[1]) == stored[1] and stored[1].startswith("$2b$04$")
    assert crypt.crypt("Secret-Default", stored[2]) == stored[2]
    assert stored[3] == already
    assert "Secret" not in into.rejects.read_text() and "Secret" not in result.err + result.out
    by_line = {r["line"]: r for r in into.rejected()}
    assert by_line[4]["document"]["password"] == "<redacted>" == by_line[5]["document"]["password"]
    assert by_line[6]["text"] == "<redacted>"
    again = failed(run("import", "--uri", into.uri, "--retry", into.rejects, "--rejects", into.folder / "again.json"), 3)
    assert counts(again) == {"read": 3, "rejected": 3}
    assert into.database.c.count_documents({}) == 3


def test_what_is_skipped_is_not_hashed_first(into):
    users = lines({"email": f"u{i}", "password": f"p{i}"} for i in range(60))
    args = ["--skipExisting", "email", "--hash", "password=bcrypt:8", "--default", "isActive=true"]
    assert counts(into.ok(users, *args)) == {"read": 60, "inserted": 60}
    before = list(into.database.c.find({}).sort("email", 1))
    again = into.ok(users.replace('"p', '"q') + lines([{"email": "new", "password": "x"}]), *args)
    assert counts(again) == {"read": 61, "inserted": 1, "skipped": 60}
    assert list(into.database.c.find({"email": {"$ne": "new"}}).sort("email", 1)) == before


def test_transforms_change_and_leave_out_documents(into):
    path = into.folder / "steps.json"
    path.write_text(json.dumps({f"{into.database.name}.c": [
        {"where": {"keep": True}}, {"rename": {"nick": "handle"}}, {"convert": {"age": "int"}}]}))
    result = failed(into.run(lines([{"keep": True, "nick": "a", "age": "5"}, {"keep": False}, {"keep": True, "age": "old"}]),
                             "--transform", path), 3)
    assert counts(result) == {"read": 3, "inserted": 1, "left out": 1, "rejected": 1}
    assert into.stored() == [{"keep": True, "handle": "a", "age": 5}]


def test_rejects_are_loaded_again_once_the_cause_is_gone(into):
    into.database.create_collection("c", validator={"n": {"$lt": 5}})
    odd = {"_id": 9, "n": 9, "odd": {"$oid": "no id"}}
    failed(into.run(lines({"_id": i, "n": i} for i in range(8)) + "{broken\n"), 3)
    rejects = into.rejects.rename(into.folder / "first.json")
    into.database.command("collMod", "c", validator={})
    text = rejects.read_text().replace("{broken", json.dumps(json.dumps({"_id": 100}))[1:-1])
    rejects.write_text(text)
    result = succeeded(into.command("--retry", rejects))
    assert counts(result) == {"read": 4, "inserted": 4}
    assert sorted(d["_id"] for d in into.stored()) == [0, 1, 2, 3, 4, 5, 6, 7, 100]


def test_rejects_of_a_restore_go_back_into_their_collections(server, src, into):
    other = server.client[src.name]
    for name in ("a", "b"):
        other[name].insert_many([{"_id": i, "from": name} for i in range(3)])
    succeeded(run("restore", "--help"))
    file = into.folder / "mixed.json"
    file.write_text("".join(json.dumps({"ns": f"{into.database.name}.{name}", "_id": i, "code": 1, "reason": "r",
                                        "document": {"_id": i, "from": name}}) + "\n"
                            for i in range(3) for name in "ab")
                    + json.dumps({"ns": f"{into.database.name}.a", "code": 1, "reason": "r", "bson": {"$binary": {
                        "base64": "DgAAABBfaWQABwAAAAA=", "subType": "00"}}}) + "\n")
    result = succeeded(into.command("--retry", file))
    assert counts(result) == {"read": 7, "inserted": 7}
    assert into.database.a.count_documents({}) == 4 and into.database.b.count_documents({"from": "b"}) == 3
    result = succeeded(into.command("--retry", file, "-c", "both", "--mode", "upsert"))
    assert into.database.both.count_documents({}) == 4
    assert counts(result)["read"] == 7


def test_a_file_that_holds_no_rejects_is_refused_before_anything_is_touched(into):
    file = into.file('{"ns":"%s.c","document":{"_id":1}}\n{"a":1}\n' % into.database.name)
    failed(into.command("--retry", file), 4, "line 2", "no reject")
    failed(into.command("--retry", into.file('{"ns":"x')), 4, "line 1")
    failed(into.command("--retry", file, "--drop"), 2, "--drop")
    failed(into.command("--retry", file, file), 2, "--retry")
    assert into.stored() == []
