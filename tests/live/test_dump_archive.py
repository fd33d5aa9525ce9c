"""What haul-dump --archive and --out - write, read by a reader of the format that shares no code with it."""
import array
import fcntl
import json
import os
import pty
import re
import subprocess
import termios
import time

import bson
import pytest

from support import archive
from support.haul import (dump, failed, fill, fill_all_kinds, finish, raw_documents, run, split_bson, start,
                          succeeded, tree)

ODD_NAMES = ["a/b", "100%", "%2F", "white space", "dots.and.more", "line\nbreak", 'quote"\'', "ünï-日本", "x" * 200]


def to_stdout(path, *args, **kw):
    """Runs haul-dump with its standard output in a file."""
    with open(path, "wb") as out:
        return succeeded(run("dump", *args, stdout=out, **kw))


def expected_documents(db, name):
    return sorted(raw_documents(db[name]))


def assert_holds(read, db):
    """Every collection, view and time-series collection of the database, byte by byte."""
    specs = db.command("listCollections", cursor={"batchSize": 10000})["cursor"]["firstBatch"]
    specs = [s for s in specs if s["name"] != "system.views" and not s["name"].startswith("system.buckets.")]
    assert sorted(e["collection"] for e in read.entries) == sorted(s["name"] for s in specs)
    for entry in read.entries:
        spec = next(s for s in specs if s["name"] == entry["collection"])
        assert entry["db"] == db.name and entry["type"] == spec["type"] and entry["size"] == 0
        assert json.loads(entry["metadata"])["collectionName"] == spec["name"]
        if spec["type"] == "view":
            assert read.documents(db.name, spec["name"]) == []
            continue
        stored = ("system.buckets." if spec["type"] == "timeseries" else "") + spec["name"]
        documents = read.documents(db.name, stored)
        expected = raw_documents(db[stored])
        assert documents == expected if spec["options"].get("capped") else sorted(documents) == sorted(expected), stored


@pytest.mark.parametrize("option,packed", [("--compress=none", b"\x6d\xe2\x99\x81"), ("--gzip", b"\x1f\x8b"),
                                           ("--compress=zstd:5", b"\x28\xb5\x2f\xfd"), (None, b"\x28\xb5\x2f\xfd")])
def test_an_archive_holds_every_kind_of_collection(server, src, tmp_path, option, packed):
    fill_all_kinds(src)
    file = tmp_path / "a"
    dump("--uri", server.uri_of(src.name), f"--archive={file}", *filter(None, [option]))
    assert file.read_bytes().startswith(packed) and sorted(tree(tmp_path)) == ["a"]
    assert file.stat().st_mode & 0o077 == 0
    read = archive.read(file)
    assert_holds(read, src)
    assert re.fullmatch(r"haul-\d+\.\d+\.\d+", read.header["tool_version"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", read.header["server_version"]) and read.header["version"] == "0.1"
    assert read.header["haul"]["options"]["db"] == src.name


@pytest.mark.parametrize("option,tool", [("--gzip", "gzip"), ("--compress=zstd", "zstd")])
def test_the_tool_of_the_codec_finds_the_archive_whole(server, src, tmp_path, option, tool):
    fill_all_kinds(src)
    dump("--uri", server.uri_of(src.name), f"--archive={tmp_path / 'a'}", option)
    with open(tmp_path / "a", "rb") as file:
        assert subprocess.run([tool, "-tq"], stdin=file, check=False).returncode == 0


def test_standard_output_gets_the_plain_archive(server, src, tmp_path):
    fill_all_kinds(src)
    to_stdout(tmp_path / "a", "--uri", server.uri_of(src.name), "--archive")
    assert_holds(archive.parse((tmp_path / "a").read_bytes()), src)
    to_stdout(tmp_path / "z", "--uri", server.uri_of(src.name), "--archive", "--compress=zstd:1")
    assert_holds(archive.read(tmp_path / "z"), src)


def test_names_of_any_kind_stand_as_they_are(server, src, tmp_path):
    for name in ODD_NAMES:
        src[name].insert_one({"_id": name})
    dump("--uri", server.uri_of(src.name), f"--archive={tmp_path / 'a'}", "--compress=none")
    read = archive.read(tmp_path / "a")
    assert sorted(e["collection"] for e in read.entries) == sorted(ODD_NAMES)
    for name in ODD_NAMES:
        assert [bson.decode(d)["_id"] for d in read.documents(src.name, name)] == [name]


@pytest.mark.parametrize("options,most", [(["--jobs=8"], 8), (["--jobs=8", "-j", "2"], 2), (["--jobs=1"], 1),
                                          (["--jobs=3", "-j", "100"], 3)])
def test_no_more_namespaces_are_open_than_the_header_says(server, src, tmp_path, options, most):
    for i in range(30):
        src[f"c{i}"].insert_many([{"_id": k, "text": "x" * 1000} for k in range(i * 20)] or [{"_id": 0}])
    src.create_collection("empty")
    dump("--uri", server.uri_of(src.name), f"--archive={tmp_path / 'a'}", *options)
    read = archive.read(tmp_path / "a")
    assert read.header["concurrent_collections"] == most
    assert read.most_open <= most
    assert_holds(read, src)


def test_the_blocks_of_a_large_collection_are_many_and_whole(server, src, tmp_path):
    src.large.insert_many([{"_id": i, "bytes": os.urandom(100_000)} for i in range(150)])
    dump("--uri", server.uri_of(src.name), f"--archive={tmp_path / 'a'}", "--compress=none")
    read = archive.read(tmp_path / "a")
    assert len([b for b in read.blocks if b.documents]) >= 3
    assert sorted(read.documents(src.name, "large")) == expected_documents(src, "large")


def test_users_and_roles_of_a_database_come_first_under_their_own_name(server, src, tmp_path):
    fill(src)
    src.command("createUser", "u", pwd="secret", roles=["readWrite"])
    src.command("createRole", "r", privileges=[], roles=[])
    try:
        dump("--uri", server.uri_of(src.name), "--dumpDbUsersAndRoles", f"--archive={tmp_path / 'a'}", "--jobs=1")
    finally:
        src.command("dropUser", "u")
        src.command("dropRole", "r")
    read = archive.read(tmp_path / "a")
    admin = [(src.name, f"$admin.system.{n}") for n in ("users", "roles", "version")]
    assert read.namespaces()[:3] == admin
    assert [bson.decode(d)["user"] for d in read.documents(*admin[0])] == ["u"]
    assert [bson.decode(d)["role"] for d in read.documents(*admin[1])] == ["r"]
    for entry in read.entries[:3]:
        assert (entry["metadata"], entry["type"]) == ("", "")


def test_users_and_roles_of_the_server_come_before_views_and_all_else(server, src, tmp_path):
    # mongorestore looks at them only until the first other namespace.
    fill_all_kinds(src)
    src.command("createUser", "first", pwd="x", roles=[])
    try:
        dump("--uri", server.uri, f"--archive={tmp_path / 'a'}")
    finally:
        src.command("dropUser", "first")
    names = archive.read(tmp_path / "a").namespaces()
    admin = [n for n in names if n[0] == "admin" and n[1].startswith("system.")]
    assert {("admin", "system.users"), ("admin", "system.version")} <= set(admin)
    assert names[:len(admin)] == admin


def test_a_directory_gets_a_file_named_archive(server, src, tmp_path):
    fill(src)
    for option, name in (("--compress=none", "archive"), ("--gzip", "archive.gz"), ("--compress=zstd", "archive.zst")):
        dump("--uri", server.uri_of(src.name), f"--archive={tmp_path}", option)
        assert_holds(archive.read(tmp_path / name), src)


def test_an_archive_is_replaced_only_when_asked_and_only_by_a_whole_one(server, src, tmp_path):
    fill(src)
    file = tmp_path / "a"
    dump("--uri", server.uri_of(src.name), f"--archive={file}")
    first = file.read_bytes()
    failed(run("dump", "--uri", server.uri_of(src.name), f"--archive={file}"), 10, "already there", "--overwrite")
    assert file.read_bytes() == first
    src.items.delete_many({"_id": {"$gt": 10}})
    dump("--uri", server.uri_of(src.name), f"--archive={file}", "--overwrite")
    assert_holds(archive.read(file), src)
    assert sorted(tree(tmp_path)) == ["a"]


def test_what_an_earlier_run_left_is_not_written_over_unasked(server, src, tmp_path):
    fill(src)
    (tmp_path / "a.part").write_bytes(b"left behind " * 100_000)
    failed(run("dump", "--uri", server.uri_of(src.name), f"--archive={tmp_path / 'a'}"), 10, "a.part", "--overwrite")
    assert (tmp_path / "a.part").read_bytes().startswith(b"left behind")
    dump("--uri", server.uri_of(src.name), f"--archive={tmp_path / 'a'}", "--overwrite")
    assert sorted(tree(tmp_path)) == ["a"]
    assert_holds(archive.read(tmp_path / "a"), src)


def test_two_runs_do_not_write_one_archive(server, src, tmp_path):
    src.items.insert_many([{"_id": i, "text": "x" * 10_000} for i in range(1000)])
    slow = start("dump", "--uri", server.uri_of(src.name), f"--archive={tmp_path / 'a'}", "--maxRate=5MB/s")
    while not (tmp_path / "a.part").exists():
        assert slow.poll() is None
    failed(run("dump", "--uri", server.uri_of(src.name), f"--archive={tmp_path / 'a'}", "--overwrite"), 9, "a.part")
    succeeded(finish(slow))
    assert_holds(archive.read(tmp_path / "a"), src)


def test_a_dry_run_of_an_archive_touches_nothing(server, src, tmp_path):
    fill_all_kinds(src)
    result = dump("--uri", server.uri_of(src.name), "--archive=a", "--dryRun", cwd=tmp_path)
    assert "items" in result.out and not tree(tmp_path)
    assert "items" in dump("--uri", server.uri_of(src.name), "--archive", "--dryRun", cwd=tmp_path).out


def test_a_device_takes_an_archive(server, src):
    fill(src)
    dump("--uri", server.uri_of(src.name), "--archive=/dev/null")


def test_a_named_pipe_takes_an_archive(server, src, tmp_path):
    fill_all_kinds(src)
    os.mkfifo(tmp_path / "pipe")
    process = start("dump", "--uri", server.uri_of(src.name), f"--archive={tmp_path / 'pipe'}")
    with open(tmp_path / "pipe", "rb") as pipe:
        data = pipe.read()
    succeeded(finish(process))
    assert_holds(archive.parse(archive.unpack(data)), src)


# -- failures --------------------------------------------------------------------------------------


def test_a_reader_that_is_gone_is_exit_7(server, src):
    src.items.insert_many([{"_id": i, "text": os.urandom(5000)} for i in range(2000)])
    process = start("dump", "--uri", server.uri_of(src.name), "--archive")
    process.stdout.close()
    process.stdout = None
    failed(finish(process), 7, "standard output", "broken pipe", "hint:")


def pipe_is_full(fd):
    """Nothing more arrives: what waits to be read stays the same."""
    waiting, before = array.array("i", [0]), -1
    while True:
        fcntl.ioctl(fd, termios.FIONREAD, waiting)
        if waiting[0] and waiting[0] == before:
            return
        before = waiting[0]
        time.sleep(0.3)


def test_a_signal_ends_a_dump_whose_reader_has_stopped_reading(server, src):
    src.items.insert_many([{"_id": i, "text": os.urandom(5000)} for i in range(4000)])
    process = start("dump", "--uri", server.uri_of(src.name), "--archive")
    pipe_is_full(process.stdout.fileno())
    began = time.monotonic()
    process.terminate()
    assert process.wait(timeout=8) == 143
    assert time.monotonic() - began < 6
    failed(finish(process), 143, "stopped by a signal", "without an end")


def test_standard_output_that_is_closed_is_exit_7(server, src):
    fill(src)
    result = run("dump", "--uri", server.uri_of(src.name), "--archive", wrap=["sh", "-c", 'exec "$@" >&-', "sh"])
    failed(result, 7, "standard output")


def test_a_terminal_is_no_place_for_an_archive(server, src):
    fill(src)
    parent, child = pty.openpty()
    try:
        for option in (["--archive"], ["--out", "-", "-c", "items"]):
            result = run("dump", "--uri", server.uri_of(src.name), *option, stdout=child)
            failed(result, 2, "standard output is a terminal")
    finally:
        os.close(parent)
        os.close(child)


@pytest.mark.parametrize("where", ["file", "standard output"])
def test_a_failed_dump_leaves_an_archive_without_an_end(server, src, tmp_path, where):
    src.items.insert_many([{"_id": i, "text": "x" * 10_000} for i in range(2500)])
    src.few.insert_one({"_id": 1})
    process_options = ["--uri", server.uri_of(src.name), "--maxRate=5MB/s", "--jobs=1", "--compress=none"]
    stream = open(tmp_path / "a.part", "wb") if where == "standard output" else subprocess.PIPE
    target = ["--archive"] if where == "standard output" else [f"--archive={tmp_path / 'a'}"]
    process = start("dump", *process_options, *target, stdout=stream)
    while not (tmp_path / "a.part").exists() or (tmp_path / "a.part").stat().st_size < 2**20:
        assert process.poll() is None
    src.items.drop()
    failed(finish(process), 11, "items")
    assert sorted(tree(tmp_path)) == ["a.part"]
    with pytest.raises(archive.Cut):
        archive.parse((tmp_path / "a.part").read_bytes())


def test_a_signalled_dump_leaves_an_archive_without_an_end(server, src, tmp_path):
    src.items.insert_many([{"_id": i, "text": "x" * 10_000} for i in range(2500)])
    process = start("dump", "--uri", server.uri_of(src.name), "--maxRate=5MB/s", "--compress=none",
                    f"--archive={tmp_path / 'a'}")
    while not (tmp_path / "a.part").exists() or (tmp_path / "a.part").stat().st_size < 2**20:
        assert process.poll() is None
    process.terminate()
    failed(finish(process), 143, "a.part is left unfinished", "--overwrite")
    assert sorted(tree(tmp_path)) == ["a.part"]
    with pytest.raises(archive.Cut):
        archive.parse((tmp_path / "a.part").read_bytes())


@pytest.mark.parametrize("options", [["--out=d", "--archive"], ["--out", "-"], ["--out=-", "-c", "items", "--gzip"],
                                     ["--archive", "--gzip", "--compress=zstd"]])
def test_destinations_that_contradict_each_other_are_refused(server, src, tmp_path, options):
    fill(src)
    failed(run("dump", "--uri", server.uri_of(src.name), *options, cwd=tmp_path), 2, "hint:")
    assert not tree(tmp_path)


# -- bare documents --------------------------------------------------------------------------------


def test_out_minus_writes_the_bare_documents_of_one_collection(server, src, tmp_path):
    fill_all_kinds(src)
    for name in ("items", "capped", "clustered"):
        to_stdout(tmp_path / name, "--uri", server.uri_of(src.name), "-c", name, "--out", "-")
        assert sorted(split_bson((tmp_path / name).read_bytes())) == expected_documents(src, name)
    to_stdout(tmp_path / "empty", "--uri", server.uri_of(src.name), "-c", "empty", "-o", "-")
    assert (tmp_path / "empty").read_bytes() == b""


def test_out_minus_of_a_view_says_how_to_get_its_documents(server, src, tmp_path):
    """mongodump ends with 0 and writes nothing."""
    fill_all_kinds(src)
    result = run("dump", "--uri", server.uri_of(src.name), "-c", "few", "--out", "-")
    failed(result, 2, "few", "--viewsAsCollections")
    assert result.out == ""
    to_stdout(tmp_path / "few", "--uri", server.uri_of(src.name), "-c", "few", "--out", "-", "--viewsAsCollections")
    assert split_bson((tmp_path / "few").read_bytes()) == raw_documents(src.few)
