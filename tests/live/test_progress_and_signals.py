"""What people see while it runs, and what a signal does."""
import json
import re
import signal
import time

import pytest

from support import bson_data
from support.haul import (assert_same, data_file, dump, environment, failed, fill, fill_all_kinds, finish,
                          insert_raw, rejects, restore, run, start, tool, tree)
from support.terminal import Terminal


@pytest.fixture
def big(server, src):
    insert_raw(src.big, bson_data.random_documents(5000, padding=5000))
    fill(src, 2000, "small")
    return src


def slow(server, db, out):
    return ["--uri", server.uri_of(db.name), "-o", str(out), "--maxRate=8MB/s"]


@pytest.mark.parametrize("columns", [100, 60, 20])
def test_a_terminal_shows_live_bars_that_fit_and_ends_with_a_summary(server, big, tmp_path, columns):
    with Terminal([tool("dump"), *slow(server, big, tmp_path / "d")], columns=columns, env=environment()) as t:
        assert t.wait() == 0, t.text
    assert "\x1b[" in t.text and t.text.count("\r") > 3, "it is redrawn"
    if columns >= 60:
        assert "%" in t.plain and re.search(r"[MK]i?B/s", t.plain) and "big" in t.plain
    drawn = [line for line in re.split(r"[\r\n]+", t.plain) if "%" in line]
    assert all(len(line) <= columns for line in drawn), max(drawn, key=len)
    assert re.search(r"7[,.]?000", t.plain.strip().splitlines()[-1]), "the summary is the last line"


def test_the_cursor_and_the_colours_are_put_back(server, big, tmp_path):
    with Terminal([tool("dump"), *slow(server, big, tmp_path / "d")], env=environment()) as t:
        t.expect("%")
        t.process.send_signal(signal.SIGINT)
        t.wait()
    if "\x1b[?25l" in t.text:
        assert t.text.rindex("\x1b[?25h") > t.text.rindex("\x1b[?25l")


def test_elsewhere_plain_lines_appear_every_few_seconds(server, big, tmp_path):
    result = dump("--uri", server.uri_of(big.name), "-o", tmp_path / "d", "--maxRate=2MB/s")
    assert "\x1b" not in result.err and "\r" not in result.err and result.out == ""
    during = [line for line in result.err.splitlines() if "big" in line or "%" in line]
    assert len(during) >= 2, result


def test_names_with_control_characters_are_escaped(server, src, tmp_path):
    src["evil\x1b[2J\nname"].insert_one({"_id": 1})
    uri = server.uri_of(src.name)
    dump("--uri", uri, "-o", tmp_path / "d")
    for result in (run("dump", "--uri", uri, "-o", tmp_path / "e", "--dryRun", "-v"),
                   run("restore", "--uri", uri, "--dryRun", "-v", tmp_path / "d" / src.name),
                   run("dump", "--uri", uri, "-o", tmp_path / "d"),
                   run("dump", "--uri", uri, "-c", "no\x1b[2Jevil", "-o", tmp_path / "e")):
        said = result.out + result.err
        assert "\x1b" not in said and "evil" in said, result


def test_v_says_what_was_done_with_each_collection(server, src, tmp_path):
    fill(src, 11, "users")
    fill(src, 22, "orders")
    for result in (dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d", "-v"),
                   restore("--uri", server.uri_of(src.name), "--drop", "-v", tmp_path / "d" / src.name)):
        for name, count in (("users", "11"), ("orders", "22")):
            assert any(name in line and count in line for line in result.err.splitlines()), result


@pytest.mark.parametrize("name", ["dump", "restore"])
def test_json_lines_on_request(server, big, dst, tmp_path, name):
    result = dump(*slow(server, big, tmp_path / "d"), "--logFormat=json")
    if name == "restore":
        result = restore("--uri", server.uri_of(dst.name), "--log-format", "json", tmp_path / "d" / big.name)
    lines = [json.loads(line) for line in result.err.splitlines()]
    assert len(lines) >= 1 and all(isinstance(line, dict) for line in lines)
    assert "7000" in result.err.splitlines()[-1].replace(",", "")


def test_errors_are_json_lines_too(server, tmp_path):
    result = run("dump", "--uri", server.uri_of("absent_db"), "-o", tmp_path / "d", "--logFormat=json")
    assert result.code == 2
    assert all(isinstance(json.loads(line), dict) for line in result.err.splitlines())
    assert "absent_db" in result.err


SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]


@pytest.mark.parametrize("number, code", SIGNALS)
def test_a_signal_stops_a_dump_within_five_seconds_and_visibly_incomplete(server, big, dst, tmp_path, number, code):
    process = start("dump", "--uri", server.uri_of(big.name), "-o", tmp_path / "d", "--maxRate=2MB/s")
    time.sleep(2.5)
    sent = time.monotonic()
    process.send_signal(number)
    result = finish(process)
    assert time.monotonic() - sent < 5.5
    failed(result, code, ("stop", "interrupt", "incomplete"))
    held = tree(tmp_path / "d")
    assert "manifest.json" not in held and "manifest.partial" in held, sorted(held)
    refused = run("restore", "--uri", server.uri_of(dst.name), "--db", dst.name, tmp_path / "d" / big.name)
    failed(refused, 4, "incomplete", "allowIncomplete")
    assert not dst.list_collection_names()


@pytest.mark.parametrize("number, code", SIGNALS[:2])
def test_a_signal_stops_a_restore_within_five_seconds_and_says_what_is_safe(server, big, dst, tmp_path, number, code):
    dump("--uri", server.uri_of(big.name), "-o", tmp_path / "d")
    process = start("restore", "--uri", server.uri_of(dst.name), "--maxRate=3MB/s", "--jobs=1",
                    tmp_path / "d" / big.name, cwd=tmp_path)
    time.sleep(2)
    sent = time.monotonic()
    process.send_signal(number)
    result = finish(process)
    assert time.monotonic() - sent < 5.5
    failed(result, code, ("stop", "interrupt"))
    assert dst.big.count_documents({}) < 5000
    restore("--uri", server.uri_of(dst.name), tmp_path / "d" / big.name, cwd=tmp_path)
    assert dst.big.count_documents({}) == 5000 and not rejects(tmp_path), "again finishes the work"


def test_a_stopped_restore_that_says_run_again_means_it_for_every_kind_of_collection(server, src, dst, tmp_path):
    """The message after a signal promises it; a time-series collection that the first run made counts too."""
    fill_all_kinds(src)
    insert_raw(src.values, bson_data.random_documents(3000, padding=3000))
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    process = start("restore", "--uri", server.uri_of(dst.name), "--maxRate=2MB/s", tmp_path / "d" / src.name,
                    cwd=tmp_path)
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    result = failed(finish(process), 130)
    if "again" in result.err and "--drop" not in result.err:
        restore("--uri", server.uri_of(dst.name), tmp_path / "d" / src.name, cwd=tmp_path)
        assert_same(server.client, src.name, dst.name)


@pytest.mark.parametrize("name", ["dump", "restore"])
def test_a_signal_ends_a_run_whose_server_does_not_answer(server, big, dst, tmp_path, name):
    dump("--uri", server.uri_of(big.name), "-o", tmp_path / "d")
    blocked = {"dump": ["getMore", "find", "aggregate"], "restore": ["insert"]}[name]
    if not hasattr(server, "fail"):
        pytest.fail("needs a server with failpoints")
    server.fail(blocked, mode="alwaysOn", blockConnection=True, blockTimeMS=9000, appName="haul-test-block")
    try:
        uri = server.uri_of((big if name == "dump" else dst).name) + "&appName=haul-test-block"
        target = ["-o", tmp_path / "e"] if name == "dump" else [tmp_path / "d" / big.name]
        process = start(name, "--uri", uri, *target, cwd=tmp_path)
        time.sleep(2)
        assert process.poll() is None, finish(process)
        sent = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert finish(process).code == 143
        assert time.monotonic() - sent < 6
    finally:
        server.calm()


def test_under_nohup_a_dump_goes_on_when_the_terminal_goes_away(server, big, tmp_path):
    process = start("dump", "--uri", server.uri_of(big.name), "-o", tmp_path / "d", "--maxRate=6MB/s",
                    preexec=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    time.sleep(1.5)
    process.send_signal(signal.SIGHUP)
    assert finish(process).code == 0 and (tmp_path / "d" / "manifest.json").exists()


def test_a_second_signal_exits_at_once(server, big, tmp_path):
    server.fail(["getMore", "find", "aggregate"], mode="alwaysOn", blockConnection=True, blockTimeMS=9000,
                appName="haul-test-block2")
    try:
        process = start("dump", "--uri", server.uri_of(big.name) + "&appName=haul-test-block2", "-o", tmp_path / "d")
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert finish(process).code == 130
        assert time.monotonic() - sent < 1.0
    finally:
        server.calm()


def test_a_stopped_dump_is_restored_as_far_as_it_goes_with_allow_incomplete(server, big, dst, tmp_path):
    process = start("dump", "--uri", server.uri_of(big.name), "-o", tmp_path / "d", "--maxRate=3MB/s", "--jobs=1")
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    assert finish(process).code == 130
    result = run("restore", "--uri", server.uri_of(dst.name), "--allowIncomplete", tmp_path / "d" / big.name,
                 cwd=tmp_path)
    assert result.code in (0, 3), result
    assert "incomplete" in result.err.lower() or "unfinished" in result.err.lower()
    ids = {d["_id"] for d in dst.big.find({}, {"_id": 1})}
    assert ids <= {d["_id"] for d in big.big.find({}, {"_id": 1})}
    with pytest.raises(AssertionError):
        data_file(tmp_path / "d", big.name, "absent")
