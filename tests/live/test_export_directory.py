"""haul-export of several collections into a directory."""
import hashlib
import json
import subprocess

import pytest
from bson import json_util

from support import bson_data
from support.export import export
from support.haul import (await_handler, dump, failed, fill, fill_all_kinds, finish, insert_raw, manifest, run, start,
                          tree)
from support.storage import small_tmpfs


def files_of(folder):
    found = json.loads((folder / "manifest.json").read_text())
    return {file["path"]: file for part in found["parts"] for file in part["files"]}


def plain(path):
    command = {".zst": ["zstd", "-dcq"], ".gz": ["gzip", "-dc"]}.get(path.suffix, ["cat"])
    return subprocess.run([*command, path], check=True, capture_output=True).stdout


@pytest.fixture
def kinds(src):
    fill_all_kinds(src)
    insert_raw(src["types"], [bson_data.every_type((0x10, bytes(4)))])
    src["sl/ash und ü"].insert_one({"_id": 1})
    return src


@pytest.mark.parametrize("codec,ending", [("none", ""), ("zstd", ".zst"), ("gzip", ".gz")])
def test_a_whole_database_goes_into_a_directory(server, kinds, tmp_path, codec, ending):
    out = tmp_path / "made" / "out"
    export("--uri", server.uri_of(kinds.name), "--compress", codec, "--out", out)
    files = files_of(out)
    assert set(tree(out)) - {kinds.name} == set(files) | {"manifest.json"}
    for path, file in files.items():
        data = (out / path).read_bytes()
        assert file["storedBytes"] == len(data)
        assert file["hash"] == hashlib.blake2b(data, digest_size=32).hexdigest(), path
        if file["role"] == "json":
            assert path.endswith(f".json{ending}")
            lines = plain(out / path)
            assert (lines.count(b"\n"), len(lines)) == (file["documents"], file["plainBytes"]), path
            assert file["documents"] == kinds[file["collection"]].count_documents({}), path
    names = {file["collection"] for file in files.values() if file["role"] == "json"}
    listed = {n for n in kinds.list_collection_names() if not n.startswith("system.") or n == "system.js"}
    assert names == listed - {"few"}
    assert {f["collection"] for f in files.values() if f["role"] == "metadata"} == listed
    assert [p.name for p in (tmp_path / "made").iterdir()] == ["out"]


def test_lines_are_canonical_and_metadata_those_of_a_dump(server, kinds, tmp_path):
    export("--uri", server.uri_of(kinds.name), "--out", tmp_path / "e")
    dump("--uri", server.uri_of(kinds.name), "--out", tmp_path / "d")
    dumped = {k: v for k, v in tree(tmp_path / "d").items() if k.endswith(".metadata.json")}
    exported = {k: v for k, v in tree(tmp_path / "e").items() if k.endswith(".metadata.json")}
    assert exported == dumped
    line = (tmp_path / "e" / kinds.name / "items.json").read_text().splitlines()[0]
    assert json.loads(line)["_id"] == {"$numberInt": "0"}


def test_named_collections_only(server, kinds, tmp_path):
    export("--uri", server.uri_of(kinds.name), "-c", "items", "-c", "capped", "--out", tmp_path / "e")
    assert {file["collection"] for file in files_of(tmp_path / "e").values()} == {"items", "capped"}
    export("--uri", server.uri_of(kinds.name), "-c", "items", "--out", f"{tmp_path / 'one'}/")
    assert (tmp_path / "one" / kinds.name / "items.metadata.json").exists()
    export("--uri", server.uri_of(kinds.name), "--excludeCollection", "items", "--out", tmp_path / "rest")
    assert not (tmp_path / "rest" / kinds.name / "items.json").exists()
    failed(run("export", "--uri", server.uri_of(kinds.name), "-c", "items", "-c", "none", "--out", tmp_path / "x"), 2, "none")
    assert not (tmp_path / "x").exists()


def test_the_same_data_give_the_same_files(server, kinds, tmp_path):
    for jobs in ("1", "4"):
        export("--uri", server.uri_of(kinds.name), "--compress=zstd", "--jobs", jobs, "--out", tmp_path / jobs)
    one, four = tree(tmp_path / "1"), tree(tmp_path / "4")
    del one["manifest.json"], four["manifest.json"]
    assert one == four


def test_what_is_there_is_not_touched_unless_it_is_an_export(server, src, tmp_path):
    fill(src)
    out, uri = tmp_path / "e", server.uri_of(src.name)
    export("--uri", uri, "--out", out)
    before = tree(out)
    failed(run("export", "--uri", uri, "--out", out), 10, "not empty")
    assert tree(out) == before
    src.items.delete_many({"_id": {"$gt": 0}})
    export("--uri", uri, "--out", out, "--overwrite")
    assert len((out / src.name / "items.json").read_text().splitlines()) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["e"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis").write_text("x")
    failed(run("export", "--uri", uri, "--out", tmp_path / "mine", "--overwrite"), 10, "no export")
    dump("--uri", uri, "--out", tmp_path / "d")
    failed(run("export", "--uri", uri, "--out", tmp_path / "d", "--overwrite"), 10, "dump")
    (tmp_path / "empty").mkdir()
    export("--uri", uri, "--out", tmp_path / "empty")


def test_an_export_is_no_dump(server, src, dst, tmp_path):
    fill(src)
    export("--uri", server.uri_of(src.name), "--out", tmp_path / "e")
    failed(run("restore", "--uri", server.uri_of(dst.name), tmp_path / "e"), 12, "haul-import")
    failed(run("inspect", tmp_path / "e"), 12, "haul-import")
    failed(run("dump", "--uri", server.uri_of(src.name), "--out", tmp_path / "e"), (10, 12))


def test_a_failure_leaves_nothing(server, src, tmp_path):
    src.big.insert_many([{"_id": i, "text": "x" * 1000} for i in range(3000)])
    with small_tmpfs(tmp_path / "small", "1m") as small:
        failed(run("export", "--uri", server.uri_of(src.name), "--out", small / "e"), 7, "space")
        assert list(small.iterdir()) == []


def test_what_a_killed_run_left_is_removed_by_the_next(server, src, tmp_path):
    fill(src)
    left = tmp_path / ".e.haul-export-0123abcd"
    left.mkdir()
    (left / "part").write_text("x")
    export("--uri", server.uri_of(src.name), "--out", tmp_path / "e")
    assert [p.name for p in tmp_path.iterdir()] == ["e"]


def test_the_manifest_says_what_was_changed(server, src, tmp_path):
    src.users.insert_one({"_id": 1, "password": "x", "email": "a@b"})
    export("--uri", server.uri_of(src.name), "--out", tmp_path / "e", "--sanitize", "--mask", "email=redact")
    assert manifest(tmp_path / "e")["parts"][0]["options"] == {"db": src.name, "sanitize": True, "mask": ["email=redact"]}
    assert json_util.loads((tmp_path / "e" / src.name / "users.json").read_text()) == {"_id": 1, "email": "<redacted>"}


def test_an_empty_database_is_an_error(server, names, tmp_path):
    failed(run("export", "--uri", server.uri_of(names("none")), "--out", tmp_path / "e"), 2, "nothing to export")
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_ended_leaves_no_directory_and_the_next_one_none_beside_it(server, src, tmp_path):
    src.big.insert_many([{"_id": i, "text": "x" * 1000} for i in range(3000)])
    server.client.admin.command("configureFailPoint", "failCommand", mode="alwaysOn", data={
        "failCommands": ["getMore"], "blockConnection": True, "blockTimeMS": 20_000, "appName": "haul-export"})
    try:
        process = start("export", "--uri", server.uri_of(src.name), "--out", tmp_path / "e")
        await_handler(process)
        while not list(tmp_path.glob(".e.haul-export-*/*/big.json.part")):
            assert process.poll() is None
        process.terminate()
        assert finish(process).code == 143
    finally:
        server.client.admin.command("configureFailPoint", "failCommand", mode="off")
    assert not (tmp_path / "e").exists()
    export("--uri", server.uri_of(src.name), "--out", tmp_path / "e")
    assert [p.name for p in tmp_path.iterdir()] == ["e"]
