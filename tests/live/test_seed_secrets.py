"""Passwords and tokens: what is refused, and that clear text appears nowhere."""
import hashlib
import re

import bcrypt
import jwt
import pytest

from support import haul

CLEAR = "Correct-Horse-7"
OTHER = "Battery-Staple-8"
SECRET = "never-shown-" * 3
DEV = {"HAUL_ENV": "development", "JWT": SECRET, "PW": OTHER}
BCRYPT = {"password": {"alg": "bcrypt", "cost": 4}}
TOKEN = {"secretEnv": "JWT", "expiresIn": "1h", "claims": {"id": "$_id"}}


def everything(seeder, *results):
    """All bytes that a run left: database, streams, reject files."""
    stored = b"".join(document for name in seeder.db.list_collection_names()
                      for document in haul.raw_documents(seeder.db[name]))
    said = "".join(r.out + r.err for r in results).encode()
    files = b"".join(p.read_bytes() for p in seeder.folder.glob("haul-rejects-*"))
    return stored + said + files


def test_clear_text_appears_nowhere_whatever_happens_to_a_document(seeder):
    seeder.db.create_collection("users", validator={"n": {"$lt": 5}})
    seeder.db.users.create_index("alias", unique=True, sparse=True)
    seeder.db.users.insert_one({"email": "taken", "alias": OTHER, "n": 0, "marker": 1})
    seeder.write("users/x.json", [
        {"email": "fine", "n": 1, "password": CLEAR},
        {"email": "refused", "n": 9, "password": CLEAR},
        {"email": "clash", "n": 1, "password": CLEAR, "alias": {"$$env": "PW"}},
        {"email": "nul", "n": 1, "password": CLEAR + "\u0000"},
        {"email": "long", "n": 1, "password": CLEAR * 8},
        {"email": "number", "n": 1, "password": 12345678}],
        {"key": ["email"], "hash": BCRYPT, "tokens": {"token": TOKEN}})
    result = seeder.run("-vv", env=DEV, code=3)
    assert "1 created" in result.err
    assert {r["document"]["email"] for r in seeder.rejects()} == {
        "refused", "clash", "nul", "long", "number"}
    assert {r["document"]["password"] for r in seeder.rejects()} == {"<redacted>"}
    seeder.db.users.delete_one({"marker": 1})
    found = everything(seeder, result)
    for secret in (CLEAR, OTHER, SECRET, "12345678"):
        assert secret.encode() not in found, secret


def test_argon2id_is_a_phc_string(seeder):
    seeder.write("users/x.json", [{"_id": 1, "password": CLEAR}],
                 {"hash": {"password": {"alg": "argon2id", "memory": "8MiB", "passes": 2}}})
    seeder.run(env=DEV)
    assert re.fullmatch(r"\$argon2id\$v=19\$m=8192,t=2,p=1\$[\w+/]+\$[\w+/]+",
                        seeder.db.users.find_one()["password"])
    assert "nothing changed" in seeder.run(env=DEV).err


def test_only_a_whole_hash_counts_as_hashed_already(seeder):
    whole = bcrypt.hashpw(CLEAR.encode(), bcrypt.gensalt(4)).decode()
    seeder.write("users/x.json", [{"_id": 1, "password": whole}, {"_id": 2, "password": whole[:30]}],
                 {"hash": BCRYPT})
    seeder.run(env=DEV)
    assert seeder.db.users.find_one(1)["password"] == whole
    assert bcrypt.checkpw(whole[:30].encode(), seeder.db.users.find_one(2)["password"].encode())


@pytest.mark.parametrize("settings, words", [
    ({"hash": {"password": {"alg": "md5"}}}, ("md5",)),
    ({"hash": {"password": {"alg": "bcrypt", "cost": 99}}}, ("cost",)),
    ({"hash": {"a.b": {"alg": "bcrypt"}}}, ("top-level",)),
    ({"tokens": {"t": {**TOKEN, "secretEnv": "SHORT"}}}, ("32",)),
    ({"tokens": {"t": {**TOKEN, "secretEnv": "HAUL_NOT_SET"}}}, ("HAUL_NOT_SET is not set",)),
    ({"tokens": {"t": {"secretFile": "jwt.key", "expiresIn": "1h"}}}, ("jwt.key",)),
    ({"tokens": {"t": {"expiresIn": "1h"}}}, ("secretEnv and secretFile",)),
    ({"tokens": {"t": {"secretEnv": "JWT"}}}, ("expiresIn is missing",)),
    ({"tokens": {"t": {**TOKEN, "alg": "RS256"}}}, ("RS256",)),
    ({"tokens": {"t": {**TOKEN, "secret": "x"}}}, ("no setting of a token",)),
    ({"tokens": {"t": {**TOKEN, "claims": {"exp": 5}}}}, ("exp is set by haul",)),
    ({"hash": BCRYPT, "tokens": {"t": {**TOKEN, "claims": {"p": "$password"}}}}, ("password is hashed",)),
    ({"tokens": {"t": {**TOKEN, "claims": {"p": "$u"}}, "u": TOKEN}}, ("u is hashed or a token",)),
    ({"hash": BCRYPT, "key": ["password"]}, ("tells no document",)),
])
def test_wrong_settings_are_refused_before_anything_is_written(seeder, settings, words):
    path = seeder.write("users/x.json", [{"_id": 1, "password": CLEAR}], settings)
    (path.parent / "jwt.key").write_text("k" * 40)
    (path.parent / "jwt.key").chmod(0o644)
    result = seeder.run(env={**DEV, "SHORT": "x" * 31}, code=2)
    haul.failed(result, 2, "users/x.json", "line", *words)
    assert seeder.database not in seeder.server.client.list_database_names()
    assert CLEAR not in result.err and SECRET not in result.err


def test_a_weak_cost_is_for_development_only(seeder):
    seeder.write("users/x.json", [{"_id": 1, "password": CLEAR}], {"hash": BCRYPT})
    haul.failed(seeder.run("--env", "production", env={"JWT": SECRET}, code=2), 2, "too weak", "--env development")
    seeder.run("--env", "test")


def test_a_private_file_holds_a_token_s_secret(seeder):
    path = seeder.write("users/x.json", [{"_id": 1}], {"tokens": {"t": {
        "alg": "HS512", "secretFile": "jwt.key", "expiresIn": "7d", "claims": {"id": "$_id", "kind": "access"}}}})
    (path.parent / "jwt.key").write_text("k" * 64 + "\n")
    (path.parent / "jwt.key").chmod(0o600)
    seeder.run(env=DEV)
    claims = jwt.decode(seeder.db.users.find_one()["t"], "k" * 64, algorithms=["HS512"])
    assert (claims["id"], claims["kind"]) == (1, "access")


def test_only_the_hash_of_a_token_can_be_stored(seeder):
    seeder.write("users/x.json", [{"name": "a"}], {"key": ["name"], "tokens": {
        "plain": TOKEN, "hashed": {**TOKEN, "store": "sha256"}}})
    seeder.run(env=DEV)
    user = seeder.db.users.find_one()
    assert user["hashed"] == hashlib.sha256(user["plain"].encode()).hexdigest()
    assert jwt.decode(user["plain"], SECRET, algorithms=["HS256"])["id"] == str(user["_id"])


def test_secrets_of_an_environment_that_gets_no_file_are_not_asked_for(seeder):
    seeder.write("users/x.json", [{"_id": 1}], {"environments": ["test"], "tokens": {
        "t": {**TOKEN, "secretEnv": "HAUL_NOT_SET"}}})
    seeder.run("--env", "development")


def test_a_claim_whose_field_is_missing_makes_a_reject(seeder):
    seeder.write("users/x.json", [{"_id": 1}, {"_id": 2, "mail": "m"}], {"tokens": {
        "t": {**TOKEN, "claims": {"mail": "$mail"}}}})
    result = seeder.run(env=DEV, code=3)
    assert "no field mail" in result.err
    assert [d["_id"] for d in seeder.db.users.find()] == [2]
    assert [r["_id"] for r in seeder.rejects()] == [1]
