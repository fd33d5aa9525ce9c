"""The real bsondump beside haul-inspect, over every BSON type. Where MONGO_TOOLS_BIN names no directory that
holds it, these tests are left out, and the run says so."""
import os
import pathlib
import random
import struct
import subprocess

import bson
import pytest
from bson.decimal128 import Decimal128

from support.haul import ROOT, environment, tool

GOLDEN = ROOT / "tests/golden/dumps/dir/shop"
pytestmark = pytest.mark.mongo_tools


def bsondump(*args):
    program = pathlib.Path(os.environ["MONGO_TOOLS_BIN"]) / "bsondump"
    done = subprocess.run([program, *args], capture_output=True, timeout=120)
    assert done.returncode == 0 and b"unable to dump" not in done.stderr, done.stderr
    return done.stdout


def inspect(*args):
    done = subprocess.run([tool("inspect"), *args], capture_output=True, timeout=120, env=environment())
    assert done.returncode == 0, done.stderr
    return done.stdout


def values(rng):
    def text():
        return "".join(rng.choice("abcé世😀\u2028\"\\\n\t<&\x01\x7f") for _ in range(rng.randrange(12)))
    yield from (rng.uniform(-1e6, 1e6), rng.uniform(-1, 1) * 10.0 ** rng.randrange(-320, 308), float(rng.randrange(10**7)))
    yield from (0.0, -0.0, float("nan"), float("inf"), float("-inf"), 5e-324, 1.7976931348623157e308)
    yield from (rng.randrange(-2**31, 2**31), bson.Int64(rng.randrange(-2**63, 2**63)), True, False, None)
    yield from (text(), bson.ObjectId(rng.randbytes(12)), bson.Code(text()), bson.Code(text(), {"x": text()}))
    yield from (bson.Timestamp(rng.randrange(2**32), rng.randrange(2**32)), bson.MinKey(), bson.MaxKey())
    yield from (bson.Binary(rng.randbytes(rng.randrange(1, 9)), rng.choice([0, 1, 2, 3, 4, 5, 6, 128, 255])),)
    yield bson.Regex("^" + text(), rng.choice(["", "i", "imsx"]))
    digits = rng.randrange(10 ** rng.randrange(1, 34))
    yield Decimal128(f"{rng.choice(['', '-'])}{digits}E{rng.randrange(-6176, 6079)}")
    yield Decimal128(f"{digits % 10**9}E-{rng.randrange(12)}")
    yield from ({}, [], [text(), {"a": []}], {"": text(), "$dollar": 1})


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    rng = random.Random(20)
    path = tmp_path_factory.mktemp("bson") / "everything.bson"
    with path.open("wb") as file:
        for _ in range(400):
            for value in values(rng):
                file.write(bson.encode({"v": value}))
        # What the library does not make: any date, undefined, symbol, repeated names.
        dates = [b"\x09t\0" + struct.pack("<q", at) for at in (0, -1, 2**63 - 1, -2**63, 253402300800000)]
        for body in (*dates, b"\x06u\0", b"\x0ey\0\x02\0\0\0s\0", b"\x10a\0\1\0\0\0\x08a\0\1"):
            file.write(struct.pack("<i", len(body) + 5) + body + b"\0")
    return path


@pytest.mark.parametrize("options", [[], ["--pretty"], ["--type=debug"]], ids=str)
def test_every_type_comes_out_byte_for_byte_the_same(everything, options):
    ours, theirs = inspect(*options, everything), bsondump(*options, everything)
    assert ours.splitlines() == theirs.splitlines() and ours == theirs


@pytest.mark.parametrize("name", ["types", "users", "capped", "system.buckets.weather", "big"])
def test_documents_of_a_server_come_out_the_same(name):
    for options in ([], ["--type=debug"]):
        assert inspect(*options, GOLDEN / f"{name}.bson") == bsondump(*options, GOLDEN / f"{name}.bson")
