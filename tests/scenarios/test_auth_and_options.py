"""Scenarios 88, 90 and 91: users, roles and rights; unreachable members; URIs against options."""

import bson
import pymongo
import pytest
from pymongo.errors import OperationFailure

from support.haul import data_file, dump, failed, fill, plain, restore, run, split_bson, tree
from support.mongod import Mongod


@pytest.fixture
def shop(auth_server):
    """Two databases with users and a role each, and one who may save and one who may restore."""
    client = auth_server.client
    for name in ("shop", "depot", "elsewhere"):
        client.drop_database(name)
        client[name].command("dropAllUsersFromDatabase")
        client[name].command("dropAllRolesFromDatabase")
    client.admin.command("dropAllRolesFromDatabase")
    for user in client.admin.command("usersInfo")["users"]:
        if user["user"] != "root":
            client.admin.command("dropUser", user["user"])
    for name in ("shop", "depot"):
        fill(client[name], 20)
        client[name].command("createRole", "reader", roles=[], privileges=[
            {"resource": {"db": name, "collection": ""}, "actions": ["listCollections"]},
            {"resource": {"db": name, "collection": "items"}, "actions": ["find", "listIndexes", "collStats"]}])
        client[name].command("createUser", "anna", pwd="old", roles=["reader"])
    client.admin.command("createUser", "saver", pwd="saver", roles=["backup"])
    client.admin.command("createUser", "restorer", pwd="restorer", roles=["restore"])
    client.admin.command("createRole", "watcher", privileges=[], roles=["clusterMonitor"])
    client.admin.command("createUser", "wanda", pwd="wanda", roles=["watcher"])
    return client


def names(client, database):
    return {u["user"] for u in client[database].command("usersInfo")["users"]}


def roles(client, database):
    return {r["role"] for r in client[database].command("rolesInfo", 1)["roles"]}


def can_log_in(server, user, password, database):
    client = pymongo.MongoClient(server.uri_for("", user, password, authSource=database))
    try:
        client[database].command("connectionStatus")
        return True
    except OperationFailure as error:
        assert error.code == 18, error
        return False
    finally:
        client.close()


def test_88_a_role_of_one_collection_dumps_that_one_alone(auth_server, shop, tmp_path):
    fill(shop.shop, 5, "secrets")
    login = auth_server.uri_for("shop", "anna", "old", authSource="shop")
    dump("--uri", login, "-c", "items", "-o", tmp_path / "one")
    assert len(split_bson(plain(data_file(tmp_path / "one", "shop", "items")))) == 20
    failed(run("dump", "--uri", login, "-c", "secrets", "-o", tmp_path / "other"), 6, "shop.secrets")
    failed(run("dump", "--uri", login, "-o", tmp_path / "all"), 6, "shop")
    assert [p.name for p in tmp_path.iterdir() if (p / "manifest.json").exists()] == ["one"]


def test_88_the_roles_backup_and_restore_do_what_they_say_and_no_more(auth_server, shop, tmp_path):
    saver, restorer = (auth_server.uri_for("", name, name) for name in ("saver", "restorer"))
    dump("--uri", saver, "-o", tmp_path / "d")
    failed(run("dump", "--uri", restorer, "-d", "shop", "-o", tmp_path / "e"), 6)
    shop.drop_database("shop")
    failed(run("restore", "--uri", saver, "--nsInclude=shop.*", tmp_path / "d", cwd=tmp_path), 6)
    assert shop.shop.list_collection_names() == []
    restore("--uri", restorer, "--nsInclude=shop.*", tmp_path / "d")
    assert shop.shop.items.count_documents({}) == 20


def test_88_a_whole_restore_brings_all_users_and_roles_back(auth_server, shop, tmp_path):
    dump("--uri", auth_server.uri, "-o", tmp_path / "d")
    for name in ("shop", "depot"):
        shop.drop_database(name)
        shop[name].command("dropAllUsersFromDatabase")
        shop[name].command("dropAllRolesFromDatabase")
    shop.admin.command("dropUser", "wanda")
    shop.admin.command("dropRole", "watcher")
    restore("--uri", auth_server.uri, tmp_path / "d")
    assert names(shop, "shop") == names(shop, "depot") == {"anna"}
    assert names(shop, "admin") == {"root", "saver", "restorer", "wanda"} and roles(shop, "admin") == {"watcher"}
    assert can_log_in(auth_server, "anna", "old", "depot") and can_log_in(auth_server, "wanda", "wanda", "admin")
    assert roles(shop, "shop") == {"reader"}


@pytest.mark.parametrize("drop", [False, True])
def test_88_drop_undoes_what_was_changed_since_and_stays_logged_in(auth_server, shop, tmp_path, drop):
    dump("--uri", auth_server.uri, "-o", tmp_path / "d")
    shop.shop.command("updateUser", "anna", pwd="new")
    shop.shop.command("createUser", "later", pwd="later", roles=[])
    shop.shop.command("createRole", "newer", privileges=[], roles=[])
    restore("--uri", auth_server.uri, *(["--drop"] if drop else []), tmp_path / "d")
    assert names(shop, "shop") == ({"anna"} if drop else {"anna", "later"})
    assert roles(shop, "shop") == ({"reader"} if drop else {"reader", "newer"})
    assert can_log_in(auth_server, "anna", "old" if drop else "new", "shop")
    assert shop.shop.items.count_documents({}) == 20


@pytest.mark.parametrize("dumped", [False, True])
@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("drop", [False, True])
def test_88_users_of_one_database_come_with_both_options_and_only_then(auth_server, shop, tmp_path, dumped, asked, drop):
    dump("--uri", auth_server.uri, "-d", "shop", *(["--dumpDbUsersAndRoles"] if dumped else []), "-o", tmp_path / "d")
    shop.drop_database("shop")
    shop.shop.command("dropUser", "anna")
    shop.shop.command("dropRole", "reader")
    shop.shop.command("createUser", "later", pwd="later", roles=[])
    result = run("restore", "--uri", auth_server.uri, "-d", "shop", *(["--restoreDbUsersAndRoles"] if asked else []),
                 *(["--drop"] if drop else []), tmp_path / "d" / "shop", cwd=tmp_path)
    if asked and not dumped:
        failed(result, 2, "users")
        assert shop.shop.list_collection_names() == [] and names(shop, "shop") == {"later"}
        return
    assert result.code == 0, result
    expected = {"later"} if not asked else {"anna"} if drop else {"anna", "later"}
    assert names(shop, "shop") == expected and roles(shop, "shop") == ({"reader"} if asked else set())
    assert names(shop, "depot") == {"anna"}, "other databases keep theirs"


@pytest.mark.parametrize("options", [[], ["--tempUsersColl=mine", "--tempRolesColl=ours"]])
def test_88_what_an_earlier_run_left_in_the_temporary_collections_becomes_no_user(auth_server, shop, tmp_path, options):
    dump("--uri", auth_server.uri, "-d", "shop", "--dumpDbUsersAndRoles", "-o", tmp_path / "d")
    left = shop.admin["system.users"].find_one({"user": "anna", "db": "shop"}) | {"_id": "shop.left", "user": "left"}
    shop.shop.command("dropUser", "anna")
    shop.admin.tempusers.insert_one(left)
    shop.admin.temproles.insert_one({"_id": "shop.left", "role": "left", "db": "shop", "privileges": [], "roles": []})
    restore("--uri", auth_server.uri, "-d", "shop", "--restoreDbUsersAndRoles", *options, tmp_path / "d" / "shop")
    assert names(shop, "shop") == {"anna"} and roles(shop, "shop") == {"reader"}
    assert not [name for name in shop.admin.list_collection_names() if name in ("mine", "ours")]
    for name in ("tempusers", "temproles"):
        shop.admin.drop_collection(name)


SCHEMAS = {"5": (5, 0), "3": (3, 0), "1": (1, 12), "4": (4, 12), "none": (None, 0)}


@pytest.mark.parametrize("case", SCHEMAS)
def test_88_the_schema_of_dumped_users_decides(auth_server, shop, tmp_path, case):
    schema, code = SCHEMAS[case]
    dump("--uri", auth_server.uri, "-d", "shop", "--dumpDbUsersAndRoles", "-o", tmp_path / "d", "--compress=none")
    for path in (tmp_path / "d").glob("manifest*"):
        path.unlink()
    version = data_file(tmp_path / "d", "shop", "$admin.system.version")
    documents = [bson.encode({"_id": "authSchema", "currentVersion": schema})] if schema else []
    version.write_bytes(b"".join(documents))
    shop.shop.command("dropUser", "anna")
    result = run("restore", "--uri", auth_server.uri, "-d", "shop", "--restoreDbUsersAndRoles",
                 tmp_path / "d" / "shop", cwd=tmp_path)
    assert result.code == code, result
    assert names(shop, "shop") == (set() if code else {"anna"})


def test_90_a_secondary_takes_no_restore_and_missing_members_no_write_concern(tmp_path):
    with Mongod(members=3) as server:
        fill(server.client.shop, 20)
        dump("--uri", server.uri_of("shop"), "-o", tmp_path / "d")
        secondary = next(i for i in range(3) if i != server.primary())
        folder, target = tmp_path / "d" / "shop", f"127.0.0.1:{server.ports[secondary]}"
        for address in (["--host", target], ["--uri", f"mongodb://{target}/?directConnection=true"]):
            failed(run("restore", *address, "-d", "copy", folder, cwd=tmp_path), 5, "primary", "hint")
        server.kill(secondary)
        result = run("restore", "--uri", server.uri_of("copy"), "--writeConcern={w: 3, wtimeout: 300}", folder,
                     "--retryFor=1s", cwd=tmp_path)
        assert result.code not in (0, 3), result
        assert "waiting for replication" in result.err, str(result)
        # By default an index build waits for every member that votes.
        restore("--uri", server.uri_of("other"), "--writeConcern=majority", folder)
        assert "by_n" in server.client.other.items.index_information()
        server.client.close()


CONFLICTS = {
    "two URIs": (["mongodb://a/", "mongodb://b/"], ["uri"]),
    "a positional and --uri": (["mongodb://a/", "--uri=mongodb://b/"], ["uri"]),
    "hosts": (["mongodb://a/", "--host=b"], ["host"]), "ports": (["mongodb://a:1/", "--port=2"], ["port"]),
    "databases": (["mongodb://a/x", "--db=y"], ["db", "x", "y"]),
    "users": (["mongodb://u:p@a/", "--username=v"], ["user"]),
    "passwords": (["mongodb://u:S3cr3t@a/", "--password=t0psecret"], ["password"]),
    "authentication databases": (["mongodb://a/?authSource=x", "--authenticationDatabase=y"], ["authSource"]),
    "mechanisms": (["mongodb://u:p@a/?authMechanism=PLAIN&authSource=%24external",
                    "--authenticationMechanism=SCRAM-SHA-1"], ["authMechanism", "PLAIN"]),
    "set names": (["mongodb://a/?replicaSet=x", "--host=y/a"], ["set", "host"]),
    "compressors": (["mongodb://a/?compressors=zlib", "--compressors=zstd"], ["compressors"]),
    "TLS": (["mongodb://a/?tls=false", "--tls"], ["tls"]),
    "CAs": (["mongodb://a/?tls=true&tlsCAFile=/x", "--tlsCAFile=/y"], ["tlsCAFile"]),
    "read preferences": (["mongodb://a/?readPreference=primary", "--readPreference=nearest"], ["readPreference"]),
}


@pytest.mark.parametrize("case", CONFLICTS)
def test_91_a_uri_and_options_that_differ_are_refused(tmp_path, case):
    """mongodump lets the URI win over --readPreference without a word."""
    options, words = CONFLICTS[case]
    result = failed(run("dump", *options, cwd=tmp_path, timeout=20), 2, *words)
    assert "S3cr3t" not in result.err and "t0psecret" not in result.err


@pytest.mark.parametrize("options", [["--readPreference=primary"], ["--host=127.0.0.1:{port}"], ["--db={db}"],
                                     ["--host=rs/127.0.0.1:{port}"]])
def test_91_a_uri_and_options_that_agree_are_taken(server, src, tmp_path, options):
    fill(src, 3)
    port = str(server.client.address[1])
    arguments = [o.replace("{port}", port).replace("{db}", src.name) for o in options]
    uri = server.uri_of(src.name) + "&readPreference=primary"
    dump(uri, *arguments, "-o", tmp_path / "d")
    assert data_file(tmp_path / "d", src.name, "items")


def test_91_a_uri_stands_anywhere_on_the_command_line(server, src, dst, tmp_path):
    fill(src, 9)
    dump("-o", tmp_path / "d", server.uri_of(src.name), "-c", "items")
    restore(tmp_path / "d" / src.name, server.uri_of(dst.name))
    assert dst["items"].count_documents({}) == 9
    restore(server.uri_of(dst.name), "--drop", tmp_path / "d" / src.name)
    assert dst["items"].count_documents({}) == 9


CONFIGS = {"an unknown key": ("nonsense: 1\n", "nonsense"), "no YAML": ("uri: [\n", "config"),
           "a list": ("- uri\n", "config"), "a missing file": (None, "haul.yaml")}


@pytest.mark.parametrize("case", CONFIGS)
def test_91_a_config_file_that_cannot_be_meant_is_refused(tmp_path, case):
    text, word = CONFIGS[case]
    if text:
        (tmp_path / "haul.yaml").write_text(text)
        (tmp_path / "haul.yaml").chmod(0o600)
    failed(run("dump", "--config=haul.yaml", cwd=tmp_path, timeout=20), 2, word)


def test_91_a_config_file_holds_uri_and_password_and_no_warning_is_due(auth_server, shop, tmp_path):
    config = tmp_path / "haul.yaml"
    for text, warned in ((f"uri: {auth_server.uri_for('shop', 'saver', 'saver')}\n", False),
                         (f"uri: {auth_server.uri_for('shop', 'saver')}\npassword: saver\n", False)):
        config.write_text(text)
        config.chmod(0o600)
        result = dump("--config", config, "-o", tmp_path / "d", "--overwrite")
        assert ("command line" in result.err) == warned
    for options in ([auth_server.uri_for("shop", "saver", "saver")],
                    [auth_server.uri_for("shop", "saver"), "--password=saver"]):
        assert "command line" in dump(*options, "-o", tmp_path / "d", "--overwrite").err


def test_91_parameters_of_a_uri_that_nobody_knows_are_named(server, src, tmp_path):
    fill(src, 3)
    result = dump("--uri", server.uri_of(src.name) + "&nonsuch=1", "-o", tmp_path / "d")
    assert "nonsuch" in result.err and "warning" in result.err.lower()
