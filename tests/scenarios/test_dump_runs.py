"""Scenarios 16 to 27: what is left out, how a dump fails, which member and which rights it needs."""
import os
import re
import threading
import urllib.parse

import bson
import pytest
from pymongo import WriteConcern

from support.haul import (data_file, dump, failed, fill, finish, plain, restore, run, split_bson, start, succeeded,
                          tree)
from support.mongod import Mongod


def collections(folder, database):
    return {urllib.parse.unquote_plus(p.name.removesuffix(".metadata.json"))
            for p in (folder / database).glob("*.metadata.json")}


def test_16_collections_are_left_out_by_name_or_prefix(server, src, tmp_path):
    for name in ("a", "ab", "abc", "b", "b.c", "a*"):
        fill(src, 3, name)
    cases = {"name": (["--excludeCollection=a", "--excludeCollection=b"], {"ab", "abc", "b.c", "a*"}),
             "prefix": (["--excludeCollectionsWithPrefix=ab", "--excludeCollectionsWithPrefix=b."], {"a", "b", "a*"}),
             "both": (["--excludeCollection=b", "--excludeCollectionsWithPrefix=a"], {"b.c"}),
             "absent": (["--excludeCollection=absent"], {"a", "ab", "abc", "b", "b.c", "a*"})}
    for folder, (options, left) in cases.items():
        dump("--uri", server.uri_of(src.name), *options, "-o", tmp_path / folder)
        assert collections(tmp_path / folder, src.name) == left


@pytest.mark.parametrize("option", ["excludeCollection", "excludeCollectionsWithPrefix"])
def test_16_leaving_out_contradicts_a_collection_and_needs_a_database(server, src, tmp_path, option):
    fill(src, 3)
    failed(run("dump", "--uri", server.uri_of(src.name), "-c", "items", f"--{option}=x", cwd=tmp_path), 2, option)
    failed(run("dump", "--uri", server.uri, f"--{option}=x", cwd=tmp_path), 2, option, "db")
    assert not tree(tmp_path)


@pytest.mark.parametrize("options, words", [
    (["-o", "-"], ["--collection"]), (["-o", "-", "-c", "items", "--gzip"], ["gzip"]),
    (["-o", "-", "-c", "items", "--compress=zstd"], ["compress"]), (["-o", "-", "--archive", "-c", "items"], ["archive"]),
    (["-o", "x", "--archive=y"], ["archive"]), (["--archive=absent/dir/"], ["absent/dir/", "directory"]), (["-o", "x", "-c", "items", "--dumpDbUsersAndRoles"], ["users"])])
def test_17_outputs_that_contradict_each_other_are_refused(server, src, tmp_path, options, words):
    fill(src, 3)
    result = failed(run("dump", "--uri", server.uri_of(src.name), *options, cwd=tmp_path), 2, *words)
    assert not tree(tmp_path) and not result.out


def test_17_standard_output_takes_a_query_and_no_metadata(server, src, tmp_path):
    fill(src, 70)
    with open(tmp_path / "out", "wb") as out:
        succeeded(run("dump", "--uri", server.uri_of(src.name), "-c", "items", "-o", "-", "-q", '{"n": 3}', stdout=out))
    assert [bson.decode(d)["n"] for d in split_bson((tmp_path / "out").read_bytes())] == [3] * 10


def test_18_a_server_that_is_killed_during_a_dump_is_a_failure(tmp_path):
    with Mongod() as server:
        server.client.shop.items.insert_many([{"_id": i, "x": "y" * 5000} for i in range(2000)])
        process = start("dump", "--uri", server.uri, "-o", tmp_path / "d", "--maxRate=1MB/s", "--retryFor=1s",
                        "--serverSelectionTimeout=2")
        while not list((tmp_path / "d").glob("shop/items.bson*")):
            assert process.poll() is None
        server.client.close()
        server.kill(0)
        failed(finish(process), 5, "127.0.0.1")
        assert not (tmp_path / "d" / "manifest.json").exists()
        failed(run("restore", "--uri", server.uri, tmp_path / "d", "--dryRun"), 4)


@pytest.mark.parametrize("target", [["-c", "items", "-o", "-"], ["--archive"], ["--archive", "--gzip"]])
def test_19_a_broken_pipe_or_a_full_device_is_a_write_error(server, src, target):
    src.items.insert_many([{"_id": i, "x": bson.Binary(os.urandom(5000))} for i in range(1000)])
    arguments = ["--uri", server.uri_of(src.name), *target]
    with open("/dev/full", "wb") as full:
        failed(run("dump", *arguments, stdout=full), 7, "standard output", "no space", "hint:")
    process = start("dump", *arguments)
    process.stdout.buffer.read(100)
    process.stdout.close()
    process.stdout = None
    failed(finish(process), 7, "standard output", "broken pipe")


def test_20_read_preference_with_tags_reads_the_secondary_that_has_them(tmp_path):
    with Mongod(members=3) as server:
        client = server.client
        fill(client.shop, 500)
        config = client.admin.command("replSetGetConfig")["config"]
        for member, place in zip(config["members"], ("here", "there", "elsewhere")):
            member |= {"tags": {"place": place}, "priority": 2 if place == "here" else 1}
        config["version"] += 1
        client.admin.command("replSetReconfig", config)
        client.shop.with_options(write_concern=WriteConcern(w=3, wtimeout=20000)).ready.insert_one({})
        members = [server._direct(i) for i in range(3)]
        chosen = next(i for i in (1, 2) if not members[i].admin.command("hello")["isWritablePrimary"])
        place = ("here", "there", "elsewhere")[chosen]
        before = [returned(m) for m in members]
        dump("--uri", server.uri_of("shop"), "-c", "items", "-o", tmp_path / "d", "--readPreference",
             '{"mode": "secondary", "tagSets": [{"place": "%s"}]}' % place)
        read = [returned(m) - b for m, b in zip(members, before)]
        assert read[chosen] >= 500 and max(n for i, n in enumerate(read) if i != chosen) < 400, read
        result = run("dump", "--uri", server.uri_of("shop"), "-o", tmp_path / "e", "--serverSelectionTimeout=1",
                     "--readPreference", '{"mode": "secondary", "tagSets": [{"place": "nowhere"}]}')
        failed(result, 5)


def returned(member):
    return member.admin.command("serverStatus")["metrics"]["document"]["returned"]


@pytest.mark.parametrize("name", ["dump", "restore"])
def test_21_version_goes_to_stdout(name, as_mongo):
    result = run(name, "--version")
    assert result.code == 0 and re.match(rf"haul-{name} \d+\.\d+\.\d+", result.out), result
    assert re.match(rf"mongo{name} version: ", as_mongo(f"mongo{name}", "--version").out)


CONFIG = ("chunks", "collections", "databases", "settings", "shards", "tags", "version")


def test_24_system_and_config_namespaces_are_taken_or_left_as_by_mongodump(server, src, tmp_path):
    fill(src, 3)
    src["system.js"].insert_one({"_id": "f", "value": 1})
    src.command("create", "seen", viewOn="items", pipeline=[])
    src.command("profile", 2)
    src["items"].find_one()
    src.command("profile", 0)
    for name in (*CONFIG, "other"):
        server.client.config[name].replace_one({"_id": 1}, {"_id": 1}, upsert=True)
    server.client.admin.extra.replace_one({"_id": 1}, {"_id": 1}, upsert=True)
    dump("--uri", server.uri, "-o", tmp_path / "all")
    assert collections(tmp_path / "all", src.name) == {"items", "system.js", "seen"}
    assert collections(tmp_path / "all", "config") == set(CONFIG)
    admin = collections(tmp_path / "all", "admin")
    assert {"extra", "system.version"} <= admin and "system.keys" not in admin
    assert not (tmp_path / "all" / "local").exists()
    dump("--uri", server.uri, "-d", "config", "-o", tmp_path / "config")
    assert {*CONFIG, "other", "image_collection"} <= collections(tmp_path / "config", "config")
    dump("--uri", server.uri_of(src.name), "-c", "system.profile", "-o", tmp_path / "profile")
    assert collections(tmp_path / "profile", src.name) == {"system.profile"}
    for name in (*CONFIG, "other"):
        server.client.config.drop_collection(name)
    server.client.admin.drop_collection("extra")


def test_25_internal_databases_are_left_out(server, src, tmp_path):
    fill(src, 3)
    internal = server.client["__mdb_internal_search"]
    internal.index.insert_one({"_id": 1})
    server.client["__mdb_internally"].index.insert_one({"_id": 1})
    try:
        dump("--uri", server.uri, "-o", tmp_path / "d")
        found = {p.name for p in (tmp_path / "d").iterdir() if p.is_dir()}
        assert src.name in found and not [name for name in found if name.startswith("__mdb_internal")]
    finally:
        for name in ("__mdb_internal_search", "__mdb_internally"):
            server.client.drop_database(name)


def test_26_admin_is_dumped_with_the_role_backup_alone(auth_server, tmp_path):
    admin = auth_server.client.admin
    admin.command("createUser", "keeper", pwd="keeper", roles=["backup"])
    admin.command("profile", 2)
    admin.extra.insert_one({"_id": 1})
    admin.command("profile", 0)
    try:
        for folder, options in (("admin", ["-d", "admin"]), ("all", [])):
            dump("--uri", auth_server.uri_for("", "keeper", "keeper"), *options, "-o", tmp_path / folder)
            assert {"system.profile", "system.users", "system.version", "extra"} <= collections(
                tmp_path / folder, "admin")
            users = split_bson(plain(data_file(tmp_path / folder, "admin", "system.users")))
            assert {bson.decode(u)["user"] for u in users} == {"root", "keeper"}
    finally:
        for name in ("system.profile", "extra"):
            admin.drop_collection(name)
        admin.command("dropUser", "keeper")


def test_27_force_table_scan_under_load_finds_each_lasting_document_once(server, src, dst, tmp_path):
    src.t.insert_many([{"_id": i, "x": "y" * (i % 300)} for i in range(20_000)])
    over = threading.Event()

    def work():
        number = 0
        while not over.is_set():
            number += 1
            src.t.insert_one({"_id": -number})
            src.t.update_one({"_id": number * 37 % 20_000}, {"$set": {"x": "z" * (number * 53 % 900)}})
            src.t.delete_one({"_id": -number})

    writer = threading.Thread(target=work)
    writer.start()
    try:
        dump("--uri", server.uri_of(src.name), "--forceTableScan", "-o", tmp_path / "d")
    finally:
        over.set()
        writer.join()
    ids = [bson.decode(d)["_id"] for d in split_bson(plain(data_file(tmp_path / "d", src.name, "t")))]
    assert len(ids) == len(set(ids)) and set(range(20_000)) <= set(ids)
    restore("--uri", server.uri_of(dst.name), tmp_path / "d" / src.name)
    assert dst.t.count_documents({"_id": {"$gte": 0}}) == 20_000
