"""The real mongoexport beside haul-export: the same command lines, the same bytes where the two agree, and files
that the real mongoimport takes."""
import json
import os
import pathlib
import subprocess

import bson
import pytest

from support import bson_data
from support.export import export
from support.haul import insert_raw, raw_documents

pytestmark = pytest.mark.mongo_tools


def peer(name, *args):
    program = pathlib.Path(os.environ["MONGO_TOOLS_BIN"]) / name
    done = subprocess.run([program, "--quiet", *map(str, args)], capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


@pytest.fixture
def types(src):
    documents = [bson_data.document(bson_data.element(0x10, "_id", i.to_bytes(4, "little")),
                                    bson_data.element(kind, "v", value), bson_data.element(2, "name", bson_data.string(name)))
                 for i, (name, (kind, value)) in enumerate(bson_data.VALUES.items())]
    insert_raw(src.types, documents)
    return src.types


@pytest.mark.parametrize("args", [
    (), ("--jsonFormat=canonical",), ("--jsonArray",), ("--jsonArray", "--jsonFormat", "canonical"), ("-f", "v,name.x"),
    ("-q", '{"_id":{"$gt":3}}', "--sort", '{"_id":-1}', "--skip=2", "--limit=30"), ("--sort={_id:-1}",)])
def test_json_is_the_same_byte_for_byte(server, types, args):
    line = ("--uri", server.uri_of(types.database.name), "-c", "types", *args)
    assert export(*line).out.replace("\r\n", "\n") == peer("mongoexport", *line).replace("\r\n", "\n")


def test_tables_are_the_same_where_nothing_is_lost(server, src):
    src.c.insert_many([{"_id": bson.ObjectId(), "s": text, "n": i, "l": bson.Int64(2**40 + i), "b": bytes([i]), "t": i % 2 == 0,
                        "x": {"y": [text, i]}} for i, text in enumerate(["plain", "a,b", 'q"q', "", " lead", "ü日"])])
    line = ("--uri", server.uri_of(src.name), "-c", "c", "--type=csv", "-f", "_id,s,n,l,b,t,x,x.y.0,x.z")
    assert export(*line).out == peer("mongoexport", *line)


@pytest.mark.parametrize("args", [(), ("--jsonArray",), ("--pretty",)])
def test_mongoimport_brings_back_what_was_exported(server, types, dst, tmp_path, args):
    # JSON has one NaN, and arrays without names.
    lost = ["nan", "nan with payload", "array with odd keys"]
    export("--uri", server.uri_of(types.database.name), "-c", "types", "--out", tmp_path / "f", "--jsonFormat=canonical",
           *args, "-q", json.dumps({"name": {"$nin": lost}}))
    peer("mongoimport", "--uri", server.uri_of(dst.name), "-c", "back", "--file", tmp_path / "f",
         *(a for a in args if a == "--jsonArray"))
    kept = [d for d in raw_documents(types) if not any(bson_data.string(name) in d for name in lost)]
    assert sorted(raw_documents(dst.back)) == sorted(kept)
