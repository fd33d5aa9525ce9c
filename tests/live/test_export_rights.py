"""haul-export with the rights that its page names, and with less."""
import pytest

from support.export import export, export_lines
from support.haul import failed, fill, run

PASSWORD = "pass word/1"


@pytest.fixture
def shop(auth_server):
    db = auth_server.client["export_rights"]
    auth_server.client.drop_database(db.name)
    for command in ("dropAllUsersFromDatabase", "dropAllRolesFromDatabase"):
        db.command(command)
    fill(db, 20)
    db.other.insert_one({"_id": 1})
    db.command("createRole", "one", roles=[], privileges=[
        {"resource": {"db": db.name, "collection": "items"}, "actions": ["find"]}])
    db.command("createUser", "one", pwd=PASSWORD, roles=["one"])
    db.command("createUser", "reader", pwd=PASSWORD, roles=["read"])
    yield db
    auth_server.client.drop_database(db.name)


def line(server, shop, user):
    return ("--host", f"127.0.0.1:{server.ports[0]}", "--username", user, "--authenticationDatabase", shop.name, "-d", shop.name)


@pytest.fixture
def password(tmp_path):
    path = tmp_path / "password"
    path.write_text(PASSWORD)
    path.chmod(0o600)
    return ("--passwordFile", path)


def test_read_on_the_database_is_enough(auth_server, shop, password, tmp_path):
    args = (*line(auth_server, shop, "reader"), *password)
    assert len(export_lines(*args, "-c", "items")) == 20
    export(*args, "--out", tmp_path / "e")
    assert (tmp_path / "e" / shop.name / "items.metadata.json").exists()


def test_find_on_one_collection_exports_it_by_its_name(auth_server, shop, password, tmp_path):
    args = (*line(auth_server, shop, "one"), *password)
    assert len(export_lines(*args, "-c", "items", "--sort={_id:1}", "--limit=7")) == 7
    assert len(export_lines(*args, "-c", "items")) == 20
    result = run("export", *args, "-c", "other", "--out", tmp_path / "o")
    failed(result, 6, "other", ("not authorized", "right"))
    failed(run("export", *args, "--out", tmp_path / "e"), 6)
    assert not (tmp_path / "o").exists() and not (tmp_path / "e").exists()
    assert PASSWORD not in result.err


def test_no_password_is_an_error_that_shows_none(auth_server, shop, tmp_path):
    (tmp_path / "p").write_text("wrong-one")
    (tmp_path / "p").chmod(0o600)
    result = run("export", *line(auth_server, shop, "reader"), "--passwordFile", tmp_path / "p", "-c", "items")
    failed(result, 6)
    assert "wrong-one" not in result.err and result.out == ""
