"""kill -9 at random moments: a dump is complete or visibly incomplete; a restore can be run again."""
import random
import time

import pytest

from support import bson_data
from support.haul import (CAMPAIGN_FULL, assert_same, dump, failed, fill, fill_all_kinds, finish, insert_raw,
                          raw_documents, restore, run, start, tree)

ROUNDS = 60 if CAMPAIGN_FULL else 8
SOURCE, TARGET = "kill_source", "kill_target"


@pytest.fixture(scope="module")
def source(server):
    db = server.client[SOURCE]
    server.client.drop_database(SOURCE)
    fill_all_kinds(db).drop_collection("weather")  # one that exists would be refused without --drop
    for i in range(4):
        insert_raw(db[f"values{i}"], bson_data.random_documents(1500, seed=i, padding=1500))
    yield db
    for name in (SOURCE, TARGET):
        server.client.drop_database(name)


@pytest.fixture
def target(server):
    server.client.drop_database(TARGET)
    return server.client[TARGET]


def held_documents(db):
    return {name: set(raw_documents(db[name])) for name in db.list_collection_names()
            if name not in ("few", "system.views", "weather")}


@pytest.mark.parametrize("sync", [[], ["--noSync"]])
def test_a_killed_dump_is_visibly_incomplete_or_complete(server, source, target, tmp_path, sync):
    began = time.monotonic()
    dump("--uri", server.uri_of(SOURCE), "-o", tmp_path / "timing", *sync)
    usual, rng, cut_short = time.monotonic() - began, random.Random(11), 0
    known = held_documents(source)
    for i in range(ROUNDS):
        out = tmp_path / f"d{i}"
        process = start("dump", "--uri", server.uri_of(SOURCE), "-o", out, "--jobs=3", *sync)
        time.sleep(rng.uniform(0.2, 1.0) * usual)
        process.kill()
        finish(process)
        held = tree(out)
        server.client.drop_database(TARGET)
        to_target = ["--uri", server.uri, "--nsFrom", f"{SOURCE}.*", "--nsTo", f"{TARGET}.*"]
        if "manifest.json" in held:
            restore(*to_target, out, cwd=tmp_path)
            assert_same(server.client, SOURCE, TARGET)
            continue
        if not any(content is not None for content in held.values()):
            continue  # killed before it wrote anything
        cut_short += 1
        assert "manifest.partial" in held or any(p.endswith(".part") for p in held), sorted(held)
        failed(run("restore", *to_target, out, cwd=tmp_path), (2, 4), "incomplete", "allowIncomplete")
        assert not target.list_collection_names()
        allowed = run("restore", *to_target, "--allowIncomplete", out, cwd=tmp_path)
        assert allowed.code in (0, 2, 3), allowed  # 2: not one whole file yet
        for name, documents in held_documents(target).items():
            assert documents <= known.get(name, set()), name
    assert cut_short > 0, "the timing never hit a running dump"


def test_the_directory_of_a_killed_dump_is_refused_and_taken_with_overwrite(server, source, target, tmp_path):
    process = start("dump", "--uri", server.uri_of(SOURCE), "-o", tmp_path / "d", "--maxRate=2MB/s")
    time.sleep(2)
    process.kill()
    finish(process)
    failed(run("dump", "--uri", server.uri_of(SOURCE), "-o", tmp_path / "d"), 10, "overwrite")
    dump("--uri", server.uri_of(SOURCE), "-o", tmp_path / "d", "--overwrite")
    restore("--uri", server.uri_of(TARGET), tmp_path / "d" / SOURCE)
    assert_same(server.client, SOURCE, TARGET)


def test_a_killed_restore_is_finished_by_running_it_again(server, source, target, tmp_path):
    dump("--uri", server.uri_of(SOURCE), "-o", tmp_path / "d")
    rng = random.Random(12)
    for _ in range(ROUNDS // 2):
        server.client.drop_database(TARGET)
        process = start("restore", "--uri", server.uri_of(TARGET), tmp_path / "d" / SOURCE, cwd=tmp_path)
        time.sleep(rng.uniform(0.05, 1.0))
        process.kill()
        finish(process)
        restore("--uri", server.uri_of(TARGET), tmp_path / "d" / SOURCE, cwd=tmp_path)
        assert_same(server.client, SOURCE, TARGET)
    assert not list(tmp_path.glob("haul-rejects*"))


def test_a_restore_with_drop_that_is_killed_is_finished_by_running_it_again(server, source, target, tmp_path):
    dump("--uri", server.uri_of(SOURCE), "-o", tmp_path / "d")
    fill(target, 9, "values0")
    process = start("restore", "--uri", server.uri_of(TARGET), "--drop", "--maxRate=4MB/s",
                    tmp_path / "d" / SOURCE, cwd=tmp_path)
    time.sleep(1.5)
    process.kill()
    finish(process)
    restore("--uri", server.uri_of(TARGET), "--drop", tmp_path / "d" / SOURCE, cwd=tmp_path)
    assert_same(server.client, SOURCE, TARGET)


def test_two_dumps_into_one_directory_at_once_never_mix(server, source, target, tmp_path):
    both = [start("dump", "--uri", server.uri_of(SOURCE), "-o", tmp_path / "d", "--maxRate=8MB/s") for _ in range(2)]
    codes = sorted(finish(p).code for p in both)
    assert codes[0] == 0 and codes[1] in (7, 9, 10), codes
    restore("--uri", server.uri_of(TARGET), tmp_path / "d" / SOURCE)
    assert_same(server.client, SOURCE, TARGET)
