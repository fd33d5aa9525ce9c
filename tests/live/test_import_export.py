"""haul-export's files through haul-import: every type comes back, a directory with all that belongs to it."""
import shutil

import pytest

from support import bson_data
from support.haul import RAW, canonical, failed, fill_all_kinds, insert_raw, run, succeeded
from support.importing import Importer, counts


@pytest.fixture
def into(server, dst, tmp_path):
    return Importer(server, dst, tmp_path)


def documents(database, name):
    """The bytes of all documents. Text knows one NaN only, and no names of an array's elements."""
    nan, odd = (bson_data.VALUES[v][1] for v in ("nan with payload", "array with odd keys"))
    return sorted(d.raw.replace(nan, bson_data.VALUES["nan"][1]).replace(odd, bson_data.array((0x0A, b""), (0x0A, b"")))
                  for d in database.get_collection(name, RAW).find({}))


@pytest.fixture
def exported(server, src, tmp_path):
    fill_all_kinds(src).drop_collection("weather")
    insert_raw(src.types, bson_data.documents_with_every_id())
    insert_raw(src.random, bson_data.random_documents(500))
    src.items.create_index([("n", -1), ("name", 1)], unique=False, name="mine", sparse=True)
    succeeded(run("export", "--uri", server.uri_of(src.name), "--out", tmp_path / "d", "--compress", "zstd"))
    return src


def test_a_directory_comes_back_whole(exported, into):
    succeeded(into.command(into.folder / "d"))
    for name in exported.list_collection_names():
        if name.startswith("system."):
            continue
        info = next(iter(exported.list_collections(filter={"name": name})))
        copy = next(iter(into.database.list_collections(filter={"name": name})))
        assert canonical(copy["options"]) == canonical(info["options"]), name
        if info["type"] == "view":
            continue
        assert documents(into.database, name) == documents(exported, name), name
        assert canonical(sorted(into.database[name].index_information().items())) == canonical(
            sorted(exported[name].index_information().items())), name


def test_a_directory_twice_is_present_and_one_collection_can_be_chosen(exported, into):
    again = [into.command(into.folder / "d", "-c", "items") for _ in range(2)]
    assert counts(succeeded(again[1]))["present already"] == exported.items.count_documents({})
    assert into.database.list_collection_names() == ["items"]
    failed(into.command(into.folder / "d", "-c", "nowhere"), 2, "nothing of what was asked for")
    succeeded(into.command(into.folder / "d" / exported.name, "-c", "items", "--drop"))


def test_a_directory_that_was_changed_is_exit_4(exported, into):
    [data] = (into.folder / "d").glob("*/items.json.zst")
    whole = data.read_bytes()
    data.write_bytes(whole[:-1])
    failed(into.command(into.folder / "d"), 4, "items.json.zst", "bytes")
    data.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
    failed(into.command(into.folder / "d"), 4, "items.json.zst")
    shutil.rmtree(into.folder / "d" / exported.name)
    failed(into.command(into.folder / "d"), (2, 4))
    (into.folder / "d" / "manifest.json").unlink()
    failed(into.command(into.folder / "d"), 2, "manifest.json")


def test_a_dump_is_for_haul_restore(server, exported, into):
    succeeded(run("dump", "--uri", server.uri_of(exported.name), "-o", into.folder / "dump"))
    failed(into.command(into.folder / "dump"), 2, "haul-restore")


@pytest.mark.parametrize("args", [["--jsonFormat", "canonical"], ["--jsonFormat", "canonical", "--jsonArray"],
                                  ["--jsonFormat", "canonical", "--jsonArray", "--pretty"]])
def test_canonical_json_is_lossless_for_every_type(server, exported, into, args):
    for name in ("types", "random"):
        file = into.folder / f"{name}.json"
        succeeded(run("export", "--uri", server.uri_of(exported.name), "-c", name, "--out", file, *args))
        succeeded(into.command("-c", name, file))
        assert documents(into.database, name) == documents(exported, name)
