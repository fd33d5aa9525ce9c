"""Dumps that are not what they should be: exit 4 (or what the table says), the file named."""
import hashlib
import os
import shutil
import struct
import subprocess

import bson
import pytest

from support import bson_data
from support.haul import (data_file, dump, failed, fill, insert_raw, restore, run, tree, write_dump)

MIB = 1 << 20
GOOD = bson.encode({"_id": 1, "s": "text"})


def with_length(document, length):
    return struct.pack("<i", length) + document[4:]


def oversized(size):
    return bson_data.document(bson_data.element(0x10, "_id", struct.pack("<i", 9)),
                              bson_data.element(0x05, "b", bson_data.binary(0, bytes(size))))


# what a mongodump directory's t.bson holds -> exit code
DATA = {
    "cut in the middle of a document": (GOOD + GOOD[:10], 4),
    "cut within a length": (GOOD + GOOD[:2], 4),
    "one byte of junk at the end": (GOOD + b"\0", 4),
    "a length of zero": (GOOD + bytes(40), 4),
    "a length below the smallest document": (GOOD + with_length(GOOD, 4), 4),
    "a negative length": (GOOD + with_length(GOOD, -1), 4),
    "a length one too long": (with_length(GOOD, len(GOOD) + 1), 4),
    "a length one too short": (with_length(GOOD, len(GOOD) - 1), 4),
    "a length beyond 16 MiB": (with_length(GOOD, 0x7FFFFFFF), (4, 14)),
    "a document of more than 16 MiB": (oversized(17 * MIB), (3, 4, 14)),
    "a document without its last zero byte": (GOOD[:-1] + b"\1", 4),
    "text": (b'{"_id": 1}\n' * 20, 4),
    "gzip that is cut": (b"\x1f\x8b\x08\x00\x00\x00\x00\x00", 4),
    "zstd that is cut": (b"\x28\xb5\x2f\xfd\x04", 4),
}


@pytest.mark.parametrize("case", DATA)
def test_a_data_file_of_a_mongodump_directory(server, dst, tmp_path, case):
    content, code = DATA[case]
    write_dump(tmp_path / "d", dst.name, {"t": []})
    (tmp_path / "d" / dst.name / "t.bson").write_bytes(content)
    failed(run("restore", "--uri", server.uri, tmp_path / "d", cwd=tmp_path), code, "t.bson")
    assert all(len(d) < 3 for d in dst.t.find()), "nothing but whole good documents"


@pytest.mark.parametrize("suffix, pack", [(".gz", ["gzip", "-c"]), (".zst", ["zstd", "-cq"])])
@pytest.mark.parametrize("damage", ["cut", "flip", "trailing", "truncated content", "empty"])
def test_a_compressed_file_without_a_manifest(server, dst, tmp_path, suffix, pack, damage):
    content = b"".join(bson.encode({"_id": i, "p": os.urandom(200)}) for i in range(500))
    if damage == "truncated content":
        content = content[:-7]
    packed = subprocess.run(pack, input=content, capture_output=True, check=True).stdout
    if damage == "cut":
        packed = packed[:len(packed) // 2]
    elif damage == "flip":
        packed = packed[:5000] + bytes([packed[5000] ^ 1]) + packed[5001:]
    elif damage == "trailing":
        packed += b"junk that is no frame"
    elif damage == "empty":
        packed = b""
    folder = write_dump(tmp_path / "d", dst.name, {"t": []})
    (folder / "t.bson").rename(folder / f"t.bson{suffix}")
    (folder / f"t.bson{suffix}").write_bytes(packed)
    failed(run("restore", "--uri", server.uri, tmp_path / "d", cwd=tmp_path), 4, f"t.bson{suffix}")


METADATA = {
    "not JSON": "this is not JSON", "cut": '{"options":{"capped":', "an array": "[]", "a number": "7",
    "indexes that are no array": '{"indexes":{"a":1},"collectionName":"t"}',
    "options that are no document": '{"options":7,"indexes":[],"collectionName":"t"}',
    "two documents": '{"indexes":[]}{"indexes":[]}',
    "deeper than any parser": '{"options":' + '{"a":' * 5000 + "1" + "}" * 5000 + ',"indexes":[]}',
    "a bad type wrapper": '{"options":{"size":{"$numberLong":"x"}},"indexes":[],"collectionName":"t"}',
    "invalid UTF-8": b'{"indexes":[],"collectionName":"\xff\xfe"}',
}


@pytest.mark.parametrize("case", METADATA)
def test_metadata_that_cannot_be_used_are_found_before_anything_is_touched(server, dst, tmp_path, case):
    text = METADATA[case]
    folder = write_dump(tmp_path / "d", dst.name, {"a": [{"_id": 1}], "t": [{"_id": 1}], "z": [{"_id": 1}]})
    (folder / "t.metadata.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    failed(run("restore", "--uri", server.uri, "--drop", tmp_path / "d", cwd=tmp_path), (4, 14), "t.metadata.json")
    assert not dst.list_collection_names()


def test_options_that_the_server_refuses_are_told_with_the_servers_words(server, dst, tmp_path):
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": 1}]}, metadata={
        "t": '{"options":{"capped":true,"size":{"$numberInt":"-5"}},"indexes":[],"collectionName":"t"}'})
    result = run("restore", "--uri", server.uri, tmp_path / "d", cwd=tmp_path)
    assert result.code not in (0, 3, 70) and "t" in result.err and "size" in result.err.lower(), result


@pytest.mark.parametrize("name", ["t.bson", "t.metadata.json"])
def test_a_directory_where_a_file_should_be(server, dst, tmp_path, name):
    folder = write_dump(tmp_path / "d", dst.name, {"t": [{"_id": 1}]})
    (folder / name).unlink()
    (folder / name).mkdir()
    failed(run("restore", "--uri", server.uri, tmp_path / "d", cwd=tmp_path), (4, 7), name, "director")


@pytest.mark.parametrize("name", ["t.bson.zst", "t.metadata.json"])
def test_a_fifo_where_a_file_should_be_does_not_hang(server, dst, tmp_path, name):
    folder = write_dump(tmp_path / "d", dst.name, {"t": [{"_id": 1}]})
    (folder / "t.bson").unlink()
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    result = run("restore", "--uri", server.uri, tmp_path / "d", cwd=tmp_path, timeout=30)
    failed(result, (2, 4, 7), name)


def test_an_empty_bson_file_of_a_mongodump_directory_is_an_empty_collection(server, dst, tmp_path):
    write_dump(tmp_path / "d", dst.name, {"t": []})
    restore("--uri", server.uri, tmp_path / "d")
    assert dst.t.count_documents({}) == 0 and dst.list_collection_names() == ["t"]


# -- the directory of haul-dump ----------------------------------------------------------------------

@pytest.fixture
def dumped(server, src, tmp_path):
    fill(src)
    insert_raw(src.values, bson_data.random_documents(50))
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    return tmp_path / "d"


def restore_to(server, dst, folder, src, tmp_path):
    return run("restore", "--uri", server.uri, "--nsFrom", f"{src.name}.*", "--nsTo", f"{dst.name}.*", folder,
               cwd=tmp_path)


@pytest.mark.parametrize("extra", ["stray.bson", "stray.bson.zst", "stray.bson.gz"])
def test_a_data_file_that_the_manifest_does_not_list(server, src, dst, dumped, tmp_path, extra):
    (dumped / src.name / extra).write_bytes(GOOD)
    failed(restore_to(server, dst, dumped, src, tmp_path), 4, extra)
    assert not dst.list_collection_names()


@pytest.mark.parametrize("leftover", ["manifest.partial", "{db}/items.bson.zst.part"])
def test_an_incomplete_dump_is_refused_unless_allowed(server, src, dst, dumped, tmp_path, leftover):
    (dumped / "manifest.json").unlink()
    (dumped / leftover.replace("{db}", src.name)).write_bytes(b"")
    failed(restore_to(server, dst, dumped, src, tmp_path), 4, "incomplete", "allowIncomplete")
    failed(run("restore", "--uri", server.uri_of(dst.name), dumped / src.name), 4, "allowIncomplete")
    assert not dst.list_collection_names()
    restore("--uri", server.uri_of(dst.name), "--allowIncomplete", dumped / src.name)
    assert dst["items"].count_documents({}) == 300


def with_path(text, old, new):
    """A manifest changed by hand, with its own hash (of all bytes before the last line) made right."""
    last = text.rstrip("\n").split("\n")[-1]
    head = text[:text.rindex(last)]
    for cut in (0, 1):  # with or without the last line break
        own = hashlib.blake2b(head[:len(head) - cut].encode(), digest_size=32).hexdigest()
        if own in last:
            changed = head.replace(old, new)
            assert changed != head
            right = hashlib.blake2b(changed[:len(changed) - cut].encode(), digest_size=32).hexdigest()
            return changed + last.replace(own, right) + text[len(head) + len(last):]
    raise AssertionError("the manifest's last line holds no hash of what is before it")


@pytest.mark.parametrize("path", ["../outside/items.bson.zst", "/etc/passwd",
                                  "{db}/../../outside/items.bson.zst", "..", ""])
def test_a_manifest_whose_paths_leave_the_directory_is_refused(server, src, dst, dumped, tmp_path, path):
    shutil.copytree(dumped / src.name, tmp_path / "outside")
    text = (dumped / "manifest.json").read_text()
    (dumped / "manifest.json").write_text(
        with_path(text, f"{src.name}/items.bson.zst", path.replace("{db}", src.name)))
    failed(restore_to(server, dst, dumped, src, tmp_path), 4, "manifest")
    assert not dst.list_collection_names()


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"[]", b"null", b"\xff" * 64, b'{"parts":[]}\n"abc"\n'])
def test_a_manifest_that_is_none(server, src, dst, dumped, tmp_path, content):
    (dumped / "manifest.json").write_bytes(content)
    failed(restore_to(server, dst, dumped, src, tmp_path), (4, 12), "manifest.json")
    assert not dst.list_collection_names()


def test_a_manifest_of_another_dump_is_refused(server, src, dst, dumped, tmp_path):
    src["items"].update_one({"_id": 3}, {"$set": {"text": "ITEM 3"}})
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "later")
    shutil.copy(tmp_path / "later" / "manifest.json", dumped / "manifest.json")
    failed(restore_to(server, dst, dumped, src, tmp_path), 4, "items")
    assert not dst["items"].count_documents({"text": "ITEM 3"})
    assert "manifest.json" in tree(dumped)


def test_a_dump_moved_elsewhere_and_read_only_is_restored(server, src, dst, dumped, tmp_path):
    shutil.move(dumped, tmp_path / "moved")
    for path in (tmp_path / "moved").rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = tree(tmp_path / "moved")
    restore("--uri", server.uri_of(dst.name), tmp_path / "moved" / src.name, cwd=tmp_path)
    assert tree(tmp_path / "moved") == before and data_file(tmp_path / "moved", src.name, "items")
    assert dst["items"].count_documents({}) == 300
