"""haul called by the names mongodump and mongorestore: their defaults, log lines and exit codes."""
import os
import re
import subprocess

import pytest

from support.haul import TIMEOUT, environment, fill, run, tool, tree

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}\t"


@pytest.fixture
def links(tmp_path):
    folder = tmp_path / "bin"
    folder.mkdir()
    for old, new in (("mongodump", "dump"), ("mongorestore", "restore"), ("mongoexport", "export"), ("mongoimport", "import")):
        os.symlink(tool(new), folder / old)
    return folder


def call(links, name, *args, cwd):
    done = subprocess.run([str(links / name), *map(str, args)], cwd=cwd, env=environment(),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT)
    for line in done.stderr.splitlines():
        assert re.match(STAMP, line), line
    return done


def test_dumps_what_mongorestore_reads_and_restores_it(links, server, src, tmp_path):
    fill(src, 25)
    work = tmp_path / "work"
    work.mkdir()
    done = call(links, "mongodump", "--uri", server.uri_of(src.name), cwd=work)
    assert done.returncode == 0
    assert f"done dumping `{src.name}.items` (25 documents)" in done.stderr
    names = set(tree(work / "dump"))
    assert {f"{src.name}/items.bson", f"{src.name}/items.metadata.json"} <= names
    again = call(links, "mongodump", "--uri", server.uri_of(src.name), cwd=work)
    assert again.returncode == 0, again.stderr

    src.drop_collection("items")
    back = call(links, "mongorestore", "--uri", server.uri, cwd=work)
    assert back.returncode == 0
    assert f"finished restoring `{src.name}.items` (25 documents, 0 failures)" in back.stderr
    assert "25 document(s) restored successfully. 0 document(s) failed to restore." in back.stderr
    assert src.items.count_documents({}) == 25


def test_counts_documents_in_the_way_as_failures_and_succeeds(links, server, src, tmp_path):
    fill(src, 10)
    assert call(links, "mongodump", "--uri", server.uri_of(src.name), cwd=tmp_path).returncode == 0
    src.items.update_one({}, {"$set": {"changed": True}})
    back = call(links, "mongorestore", "--uri", server.uri, "dump", cwd=tmp_path)
    assert back.returncode == 0
    assert "9 document(s) restored successfully. 1 document(s) failed to restore." in back.stderr
    # haul-restore itself says it with its exit code.
    assert run("restore", "--uri", server.uri, "dump", cwd=tmp_path).code == 3


def test_fails_with_1_and_says_so(links, server, src, tmp_path):
    for name, args in (("mongodump", ["--nonsense"]), ("mongodump", ["-d", "a/b"]),
                       ("mongorestore", ["absent"])):
        done = subprocess.run([str(links / name), "--uri", server.uri, *args], cwd=tmp_path,
                              env=environment(), capture_output=True, text=True, timeout=TIMEOUT)
        assert done.returncode == 1
        assert re.search(STAMP + "Failed: ", done.stderr), done.stderr


def test_takes_a_missing_collection_for_no_error(links, server, src, tmp_path):
    fill(src, 3)
    for args in (["-c", "absent"], ["-d", src.name, "-c", "absent"]):
        done = call(links, "mongodump", "--uri", server.uri_of(src.name), *args, cwd=tmp_path)
        assert done.returncode == 0
        assert "nothing was written" in done.stderr
    assert not (tmp_path / "dump").exists()


def test_version_names_both(links, tmp_path):
    done = call(links, "mongodump", "--version", cwd=tmp_path)
    assert re.match(r"mongodump version: \d+\.\d+\.\d+ \(haul\)\n$", done.stdout)


@pytest.mark.parametrize("name", ["dump", "restore"])
def test_allow_missing_is_an_option_of_haul_too(name, server, src, tmp_path):
    fill(src, 3)
    assert run("dump", "--uri", server.uri_of(src.name), cwd=tmp_path).code == 0
    args = {"dump": ["-c", "absent", "--out", "other"], "restore": ["--nsInclude=no.such", "dump"]}[name]
    uri = server.uri_of(src.name) if name == "dump" else server.uri
    assert run(name, "--uri", uri, *args, cwd=tmp_path).code == 2
    assert run(name, "--uri", uri, *args, "--allowMissing", cwd=tmp_path).code == 0
    assert not (tmp_path / "other").exists()


def test_exports_as_mongoexport_does(links, server, src, tmp_path):
    fill(src, 5)
    line = ("--uri", server.uri_of(src.name), "-c", "items")
    done = call(links, "mongoexport", *line, "-f", "n", cwd=tmp_path)
    assert (done.returncode, done.stdout.splitlines()[1]) == (0, '{"_id":1,"n":1}')
    assert done.stderr.splitlines()[-1].endswith("\texported 5 records")
    done = call(links, "mongoexport", *line, "--limit=1", "--out=one", cwd=tmp_path)
    assert done.stderr.splitlines()[-1].endswith("\texported 1 record") and done.stdout == ""
    for wrong in (("--type=xml",), ("--type=csv",), ("-q", "{")):
        assert call(links, "mongoexport", *line, *wrong, cwd=tmp_path).returncode == 1


def test_imports_as_mongoimport_and_counts_rejects_in_its_last_line(links, server, dst, tmp_path):
    (tmp_path / "c.json").write_text('{"_id":1}\n{"_id":2}\n{"_id":1,"n":1}\n')
    done = call(links, "mongoimport", "--uri", server.uri_of(dst.name), "--file", "c.json", "--drop", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2 document(s) imported successfully. 1 document(s) failed to import." in done.stderr
    assert dst.c.count_documents({}) == 2
    bad = call(links, "mongoimport", "--uri", server.uri_of(dst.name), "--type", "csv", "c.json", cwd=tmp_path)
    assert bad.returncode == 1
