"""Archives made by the real mongodump come back exactly as expected.json says the source was."""
import gzip
import subprocess

import pytest

from support.golden import assert_as_expected, drop_all
from support.haul import GOLDEN, failed, restore, run

ARCHIVES = GOLDEN / "archives"
SHOP, ODD_NAMES = ARCHIVES / "shop.archive.gz", ARCHIVES / "odd_names.archive"


@pytest.fixture(autouse=True)
def empty_server(server):
    drop_all(server)
    yield
    drop_all(server)


@pytest.fixture(scope="module")
def plain_shop(tmp_path_factory):
    path = tmp_path_factory.mktemp("plain") / "shop.archive"
    path.write_bytes(gzip.decompress(SHOP.read_bytes()))
    return path


def zstd(data):
    return subprocess.run(["zstd", "-qc"], input=data, capture_output=True, check=True).stdout


@pytest.mark.parametrize("options", [[], ["--jobs=1"], ["--jobs=8", "--objcheck"], ["--maintainInsertionOrder"],
                                     ["--drop"], ["--numInsertionWorkersPerCollection=2"]])
def test_archives_come_back_as_they_were(server, options, plain_shop):
    for path in (plain_shop, ODD_NAMES):
        restore("--uri", server.uri, *options, f"--archive={path}")
    assert_as_expected(server, ["shop", "odd_names"])


@pytest.mark.parametrize("gzip_option", [[], ["--gzip"]], ids=["without", "with"])
@pytest.mark.parametrize("form", ["plain", "gzip", "two members", "zstd", "two frames"])
def test_the_packing_is_seen_whatever_gzip_says(server, plain_shop, tmp_path, form, gzip_option):
    data, half = plain_shop.read_bytes(), 300_000
    packed = {"plain": data, "gzip": SHOP.read_bytes(),
              "two members": gzip.compress(data[:half]) + gzip.compress(data[half:]),
              "zstd": zstd(data), "two frames": zstd(data[:half]) + zstd(data[half:])}[form]
    path = tmp_path / "a"
    path.write_bytes(packed)
    restore("--uri", server.uri, *gzip_option, f"--archive={path}")
    assert_as_expected(server, ["shop"])


@pytest.mark.parametrize("option", ["--archive", "--archive=-"])
def test_an_archive_comes_through_a_pipe(server, option):
    with subprocess.Popen(["cat", str(SHOP)], stdout=subprocess.PIPE) as writer:
        restore("--uri", server.uri, option, stdin=writer.stdout)
    assert_as_expected(server, ["shop"])


def test_an_archive_is_known_by_its_content(server, plain_shop):
    restore("--uri", server.uri, plain_shop)
    restore("--uri", server.uri, "--drop", "--dir", SHOP)
    assert_as_expected(server, ["shop"])


def test_a_directory_stands_for_the_archive_in_it(server, tmp_path):
    failed(run("restore", "--uri", server.uri, f"--archive={tmp_path}"), 2, "archive.gz")
    (tmp_path / "archive.gz").write_bytes(SHOP.read_bytes())
    restore("--uri", server.uri, f"--archive={tmp_path}")
    assert_as_expected(server, ["shop"])


def test_a_part_of_an_archive_is_restored_under_another_name(server, dst):
    restore("--uri", server.uri, "--nsInclude=shop.users", "--nsFrom=shop.*", f"--nsTo={dst.name}.*",
            f"--archive={SHOP}")
    assert dst.list_collection_names() == ["users"] and dst.users.count_documents({}) == 1500
    restore("--uri", server.uri, "--db=shop", "--collection=types", f"--archive={SHOP}")
    assert server.client.shop.list_collection_names() == ["types"]


def test_a_time_series_collection_is_renamed_by_its_logical_name(server, dst):
    restore("--uri", server.uri, "--nsInclude=shop.weather", "--nsFrom=shop.weather",
            f"--nsTo={dst.name}.climate", f"--archive={SHOP}")
    assert "climate" in dst.list_collection_names() and dst.climate.count_documents({}) > 0


def test_it_is_said_that_nothing_vouches_for_the_prelude(server):
    result = restore("--uri", server.uri, f"--archive={ODD_NAMES}")
    assert result.err.count("not written by haul") == 1


def test_a_dry_run_reads_the_prelude_only(server, tmp_path):
    path = tmp_path / "cut.archive"
    path.write_bytes(ODD_NAMES.read_bytes()[:-5])
    assert "odd_names.a.b.c: collection" in restore("--uri", server.uri, "--dryRun", f"--archive={path}").out
    assert "odd_names" not in server.client.list_database_names()
