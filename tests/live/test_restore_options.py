"""The remaining options of haul-restore: what they mean and how they can be misused."""
import json

import bson
import pytest

from support.haul import (canonical, data_file, dump, failed, fill, fill_all_kinds, fingerprint, restore, run,
                          tree, write_dump)


def indexes(db, collection):
    return {i["name"]: i for i in db.command("listIndexes", collection)["cursor"]["firstBatch"]}


def metadata(name, index_list=(), **options):
    every = [{"v": 2, "key": {"_id": 1}, "name": "_id_"}, *index_list]
    return json.dumps({"options": canonical(options), "indexes": every, "collectionName": name, "type": "collection"})


def uuid_of(db, collection):
    return db.command("listCollections", filter={"name": collection})["cursor"]["firstBatch"][0]["info"]["uuid"]


def test_no_index_restore_leaves_the_id_index_only(server, src, dst, tmp_path):
    fill(src)
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    restore("--uri", server.uri_of(dst.name), "--noIndexRestore", tmp_path / "d" / src.name)
    assert set(indexes(dst, "items")) == {"_id_"} and dst["items"].count_documents({}) == 300


def test_no_options_restore_makes_plain_collections(server, src, dst, tmp_path):
    src.create_collection("capped", capped=True, size=65536)
    src.capped.insert_many([{"_id": i} for i in range(10)])
    src.command("create", "validated", validator={"n": 1})
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    restore("--uri", server.uri_of(dst.name), "--noOptionsRestore", tmp_path / "d" / src.name)
    assert all(not c["options"] for c in dst.command("listCollections")["cursor"]["firstBatch"])
    assert dst.capped.count_documents({}) == 10


def test_no_options_restore_of_a_time_series_is_refused_before_anything_is_touched(server, src, dst, tmp_path):
    fill_all_kinds(src)
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    failed(run("restore", "--uri", server.uri_of(dst.name), "--noOptionsRestore", tmp_path / "d" / src.name),
           (2, 12), "weather")
    assert not dst.list_collection_names()


@pytest.mark.parametrize("options, version", [([], 2), (["--keepIndexVersion"], 1)])
def test_index_versions_are_kept_on_request(server, dst, tmp_path, options, version):
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": 1, "a": 1}]},
               metadata={"t": metadata("t", [{"v": 1, "key": {"a": 1}, "name": "a"}])})
    restore("--uri", server.uri, *options, tmp_path / "d")
    assert indexes(dst, "t")["a"]["v"] == version


LEGACY = [{"v": 1, "key": {"a": True}, "name": "true"}, {"v": 1, "key": {"b": ""}, "name": "blank"},
          {"v": 1, "key": {"c": {"$numberInt": "0"}}, "name": "zero"},
          {"v": 1, "key": {"d": -1, "e": None}, "name": "null"},
          {"v": 1, "key": {"f": {"$numberDouble": "-1e-12"}}, "name": "tiny"}]


def test_convert_legacy_indexes_makes_them_ascending(server, dst, tmp_path):
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": 1}]}, metadata={"t": metadata("t", LEGACY)})
    restore("--uri", server.uri, "--convertLegacyIndexes", tmp_path / "d")
    found = indexes(dst, "t")
    assert found["true"]["key"] == {"a": 1} and found["blank"]["key"] == {"b": 1}
    assert found["zero"]["key"] == {"c": 1} and found["null"]["key"] == {"d": -1, "e": 1}
    assert found["tiny"]["key"] == {"f": -1}


def test_legacy_indexes_without_conversion_are_told_by_name_and_the_data_are_there(server, dst, tmp_path):
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": 1}]}, metadata={"t": metadata("t", LEGACY[:1])})
    result = run("restore", "--uri", server.uri, tmp_path / "d", cwd=tmp_path)
    failed(result, (1, 2, 3, 12), "true")


def test_two_legacy_indexes_that_become_one_are_built_once(server, dst, tmp_path):
    both = [{"v": 1, "key": {"a": 1}, "name": "one"}, {"v": 1, "key": {"a": True}, "name": "other"}]
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": 1}]}, metadata={"t": metadata("t", both)})
    restore("--uri", server.uri, "--convertLegacyIndexes", tmp_path / "d")
    assert len(indexes(dst, "t")) == 2


@pytest.mark.parametrize("options, key", [([], {"a.b": "hashed"}), (["--fixDottedHashIndex"], {"a.b": 1})])
def test_dotted_hash_indexes_are_fixed_on_request(server, dst, tmp_path, options, key):
    hashed = [{"v": 2, "key": {"a.b": "hashed"}, "name": "h"}]
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": 1}]}, metadata={"t": metadata("t", hashed)})
    restore("--uri", server.uri, *options, tmp_path / "d")
    assert indexes(dst, "t")["h"]["key"] == key


@pytest.mark.parametrize("options", [[], ["--drop"]])
def test_preserve_uuid_needs_drop_and_keeps_it(server, src, dst, tmp_path, options):
    fill(src)
    before = uuid_of(src, "items")
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    result = run("restore", "--uri", server.uri_of(src.name), "--preserveUUID", *options, tmp_path / "d" / src.name)
    if not options:
        failed(result, 2, "drop")
        assert uuid_of(src, "items") == before and src["items"].count_documents({}) == 300
        return
    assert result.code == 0, result
    assert uuid_of(src, "items") == before and src["items"].count_documents({}) == 300


def test_without_preserve_uuid_a_collection_gets_a_new_one(server, src, dst, tmp_path):
    fill(src)
    before = uuid_of(src, "items")
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    restore("--uri", server.uri_of(src.name), "--drop", tmp_path / "d" / src.name)
    assert uuid_of(src, "items") != before


NESTED = bson.encode({"_id": 2, "d": {"a": 1}})
BAD_DOCUMENTS = {"a wrong inner length": NESTED.replace(b"\x0c\0\0\0\x10a", b"\x0d\0\0\0\x10a"),
                 "a string without its end": bson.encode({"_id": 2, "s": "abc"})[:-2] + b"xx\0"[1:],
                 "invalid UTF-8": bson.encode({"_id": 2, "s": "abc"}).replace(b"abc", b"a\xffc"),
                 "an unknown type": bson.encode({"_id": 2, "n": None}).replace(b"\x0an\0", b"\x44n\0")}


@pytest.mark.parametrize("case", BAD_DOCUMENTS)
def test_objcheck_finds_a_document_that_is_not_valid(server, dst, tmp_path, case):
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": 1}, BAD_DOCUMENTS[case], {"_id": 3}]})
    result = run("restore", "--uri", server.uri, "--objcheck", tmp_path / "d", cwd=tmp_path)
    assert result.code in (3, 4), result
    assert "t.bson" in result.err or "reject" in result.err, result
    assert dst.t.count_documents({"_id": 2}) == 0


def test_objcheck_lets_good_data_pass(server, src, dst, tmp_path):
    fill_all_kinds(src)
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    restore("--uri", server.uri_of(dst.name), "--objcheck", tmp_path / "d" / src.name)
    assert fingerprint(server.client, dst.name) == fingerprint(server.client, src.name)


@pytest.mark.parametrize("options", [
    ["--writeConcern=1"], ["--writeConcern=majority"], ['--writeConcern={"w":1,"j":true}'],
    ['--writeConcern={"w":"majority","wtimeout":5000}'], ["--write-concern", "1"], ["--writeConcern=0"],
    ["--numInsertionWorkersPerCollection=3"], ["--numParallelCollections=1"], ["-j", "2"], ["--jobs=1"],
    ["--jobs=16"], ["--no-index-restore", "--no-options-restore"], ["--quiet"], ["-v"], ["--maxRate=1GB/s"]])
def test_accepts(server, src, dst, tmp_path, options):
    fill(src, 3000)
    src.create_collection("empty")
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    restore("--uri", server.uri_of(dst.name), *options, tmp_path / "d" / src.name)
    assert dst["items"].count_documents({}) == 3000 and "empty" in dst.list_collection_names()


def test_a_write_concern_that_cannot_be_met_is_no_success(server, src, dst, tmp_path):
    fill(src)
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    result = run("restore", "--uri", server.uri_of(dst.name), '--writeConcern={"w":5,"wtimeout":500}',
                 tmp_path / "d" / src.name)
    assert result.code not in (0, 3, 70), result
    assert "concern" in result.err.lower() or "nodes" in result.err.lower()


MISUSE = {
    "no workers": (["--numInsertionWorkersPerCollection=0"], ["numInsertionWorkersPerCollection"]),
    "negative workers": (["--numInsertionWorkersPerCollection=-1"], ["numInsertionWorkersPerCollection"]),
    "no jobs": (["--jobs=0"], ["jobs"]),
    "no parallel collections": (["--numParallelCollections=0"], ["numParallelCollections"]),
    "an unknown option": (["--nonsense"], ["nonsense"]),
    "users without a database": (["--restoreDbUsersAndRoles"], ["restoreDbUsersAndRoles"]),
    "users of admin": (["--db=admin", "--restoreDbUsersAndRoles"], ["admin"]),
    "a broken write concern": (['--writeConcern={"w":'], [("writeConcern", "write concern")]),
    "an impossible write concern": (["--writeConcern=-2"], [("writeConcern", "write concern")]),
    "preserveUUID without drop": (["--preserveUUID"], ["drop"]),
    "order and many workers": (["--maintainInsertionOrder", "--numInsertionWorkersPerCollection=4"],
                               ["maintainInsertionOrder"]),
    "two directories": (["other"], ["other"]),
    "a directory and --dir": (["--dir=other"], ["dir"]),
}


@pytest.mark.parametrize("case", MISUSE)
def test_refuses(server, names, dst, tmp_path, case):
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": 1}]})
    before = tree(tmp_path)
    options, words = MISUSE[case]
    failed(run("restore", "--uri", server.uri, tmp_path / "d", *options, cwd=tmp_path), 2, *words)
    assert not dst.list_collection_names() and tree(tmp_path) == before


NOTHING = {
    "a directory that is not there": lambda d: d / "absent",
    "an empty directory": lambda d: d,
    "a directory of other files": lambda d: (d / "notes.txt").write_text("x") and d,
    "an empty database folder": lambda d: (d / "db").mkdir() or d,
}


@pytest.mark.parametrize("case", NOTHING)
def test_nothing_to_restore_is_exit_2_and_never_success(server, tmp_path, case):
    (tmp_path / "d").mkdir()
    failed(run("restore", "--uri", server.uri, NOTHING[case](tmp_path / "d"), cwd=tmp_path), 2)


def test_a_restore_that_ends_sums_up(server, src, dst, tmp_path):
    fill(src, 123)
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    last = restore("--uri", server.uri_of(dst.name), tmp_path / "d" / src.name).err.strip().splitlines()[-1]
    assert "123" in last


def test_a_missing_metadata_file_is_a_plain_collection_for_a_mongodump_directory(server, dst, tmp_path):
    folder = write_dump(tmp_path / "d", dst.name, {"t": [{"_id": 1}]})
    (folder / "t.metadata.json").unlink()
    restore("--uri", server.uri, tmp_path / "d")
    assert dst.t.count_documents({}) == 1


def test_a_metadata_file_alone_makes_an_empty_collection(server, dst, tmp_path):
    folder = write_dump(tmp_path / "d", dst.name, {"t": []},
                        metadata={"t": metadata("t", [{"v": 2, "key": {"a": 1}, "name": "a"}])})
    (folder / "t.bson").unlink()
    restore("--uri", server.uri, tmp_path / "d")
    assert set(indexes(dst, "t")) == {"_id_", "a"}


def test_symlinks_to_folders_and_files_are_followed_in_a_mongodump_directory(server, dst, tmp_path):
    folder = write_dump(tmp_path / "elsewhere", "x", {"t": [{"_id": 1}]})
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / dst.name).symlink_to(folder)
    restore("--uri", server.uri, tmp_path / "d")
    assert dst.t.count_documents({}) == 1


def test_a_file_made_with_plain_zstd_or_gzip_is_restored(server, dst, tmp_path):
    import subprocess
    for tool, suffix in (("zstd", ".zst"), ("gzip", ".gz")):
        folder = write_dump(tmp_path / tool, dst.name, {tool: [{"_id": i, "pad": "x" * 90} for i in range(50_000)]})
        subprocess.run([tool, "-q", str(folder / f"{tool}.bson")], check=True)
        (folder / f"{tool}.bson").unlink(missing_ok=True)
        assert (folder / f"{tool}.bson{suffix}").is_file()
        restore("--uri", server.uri, tmp_path / tool)
        assert dst[tool].count_documents({}) == 50_000


def test_the_magic_confirms_what_the_name_proposes(server, dst, tmp_path):
    """mongodump names its gzip oplog .bson; a plain file may be called .bson.gz by a careless hand."""
    import gzip
    folder = write_dump(tmp_path / "d", dst.name, {"t": [{"_id": i} for i in range(100)]})
    (folder / "t.bson").write_bytes(gzip.compress((folder / "t.bson").read_bytes()))
    restore("--uri", server.uri, tmp_path / "d")
    assert dst.t.count_documents({}) == 100


def test_a_document_whose_length_looks_like_the_magic_of_gzip_is_plain(server, dst, tmp_path):
    size = int.from_bytes(b"\x1f\x8b\x08\x00", "little")
    document = bson.encode({"_id": 1, "b": b"x" * (size - len(bson.encode({"_id": 1, "b": b""})))})
    assert document[:4] == b"\x1f\x8b\x08\x00"
    write_dump(tmp_path / "d", dst.name, {"t": [document, {"_id": 2}]})
    restore("--uri", server.uri, tmp_path / "d")
    assert dst.t.count_documents({}) == 2
    assert data_file(tmp_path / "d", dst.name, "t")
