"""haul-inspect on whole dumps: the summary, and one collection out of many."""
import json
import pathlib
import shutil

import pytest
from bson import json_util

from support.haul import ROOT, failed, run, succeeded, write_dump

GOLDEN = ROOT / "tests/golden/dumps"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text())


def inspect(*args, **kw):
    return succeeded(run("inspect", *args, **kw))


def summary(*args):
    return json.loads(inspect("--json", *args).out)


def rows(found):
    return {f"{row['db']}.{row['collection']}": row for row in found["namespaces"]}


@pytest.mark.parametrize("form", ["dir", "dir-gzip"])
def test_counting_a_foreign_dump_finds_what_the_server_held(form):
    found = rows(summary(GOLDEN / form, "--count"))
    for name, expected in EXPECTED.items():
        if expected["type"] == "collection" and name in found:
            assert found[name]["documents"] == expected["count"], name
            assert found[name]["indexes"] == len(expected["indexes"]), name
    assert found["shop.weather"]["type"] == "timeseries"
    assert found["shop.active_users"]["type"] == "view" and "documents" not in found["shop.active_users"]
    assert found["shop.capped"]["capped"] and found["shop.clustered"]["clustered"]


def test_a_foreign_dump_is_not_called_complete():
    found = summary(GOLDEN / "dir")
    assert (found["kind"], found["state"], found["serverVersion"]) == ("dump", "foreign", "6.0.5")
    assert "nothing tells whether it is complete" in inspect(GOLDEN / "dir").out


def test_a_folder_is_summarised_alone():
    found = summary(GOLDEN / "dir" / "shop")
    assert found["kind"] == "database folder"
    assert {row["db"] for row in found["namespaces"]} == {"shop"}


@pytest.mark.parametrize("options,expected", [
    (["-d", "empty"], {"empty"}), (["--nsInclude", "shop.c*"], {"shop"}),
    (["--nsExclude", "shop.*", "--nsExclude", "odd_names.*"], {"empty"})])
def test_the_summary_can_be_narrowed(options, expected):
    assert {row["db"] for row in summary(GOLDEN / "dir", *options)["namespaces"]} == expected


@pytest.mark.parametrize("choice", [["-d", "shop", "-c", "capped"], ["--nsInclude=shop.capped"]])
@pytest.mark.parametrize("form", ["dir", "dir-gzip", "dir/shop"])
def test_one_collection_shows_its_documents(choice, form):
    lines = inspect(GOLDEN / form, *choice).out.splitlines()
    assert len(lines) == EXPECTED["shop.capped"]["count"]


def test_a_time_series_collection_shows_its_buckets():
    first = json_util.loads(inspect(GOLDEN / "dir", "-d", "shop", "-c", "weather").out.splitlines()[0])
    assert "control" in first and "data" in first


def test_users_of_a_database_are_shown_under_their_name():
    lines = inspect(GOLDEN / "dir", "-d", "shop", "-c", "$admin.system.users").out.splitlines()
    assert lines and all(json.loads(line)["db"] == "shop" for line in lines)


def test_names_of_any_kind_can_be_chosen():
    for name in ("slash/inside", "line\nbreak", "ünïcode-日本", "x" * 200, "percent%2Fslash"):
        assert inspect(GOLDEN / "dir", "-d", "odd_names", "-c", name, "--count").out == "1\n" \
            or EXPECTED[f"odd_names.{name}"]["count"] != 1


def test_control_characters_of_names_do_not_reach_the_terminal(tmp_path):
    write_dump(tmp_path / "d", "shop", {"a%1B%5B2J": [{"_id": 1}]}, metadata={"a%1B%5B2J": "{}"})
    out = inspect(tmp_path / "d").out
    assert "\x1b" not in out and r"a\x1b[2J" in out


MISUSE = {
    "a collection that is not there": (["-d", "shop", "-c", "absent"], ["shop.absent", "not in this dump"]),
    "a database that is not there": (["-d", "absent"], ["nothing in it", "--db"]),
    "a pattern that matches nothing": (["--nsInclude", "x.*"], ["nsInclude"]),
    "a view": (["-d", "shop", "-c", "active_users"], ["view"]),
    "documents of everything": (["--limit=3"], ["limit", "collection"]),
    "a summary of one collection": (["-d", "shop", "-c", "users", "--json"], ["json"]),
}


@pytest.mark.parametrize("case", MISUSE)
def test_refuses(case):
    options, words = MISUSE[case]
    failed(run("inspect", GOLDEN / "dir", *options), 2, *words)


def test_a_directory_that_is_no_dump_is_refused(tmp_path):
    failed(run("inspect", tmp_path), 2, "holds no collections")


def test_a_dump_with_damaged_data_is_counted_as_far_as_it_goes(tmp_path):
    shutil.copytree(GOLDEN / "dir", tmp_path / "d")
    path = pathlib.Path(tmp_path / "d" / "shop" / "capped.bson")
    path.write_bytes(path.read_bytes()[:-1])
    result = failed(run("inspect", "--json", "--count", tmp_path / "d"), 4, "capped.bson", "cut short")
    assert rows(json.loads(result.out))["shop.capped"]["documents"] == EXPECTED["shop.capped"]["count"] - 1
