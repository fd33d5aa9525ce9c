"""Scenarios 33 to 45: time-series collections, which are one name outside and buckets inside."""
import datetime
import shutil

import bson
import pytest

from support import archive, oplog
from support.catalog import collections, info
from support.haul import (assert_same, data_file, digest, dump, failed, fill, fingerprint, plain, raw_documents,
                          rejects, restore, run, split_bson, write_dump)

START = datetime.datetime(2024, 1, 1)
BUCKETS = "system.buckets.ts"


def make(db, name="ts", count=200, **options):
    db.command("create", name, timeseries={"timeField": "t", "metaField": "m"}, **options)
    db[name].insert_many([{"t": START + datetime.timedelta(minutes=9 * i), "m": {"k": i % 4, "l": "x"}, "v": i}
                          for i in range(count)])
    return db[name]


def values(db, name="ts"):
    return sorted(d["v"] for d in db[name].find())


@pytest.fixture
def shop(src):
    make(src)
    fill(src, 20)
    return src


@pytest.fixture
def folder(server, shop, tmp_path):
    """The folder of the database in a dump."""
    dump("--uri", server.uri_of(shop.name), "--compress=none", "-o", tmp_path / "d")
    return tmp_path / "d" / shop.name


SELECTIONS = {"the whole database": ([], {"ts", "items"}), "one collection": (["-c", "ts"], {"ts"}),
              "all but its name": (["--excludeCollection=ts"], {"items"}),
              "all but its prefix": (["--excludeCollectionsWithPrefix=t"], {"items"}),
              "the buckets' name excludes nothing": ([f"--excludeCollection={BUCKETS}"], {"ts", "items"}),
              "nor does their prefix": (["--excludeCollectionsWithPrefix=system.b"], {"ts", "items"})}


@pytest.mark.parametrize("case", SELECTIONS)
def test_33_a_dump_has_it_by_its_own_name_and_never_by_the_one_of_its_buckets(server, shop, tmp_path, case):
    options, expected = SELECTIONS[case]
    dump("--uri", server.uri_of(shop.name), *options, "-o", tmp_path / "d")
    found = {p.name.split(".bson")[0].split(".metadata")[0] for p in (tmp_path / "d" / shop.name).iterdir()}
    assert found - {"prelude.json"} == expected | ({BUCKETS} if "ts" in expected else set())
    dump("--uri", server.uri_of(shop.name), *options, f"--archive={tmp_path / 'a'}")
    read = archive.read(tmp_path / "a")
    assert {e["collection"] for e in read.entries} == expected
    if "ts" in expected:
        stored = split_bson(plain(data_file(tmp_path / "d", shop.name, BUCKETS)))
        assert digest(stored) == digest(raw_documents(shop[BUCKETS])) == digest(read.documents(shop.name, BUCKETS))


def test_33_asking_for_the_buckets_is_refused(server, shop, tmp_path):
    failed(run("dump", "--uri", server.uri_of(shop.name), "-c", BUCKETS, "-o", tmp_path / "d"), 2, "buckets",
           "--collection ts")
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize("how", ["-q", "--queryFile"])
@pytest.mark.parametrize("query, keys", [('{"m.k": 2}', {2}), ('{"m": {"k": 1, "l": "x"}}', {1}),
                                         ('{"$or": [{"m.k": 0}, {"m.k": {"$gt": 2}}]}', {0, 3}),
                                         ('{"v": 3}', None), ('{"$and": [{"m.k": 1}, {"t": 3}]}', None)])
def test_34_a_query_may_name_the_meta_field_only(server, shop, tmp_path, how, query, keys):
    (tmp_path / "q").write_text(query)
    result = run("dump", "--uri", server.uri_of(shop.name), "-c", "ts", how,
                 query if how == "-q" else tmp_path / "q", "-o", tmp_path / "d")
    if keys is None:
        failed(result, 2, "meta")
        return
    assert result.code == 0, result
    stored = map(bson.decode, split_bson(plain(data_file(tmp_path / "d", shop.name, BUCKETS))))
    assert {d["meta"]["k"] for d in stored} == keys


def test_35_buckets_of_mixed_schema_come_back(server, src, dst, tmp_path):
    ts = make(src, count=1)
    [bucket] = src[BUCKETS].find()
    bucket["_id"] = bson.ObjectId(bucket["_id"].binary[:4] + bytes(8))
    bucket["data"] = {"t": {"0": START, "1": START}, "v": {"0": "a", "1": 1}}
    bucket["control"].update(min={"t": START, "v": 1}, max={"t": START, "v": "a"})
    src[BUCKETS].insert_one(bucket)
    assert ts.count_documents({}) == 3
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    restore("--uri", server.uri_of(dst.name), tmp_path / "d" / src.name)
    assert digest(raw_documents(dst[BUCKETS])) == digest(raw_documents(src[BUCKETS]))
    assert sorted(str(d["v"]) for d in dst.ts.find()) == ["0", "1", "a"]


def test_37_it_comes_back_from_a_directory(server, shop, dst, folder):
    restore("--uri", server.uri_of(dst.name), folder)
    assert_same(server.client, shop.name, dst.name)
    assert values(dst) == list(range(200)) and info(dst, "ts")["type"] == "timeseries"


@pytest.mark.parametrize("from_stdin", [False, True])
def test_37_it_comes_back_from_an_archive(server, shop, dst, tmp_path, from_stdin):
    file = tmp_path / "a"
    dump("--uri", server.uri_of(shop.name), f"--archive={file}")
    move = ["--nsFrom", f"{shop.name}.*", "--nsTo", f"{dst.name}.*"]
    with file.open() as stdin:
        restore("--uri", server.uri, *move, "--archive" if from_stdin else f"--archive={file}", stdin=stdin)
    assert_same(server.client, shop.name, dst.name)
    assert values(dst) == list(range(200))


def test_38_a_target_that_exists_is_refused_before_anything_is_touched_and_replaced_with_drop(server, shop, dst,
                                                                                               folder):
    make(dst, count=3)
    failed(run("restore", "--uri", server.uri_of(dst.name), folder), 10, f"{dst.name}.ts", "drop")
    assert values(dst) == [0, 1, 2] and collections(dst) == {"ts", BUCKETS}
    restore("--uri", server.uri_of(dst.name), "--drop", folder)
    assert_same(server.client, shop.name, dst.name)


def test_38_buckets_that_were_left_behind_are_refused_and_replaced_with_drop(server, shop, dst, folder):
    dst.command("create", BUCKETS)
    failed(run("restore", "--uri", server.uri_of(dst.name), folder), 10, f"{dst.name}.ts", "drop")
    assert dst[BUCKETS].count_documents({}) == 0
    restore("--uri", server.uri_of(dst.name), "--drop", folder)
    assert_same(server.client, shop.name, dst.name)


def test_39_without_options_it_is_refused_before_anything_is_touched(server, dst, folder):
    failed(run("restore", "--uri", server.uri_of(dst.name), "--noOptionsRestore", folder), 2, f"{dst.name}.ts")
    assert not collections(dst)


@pytest.mark.parametrize("bypass", [[], ["--bypassDocumentValidation"]])
def test_40_buckets_that_are_none_are_rejected_even_where_validation_is_bypassed(server, dst, folder, tmp_path, bypass):
    bad = [bson.encode({"_id": bson.ObjectId(), "foo": i}) for i in range(5)]
    with (folder / f"{BUCKETS}.bson").open("wb") as file:
        file.write(b"".join(bad))
    (folder.parent / "manifest.json").unlink()
    failed(run("restore", "--uri", server.uri_of(dst.name), "-c", "ts", *bypass, folder, cwd=tmp_path), 3, "5")
    assert values(dst) == [] and dst[BUCKETS].count_documents({}) == 0 and len(rejects(tmp_path)) == 5


def test_41_a_file_of_buckets_is_the_collection_where_its_metadata_are_there(server, shop, dst, folder, tmp_path):
    file = folder / f"{BUCKETS}.bson"
    restore("--uri", server.uri, "-d", dst.name, "-c", "ts", file)
    restore("--uri", server.uri, "-d", dst.name, "-c", "other", file)
    assert values(dst) == values(dst, "other") == list(range(200)) and info(dst, "other")["type"] == "timeseries"
    restore("--uri", server.uri, "--drop", file)
    assert values(shop) == list(range(200))
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(file, alone)
    before = fingerprint(server.client, dst.name)
    for name in (BUCKETS, "third"):
        failed(run("restore", "--uri", server.uri, "-d", dst.name, "-c", name, alone / file.name), (2, 4), "ts")
    assert fingerprint(server.client, dst.name) == before


def test_42_it_is_included_and_excluded_by_its_own_name(server, shop, dst, folder):
    move = ["--nsFrom", f"{shop.name}.*", "--nsTo", f"{dst.name}.*"]
    restore("--uri", server.uri, *move, "--nsInclude", f"{shop.name}.ts", folder.parent)
    assert collections(dst) == {"ts", BUCKETS} and values(dst) == list(range(200))
    dst.ts.drop()
    failed(run("restore", "--uri", server.uri, *move, "--nsInclude", f"{shop.name}.{BUCKETS}", folder.parent), 2,
           "nothing")
    restore("--uri", server.uri, *move, "--nsExclude", f"{shop.name}.ts", folder.parent)
    assert collections(dst) == {"items"}


def test_43_the_index_that_clusters_the_buckets_is_there_without_indexes(server, shop, dst, folder, tmp_path):
    shop.ts.create_index([("m.k", 1), ("t", 1)])
    dump("--uri", server.uri_of(shop.name), "-o", tmp_path / "e")
    restore("--uri", server.uri_of(dst.name), "--noIndexRestore", tmp_path / "e" / shop.name)
    assert info(dst, BUCKETS)["options"]["clusteredIndex"] is True and not list(dst.ts.list_indexes())
    dst.ts.drop()
    restore("--uri", server.uri_of(dst.name), "-c", "ts", tmp_path / "e" / shop.name)
    assert [i["key"] for i in dst.ts.list_indexes()] == [i["key"] for i in shop.ts.list_indexes()] != []


def test_44_it_is_renamed_by_its_own_name_and_not_by_the_one_of_its_buckets(server, shop, dst, folder):
    restore("--uri", server.uri, "--nsInclude", f"{shop.name}.ts", "--nsFrom", f"{shop.name}.ts", "--nsTo",
            f"{dst.name}.renamed", folder.parent)
    assert collections(dst) == {"renamed", "system.buckets.renamed"} and values(dst, "renamed") == list(range(200))
    failed(run("restore", "--uri", server.uri, "--nsFrom", f"{shop.name}.{BUCKETS}", "--nsTo",
               f"{dst.name}.system.buckets.again", folder.parent), 2, "buckets", "leave out")
    assert collections(dst) == {"renamed", "system.buckets.renamed"}


def test_45_an_oplog_with_operations_on_buckets_is_replayed(server, shop, tmp_path):
    began = oplog.newest(server.client)
    dump("--uri", server.uri_of(shop.name), "--compress=none", "-o", tmp_path / "d")
    shop.ts.insert_many([{"t": START + datetime.timedelta(minutes=9 * i), "m": {"k": i % 9}, "v": 200 + i}
                         for i in range(300)])
    shop.ts.delete_many({"m.k": 3})
    before = fingerprint(server.client, shop.name)
    (tmp_path / "d" / "manifest.json").unlink()
    oplog.write_oplog(tmp_path / "d" / "oplog.bson", oplog.entries_since(server.client, began, {shop.name}))
    restore("--uri", server.uri, "--drop", "--oplogReplay", tmp_path / "d")
    assert fingerprint(server.client, shop.name) == before
