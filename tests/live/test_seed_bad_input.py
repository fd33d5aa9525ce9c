"""What haul-seed says to files that are wrong, and to documents that a server does not take."""
import os

import pytest

from support import haul

DEV = {"HAUL_ENV": "development"}


def refused(seeder, text, *words, settings=None, env=None, name="a/x.json"):
    """Exit 2 with these words, and nothing was touched."""
    seeder.write(name, text, settings)
    result = haul.failed(seeder.run(env={**DEV, **(env or {})}, code=2), 2, name, *words)
    assert seeder.database not in seeder.server.client.list_database_names()
    return result


@pytest.mark.parametrize("text, words", [
    ('[\n{"a": 1},\n{"a": ', ("line 3", "ends in the middle")),
    ('[{"a": 1}', ("line 1",)),
    ('[{"a": 1} {"b": 2}]', ("',' or ']'",)),
    ('[\n{"a": 1,\n "a": 2}]', ("line 3", "'a' stands twice")),
    ('[{"a": "x\x00"}]', ("control character",)),
    ('[{"a\\u0000": 1}]', ("NUL",)),
    ('[{"a": nope}]', ("a value is expected",)),
    ('[{"a": 1}] []', ("something follows",)),
    ('"text"', ("begins with '{'",)),
    ('[1]', ("line 1", "[0]", "a document is expected")),
    ('{"$$seed": {}, "documents": [], "more": 1}', ("documents",)),
    ('{"$$seed": {}, "documents": {}}', ("array of documents",)),
    ('{"$$seed": {"keys": ["a"]}, "documents": []}', ("$$seed.keys", "no setting", "onExisting")),
    ('{"$$seed": {"onExisting": "merge"}, "documents": []}', ("skip, update, replace",)),
    ('[\n\n{"at": {"deep": {"$$nwo": 1}}}]', ("line 3", "[0].at.deep.$$nwo", "no directive", "$$now")),
    ('[{"a": {"$$now": 1, "b": 2}}]', ("does not know 'b'",)),
    ('[{"$$now": 1}]', ("in the place of a field",)),
    ('[{"a": {"$$date": "tomorrow"}}]', ("a date is expected",)),
    ('[{"a": {"$$env": "HAUL_NOT_SET"}}]', ("HAUL_NOT_SET is not set",)),
    ('[{"a": {"$$file": "../x"}}]', ("leaves the seed root",)),
    ('[{"a": {"$$file": "/etc/passwd"}}]', ("below the seed root",)),
    ('[{"a": {"$$file": "missing.png"}}]', ("missing.png", "No such file")),
    ('[{"a": {"$$gen": "phone"}}]', ("$$gen takes",)),
    ('[{"a": {"$$gen": {"int": [9, 1]}}}]', ("lower first",)),
    ('[{"$$repeat": {"n": -1, "doc": {}}}]', ("a number from 0",)),
    ('[{"$$repeat": {"n": 1}}]', ("$$repeat takes",)),
    ('[{"a": {"$$seq": {"from": 1}}}]', ("start", "step")),
    ('[{"a": {"$oid": "xyz"}}]', ("24 hex digits",)),
    ('[{"a": {"$numberDecimal": "1E9999"}}]', ("decimal",)),
    ('[{"_id": {"$$now": 1}}]', ("differs from run to run",)),
    ("[" * 300, ("200 levels",)),
    ('[{"a": ' + '{"b":' * 300, ("200 levels",)),
])
def test_a_fault_names_file_line_and_path(seeder, text, words):
    refused(seeder, text, *words)


def test_invalid_utf8_is_refused(seeder):
    path = seeder.write("a/x.json", "[]")
    path.write_bytes(b'[{"a": "\xff"}]')
    haul.failed(seeder.run(env=DEV, code=2), 2, "not UTF-8", "line 1")


def test_a_link_is_not_followed(seeder):
    seeder.write("a/x.json", '[{"a": {"$$file": "secret"}}]')
    os.symlink("/etc/hostname", seeder.folder / "seeds" / "secret")
    haul.failed(seeder.run(env=DEV, code=2), 2, "link")


def test_a_missing_key_field_is_refused_with_its_line(seeder):
    refused(seeder, '{"$$seed": {"key": ["email"]}, "documents": [\n{"email": "a"},\n{"mail": "b"}]}',
            "line 3", "documents[1]", "email is absent")


def test_the_same_key_twice_in_a_file_is_refused_with_both_lines(seeder):
    refused(seeder, '{"$$seed": {"key": ["n"]}, "documents": [\n{"n": 1},\n{"n": 2},\n{"n": 1.0}]}',
            "line 4", "stands twice", "line 2")


def test_a_key_that_generated_documents_share_is_a_reject(seeder):
    seeder.write("a/x.json", [{"$$repeat": {"n": 10, "doc": {"k": {"$$gen": {"choice": ["a", "b"]}}}}}],
                 {"key": ["k"]})
    seeder.run(env=DEV, code=3)
    assert seeder.db.a.count_documents({}) == 2
    assert len(seeder.rejects()) == 8


def test_a_reference_to_nothing_is_refused(seeder):
    refused(seeder, '[\n{"_id": 1, "by": {"$$ref": {"users": {"name": "nobody"}}}}]',
            "line 2", "[0].by", "no document of users")


def test_a_reference_to_several_is_refused(seeder):
    seeder.write("users/x.json", [{"_id": 1, "n": "x"}, {"_id": 2, "n": "x"}])
    seeder.write("posts/x.json", [{"_id": 1, "by": {"$$ref": {"users": {"n": "x"}}}}])
    haul.failed(seeder.run(env=DEV, code=2), 2, "several documents of users")


def test_references_in_a_circle_between_files_are_refused(seeder):
    seeder.write("a/x.json", [{"_id": 1, "b": {"$$ref": {"b": {"_id": 1}}}}])
    seeder.write("b/x.json", [{"_id": 1, "c": {"$$ref": {"c": {"_id": 1}}}}])
    seeder.write("c/x.json", [{"_id": 1, "a": {"$$ref": {"a": {"_id": 1}}}}])
    haul.failed(seeder.run(env=DEV, code=2), 2, "circle", "a -> b -> c -> a")


def test_documents_that_refer_to_each_other_are_refused(seeder):
    refused(seeder, '[{"_id": 1, "o": {"$$ref": {"a": {"_id": 2}}}}, {"_id": 2, "o": {"$$ref": {"a": {"_id": 1}}}}]',
            "circle")


def test_a_document_that_refers_to_a_reject_is_one_too(seeder):
    seeder.db.create_collection("users", validator={"n": {"$lt": 2}})
    seeder.write("posts/x.json", [{"_id": 1, "by": {"$$ref": {"users": {"n": 5}}}}])
    seeder.write("users/x.json", [{"_id": 1, "n": 1}, {"_id": 2, "n": 5}])
    result = seeder.run(env=DEV, code=3)
    assert "was rejected" in result.err
    assert [(r["ns"].split(".")[1], r["_id"]) for r in seeder.rejects()] == [("users", 2), ("posts", 1)]


def test_a_validator_that_refuses_half_leaves_the_other_half(seeder):
    seeder.db.create_collection("a", validator={"n": {"$lt": 50}})
    path = seeder.write("a/x.json", [{"$$repeat": {"n": 100, "doc": {"_id": {"$$seq": {}}, "n": {"$$seq": {"start": 0}}}}}])
    result = seeder.run(env=DEV, code=3)
    assert "50 created, 0 skipped as existing, 0 updated, 50 rejected" in result.err
    rejects = seeder.rejects()
    assert len(rejects) == 50
    assert {(r["code"], r["file"]) for r in rejects} == {(121, str(path.relative_to(seeder.folder)))}
    assert seeder.run(env=DEV, code=3).err.count("50 skipped as existing") == 2


@pytest.mark.parametrize("indexed", [True, False])
def test_a_unique_index_other_than_the_key_makes_rejects(seeder, indexed):
    seeder.db.a.create_index("phone", unique=True)
    seeder.db.a.insert_one({"email": "old", "phone": 1})
    indexes = [{"key": {"email": 1}, "unique": True}] if indexed else []
    seeder.write("a/x.json", [{"email": "a", "phone": 1}, {"email": "b", "phone": 2}],
                 {"key": ["email"], "indexes": indexes})
    result = seeder.run(env=DEV, code=3)
    assert "1 created, 0 skipped as existing, 0 updated, 1 rejected" in result.err
    assert "phone_1" in result.err
    assert [r["document"]["email"] for r in seeder.rejects()] == ["a"]


def test_an_index_that_contradicts_what_is_there_is_exit_10(seeder):
    seeder.db.a.insert_many([{"n": 1}, {"n": 1}])
    seeder.write("a/x.json", [{"n": 2}], {"key": ["n"], "indexes": [{"key": {"n": 1}, "unique": True}]})
    haul.failed(seeder.run(env=DEV, code=10), 10, "n_1", "no document was written")
    assert seeder.db.a.count_documents({}) == 2


def test_a_view_is_exit_10(seeder):
    seeder.db.command("create", "a", viewOn="b", pipeline=[])
    seeder.write("a/x.json", [{"_id": 2}])
    haul.failed(seeder.run(env=DEV, code=10), 10, "view")


def test_a_table_becomes_documents(seeder):
    seeder.write("a/x.csv", "_id,name,address.city\r\n1,\"Meyer, Ada\",Ulm\r\n2,Bo,Rom\r\n")
    seeder.write("b/x.tsv", "_id\tname\n1\ta\tmore\n")
    seeder.run(env=DEV)
    seeder.run(env=DEV)
    assert list(seeder.db.a.find()) == [
        {"_id": 1, "name": "Meyer, Ada", "address": {"city": "Ulm"}},
        {"_id": 2, "name": "Bo", "address": {"city": "Rom"}}]
    assert seeder.db.b.count_documents({}) == 1


def test_a_table_with_quotes_astray_is_refused(seeder):
    refused(seeder, '_id,name\n1,a\n2,"b" c\n', "line 3", name="a/x.csv")


def test_a_file_of_more_than_256_mib_is_exit_14(seeder):
    path = seeder.write("a/x.json", "[]")
    with path.open("wb") as file:
        file.truncate(257 << 20)
    haul.failed(seeder.run(env=DEV, code=14), 14, "256 MiB", "haul-import")


def test_no_database_is_exit_2(seeder):
    seeder.write("a/x.json", [])
    result = haul.run("seed", "--uri", seeder.server.uri, cwd=seeder.folder)
    haul.failed(result, 2, "no database")


def test_no_server_is_exit_5(seeder):
    seeder.write("a/x.json", [])
    result = haul.run("seed", "--uri", "mongodb://127.0.0.1:1/x?serverSelectionTimeoutMS=300", cwd=seeder.folder)
    haul.failed(result, 5)
