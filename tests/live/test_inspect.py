"""haul-inspect on what haul-dump writes: the summary, the indexes of the files, and damage."""
import json
import shutil

import pytest
from bson import json_util

from support.haul import data_file, dump, failed, fill_all_kinds, inspect_lines, manifest, raw_documents, run, succeeded

CODECS = ["none", "gzip", "zstd"]


def summary(*args):
    found = json.loads(succeeded(run("inspect", "--json", *args)).out)
    return found, {row["collection"]: row for row in found["namespaces"]}


@pytest.fixture(scope="module")
def src(server):
    db = server.client["inspect_haul_dumps"]
    server.client.drop_database(db.name)
    fill_all_kinds(db)
    db.large.insert_many([{"_id": i, "text": f"{i:0>300}"} for i in range(30_000)])
    yield db
    server.client.drop_database(db.name)


@pytest.fixture(scope="module", params=CODECS)
def original(request, server, src, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dumps") / request.param
    dump("--uri", server.uri_of(src.name), "--compress", request.param, "-o", folder)
    return folder


@pytest.fixture
def dumped(original, tmp_path):
    return shutil.copytree(original, tmp_path / "d")


def test_the_summary_says_what_the_manifest_says(dumped, src):
    found, rows = summary(dumped)
    part = manifest(dumped)["parts"][0]
    assert (found["kind"], found["state"], found["serverVersion"]) == ("dump", "complete", part["serverVersion"])
    assert found["parts"][0]["consistency"] == part["consistency"]
    assert found["parts"][0]["clusterTimeStart"] == part["clusterTimeStart"]
    for name in ("items", "capped", "clustered", "empty", "large"):
        assert rows[name]["documents"] == src[name].count_documents({}), name
        assert rows[name]["indexes"] == len(src[name].index_information()), name
    assert rows["weather"]["type"] == "timeseries" and rows["few"]["type"] == "view"
    shown = succeeded(run("inspect", dumped)).out
    assert "complete" in shown and f"{src.name}.items" in shown and "consistency" in shown


def test_documents_are_those_of_the_server_in_the_order_of_the_file(dumped, src):
    lines = inspect_lines(dumped, "-d", src.name, "-c", "capped")
    assert [json_util.loads(line) for line in lines] == list(src.capped.find())
    assert len(inspect_lines(data_file(dumped, src.name, "large"))) == 30_000


def test_skip_and_limit_reach_into_the_frames(dumped, src):
    path = data_file(dumped, src.name, "large")
    lines = inspect_lines(path)
    for skip, limit in ((0, 5), (13_000, 2), (29_999, 9), (12_345, 9_999)):
        assert inspect_lines(path, f"--skip={skip}", f"--limit={limit}") == lines[skip:skip + limit]


def test_a_damaged_frame_is_an_error_and_the_others_are_shown(dumped, src):
    path = data_file(dumped, src.name, "large")
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 0x10
    path.write_bytes(data)
    result = failed(run("inspect", path), 4, "large", "frame", "hash")
    assert 0 < len(result.out.splitlines()) < 30_000
    failed(run("inspect", "--count", "--json", dumped), 4, "large")


def test_a_file_that_is_cut_is_shown_as_far_as_it_goes(dumped, src):
    path = data_file(dumped, src.name, "large")
    data = path.read_bytes()
    path.write_bytes(data[:len(data) * 3 // 5 - 7])
    result = failed(run("inspect", path), 4, "manifest", "cut short")
    assert 10 < len(result.out.splitlines()) < 30_000


def test_a_file_that_was_carried_off_is_read_alone(dumped, src, tmp_path):
    shutil.copy(data_file(dumped, src.name, "items"), tmp_path / "copy")
    assert len(inspect_lines(tmp_path / "copy")) == len(raw_documents(src["items"]))


def test_a_dump_that_was_not_finished_is_called_incomplete(dumped, src):
    (dumped / "manifest.json").unlink()
    (dumped / "manifest.partial").write_text("")
    found, _ = summary(dumped)
    assert found["state"] == "incomplete"
    assert "incomplete" in succeeded(run("inspect", dumped)).out


def test_a_damaged_manifest_is_said_and_not_worked_around(dumped):
    path = dumped / "manifest.json"
    path.write_text(path.read_text().replace('"frames":1', '"frames":2', 1))
    failed(run("inspect", dumped), 4, "manifest")


def test_an_archive_of_ours_tells_its_origin(server, src, tmp_path):
    dump("--uri", server.uri_of(src.name), f"--archive={tmp_path / 'a'}")
    found, rows = summary(tmp_path / "a")
    assert (found["kind"], found["state"]) == ("archive", "complete") and found["parts"][0]["toolVersion"]
    assert rows["items"]["documents"] == src["items"].count_documents({})
    assert len(inspect_lines(tmp_path / "a", "-d", src.name, "-c", "items")) == rows["items"]["documents"]
    data = (tmp_path / "a").read_bytes()
    (tmp_path / "a").write_bytes(data[:-1])
    result = failed(run("inspect", "--json", tmp_path / "a"), 4)
    assert json.loads(result.out)["state"] == "incomplete"
