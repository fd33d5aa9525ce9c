"""haul-restore --archive: pipes, damage, interleaving, what is passed over."""
import datetime
import os
import pathlib
import signal

import bson
import pytest

from support import archive, archive_data
from support.haul import (assert_same, await_handler, dump, environment, failed, fill, fill_all_kinds,
                          fingerprint, finish, restore, run, start)


@pytest.fixture
def made(tmp_path):
    """Writes bytes into a file and names it as an option."""
    def write(data, name="a.archive"):
        (tmp_path / name).write_bytes(data)
        return f"--archive={tmp_path / name}"
    return write


def into(dst, src="src"):
    return ["--nsFrom", f"{getattr(src, 'name', src)}.*", "--nsTo", f"{dst.name}.*"]


def own_archive(server, src, tmp_path, *options):
    path = tmp_path / "own.archive"
    dump("--uri", server.uri_of(src.name), f"--archive={path}", *options)
    return path


@pytest.mark.parametrize("compress", ["none", "gzip", "zstd"])
def test_our_archives_come_back_as_they_were_and_nothing_is_left_unchecked(server, src, dst, tmp_path, compress):
    fill_all_kinds(src)
    path = own_archive(server, src, tmp_path, "--compress", compress)
    result = restore("--uri", server.uri, *into(dst, src), f"--archive={path}")
    assert_same(server.client, src.name, dst.name)
    assert "not written by haul" not in result.err


@pytest.mark.parametrize("compress", ["none", "gzip", "zstd"])
def test_an_archive_that_is_cut_is_never_complete(server, src, dst, tmp_path, made, compress):
    fill(src)
    data = own_archive(server, src, tmp_path, "--compress", compress).read_bytes()
    for size in {len(data) - 1, len(data) - 4, len(data) - 60, len(data) * 2 // 3, 100}:
        failed(run("restore", "--uri", server.uri, "--drop", *into(dst, src), made(data[:size])), 4, "a.archive")
        assert not fingerprint(server.client, dst.name) or dst.items.count_documents({}) in (0, 300)


def test_a_damaged_archive_says_what_was_written_and_what_is_not_to_be_trusted(server, dst, made):
    good, bad = [{"_id": i, "n": 1} for i in range(10)], [{"_id": i, "n": "x"} for i in range(20)]
    text = archive_data.metadata("bad", indexes=[{"v": 2, "key": {"n": 1}, "name": "by_n"}])
    data = archive_data.archive({"src.good": good, "src.bad": bad}, texts={"src.bad": text})
    at = data.rindex(b"x\0")
    data = data[:at] + b"y" + data[at + 1:]
    result = failed(run("restore", "--uri", server.uri, "--jobs=1", *into(dst), made(data)), 4, "src.bad", "crc",
                    "another copy", "30 documents were", "1 of 2 collections are complete", f"do not trust what is in {dst.name}.bad")
    assert f"{dst.name}.good" not in result.err.split("do not trust")[1]
    assert "by_n" not in dst.bad.index_information()


def test_what_drop_would_replace_stays_as_it_was_where_the_archive_is_damaged(server, dst, made):
    dst.a.insert_one({"_id": "old"})
    data = archive_data.archive({"src.a": [{"_id": "new"}], "src.b": [{"_id": 1, "s": "text"}]})
    at = data.rindex(b"text")
    data = data[:at] + b"tixt" + data[at + 4:]
    failed(run("restore", "--uri", server.uri, "--drop", *into(dst), made(data)), 4, "src.b", "as they were")
    assert [d["_id"] for d in dst.a.find()] == ["old"]


def test_what_is_not_restored_is_checked_all_the_same(server, dst, made):
    data = archive_data.archive({"src.a": [{"_id": 1}], "src.b": [{"_id": 1, "s": "text"}]})
    option = ["--nsInclude=src.a", *into(dst)]
    restore("--uri", server.uri, *option, made(data))
    assert dst.list_collection_names() == ["a"]
    failed(run("restore", "--uri", server.uri, *option, made(data.replace(b"text", b"tixt"))), 4, "src.b")


def test_more_open_namespaces_than_workers_do_not_hang(server, dst, made):
    """mongorestore waits for ever."""
    collections = {f"src.c{i}": [{"_id": n, "i": i} for n in range(5)] for i in range(60)}
    data = archive_data.interleaved(collections, concurrent=1)
    restore("--uri", server.uri, "--jobs=2", "-j", "1", *into(dst), made(data))
    assert sum(c.count_documents({}) for c in map(dst.get_collection, dst.list_collection_names())) == 300


def peak_memory(process):
    """The largest resident size in bytes, as far as it is seen until the process ends."""
    peak = 0
    while process.poll() is None:
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        if "VmHWM" in status and "haul-restore" in status:
            peak = int(status.split("VmHWM:")[1].split()[0]) * 1024
    assert finish(process).code == 0
    return peak


def test_memory_does_not_grow_with_what_is_open(server, dst, made):
    rows = archive_data.encoded({"_id": i, "data": bytes(2**20)} for i in range(4))
    names = [f"src.c{i}" for i in range(40)]
    crc = archive.crc64(b"".join(rows))
    data = [archive_data.prelude(dict.fromkeys(names)), *(archive_data.block(n, [row]) for row in rows for n in names),
            *(archive_data.end(name, crc) for name in names)]
    # A sanitizer that keeps freed memory would count it.
    env = {"ASAN_OPTIONS": environment()["ASAN_OPTIONS"] + ":quarantine_size_mb=1"}
    peak = peak_memory(start("restore", "--uri", server.uri, "--jobs=2", *into(dst), made(b"".join(data)), env=env))
    assert 0 < peak < 100 * 2**20, f"{peak / 2**20:.0f} MiB of 160"


@pytest.mark.parametrize("option", [[], ["--maintainInsertionOrder"]])
def test_a_capped_collection_keeps_its_order_in_small_blocks(server, dst, made, option):
    text = archive_data.metadata("c", options={"capped": True, "size": 1_000_000})
    order = [(i * 37) % 101 for i in range(101)]
    parts = [archive_data.prelude({"src.c": text, "src.d": None})]
    documents = archive_data.encoded({"_id": i} for i in order)
    for document in documents:
        parts += [archive_data.block("src.c", [document]), archive_data.block("src.d", [document])]
    crc = archive.crc64(b"".join(documents))
    parts += [archive_data.end("src.c", crc), archive_data.end("src.d", crc)]
    restore("--uri", server.uri, "--jobs=8", *option, *into(dst), made(b"".join(parts)))
    assert [d["_id"] for d in dst.c.find()] == order and dst.d.count_documents({}) == 101


def test_an_oplog_that_is_not_replayed_is_passed_over_but_checked(server, dst, made):
    entry = {"ts": bson.Timestamp(1, 1), "op": "n", "ns": "", "o": {"text": "text"}}
    data = archive_data.archive({"src.a": [{"_id": 1}], ".oplog": [entry]}, texts={".oplog": ""})
    assert "oplog" in restore("--uri", server.uri, *into(dst), made(data)).err
    damaged = data.replace(b"text\0", b"tixt\0")
    failed(run("restore", "--uri", server.uri, *into(dst), made(damaged)), 4, "oplog")


def test_a_server_version_of_unknown_is_no_reason_to_stop(server, dst, made):
    """mongodump writes it where it cannot ask, and mongorestore then refuses the archive."""
    restore("--uri", server.uri, *into(dst), made(archive_data.archive({"src.a": [{"_id": 1}]}, server_version="unknown")))
    assert dst.a.count_documents({}) == 1


def test_users_and_roles_of_a_database_come_out_of_an_archive(server, src, tmp_path):
    fill(src, 5)
    src.command("createRole", "r", privileges=[], roles=[])
    src.command("createUser", "u", pwd="p", roles=["r"])
    try:
        path = own_archive(server, src, tmp_path, "--dumpDbUsersAndRoles")
        src.command("dropAllUsersFromDatabase")
        src.command("dropAllRolesFromDatabase")
        restore("--uri", server.uri, f"--db={src.name}", f"--archive={path}")
        assert not src.command("usersInfo")["users"]
        restore("--uri", server.uri, f"--db={src.name}", "--restoreDbUsersAndRoles", f"--archive={path}")
        assert src.command("usersInfo", "u")["users"][0]["roles"] == [{"role": "r", "db": src.name}]
    finally:
        src.command("dropAllUsersFromDatabase")
        src.command("dropAllRolesFromDatabase")


def test_a_named_pipe_gives_an_archive(server, dst, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = start("restore", "--uri", server.uri, *into(dst), f"--archive={pipe}")
    pipe.write_bytes(archive_data.archive({"src.a": [{"_id": 1}]}))
    assert finish(reader).code == 0 and dst.a.count_documents({}) == 1


@pytest.mark.parametrize("given", ["nothing", "a prelude"])
def test_a_signal_ends_a_restore_whose_pipe_says_nothing(server, dst, given):
    """One SIGTERM does not end mongorestore."""
    here, there = os.pipe()
    reader = start("restore", "--uri", server.uri, *into(dst), "--archive", "-v", stdin=here)
    os.close(here)
    if given == "a prelude":
        os.write(there, archive_data.prelude({"src.a": None}))
        while "a" not in dst.list_collection_names():
            assert reader.poll() is None
    else:
        await_handler(reader)
    reader.send_signal(signal.SIGTERM)
    result = failed(finish(reader, timeout=10), 143, "stopped by a signal")
    os.close(there)
    assert result.seconds < 6


def test_documents_of_one_collection_come_through_standard_input(server, src, dst, tmp_path):
    fill(src)
    out = tmp_path / "out"
    with out.open("w") as stdout:
        dump("--uri", server.uri_of(src.name), "-c", "items", "-o", "-", stdout=stdout)
    with out.open() as stdin:
        restore("--uri", server.uri, "-d", dst.name, "-c", "copy", "-", stdin=stdin)
    assert fingerprint(server.client, dst.name)["copy"]["digest"] == fingerprint(server.client, src.name)["items"]["digest"]
    out.write_bytes(out.read_bytes()[:-3])
    with out.open() as stdin:
        failed(run("restore", "--uri", server.uri, "-d", dst.name, "-c", "cut", "-", stdin=stdin), 4, "cut short")


@pytest.mark.parametrize("options", [["--archive=x", "-"], ["--archive", "--dir=d"], ["--archive=x", "d"], ["-"],
                                     ["-", "--db=d"], ["--archive=not-there"],
                                     ["--archive=x", "--oplogReplay", "--oplogFile=o"]])
def test_what_contradicts_itself_is_exit_2(server, options):
    failed(run("restore", "--uri", server.uri, *options), 2)


def test_an_oplog_in_an_archive_is_replayed_after_its_collections(server, src, dst, made):
    entries = [{"ts": bson.Timestamp(100, i + 1), "t": bson.Int64(1), "v": bson.Int64(2), "op": "i", "ns": f"{src.name}.a",
                "o": {"_id": 10 + i}, "wall": datetime.datetime(2024, 1, 1)} for i in range(2000)]
    data = archive_data.archive({f"{src.name}.a": [{"_id": 1}], ".oplog": entries}, texts={".oplog": ""})
    restore("--uri", server.uri, "--oplogReplay", *into(dst, src), made(data))
    assert dst.a.count_documents({}) == 2001
    failed(run("restore", "--uri", server.uri, "--oplogReplay", *into(dst, src), made(data[:-10])), 4, "oplog")


def test_a_replay_needs_the_oplog_behind_all_collections(server, src, dst, made):
    namespaces = {f"{src.name}.a": None, ".oplog": ""}
    data = archive_data.prelude(namespaces) + b"".join(
        archive_data.block(ns) + archive_data.end(ns, 0) for ns in reversed(namespaces))
    failed(run("restore", "--uri", server.uri, "--oplogReplay", *into(dst, src), made(data)), 4, "oplog comes before")
    restore("--uri", server.uri, *into(dst, src), made(data))
    restore("--uri", server.uri, "--oplogReplay", *into(dst, src),
            made(archive_data.archive(dict.fromkeys(namespaces, []), texts=namespaces)))
