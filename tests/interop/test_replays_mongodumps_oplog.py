"""A dump that the real mongodump --oplog made while a client wrote comes back as mongorestore
--oplogReplay brought it back."""
import json
import shutil

import pytest

from support.haul import GOLDEN, fingerprint, restore

FOLDER = GOLDEN / "dumps-with-oplog"
EXPECTED = json.loads((FOLDER / "expected-after-oplog-replay.json").read_text())
DATABASES = sorted({ns.split(".")[0] for ns in EXPECTED})


@pytest.fixture
def dump_folder(tmp_path):
    """The dump without oplog, and over it what differs."""
    folder = tmp_path / "full-oplog-gzip"
    shutil.copytree(GOLDEN / "dumps" / "dir-gzip", folder)
    for prelude in folder.glob("*/prelude.json.gz"):
        prelude.unlink()
    shutil.copytree(FOLDER / "overlay", folder, dirs_exist_ok=True)
    return folder


@pytest.fixture(autouse=True)
def empty_server(server):
    for name in DATABASES:
        server.client.drop_database(name)
    yield
    for name in DATABASES:
        server.client.drop_database(name)
    server.client.shop.command("dropAllUsersFromDatabase")
    server.client.shop.command("dropAllRolesFromDatabase")


def assert_as_expected(server):
    for database in DATABASES:
        found = fingerprint(server.client, database)
        expected = {k.split(".", 1)[1]: v for k, v in EXPECTED.items() if k.split(".")[0] == database}
        assert sorted(found) == sorted(expected)
        for name, entry in expected.items():
            assert {field: found[name].get(field) for field in entry} == entry, f"{database}.{name}"


@pytest.mark.parametrize("options", [[], ["--jobs=1"], ["--drop"]])
def test_a_dump_with_an_oplog_is_of_the_time_of_its_end(server, dump_folder, options):
    result = restore("--uri", server.uri, "--oplogReplay", *options, dump_folder)
    assert_as_expected(server)
    assert "1795240805:130" in result.err and "11 operations applied" in result.err, result


def test_it_is_the_same_after_a_second_time_with_drop(server, dump_folder):
    for _ in range(2):
        restore("--uri", server.uri, "--oplogReplay", "--drop", dump_folder)
    assert_as_expected(server)


def test_without_the_replay_it_is_said_that_an_oplog_was_left_aside(server, dump_folder):
    result = restore("--uri", server.uri, dump_folder)
    assert "--oplogReplay" in result.err, result
