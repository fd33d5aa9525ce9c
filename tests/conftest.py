"""Fixtures of the live, interop, fault and scenarios tests: one server for all files of a run, own
databases for each test. HAUL_TEST_URI names a server to use instead of starting one."""
import os
import pathlib
import re
import sys

import pymongo
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from support.mongod import Mongod  # noqa: E402
from support.seeding import Seeder  # noqa: E402

LEFT_OUT = pytest.StashKey[int]()


class ForeignServer:
    """The server that HAUL_TEST_URI names."""

    def __init__(self, uri):
        self.uri = uri
        self.client = pymongo.MongoClient(uri)

    def uri_of(self, database=""):
        head, _, options = self.uri.partition("?")
        scheme, rest = head.split("//", 1)
        return f"{scheme}//{rest.split('/')[0]}/{database}" + (f"?{options}" if options else "")


@pytest.fixture(scope="session")
def server():
    if os.environ.get("HAUL_TEST_URI"):
        yield ForeignServer(os.environ["HAUL_TEST_URI"])
        return
    with Mongod() as started:
        yield started


@pytest.fixture(scope="session")
def auth_server():
    with Mongod(auth=True) as started:
        yield started


@pytest.fixture
def names(server, request):
    """Makes database names of this test's own; what carries them is dropped before and after."""
    stem = re.sub(r"[^a-z0-9]+", "_", request.node.name.lower())[:40].strip("_")
    made = []

    def name(suffix="src"):
        made.append(f"{stem}_{suffix}")
        server.client.drop_database(made[-1])
        return made[-1]

    yield name
    for database in made:
        server.client.drop_database(database)


@pytest.fixture
def src(names, server):
    return server.client[names("src")]


@pytest.fixture
def dst(names, server):
    return server.client[names("dst")]


@pytest.fixture
def seeder(server, tmp_path, request):
    """Seed files of this test's own, and a database for them."""
    return Seeder(server, tmp_path, re.sub(r"\W", "_", request.node.name)[-60:])


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: more than ten seconds")
    config.addinivalue_line("markers", "mongo_tools: needs the real mongodump and mongorestore")


def pytest_collection_modifyitems(config, items):
    """Without MONGO_TOOLS_BIN what needs it is left out, and the summary says so."""
    if os.environ.get("MONGO_TOOLS_BIN"):
        return
    out = [item for item in items if item.get_closest_marker("mongo_tools")]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]
        config.stash[LEFT_OUT] = len(out)


def pytest_terminal_summary(terminalreporter, config):
    left_out = config.stash.get(LEFT_OUT, 0)
    if left_out:
        terminalreporter.write_line(
            f"{left_out} tests left out: MONGO_TOOLS_BIN names no directory with mongodump and mongorestore")
