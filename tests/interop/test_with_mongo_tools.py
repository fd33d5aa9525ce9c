"""The real mongorestore and mongodump beside ours. Where MONGO_TOOLS_BIN names no directory that holds
them, the tests marked `mongo_tools` are left out, and the run says so."""
import os
import pathlib
import subprocess

import pytest

from support.haul import assert_same, dump, fill_all_kinds, fingerprint, plain, restore


def peer(name, *args):
    program = pathlib.Path(os.environ["MONGO_TOOLS_BIN"]) / name
    done = subprocess.run([str(program), *map(str, args)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture
def shop(src):
    return fill_all_kinds(src)


@pytest.mark.mongo_tools
@pytest.mark.parametrize("compress", ["none", "gzip"])
def test_mongorestore_reads_our_dump(server, shop, dst, tmp_path, compress):
    dump("--uri", server.uri_of(shop.name), "--compress", compress, "-o", tmp_path / "d")
    gzip = ["--gzip"] if compress == "gzip" else []
    peer("mongorestore", "--uri", server.uri, *gzip, "--nsFrom", f"{shop.name}.$c$", "--nsTo", f"{dst.name}.$c$",
         "--nsExclude", f"{shop.name}.weather", tmp_path / "d")
    left = {n for n in fingerprint(server.client, shop.name) if "weather" not in n}
    assert_same(server.client, shop.name, dst.name, only=left)


@pytest.mark.mongo_tools
def test_mongorestore_reads_our_whole_dump_in_place(server, shop, tmp_path):
    dump("--uri", server.uri_of(shop.name), "--compress=none", "-o", tmp_path / "d")
    before = fingerprint(server.client, shop.name)
    server.client.drop_database(shop.name)
    peer("mongorestore", "--uri", server.uri, tmp_path / "d")
    assert fingerprint(server.client, shop.name) == before


@pytest.mark.mongo_tools
@pytest.mark.parametrize("gzip", [[], ["--gzip"]])
def test_a_fresh_mongodump_is_restored(server, shop, dst, tmp_path, gzip):
    peer("mongodump", "--uri", server.uri_of(shop.name), *gzip, "--out", tmp_path / "d")
    restore("--uri", server.uri_of(dst.name), tmp_path / "d" / shop.name)
    assert_same(server.client, shop.name, dst.name)


def test_without_them_the_standard_zstd_reads_our_files(server, shop, tmp_path):
    dump("--uri", server.uri_of(shop.name), "-o", tmp_path / "d")
    assert len(plain(tmp_path / "d" / shop.name / "items.bson.zst")) > 0
