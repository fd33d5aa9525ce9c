"""Scenarios 1 to 15: what a dump holds, and under which names."""
import datetime
import json
import re

import bson
import pymongo
import pytest
from bson import json_util

from support import archive
from support.haul import (assert_same, data_file, dump, failed, fill, fill_all_kinds, fingerprint, manifest,
                          plain, raw_documents, restore, run, split_bson, succeeded, tree)


def test_01_one_collection_to_the_default_directory_and_a_directory(server, src, dst, tmp_path):
    fill(src, 30)
    fill(src, 5, "other")
    dump("--uri", server.uri_of(src.name), "-c", "items", cwd=tmp_path)
    dump("--uri", server.uri, "-d", src.name, "-c", "items", "-o", "elsewhere/deep", cwd=tmp_path)
    for folder in (tmp_path / "dump", tmp_path / "elsewhere" / "deep"):
        assert plain(data_file(folder, src.name, "items")) == b"".join(raw_documents(src["items"]))
        assert not list((folder / src.name).glob("other*"))
        restore("--uri", server.uri_of(dst.name), "--drop", "-c", "items", data_file(folder, src.name, "items"))
        assert raw_documents(dst["items"]) == raw_documents(src["items"])


def test_01_one_collection_to_standard_output_is_its_bare_documents(server, src, tmp_path):
    fill(src, 30)
    with open(tmp_path / "out.bson", "wb") as out:
        succeeded(run("dump", "--uri", server.uri_of(src.name), "-c", "items", "--out", "-", stdout=out))
    assert split_bson((tmp_path / "out.bson").read_bytes()) == raw_documents(src["items"])
    assert [p.name for p in tmp_path.iterdir()] == ["out.bson"]


def test_02_a_collection_name_with_a_slash_goes_to_an_archive(server, src, tmp_path):
    fill(src, 9, "a/b")
    dump("--uri", server.uri_of(src.name), "-c", "a/b", f"--archive={tmp_path / 'f'}")
    assert archive.read(tmp_path / "f").documents(src.name, "a/b") == raw_documents(src["a/b"])


def test_02_a_collection_name_with_a_slash_goes_to_a_directory(server, src, dst, tmp_path):
    for name in ("a/b", "/", "/./escaped", "x%2Fy"):
        fill(src, 9, name)
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d" / "e")
    assert {"a%2Fb.bson.zst", "%2F.bson.zst", "%2F.%2Fescaped.bson.zst", "x%252Fy.bson.zst"} <= {
        p.name for p in (tmp_path / "d" / "e" / src.name).iterdir()}
    assert [p.name for p in tmp_path.iterdir()] == ["d"]
    restore("--uri", server.uri_of(dst.name), tmp_path / "d" / "e" / src.name)
    assert_same(server.client, src.name, dst.name)


@pytest.mark.parametrize("out", [[], ["--out", "custom"], ["-o", "./cus tom/"]])
def test_03_a_whole_database_to_the_default_and_a_named_directory(server, src, dst, tmp_path, out):
    fill_all_kinds(src)
    dump("--uri", server.uri, "--db", src.name, *out, cwd=tmp_path)
    folder = tmp_path / (out[1] if out else "dump")
    assert [p.name for p in folder.iterdir() if p.is_dir()] == [src.name]
    restore("--uri", server.uri_of(dst.name), folder / src.name)
    assert_same(server.client, src.name, dst.name)


OID = bson.ObjectId("5f5e8e2f1c9d440000000000")
TYPED = {"sub": {"b": 1, "a": 2}, "when": datetime.datetime(2024, 5, 1), "oid": OID, "long": bson.Int64(5),
         "stamp": bson.Timestamp(7, 1), "bin": b"\0\xff", "min": bson.MinKey(), "dec": bson.Decimal128("1.50"),
         "text": "Line\none", "flag": True, "none": None}
QUERIES = {
    '{"sub": {"b": 1, "a": 2}}': 1, '{"sub": {"a": 2, "b": 1}}': 0,
    '{"when": {"$date": "2024-05-01T00:00:00Z"}}': 1, '{"when": {"$date": {"$numberLong": "1714521600000"}}}': 1,
    '{"when": {"$gt": {"$date": "2024-05-01T00:00:00.001Z"}}}': 0,
    '{"text": {"$regularExpression": {"pattern": "^ONE", "options": "im"}}}': 1,
    '{"text": {"$regex": "one$", "$options": "m"}}': 1, '{"oid": {"$oid": "5f5e8e2f1c9d440000000000"}}': 1,
    '{"long": {"$numberLong": "5"}}': 1, '{"stamp": {"$timestamp": {"t": 7, "i": 1}}}': 1,
    '{"bin": {"$binary": {"base64": "AP8=", "subType": "00"}}}': 1, '{"min": {"$minKey": 1}}': 1,
    '{"dec": {"$numberDecimal": "1.5"}}': 1, '{"flag": true, "none": null}': 1,
    '{"$and": [{"long": {"$type": "long"}}, {"flag": {"$ne": false}}]}': 1,
}


@pytest.mark.parametrize("option", ["--query", "--queryFile"])
def test_04_queries_keep_the_order_of_keys_and_the_types_of_extended_json(server, src, tmp_path, option):
    src.t.insert_one(TYPED)
    src.t.insert_one({"sub": {"c": 1}})
    for number, (query, expected) in enumerate(QUERIES.items()):
        if option == "--queryFile":
            (tmp_path / "q").write_text(query)
            query = tmp_path / "q"
        dump("--uri", server.uri_of(src.name), "-c", "t", option, query, "-o", tmp_path / f"d{number}")
        found = split_bson(plain(data_file(tmp_path / f"d{number}", src.name, "t")))
        assert len(found) == expected, (tmp_path / "q").read_text() if option == "--queryFile" else query


BAD_QUERIES = {
    "without a collection": (["--query={}"], ["query", "collection"]),
    "a file without a collection": (["--queryFile=q"], ["query", "collection"]),
    "both": (["-c", "items", "--query={}", "--queryFile=q"], ["query", "queryfile"]),
    "a missing file": (["-c", "items", "--queryFile=nowhere.json"], ["nowhere.json"]),
    "a directory for a file": (["-c", "items", "--queryFile=."], ["queryfile"]),
    "an empty file": (["-c", "items", "--queryFile=/dev/null"], ["query"]),
    "shell syntax": (["-c", "items", "--query={_id: ObjectId('5f5e8e2f1c9d440000000000')}"], ["query"]),
    "no JSON": (["-c", "items", "--query={'x"], ["query"]),
    "an array": (["-c", "items", "--query=[1]"], ["query"]),
}


@pytest.mark.parametrize("case", BAD_QUERIES)
def test_05_a_query_that_cannot_be_meant_is_refused(server, src, tmp_path, case):
    fill(src, 3)
    (tmp_path / "q").write_text("{}")
    options, words = BAD_QUERIES[case]
    failed(run("dump", "--uri", server.uri_of(src.name), *options, cwd=tmp_path), 2, *words)
    assert set(tree(tmp_path)) == {"q"}


def test_06_a_missing_collection_is_an_error_but_for_mongodump(server, src, as_mongo, tmp_path):
    """mongodump logs that the namespace does not exist and succeeds, so a typing error is found in need."""
    fill(src, 3)
    for arguments, missing in ((["-d", src.name, "-c", "absent"], f"{src.name}.absent"),
                               (["-d", "absent_database"], "absent_database")):
        failed(run("dump", "--uri", server.uri, *arguments, cwd=tmp_path), 2, missing)
        result = as_mongo("mongodump", "--uri", server.uri, *arguments)
        assert result.code == 0 and missing in result.err, result
        assert not (tmp_path / "dump").exists()


# Bytes of the file's name with .bson.gz and .metadata.json: below, at and above what a file system takes.
LONG_NAMES = ["M" * 230, "M" * 238, "M" * 239, "M" * 240, "M" * 253, "m+n " * 60, "50%25" * 48, "/" * 80,
              "ü" * 110, "日本" * 38]


@pytest.mark.parametrize("compress", ["zstd", "gzip", "none"])
def test_07_long_names_with_any_characters_come_back_as_they_were(server, compress, tmp_path):
    """mongorestore unescapes a shortened name twice: + becomes a space, and % ends the whole restore. It
    does not find the metadata of a long time-series name at all."""
    client = server.client
    for database in ("l", "m"):
        client.drop_database(database)
    db = client["l"]
    for name in LONG_NAMES:
        db[name].insert_one({"_id": name})
        db[name].create_index("x")
    series = "series+%" * 28
    db.command("create", series, timeseries={"timeField": "t"})
    db[series].insert_one({"t": datetime.datetime(2024, 1, 1), "v": 1})
    dump("--uri", server.uri_of("l"), "-o", tmp_path / "d", "--compress", compress)
    files = {p.name for p in (tmp_path / "d" / "l").iterdir()}
    assert max(len(name) for name in files) <= 255
    suffix = ".metadata.json" + (".gz" if compress == "gzip" else "")
    assert "M" * 208 + "%24AdXKbNA-UDXvws4IH59cmKcHaw8" + suffix in files, "the name that mongodump gives it"
    restore("--uri", server.uri_of("m"), tmp_path / "d" / "l")
    assert_same(client, "l", "m")
    for database in ("l", "m"):
        client.drop_database(database)


def test_08_the_prelude_stands_where_mongodump_puts_it(server, src, as_mongo, tmp_path):
    fill(src, 3)
    cases = {"all": ([], "prelude.json"), "one": (["-d", src.name], f"{src.name}/prelude.json"),
             "packed": (["--gzip"], "prelude.json.gz"),
             "one packed": (["-d", src.name, "--gzip"], f"{src.name}/prelude.json.gz")}
    for folder, (options, path) in cases.items():
        dump("--uri", server.uri, "-o", tmp_path / folder, *options)
        found = [p.relative_to(tmp_path / folder) for p in (tmp_path / folder).rglob("prelude*")]
        assert list(map(str, found)) == [path]
        prelude = json.loads(plain(tmp_path / folder / path))
        assert prelude["ServerVersion"] == server.client.server_info()["version"] and prelude["ToolVersion"]
    as_mongo("mongodump", "--uri", server.uri, "-d", "absent_database", "-o", "none")
    assert not (tmp_path / "none").exists()


def test_09_each_collection_has_one_metadata_file_of_valid_json(server, src, tmp_path):
    fill_all_kinds(src)
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    listed = {c["name"]: c for c in src.list_collections() if not re.match(r"system\.(buckets|views)", c["name"])}
    files = list((tmp_path / "d" / src.name).glob("*.metadata.json"))
    assert len(files) == len(listed)
    for file in files:
        text = file.read_text()
        metadata, name = json.loads(text), file.name.removesuffix(".metadata.json")
        assert "\n" not in text and metadata["collectionName"] == name
        assert metadata["type"] == listed[name]["type"]
        if metadata["type"] == "collection":
            assert metadata["uuid"] == listed[name]["info"]["uuid"].hex
            assert json_util.loads(json.dumps(metadata["indexes"])) == [
                dict(i) for i in src[name].list_indexes()]
        else:
            assert "uuid" not in metadata


def test_10_options_keep_the_order_of_their_keys(server, src, dst, tmp_path):
    validator = {"$and": [{name: {"$exists": True}} for name in "zyxwvabc"], "q": 1, "b": {"$lte": 5, "$gte": 1}}
    pipeline = [{"$match": {"z": 1, "a": 1}}, {"$sort": {"y": 1, "b": -1}}, {"$project": {"x": 1, "c": 1, "_id": 0}}]
    src.command("create", "checked", validator=validator, validationAction="warn", collation={"locale": "fr"})
    src.command("create", "seen", viewOn="checked", pipeline=pipeline)
    texts = set()
    for number in range(5):
        dump("--uri", server.uri_of(src.name), "-o", tmp_path / f"d{number}")
        texts.add(b"".join(v for p, v in tree(tmp_path / f"d{number}").items() if p.endswith(".metadata.json")))
    assert len(texts) == 1
    restore("--uri", server.uri_of(dst.name), tmp_path / "d0" / src.name)
    for name in ("checked", "seen"):
        left, right = (bson.encode(next(db.list_collections(filter={"name": name}))["options"])
                       for db in (src, dst))
        assert left == right


def test_11_a_capped_collection_and_auto_index_id_false(server, dst, names, tmp_path):
    """Servers of today refuse autoIndexId: false outside of `local`, dumps of old ones still hold it."""
    local = pymongo.MongoClient(server.uri, retryWrites=False).local
    local.drop_collection("kept")
    local.command("create", "kept", capped=True, size=65536, max=100, autoIndexId=False)
    local.kept.insert_many([{"_id": (i * 7) % 50, "i": i} for i in range(50)])
    dump("--uri", server.uri, "-d", "local", "-c", "kept", "-o", tmp_path / "d")
    metadata = json.loads((tmp_path / "d" / "local" / "kept.metadata.json").read_text())
    assert metadata["options"]["autoIndexId"] is False and metadata["options"]["capped"] is True
    assert metadata["indexes"] == []
    restore("--uri", server.uri_of(dst.name), "-c", "kept", data_file(tmp_path / "d", "local", "kept"))
    assert raw_documents(dst.kept) == raw_documents(local.kept), "in the same order"
    options = dst.command("listCollections")["cursor"]["firstBatch"][0]["options"]
    assert options["capped"] is True and options["max"] == 100
    assert [i["key"] for i in dst.kept.list_indexes()] == [{"_id": 1}]
    local.drop_collection("kept")


def test_12_no_hint_is_given_where_the_server_knows_better(server, src, tmp_path):
    """TOOLS-1952. Views refuse a hint of _id, and a query has a plan of its own."""
    fill(src, 50)
    src.command("create", "seen", viewOn="items", pipeline=[])
    src.command("profile", 2)
    dump("--uri", server.uri_of(src.name), "-c", "items", "--query", '{"n": 3}', "-o", tmp_path / "q")
    dump("--uri", server.uri_of(src.name), "--viewsAsCollections", "-o", tmp_path / "v")
    src.command("profile", 0)
    reads = [p["command"] for p in src["system.profile"].find({"op": "query"}) if "find" in p.get("command", {})]
    assert {r["find"] for r in reads} == {"items", "seen"}
    assert not [r for r in reads if "hint" in r or "snapshot" in r]


def test_13_collections_that_cannot_be_listed_are_an_error_that_names_the_database(server, src, tmp_path):
    fill(src, 3)
    server.fail(["listCollections"], mode="alwaysOn", errorCode=8000, appName="haul-dump")
    try:
        result = run("dump", "--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    finally:
        server.calm()
    assert 0 < result.code < 70, result
    assert src.name in result.err
    assert not (tmp_path / "d").exists()


def test_14_views_are_metadata_only_or_collections_on_request(server, src, dst, tmp_path):
    """mongodump --viewsAsCollections -c of an ordinary collection writes its data with no indexes."""
    fill(src, 70)
    src.command("create", "few", viewOn="items", pipeline=[{"$match": {"n": 3}}])
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    assert {p.name for p in (tmp_path / "d" / src.name).glob("few*")} == {"few.metadata.json"}
    dump("--uri", server.uri_of(src.name), "--viewsAsCollections", "-o", tmp_path / "v")
    assert not list((tmp_path / "v" / src.name).glob("items*"))
    restore("--uri", server.uri_of(dst.name), tmp_path / "v" / src.name)
    assert list(dst.few.find()) == list(src.few.find())
    assert fingerprint(server.client, dst.name)["few"]["type"] == "collection"
    result = run("dump", "--uri", server.uri_of(src.name), "--viewsAsCollections", "-c", "items", "-o", tmp_path / "i")
    if result.code == 0:
        metadata = json.loads((tmp_path / "i" / src.name / "items.metadata.json").read_text())
        assert [i["name"] for i in metadata["indexes"]] == ["_id_", "by_n"]
    else:
        failed(result, 2, "items", "view")


def test_15_documents_are_counted_with_and_without_a_query(server, src, tmp_path):
    fill(src, 70)
    for folder, options, count in (("all", [], 70), ("some", ["-q", '{"n": 3}'], 10), ("no", ["-q", '{"n": 9}'], 0)):
        result = dump("--uri", server.uri_of(src.name), "-c", "items", *options, "-o", tmp_path / folder)
        assert len(split_bson(plain(data_file(tmp_path / folder, src.name, "items")))) == count
        assert re.search(rf"\b{count} documents", result.err), result
        assert re.search(rf'"documents":\s*{count}\b', json.dumps(manifest(tmp_path / folder))), "in the manifest"
