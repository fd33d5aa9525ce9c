"""Scenario 65: what haul-restore is given and cannot use. Each case of it is a test."""
import bson
import pytest

from support.catalog import collections, indexes, metadata
from support.haul import failed, restore, run, write_dump


@pytest.fixture
def folder(dst, tmp_path):
    return write_dump(tmp_path / "d", dst.name, {"t": [{"_id": 1}]})


REFUSED = {
    "noobjcheck": (["--objcheck", "--noobjcheck"], "noobjcheck"),
    "a negative w": (["--writeConcern=-1"], "write concern"),
    "a limit that is no timestamp": (["--oplogReplay", "--oplogLimit=xxx"], "oplogLimit"),
    "a limit without a replay": (["--oplogLimit=1"], "oplogReplay"),
    "a replay without an oplog": (["--oplogReplay"], "oplog"),
    "a database's name with a dot": (["-d", "billy.crystal"], "billy.crystal"),
    "a collection's name with a dollar": (["-d", "@", "-c", "$money"], "$money"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_65_options_that_cannot_be_meant(server, dst, folder, tmp_path, case):
    options, word = REFUSED[case]
    target = folder / "t.bson" if "-c" in options else tmp_path / "d"
    failed(run("restore", "--uri", server.uri, *(o.replace("@", dst.name) for o in options), target), 2, word)
    assert not collections(dst)


@pytest.mark.parametrize("options", [[], ["-d", "@"], ["-d", "@", "-c", "t"]])
@pytest.mark.parametrize("name", ["absent", "absent.bson"])
def test_65_a_directory_or_file_that_is_not_there(server, dst, tmp_path, options, name):
    failed(run("restore", "--uri", server.uri, *(o.replace("@", dst.name) for o in options), tmp_path / name),
           2, name)
    failed(run("restore", "--uri", server.uri, cwd=tmp_path), 2, "dump")


@pytest.mark.parametrize("options", [[], ["-d", "@"], ["-d", "@", "-c", "t"]])
def test_65_a_file_that_is_no_dump_where_a_directory_should_be(server, dst, tmp_path, options):
    (tmp_path / "notes.txt").write_text("this is no dump")
    failed(run("restore", "--uri", server.uri, *(o.replace("@", dst.name) for o in options), tmp_path / "notes.txt"),
           (2, 4), "notes.txt")
    assert not collections(dst)


def test_65_a_directory_where_a_file_should_be(server, dst, tmp_path):
    (tmp_path / "blank.bson").mkdir()
    failed(run("restore", "--uri", server.uri, "-d", dst.name, "-c", "blank", tmp_path / "blank.bson"), (2, 4),
           "blank.bson")
    write_dump(tmp_path / "d", dst.name, {"other": [{"_id": 1}]})
    failed(run("restore", "--uri", server.uri, "-d", dst.name, "-c", "blank", tmp_path / "d" / dst.name), 2, "blank")
    assert not collections(dst)


BAD_BSON = {"text": b"this is not valid bson at all", "a cut document": bson.encode({"_id": 1, "s": "x"})[:-3],
            "a document of 3 bytes": b"\3\0\0"}


@pytest.mark.parametrize("case", BAD_BSON)
def test_65_malformed_bson(server, dst, folder, case):
    (folder / "t.bson").write_bytes(BAD_BSON[case])
    for target in (folder, folder / "t.bson"):
        failed(run("restore", "--uri", server.uri, target, cwd=folder), 4, "t.bson")
    assert dst.t.count_documents({}) == 0


BAD_METADATA = {"no JSON": "{ this is not json", "cut": metadata("t")[:-4], "no document": "[]",
                "indexes that are no list": '{"indexes":{}}', "an index that is no document": '{"indexes":[7]}',
                "an index without a key": '{"indexes":[{"v":2,"name":"bad"}]}',
                "a key that is no document": '{"indexes":[{"v":2,"key":7,"name":"bad"}]}'}


@pytest.mark.parametrize("case", BAD_METADATA)
def test_65_malformed_metadata_are_found_before_anything_is_touched(server, dst, folder, case):
    (folder / "t.metadata.json").write_text(BAD_METADATA[case])
    dst.t.insert_one({"_id": "old"})
    for target in (folder, folder / "t.bson"):
        failed(run("restore", "--uri", server.uri, "--drop", target), 4, "t.metadata.json")
    assert list(dst.t.find()) == [{"_id": "old"}]


def test_65_an_index_that_the_server_refuses_is_named_and_the_data_are_there(server, dst, folder):
    (folder / "t.metadata.json").write_text(metadata("t", [
        {"v": 2, "key": {}, "name": "bad_index"}, {"v": 2, "key": {"a": 1}, "name": "good_index"}]))
    failed(run("restore", "--uri", server.uri, folder), (3, 12), f"{dst.name}.t", "bad_index")
    assert dst.t.count_documents({}) == 1 and "good_index" in indexes(dst, "t")


@pytest.mark.parametrize("with_metadata", [False, True])
def test_65_a_blank_file_makes_an_empty_collection(server, dst, folder, with_metadata):
    (folder / "t.bson").write_bytes(b"")
    (folder / "t.metadata.json").write_text('{"options":{},"indexes":[]}')
    if not with_metadata:
        (folder / "t.metadata.json").unlink()
    restore("--uri", server.uri, folder / "t.bson")
    restore("--uri", server.uri, "-d", dst.name, "-c", "u", folder / "t.bson")
    assert collections(dst) == {"t", "u"} and not dst.t.count_documents({}) + dst.u.count_documents({})


def test_65_a_blank_database_folder_is_nothing_to_restore_and_said_so(server, dst, tmp_path):
    (tmp_path / "blank").mkdir()
    failed(run("restore", "--uri", server.uri, "-d", dst.name, tmp_path / "blank"), 2, "blank")
    restore("--uri", server.uri, "-d", dst.name, "--allowMissing", tmp_path / "blank")
    assert not collections(dst)


def test_65_objcheck_lets_good_data_pass(server, dst, tmp_path):
    folder = write_dump(tmp_path / "d", dst.name, {"t": [{"_id": i, "d": {"a": [i]}} for i in range(50)]})
    restore("--uri", server.uri, "--objcheck", folder)
    assert dst.t.count_documents({}) == 50
