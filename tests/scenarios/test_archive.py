"""Scenarios 87 and 93: archives that are short, malformed, piped, or whose reader or writer goes away; what
later servers add."""
import json
import subprocess

import pytest

from support import archive
from support.haul import (assert_same, dump, environment, failed, fill, fill_all_kinds, finish, fingerprint, restore, run,
                          start, succeeded, tool, tree, write_dump)


def packed(path, server, database, *options):
    dump("--uri", server.uri_of(database), f"--archive={path}", *options)
    return path


def from_stdin(server, data, *options, database=""):
    done = subprocess.run([tool("restore"), "--uri", server.uri_of(database), "--archive", *options], input=data,
                          capture_output=True, env=environment(), timeout=60)
    return done.returncode, done.stderr.decode()


@pytest.mark.parametrize("codec", ["none", "gzip", "zstd"])
def test_87_an_archive_that_is_cut_anywhere_is_never_restored_as_if_it_were_whole(server, src, tmp_path, codec):
    fill(src, 40)
    fill(src, 3, "few")
    data = packed(tmp_path / "a", server, src.name, f"--compress={codec}").read_bytes()
    step = max(1, len(data) // 25)
    for size in {0, 1, 3, 4, 5, len(data) - 1, len(data) - 4, len(data) - 5, *range(step, len(data), step)}:
        code, err = from_stdin(server, data[:size], "--drop")
        assert code not in (0, 3, 70) and err, (size, code, err)
    code, err = from_stdin(server, data, "--drop")
    assert code == 0 and src["items"].count_documents({}) == 40, err


BAD_FORMATS = {"nothing": b"", "text": b"this is no archive, but a text of some length\n" * 9, "zeros": bytes(500),
               "a BSON file": b"\x05\0\0\0\0" * 9, "the magic alone": archive.MAGIC,
               "the magic the wrong way round": archive.MAGIC[::-1] + b"\x05\0\0\0\0",
               "no header": archive.MAGIC + archive.TERMINATOR, "an empty header": archive.MAGIC + b"\x05\0\0\0\0"}


@pytest.mark.parametrize("case", BAD_FORMATS)
def test_87_what_is_no_archive_is_refused_and_nothing_is_touched(server, src, tmp_path, case):
    fill(src, 3)
    (tmp_path / "a").write_bytes(BAD_FORMATS[case])
    result = failed(run("restore", "--uri", server.uri, f"--archive={tmp_path / 'a'}", "--drop"), (2, 4, 12))
    assert str(tmp_path / "a") in result.err
    code, err = from_stdin(server, BAD_FORMATS[case], "--drop")
    assert code in (2, 4, 12) and "standard input" in err
    assert src["items"].count_documents({}) == 3


def test_87_options_of_archives_that_cannot_be_meant(server, src, tmp_path):
    fill(src, 3)
    path = packed(tmp_path / "a", server, src.name)
    for options in ([f"--archive={tmp_path / 'absent'}"], ["--archive", "-"], [f"--archive={path}", "--oplogFile=x"],
                    [f"--archive={path}", "-d", "absent_database"]):
        failed(run("restore", "--uri", server.uri, *options, cwd=tmp_path), 2)
    assert set(tree(tmp_path)) == {"a"}


def test_87_a_dry_run_claims_no_sizes_that_an_archive_does_not_tell(server, src, dst, tmp_path):
    fill(src, 30)
    path = packed(tmp_path / "a", server, src.name)
    plan = restore("--uri", server.uri, f"--archive={path}", "--dryRun", "--nsFrom", f"{src.name}.*", "--nsTo",
                   f"{dst.name}.*").out
    assert f"{dst.name}.items from {src.name}.items: collection, 2 indexes" in plan
    assert dst.list_collection_names() == []


def test_87_many_collections_go_over_a_pipe_and_come_out_the_same(server, src, dst):
    for number in range(25):
        fill(src, number * 7, f"c{number}") if number else src.create_collection("c0")
    fill_all_kinds(src)
    for codec in ("none", "zstd"):
        pipe = (f"'{tool('dump')}' --uri '{server.uri_of(src.name)}' --archive --compress={codec} -j 5 | "
                f"'{tool('restore')}' --uri '{server.uri}' --archive --drop -j 2 "
                f"--nsFrom '{src.name}.*' --nsTo '{dst.name}.*'")
        done = subprocess.run(["bash", "-o", "pipefail", "-c", pipe], capture_output=True, text=True, timeout=120,
                              env=environment())
        assert done.returncode == 0, done.stderr
        assert_same(server.client, src.name, dst.name)


def test_87_the_prelude_holds_what_the_metadata_files_hold(server, src, tmp_path):
    fill_all_kinds(src)
    read = archive.read(packed(tmp_path / "a", server, src.name))
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d", "--compress=none")
    files = {p.name.removesuffix(".metadata.json"): p.read_text()
             for p in (tmp_path / "d" / src.name).glob("*.metadata.json")}
    assert {e["collection"]: e["metadata"] for e in read.entries} == files
    assert read.header["server_version"] == server.client.server_info()["version"]


@pytest.mark.parametrize("option", [[], ["--gzip"]])
def test_87_a_restore_that_ends_early_does_not_leave_the_dump_hanging(server, src, tmp_path, option):
    """TOOLS-1826, TOOLS-2403."""
    src.items.insert_many([{"_id": i, "x": "y" * 10_000} for i in range(2000)])
    pipe = (f"'{tool('dump')}' --uri '{server.uri_of(src.name)}' --archive {' '.join(option)} | "
            f"'{tool('restore')}' --uri '{server.uri}' --archive --nsInclude no.such; echo ${{PIPESTATUS[@]}}")
    done = subprocess.run(["bash", "-c", pipe], capture_output=True, text=True, timeout=60, env=environment())
    writer, reader = map(int, done.stdout.split())
    assert reader == 2 and writer in (0, 7), done.stderr


def test_87_a_dump_that_dies_does_not_leave_the_restore_hanging_or_content(server, src, dst, tmp_path):
    src.items.insert_many([{"_id": i, "x": "y" * 10_000} for i in range(1000)])
    writer = start("dump", "--uri", server.uri_of(src.name), "--archive", "--maxRate=4MB/s")
    reader = start("restore", "--uri", server.uri, "--archive", "--nsFrom", f"{src.name}.*", "--nsTo", f"{dst.name}.*",
                   stdin=writer.stdout, cwd=tmp_path)
    writer.stdout.close()
    writer.stdout = None
    while not dst.list_collection_names():
        assert reader.poll() is None, finish(reader)
    writer.kill()
    failed(finish(reader), 4, "standard input", ("end", "cut", "complete"))
    finish(writer)


def test_87_restoring_twice_from_one_archive_changes_nothing(server, src, dst, tmp_path):
    fill_all_kinds(src).drop_collection("weather")
    path = packed(tmp_path / "a", server, src.name)
    rename = ["--nsFrom", f"{src.name}.*", "--nsTo", f"{dst.name}.*"]
    restore("--uri", server.uri, f"--archive={path}", *rename)
    before = fingerprint(server.client, dst.name)
    succeeded(run("restore", "--uri", server.uri, f"--archive={path}", *rename, cwd=tmp_path))
    assert fingerprint(server.client, dst.name) == before


def test_93_a_dump_with_replicated_record_ids_comes_to_a_server_without(server, dst, tmp_path):
    metadata = json.dumps({"options": {"recordIdsReplicated": True, "validator": {"n": 1}}, "indexes": [],
                           "collectionName": "items", "type": "collection"})
    write_dump(tmp_path / "d", "any", {"items": [{"_id": 1, "n": 1}]}, metadata={"items": metadata})
    restore("--uri", server.uri_of(dst.name), tmp_path / "d" / "any")
    assert list(dst["items"].find()) == [{"_id": 1, "n": 1}]
    assert fingerprint(server.client, dst.name)["items"]["options"] == {"validator": {"n": {"$numberInt": "1"}}}
