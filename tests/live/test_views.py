"""Views under rename: what a run renames, its views read under the new name (mongorestore breaks them)."""
import pytest

from support.haul import dump, restore


@pytest.fixture
def dumped(server, src, tmp_path):
    src["items"].insert_many([{"_id": i, "k": i % 3} for i in range(9)])
    src["kinds"].insert_many([{"_id": i, "name": f"kind {i}"} for i in range(3)])
    src.command("create", "joined", viewOn="items", pipeline=[
        {"$lookup": {"from": "kinds", "localField": "k", "foreignField": "_id", "as": "kind"}},
        {"$unionWith": {"coll": "kinds", "pipeline": []}}, {"$sort": {"_id": 1}}])
    src.command("create", "a_second", viewOn="joined", pipeline=[{"$limit": 4}])
    src.command("create", "french", viewOn="kinds", pipeline=[], collation={"locale": "fr"})
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    return tmp_path / "d"


def options(db):
    return {c["name"]: c["options"] for c in db.list_collections() if c["type"] == "view"}


def test_views_read_what_is_renamed_under_its_new_name(server, src, dst, dumped):
    result = restore("--uri", server.uri, "--nsFrom", f"{src.name}.*", "--nsTo", f"{dst.name}.my_*", dumped)
    assert "reads my_kinds instead of kinds" in result.err
    found = options(dst)
    assert found["my_joined"]["viewOn"] == "my_items" and found["my_a_second"]["viewOn"] == "my_joined"
    assert found["my_french"]["collation"] == options(src)["french"]["collation"]
    assert list(dst.my_joined.find()) == list(src.joined.find())
    assert list(dst.my_a_second.find()) == list(src.a_second.find())


def test_views_stay_byte_for_byte_where_only_the_database_changes(server, src, dst, dumped):
    result = restore("--uri", server.uri_of(dst.name), dumped / src.name)
    assert options(dst) == options(src) and "reads" not in result.err


def test_a_view_whose_source_goes_to_another_database_stays_and_is_named(server, src, dst, dumped, names):
    other = names("other")
    result = restore("--uri", server.uri, "--nsFrom", f"{src.name}.*", "--nsTo", f"{dst.name}.*",
                     "--nsFrom", f"{src.name}.kinds", "--nsTo", f"{other}.kinds", dumped)
    assert f"{dst.name}.joined reads {src.name}.kinds, which goes to another database as {other}.kinds" in result.err
    assert options(dst) == options(src)


def test_what_is_not_restored_by_the_run_is_not_renamed_in_a_view(server, src, dst, dumped):
    restore("--uri", server.uri, "--nsInclude", f"{src.name}.joined", "--nsInclude", f"{src.name}.items",
            "--nsFrom", f"{src.name}.*", "--nsTo", f"{dst.name}.my_*", dumped)
    view = options(dst)["my_joined"]
    assert view["viewOn"] == "my_items" and view["pipeline"][0]["$lookup"]["from"] == "kinds"


def test_a_renamed_view_of_a_time_series_collection_reads_it(server, src, dst, tmp_path):
    import datetime
    src.command("create", "ts", timeseries={"timeField": "t"})
    src.ts.insert_many([{"t": datetime.datetime(2024, 1, 1 + i), "v": i} for i in range(5)])
    src.command("create", "late", viewOn="ts", pipeline=[{"$match": {"v": {"$gt": 2}}}, {"$project": {"_id": 0}}])
    dump("--uri", server.uri_of(src.name), "-o", tmp_path / "d")
    restore("--uri", server.uri, "--nsFrom", f"{src.name}.*", "--nsTo", f"{dst.name}.new_*", tmp_path / "d")
    assert list(dst.new_late.find()) == list(src.late.find())
