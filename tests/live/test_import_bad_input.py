"""Input that is damaged, hostile or very large: a clear error or reject, never a silent change."""
import json
import os
import resource

import pytest

from support.haul import failed, finish, start, succeeded
from support.importing import Importer, counts, lines


@pytest.fixture
def into(server, dst, tmp_path):
    return Importer(server, dst, tmp_path)


@pytest.mark.parametrize("bad", [
    b'{"a":1', b'{"a":"\x00"}', b'{"a\x00b":1}', b'{"a":"\xff"}', b'{"a":"\xed\xa0\x80"}', b'{"a":1}}', b"{'a':1}",
    b'{a:1}', b'{"a":1,}', b'{"a":NaN}', b'{"a":01}', b'{"a":"\\ud800"}', b'[1]', b'7', b'{"a":{"$oid":"zz"}}',
    b'{"a":{"$date":"2020-02-30T00:00:00Z"}}', b'{"a":{"$numberDecimal":"1E999999"}}', b'{"a":{"$numberInt":"2147483648"}}',
    b'{"a":{"$numberLong":"9223372036854775808"}}', b'{"a":' * 100000, b'[' * 100000, b'{"a":[' * 300 + b']}' * 300], ids=range(22))
def test_a_line_that_is_no_document_is_a_reject_and_its_neighbours_are_not(into, bad):
    result = failed(into.run(b'{"_id":1}\n' + bad + b'\n{"_id":3}\n', "-v"), 3, "line 2")
    assert counts(result) == {"read": 3, "inserted": 2, "rejected": 1}
    [reject] = into.rejected()
    assert reject["line"] == 2 and (reject.get("text") or reject.get("textBytes"))


def test_the_last_line_cut_off_is_a_reject_and_whole_without_a_line_end_it_is_not(into):
    assert counts(failed(into.run('{"a":1}\n{"a":"cu'), 3))["rejected"] == 1
    assert counts(into.ok('{"a":1}\n{"a":2}'))["inserted"] == 2


def test_names_that_occur_twice_stay_as_they_are(into):
    into.ok('{"_id":1,"a":1,"a":2}\n')
    from bson.raw_bson import RawBSONDocument
    from bson import CodecOptions
    raw = into.database.get_collection("c", CodecOptions(document_class=RawBSONDocument)).find_one().raw
    assert raw.count(b"\x10a\x00") == 2


def test_a_document_the_server_would_not_store_is_a_reject(into):
    deep = '{"_id":2,"a":' + '{"a":' * 198 + "1" + "}" * 198 + "}\n"
    big = '{"_id":3,"a":"' + "x" * (17 * 1024 * 1024) + '"}\n'
    result = failed(into.run('{"_id":1}\n' + deep + big + '{"_id":4}\n'), 3)
    assert sorted(d["_id"] for d in into.stored()) == [1, 4]
    assert counts(result) == {"read": 4, "inserted": 2, "rejected": 2}


def test_a_hundred_megabytes_without_a_line_end_are_one_reject_in_little_memory(into):
    path = into.folder / "long"
    with open(path, "wb") as out:
        out.write(b'{"_id":1}\n{"a":"')
        for _ in range(100):
            out.write(b"x" * 1_000_000)
        out.write(b'"}\n{"_id":2}\n')
    result = failed(into.command("-c", "c", path), 3, "line 2")
    assert counts(result) == {"read": 3, "inserted": 2, "rejected": 1}
    assert into.rejects.stat().st_size < 10_000_000


@pytest.mark.parametrize("magic,code", [(b"\x1f\x8b", 4), (b"\x28\xb5\x2f\xfd", 4), (b"noise", 3)])
def test_noise_is_no_input(into, magic, code):
    failed(into.run(magic + os.urandom(100_000)), code)
    assert into.stored() == []


def test_the_same_key_twice_in_one_file(into):
    result = failed(into.run(lines([{"_id": 1, "n": 1}, {"_id": 1, "n": 2}, {"_id": 1, "n": 1}])), 3, "duplicate")
    assert counts(result) == {"read": 3, "inserted": 1, "present already": 1, "rejected": 1}


def test_without_the_right_to_write_nothing_happens_and_exit_6_says_so(auth_server, tmp_path):
    from support.haul import run
    auth_server.client.admin.command("createUser", "importer_reader", pwd="x", roles=["readAnyDatabase"])
    try:
        (tmp_path / "in.json").write_text('{"a":1}\n')
        host = auth_server.uri_of("").split("@")[-1]
        result = run("import", "--uri", "mongodb://importer_reader:x@" + host.replace("/?", "/t?") + (
            "&authSource=admin" if "authSource" not in host else ""), tmp_path / "in.json", cwd=tmp_path)
        failed(result, 6, "not authorized")
    finally:
        auth_server.client.admin.command("dropUser", "importer_reader")
