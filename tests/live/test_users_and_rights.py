"""Users and roles in a dump, and the rights that a run needs."""
import os
import pathlib
import signal
import subprocess

import pymongo
import pytest
from pymongo.errors import OperationFailure

from support.haul import (dump, environment, failed, fill_all_kinds, finish, fingerprint, restore, run, start,
                          tool, tree, rejects)

SECRET = "s3cret-Pa55:w/rd"


@pytest.fixture
def shop(auth_server):
    """A database with users and roles of its own; users for backup and restore in admin."""
    client = auth_server.client
    for name in ("shop", "shop2"):
        client.drop_database(name)
        client[name].command("dropAllUsersFromDatabase")
        client[name].command("dropAllRolesFromDatabase")
    client.admin.command("dropAllRolesFromDatabase")
    for user in client.admin.command("usersInfo")["users"]:
        if user["user"] != "root":
            client.admin.command("dropUser", user["user"])
    db = client.shop
    fill_all_kinds(db).drop_collection("weather")  # one that exists would be refused without --drop
    db.command("createRole", "reader", privileges=[
        {"resource": {"db": "shop", "collection": "items"}, "actions": ["find"]}], roles=[])
    db.command("createUser", "anna", pwd="anna", roles=["reader"])
    db.command("createUser", "bert", pwd="bert", roles=["readWrite"])
    client.admin.command("createUser", "backup", pwd=SECRET, roles=["backup"])
    client.admin.command("createUser", "restore", pwd=SECRET, roles=["restore"])
    return db


def users(db):
    return sorted((u["user"], str(u["roles"])) for u in db.command("usersInfo")["users"])


def can_log_in(server, user, password, database):
    client = pymongo.MongoClient(server.uri_for("", user, password, authSource=database))
    try:
        client[database].command("ping")
        client[database].list_collection_names()
        return True
    except OperationFailure as e:
        return e.code == 13  # logged in, but may not list
    finally:
        client.close()


def test_users_and_roles_of_a_database_come_back(auth_server, shop, tmp_path):
    dump("--uri", auth_server.uri_of(), "--db=shop", "--dumpDbUsersAndRoles", "-o", tmp_path / "d")
    assert any(p.startswith("shop/$admin.system.users.bson") for p in tree(tmp_path / "d"))
    before, roles = users(shop), shop.command("rolesInfo", 1, showPrivileges=True)["roles"]
    shop.command("dropAllUsersFromDatabase")
    shop.command("dropAllRolesFromDatabase")
    auth_server.client.drop_database("shop")
    restore("--uri", auth_server.uri_of(), "--db=shop", "--restoreDbUsersAndRoles", tmp_path / "d" / "shop")
    assert users(shop) == before
    assert shop.command("rolesInfo", 1, showPrivileges=True)["roles"] == roles
    assert can_log_in(auth_server, "anna", "anna", "shop")
    leftovers = auth_server.client.admin.list_collection_names()
    assert not [n for n in leftovers if "temp" in n]


@pytest.mark.parametrize("drop", [False, True])
def test_restored_users_replace_those_of_the_database_only_with_drop(auth_server, shop, tmp_path, drop):
    dump("--uri", auth_server.uri_of(), "--db=shop", "--dumpDbUsersAndRoles", "-o", tmp_path / "d")
    shop.command("createUser", "later", pwd="later", roles=[])
    shop.command("updateUser", "bert", roles=["read"])
    restore("--uri", auth_server.uri_of(), "--db=shop", "--restoreDbUsersAndRoles", *(["--drop"] if drop else []),
            tmp_path / "d" / "shop")
    names = [u for u, _ in users(shop)]
    assert names == (["anna", "bert"] if drop else ["anna", "bert", "later"])
    assert users(auth_server.client.admin), "users of other databases stay"


def test_users_are_left_alone_unless_asked_for(auth_server, shop, tmp_path):
    dump("--uri", auth_server.uri_of(), "--db=shop", "--dumpDbUsersAndRoles", "-o", tmp_path / "d")
    shop.command("dropUser", "anna")
    restore("--uri", auth_server.uri_of(), "--db=shop", tmp_path / "d" / "shop")
    assert [u for u, _ in users(shop)] == ["bert"]


def test_users_that_the_dump_does_not_hold_cannot_be_restored(auth_server, shop, tmp_path):
    dump("--uri", auth_server.uri_of(), "--db=shop", "-o", tmp_path / "d")
    result = run("restore", "--uri", auth_server.uri_of(), "--db=shop", "--restoreDbUsersAndRoles", "--drop",
                 tmp_path / "d" / "shop")
    failed(result, 2, "users")
    assert [u for u, _ in users(shop)] == ["anna", "bert"]


def test_the_roles_backup_and_restore_suffice(auth_server, shop, tmp_path):
    dump("--uri", auth_server.uri_for("shop", "backup", SECRET), "--dumpDbUsersAndRoles", "-o", tmp_path / "d")
    before, who = fingerprint(auth_server.client, "shop"), users(shop)
    auth_server.client.drop_database("shop")
    shop.command("dropAllUsersFromDatabase")
    restore("--uri", auth_server.uri_for("shop", "restore", SECRET), "--restoreDbUsersAndRoles",
            tmp_path / "d" / "shop")
    assert fingerprint(auth_server.client, "shop") == before and users(shop) == who


def test_a_whole_server_is_dumped_with_the_role_backup_and_restored_with_restore(auth_server, shop, tmp_path):
    dump("--uri", auth_server.uri_for("", "backup", SECRET), "-o", tmp_path / "d")
    before = fingerprint(auth_server.client, "shop")
    auth_server.client.drop_database("shop")
    result = run("restore", "--uri", auth_server.uri_for("", "restore", SECRET), tmp_path / "d", cwd=tmp_path)
    assert result.code == 0, result
    assert fingerprint(auth_server.client, "shop") == before
    assert can_log_in(auth_server, "anna", "anna", "shop") and not rejects(tmp_path)


def test_drop_with_the_role_restore_keeps_the_old_data_or_says_what_to_do(auth_server, shop, tmp_path):
    shop["system.js"].delete_many({})  # no server drops it
    dump("--uri", auth_server.uri_for("shop", "backup", SECRET), "-o", tmp_path / "d")
    before = fingerprint(auth_server.client, "shop")
    args = ["--uri", auth_server.uri_for("shop", "restore", SECRET), "--drop"]
    result = run("restore", *args, tmp_path / "d" / "shop", cwd=tmp_path)
    if result.code:
        failed(result, 6, "dropFirst")
        assert fingerprint(auth_server.client, "shop") == before
        result = run("restore", *args, "--dropFirst", tmp_path / "d" / "shop", cwd=tmp_path)
    assert result.code == 0, result
    assert fingerprint(auth_server.client, "shop") == before


DENIED = {"no user": ("", ""), "a wrong password": ("backup", "wrong"), "an unknown user": ("nobody", SECRET),
          "a user without rights": ("restore", SECRET)}


@pytest.mark.parametrize("case", DENIED)
def test_a_dump_without_rights_is_exit_6_and_leaves_nothing(auth_server, shop, tmp_path, case):
    user, password = DENIED[case]
    result = run("dump", "--uri", auth_server.uri_for("shop", user or None, password), "-o", tmp_path / "d")
    failed(result, 6)
    assert SECRET not in result.err and not tree(tmp_path)


def test_a_restore_without_rights_is_exit_6_and_writes_nothing(auth_server, shop, tmp_path):
    dump("--uri", auth_server.uri_of("shop"), "-o", tmp_path / "d")
    for user, password in (("backup", SECRET), ("restore", "wrong")):
        result = run("restore", "--uri", auth_server.uri_for("shop2", user, password), tmp_path / "d" / "shop",
                     cwd=tmp_path)
        failed(result, 6)
        assert not auth_server.client.shop2.list_collection_names()


def test_no_rights_on_one_collection_is_exit_6_and_no_dump(auth_server, shop, tmp_path):
    result = run("dump", "--uri", auth_server.uri_for("shop", "anna", "anna", authSource="shop"), "-o", tmp_path / "d")
    failed(result, 6, "shop")
    assert not (tmp_path / "d" / "manifest.json").exists()


# -- passwords are never seen ------------------------------------------------------------------------

def seen(pid):
    """What every user of the machine can see of a process."""
    proc = pathlib.Path(f"/proc/{pid}")
    return (proc / "cmdline").read_bytes() + (proc / "comm").read_bytes() + \
        subprocess.run(["ps", "-ww", "-o", "args", "-p", str(pid)], capture_output=True).stdout


@pytest.mark.parametrize("how", ["in the URI", "as an option", "as an option with a space"])
def test_a_password_on_the_command_line_is_overwritten_and_warned_about(auth_server, shop, tmp_path, how):
    # Two batches: the second waits until the first is paid for.
    shop.slow.insert_many([{"_id": i, "pad": "x" * 1000} for i in range(8000)])
    args = {"in the URI": ["--uri", auth_server.uri_for("shop", "backup", SECRET)],
            "as an option": ["--uri", auth_server.uri_for("shop"), "-u", "backup", f"--password={SECRET}",
                             "--authenticationDatabase=admin"],
            "as an option with a space": ["--uri", auth_server.uri_for("shop"), "--username", "backup",
                                          "--password", SECRET, "--authenticationDatabase", "admin"]}[how]
    messages = tmp_path / "messages"
    with open(messages, "w") as stderr:
        process = start("dump", *args, "-o", tmp_path / "d", "--maxRate=2MB/s", stderr=stderr)
    while "command line" not in messages.read_text():
        assert process.poll() is None, messages.read_text()
    process.send_signal(signal.SIGSTOP)
    assert process.poll() is None, messages.read_text()
    visible = seen(process.pid)
    process.send_signal(signal.SIGCONT)
    result = finish(process)
    said = messages.read_text()
    assert result.code == 0, said
    for form in (SECRET, "s3cret", SECRET.replace(":", "%3A").replace("/", "%2F")):
        assert form.encode() not in visible
        assert form not in said + result.out
        assert all(form.encode() not in (content or b"") for content in tree(tmp_path).values())
    assert "password" in said.lower() and "dumped" in said


def test_a_password_from_the_environment_or_a_file_needs_no_warning(auth_server, shop, tmp_path):
    (tmp_path / "uri").write_text(auth_server.uri_for("shop", "backup", SECRET))
    (tmp_path / "uri").chmod(0o600)
    for i, (args, env) in enumerate([([], {"HAUL_URI": auth_server.uri_for("shop", "backup", SECRET)}),
                                     ([f"--uri=file:{tmp_path}/uri"], {})]):
        result = dump(*args, "-o", tmp_path / str(i), env=env)
        assert "command line" not in result.err.lower() and SECRET not in result.err


def test_a_password_is_asked_for_on_the_terminal_and_not_echoed(auth_server, shop, tmp_path):
    from support.terminal import Terminal
    with Terminal([tool("dump"), "--uri", auth_server.uri_for("shop", "backup"), "-o", str(tmp_path / "d")],
                  env=environment()) as terminal:
        terminal.expect("assword")
        terminal.type(SECRET + "\n")
        assert terminal.wait() == 0, terminal.text
    assert SECRET not in terminal.text


def test_without_a_terminal_a_missing_password_is_an_error_not_a_hang(auth_server, shop, tmp_path):
    result = run("dump", "--uri", auth_server.uri_for("shop", "backup"), "-o", tmp_path / "d", timeout=20)
    failed(result, (2, 6), "password")
    assert os.listdir(tmp_path) == []
