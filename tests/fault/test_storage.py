"""No space, read-only, the wrong kind of file: exit 7, nothing half-written under a final name."""
import os
import pathlib
import resource
import signal
import subprocess

import pytest

from support import bson_data
from support.haul import dump, environment, failed, fill, insert_raw, restore, run, tool, tree
from support.storage import drop_override, small_tmpfs


@pytest.fixture
def some(src):
    insert_raw(src.values, bson_data.random_documents(2500, padding=4000))
    fill(src)
    return src


@pytest.mark.parametrize("compress", ["none", "zstd", "gzip"])
@pytest.mark.parametrize("jobs", [1, 4])
def test_a_file_system_that_fills_up(server, some, tmp_path, compress, jobs):
    with small_tmpfs(tmp_path / "small", "3m") as small:
        result = run("dump", "--uri", server.uri_of(some.name), "-o", small / "d", "--compress", compress,
                     "--jobs", jobs)
        failed(result, 7, "space", "values")
        held = tree(small / "d")
        assert "manifest.json" not in held
        assert f"{some.name}/values.bson" not in {p.removesuffix(".zst").removesuffix(".gz") for p in held}
        assert "manifest.partial" in held or not held, "visibly incomplete"


def test_a_full_file_system_from_the_start(server, some, tmp_path):
    with small_tmpfs(tmp_path / "small", "64k") as small:
        with open(small / "filler", "wb") as f:
            try:
                f.write(bytes(1 << 20))
            except OSError:
                pass
        failed(run("dump", "--uri", server.uri_of(some.name), "-o", small / "d"), 7, "space")
        assert not (small / "d" / "manifest.json").exists()


def test_overwriting_on_a_full_file_system_keeps_the_old_dump(server, some, dst, tmp_path):
    with small_tmpfs(tmp_path / "small", "3m") as small:
        dump("--uri", server.uri_of(some.name), "-c", "items", "-o", small / "d")
        before = tree(small / "d")
        failed(run("dump", "--uri", server.uri_of(some.name), "-o", small / "d", "--overwrite"), 7, "space")
        assert tree(small / "d") == before
        restore("--uri", server.uri_of(dst.name), small / "d" / some.name)
        assert dst["items"].count_documents({}) == 300


def test_the_warning_of_too_little_space_comes_early(server, some, tmp_path):
    with small_tmpfs(tmp_path / "small", "3m") as small:
        result = run("dump", "--uri", server.uri_of(some.name), "-o", small / "d", "--compress=none")
        assert "warning" in result.err.lower() and "space" in result.err.lower(), result


def test_a_limit_of_the_file_size(server, some, tmp_path):
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    result = run("dump", "--uri", server.uri_of(some.name), "-o", tmp_path / "d", "--compress=none", preexec=limit)
    failed(result, 7, "values", "file too large")
    assert not (tmp_path / "d" / "manifest.json").exists()


@pytest.mark.parametrize("target", ["/dev/full", "/dev/null", "/dev/full/d", "{tmp}/file", "{tmp}/file/d"])
def test_a_target_that_is_no_directory(server, some, tmp_path, target):
    (tmp_path / "file").write_text("mine")
    result = run("dump", "--uri", server.uri_of(some.name), "-o", target.replace("{tmp}", str(tmp_path)))
    failed(result, (7, 10), ("full", "null", "file"))
    assert (tmp_path / "file").read_text() == "mine"
    assert pathlib.Path("/dev/full").is_char_device() and pathlib.Path("/dev/null").is_char_device()


@pytest.mark.parametrize("mode", ["no writing", "no writing in the parent"])
def test_a_target_that_may_not_be_written(server, some, tmp_path, mode):
    place = tmp_path / "place"
    place.mkdir()
    out = place if mode == "no writing" else place / "d"
    place.chmod(0o555)
    result = run("dump", "--uri", server.uri_of(some.name), "-o", out, preexec=drop_override)
    failed(result, 7, "place", "permission denied")
    assert not list(place.iterdir())


def test_a_read_only_file_system(server, some, tmp_path):
    with small_tmpfs(tmp_path / "small", "3m") as small:
        subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
        failed(run("dump", "--uri", server.uri_of(some.name), "-o", small / "d"), 7, "read-only")
        assert not list(small.iterdir())


def test_a_dump_that_may_not_be_read(server, some, dst, tmp_path):
    dump("--uri", server.uri_of(some.name), "-o", tmp_path / "d")
    for path in (f"{some.name}/values.bson.zst", "manifest.json", some.name):
        (tmp_path / "d" / path).chmod(0o000)
        failed(run("restore", "--uri", server.uri, "--nsFrom", f"{some.name}.*", "--nsTo", f"{dst.name}.*",
                   tmp_path / "d", preexec=drop_override, cwd=tmp_path), 7, "permission denied")
        (tmp_path / "d" / path).chmod(0o700)
        assert not dst.list_collection_names()


def test_a_directory_has_the_name_of_a_file_to_be_written(server, some, tmp_path):
    (tmp_path / "d" / some.name / "values.bson.zst").mkdir(parents=True)
    failed(run("dump", "--uri", server.uri_of(some.name), "-o", tmp_path / "d"), (7, 10), "values.bson.zst")
    assert "manifest.json" not in tree(tmp_path / "d")


def test_a_link_in_the_way_is_not_followed(server, some, tmp_path):
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "d" / some.name).mkdir(parents=True)
    for name in ("values.bson.zst", "values.bson.zst.part"):
        (tmp_path / "d" / some.name / name).symlink_to(tmp_path / "precious")
    failed(run("dump", "--uri", server.uri_of(some.name), "-o", tmp_path / "d"), (7, 10))
    assert (tmp_path / "precious").read_text() == "precious"


def test_a_reject_file_on_a_full_device(server, some, dst, tmp_path):
    dump("--uri", server.uri_of(some.name), "-o", tmp_path / "d")
    dst["items"].insert_one({"_id": 1, "other": True})
    result = run("restore", "--uri", server.uri_of(dst.name), "--rejects=/dev/full", tmp_path / "d" / some.name)
    failed(result, (2, 7), "/dev/full")


def test_closed_standard_streams_do_not_end_up_in_a_data_file(server, some, dst, tmp_path):
    """With stderr closed the next opened file gets its number; a log line must not land in it."""
    result = run("dump", "--uri", server.uri_of(some.name), "-o", tmp_path / "d", "-vv",
                 preexec=lambda: (os.close(0), os.close(1), os.close(2)))
    assert result.code == 0, result
    restore("--uri", server.uri_of(dst.name), tmp_path / "d" / some.name)
    assert dst.values.count_documents({}) == 2500


def test_a_reader_that_goes_away_is_no_crash(server, some, tmp_path):
    command = '"$0" --uri "$1" -o "$2" -vv --dryRun 2>&1 | head -c 1; exit ${PIPESTATUS[0]}'
    done = subprocess.run(["bash", "-c", command, tool("dump"), server.uri_of(some.name), str(tmp_path / "d")],
                          env=environment(), capture_output=True, timeout=60)
    assert done.returncode in (0, 1, 7, 141), done
