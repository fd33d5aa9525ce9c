"""The real mongorestore on archives of ours. Where MONGO_TOOLS_BIN names no directory that holds it, all of this is
left out, and the run says so."""
import os
import pathlib
import subprocess

import pytest

from support import archive
from support.haul import assert_same, dump, environment, fill, fill_all_kinds, fingerprint, start, tool

pytestmark = pytest.mark.mongo_tools

PACKED = {"none": [], "gzip": ["--gzip"]}


def mongorestore(server, *args, **kw):
    program = pathlib.Path(os.environ["MONGO_TOOLS_BIN"]) / "mongorestore"
    return subprocess.run([str(program), "--uri", server.uri, *map(str, args)], capture_output=True, timeout=120,
                          check=False, **kw)


def restored(result):
    assert result.returncode == 0, result.stderr.decode()
    return result


@pytest.mark.parametrize("compress", PACKED)
@pytest.mark.parametrize("jobs", [1, 4])
def test_mongorestore_reads_our_archive_in_place(server, src, tmp_path, compress, jobs):
    fill_all_kinds(src)
    for i in range(40):
        src[f"c{i}"].insert_many([{"_id": k, "text": "x" * 300} for k in range(i * 10 + 1)])
    dump("--uri", server.uri_of(src.name), "--compress", compress, "--jobs", jobs, f"--archive={tmp_path / 'a'}")
    before = fingerprint(server.client, src.name)
    server.client.drop_database(src.name)
    restored(mongorestore(server, *PACKED[compress], f"--archive={tmp_path / 'a'}"))
    assert fingerprint(server.client, src.name) == before


def test_mongorestore_takes_our_archive_from_a_pipe(server, src, dst):
    fill_all_kinds(src).drop_collection("weather")  # mongorestore cannot rename what belongs to it
    process = subprocess.Popen([tool("dump"), "--uri", server.uri_of(src.name), "--archive"], stdout=subprocess.PIPE,
                               env=environment())
    restored(mongorestore(server, "--archive", "--nsFrom", f"{src.name}.$c$", "--nsTo", f"{dst.name}.$c$",
                          stdin=process.stdout))
    process.stdout.close()
    assert process.wait() == 0
    assert_same(server.client, src.name, dst.name)


def test_mongorestore_takes_users_and_roles_of_a_database(server, src, tmp_path):
    fill(src)
    src.command("createUser", "u", pwd="secret", roles=["readWrite"])
    try:
        dump("--uri", server.uri_of(src.name), "--dumpDbUsersAndRoles", "--compress=none", f"--archive={tmp_path / 'a'}")
        src.command("dropUser", "u")
        restored(mongorestore(server, "-d", src.name, "--restoreDbUsersAndRoles", "--drop", f"--archive={tmp_path / 'a'}"))
        assert [u["user"] for u in src.command("usersInfo")["users"]] == ["u"]
    finally:
        src.command("dropAllUsersFromDatabase")


@pytest.mark.parametrize("compress", PACKED)
def test_mongorestore_finds_an_archive_of_a_stopped_dump_cut(server, src, tmp_path, compress):
    src.items.insert_many([{"_id": i, "bytes": os.urandom(5000)} for i in range(3000)])
    fill(src, name="first")
    process = start("dump", "--uri", server.uri_of(src.name), "--maxRate=5MB/s", "--compress", compress,
                    f"--archive={tmp_path / 'a'}")
    while not (tmp_path / "a.part").exists() or (tmp_path / "a.part").stat().st_size < 2**20:
        assert process.poll() is None
    process.terminate()
    process.wait()
    server.client.drop_database(src.name)
    result = mongorestore(server, *PACKED[compress], f"--archive={tmp_path / 'a.part'}")
    assert result.returncode != 0, result.stderr.decode()


def test_our_archive_has_the_entries_and_documents_of_theirs(server, src, tmp_path):
    fill_all_kinds(src)
    dump("--uri", server.uri_of(src.name), "--compress=none", f"--archive={tmp_path / 'ours'}")
    program = pathlib.Path(os.environ["MONGO_TOOLS_BIN"]) / "mongodump"
    subprocess.run([str(program), "--quiet", "--uri", server.uri_of(src.name), f"--archive={tmp_path / 'theirs'}"],
                   check=True, timeout=120)
    ours, theirs = archive.read(tmp_path / "ours"), archive.parse((tmp_path / "theirs").read_bytes(), foreign=True)
    key = lambda entry: entry["collection"]  # noqa: E731
    assert sorted(ours.entries, key=key) == sorted(theirs.entries, key=key)
    assert sorted(ours.namespaces()) == sorted(theirs.namespaces())
    for ns in ours.namespaces():
        assert sorted(ours.documents(*ns)) == sorted(theirs.documents(*ns)), ns
