"""A collection that exists keeps its options: those that differ from the dump's are named."""
from support.haul import dump, restore, run


def test_options_that_differ_are_named_and_stay(server, src, dst, tmp_path):
    src.create_collection("log", capped=True, size=8192, max=10)
    src.create_collection("same", validator={"n": {"$lt": 5}})
    src["plain"].insert_one({"_id": 1})
    for name in ("log", "same", "plain"):
        src[name].insert_one({"_id": 7, "n": 1})
    dst.create_collection("log", capped=True, size=16384)
    dst.create_collection("same", validator={"n": {"$lt": 5}})
    dst.create_collection("plain", collation={"locale": "fr"})
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    result = restore("--uri", server.uri_of(dst.name), tmp_path / "d" / src.name)
    assert f"{dst.name}.log exists with other options" in result.err and "them: max, size;" in result.err
    assert f"{dst.name}.plain exists with other options" in result.err and "collation;" in result.err
    assert f"{dst.name}.same" not in result.err
    assert dst.log.options()["size"] == 16384
    for quiet in (["--drop"], ["--noOptionsRestore"]):
        assert "other options" not in run("restore", "--uri", server.uri_of(dst.name), *quiet, tmp_path / "d" / src.name).err
