"""Servers that fail: short losses are healed without a document lost or doubled, long ones are exit 5."""
import signal
import socket
import threading
import time

import pytest

from support import bson_data
from support.haul import (assert_same, data_file, dump, failed, fill, fill_all_kinds, finish, insert_raw, plain,
                          raw_documents, restore, run, split_bson, start, tree)
from support.mongod import Mongod, free_port

SOURCE, TARGET = "fault_source", "fault_target"
APP = "haul-fault-test"


@pytest.fixture(scope="module")
def faulty():
    with Mongod() as server:
        db = fill_all_kinds(server.client[SOURCE])
        insert_raw(db.values, bson_data.random_documents(8000, padding=1500))
        yield server


@pytest.fixture
def target(faulty):
    faulty.client.drop_database(TARGET)
    yield faulty.client[TARGET]
    faulty.calm()


def uri(faulty, database):
    """Fail points hit this application name only, not the test's own connection."""
    return faulty.uri_for(database, appName=APP)


NETWORK = {"closeConnection": True}
STEP_DOWN = {"errorCode": 189, "errorLabels": ["RetryableWriteError"]}
NOT_PRIMARY = {"errorCode": 10107}
SHUTDOWN = {"errorCode": 91}
LOST_CURSOR = {"errorCode": 43}

DUMP_FAULTS = {
    "connection lost on getMore": (["getMore"], 1, NETWORK),
    "connection lost on every third getMore": (["getMore"], "often", NETWORK),
    "connection lost on find": (["find"], 2, NETWORK),
    "connection lost on aggregate": (["aggregate"], 2, NETWORK),
    "connection lost on listCollections": (["listCollections"], 1, NETWORK),
    "connection lost on listIndexes": (["listIndexes"], 2, NETWORK),
    "connection lost on listDatabases": (["listDatabases"], 1, NETWORK),
    "step-down on getMore": (["getMore"], 1, NOT_PRIMARY),
    "shut-down on find": (["find"], 1, SHUTDOWN),
    "cursor lost on getMore": (["getMore"], 1, LOST_CURSOR),
    "five losses in a row": (["getMore", "find"], 5, NETWORK),
}


def mode(times):
    return {"activationProbability": 0.3} if times == "often" else {"times": times}


@pytest.mark.parametrize("case", DUMP_FAULTS)
def test_a_dump_survives(faulty, target, tmp_path, case):
    commands, times, fault = DUMP_FAULTS[case]
    faulty.fail(commands, mode=mode(times), appName=APP, **fault)
    dump("--uri", uri(faulty, SOURCE), "-o", tmp_path / "d", "--jobs=3")
    faulty.calm()
    found = split_bson(plain(data_file(tmp_path / "d", SOURCE, "values")))
    assert sorted(found) == sorted(raw_documents(faulty.client[SOURCE].values)), "none lost, none twice"
    restore("--uri", faulty.uri_of(TARGET), tmp_path / "d" / SOURCE)
    assert_same(faulty.client, SOURCE, TARGET)


RESTORE_FAULTS = {
    "connection lost on insert": (["insert"], 1, NETWORK),
    "connection lost on a third of the inserts": (["insert"], "often", NETWORK),
    "step-down on insert": (["insert"], 2, STEP_DOWN),
    "not primary on insert": (["insert"], 2, NOT_PRIMARY),
    "shut-down on insert": (["insert"], 1, SHUTDOWN),
    "connection lost on create": (["create"], 2, NETWORK),
    "connection lost on createIndexes": (["createIndexes"], 1, NETWORK),
    "step-down on createIndexes": (["createIndexes"], 1, NOT_PRIMARY),
    "connection lost on drop": (["drop", "dropDatabase", "renameCollection"], 1, NETWORK),
    "write concern failed once": (["insert"], 1, {"writeConcernError": {"code": 91, "errmsg": "shutting down"}}),
}


@pytest.fixture(scope="module")
def dumped(faulty, tmp_path_factory):
    folder = tmp_path_factory.mktemp("faults") / "d"
    dump("--uri", faulty.uri_of(SOURCE), "-o", folder)
    return folder / SOURCE


@pytest.mark.parametrize("case", RESTORE_FAULTS)
def test_a_restore_survives(faulty, target, dumped, tmp_path, case):
    commands, times, fault = RESTORE_FAULTS[case]
    fill(target, 20, "items")
    faulty.fail(commands, mode=mode(times), appName=APP, **fault)
    restore("--uri", uri(faulty, TARGET), "--drop", "--jobs=3", dumped, cwd=tmp_path)
    faulty.calm()
    assert_same(faulty.client, SOURCE, TARGET)
    assert not list(tmp_path.iterdir()), "no rejects"


@pytest.mark.parametrize("name", ["dump", "restore"])
def test_an_error_that_no_retry_can_heal_is_told_at_once(faulty, target, dumped, tmp_path, name):
    commands = ["find", "getMore", "aggregate"] if name == "dump" else ["insert"]
    faulty.fail(commands, mode="alwaysOn", appName=APP, errorCode=8000)
    args = ["-o", tmp_path / "d"] if name == "dump" else [dumped]
    result = run(name, "--uri", uri(faulty, SOURCE if name == "dump" else TARGET), *args, cwd=tmp_path, timeout=30)
    assert result.code not in (0, 3, 70), result
    assert not (tmp_path / "d" / "manifest.json").exists()


@pytest.mark.parametrize("name", ["dump", "restore"])
def test_a_server_that_stays_away_is_exit_5_after_retry_for(tmp_path, name):
    with Mongod() as server:
        insert_raw(server.client.a.values, bson_data.random_documents(6000, padding=1500))
        dump("--uri", server.uri_of("a"), "-o", tmp_path / "d")
        args = {"dump": ["--uri", server.uri_of("a"), "-o", tmp_path / "e"],
                "restore": ["--uri", server.uri_of("b"), tmp_path / "d" / "a"]}[name]
        process = start(name, *args, "--maxRate=2MB/s", "--retryFor=2s", cwd=tmp_path)
        time.sleep(1.5)
        assert process.poll() is None, finish(process)
        server.kill()
        killed = time.monotonic()
        result = finish(process)
        failed(result, 5, "127.0.0.1", ("incomplete", "manifest", "acknowledged"))
        assert time.monotonic() - killed < 45
        if name == "dump":
            held = tree(tmp_path / "e")
            assert "manifest.json" not in held and "manifest.partial" in held


@pytest.mark.parametrize("name", ["dump", "restore"])
def test_a_server_that_comes_back_costs_nothing(tmp_path, name):
    with Mongod() as server:
        insert_raw(server.client.a.values, bson_data.random_documents(6000, padding=1500))
        server.client.admin.command("fsync")
        dump("--uri", server.uri_of("a"), "-o", tmp_path / "d")
        args = {"dump": ["--uri", server.uri_of("a"), "-o", tmp_path / "e"],
                "restore": ["--uri", server.uri_of("b"), tmp_path / "d" / "a"]}[name]
        process = start(name, *args, "--maxRate=2MB/s", "--jobs=3", cwd=tmp_path)
        time.sleep(1.5)
        server.stop(sig=signal.SIGTERM)
        time.sleep(0.5)
        server.start()
        result = finish(process)
        assert result.code == 0, result
        if name == "dump":
            restore("--uri", server.uri_of("b"), tmp_path / "e" / "a", cwd=tmp_path)
        assert_same(server.client, "a", "b")


@pytest.mark.slow
def test_an_election_in_the_middle_costs_nothing(tmp_path):
    with Mongod(members=3) as server:
        insert_raw(server.client.a.values, bson_data.random_documents(6000, padding=1500))

        def step_down_during(process):
            time.sleep(1.0)
            server.client.admin.command("replSetStepDown", 5, force=True)
            result = finish(process)
            assert result.code == 0, result

        step_down_during(start("dump", "--uri", server.uri_of("a"), "-o", tmp_path / "d", "--maxRate=3MB/s"))
        step_down_during(start("restore", "--uri", server.uri_of("b"), "--maxRate=3MB/s", tmp_path / "d" / "a",
                               cwd=tmp_path))
        assert_same(server.client, "a", "b")
        assert not list(tmp_path.glob("haul-rejects*"))


def test_a_standalone_server_is_dumped_and_restored(tmp_path):
    with Mongod(members=0) as server:
        fill_all_kinds(server.client.a).drop_collection("images")
        dump("--uri", server.uri_of("a"), "-o", tmp_path / "d")
        restore("--uri", server.uri_of("b"), tmp_path / "d" / "a")
        assert_same(server.client, "a", "b")


# -- servers that are not there ----------------------------------------------------------------------

def silent_port():
    """Accepts connections and never says a word."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(8)
    threading.Thread(target=lambda: [listener.accept() for _ in range(64)], daemon=True).start()
    return listener


def babbling_port():
    """Answers in another protocol."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(8)

    def talk():
        while True:
            peer, _ = listener.accept()
            peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            peer.close()
    threading.Thread(target=talk, daemon=True).start()
    return listener


def test_a_server_that_cannot_be_reached_is_exit_5_within_about_30_seconds(tmp_path):
    silent, babbling = silent_port(), babbling_port()
    targets = {"refused": f"127.0.0.1:{free_port()}", "unknown host": "no-such-host.invalid:27017",
               "silent": f"127.0.0.1:{silent.getsockname()[1]}", "babbling": f"127.0.0.1:{babbling.getsockname()[1]}",
               "a set that is not there": f"127.0.0.1:{free_port()},127.0.0.1:{free_port()}/?replicaSet=rs"}
    (tmp_path / "d" / "x").mkdir(parents=True)
    (tmp_path / "d" / "x" / "t.bson").write_bytes(b"")
    running = []
    for case, host in targets.items():
        address = f"mongodb://{host}" if "/" in host else f"mongodb://{host}/x"
        running.append((case, host, start("dump", "--uri", address, "-o", tmp_path / "out", cwd=tmp_path)))
        running.append((case, host, start("restore", "--uri", address, tmp_path / "d", cwd=tmp_path)))
    began = time.monotonic()
    for case, host, process in running:
        result = finish(process)
        failed(result, 5, host.split(":")[0])
        assert time.monotonic() - began < 45, case
    assert not (tmp_path / "out").exists()


def test_the_wrong_set_name_is_told(faulty, tmp_path):
    address = faulty.uri_for("x", replicaSet="another")
    result = run("dump", "--uri", address, "-o", tmp_path / "d", timeout=60)
    failed(result, (2, 5), "another")


def test_a_secondary_that_may_not_be_read_is_told_and_a_restore_to_it_refused(tmp_path):
    with Mongod(members=3) as server:
        fill(server.client.a)
        dump("--uri", server.uri_of("a"), "-o", tmp_path / "d", "--readPreference=secondary")
        port = [p for p in server.ports if p != server.client.primary[1]][0]
        direct = f"mongodb://127.0.0.1:{port}/b?directConnection=true"
        result = run("restore", "--uri", direct, "--retryFor=2s", tmp_path / "d" / "a", cwd=tmp_path)
        assert result.code not in (0, 3, 70), result
        assert "primary" in result.err.lower() or "secondary" in result.err.lower()
