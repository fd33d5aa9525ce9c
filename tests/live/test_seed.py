"""haul-seed as a developer meets it on the first day: examples/ seeded, and seeded again."""
import pathlib
import shutil

import bcrypt
import jwt
import pytest

from support import haul
from support.mongod import ROOT

ENV = {"HAUL_ENV": "development", "ADMIN_PW": "an admin secret", "JWT_SECRET": "a" * 32,
       "JWT_REFRESH_SECRET": "r" * 40}


@pytest.fixture
def seeds(tmp_path):
    """A copy of the example's folder, as it stands in a developer's project."""
    shutil.copytree(ROOT / "examples" / "seeds", tmp_path / "seeds")
    return tmp_path


def seed(server, database, *args, cwd, env=None, code=0):
    result = haul.run("seed", "--uri", server.uri_of(database), *args, cwd=cwd, env={**ENV, **(env or {})})
    assert result.code == code, result
    return result


def test_the_example_is_there_after_one_command(server, seeds):
    result = seed(server, "first_day", cwd=seeds)
    db = server.client.first_day
    assert db.plans.count_documents({}) == 2
    assert sorted(u["email"] for u in db.users.find()) == [
        "admin@example.com", "user1@example.com", "user2@example.com"]
    assert "20-users/users.json -> first_day.users: 3 created, 0 skipped" in result.err
    assert "seeded: 6 created" in result.err
    assert result.out == ""


def test_the_second_run_changes_nothing_and_says_so(server, seeds):
    seed(server, "twice", cwd=seeds)
    before = haul.fingerprint(server.client, "twice")
    result = seed(server, "twice", cwd=seeds)
    assert haul.fingerprint(server.client, "twice") == before
    assert "users.json -> twice.users: 0 created, 3 skipped as existing" in result.err
    assert "nothing changed: 0 created, 6 skipped as existing" in result.err


def test_passwords_verify_by_another_implementation(server, seeds):
    seed(server, "hashes", cwd=seeds)
    users = {u["email"]: u for u in server.client.hashes.users.find()}
    clear = {"admin@example.com": ENV["ADMIN_PW"], "user1@example.com": "Test1234",
             "user2@example.com": "Test5678"}
    for email, password in clear.items():
        stored = users[email]["password"]
        assert stored.startswith("$2b$12$")
        assert bcrypt.checkpw(password.encode(), stored.encode())


def test_tokens_verify_by_another_library(server, seeds):
    seed(server, "tokens", cwd=seeds)
    for user in server.client.tokens.users.find():
        access = jwt.decode(user["accessToken"], ENV["JWT_SECRET"], algorithms=["HS256"])
        refresh = jwt.decode(user["refreshToken"], ENV["JWT_REFRESH_SECRET"], algorithms=["HS256"])
        for claims, lifetime in ((access, 15 * 60), (refresh, 7 * 86400)):
            assert claims["userId"] == str(user["_id"])
            assert claims["email"] == user["email"]
            assert claims["exp"] - claims["iat"] == lifetime


def test_defaults_fill_what_the_file_does_not_say(server, seeds):
    seed(server, "defaults", cwd=seeds)
    for user in server.client.defaults.users.find():
        assert (user["isActive"], user["isUpdated"], user["isDeleted"]) == (True, False, False)
        assert user["createdAt"] is not None


def test_references_are_the_ids_of_what_was_seeded(server, seeds):
    seed(server, "references", cwd=seeds)
    db = server.client.references
    admin = db.users.find_one({"email": "admin@example.com"})
    assert {u.get("managerId") for u in db.users.find()} == {None, admin["_id"]}
    subscription = db.subscriptions.find_one()
    assert subscription["userId"] == db.users.find_one({"email": "user1@example.com"})["_id"]
    assert subscription["planId"] == db.plans.find_one({"code": "team"})["_id"]


def test_a_user_that_a_developer_changed_stays_as_it_is(server, seeds):
    seed(server, "changed", cwd=seeds)
    users = server.client.changed.users
    users.update_one({"email": "user1@example.com"}, {"$set": {"name": "Mine", "password": "x"}})
    users.delete_one({"email": "user2@example.com"})
    result = seed(server, "changed", cwd=seeds)
    assert "1 created, 2 skipped as existing" in result.err
    assert users.find_one({"email": "user1@example.com"})["name"] == "Mine"


def test_the_settings_come_from_an_env_file(server, seeds):
    env = seeds / ".env"
    env.write_text(f"MONGO_URL='{server.uri_of('env_file')}'\nHAUL_ENV=development\n"
                   f"ADMIN_PW='{ENV['ADMIN_PW']}'\nJWT_SECRET={ENV['JWT_SECRET']}\n"
                   f"JWT_REFRESH_SECRET={ENV['JWT_REFRESH_SECRET']}\n")
    result = haul.run("seed", "--envFile", env, cwd=seeds)
    assert result.code == 0, result
    assert server.client.env_file.users.count_documents({}) == 3


def test_the_example_s_own_env_file_names_all_that_it_needs(server, seeds):
    shutil.copy(ROOT / "examples" / "example.env", seeds)
    result = haul.run("seed", "--uri", server.uri_of("own_env"), "--envFile", "example.env", cwd=seeds)
    assert result.code == 0, result
    assert server.client.own_env.users.count_documents({}) == 3


def test_a_dry_run_says_the_same_and_touches_nothing(server, seeds):
    result = seed(server, "dry", "--dryRun", cwd=seeds)
    assert "nothing was touched; it would be: 6 created" in result.err
    assert "dry" not in server.client.list_database_names()
    assert list(pathlib.Path(seeds).glob("haul-rejects*")) == []


def test_verbose_names_each_document_and_no_secret(server, seeds):
    result = seed(server, "verbose", "-v", cwd=seeds)
    assert 'created verbose.users {"email":"user1@example.com"}' in result.err
    assert result.err.count("created verbose.") == 6
    for secret in ("Test1234", "Test5678", ENV["ADMIN_PW"], ENV["JWT_SECRET"]):
        assert secret not in result.err
