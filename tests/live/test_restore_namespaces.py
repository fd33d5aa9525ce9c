"""Which namespaces haul-restore restores and under which names, as mongorestore has it."""
import datetime

import pytest

from support.haul import (assert_same, dump, failed, fill, fingerprint, restore, run, succeeded, tree, write_dump)

HELD = ["alpha.users", "alpha.users_old", "alpha.a.b", "beta.users", "beta.log", "alpha.st*r", "alpha.p+us"]


@pytest.fixture
def held(names, tmp_path):
    """A dump directory that holds HELD; each database name carries the test's own prefix."""
    prefix = names("") + "x"
    for ns in HELD:
        db, collection = ns.split(".", 1)
        stem = collection.replace("*", "%2A").replace("+", "%2B")
        write_dump(tmp_path / "d", prefix + db, {stem: [{"_id": ns}]}, metadata={
            stem: '{"indexes":[],"collectionName":"%s","type":"collection"}' % collection})
    return prefix


def restored(server, prefix):
    """{target namespace without the prefix: the source namespace that its document names}"""
    found = {}
    for name in server.client.list_database_names():
        if name.startswith(prefix):
            for c in server.client[name].list_collection_names():
                documents = [d["_id"] for d in server.client[name].get_collection(c).find()]
                found[f"{name[len(prefix):]}.{c}"] = documents[0] if len(documents) == 1 else documents
    return found


@pytest.fixture(autouse=True)
def clean(server):
    yield
    for name in server.client.list_database_names():
        if name.startswith("test_"):
            server.client.drop_database(name)


SELECT = {
    "everything": ([], set(HELD)),
    "one": (["--nsInclude=@alpha.users"], {"alpha.users"}),
    "a prefix": (["--nsInclude=@alpha.users*"], {"alpha.users", "alpha.users_old"}),
    "a collection of any database": (["--nsInclude=*.users"], {"alpha.users", "beta.users"}),
    "two patterns": (["--nsInclude=*.users", "--nsInclude=@beta.*"], {"alpha.users", "beta.users", "beta.log"}),
    "exclude": (["--nsExclude=@alpha.*"], {"beta.users", "beta.log"}),
    "exclude wins": (["--nsInclude=@alpha.*", "--nsExclude=*.users*", "--nsExclude=*\\**"],
                     {"alpha.a.b", "alpha.p+us"}),
    "a literal star": ([r"--nsInclude=@alpha.st\*r"], {"alpha.st*r"}),
    "stars match dots": (["--nsInclude=@alpha.a*"], {"alpha.a.b"}),
    "patterns are anchored": (["--nsInclude=*.user", "--nsInclude=*.log"], {"beta.log"}),
    "case counts": (["--nsInclude=*.USERS", "--nsInclude=*.log"], {"beta.log"}),
    "no regular expressions": (["--nsInclude=*.user.", "--nsInclude=*.lo[g]", "--nsInclude=*.log"], {"beta.log"}),
    "db": (["--db=@beta"], {"beta.users", "beta.log"}),
    "db and collection": (["--db=@beta", "--collection=log"], {"beta.log"}),
}


@pytest.mark.parametrize("case", SELECT)
def test_selects(server, held, tmp_path, case):
    options, expected = SELECT[case]
    restore("--uri", server.uri, tmp_path / "d", *(o.replace("@", held) for o in options))
    assert restored(server, held) == {ns: ns for ns in expected}


RENAME = {
    "one collection": ([("@alpha.users", "@alpha.people")], {"alpha.users": "alpha.people"}),
    "a database": ([("@alpha.*", "@gamma.*")],
                   {ns: ns.replace("alpha.", "gamma.") for ns in HELD if ns.startswith("alpha.")}),
    "swap two databases": ([("@alpha.*", "@beta.*"), ("@beta.*", "@alpha.*")],
                           {ns: ("beta" if ns[0] == "a" else "alpha") + ns[ns.index("."):] for ns in HELD}),
    "stars stand for stars by position": ([("@*.users*", "@new_*.people*")],
                                          {"alpha.users": "new_alpha.people", "beta.users": "new_beta.people",
                                           "alpha.users_old": "new_alpha.people_old"}),
    "variables in another order": ([("@$db$.users", "@by_name.users_$db$")],
                                   {"alpha.users": "by_name.users_alpha", "beta.users": "by_name.users_beta"}),
    "a variable twice": ([("@beta.$c$", "@beta.$c$_$c$")],
                         {"beta.users": "beta.users_users", "beta.log": "beta.log_log"}),
    "two variables": ([("@$db$.$c$", "@all.$db$__$c$")],
                      {ns: "all." + ns.replace(".", "__", 1) for ns in HELD}),
    "the last pair that matches wins": ([("@alpha.*", "@first.*"), ("*.users", "*.last"),
                                         ("@alpha.users_old", "@only.this")],
                                        {"alpha.users": "alpha.last", "beta.users": "beta.last",
                                         "alpha.users_old": "only.this", "alpha.a.b": "first.a.b",
                                         "alpha.st*r": "first.st*r", "alpha.p+us": "first.p+us"}),
    "no chains": ([("@alpha.users", "@beta.zzz"), ("@beta.zzz", "@gamma.zzz")], {"alpha.users": "beta.zzz"}),
    "an escaped star": ([(r"@alpha.st\*r", "@alpha.star")], {"alpha.st*r": "alpha.star"}),
    "to a name with dots": ([("@beta.log", "@beta.a.b.c")], {"beta.log": "beta.a.b.c"}),
    "nothing matches": ([("@other.*", "@x.*")], {}),
}


def pairs(prefix, renames, separate=False):
    options = [(f"--nsFrom={a.replace('@', prefix)}", f"--nsTo={b.replace('@', prefix)}") for a, b in renames]
    flat = [o for pair in options for o in pair]
    return sorted(flat) if separate else flat


@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("case", RENAME)
def test_renames(server, held, tmp_path, case, separate):
    renames, moved = RENAME[case]
    if separate and len(renames) > 1:
        options = [o for o in pairs(held, renames) if "From" in o] + [o for o in pairs(held, renames) if "To" in o]
    else:
        options = pairs(held, renames)
    restore("--uri", server.uri, tmp_path / "d", *options)
    assert restored(server, held) == {moved.get(ns, ns): ns for ns in HELD}


MISUSE = {
    "from without to": ["--nsFrom=a.*"],
    "to without from": ["--nsTo=a.*"],
    "unequal numbers": ["--nsFrom=a.*", "--nsTo=b.*", "--nsFrom=c.*"],
    "unequal stars": ["--nsFrom=a.*.*", "--nsTo=b.*"],
    "an unknown variable": ["--nsFrom=a.$c$", "--nsTo=b.$d$"],
    "a repeated variable": ["--nsFrom=$c$.$c$", "--nsTo=b.$c$"],
    "an open variable": ["--nsFrom=a.$c", "--nsTo=b.$c$"],
    "a variable in an include": ["--nsInclude=$db$.x"],
    "a target without a collection": ["--nsFrom=@alpha.users", "--nsTo=nodot"],
    "an empty target": ["--nsFrom=@alpha.users", "--nsTo="],
    "a database name that no server takes": ["--nsFrom=@alpha.users", "--nsTo=a/b.users"],
    "two sources onto one target": ["--nsFrom=@alpha.users", "--nsTo=@beta.users"],
    "many sources onto one target": ["--nsFrom=@$db$.$c$", "--nsTo=@all.one"],
    "nothing selected": ["--nsInclude=no.such"],
    "an unknown database": ["--db=no_such"],
    "an unknown collection": ["--db=@alpha", "--collection=no_such"],
    "a collection without a database": ["--collection=users"],
    "everything excluded": ["--nsExclude=*"],
}


@pytest.mark.parametrize("case", MISUSE)
def test_refuses_before_anything_is_touched(server, held, tmp_path, case):
    before = tree(tmp_path)
    options = [o.replace("@", held) for o in MISUSE[case]]
    failed(run("restore", "--uri", server.uri, tmp_path / "d", *options, cwd=tmp_path), 2)
    assert restored(server, held) == {}
    assert tree(tmp_path) == before


def test_two_sources_onto_one_target_are_both_named(server, held, tmp_path):
    failed(run("restore", "--uri", server.uri, tmp_path / "d", f"--nsFrom={held}alpha.users",
               f"--nsTo={held}beta.users"), 2, f"{held}alpha.users", f"{held}beta.users")


def test_a_folder_is_renamed_by_the_database_of_the_uri_or_db(server, held, tmp_path):
    folder = tmp_path / "d" / f"{held}beta"
    restore("--uri", server.uri_of(f"{held}one"), folder)
    restore("--uri", server.uri, "--db", f"{held}two", folder)
    restore("--uri", server.uri, f"--db={held}three", "--collection=log", folder)
    restore("--uri", server.uri, f"--db={held}four", "--collection=journal", folder / "log.bson")
    restore("--uri", server.uri, folder)
    assert restored(server, held) == {
        "one.users": "beta.users", "one.log": "beta.log", "two.users": "beta.users", "two.log": "beta.log",
        "three.log": "beta.log", "four.journal": "beta.log", "beta.users": "beta.users", "beta.log": "beta.log"}


def test_dir_names_the_directory_too(server, held, tmp_path):
    restore("--uri", server.uri, "--dir", tmp_path / "d", "--nsInclude", f"{held}beta.log")
    assert restored(server, held) == {"beta.log": "beta.log"}


def test_a_time_series_collection_is_renamed_by_its_logical_name(server, src, dst, tmp_path):
    for name in ("ts", "a_ts"):
        src.command("create", name, timeseries={"timeField": "t", "metaField": "m"})
        src[name].insert_many([{"t": datetime.datetime(2024, 1, 1), "m": i, "v": i} for i in range(20)])
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    for name in ("ts", "a_ts"):
        restore("--uri", server.uri, tmp_path / "d", "--nsInclude", f"{src.name}.{name}",
                "--nsFrom", f"{src.name}.{name}", "--nsTo", f"{dst.name}.new_{name}")
        assert sorted(d["v"] for d in dst[f"new_{name}"].find()) == list(range(20))
    kinds = {c["name"]: c["type"] for c in dst.command("listCollections")["cursor"]["firstBatch"]}
    assert kinds["new_ts"] == kinds["new_a_ts"] == "timeseries"
    assert not [n for n in kinds if "ts" in n and "new_" not in n and n != "system.views"]


def test_a_dump_comes_back_under_another_database_name_with_everything(server, src, dst, tmp_path):
    fill(src)
    src.command("create", "few", viewOn="items", pipeline=[{"$match": {"n": 1}}])
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    restore("--uri", server.uri, "--nsFrom", f"{src.name}.*", "--nsTo", f"{dst.name}.*", tmp_path / "d")
    assert_same(server.client, src.name, dst.name)


def test_a_dry_run_names_the_targets_and_touches_nothing(server, src, dst, tmp_path):
    fill(src)
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    fill(dst, 5)
    before, files = fingerprint(server.client, dst.name), tree(tmp_path)
    result = succeeded(run("restore", "--uri", server.uri_of(dst.name), "--dryRun", "--drop",
                           tmp_path / "d" / src.name, cwd=tmp_path))
    assert f"{dst.name}.items" in result.out + result.err
    assert fingerprint(server.client, dst.name) == before and tree(tmp_path) == files


def test_the_target_is_named_before_the_first_write(server, src, dst, tmp_path):
    fill(src)
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    result = restore("--uri", server.uri_of(dst.name), tmp_path / "d" / src.name)
    assert "127.0.0.1" in result.err and dst.name in result.err
