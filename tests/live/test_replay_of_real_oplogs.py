"""--oplogReplay: what a server wrote while it was dumped comes back, whatever it was. The oplogs are
those of a real server."""
import datetime

import bson
import pytest
from bson import Int64

from support.haul import fingerprint, restore
from support.oplog import Recording, entry, write_oplog


@pytest.fixture
def recording(server, names, tmp_path):
    database = names("db")
    server.client[database].a.insert_many([{"_id": i, "n": i} for i in range(20)])
    server.client[database].a.create_index([("n", 1)], name="by_n")
    return Recording(server, tmp_path, database)


@pytest.fixture
def db(server, recording):
    return server.client[recording.databases[0]]


def assert_comes_back(recording, *options):
    """Into an empty server, and a second time over that."""
    recording.forget()
    result = recording.replay(*options)
    recording.assert_as_recorded()
    recording.replay("--drop", *options)
    recording.assert_as_recorded()
    return result


def prepared(client, commit, *writes):
    """A prepared transaction as a sharded cluster has it."""
    with client.start_session() as session:
        session.start_transaction()
        for write in writes:
            write(session)
        answer = client.admin.command("prepareTransaction", 1, session=session,
                                      writeConcern={"w": "majority"})
        if commit:
            client.admin.command({"commitTransaction": 1, "autocommit": False,
                                  "commitTimestamp": answer["prepareTimestamp"]}, session=session)
        else:
            session.abort_transaction()


def test_inserts_updates_and_deletes(recording, db):
    with recording:
        db.a.insert_many([{"_id": 100 + i} for i in range(50)])
        db.a.update_many({"_id": {"$lt": 10}}, {"$set": {"x.y": [1, 2]}})
        db.a.replace_one({"_id": 3}, {"_id": 3, "whole": True})
        db.a.delete_many({"_id": {"$gte": 15, "$lt": 20}})
        db.a.find_one_and_update({"_id": 5}, {"$inc": {"n": 1}})
        db.a.insert_one({"_id": bson.SON([("b", 1), ("a", 2)]), "compound": "in this order"})
    assert_comes_back(recording)


def test_an_oplog_that_began_long_before_the_dump_changes_nothing_twice(recording, db):
    """Everything in it is in the dump already; collections that it names were dropped since."""
    with recording:
        db.gone.insert_many([{"_id": i} for i in range(700)])
        db.gone.update_many({}, {"$set": {"x": 1}})
        db.a.update_many({}, {"$push": {"list": 1}})
        db.a.delete_one({"_id": 1})
        db.a.create_index("x", name="dropped again")
        db.command("collMod", "a", index={"name": "dropped again", "hidden": True})
        db.a.drop_index("dropped again")
        db.gone.drop()
        recording.dump()
    assert_comes_back(recording)


def test_create_drop_collmod_capped_and_views(recording, db):
    with recording:
        db.command("create", "capped", capped=True, size=8192, max=5)
        db.capped.insert_many([{"_id": i} for i in range(8)])
        db.command("create", "clustered", clusteredIndex={"key": {"_id": 1}, "unique": True, "name": "mine"})
        db.clustered.insert_one({"_id": 1})
        db.command("create", "collated", collation={"locale": "en", "strength": 2})
        db.collated.create_index("x", name="inherits")
        db.collated.create_index("y", name="simple", collation={"locale": "simple"})
        db.command("create", "view", viewOn="a", pipeline=[{"$match": {"n": 1}}])
        db.command("create", "short lived", viewOn="a", pipeline=[])
        db["short lived"].drop()
        db.command("collMod", "view", viewOn="a", pipeline=[{"$match": {"n": 2}}])
        db.command("collMod", "a", validator={"n": {"$type": "int"}}, validationLevel="moderate")
        db.command("create", "emptied", capped=True, size=4096)
        db.emptied.insert_one({"_id": 1})
        db.command("emptycapped", "emptied")
        db.command("create", "dropped")
        db.dropped.drop()
    assert_comes_back(recording)


def test_what_a_validator_would_refuse_comes_back(recording, db):
    with recording:
        db.command("create", "strict", validator={"n": {"$gte": 0}})
        db.strict.with_options().insert_one({"_id": 1, "n": 1})
        db.strict.insert_one({"_id": 2, "n": -1}, bypass_document_validation=True)
    assert_comes_back(recording)


def test_index_changes_are_edits_of_a_catalogue(recording, db):
    with recording:
        db.a.create_index("x", name="ttl", expireAfterSeconds=100)
        db.command("collMod", "a", index={"name": "ttl", "expireAfterSeconds": 500})
        db.command("collMod", "a", index={"keyPattern": {"n": 1}, "hidden": True})
        db.a.create_index("u", name="unique", sparse=True)
        db.command("collMod", "a", index={"name": "unique", "prepareUnique": True})
        db.command("collMod", "a", index={"name": "unique", "unique": True})
        db.a.create_index([("p", 1)], name="partial", partialFilterExpression={"p": {"$gt": 1}})
        db.a.create_index("q", name="gone")
        db.a.drop_index("gone")
        db.b.create_index("x", name="on an empty collection")
        db.b.create_index("y", name="all gone")
        db.command("dropIndexes", "b", index="*")
        db.b.create_index("z", name="last")
    assert_comes_back(recording)


def test_a_unique_index_stands_not_in_the_way_of_a_state_between(recording, db):
    """Documents that swap unique values while the dump is taken clash when entries come again."""
    db.u.create_index("v", unique=True, name="v")
    db.u.insert_many([{"_id": 1, "v": "a"}, {"_id": 2, "v": "b"}])
    with recording:
        db.u.update_one({"_id": 1}, {"$set": {"v": "c"}})
        db.u.update_one({"_id": 2}, {"$set": {"v": "a"}})
        db.u.update_one({"_id": 1}, {"$set": {"v": "b"}})
        recording.dump()
    assert_comes_back(recording)


def test_a_renamed_collection_takes_its_indexes_with_it(recording, db):
    """mongorestore builds them on a ghost collection that has the old name."""
    with recording:
        db.a.create_index("later", name="added before the rename")
        db.a.rename("renamed")
        db.renamed.create_index("after", name="added after the rename")
    assert_comes_back(recording)
    assert "a" not in db.list_collection_names()


def test_a_rename_over_a_collection_leaves_no_third_one_behind(recording, db):
    with recording:
        db.b.insert_one({"_id": "of b"})
        db.b.create_index("of_b", name="of_b")
        db.a.rename("b", dropTarget=True)
    assert_comes_back(recording)


def test_a_rename_that_the_dump_has_seen_drops_nothing(recording, db):
    """applyOps drops the target of a rename whose source is not there."""
    with recording:
        db.a.insert_one({"_id": "before"})
        db.a.rename("b")
        recording.dump()
        db.b.insert_one({"_id": "after"})
    assert_comes_back(recording)


def test_convert_to_capped(recording, db):
    with recording:
        db.command("convertToCapped", "a", size=65536)
        db.a.insert_one({"_id": "later"})
    assert_comes_back(recording)


def test_a_rename_from_another_database(server, names, recording, db, tmp_path):
    other = server.client[names("other")]
    other.x.insert_many([{"_id": i} for i in range(5)])
    other.x.create_index("i", name="i")
    both = Recording(server, tmp_path, db.name, other.name)
    with both:
        server.client.admin.command("renameCollection", f"{other.name}.x", to=f"{db.name}.y")
    assert_comes_back(both)


def test_a_dropped_database_stays_dropped_and_what_else_the_target_holds_stays(recording, db):
    with recording:
        db.command("create", "view", viewOn="a", pipeline=[])
        db.client.drop_database(db.name)
        db.again.insert_one({"_id": 1})
    recording.forget()
    db.mine.insert_one({"_id": "of the target"})
    recording.replay()
    assert sorted(db.list_collection_names()) == ["again", "mine", "system.views"] or \
        sorted(db.list_collection_names()) == ["again", "mine"]


def test_time_series(recording, db):
    at = datetime.datetime(2024, 1, 1)
    db.command("create", "old", timeseries={"timeField": "t", "metaField": "m"})
    db.old.insert_one({"t": at, "m": 1, "v": 1})
    db.old.create_index("m", name="by_m")
    with recording:
        db.old.insert_many([{"t": at + datetime.timedelta(seconds=i), "m": 1, "v": i} for i in range(9)])
        db.command("create", "new", timeseries={"timeField": "t", "metaField": "m"}, expireAfterSeconds=10**9)
        db.new.insert_many([{"t": at + datetime.timedelta(minutes=i), "m": i % 2, "v": i} for i in range(9)])
        db.new.create_index([("m", 1), ("t", 1)], name="by_m_and_t")
        db.command("collMod", "new", timeseries={"granularity": "minutes"})
        db.command("create", "gone", timeseries={"timeField": "t"})
        db.gone.insert_one({"t": at})
        db.gone.drop()
    indexes = {n: sorted(i["name"] for i in db[n].list_indexes()) for n in ("old", "new")}
    assert_comes_back(recording)
    assert {n: sorted(i["name"] for i in db[n].list_indexes()) for n in ("old", "new")} == indexes


def test_transactions_small_large_prepared_and_aborted(recording, db):
    client = db.client
    db.command("create", "t")
    with recording:
        with client.start_session() as session, session.start_transaction():
            db.t.insert_one({"_id": "small"}, session=session)
            db.a.update_one({"_id": 1}, {"$set": {"x": "small"}}, session=session)
            db.a.delete_one({"_id": 2}, session=session)
        with client.start_session() as session, session.start_transaction():
            for i in range(9):
                db.t.insert_one({"_id": f"large {i}", "p": "x" * 4_000_000}, session=session)
        prepared(client, True, lambda s: db.t.insert_one({"_id": "prepared"}, session=s))
        prepared(client, False, lambda s: db.t.insert_one({"_id": "aborted"}, session=s))
        prepared(client, True, *[lambda s, i=i: db.t.insert_one({"_id": f"both {i}", "p": "x" * 4_000_000},
                                                                session=s) for i in range(5)])
        with client.start_session() as session, session.start_transaction():
            db.made.create_index("x", name="in a transaction", session=session)
            db.made.insert_one({"_id": 1}, session=session)
    assert_comes_back(recording)


def test_documents_of_16_mib_and_many_small_ones(recording, db):
    largest = "x" * (16 * 1024 * 1024 - 64)
    with recording:
        db.large.insert_one({"_id": 1, "p": largest})
        db.large.insert_many([{"_id": 10 + i, "n": i} for i in range(2500)])
        db.large.replace_one({"_id": 1}, {"_id": 1, "p": largest.replace("x", "y")})
        db.large.insert_many([{"_id": 10000 + i, "p": "z" * 6_000_000} for i in range(5)])
    assert_comes_back(recording)


def test_entries_with_fields_that_no_applyops_takes(recording, db):
    """needsRetryImage ends a server of version 6.0.5."""
    with recording:
        db.a.find_one_and_delete({"_id": 1})
        db.a.find_one_and_replace({"_id": 2}, {"n": 99})
        db.command("create", "images", changeStreamPreAndPostImages={"enabled": True})
        db.images.insert_one({"_id": 1})
        db.images.update_one({"_id": 1}, {"$set": {"x": 1}})
    assert_comes_back(recording)


def test_system_js_and_users_of_the_server_are_kept_apart(recording, db):
    with recording:
        db["system.js"].insert_one({"_id": "f", "value": bson.Code("function() { return 1; }")})
        db.a.insert_one({"_id": "x"})
    assert_comes_back(recording)


def test_only_the_selected_part_is_replayed(server, recording, db):
    db.b.insert_one({"_id": 1})
    with recording:
        db.a.insert_one({"_id": "new"})
        db.b.insert_one({"_id": 2})
        with db.client.start_session() as session, session.start_transaction():
            db.a.insert_one({"_id": "in both"}, session=session)
            db.b.insert_one({"_id": "in both"}, session=session)
        db.command("create", "c")
        db.b.create_index("x", name="x")
    recording.forget()
    result = recording.replay(f"--nsInclude={db.name}.a")
    found = fingerprint(server.client, db.name)
    assert found == {"a": recording.expected[db.name]["a"]}
    assert "4 filtered" in result.err, result


def test_an_inner_operation_on_config_does_not_end_the_replay(server, recording, db, tmp_path):
    """mongorestore filters entries, but not the operations of a transaction."""
    with recording:
        db.a.insert_one({"_id": "real"})
    session = {"lsid": {"id": bson.Binary(b"1" * 16, 4), "uid": b"2" * 32}, "txnNumber": Int64(1)}
    recording.forget()
    write_oplog(recording.file, [*recording.entries, entry(
        4_000_000_000, "c", "admin.$cmd", {"applyOps": [
            {"op": "i", "ns": "config.transactions", "o": {"_id": 1}},
            {"op": "i", "ns": "config.image_collection", "o": {"_id": 1}},
            {"op": "i", "ns": f"{db.name}.a", "o": {"_id": "beside it"}}]}, **session)])
    recording.replay()
    assert db.a.count_documents({"_id": {"$in": ["real", "beside it"]}}) == 2


def test_entries_go_to_the_names_of_the_target(server, names, recording, db):
    target = server.client[names("target")]
    at = datetime.datetime(2024, 1, 1)
    with recording:
        db.a.insert_one({"_id": "new"})
        db.command("create", "view", viewOn="b", pipeline=[{"$lookup": {"from": "a", "pipeline": [], "as": "x"}}])
        db.command("create", "series", timeseries={"timeField": "t"})
        db.series.insert_one({"t": at, "v": 1})
        with db.client.start_session() as session, session.start_transaction():
            db.a.update_one({"_id": 1}, {"$set": {"x": 1}}, session=session)
        db.a.create_index("x", name="x")
        db.a.rename("b")
        db.command("create", "dropped")
        db.dropped.drop()
        db.command("convertToCapped", "b", size=65536)
    recording.forget()
    recording.replay(f"--nsFrom={db.name}.*", f"--nsTo={target.name}.new_*")
    found = fingerprint(server.client, target.name)
    expected = {("new_" + k if not k.startswith("system.buckets.") else "system.buckets.new_" + k[15:]): v
                for k, v in recording.expected[db.name].items()}
    assert sorted(found) == sorted(expected)
    expected["new_view"]["options"] |= {
        "viewOn": "new_b", "pipeline": [{"$lookup": {"from": "new_a", "pipeline": [], "as": "x"}}]}
    for name, held in expected.items():
        assert found[name] == held, name
    assert db.list_collection_names() == []


def test_a_folder_of_one_database_takes_its_own_entries(server, names, recording, db):
    target = server.client[names("target")]
    with recording:
        db.a.insert_one({"_id": "new"})
        server.client[names("other")].a.insert_one({"_id": "not mine"})
    restore("--uri", server.uri_of(target.name), "--oplogReplay", "--oplogFile", recording.file,
            recording.dump_folder / db.name)
    assert fingerprint(server.client, target.name) == recording.expected[db.name]
