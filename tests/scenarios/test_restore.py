"""Scenarios 46 to 64: what a restore brings back, where to, and what it leaves alone."""
import bson
import pytest
from bson.timestamp import Timestamp

from support.catalog import collections, indexes, metadata, options, uuid_of
from support.haul import (assert_same, data_file, dump, failed, fill, fill_all_kinds, finish, raw_documents,
                          rejects, restore, run, start, write_dump)


def ids(db, collection="t"):
    return sorted(d["_id"] for d in db[collection].find())


def test_46_an_explicit_directory_and_the_default_one(server, src, dst, tmp_path):
    fill(src)
    dump("--uri", server.uri, "-d", src.name, "--compress=none", cwd=tmp_path)
    restore("--uri", server.uri, "--nsFrom", f"{src.name}.*", "--nsTo", f"{dst.name}.*", tmp_path / "dump")
    assert_same(server.client, src.name, dst.name)
    restore("--uri", server.uri, "--drop", cwd=tmp_path)
    assert_same(server.client, src.name, dst.name)


def test_46_documents_of_one_collection_from_standard_input(server, src, dst, tmp_path):
    fill(src)
    dump("--uri", server.uri_of(src.name), "--compress=none", "-o", tmp_path / "d")
    file = data_file(tmp_path / "d", src.name, "items")
    for arguments in (["-d", dst.name, "-c", "items", "-"], ["-d", dst.name, "-c", "other", "--dir", "-"]):
        with file.open() as stdin:
            restore("--uri", server.uri, *arguments, stdin=stdin)
    assert raw_documents(dst["items"]) == raw_documents(dst.other) == raw_documents(src["items"])
    for arguments in ([], ["-d", dst.name]):
        with file.open() as stdin:
            failed(run("restore", "--uri", server.uri, *arguments, "-", stdin=stdin), 2, "collection")


def concerns(db, collection):
    """The write concerns that the profiler saw with inserts into `collection`."""
    found = db["system.profile"].find({"ns": f"{db.name}.{collection}", "op": "insert"})
    return [d["command"].get("writeConcern", {}).get("w") for d in found]


WRITE_CONCERNS = {"majority by default": ("", [], "majority"), "the URI": ("w=1", [], 1),
                  "the flag": ("", ["--writeConcern={w: 1}"], 1), "both the same": ("w=1", ["--writeConcern=1"], 1)}


@pytest.mark.parametrize("case", WRITE_CONCERNS)
def test_47_the_write_concern_is_majority_or_what_the_uri_or_the_flag_says(server, dst, tmp_path, case):
    parameter, flags, expected = WRITE_CONCERNS[case]
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": 1}]})
    dst.command("profile", 2)
    try:
        uri = server.uri + ("&" if "?" in server.uri else "?") + parameter
        restore("--uri", uri.rstrip("&?"), *flags, tmp_path / "d")
    finally:
        dst.command("profile", 0)
    assert concerns(dst, "t") == [expected]


def test_47_a_write_concern_in_the_uri_and_another_in_the_flag_are_an_error(server, dst, tmp_path):
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": 1}]})
    uri = server.uri + ("&" if "?" in server.uri else "?") + "w=1"
    failed(run("restore", "--uri", uri, "--writeConcern=majority", tmp_path / "d"), 2, "writeConcern")
    assert not collections(dst)


SPECIAL = ["cafés-crêpes.été", "a" * 120 + "%+é", "*star", "\nlf at the start",
           "lf in the\nmiddle", "lf at the end\n", "\rcr", "c\rr", "cr\r", "\r\ncrlf", "cr\r\nlf", "crlf\r\n"]


@pytest.mark.parametrize("name", SPECIAL, ids=ascii)
def test_48_names_of_every_kind_are_included_excluded_and_renamed(server, src, dst, tmp_path, name):
    for collection in (name, "other"):
        src.command("insert", collection, documents=[{"_id": collection}])
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    pattern = f"{src.name}.{name}".replace("*", "\\*")
    move = ["--nsFrom", f"{src.name}.*", "--nsTo", f"{dst.name}.*"]
    restore("--uri", server.uri, *move, "--nsInclude", pattern, tmp_path / "d")
    assert collections(dst) == {name} and ids(dst, name) == [name]
    restore("--uri", server.uri, *move, "--drop", "--nsExclude", pattern, tmp_path / "d")
    assert collections(dst) == {name, "other"}
    restore("--uri", server.uri, "--nsInclude", pattern, "--nsFrom", pattern, "--nsTo", f"{dst.name}.plain",
            tmp_path / "d")
    restore("--uri", server.uri, "--nsInclude", f"{src.name}.other", "--nsFrom", f"{src.name}.other", "--nsTo",
            f"{dst.name}.new {pattern[len(src.name) + 1:]}", tmp_path / "d")
    assert ids(dst, "plain") == [name] and ids(dst, "new " + name) == ["other"]


@pytest.fixture
def sources(server, names, tmp_path):
    """source1 and source2 with coll1 to coll3, source3 with coll3 and coll4, as one dump."""
    prefix = names("").rstrip("_") + "x"
    for db, numbers in (("source1", "123"), ("source2", "123"), ("source3", "34")):
        write_dump(tmp_path / "d", prefix + db, {f"coll{n}": [{"_id": f"{db}.coll{n}"}] for n in numbers},
                   metadata={f"coll{n}": metadata(f"coll{n}", [{"v": 2, "key": {f"{db}_{n}": 1}, "name": "i"}])
                             for n in numbers})
    yield prefix
    for name in server.client.list_database_names():
        if name.startswith(prefix):
            server.client.drop_database(name)


def holding(server, prefix):
    """{namespace without the prefix: the namespace that its document and its index name}"""
    found = {}
    for db in (n for n in server.client.list_database_names() if n.startswith(prefix)):
        for collection in server.client[db].list_collection_names():
            [identity] = ids(server.client[db], collection)
            assert list(indexes(server.client[db], collection)["i"]["key"]) == [identity.replace(".coll", "_")]
            found[f"{db[len(prefix):]}.{collection}"] = identity
    return found


HELD = ["source1.coll1", "source1.coll2", "source1.coll3", "source2.coll1", "source2.coll2", "source2.coll3",
        "source3.coll3", "source3.coll4"]
GATHER = ["--nsFrom", "@source$db-num$.coll$coll-num$", "--nsTo", "@dest.coll_$db-num$_$coll-num$"]


def gathered(ns):
    return f"dest.coll_{ns[6]}_{ns[-1]}"


def test_49_variables_with_excludes_and_includes_and_two_databases_swapped(server, sources, tmp_path):
    def run_with(*arguments):
        command = [a.replace("@", sources) for a in arguments]
        restore("--uri", server.uri, "--drop", *command, tmp_path / "d")
        found = holding(server, sources)
        for name in {ns.split(".")[0] for ns in found}:
            server.client.drop_database(sources + name)
        return found

    assert run_with("--nsExclude", "*.coll1", *GATHER) == {gathered(n): n for n in HELD if n[-1] != "1"}
    assert run_with("--nsInclude", "*.coll1", *GATHER) == {gathered(n): n for n in HELD if n[-1] == "1"}
    swap = {"1": "2", "2": "1", "3": "3"}
    assert run_with("--nsFrom", "@source1.*", "--nsTo", "@source2.*", "--nsFrom", "@source2.*", "--nsTo",
                    "@source1.*") == {f"source{swap[n[6]]}{n[7:]}": n for n in HELD}
    assert run_with("--excludeCollectionsWithPrefix", "coll1", "--excludeCollection", "coll4") == {
        n: n for n in HELD if n[-1] in "23"}
    failed(run("restore", "--uri", server.uri, "--excludeCollectionsWithPrefix=coll", tmp_path / "d"), 2, "nothing")


def test_50_db_and_collection_select_from_every_shape_without_a_complaint(server, src, dst, tmp_path):
    fill(src)
    fill(src, 3, "other")
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    file = data_file(tmp_path / "d", src.name, "items")
    said = [restore("--uri", server.uri, "-d", src.name, "-c", "items", "--drop", tmp_path / "d"),
            restore("--uri", server.uri, "-d", dst.name, "-c", "items", tmp_path / "d" / src.name),
            restore("--uri", server.uri, "-d", dst.name, "-c", "renamed", file)]
    assert collections(dst) == {"items", "renamed"} and ids(dst, "items") == ids(dst, "renamed") == ids(src, "items")
    assert not [s for s in said if "deprecated" in s.err or "warning: " in s.err], said


def test_51_a_part_of_a_dump_and_other_names_for_databases_and_collections(server, sources, tmp_path):
    def restored(*arguments):
        restore("--uri", server.uri, *(str(a).replace("@", sources) for a in arguments))
        found = holding(server, sources)
        for name in {ns.split(".")[0] for ns in found}:
            server.client.drop_database(sources + name)
        return found

    root, one = tmp_path / "d", tmp_path / "d" / f"{sources}source1"
    assert restored(root) == {n: n for n in HELD}
    assert restored("-d", "@source3", root) == {n: n for n in HELD if n[6] == "3"}
    assert restored("-d", "@source1", "-c", "coll2", root) == {"source1.coll2": "source1.coll2"}
    assert restored("-d", "@else", one) == {f"else{n[7:]}": n for n in HELD if n[6] == "1"}
    assert restored("-d", "@else", "-c", "coll2", one) == {"else.coll2": "source1.coll2"}
    assert restored("-d", "@else", "-c", "called", one / "coll2.bson") == {"else.called": "source1.coll2"}
    assert restored(one / "coll2.bson") == {"source1.coll2": "source1.coll2"}


def test_52_a_database_folder_and_a_file_that_are_symlinks(server, dst, tmp_path):
    folder = write_dump(tmp_path / "elsewhere", "x", {"t": [{"_id": 1}], "u": [{"_id": 2}]})
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / dst.name).symlink_to(folder)
    restore("--uri", server.uri, tmp_path / "d")
    assert ids(dst) == [1] and ids(dst, "u") == [2]
    linked = tmp_path / "linked"
    linked.mkdir()
    for name in ("u.bson", "u.metadata.json"):
        (linked / name).symlink_to(folder / name)
    restore("--uri", server.uri, "-d", dst.name, "-c", "v", linked / "u.bson")
    restore("--uri", server.uri, "-d", dst.name, "--drop", linked)
    assert ids(dst, "v") == [2] == ids(dst, "u")


ODD = ["a/b", "a%b", "a%2Fb", "a+b", "/", "%"]


def test_53_names_with_slashes_and_percents_come_back_from_a_directory(server, src, dst, tmp_path):
    for name in ODD:
        src.command("insert", name, documents=[{"_id": name}])
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    restore("--uri", server.uri_of(dst.name), tmp_path / "d" / src.name)
    assert_same(server.client, src.name, dst.name)


def test_53_and_from_an_archive_and_from_standard_output(server, src, dst, tmp_path):
    for name in ODD:
        src.command("insert", name, documents=[{"_id": name}])
    dump("--uri", server.uri_of(src.name), f"--archive={tmp_path / 'a'}")
    restore("--uri", server.uri, "--nsFrom", f"{src.name}.*", "--nsTo", f"{dst.name}.*", f"--archive={tmp_path / 'a'}")
    assert_same(server.client, src.name, dst.name)
    for name in ODD:
        dst[name].drop()
        with (tmp_path / "one").open("w") as out:
            dump("--uri", server.uri_of(src.name), "-c", name, "-o", "-", stdout=out)
        with (tmp_path / "one").open() as stdin:
            restore("--uri", server.uri, "-d", dst.name, "-c", name, "-", stdin=stdin)
    assert_same(server.client, src.name, dst.name)


@pytest.mark.parametrize("compress", ["none", "gzip", "zstd"])
def test_54_a_dump_is_piped_into_a_restore(server, src, dst, compress):
    fill_all_kinds(src)
    writer = start("dump", "--uri", server.uri_of(src.name), "--archive", f"--compress={compress}")
    reader = start("restore", "--uri", server.uri, "--archive", "--nsFrom", f"{src.name}.*", "--nsTo", f"{dst.name}.*",
                   stdin=writer.stdout)
    writer.stdout.close()
    writer.stdout = None
    assert finish(reader).code == 0 == finish(writer).code
    assert_same(server.client, src.name, dst.name)


TARGETS = {"a directory": ["-o", "@d"], "a directory with gzip": ["-o", "@d", "--gzip"],
           "an archive": ["--archive=@a"], "an archive with gzip": ["--archive=@a", "--gzip"]}


@pytest.mark.parametrize("case", TARGETS)
@pytest.mark.parametrize("gzip", [[], ["--gzip"]], ids=["as a script says it", "with --gzip"])
def test_54_a_directory_or_archive_is_read_whether_gzip_is_said_or_not(server, src, dst, tmp_path, case, gzip):
    fill_all_kinds(src)
    target = [o.replace("@", f"{tmp_path}/") for o in TARGETS[case]]
    dump("--uri", server.uri_of(src.name), "--compress=none" if "--gzip" not in target else "-v", *target)
    source = [target[0]] if target[0].startswith("--archive") else [target[1]]
    restore("--uri", server.uri, *gzip, "--nsFrom", f"{src.name}.*", "--nsTo", f"{dst.name}.*", *source)
    assert_same(server.client, src.name, dst.name)


def test_55_drop_replaces_what_is_restored_and_nothing_else(server, src, dst, tmp_path):
    fill(src, 20)
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    restore("--uri", server.uri_of(dst.name), "--drop", tmp_path / "d" / src.name)
    assert_same(server.client, src.name, dst.name)
    for name in ("items", "bystander"):
        dst[name].insert_one({"_id": "old"})
    dst["items"].create_index("old")
    restore("--uri", server.uri_of(dst.name), "--drop", tmp_path / "d" / src.name)
    assert raw_documents(dst["items"]) == raw_documents(src["items"])
    assert set(indexes(dst, "items")) == set(indexes(src, "items")) and ids(dst, "bystander") == ["old"]


@pytest.mark.parametrize("size", [None, 1, 17, 100_000])
def test_56_documents_that_are_there_already_are_no_loss_whatever_the_batch_size(server, src, dst, tmp_path, size):
    src.t.insert_many([{"_id": i, "x": i} for i in range(2000)])
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    dst.t.insert_many([{"_id": i, "x": i} for i in range(0, 2000, 3)])
    batch = [] if size is None else [f"--batchSize={size}"]
    restore("--uri", server.uri_of(dst.name), *batch, tmp_path / "d" / src.name, cwd=tmp_path)
    assert sorted(raw_documents(dst.t)) == sorted(raw_documents(src.t)) and not rejects(tmp_path)


@pytest.fixture
def a_duplicate_in_the_middle(dst, tmp_path):
    """10,000 documents, one with an _id of theirs and other content, 10,000 more."""
    before, after = [{"_id": i} for i in range(10_000)], [{"_id": i} for i in range(10_000, 20_000)]
    return write_dump(tmp_path / "d", dst.name, {"t": before + [{"_id": 5, "other": True}] + after}) / "t.bson"


def test_57_without_an_option_the_run_goes_on_and_the_duplicate_is_told(server, dst, tmp_path,
                                                                         a_duplicate_in_the_middle):
    failed(run("restore", "--uri", server.uri, a_duplicate_in_the_middle, cwd=tmp_path), 3, "20,000", "1 ")
    assert dst.t.count_documents({}) == 20_000 and [r["_id"] for r in rejects(tmp_path)] == [5]


def test_57_maintain_insertion_order_stops_at_the_very_document(server, dst, tmp_path, a_duplicate_in_the_middle):
    result = run("restore", "--uri", server.uri, "--maintainInsertionOrder", a_duplicate_in_the_middle, cwd=tmp_path)
    failed(result, (1, 3), f"{dst.name}.t")
    assert ids(dst) == list(range(10_000)) and len(rejects(tmp_path)) == 1


def test_57_stop_on_error_stops(server, dst, tmp_path, a_duplicate_in_the_middle):
    failed(run("restore", "--uri", server.uri, "--stopOnError", "--jobs=1", a_duplicate_in_the_middle, cwd=tmp_path),
           (1, 3), f"{dst.name}.t", "stop")
    assert [r["_id"] for r in rejects(tmp_path)] == [5]


def test_58_a_validator_refuses_documents_unless_it_is_bypassed(server, dst, tmp_path):
    write_dump(tmp_path / "d", dst.name, {"t": [{"_id": i, **({"num": i} if i % 2 else {})} for i in range(1000)]},
               metadata={"t": metadata("t", validator={"num": {"$exists": True}})})
    failed(run("restore", "--uri", server.uri, tmp_path / "d", cwd=tmp_path), 3, "500")
    assert ids(dst) == list(range(1, 1000, 2))
    assert sorted(r["document"]["_id"] for r in rejects(tmp_path)) == list(range(0, 1000, 2))
    restore("--uri", server.uri, "--drop", "--bypassDocumentValidation", tmp_path / "d", cwd=tmp_path)
    assert ids(dst) == list(range(1000)) and options(dst, "t")["validator"] == {"num": {"$exists": True}}


def test_59_large_documents_stay_below_the_limit_of_a_message(server, src, dst, tmp_path):
    src.t.insert_many([{"_id": i, "b": bytes([i]) * (6 << 20)} for i in range(12)])
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    restore("--uri", server.uri_of(dst.name), tmp_path / "d" / src.name)
    assert_same(server.client, src.name, dst.name)


def test_60_without_indexes_and_without_options(server, src, dst, tmp_path):
    src.create_collection("capped", capped=True, size=65536, max=100)
    src.capped.insert_many([{"_id": i} for i in range(10)])
    src.capped.create_index("a")
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    restore("--uri", server.uri_of(dst.name), "--noIndexRestore", tmp_path / "d" / src.name)
    assert options(dst, "capped") == options(src, "capped") and set(indexes(dst, "capped")) == {"_id_"}
    dst.capped.drop()
    restore("--uri", server.uri_of(dst.name), "--noOptionsRestore", tmp_path / "d" / src.name)
    assert options(dst, "capped") == {} and set(indexes(dst, "capped")) == {"_id_", "a_1"}
    assert ids(dst, "capped") == list(range(10))


def test_61_what_a_server_keeps_for_itself_is_not_restored(server, dst, tmp_path):
    write_dump(tmp_path / "d", dst.name, {n: [{"_id": 1}] for n in ("t", "system.profile", "system.js")})
    write_dump(tmp_path / "d", "config", {n: [{"_id": "of the dump"}] for n in ("cache.chunks.x", "mine")})
    before = set(server.client.config.list_collection_names())
    restore("--uri", server.uri, tmp_path / "d")
    assert ids(dst) == [1] == ids(dst, "system.js") and "system.profile" not in dst.list_collection_names()
    assert set(server.client.config.list_collection_names()) - before == set()


def test_62_collections_that_are_there_keep_their_options_and_the_others_get_those_of_the_dump(server, dst, tmp_path):
    names = [f"c{i}" for i in range(12)]
    write_dump(tmp_path / "d", dst.name, {n: [{"_id": n}] for n in names},
               metadata={n: metadata(n, capped=True, size=4096) for n in names})
    for name in names[::2]:
        dst.create_collection(name)
    restore("--uri", server.uri, tmp_path / "d")
    assert [bool(options(dst, n)) for n in names] == [False, True] * 6
    assert all(ids(dst, n) == [n] for n in names)


def test_63_uuids_are_new_unless_they_are_to_be_preserved(server, src, tmp_path):
    fill(src)
    before = uuid_of(src, "items")
    dump("--uri", server.uri_of(src.name), "--compress=none", "-o", tmp_path / "d")
    folder = tmp_path / "d" / src.name
    failed(run("restore", "--uri", server.uri, "--preserveUUID", folder), 2, "preserveUUID", "drop")
    restore("--uri", server.uri, "--drop", folder)
    assert uuid_of(src, "items") != before
    restore("--uri", server.uri, "--drop", "--preserveUUID", folder)
    assert uuid_of(src, "items") == before and src["items"].count_documents({}) == 300
    write_dump(tmp_path / "without", src.name, {"no_uuid": [{"_id": 1}]})
    restore("--uri", server.uri, "--drop", "--preserveUUID", tmp_path / "without")
    assert ids(src, "no_uuid") == [1]


def test_64_zero_timestamps_come_back_and_leave_existing_documents_alone(server, dst, tmp_path):
    zero = Timestamp(0, 0)
    documents = [{"_id": 1, "ts": zero}, {"_id": 2, "d": {"a": [zero]}}, {"_id": zero}, {"_id": 3, "ts": zero, "x": 1}]
    write_dump(tmp_path / "d", dst.name, {"t": documents})
    dst.t.insert_one({"_id": 3, "mine": True})
    failed(run("restore", "--uri", server.uri, tmp_path / "d", cwd=tmp_path), 3, "reject")
    expected = [*map(bson.encode, documents[:3]), bson.encode({"_id": 3, "mine": True})]
    assert sorted(raw_documents(dst.t)) == sorted(expected) and [r["_id"] for r in rejects(tmp_path)] == [3]
