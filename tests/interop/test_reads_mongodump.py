"""Dumps made by the real mongodump come back exactly as expected.json says the source was."""
import hashlib
import shutil

import pytest

from support.golden import DATABASES, DUMPS, EXPECTED, assert_as_expected, drop_all
from support.haul import restore, run, succeeded


@pytest.fixture(autouse=True)
def empty_server(server):
    drop_all(server)
    yield
    drop_all(server)


@pytest.mark.parametrize("options", [[], ["--jobs=1"], ["--jobs=8", "--objcheck"], ["--maintainInsertionOrder"]])
@pytest.mark.parametrize("form", ["dir", "dir-gzip"])
def test_a_directory_comes_back_as_it_was(server, form, options):
    restore("--uri", server.uri, *options, DUMPS / form)
    assert_as_expected(server)


@pytest.mark.parametrize("form", ["dir", "dir-gzip"])
def test_each_database_folder_alone_comes_back_as_it_was(server, form):
    for database in DATABASES:
        restore("--uri", server.uri_of(database), DUMPS / form / database)
    assert_as_expected(server)


@pytest.mark.parametrize("form", ["dir", "dir-gzip"])
def test_restored_over_itself_everything_is_present(server, form, tmp_path):
    restore("--uri", server.uri, DUMPS / form)
    restore("--uri", server.uri, "--nsExclude=shop.weather", DUMPS / form, cwd=tmp_path)
    assert not list(tmp_path.iterdir()), "no rejects"
    assert_as_expected(server)


def test_restored_with_drop_over_other_data_it_is_as_it_was(server):
    for ns, entry in EXPECTED.items():
        database, name = ns.split(".", 1)
        if entry["type"] == "collection" and not name.startswith("system."):
            server.client[database].command("insert", name, documents=[{"_id": "in the way"}])
    restore("--uri", server.uri, "--drop", DUMPS / "dir")
    assert_as_expected(server)


def test_a_gzip_option_of_the_old_tool_is_not_needed_and_does_no_harm(server):
    result = run("restore", "--uri", server.uri, "--gzip", DUMPS / "dir-gzip")
    assert result.code in (0, 2), result
    if result.code == 0:
        assert_as_expected(server)


def test_files_of_other_tools_in_the_directory_are_ignored(server, tmp_path):
    shutil.copytree(DUMPS / "dir", tmp_path / "d")
    (tmp_path / "d").chmod(0o755)
    (tmp_path / "d" / "README.txt").write_text("a note")
    (tmp_path / "d" / "shop").chmod(0o755)
    (tmp_path / "d" / "shop" / "checksums.sha256").write_text("")
    restore("--uri", server.uri, tmp_path / "d")
    assert_as_expected(server)


def test_the_users_of_the_dump_come_back(server):
    admin = server.client.shop
    admin.command("dropAllUsersFromDatabase")
    admin.command("dropAllRolesFromDatabase")
    succeeded(run("restore", "--uri", server.uri, "--db=shop", "--restoreDbUsersAndRoles", DUMPS / "dir" / "shop"))
    try:
        assert admin.command("usersInfo")["users"] and admin.command("rolesInfo", 1)["roles"]
    finally:
        admin.command("dropAllUsersFromDatabase")
        admin.command("dropAllRolesFromDatabase")


def test_the_golden_files_are_the_ones_that_expected_json_was_made_from():
    data = (DUMPS / "dir" / "shop" / "capped.bson").read_bytes()
    assert hashlib.sha256(data).hexdigest() == EXPECTED["shop.capped"]["ordered"]
