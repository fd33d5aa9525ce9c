"""Which databases, collections and documents a dump holds."""
import datetime
import json

import bson
import pytest

from support.haul import data_file, dump, failed, fill, plain, restore, run, split_bson, tree

COLLECTIONS = ["orders", "orders_old", "orders_tmp", "users", "log", "a.b.c", "we ird/na*me"]


@pytest.fixture
def shop(src):
    for name in COLLECTIONS:
        fill(src, 20, name)
    src.command("create", "ts", timeseries={"timeField": "t"})
    src.ts.insert_one({"t": datetime.datetime(2024, 1, 1)})
    src.command("create", "seen", viewOn="users", pipeline=[])
    return src


def dumped(folder, database):
    """Logical names of the collections that a dump holds, by their metadata files."""
    return {json.loads(text)["collectionName"] for path, text in tree(folder).items()
            if path.startswith(f"{database}/") and path.endswith(".metadata.json")}


EVERYTHING = {*COLLECTIONS, "ts", "seen"}
SELECTIONS = {
    "one collection": (["--collection", "users"], {"users"}),
    "a name with special characters": (["-c", "we ird/na*me"], {"we ird/na*me"}),
    "one collection left out": (["--excludeCollection", "users"], EVERYTHING - {"users"}),
    "two collections left out": (["--excludeCollection=users", "--excludeCollection=log"],
                                 EVERYTHING - {"users", "log"}),
    "a prefix left out": (["--excludeCollectionsWithPrefix", "orders_"],
                          EVERYTHING - {"orders_old", "orders_tmp"}),
    "a star in an excluded name is a star": (["--excludeCollection", "orders*"], EVERYTHING),
    "a time-series collection left out by its name": (["--excludeCollection", "ts"], EVERYTHING - {"ts"}),
    "include by pattern": (["--nsInclude", "{db}.orders*"], {"orders", "orders_old", "orders_tmp"}),
    "include several": (["--nsInclude", "{db}.users", "--nsInclude", "*.log"], {"users", "log"}),
    "include a view": (["--nsInclude", "{db}.seen"], {"seen"}),
    "include a time series": (["--nsInclude", "{db}.ts"], {"ts"}),
    "exclude wins": (["--nsInclude", "{db}.orders*", "--nsExclude", "*.orders_*"], {"orders"}),
    "an escaped star": (["--nsInclude", r"{db}.we ird/na\*me"], {"we ird/na*me"}),
    "a star matches dots": (["--nsInclude", "{db}.a*c"], {"a.b.c"}),
}


@pytest.mark.parametrize("case", SELECTIONS)
def test_selects(server, shop, tmp_path, case):
    options, expected = SELECTIONS[case]
    dump("--uri", server.uri_of(shop.name), "--out", tmp_path / "d",
         *(o.replace("{db}", shop.name) for o in options))
    assert dumped(tmp_path / "d", shop.name) == expected


@pytest.mark.parametrize("arguments", [["--db", "{db}"], ["-d", "{db}"], ["-d={db}"], ["--db={db}"]])
def test_db_names_the_database(server, shop, tmp_path, arguments):
    dump("--uri", server.uri, "-o", tmp_path / "d", *(a.replace("{db}", shop.name) for a in arguments))
    assert dumped(tmp_path / "d", shop.name) == EVERYTHING


def test_without_a_database_everything_but_local_is_dumped(server, src, dst, tmp_path):
    fill(src)
    fill(dst)
    dump("--uri", server.uri, "--out", tmp_path / "d")
    folders = {p.name for p in (tmp_path / "d").iterdir() if p.is_dir()}
    assert {src.name, dst.name} <= folders
    assert "local" not in folders


def test_a_missing_database_is_a_usage_error_that_names_it(server, tmp_path):
    result = run("dump", "--uri", server.uri_of("no_such_database"), "--out", tmp_path / "d")
    failed(result, 2, "no_such_database")
    assert not (tmp_path / "d").exists()


def test_a_missing_collection_is_a_usage_error_that_names_it(server, src, tmp_path):
    fill(src)
    result = run("dump", "--uri", server.uri_of(src.name), "-c", "no_such", "--out", tmp_path / "d")
    failed(result, 2, f"{src.name}.no_such")
    assert not (tmp_path / "d").exists()


def test_a_selection_of_nothing_is_a_usage_error(server, src, tmp_path):
    fill(src)
    result = run("dump", "--uri", server.uri, "--nsInclude", f"{src.name}.nothing*", "--out", tmp_path / "d")
    failed(result, 2)
    assert not (tmp_path / "d").exists()


QUERIES = {
    "plain": ({"n": 3}, '{"n": 3}'),
    "canonical": ({"n": 3}, '{"n": {"$numberInt": "3"}}'),
    "operators": ({"n": {"$gt": 2, "$lt": 5}}, '{"n": {"$gt": 2, "$lt": {"$numberLong": "5"}}}'),
    "regular expression": ({"text": {"$regex": "9$"}}, '{"text": {"$regex": "9$"}}'),
    "type byte": ({"_id": {"$in": [1, 2, 299]}}, '{"_id": {"$in": [1, 2, 299]}}'),
    "or": ({"$or": [{"n": 1}, {"_id": 0}]}, '{"$or": [{"n": 1}, {"_id": 0}]}'),
    "everything": ({}, "{}"),
    "nothing": ({"n": "absent"}, '{"n": "absent"}'),
    "unicode": ({"n": "日本"}, '{"n": "日\\u672c"}'),
    "expression": ({"$expr": {"$eq": ["$n", 2]}}, '{"$expr": {"$eq": ["$n", 2]}}'),
}


@pytest.mark.parametrize("how, case", [("--query", c) for c in QUERIES] +
                         [("-q", "plain"), ("--queryFile", "unicode"), ("--query-file", "canonical")])
def test_a_query_selects_the_documents(server, src, tmp_path, how, case):
    query, text = QUERIES[case]
    fill(src)
    if "ile" in how:
        (tmp_path / "q.json").write_text(text + "\n")
        text = str(tmp_path / "q.json")
    dump("--uri", server.uri_of(src.name), "-c", "items", how, text, "-o", tmp_path / "d", "--jobs=3")
    found = split_bson(plain(data_file(tmp_path / "d", src.name, "items")))
    assert sorted(bson.decode(d)["_id"] for d in found) == sorted(d["_id"] for d in src["items"].find(query))


def test_a_query_with_dates_and_object_ids_keeps_their_types(server, src, tmp_path):
    when, oid = datetime.datetime(2024, 5, 1), bson.ObjectId()
    src.t.insert_many([{"_id": oid, "at": when}, {"_id": "x", "at": "2024-05-01T00:00:00Z"}])
    query = '{"_id":{"$oid":"%s"},"at":{"$date":"2024-05-01T00:00:00Z"}}' % oid
    dump("--uri", server.uri_of(src.name), "-c", "t", "-q", query, "-o", tmp_path / "d")
    assert len(split_bson(plain(data_file(tmp_path / "d", src.name, "t")))) == 1


@pytest.mark.parametrize("query", ["{", "{a: 1}", "[]", "1", '{"a":1} x', '{"a":{"$oid":"zz"}}', '"a"',
                                   "{'a':1}", '{"a":{"$numberDecimal":"1e99999"}}'])
def test_a_malformed_query_is_a_usage_error(server, src, tmp_path, query):
    fill(src)
    result = run("dump", "--uri", server.uri_of(src.name), "-c", "items", f"--query={query}", "-o", tmp_path / "d")
    failed(result, 2, "query")
    assert not (tmp_path / "d").exists()


def test_a_query_that_the_server_refuses_is_an_error_with_the_servers_words(server, src, tmp_path):
    fill(src)
    result = run("dump", "--uri", server.uri_of(src.name), "-c", "items", '--query={"$nope": 1}', "-o", tmp_path / "d")
    assert result.code not in (0, 3), result
    assert "$nope" in result.err
    assert not (tmp_path / "d" / "manifest.json").exists()


def test_views_as_collections_holds_the_documents_of_views_only(server, shop, dst, tmp_path):
    dump("--uri", server.uri_of(shop.name), "--viewsAsCollections", "-o", tmp_path / "d")
    assert dumped(tmp_path / "d", shop.name) == {"seen"}
    restore("--uri", server.uri_of(dst.name), tmp_path / "d" / shop.name)
    assert dst.command("listCollections")["cursor"]["firstBatch"][0]["type"] == "collection"
    assert list(dst.seen.find().sort("_id")) == list(shop.users.find().sort("_id"))


def test_a_query_on_a_time_series_collection_keeps_whole_measurements_apart(server, src, tmp_path):
    src.command("create", "ts", timeseries={"timeField": "t", "metaField": "m"})
    at = datetime.datetime(2024, 1, 1)
    src.ts.insert_many([{"t": at, "m": {"k": i % 2}, "v": i} for i in range(10)])
    dump("--uri", server.uri_of(src.name), "-c", "ts", "-q", '{"m.k": 1}', "-o", tmp_path / "d")
    found = split_bson(plain(data_file(tmp_path / "d", src.name, "system.buckets.ts")))
    assert [bson.decode(d)["meta"] for d in found] == [{"k": 1}]
    result = run("dump", "--uri", server.uri_of(src.name), "-c", "ts", "-q", '{"v": 1}', "-o", tmp_path / "e")
    failed(result, 2, "meta")
