"""haul-export changes documents on their way: sanitised, masked, without fields, by steps."""
import json

import pytest

from support.export import documents, export
from support.haul import failed, run

USER = {"_id": 1, "email": "ann@example.com", "password": "secret-1", "name": "Ann", "age": 30,
        "session": {"accessToken": "secret-2", "refreshToken": "secret-3", "ip": "10.0.0.1"},
        "devices": [{"passwordHash": "secret-4", "kind": "phone", "pin": "secret-5"}]}


@pytest.fixture
def users(server, src):
    src.users.insert_many([USER, {**USER, "_id": 2, "email": "bob@example.com"}, {**USER, "_id": 3}])
    return ("--uri", server.uri_of(src.name), "-c", "users")


def test_sanitize_leaves_secrets_out_at_every_depth(users):
    out = export(*users, "--sanitize").out
    assert "secret-5" in out and not any(f"secret-{i}" in out for i in range(1, 5))
    first = json.loads(out.splitlines()[0])
    assert first["session"] == {"ip": "10.0.0.1"} and first["devices"] == [{"kind": "phone", "pin": "secret-5"}]
    assert "secret-" not in export(*users, "--sanitize", "--sanitizeFields", "pin").out
    assert "secret-" not in export(*users, "--sanitizeFields", "pin").out


def test_excluded_fields_are_gone_from_json_and_empty_in_tables(users):
    found = documents(*users, "--excludeFields", "password,session.ip,devices.pin")[0]
    assert "password" not in found and set(found["session"]) == {"accessToken", "refreshToken"}
    assert found["devices"] == [{"passwordHash": "secret-4", "kind": "phone"}]
    out = export(*users, "--type=csv", "-f", "name,password", "--excludeFields", "password", "--limit=1").out
    assert out == "name,password\nAnn,\n"


def test_masks_hide_values_and_keep_joins(users, tmp_path):
    key = tmp_path / "key"
    key.write_text("a key that is long enough")
    key.chmod(0o600)
    args = ("--mask", "email=email", "--mask", "name=hash", "--mask", "session.ip=null", "--mask", "password=redact",
            "--mask", "age=constant:18", "--maskKeyFile", key)
    found = documents(*users, *args)
    assert found[0]["email"] == found[2]["email"] != found[1]["email"] and "@" in found[0]["email"]
    assert "ann" not in json.dumps(found).lower()
    assert {d["age"] for d in found} == {18} and {d["password"] for d in found} == {"<redacted>"}
    assert all(d["session"]["ip"] is None for d in found)
    assert documents(*users, *args) == found
    assert documents(*users, *args[:-2], env={"HAUL_MASK_KEY": "a key that is long enough"}) == found


def test_without_a_key_masks_are_of_this_run_only_and_it_is_said(users):
    first = export(*users, "--mask", "email=email")
    assert "random" in first.err and "--maskKeyFile" in first.err
    assert first.out != export(*users, "--mask", "email=email").out


def test_steps_come_before_the_masks(users, src, tmp_path):
    steps = {f"{src.name}.users": [{"where": {"_id": {"$lt": 3}}}, {"rename": {"name": "label"}},
                                   {"set": {"password": "again"}}]}
    (tmp_path / "t.json").write_text(json.dumps(steps))
    result = export(*users, "--transform", tmp_path / "t.json", "--sanitize", "--mask", "label=redact")
    found = [json.loads(line) for line in result.out.splitlines()]
    assert [d["label"] for d in found] == ["<redacted>"] * 2 and "1 document left out" in result.err
    assert not any("password" in d or "name" in d for d in found)
    csv = export(*users, "--transform", tmp_path / "t.json", "--type=csv", "-f", "label", "--noHeaderLine").out
    assert csv == "Ann\nAnn\n"


def test_an_array_whose_first_documents_are_left_out_is_well_formed(users, src, tmp_path):
    (tmp_path / "t.json").write_text(json.dumps({f"{src.name}.users": [{"where": {"_id": 3}}]}))
    args = ("--transform", tmp_path / "t.json", "--jsonArray")
    assert [d["_id"] for d in json.loads(export(*users, *args).out)] == [3]
    (tmp_path / "t.json").write_text(json.dumps({f"{src.name}.users": [{"where": {"_id": 9}}]}))
    assert export(*users, *args).out == "[]\n"


def test_steps_that_meet_nothing_are_an_error(users, tmp_path):
    (tmp_path / "t.json").write_text('{"other.users": [{"unset": ["password"]}]}')
    failed(run("export", *users, "--transform", tmp_path / "t.json", "--out", tmp_path / "o"), 2, "other.users")
    assert not (tmp_path / "o").exists()


def test_a_document_that_a_step_refuses_is_a_reject_without_its_values(users, src, tmp_path):
    (tmp_path / "t.json").write_text(json.dumps({f"{src.name}.users": [{"convert": {"age": "objectId"}}]}))
    src.users.update_one({"_id": 2}, {"$unset": {"age": 1}})
    result = run("export", *users, "--transform", tmp_path / "t.json", "--sanitize", "--rejects", tmp_path / "r")
    failed(result, 3, "2 documents")
    assert [json.loads(line)["_id"] for line in result.out.splitlines()] == [2]
    text = (tmp_path / "r").read_text()
    assert len(text.splitlines()) == 2 and "secret" not in text and "age" in text


@pytest.mark.parametrize("args", [("--mask", "email"), ("--mask", "email=rot13"), ("--excludeFields", "a..b"),
                                  ("--transform", "/nowhere"), ("--maskKeyFile", "/nowhere", "--mask", "a=hash"),
                                  ("--sanitizeFields", "a,,b")])
def test_bad_options_are_refused_before_a_server_is_asked(args):
    failed(run("export", "--uri", "mongodb://127.0.0.1:1/x", "-c", "c", *args), 2)


def test_the_bytes_are_the_same_whatever_the_jobs(server, src):
    src.many.insert_many([{"_id": i, "password": str(i), "text": "x" * (i % 300)} for i in range(30_000)])
    args = ("--uri", server.uri_of(src.name), "-c", "many", "--sanitize", "--mask", "text=hash")
    env = {"HAUL_MASK_KEY": "0123456789abcdef0123456789abcdef"}
    assert export(*args, "--jobs=1", env=env).out == export(*args, "--jobs=5", env=env).out
