"""Scenario 92: haul-inspect in the place of bsondump."""
import json
import re
import struct
import subprocess

import bson
import pytest

from support import bson_data
from support.haul import GOLDEN, canonical, environment, failed, run, succeeded, tool, tree

GOOD = GOLDEN / "dumps" / "dir" / "shop" / "users.bson"


def inspect(*args, data=b"", **kw):
    """Exit code, standard output, standard error."""
    done = subprocess.run([tool("inspect"), *map(str, args)], input=data, capture_output=True, env=environment(),
                          timeout=60, **kw)
    return done.returncode, done.stdout, done.stderr.decode()


@pytest.mark.parametrize("into", ["stdout", "--outFile"])
@pytest.mark.parametrize("come", ["stdin", "positional", "--bsonFile"])
def test_92_from_a_file_or_standard_input_to_a_file_or_standard_output(tmp_path, come, into):
    args = {"stdin": [], "positional": [GOOD], "--bsonFile": [f"--bsonFile={GOOD}"]}[come]
    args += [f"--outFile={tmp_path / 'out'}"] if into == "--outFile" else []
    code, out, err = inspect(*args, data=GOOD.read_bytes() if come == "stdin" else b"")
    if into == "--outFile":
        assert out == b""
        out = (tmp_path / "out").read_bytes()
    expected = [canonical(document) for document in bson.decode_all(GOOD.read_bytes())]
    assert code == 0 and f"{len(expected)} objects found" in err
    assert [json.loads(line) for line in out.splitlines()] == expected


def test_92_every_type_is_shown_as_json_and_in_the_debug_layout(tmp_path):
    shown = {k: v for k, v in bson_data.VALUES.items() if k not in ("dbpointer", "undefined", "symbol")}
    raw = [bson_data.document(bson_data.element(kind, name, value)) for name, (kind, value) in shown.items()]
    (tmp_path / "t.bson").write_bytes(b"".join(raw))
    code, out, _ = inspect(tmp_path / "t.bson")
    assert code == 0
    lines = out.decode().split("\n")[:-1]
    assert len(lines) == len(raw)
    assert [list(json.loads(line)) for line in lines] == [[name] for name in shown]
    code, out, _ = inspect("--type=debug", tmp_path / "t.bson")
    blocks = re.split(r"^--- new object ---\n", out.decode(), flags=re.MULTILINE)[1:]
    assert code == 0 and len(blocks) == len(raw)
    for block, document, (name, (kind, value)) in zip(blocks, raw, shown.items()):
        kind = kind if kind < 128 else kind - 256
        size = 1 + len(name.encode()) + 1 + len(value)
        assert block.startswith(f"\tsize : {len(document)}\n\t\t{name}\n\t\t\ttype: {kind:4d} size: {size}\n"), block


@pytest.mark.parametrize("kind", ["document", "array"])
def test_92_deep_nesting_is_shown(kind):
    deep = bson_data.document()
    for _ in range(150):
        deep = bson_data.document(bson_data.element(3 if kind == "document" else 4, "0", deep))
    code, out, _ = inspect(data=deep)
    assert code == 0 and out.count(b"{" if kind == "document" else b"[") >= 150
    assert inspect("--type=debug", data=deep)[0] == 0
    assert inspect("--pretty", "--objcheck", data=deep)[0] == 0


def bad_string(length):
    return bson_data.document(bson_data.element(0x10, "n", struct.pack("<i", 1)),
                              bson_data.element(2, "s", struct.pack("<i", length) + b"x\0"))


@pytest.mark.parametrize("objcheck", [False, True])
@pytest.mark.parametrize("form", ["json", "debug"])
def test_92_a_bad_document_is_an_error_with_and_without_objcheck(tmp_path, objcheck, form):
    """bsondump leaves out what it cannot convert and ends with 0 unless --objcheck is given."""
    good = bson.encode({"_id": 1})
    (tmp_path / "x.bson").write_bytes(good + bad_string(100) + good)
    code, out, err = inspect(tmp_path / "x.bson", f"--type={form}", *(["--objcheck"] if objcheck else []))
    assert code == 4 and "document 2" in err
    assert out.count(b"_id") == (1 if objcheck else 2)


BAD_FILES = {"cut": bson.encode({"a": 1})[:-3], "too short": struct.pack("<i", 4) + b"\0",
             "negative": struct.pack("<i", -5) + b"\0" * 9, "too long": struct.pack("<i", 2**30) + b"\0" * 9,
             "garbage": b"garbage and more of it\n", "no end": b"\x06\0\0\0\x10\x01"}


@pytest.mark.parametrize("case", BAD_FILES)
@pytest.mark.parametrize("objcheck", [[], ["--objcheck"]])
def test_92_a_file_that_is_cut_or_no_bson_is_an_error_after_what_can_be_shown(case, objcheck):
    code, out, err = inspect(*objcheck, data=bson.encode({"_id": 1}) + BAD_FILES[case])
    assert code == 4 and err
    assert out == b'{"_id":{"$numberInt":"1"}}\n'


@pytest.mark.parametrize("options, words", [
    ([GOOD, GOOD], ["users.bson"]), ([GOOD, f"--bsonFile={GOOD}"], ["bsonFile"]), (["--type=xml"], ["type", "xml"]),
    (["absent.bson"], ["absent.bson"]), (["--nonsense"], ["nonsense"]), (["--pretty", "--type=debug"], ["pretty"])])
def test_92_options_that_cannot_be_meant_are_refused(as_mongo, tmp_path, options, words):
    failed(run("inspect", *options, cwd=tmp_path), 2, *words)
    result = as_mongo("bsondump", *options)
    assert result.code == 1 and all(word in result.err for word in words)
    assert not {name for name in tree(tmp_path) if not name.startswith("old-names")}


def test_92_quiet_verbose_help_and_version(as_mongo, tmp_path):
    for options in (["--quiet"], ["-v"], ["-vv"], ["--verbose=2"]):
        code, out, err = inspect(GOOD, *options)
        assert code == 0 and out.startswith(b'{"_id"')
        assert ("objects found" in err) == (options != ["--quiet"])
    assert "--objcheck" in succeeded(run("inspect", "--help")).out
    assert succeeded(run("inspect", "--version")).out.startswith("haul-inspect ")
    assert as_mongo("bsondump", "--version").out.startswith("bsondump version: ")
    result = as_mongo("bsondump", GOOD)
    assert result.code == 0 and "\t1500 objects found" in result.err
    failed(run("inspect", "--quiet", "absent.bson", cwd=tmp_path), 2, "absent.bson")


@pytest.mark.parametrize("more, code", [(0, 0), (1, 4)])
def test_92_a_document_has_at_most_16_mib_and_16_kib(tmp_path, more, code):
    size = 16 * 2**20 + 16 * 2**10 + more
    empty = len(bson.encode({"x": ""}))
    with open(tmp_path / "big.bson", "wb") as file:
        file.write(bson.encode({"x": "y" * (size - empty)}))
    found, out, _ = inspect(tmp_path / "big.bson")
    assert found == code and len(out) == (0 if code else size - empty + len('{"x":""}\n'))


@pytest.mark.parametrize("options", [[], ["--type=debug"], ["--pretty"]])
def test_92_a_reader_that_goes_away_and_a_full_device(tmp_path, options):
    with open(tmp_path / "many.bson", "wb") as file:
        file.write(bson.encode({"_id": 1, "x": "y" * 100}) * 50_000)  # more text than a pipe holds, in every form
    with open("/dev/full", "wb") as full:
        failed(run("inspect", tmp_path / "many.bson", *options, stdout=full), 7, "standard output", "no space")
    command = f"'{tool('inspect')}' {tmp_path / 'many.bson'} {' '.join(options)}"
    done = subprocess.run(["bash", "-c", f"{command} | head -1; echo ${{PIPESTATUS[0]}}"], capture_output=True,
                          text=True, timeout=60, env=environment())
    assert done.stdout.splitlines()[-1] == "141" and done.stderr == "", "as any filter"
