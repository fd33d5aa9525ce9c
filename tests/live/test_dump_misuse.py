"""haul-dump options that cannot be meant: exit 2, a word about it, and nothing touched."""
import pytest

from support.haul import failed, fill, run, tree

MISUSE = {
    "an unknown option": (["--nonsense"], ["nonsense"]),
    "an unknown kebab-case option": (["--no-such-thing"], ["no-such-thing"]),
    "an option without its value": (["--db"], ["db"]),
    "an unknown compression": (["--compress=lzma"], ["compress", "lzma"]),
    "an unknown level": (["--compress=zstd:x"], ["compress"]),
    "a zstd level that is too high": (["--compress=zstd:99"], ["compress"]),
    "a gzip level that is too high": (["--compress=gzip:10"], ["compress"]),
    "a level for none": (["--compress=none:1"], ["compress"]),
    "two compressions": (["--gzip", "--compress=zstd"], ["gzip"]),
    "zero jobs": (["--jobs=0"], ["jobs"]),
    "negative jobs": (["--jobs=-1"], ["jobs"]),
    "jobs that are no number": (["--jobs=many"], ["jobs"]),
    "absurdly many jobs": (["--jobs=99999999999999999999"], ["jobs"]),
    "zero parallel collections": (["--numParallelCollections=0"], ["numParallelCollections"]),
    "a rate without a number": (["--maxRate=fast"], ["maxRate"]),
    "a rate of nothing": (["--maxRate=0"], ["maxRate"]),
    "a rate with an unknown unit": (["--maxRate=5parsecs/s"], ["maxRate"]),
    "a query without a collection": (["--query={}"], ["query", "collection"]),
    "a query file without a collection": (["--queryFile=q.json"], ["query", "collection"]),
    "query and query file": (["-c", "items", "--query={}", "--queryFile=q.json"], ["query"]),
    "a query file that is not there": (["-c", "items", "--queryFile=absent.json"], ["absent.json"]),
    "an unknown read preference": (["--readPreference=sometimes"], [("readPreference", "read preference")]),
    "a malformed read preference": (['--readPreference={"mode":'], [("readPreference", "read preference")]),
    "a collection and an exclusion": (["-c", "items", "--excludeCollection=x"], ["excludeCollection"]),
    "a pattern with a variable": (["--nsInclude", "$db$.x"], ["nsInclude"]),
    "users of one collection": (["-c", "items", "--dumpDbUsersAndRoles"], ["dumpDbUsersAndRoles"]),
    "forceTableScan with a query": (["-c", "items", "--query={}", "--forceTableScan"], ["forceTableScan"]),
    "a buckets collection by name": (["-c", "system.buckets.x"], ["bucket"]),
    "a database name with a slash": (["--db", "a/b"], []),
    "another database than the URI's": (["--db", "other_db"], ["other_db"]),
    "a positional argument too many": (["somewhere"], ["somewhere"]),
    "an empty out": (["--out="], ["out"]),
    "an unknown log format": (["--logFormat=xml"], ["logFormat"]),
    "noSync with a value": (["--noSync=perhaps"], ["noSync"]),
    "an option twice with two values": (["--jobs=2", "--jobs=3"], ["jobs"]),
}


@pytest.mark.parametrize("case", MISUSE)
def test_refuses(server, src, tmp_path, case):
    fill(src, 5)
    options, words = MISUSE[case]
    failed(run("dump", "--uri", server.uri_of(src.name), *options, cwd=tmp_path), 2, *words)
    assert not tree(tmp_path)


ALONE = {
    "excludeCollection needs a database": (["--excludeCollection=x"], ["excludeCollection", "db"]),
    "a collection needs a database": (["--collection=x"], ["db"]),
    "users need a database": (["--dumpDbUsersAndRoles"], ["db"]),
    "two URIs": (["--uri=mongodb://localhost:1/"], ["uri"]),
    "a host that disagrees with the URI": (["--host=elsewhere.example"], ["host"]),
    "a port that disagrees with the URI": (["--port=1"], ["port"]),
}


@pytest.mark.parametrize("case", ALONE)
def test_without_a_database_refuses(server, tmp_path, case):
    options, words = ALONE[case]
    failed(run("dump", "--uri", server.uri, *options, cwd=tmp_path), 2, *words)
    assert not tree(tmp_path)


@pytest.mark.parametrize("uri", [
    "", "localhost:27017", "mongodb://", "mongodb:///db", "mongodb://h:port/db", "mongodb://h:99999/",
    "mongodb://u:p@ss:w@h/db", "mongodb://h/db?replicaSet", "http://h/", "mongodb://h/a.b", "mongodb://h/a%00b",
    "mongodb://%zz/", "env:", "env:NOT_SET_ANYWHERE", "file:/no/such/file", "mongodb://h/db?w=majority&&=x"])
def test_a_malformed_uri_is_a_usage_error(tmp_path, uri):
    failed(run("dump", f"--uri={uri}", cwd=tmp_path, timeout=20), 2,
           ("uri", "connection string", "environment variable", "no/such/file"))
    assert not tree(tmp_path)


@pytest.mark.parametrize("name", ["dump", "restore"])
@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_go_to_stdout_with_success(tmp_path, name, option):
    result = run(name, option, cwd=tmp_path)
    assert result.code == 0 and not result.err, result
    words = ["--uri", "--dryRun", "--jobs", "--db"] if option == "--help" else [f"haul-{name}", "0.1"]
    assert all(word in result.out for word in words), result.out


def test_a_misspelt_option_is_answered_with_where_to_look(tmp_path):
    result = failed(run("dump", "--colection=x", cwd=tmp_path), 2, "colection", "hint")
    assert "--help" in result.err or "--collection" in result.err
