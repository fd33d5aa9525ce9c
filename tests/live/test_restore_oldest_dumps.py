"""Dumps of mongodump before 2.2: the indexes of a database in system.indexes.bson, no metadata, data
that may be called .bin."""
import bson
import pytest

from support.catalog import indexes
from support.haul import failed, restore, run, write_dump


def index(ns, name, key, **more):
    return {"_id": bson.ObjectId(), "ns": ns, "key": key, "name": name, "v": 0, **more}


@pytest.fixture
def folder(dst, tmp_path):
    folder = write_dump(tmp_path / "d", dst.name, {"t": [{"_id": 1, "a": 1}], "u": [{"_id": 2}], "system.indexes": [
        index("old.t", "_id_", {"_id": bson.ObjectId()}), index("old.t", "a_1", {"a": 1.0}, unique=True),
        index("old.u", "b_1", {"b": 1}), index("old.gone", "c_1", {"c": 1})]})
    for name in ("t", "system.indexes"):
        (folder / f"{name}.metadata.json").unlink()
    return folder


def test_indexes_come_from_system_indexes_where_there_are_no_metadata(server, dst, folder):
    restore("--uri", server.uri, folder)
    assert set(indexes(dst, "t")) == {"_id_", "a_1"} and indexes(dst, "t")["a_1"]["unique"]
    assert set(indexes(dst, "u")) == {"_id_"}, "its metadata say so"
    assert set(dst.list_collection_names()) == {"t", "u"}


def test_they_go_with_the_collection_to_another_database(server, dst, folder, names):
    other = server.client[names("other")]
    restore("--uri", server.uri, "-d", other.name, folder)
    assert set(indexes(other, "t")) == {"_id_", "a_1"} and not dst.list_collection_names()


def test_data_that_are_called_bin_are_restored(server, dst, folder):
    (folder / "t.bson").rename(folder / "t.bin")
    restore("--uri", server.uri, folder)
    assert list(dst.t.find()) == [{"_id": 1, "a": 1}] and set(indexes(dst, "t")) == {"_id_", "a_1"}
    restore("--uri", server.uri, "-d", dst.name, "-c", "v", folder / "t.bin")
    assert dst.v.count_documents({}) == 1


@pytest.mark.parametrize("content", [b"\x05", b"garbage that is none", bson.encode({"ns": "x.t"}),
                                     bson.encode({"key": {"a": 1}}), (2**31 - 1).to_bytes(4, "little") * 9])
def test_system_indexes_that_hold_anything_else_are_found_before_anything_is_touched(server, dst, folder, content):
    (folder / "system.indexes.bson").write_bytes(content)
    failed(run("restore", "--uri", server.uri, folder), 4, "system.indexes.bson")
    assert not dst.list_collection_names()
