"""haul-inspect on single files and pipes: what is shown of documents, and what is said of those that
cannot be shown."""
import gzip
import json
import os
import signal
import struct
import subprocess

import bson
import pytest
from bson import json_util

from support.haul import ROOT, await_handler, environment, failed, run, succeeded, tool, tree

GOLDEN = ROOT / "tests/golden/dumps/dir/shop"
MANY = [{"_id": i, "text": "x" * (i % 300)} for i in range(40_000)]


def element(kind, key, value):
    return bytes([kind]) + key + b"\0" + value


def document(*elements):
    body = b"".join(elements)
    return struct.pack("<i", len(body) + 5) + body + b"\0"


NOT_UTF8 = document(element(2, b"a", struct.pack("<i", 2) + b"\xff\0"))
BAD_TYPE = document(element(10, b"fine", b""), element(0x42, b"odd", b""))


def packed(data, how):
    if how == "zstd":
        return subprocess.run(["zstd", "-q", "-c"], input=data, capture_output=True, check=True).stdout
    return gzip.compress(data) if how == "gzip" else data


def write(path, *documents):
    path.write_bytes(b"".join(d if isinstance(d, bytes) else bson.encode(d) for d in documents))
    return path


def inspect(*args, data=None):
    """Exit code, standard output as bytes, standard error."""
    done = subprocess.run([tool("inspect"), *map(str, args)], input=data if data is not None else b"",
                          capture_output=True, env=environment(), timeout=60)
    return done.returncode, done.stdout, done.stderr.decode()


def ids(out):
    return [json_util.loads(line)["_id"] for line in out.decode().splitlines()]


@pytest.mark.parametrize("how", ["none", "gzip", "zstd"])
@pytest.mark.parametrize("way", ["file", "file under another name", "--bsonFile", "stdin", "-"])
def test_documents_come_out_in_order_however_they_come_in(tmp_path, how, way):
    data = packed(b"".join(map(bson.encode, MANY)), how)
    name = "x" if "another" in way else "x.bson" + {"none": "", "gzip": ".gz", "zstd": ".zst"}[how]
    path = tmp_path / name
    path.write_bytes(data)
    args = {"stdin": [], "-": ["-"], "--bsonFile": ["--bsonFile", path]}.get(way, [path])
    code, out, err = inspect(*args, data=data)
    assert (code, ids(out)) == (0, list(range(len(MANY)))), err
    assert f"{len(MANY)} objects found" in err


def test_a_named_pipe_is_read_like_standard_input(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    process = subprocess.Popen([tool("inspect"), tmp_path / "pipe"], stdout=subprocess.PIPE)
    write(tmp_path / "pipe", {"_id": 1}, {"_id": 2})
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, ids(out)) == (0, [1, 2])


def test_every_type_has_its_canonical_text(tmp_path):
    out = inspect(GOLDEN / "types.bson", "--limit=1")[1].decode()
    expected = json_util.loads(out, json_options=json_util.CANONICAL_JSON_OPTIONS)
    assert '"double":{"$numberDouble":"1.5"}' in out and '"negzero":{"$numberDouble":"-0.0"}' in out
    assert '"int":{"$numberInt":"-5"}' in out and '"$numberLong":"-9223372036854775808"' in out
    assert expected["_id"] == "every"


def test_relaxed_pretty_and_debug(tmp_path):
    path = write(tmp_path / "x.bson", {"a": 1, "b": [bson.Int64(2), {}], "c": 0.5})
    assert inspect("--jsonFormat=relaxed", path)[1] == b'{"a":1,"b":[2,{}],"c":0.5}\n'
    assert inspect("--jsonFormat=relaxed", "--pretty", path)[1].decode() == (
        '{\n\t"a": 1,\n\t"b": [\n\t\t2,\n\t\t{}\n\t],\n\t"c": 0.5\n}\n')
    assert inspect("--type=debug", path)[1].decode() == (
        "--- new object ---\n\tsize : 48\n"
        "\t\ta\n\t\t\ttype:   16 size: 7\n"
        "\t\tb\n\t\t\ttype:    4 size: 27\n"
        "\t\t\t--- new object ---\n\t\t\t\tsize : 24\n"
        "\t\t\t\t\t0\n\t\t\t\t\t\ttype:   18 size: 11\n"
        "\t\t\t\t\t1\n\t\t\t\t\t\ttype:    3 size: 8\n"
        "\t\t\t\t\t\t--- new object ---\n\t\t\t\t\t\t\tsize : 5\n"
        "\t\tc\n\t\t\ttype:    1 size: 11\n").replace("size : 48", "size : 50")


def test_the_debug_layout_cannot_be_forged_by_a_name(tmp_path):
    path = write(tmp_path / "x.bson", {"a\n--- new object ---\x1b[2J": 1})
    out = inspect("--type=debug", path)[1].decode()
    assert out.count("\n--- new object") == 0 and "\x1b" not in out and r"a\n--- new object ---\x1b[2J" in out


def test_min_key_is_a_negative_type_as_in_bsondump(tmp_path):
    path = write(tmp_path / "x.bson", {"k": bson.MinKey()})
    assert b"type:   -1 size: 3" in inspect("--type=debug", path)[1]


@pytest.mark.parametrize("args,expected", [
    (["--limit=3"], [0, 1, 2]), (["--skip=39998"], [39998, 39999]), (["--limit=0"], []),
    (["--skip=12345", "--limit=2"], [12345, 12346]), (["--skip=99999"], []),
    (["--skip=1", f"--limit={2**64 - 1}", "--count"], None)])
@pytest.mark.parametrize("jobs", [1, 7])
def test_skip_and_limit_count_documents(tmp_path, args, expected, jobs):
    path = write(tmp_path / "x.bson", *MANY)
    code, out, err = inspect(path, *args, f"--jobs={jobs}")
    assert code == 0, err
    if expected is None:
        assert out == b"39999\n"
    else:
        assert ids(out) == expected


def test_limit_reads_no_further_so_a_cut_behind_it_does_not_matter(tmp_path):
    path = write(tmp_path / "x.bson", {"_id": 1}, {"_id": 2}, b"\x10\0\0")
    assert inspect(path, "--limit=2")[0] == 0
    assert inspect(path, "--limit=3")[0] == 4


# bsondump leaves such documents out and says success.
def test_a_document_that_cannot_be_shown_is_an_error_and_the_others_follow(tmp_path):
    path = write(tmp_path / "x.bson", {"_id": 1}, NOT_UTF8, {"_id": 3}, BAD_TYPE, {"_id": 5})
    code, out, err = inspect(path)
    assert (code, ids(out)) == (4, [1, 3, 5])
    assert "document 2 cannot be shown" in err and "document 4 cannot be shown" in err
    assert "'odd'" in err and "5 objects found" in err


def test_quiet_does_not_hide_that_something_was_not_shown(tmp_path):
    path = write(tmp_path / "x.bson", NOT_UTF8)
    code, _, err = inspect("--quiet", path)
    assert code == 4 and "document 1" in err and "objects found" not in err


def test_objcheck_ends_at_the_first_fault(tmp_path):
    path = write(tmp_path / "x.bson", {"_id": 1}, BAD_TYPE, {"_id": 3})
    for options in ([], ["--type=debug"], ["--count"]):
        code, out, err = inspect("--objcheck", *options, path)
        assert code == 4 and "document 2" in err
    assert ids(inspect("--objcheck", path)[1]) == [1]


def test_debug_shows_the_fields_before_a_fault(tmp_path):
    code, out, err = inspect("--type=debug", write(tmp_path / "x.bson", BAD_TYPE, {"_id": 2}))
    assert code == 4 and b"fine" in out and b"_id" in out and "document 1" in err


@pytest.mark.parametrize("how", ["none", "gzip", "zstd"])
def test_what_stands_before_a_cut_is_shown(tmp_path, how):
    documents = [{"_id": i, "text": os.urandom(500).hex()} for i in range(3000)]
    data = packed(b"".join(map(bson.encode, documents)), how)
    cut = data[:len(data) * 2 // 3 - 1]
    (tmp_path / "x.bson").write_bytes(cut)
    for args in ([tmp_path / "x.bson"], ["-"]):
        code, out, err = inspect(*args, data=cut)
        shown = ids(out)
        assert code == 4 and "cut short" in err, err
        assert 1000 < len(shown) < 3000 and shown == list(range(len(shown)))


@pytest.mark.parametrize("data,words", [
    (b"\x04\0\0\0", "below the 5"), (b"\xff\xff\xff\x7f" + b"x" * 50, "exceeds the limit"),
    (b"\x05\0\0\0\x01", "last byte"), (b"\x05\0\0", "cut short"), (os.urandom(3) + b"\x7f" * 5000, "length")])
def test_bytes_that_are_no_document_are_exit_4(tmp_path, data, words):
    (tmp_path / "x.bson").write_bytes(data)
    for args in ([tmp_path / "x.bson"], ["-"]):
        code, out, err = inspect(*args, data=data)
        assert (code, out) == (4, b"") and words in err


def test_an_empty_file_holds_nothing_and_that_is_no_error(tmp_path):
    assert inspect(write(tmp_path / "x.bson"))[:2] == (0, b"")
    assert inspect()[:2] == (0, b"")
    assert inspect("--count")[:2] == (0, b"0\n")


# Scenario 92: an oplog entry may be 16 KiB larger than what a collection stores.
@pytest.mark.parametrize("more,code", [(0, 0), (1, 4)])
def test_a_document_may_have_16_MiB_and_16_KiB(tmp_path, more, code):
    size = 16 * 2**20 + 16 * 2**10 + more
    text = b"x" * (size - 5 - 3 - 4 - 1)
    path = write(tmp_path / "x.bson", document(element(2, b"a", struct.pack("<i", len(text) + 1) + text + b"\0")))
    found, out, err = inspect(path)
    assert found == code and (code or len(out) == len(text) + 9), err


@pytest.mark.parametrize("depth,code", [(150, 0), (900, 0), (1001, 14)])
def test_nesting_up_to_a_thousand_levels_is_shown_and_more_is_an_error(tmp_path, depth, code):
    nested = document()
    for _ in range(depth):
        nested = document(element(3, b"a", nested))
    path = write(tmp_path / "x.bson", nested, {"_id": 2})
    found, out, err = inspect(path)
    assert found == code, err
    assert len(out.splitlines()) == (1 if code else 2)
    assert inspect("--type=debug", path)[0] == code


def test_an_object_that_poses_as_a_type_is_shown_with_a_warning(tmp_path):
    code, out, err = inspect(write(tmp_path / "x.bson", {"a": {"$oid": "x"}}))
    assert (code, out) == (0, b'{"a":{"$oid":"x"}}\n') and "1 of 1" in err and "$oid" in err


def test_repeated_and_empty_names_are_kept(tmp_path):
    twice = document(element(10, b"a", b""), element(8, b"a", b"\1"), element(10, b"", b""))
    assert inspect(write(tmp_path / "x.bson", twice))[1] == b'{"a":null,"a":true,"":null}\n'


def test_the_output_file_is_whole_or_not_there(tmp_path):
    path = write(tmp_path / "x.bson", *MANY)
    assert inspect(path, "--outFile", tmp_path / "out")[:2] == (0, b"")
    assert (tmp_path / "out").read_bytes() == inspect(path)[1]
    assert inspect(path, "--limit=1", "--outFile", tmp_path / "out")[0] == 0
    assert ids((tmp_path / "out").read_bytes()) == [0]
    assert sorted(tree(tmp_path)) == ["out", "x.bson"]


def test_the_output_file_may_be_a_device(tmp_path):
    assert inspect(write(tmp_path / "x.bson", {"_id": 1}), "--outFile=/dev/stdout")[1] == b'{"_id":{"$numberInt":"1"}}\n'


def test_an_output_that_cannot_be_written_is_exit_7(tmp_path):
    path = write(tmp_path / "x.bson", *MANY)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([tool("inspect"), path], stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 7 and b"No space left" in done.stderr
    assert inspect(path, "--outFile=/dev/full")[0] == 7


def test_a_reader_that_has_seen_enough_ends_it_silently(tmp_path):
    path = write(tmp_path / "x.bson", *MANY)
    process = subprocess.Popen([tool("inspect"), path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == -signal.SIGPIPE


def test_a_signal_ends_it_though_nothing_comes_in():
    process = subprocess.Popen([tool("inspect")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    process.stdin.write(bson.encode({"_id": 1}))
    process.stdin.flush()
    await_handler(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 143
    process.communicate()


MISUSE = {
    "two inputs": (["a.bson", "b.bson"], ["b.bson"]),
    "both ways to name the input": (["a.bson", "--bsonFile=b.bson"], ["bsonFile"]),
    "a file that is not there": (["absent.bson"], ["absent.bson", "no such file"]),
    "an unknown type": (["--type=xml"], ["type", "xml", "json", "debug"]),
    "an unknown JSON": (["--jsonFormat=strict"], ["jsonFormat", "strict"]),
    "a pretty debug": (["--type=debug", "--pretty"], ["pretty"]),
    "a relaxed debug": (["--type=debug", "--jsonFormat=relaxed"], ["jsonFormat"]),
    "a negative limit": (["--limit=-1"], ["limit"]),
    "a skip that is no number": (["--skip=few"], ["skip"]),
    "zero jobs": (["--jobs=0"], ["jobs"]),
    "a collection without a database": (["-c", "x"], ["db"]),
    "two choices": (["-d", "a", "-c", "x", "--nsInclude=a.x"], ["nsInclude"]),
    "a collection of a single file": (["-d", "a", "-c", "x", "x.bson"], ["file"]),
    "a summary of a single file": (["--json", "x.bson"], ["json", "summary"]),
    "an unknown option": (["--nonsense"], ["nonsense"]),
}


@pytest.mark.parametrize("case", MISUSE)
def test_refuses(tmp_path, case):
    write(tmp_path / "x.bson", {"_id": 1})
    options, words = MISUSE[case]
    failed(run("inspect", *options, cwd=tmp_path), 2, *words)
    assert list(tree(tmp_path)) == ["x.bson"]


def test_version_and_help_go_to_standard_output():
    assert succeeded(run("inspect", "--version")).out.startswith("haul-inspect ")
    assert "--objcheck" in succeeded(run("inspect", "--help")).out


def test_log_lines_are_json_where_asked(tmp_path):
    code, out, err = inspect("--logFormat=json", write(tmp_path / "x.bson", {"_id": 1}))
    assert code == 0 and json.loads(err)["documents"] == 1
