"""The command lines that a user of mongodump and mongorestore types today, with haul's name in front."""
import subprocess

import pytest

from support.haul import (assert_same, dump, environment, fill, fill_all_kinds, fingerprint, restore, run,
                          succeeded, tool, tree, utc_today)


@pytest.fixture
def shop(src):
    return fill_all_kinds(src)


def without_and_back(server, db, bring_back):
    """Drops the database, brings it back, compares."""
    before = fingerprint(server.client, db.name)
    server.client.drop_database(db.name)
    result = bring_back()
    assert fingerprint(server.client, db.name) == before
    return result


def test_dumps_a_database_and_restores_its_folder(server, shop, tmp_path):
    dump(f"--uri={server.uri_of(shop.name)}", "--out=./backup", cwd=tmp_path)
    assert (tmp_path / "backup" / shop.name / "items.bson.zst").is_file()
    assert (tmp_path / "backup" / "manifest.json").is_file()
    without_and_back(server, shop, lambda: restore(
        f"--uri={server.uri_of(shop.name)}", f"./backup/{shop.name}", cwd=tmp_path))


def test_dumps_one_collection_and_restores_its_file(server, src, tmp_path):
    fill(src, name="users")
    fill(src, name="others")
    dump(f"--uri={server.uri_of(src.name)}", "--collection=users", "--out=./backup", cwd=tmp_path)
    assert {p.name.split(".")[0] for p in (tmp_path / "backup" / src.name).iterdir()} == {"users", "prelude"}
    src.others.drop()
    without_and_back(server, src, lambda: restore(
        f"--uri={server.uri_of(src.name)}", "--collection=users",
        f"./backup/{src.name}/users.bson.zst", cwd=tmp_path))


@pytest.mark.parametrize("compress, suffix", [("none", ".bson"), ("gzip", ".bson.gz"), ("zstd", ".bson.zst")])
def test_restores_one_file_of_each_compression(server, src, tmp_path, compress, suffix):
    fill(src, name="users")
    dump(f"--uri={server.uri_of(src.name)}", f"--compress={compress}", "--out=backup", cwd=tmp_path)
    without_and_back(server, src, lambda: restore(
        f"--uri={server.uri_of(src.name)}", "--collection=users",
        f"backup/{src.name}/users{suffix}", cwd=tmp_path))


def test_dumps_what_a_query_selects(server, src, dst, tmp_path):
    src.orders.insert_many([{"_id": i, "status": "completed" if i % 3 == 0 else "open"} for i in range(99)])
    out = tmp_path / "backup" / "completed_orders"
    dump(f"--uri={server.uri_of(src.name)}", "--collection=orders",
         '--query={"status":"completed"}', f"--out={out}")
    restore(f"--uri={server.uri}", "--nsFrom", f"{src.name}.*", "--nsTo", f"{dst.name}.*", out)
    assert dst.orders.count_documents({}) == 33 == dst.orders.count_documents({"status": "completed"})


def test_takes_the_uri_and_the_date_from_the_shell(server, src, tmp_path):
    fill(src)
    env = environment(MONGO_URL=server.uri_of(src.name))
    subprocess.run(["sh", "-c", f'{tool("dump")} --uri="$MONGO_URL" --out={tmp_path}/$(date +%Y%m%d)'],
                   env=env, check=True, timeout=120, capture_output=True)
    assert list(tmp_path.glob("2*/manifest.json"))


def test_restores_one_file_under_another_name_with_ns_from_and_to(server, src, tmp_path):
    fill(src, name="users")
    out = tmp_path / "migration"
    dump(f"--uri={server.uri_of(src.name)}", f"--out={out}")
    restore(f"--uri={server.uri_of(src.name)}", "--collection=users_new", f"--nsFrom={src.name}.users",
            f"--nsTo={src.name}.users_new", out / src.name / "users.bson.zst")
    found = fingerprint(server.client, src.name)
    assert found["users_new"] == found["users"]


def test_restores_a_root_into_the_database_of_the_uri_with_drop(server, shop, tmp_path):
    dump(f"--uri={server.uri_of(shop.name)}", "--out", tmp_path / "migration")
    before = fingerprint(server.client, shop.name)
    shop["items"].delete_many({"n": 3})
    shop["items"].insert_one({"_id": "added later"})
    restore(f"--uri={server.uri_of(shop.name)}", "--drop", tmp_path / "migration")
    after = fingerprint(server.client, shop.name)
    assert after == before


def test_a_root_restored_for_a_database_that_it_does_not_hold_is_a_usage_error(server, src, dst, tmp_path):
    fill(src)
    dump("--uri", server.uri_of(src.name), "--out", tmp_path / "d")
    result = run("restore", "--uri", server.uri_of(dst.name), tmp_path / "d")
    assert result.code == 2, result
    assert not dst.list_collection_names()


def test_a_folder_goes_to_the_database_of_the_uri_whatever_its_name(server, shop, dst, tmp_path):
    dump("--uri", server.uri_of(shop.name), "--out", tmp_path / "d")
    restore("--uri", server.uri_of(dst.name), tmp_path / "d" / shop.name)
    assert_same(server.client, shop.name, dst.name, only=set(fingerprint(server.client, shop.name)))


def test_a_whole_server_comes_back_from_the_default_directory(server, shop, dst, tmp_path):
    fill(dst)
    dump("--uri", server.uri, cwd=tmp_path)
    both = {n: fingerprint(server.client, n) for n in (shop.name, dst.name)}
    for name in both:
        server.client.drop_database(name)
    succeeded(run("restore", "--uri", server.uri, "--nsInclude", f"{shop.name}.*",
                  "--nsInclude", f"{dst.name}.*", cwd=tmp_path))
    assert {n: fingerprint(server.client, n) for n in both} == both


def test_strftime_patterns_in_out_expand_in_utc(server, src, tmp_path):
    fill(src)
    day = utc_today()
    dump("--uri", server.uri_of(src.name), "--out", "backups/%Y-%m-%d/100%%", cwd=tmp_path,
         env={"TZ": "Pacific/Kiritimati"})
    assert list(tree(tmp_path / "backups"))[0] in (day, utc_today())
    assert list(tmp_path.glob("backups/*/100%/manifest.json"))
