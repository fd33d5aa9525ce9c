"""Archives when something breaks: never a final name, never an end."""
import pytest

from support import archive, bson_data
from support.haul import dump, failed, fill, finish, insert_raw, run, start, tree
from support.mongod import Mongod
from support.storage import small_tmpfs


@pytest.fixture
def some(src):
    insert_raw(src.values, bson_data.random_documents(2500, padding=4000))
    fill(src)
    return src


def assert_without_end(path):
    with pytest.raises(archive.Cut):
        archive.parse(path.read_bytes())


@pytest.mark.parametrize("compress", ["none", "zstd", "gzip"])
@pytest.mark.parametrize("jobs", [1, 4])
def test_a_file_system_that_fills_up(server, some, tmp_path, compress, jobs):
    with small_tmpfs(tmp_path / "small", "3m") as small:
        result = run("dump", "--uri", server.uri_of(some.name), f"--archive={small / 'a'}", "--compress", compress,
                     "--jobs", jobs)
        failed(result, 7, "space", "a.part")
        assert sorted(tree(small)) == ["a.part"]
        if compress == "none":
            assert_without_end(small / "a.part")


def test_overwriting_on_a_full_file_system_keeps_the_old_archive(server, some, tmp_path):
    with small_tmpfs(tmp_path / "small", "3m") as small:
        dump("--uri", server.uri_of(some.name), "-c", "items", f"--archive={small / 'a'}")
        before = tree(small)["a"]
        failed(run("dump", "--uri", server.uri_of(some.name), f"--archive={small / 'a'}", "--overwrite"), 7, "space")
        assert tree(small)["a"] == before


def test_a_device_that_is_full(server, some):
    failed(run("dump", "--uri", server.uri_of(some.name), "--archive=/dev/full"), 7, "/dev/full", "space")


def test_too_little_space_is_told_before_it_is_missed(server, some, tmp_path):
    with small_tmpfs(tmp_path / "small", "1m") as small:
        failed(run("dump", "--uri", server.uri_of(some.name), f"--archive={small / 'a'}", "--checkSpace"), 7, "free")
        assert not tree(small)


def test_a_server_that_is_killed_leaves_an_archive_without_an_end(tmp_path):
    """mongodump writes an end with the checksum of what it had."""
    with Mongod() as doomed:
        db = doomed.client["doomed"]
        insert_raw(db.values, bson_data.random_documents(5000, padding=4000))
        fill(db)
        uri = doomed.uri_for("doomed", serverSelectionTimeoutMS=1000)
        options = ["--uri", uri, "--compress=none", "--retryFor=1s", "--maxRate=5MB/s"]
        written = [tmp_path / "file.part", tmp_path / "stdout"]
        with open(written[1], "wb") as out:
            runs = [start("dump", *options, f"--archive={tmp_path / 'file'}"),
                    start("dump", *options, "--archive", stdout=out)]
            while not all(path.exists() and path.stat().st_size > 2**20 for path in written):
                assert all(process.poll() is None for process in runs)
            doomed.kill()
            failed(finish(runs[0]), 5, "file.part is left unfinished")
            failed(finish(runs[1]), 5, "without an end")
        assert sorted(tree(tmp_path)) == ["file.part", "stdout"]
        for path in written:
            assert_without_end(path)
        doomed.start()


def test_a_dump_that_is_killed_leaves_no_final_name(server, some, tmp_path):
    process = start("dump", "--uri", server.uri_of(some.name), f"--archive={tmp_path / 'a'}", "--maxRate=3MB/s",
                    "--compress=none")
    while not (tmp_path / "a.part").exists() or (tmp_path / "a.part").stat().st_size < 2**20:
        assert process.poll() is None
    process.kill()
    finish(process)
    assert sorted(tree(tmp_path)) == ["a.part"]
    assert_without_end(tmp_path / "a.part")
    dump("--uri", server.uri_of(some.name), f"--archive={tmp_path / 'a'}", "--overwrite", "--compress=none")
    assert len(archive.read(tmp_path / "a").documents(some.name, "values")) == 2500
