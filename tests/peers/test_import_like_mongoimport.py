"""The real mongoimport and mongoexport beside haul-import. Where MONGO_TOOLS_BIN names no directory that holds
them, these tests are left out, and the run says so."""
import os
import pathlib
import subprocess

import pytest

from support.haul import run, succeeded
from support.importing import lines

pytestmark = pytest.mark.mongo_tools

USERS = [{"_id": i, "name": f"u{i}", "in": {"a": i % 3, "b": [1, "x", None]}, "x": i / 7} for i in range(500)]
CSV = 'name,age,in.a,note\nann,007,1.5,"a, ""b""\nc"\nbob,,-3,\n"x ", 9 ,1_000,NaN\n'


def theirs(name, *args):
    program = pathlib.Path(os.environ["MONGO_TOOLS_BIN"]) / name
    done = subprocess.run([program, *map(str, args)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done


def stored(database, name):
    """As text, in which a NaN is equal to another."""
    return sorted(str({k: v for k, v in d.items() if k != "_id" or isinstance(v, int)}) for d in database[name].find({}))


@pytest.mark.parametrize("content,args", [
    (lines(USERS), []), ("[" + ",".join(lines([u]) for u in USERS) + "]", ["--jsonArray"]),
    (lines(USERS), ["--mode", "upsert"]), (lines(USERS), ["--upsertFields", "name,in.a"]),
    (lines({"in": {"a": 1}, "name": f"u{i}"} for i in range(9)), ["--mode=merge", "--upsertFields=name"]),
    (lines(USERS[:50]), ["--mode=delete"]), (lines(USERS), ["-j", "4", "--writeConcern", "{w: 1}"]),
    (lines(USERS), ["--drop", "--maintainInsertionOrder"]), (lines(USERS), ["--stopOnError", "--bypassDocumentValidation"]),
    (CSV, ["--type=csv", "--headerline"]), (CSV, ["--type", "csv", "--headerline", "--ignoreBlanks"]),
    (CSV, ["--type=csv", "-f", "a,b,c,d"]), ("a\tb\n1\tx\n2\t\"y\"\n", ["--type=tsv", "--headerline"]),
    ("1,2,3\n4,5,6\n", ["--type=csv", "--fields=a.0,a.1,b", "--useArrayIndexFields"]),
    ("1,2024-01-02,true\n", ["--type=csv", "--columnsHaveTypes", "-f", "a.string(),b.date(2006-01-02),c.boolean()"]),
    ("x,1\n", ["--type=csv", "--columnsHaveTypes", "-f", "a.int32(),b.int64()", "--parseGrace", "skipField"])], ids=range(16))
def test_a_command_line_does_what_mongoimport_does(server, src, dst, tmp_path, content, args):
    path = tmp_path / "in.data"
    path.write_text(content)
    for database in (src, dst):
        database.c.insert_many([{"_id": i, "name": f"u{i}", "old": True} for i in range(20)])
        if "--mode=merge" not in args and "--mode=delete" not in args:
            database.c.delete_many({})
    theirs("mongoimport", "--uri", server.uri_of(src.name), "-c", "c", *args, path)
    succeeded(run("import", "--uri", server.uri_of(dst.name), "-c", "c", *args, path))
    assert stored(dst, "c") == stored(src, "c")


def test_files_of_mongoexport_come_back(server, src, dst, tmp_path):
    src.c.insert_many(USERS)
    for args in ([], ["--jsonArray"], ["--jsonArray", "--pretty"], ["--jsonFormat=canonical"]):
        dst.c.drop()
        theirs("mongoexport", "--uri", server.uri_of(src.name), "-c", "c", "-o", tmp_path / "out.json", *args)
        succeeded(run("import", "--uri", server.uri_of(dst.name), "-c", "c", "--file", tmp_path / "out.json"))
        assert stored(dst, "c") == stored(src, "c")
