"""The real mongorestore replays the oplog of our dumps. Where MONGO_TOOLS_BIN names no directory that holds
it, the tests are left out, and the run says so."""
import os
import pathlib
import subprocess

import pytest

from support.haul import fingerprint, finish, restore, start, succeeded
from support.mongod import Mongod


def peer(name, *args):
    program = pathlib.Path(os.environ["MONGO_TOOLS_BIN"]) / name
    done = subprocess.run([str(program), *map(str, args)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def source():
    with Mongod() as server:
        yield server


@pytest.fixture(scope="module")
def target():
    with Mongod() as server:
        yield server


def dump_while_written_to(source, *options):
    source.client.drop_database("shop")
    shop = source.client.shop
    shop.large.insert_many([{"_id": i, "pad": b"x" * 100_000} for i in range(60)])
    shop.small.insert_many([{"_id": i} for i in range(100)])
    process = start("dump", "--uri", source.uri, "--oplog", "--jobs=1", "--maxRate=4MB/s", *options)
    for line in process.stderr:
        if "dumping" in line:
            break
    shop.small.delete_many({"_id": {"$lt": 50}})
    shop.large.update_many({"_id": {"$gte": 50}}, {"$set": {"late": True}})
    with source.client.start_session() as session, session.start_transaction():
        shop.small.insert_many([{"_id": f"new {i}"} for i in range(9)], session=session)
    shop.other.insert_one({"_id": 1})
    shop.other.create_index("x")
    succeeded(finish(process))


@pytest.mark.mongo_tools
@pytest.mark.parametrize("compress", ["none", "gzip"])
@pytest.mark.parametrize("form", ["directory", "archive"])
@pytest.mark.parametrize("by", ["mongorestore", "haul-restore"])
def test_what_was_written_meanwhile_is_replayed(source, target, tmp_path, compress, form, by):
    to = f"--archive={tmp_path / 'd'}" if form == "archive" else f"--out={tmp_path / 'd'}"
    dump_while_written_to(source, f"--compress={compress}", to)
    target.client.drop_database("shop")
    what = [f"--archive={tmp_path / 'd'}"] if form == "archive" else [tmp_path / "d"]
    if by == "mongorestore":
        gzip = ["--gzip"] if compress == "gzip" else []
        peer(by, "--uri", target.uri, *gzip, "--oplogReplay", "--drop", *what)
    else:
        restore("--uri", target.uri, "--oplogReplay", "--nsInclude=shop.*", *what)
    assert fingerprint(target.client, "shop") == fingerprint(source.client, "shop")
