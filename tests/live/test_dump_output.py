"""Where a dump goes and how: directories, additive runs, --overwrite, rates, dry runs."""
import json
import re
import time

import pytest

from support import bson_data
from support.haul import (data_file, dump, environment, failed, fill, fill_all_kinds, finish, fingerprint,
                          insert_raw, manifest, plain, restore, run, split_bson, start, tree)
from support.mongod import free_port
from support.storage import small_tmpfs


def test_the_default_directory_is_dump(server, src, tmp_path):
    fill(src)
    dump("--uri", server.uri_of(src.name), cwd=tmp_path)
    assert (tmp_path / "dump" / "manifest.json").is_file()


COMPRESSIONS = {"--compress=none": "", "--compress=gzip": ".gz", "--compress=gzip:9": ".gz", "--gzip": ".gz",
                "--compress=zstd": ".zst", "--compress=zstd:19": ".zst", None: ".zst"}


@pytest.mark.parametrize("option", COMPRESSIONS)
def test_compression_is_told_by_the_names(server, src, tmp_path, option):
    fill_all_kinds(src)
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d", *filter(None, [option]))
    suffix = COMPRESSIONS[option]
    data = [p for p in (tmp_path / "d" / src.name).iterdir() if ".bson" in p.name]
    assert data and all(p.name.endswith(".bson" + suffix) for p in data)
    meta = ".metadata.json.gz" if suffix == ".gz" else ".metadata.json"
    assert (tmp_path / "d" / src.name / f"few{meta}").is_file()
    assert len(split_bson(plain(data_file(tmp_path / "d", src.name, "items")))) == 300


def test_zstd_by_default_is_smaller_than_gzip(server, src, tmp_path):
    src.t.insert_many([{"_id": i, "name": f"customer {i % 999}", "status": "completed", "total": i * 1.25}
                       for i in range(20_000)])
    size = {}
    for compress in ("zstd", "gzip"):
        dump("--uri", server.uri_of(src.name), "-o", tmp_path / compress, "--compress", compress)
        size[compress] = data_file(tmp_path / compress, src.name, "t").stat().st_size
    assert size["zstd"] < size["gzip"]


def test_files_are_readable_by_their_owner_only(server, src, tmp_path):
    fill(src)
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    for path in (tmp_path / "d").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.parametrize("options", [
    ["--numParallelCollections=2"], ["-j", "1"], ["--forceTableScan"], ["--noSync"], ["-v"], ["-vv"],
    ["--verbose"], ["--verbose=2"], ["--jobs=1"], ["--jobs=32"], ["--readPreference=secondaryPreferred"],
    ["--readPreference", '{"mode":"nearest"}'], ["--checkSpace"], ["--compressors=zstd,snappy"]])
def test_accepts(server, src, dst, tmp_path, options):
    fill_all_kinds(src)
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d", *options)
    restore("--uri", server.uri_of(dst.name), tmp_path / "d" / src.name)
    assert fingerprint(server.client, dst.name) == fingerprint(server.client, src.name)


def test_quiet_says_nothing_on_success_and_still_tells_an_error(server, src, tmp_path):
    fill(src)
    result = dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d", "--quiet")
    assert result.err == "" and result.out == ""
    failed(run("dump", "--uri", server.uri_of(src.name), "-o", tmp_path / "d", "--quiet"), 10, "d")


def test_a_dry_run_prints_the_plan_and_touches_nothing(server, src, tmp_path):
    fill_all_kinds(src)
    before = server.client.admin.command("serverStatus")["opcounters"]
    result = dump("--uri", server.uri_of(src.name), "--dryRun", "-o", "d", cwd=tmp_path)
    assert not tree(tmp_path)
    said = result.out + result.err
    assert all(name in said for name in ("items", "capped", "weather", "few", "clustered")), result
    after = server.client.admin.command("serverStatus")["opcounters"]
    assert after["insert"] == before["insert"] and after["delete"] == before["delete"]


def test_a_dry_run_as_json_is_json_on_stdout_and_deterministic(server, src, tmp_path):
    fill_all_kinds(src)
    plans = [dump("--uri", server.uri_of(src.name), "--dry-run", "--json", "-o", "d", cwd=tmp_path).out
             for _ in range(2)]
    assert json.loads(plans[0]) and plans[0] == plans[1]
    assert "items" in plans[0] and not tree(tmp_path)


def test_the_rate_is_kept(server, src, tmp_path):
    insert_raw(src.t, bson_data.random_documents(4000, padding=5000))
    began = time.monotonic()
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d", "--maxRate=8MB/s", "--jobs=4")
    took = time.monotonic() - began
    size = len(plain(data_file(tmp_path / "d", src.name, "t")))
    assert took > 0.6 * size / 8e6, f"{size} bytes in {took:.1f} s"
    assert took < 4 * size / 8e6 + 5


# -- directories that hold something ---------------------------------------------------------------

def test_the_same_dump_again_is_refused_and_changes_nothing(server, src, tmp_path):
    fill(src)
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    before = tree(tmp_path / "d")
    failed(run("dump", "--uri", server.uri_of(src.name), "-o", tmp_path / "d"), 10, "--overwrite")
    assert tree(tmp_path / "d") == before


@pytest.mark.parametrize("leftover", ["manifest.partial", "{db}/items.bson.zst.part", "{db}/other.bson.part"])
def test_an_unfinished_run_is_refused(server, src, tmp_path, leftover):
    fill(src)
    path = tmp_path / "d" / leftover.replace("{db}", src.name)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    before = tree(tmp_path / "d")
    failed(run("dump", "--uri", server.uri_of(src.name), "-o", tmp_path / "d"), 10)
    assert tree(tmp_path / "d") == before
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d", "--overwrite")
    assert manifest(tmp_path / "d") and not list(tmp_path.rglob("*.part*"))


def test_a_foreign_file_of_a_selected_collection_is_refused(server, src, tmp_path):
    fill(src)
    (tmp_path / "d" / src.name).mkdir(parents=True)
    (tmp_path / "d" / src.name / "items.bson").write_bytes(b"")
    failed(run("dump", "--uri", server.uri_of(src.name), "-o", tmp_path / "d"), 10, "items")


def test_two_runs_add_up_in_one_directory(server, src, dst, names, tmp_path):
    fill(src, name="users")
    fill(src, name="orders")
    other = server.client[names("other")]
    fill(other, name="users")
    out = tmp_path / "d"
    dump("--uri", server.uri_of(src.name), "-c", "users", "-o", out)
    dump("--uri", server.uri_of(src.name), "-c", "orders", "-o", out)
    dump("--uri", server.uri_of(other.name), "-o", out, "--gzip")
    restore("--uri", server.uri_of(dst.name), out / src.name)
    assert sorted(dst.list_collection_names()) == ["orders", "users"]
    text = (out / "manifest.json").read_text()
    for path in (f"{src.name}/users.bson.zst", f"{src.name}/orders.bson.zst", f"{other.name}/users.bson.gz"):
        assert path in text
    times = re.findall(r'"(?:start|started)[^"]*"\s*:\s*"(20[^"]+)"', text)
    assert len(times) >= 3, "each part has its own times"
    server.client.drop_database(other.name)
    restore("--uri", server.uri, "--nsInclude", f"{other.name}.*", out)
    assert other.users.count_documents({}) == 300


def test_overwrite_replaces_and_keeps_what_it_does_not_replace(server, src, dst, tmp_path):
    fill(src, 100, "users")
    fill(src, 100, "orders")
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    orders = (tmp_path / "d" / src.name / "orders.bson.zst").read_bytes()
    src.users.insert_one({"_id": "new"})
    src.orders.insert_one({"_id": "new"})
    dump("--uri", server.uri_of(src.name), "-c", "users", "-o", tmp_path / "d", "--overwrite")
    assert (tmp_path / "d" / src.name / "orders.bson.zst").read_bytes() == orders
    restore("--uri", server.uri_of(dst.name), tmp_path / "d" / src.name)
    assert (dst.users.count_documents({}), dst.orders.count_documents({})) == (101, 100)
    assert [p.name for p in tmp_path.iterdir()] == ["d"], "nothing is left beside it"


def test_overwrite_that_fails_leaves_the_old_dump_valid(server, src, dst, tmp_path):
    fill(src, 50)
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    before = tree(tmp_path / "d")
    src["items"].insert_many([{"_id": f"more {i}", "pad": "x" * 5000} for i in range(3000)])
    process = start("dump", "--uri", server.uri_of(src.name), "-o", tmp_path / "d", "--overwrite", "--maxRate=1MB/s")
    time.sleep(2)
    process.kill()
    assert finish(process).code != 0
    assert tree(tmp_path / "d") == before
    restore("--uri", server.uri_of(dst.name), tmp_path / "d" / src.name)
    assert dst["items"].count_documents({}) == 50
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d", "--overwrite")
    restore("--uri", server.uri_of(dst.name), "--drop", tmp_path / "d" / src.name)
    assert dst["items"].count_documents({}) == 3050


def test_a_full_disk_is_foreseen(server, src, tmp_path):
    insert_raw(src.t, bson_data.random_documents(3000, padding=4000))
    with small_tmpfs(tmp_path / "small", "2m") as small:
        failed(run("dump", "--uri", server.uri_of(src.name), "-o", small / "d", "--checkSpace",
                   "--compress=none"), 7, "space")
        assert not (small / "d" / src.name).exists()


# -- option spelling -------------------------------------------------------------------------------

@pytest.mark.parametrize("options", [["--out", "{out}", "--num-parallel-collections", "2"],
                                     ["--out={out}", "--dump-db-users-and-roles"],
                                     ["-o", "{out}", "--force-table-scan"], ["-o={out}", "--no-sync"],
                                     ["-o{out}", "--read-preference=primary"],
                                     ["--out={out}", "--exclude-collections-with-prefix=x", "--max-rate", "1GB/s"]])
def test_options_are_taken_in_kebab_case_with_space_or_equals(server, src, tmp_path, options):
    fill(src)
    dump("--uri", server.uri_of(src.name), *(o.replace("{out}", str(tmp_path / "d")) for o in options))
    assert manifest(tmp_path / "d")


def test_the_uri_comes_from_the_environment_and_the_command_line_wins(server, src, tmp_path):
    fill(src)
    for i, (args, env) in enumerate([([], {"HAUL_URI": server.uri_of(src.name)}),
                                     ([], {"MONGO_URL": server.uri_of(src.name)}),
                                     ([], {"HAUL_URI": server.uri_of(src.name), "MONGO_URL": "mongodb://x.invalid/"}),
                                     (["--uri", server.uri_of(src.name)], {"HAUL_URI": "mongodb://x.invalid/"}),
                                     (["--uri", "env:MINE"], {"MINE": server.uri_of(src.name)})]):
        dump("-o", tmp_path / str(i), *args, env=env)
        assert data_file(tmp_path / str(i), src.name, "items")
    assert "HAUL_URI" not in environment()


def test_a_restore_never_takes_the_source_address_of_the_environment(server, src, tmp_path):
    """MONGO_URL is where data come from; a restore that took it would write into the source."""
    fill(src)
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    src["items"].drop()
    process = start("restore", "--port", free_port(), "--db", src.name, tmp_path / "d" / src.name,
                    env={"MONGO_URL": server.uri_of(src.name)})
    time.sleep(3)  # nobody listens at that port: it would wait half a minute
    process.kill()
    finish(process)
    assert src.list_collection_names() == []


@pytest.mark.parametrize("in_uri, flag", [("readPreference=primary", "--readPreference=secondary"),
                                          ("authSource=admin", "--authenticationDatabase=other"),
                                          ("replicaSet=one", "--host=two/127.0.0.1")])
def test_a_uri_and_a_flag_that_disagree_are_an_error(tmp_path, in_uri, flag):
    failed(run("dump", "--uri", f"mongodb://127.0.0.1/x?{in_uri}", flag, "-o", tmp_path / "d", timeout=20), 2)


def test_a_uri_file_has_to_be_private(server, src, tmp_path):
    fill(src)
    secret = tmp_path / "uri"
    secret.write_text(server.uri_of(src.name) + "\n")
    secret.chmod(0o644)
    failed(run("dump", "--uri", f"file:{secret}", "-o", tmp_path / "d"), 2, str(secret), "600")
    secret.chmod(0o600)
    dump("--uri", f"file:{secret}", "-o", tmp_path / "d")


def test_config_and_env_file_feed_options_that_the_command_line_beats(server, src, tmp_path):
    fill(src)
    (tmp_path / "haul.yaml").write_text(f"uri: {server.uri_of(src.name)}\n")
    (tmp_path / "haul.yaml").chmod(0o600)
    (tmp_path / "env").write_text(f"HAUL_URI={server.uri_of(src.name)}\n")
    (tmp_path / "env").chmod(0o600)
    dump("--config", tmp_path / "haul.yaml", "-o", tmp_path / "a")
    dump("--envFile", tmp_path / "env", "-o", tmp_path / "b")
    dump("--config", tmp_path / "haul.yaml", "--uri", server.uri_of(src.name), "-o", tmp_path / "c")
    (tmp_path / "haul.yaml").write_text("uri: mongodb://x/\nnonsense: 1\n")
    failed(run("dump", "--config", tmp_path / "haul.yaml", "-o", tmp_path / "e"), 2, "nonsense")


def test_host_and_port_replace_a_uri(server, src, tmp_path):
    fill(src)
    server.client.admin.command("ping")
    port = server.client.address[1]
    dump("--host", "127.0.0.1", "--port", port, "--db", src.name, "-o", tmp_path / "a")
    dump("-h", f"rs/127.0.0.1:{port}", "-d", src.name, "-o", tmp_path / "b")
    assert data_file(tmp_path / "b", src.name, "items")
