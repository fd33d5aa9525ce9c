"""kill -9 of a restore with --drop at random moments: every collection is the old one or the new one, whole."""
import random
import time

import pytest

from support import bson_data
from support.haul import CAMPAIGN_FULL, dump, fill, finish, fingerprint, insert_raw, restore, run, start, assert_same

ROUNDS = 100 if CAMPAIGN_FULL else 6
SOURCE, TARGET = "swap_source", "swap_target"
NAMES = [f"values{i}" for i in range(6)]


@pytest.fixture(scope="module")
def dumped(server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("swap")
    server.client.drop_database(SOURCE)
    for i, name in enumerate(NAMES):
        insert_raw(server.client[SOURCE][name], bson_data.random_documents(600, seed=i, padding=900))
        server.client[SOURCE][name].create_index("a.b")
    dump("--uri", server.uri_of(SOURCE), "-o", folder / "d")
    yield folder / "d" / SOURCE
    for name in (SOURCE, TARGET):
        server.client.drop_database(name)


def fill_old(server):
    server.client.drop_database(TARGET)
    for i, name in enumerate(NAMES):
        fill(server.client[TARGET], 20 + i, name)
    return fingerprint(server.client, TARGET)


def beside(server):
    return [n for n in server.client[TARGET].list_collection_names() if n.startswith("haul.")]


def test_a_killed_restore_with_drop_leaves_the_old_collection_or_the_new_one(server, dumped, tmp_path):
    args = ["restore", "--uri", server.uri_of(TARGET), "--drop", dumped]
    fill_old(server)
    began = time.monotonic()
    run(*args, cwd=tmp_path)
    usual, rng, states = time.monotonic() - began, random.Random(17), set()
    new = fingerprint(server.client, SOURCE)
    for _ in range(ROUNDS):
        old = fill_old(server)
        process = start(*args, cwd=tmp_path)
        time.sleep(rng.uniform(0.1, 1.1) * usual)
        process.kill()
        finish(process)
        found = fingerprint(server.client, TARGET)
        for name in NAMES:
            assert found[name] in (old[name], new[name]), name
            states.add("old" if found[name] == old[name] else "new")
        left = beside(server)
        result = restore(*args[1:], cwd=tmp_path)
        assert all(name in result.err for name in left), "what the killed run left is named"
        assert not beside(server), "and removed, because it was on this machine"
        assert_same(server.client, SOURCE, TARGET)
    assert "old" in states, "the timing never hit a running restore"


def test_a_stopped_restore_with_drop_removes_what_it_built(server, dumped, tmp_path):
    old = fill_old(server)
    process = start("restore", "--uri", server.uri_of(TARGET), "--drop", "--maxRate=500kB/s", dumped, cwd=tmp_path)
    deadline = time.monotonic() + 20
    while not beside(server) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert beside(server)
    began = time.monotonic()
    process.terminate()
    result = finish(process)
    assert result.code == 143 and time.monotonic() - began < 5, result
    assert fingerprint(server.client, TARGET) == old, result
    assert "none was replaced" in result.err
