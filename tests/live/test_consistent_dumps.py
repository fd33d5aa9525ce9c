"""Dumps of a server on which money moves between two collections in transactions: what they restore to
holds as much as there was. 3 dumps of each kind; 20 with HAUL_CAMPAIGN=full."""
import random
import threading

import pymongo
import pytest

from support.haul import CAMPAIGN_FULL, dump, restore
from support.mongod import Mongod

ACCOUNTS, BALANCE = 400, 100
TOTAL = 2 * ACCOUNTS * BALANCE
DUMPS = 20 if CAMPAIGN_FULL else 3


class Bank:
    """Moves money from `left` to `right` and back, in transactions, in several threads."""

    def __init__(self, server, threads=3):
        self.client = server.client
        self.left, self.right = self.client.bank.left, self.client.bank.right
        pad = b"p" * 3000  # so that a dump takes some time
        for side in (self.left, self.right):
            side.insert_many([{"_id": i, "balance": BALANCE, "pad": pad} for i in range(ACCOUNTS)])
        self.stop = threading.Event()
        self.moved = 0
        self.threads = [threading.Thread(target=self.move, args=(i,)) for i in range(threads)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def move(self, seed):
        rng = random.Random(seed)
        with self.client.start_session() as session:
            while not self.stop.is_set():
                giver, taker = rng.sample([self.left, self.right], 2)
                amount = rng.randrange(1, 50)
                try:
                    with session.start_transaction():
                        giver.update_one({"_id": rng.randrange(ACCOUNTS)}, {"$inc": {"balance": -amount}},
                                         session=session)
                        taker.update_one({"_id": rng.randrange(ACCOUNTS)}, {"$inc": {"balance": amount}},
                                         session=session)
                    self.moved += 1
                except pymongo.errors.OperationFailure:
                    pass  # another transaction was there first

    def held(self):
        return held(self.client)


def held(client):
    return sum(account["balance"] for side in (client.bank.left, client.bank.right)
               for account in side.find({}, {"balance": 1}))


@pytest.fixture(scope="module")
def bank():
    with Mongod() as server, Bank(server) as moving:
        moving.uri = server.uri
        yield moving


@pytest.fixture(scope="module")
def target():
    with Mongod() as server:
        yield server


def restored(target, folder, *options):
    target.client.drop_database("bank")
    restore("--uri", target.uri, "--nsInclude=bank.*", *options, folder)
    return held(target.client)


@pytest.mark.parametrize("kind, options, replay", [
    ("snapshot", ["--snapshot"], []),
    ("oplog", ["--oplog"], ["--oplogReplay"]),
    ("oplog on a snapshot", ["--oplog", "--snapshot"], ["--oplogReplay"]),
])
def test_every_dump_holds_the_whole_sum(bank, target, tmp_path, kind, options, replay):
    before = bank.moved
    for i in range(DUMPS):
        dump("--uri", bank.uri, "-o", tmp_path / str(i), "--maxRate=8MB/s", "--noSync", *options)
        assert restored(target, tmp_path / str(i), *replay) == TOTAL, f"{kind}, dump {i}"
    assert bank.moved > before + DUMPS, "money moved meanwhile"


def test_a_snapshot_with_an_oplog_holds_it_without_a_replay_too(bank, target, tmp_path):
    dump("--uri", bank.uri, "-o", tmp_path / "d", "--maxRate=8MB/s", "--snapshot", "--oplog")
    assert restored(target, tmp_path / "d") == TOTAL


@pytest.mark.parametrize("form", ["--out", "--archive"])
def test_a_restore_says_what_it_means_that_the_oplog_is_not_replayed(bank, target, tmp_path, form):
    for options, meaning in ((["--snapshot"], "as they were when the dump began"), ([], "of different times")):
        path = tmp_path / f"d{len(options)}"
        dump("--uri", bank.uri, f"{form}={path}", "--oplog", *options)
        target.client.drop_database("bank")
        what = f"--archive={path}" if form == "--archive" else path
        result = restore("--uri", target.uri, "--nsInclude=bank.*", what)
        assert "not replayed" in result.err and meaning in result.err, result


def test_a_dump_that_is_neither_misses_some(bank, target, tmp_path):
    """What the tests above would find."""
    sums = []
    for i in range(5):
        dump("--uri", bank.uri, "-o", tmp_path / str(i), "--maxRate=2MB/s", "--noSync", "--jobs=1")
        sums.append(restored(target, tmp_path / str(i)))
        if sums[-1] != TOTAL:
            return
    raise AssertionError(f"all consistent by chance: {sums}")
