"""Users and roles restored into another database, and a --drop that does not lock anybody out."""
import subprocess

import pymongo
import pytest

from support.haul import dump, environment, failed, fill, restore, run, tool
from support.mongod import Mongod


@pytest.fixture(scope="module")
def server():
    with Mongod(auth=True) as started:
        yield started


@pytest.fixture
def shop(server):
    client = server.client
    for name in ("shop", "copy"):
        client.drop_database(name)
        client[name].command("dropAllUsersFromDatabase")
        client[name].command("dropAllRolesFromDatabase")
    client.admin.command("dropAllRolesFromDatabase")
    for user in client.admin.command("usersInfo")["users"]:
        if user["user"] != "root":
            client.admin.command("dropUser", user["user"])
    db = client.shop
    fill(db, 30)
    db.command("createRole", "reader", roles=[], privileges=[
        {"resource": {"db": "shop", "collection": "items"}, "actions": ["find"]}])
    db.command("createUser", "anna", pwd="anna", roles=["reader", {"role": "read", "db": "shop"}])
    db.command("createUser", "bert", pwd="bert", roles=[{"role": "readWrite", "db": "other"}])
    return db


def names(db):
    return sorted(u["user"] for u in db.command("usersInfo")["users"])


def reads(server, user, database, collection="items"):
    client = pymongo.MongoClient(server.uri_for("", user, user, authSource=database))
    try:
        return client[database][collection].count_documents({}) > 0
    except pymongo.errors.OperationFailure:
        return False
    finally:
        client.close()


def check_copy(server, collection="items"):
    copy = server.client.copy
    assert names(copy) == ["anna", "bert"] and names(server.client.shop) == ["anna", "bert"]
    user = copy.command("usersInfo", "anna")["users"][0]
    assert sorted((r["role"], r["db"]) for r in user["roles"]) == [("read", "copy"), ("reader", "copy")]
    assert copy.command("usersInfo", "bert")["users"][0]["roles"] == [{"role": "readWrite", "db": "other"}]
    role = copy.command("rolesInfo", "reader", showPrivileges=True)["roles"][0]
    assert role["privileges"][0]["resource"] == {"db": "copy", "collection": collection}
    assert user["userId"] != server.client.shop.command("usersInfo", "anna")["users"][0]["userId"]
    assert reads(server, "anna", "copy", collection) and reads(server, "anna", "shop")
    assert not [n for n in server.client.admin.list_collection_names() if "temp" in n]


@pytest.mark.parametrize("drop", [[], ["--drop"]])
def test_users_of_a_folder_go_with_it_to_another_database(server, shop, tmp_path, drop):
    """mongorestore restores none of them and says nothing."""
    dump("--uri", server.uri_of(), "-d", "shop", "--dumpDbUsersAndRoles", "-o", tmp_path / "d")
    assert "from shop" in restore("--uri", server.uri_of(), "-d", "copy", "--restoreDbUsersAndRoles", "--dryRun",
                                  tmp_path / "d" / "shop").out
    result = restore("--uri", server.uri_of(), "-d", "copy", "--restoreDbUsersAndRoles", *drop, tmp_path / "d" / "shop")
    assert "merged 2 users and 1 role" in result.err
    check_copy(server)


def test_users_follow_a_rename_of_their_database_out_of_a_root(server, shop, tmp_path):
    dump("--uri", server.uri_of(), "-d", "shop", "--dumpDbUsersAndRoles", "-o", tmp_path / "d")
    restore("--uri", server.uri_of(), "-d", "shop", "--restoreDbUsersAndRoles", "--nsFrom", "shop.*", "--nsTo", "copy.my_*",
            tmp_path / "d")
    check_copy(server, "my_items")


def test_users_of_one_database_are_taken_out_of_a_dump_of_all_and_renamed(server, shop, tmp_path):
    dump("--uri", server.uri_of(), "-o", tmp_path / "d")
    restore("--uri", server.uri_of(), "-d", "shop", "--restoreDbUsersAndRoles", "--nsFrom", "shop.*", "--nsTo", "copy.*",
            tmp_path / "d")
    check_copy(server)
    shop.command("dropUser", "anna")
    result = restore("--uri", server.uri_of(), "-d", "shop", "--restoreDbUsersAndRoles", "--nsInclude", "shop.nothing*",
                     "--allowMissing", tmp_path / "d")
    assert "merged 2 users and 1 role" in result.err and names(shop) == ["anna", "bert"]


def test_a_drop_does_not_lock_out_whoever_restores(server, shop, tmp_path):
    """The dump does not hold them: the server would drop the user and the role in the middle of the run."""
    dump("--uri", server.uri_of(), "-o", tmp_path / "d")
    admin = server.client.admin
    admin.command("createRole", "base", privileges=[], roles=["restore"])
    admin.command("createRole", "operators", privileges=[], roles=["base", "readWriteAnyDatabase"])
    admin.command("createUser", "operator", pwd="operator", roles=["operators"])
    admin.command("createUser", "later", pwd="later", roles=[])
    result = restore("--uri", server.uri_for("", "operator", "operator"), "--drop", tmp_path / "d", "--nsInclude", "*",
                     "--nsExclude", "config.*")
    assert "admin.operator" in result.err and "admin.operators" in result.err
    assert names(admin) == ["operator", "root"], "later is dropped, as asked"
    assert names(shop) == ["anna", "bert"]
    assert sorted(r["role"] for r in admin.command("rolesInfo", 1)["roles"]) == ["base", "operators"]
    client = pymongo.MongoClient(server.uri_for("", "operator", "operator"))
    assert client.shop["items"].count_documents({}) == 30
    client.close()
    assert not [n for n in admin.list_collection_names() if "temp" in n]


def test_the_role_restore_may_keep_uuids_and_drop_first_but_not_swap(server, shop, tmp_path):
    dump("--uri", server.uri_of("shop"), "-o", tmp_path / "d")
    server.client.admin.command("createUser", "operator", pwd="operator", roles=["restore"])
    uri = server.uri_for("shop", "operator", "operator")
    uuid = next(c["info"]["uuid"] for c in shop.list_collections())
    failed(run("restore", "--uri", uri, "--drop", tmp_path / "d" / "shop"), 6, "dropFirst", "nothing was touched")
    assert next(c["info"]["uuid"] for c in shop.list_collections()) == uuid
    restore("--uri", uri, "--dropFirst", tmp_path / "d" / "shop")
    assert next(c["info"]["uuid"] for c in shop.list_collections()) != uuid
    restore("--uri", uri, "--drop", "--preserveUUID", tmp_path / "d" / "shop")
    assert next(c["info"]["uuid"] for c in shop.list_collections()) == uuid
    assert shop["items"].count_documents({}) == 30 and "by_n" in shop["items"].index_information()


def test_under_the_name_of_mongorestore_drop_needs_no_more_rights_than_it(server, shop, tmp_path):
    dump("--uri", server.uri_of("shop"), "-o", tmp_path / "d")
    server.client.admin.command("createUser", "operator", pwd="operator", roles=["restore"])
    (tmp_path / "mongorestore").symlink_to(tool("restore"))
    result = subprocess.run([tmp_path / "mongorestore", "--uri", server.uri_for("", "operator", "operator"), "--drop",
                             tmp_path / "d"], capture_output=True, text=True, check=True, env=environment())
    assert "shop.items: dropped first (the user has no right to rename" in result.stderr
    assert shop["items"].count_documents({}) == 30


def test_what_a_killed_run_left_of_users_is_dropped_and_never_merged(server, shop, tmp_path):
    dump("--uri", server.uri_of(), "-d", "shop", "--dumpDbUsersAndRoles", "-o", tmp_path / "d")
    server.client.admin.tempusers.insert_one({"_id": "shop.evil", "user": "evil", "db": "shop", "credentials": {},
                                              "roles": [{"role": "root", "db": "admin"}]})
    server.client.admin.temproles.insert_one({"_id": "shop.evil", "role": "evil", "db": "shop", "roles": [], "privileges": []})
    held = dump("--uri", server.uri_of(), "-o", tmp_path / "all")
    assert "admin.tempusers" in held.err and not list((tmp_path / "all" / "admin").glob("temp*"))
    restore("--uri", server.uri_of(), "-d", "shop", "--restoreDbUsersAndRoles", tmp_path / "d" / "shop")
    assert names(shop) == ["anna", "bert"]
    assert not [n for n in server.client.admin.list_collection_names() if "temp" in n]


def test_users_that_the_dump_does_not_hold_are_no_success(server, shop, tmp_path):
    dump("--uri", server.uri_of(), "-d", "shop", "-o", tmp_path / "d")
    failed(run("restore", "--uri", server.uri_of(), "-d", "copy", "--restoreDbUsersAndRoles", tmp_path / "d" / "shop"), 2,
           "users and roles of shop", "dumpDbUsersAndRoles")
