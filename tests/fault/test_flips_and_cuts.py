"""One flipped bit or a cut anywhere in a dump is found before a restore says that all is well.

HAUL_CAMPAIGN=full runs 1,000 flips and 200 cuts over every file; otherwise a sample of them.
"""
import os
import random
import shutil

import pytest

from support import bson_data
from support.haul import CAMPAIGN_FULL, dump, fill, insert_raw, raw_documents, restore, run

FLIPS, CUTS = (1000, 200) if CAMPAIGN_FULL else (150, 40)
SEED = int(os.environ.get("HAUL_SEED", "20240501"))
DATABASE, TARGET = "flips_source", "flips_target"


@pytest.fixture(scope="module")
def whole(server, tmp_path_factory):
    """Dump directories by compression, and the raw documents that each collection holds."""
    db = server.client[DATABASE]
    server.client.drop_database(DATABASE)
    insert_raw(db.values, bson_data.random_documents(200, seed=1, padding=300))
    fill(db, 50)
    db.create_collection("capped", capped=True, size=4096)
    db.capped.insert_many([{"_id": i} for i in range(9)])
    db.create_collection("empty")
    db.command("create", "few", viewOn="items", pipeline=[])
    folders = {}
    for compress in ("zstd", "gzip", "none"):
        folders[compress] = tmp_path_factory.mktemp("whole") / "d"
        dump("--uri", server.uri_of(DATABASE), "--compress", compress, "-o", folders[compress])
    held = {name: set(raw_documents(db[name])) for name in ("values", "items", "capped", "empty")}
    yield folders, held
    for name in (DATABASE, TARGET):
        server.client.drop_database(name)


class Campaign:
    """Damages one file of a copy, restores it, puts the file back."""

    def __init__(self, server, folder, held, tmp_path):
        self.server, self.held, self.cwd = server, held, tmp_path
        self.copy = tmp_path / "copy"
        shutil.copytree(folder, self.copy)
        self.files = sorted(p for p in self.copy.rglob("*") if p.is_file() and p.stat().st_size)
        self.escaped = []

    def restore(self):
        return run("restore", "--uri", self.server.uri, "--nsFrom", f"{DATABASE}.*", "--nsTo", f"{TARGET}.*",
                   self.copy, cwd=self.cwd)

    def damage(self, path, content, what):
        good = path.read_bytes()
        path.write_bytes(content)
        try:
            result = self.restore()
        finally:
            path.write_bytes(good)
        where = f"{path.relative_to(self.copy)} {what}"
        if result.code not in (4, 12, 14) or not result.err.strip():
            self.escaped.append(f"{where}: exit {result.code}: {result.err.strip()[-200:]}")
        db = self.server.client[TARGET]
        there = [n for n in db.list_collection_names() if not n.startswith("system.") and n != "few"]
        for name in there:
            if not set(raw_documents(db[name])) <= self.held.get(name, set()):
                self.escaped.append(f"{where}: {name} holds documents that the source never had")
        if there:
            self.server.client.drop_database(TARGET)

    def flip(self, path, byte, bit):
        content = bytearray(path.read_bytes())
        content[byte] ^= 1 << bit
        self.damage(path, bytes(content), f"bit {bit} of byte {byte} of {len(content)}")

    def cut(self, path, size):
        content = path.read_bytes()
        self.damage(path, content[:size], f"cut to {size} of {len(content)} bytes")

    def verdict(self):
        assert not self.escaped, f"{len(self.escaped)} not found:\n" + "\n".join(self.escaped[:40])


@pytest.fixture
def campaign(server, whole, tmp_path):
    folders, held = whole

    def begin(compress):
        return Campaign(server, folders[compress], held, tmp_path)
    return begin


def test_the_undamaged_copy_is_restored(server, campaign):
    c = campaign("zstd")
    result = c.restore()
    assert result.code == 0, result
    server.client.drop_database(TARGET)


def test_single_bit_flips_in_every_file_are_found(campaign):
    c, rng = campaign("zstd"), random.Random(SEED)
    for i in range(FLIPS):
        path = c.files[i % len(c.files)]
        c.flip(path, rng.randrange(path.stat().st_size), rng.randrange(8))
    c.verdict()


def test_cuts_of_every_file_are_found(campaign):
    c, rng = campaign("zstd"), random.Random(SEED + 1)
    for i in range(CUTS):
        path = c.files[i % len(c.files)]
        size = path.stat().st_size
        c.cut(path, [0, size - 1, rng.randrange(size)][min(i // len(c.files), 2)])
    c.verdict()


@pytest.mark.parametrize("compress", ["gzip", "none"])
def test_flips_and_cuts_of_the_other_forms_are_found_too(campaign, compress):
    c, rng = campaign(compress), random.Random(SEED + 2)
    for i in range(200 if CAMPAIGN_FULL else 40):
        path = c.files[i % len(c.files)]
        if i % 3:
            c.flip(path, rng.randrange(path.stat().st_size), rng.randrange(8))
        else:
            c.cut(path, rng.randrange(path.stat().st_size))
    c.verdict()


def test_damage_is_found_where_only_a_folder_or_a_file_is_restored(server, whole, tmp_path):
    """The manifest stands in the parent directory."""
    shutil.copytree(whole[0]["zstd"], tmp_path / "d")
    path = tmp_path / "d" / DATABASE / "values.bson.zst"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    for target, extra in ((path, ["--collection=values"]), (path.parent, [])):
        result = run("restore", "--uri", server.uri_of(TARGET), *extra, target)
        assert result.code == 4 and "values.bson.zst" in result.err, result
        server.client.drop_database(TARGET)


def test_bytes_added_to_any_file_are_found(campaign):
    c = campaign("zstd")
    for path in c.files:
        c.damage(path, path.read_bytes() + b"\n", "one byte added")
        c.damage(path, path.read_bytes() + path.read_bytes(), "doubled")
    c.verdict()


def test_files_of_the_same_dump_cannot_stand_for_each_other(campaign):
    c = campaign("zstd")
    data = [p for p in c.files if p.name.endswith(".bson.zst")]
    for path, other in zip(data, data[1:] + data[:1]):
        c.damage(path, other.read_bytes(), f"replaced by {other.name}")
    c.verdict()


def test_a_file_that_is_missing_is_found(server, whole, tmp_path):
    shutil.copytree(whole[0]["zstd"], tmp_path / "d")
    for path in sorted(p for p in (tmp_path / "d").rglob("*") if p.is_file() and p.name != "manifest.json"):
        content = path.read_bytes()
        path.unlink()
        result = run("restore", "--uri", server.uri, "--nsFrom", f"{DATABASE}.*", "--nsTo", f"{TARGET}.*",
                     tmp_path / "d", cwd=tmp_path)
        assert result.code == 4 and path.name in result.err, result
        path.write_bytes(content)
        server.client.drop_database(TARGET)
    restore("--uri", server.uri_of(TARGET), tmp_path / "d" / DATABASE)
