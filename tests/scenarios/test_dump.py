"""Scenarios 1 to 27: what a dump without the oplog holds, and how it fails."""
from support.haul import data_file, dump, fill, plain, raw_documents, restore


def test_01_one_collection_to_the_default_directory_and_a_directory(server, src, dst, tmp_path):
    fill(src, 30)
    fill(src, 5, "other")
    dump("--uri", server.uri_of(src.name), "-c", "items", cwd=tmp_path)
    dump("--uri", server.uri, "-d", src.name, "-c", "items", "-o", "elsewhere/deep", cwd=tmp_path)
    for folder in (tmp_path / "dump", tmp_path / "elsewhere" / "deep"):
        assert plain(data_file(folder, src.name, "items")) == b"".join(raw_documents(src["items"]))
        assert not list((folder / src.name).glob("other*"))
        restore("--uri", server.uri_of(dst.name), "--drop", "-c", "items", data_file(folder, src.name, "items"))
        assert raw_documents(dst["items"]) == raw_documents(src["items"])
