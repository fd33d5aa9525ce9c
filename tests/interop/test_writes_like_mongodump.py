"""haul-dump with --compress none or gzip writes the tree that mongodump writes of the same data."""
import gzip
import json
import subprocess

import pytest

from support.haul import GOLDEN, digest, dump, plain, restore, split_bson, tree

DUMPS = GOLDEN / "dumps"
DATABASES = ["shop", "odd_names", "empty"]
FORMS = {"none": "dir", "gzip": "dir-gzip"}
OWN_FILES = {"manifest.json", "manifest.index"}


@pytest.fixture(scope="module")
def shops(server):
    """The server holds what the golden dumps were made of."""
    for name in DATABASES:
        server.client.drop_database(name)
    server.client.shop.command("dropAllUsersFromDatabase")
    server.client.shop.command("dropAllRolesFromDatabase")
    restore("--uri", server.uri, "--nsExclude=shop.*", DUMPS / "dir")
    restore("--uri", server.uri, "--db=shop", "--restoreDbUsersAndRoles", DUMPS / "dir" / "shop")
    yield server
    server.client.shop.command("dropAllUsersFromDatabase")
    server.client.shop.command("dropAllRolesFromDatabase")
    for name in DATABASES:
        server.client.drop_database(name)


@pytest.fixture(scope="module", params=FORMS)
def both(request, shops, tmp_path_factory):
    """(path of mongodump's directory, path of ours)"""
    ours = tmp_path_factory.mktemp(request.param) / "d"
    users = ["--dumpDbUsersAndRoles"] if request.param == "none" else []
    for name in DATABASES:
        dump("--uri", shops.uri, "--db", name, *users, "--compress", request.param, "-o", ours)
    return DUMPS / FORMS[request.param], ours


def text_of(content):
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def names(folder):
    return {p for p in tree(folder) if p not in OWN_FILES}


def without_uuid(text):
    pairs = json.loads(text, object_pairs_hook=list)
    return [(k, v) for k, v in pairs if k != "uuid"]


def test_the_names_are_the_same(both):
    assert names(both[1]) == names(both[0])


def test_metadata_have_the_same_fields_in_the_same_order(both):
    theirs, ours = tree(both[0]), tree(both[1])
    compared = [p for p in theirs if ".metadata.json" in p]
    assert len(compared) > 20
    for path in compared:
        assert without_uuid(text_of(ours[path])) == without_uuid(text_of(theirs[path])), path


def test_metadata_are_byte_for_byte_the_same_but_for_the_uuid(both):
    theirs, ours = tree(both[0]), tree(both[1])

    def blank(content):
        text = text_of(content).decode()
        at = text.find('"uuid":"')
        return text if at < 0 else text[:at + 8] + "-" * 32 + text[at + 40:]

    for path in (p for p in theirs if ".metadata.json" in p):
        assert blank(ours[path]) == blank(theirs[path]), path


def test_data_hold_the_same_documents_and_capped_collections_the_same_order(both):
    theirs, ours = tree(both[0]), tree(both[1])
    for path in (p for p in theirs if ".bson" in p and "$admin" not in p):
        mine, real = text_of(ours[path]), text_of(theirs[path])
        assert digest(split_bson(mine)) == digest(split_bson(real)), path
        if "capped" in path:
            assert mine == real


def test_users_and_roles_are_in_the_files_that_mongodump_uses(both):
    theirs, ours = tree(both[0]), tree(both[1])
    for path in (p for p in theirs if "$admin.system" in p):
        assert len(split_bson(text_of(ours[path]))) >= len(split_bson(text_of(theirs[path]))) * bool("shop" in path)


def test_the_prelude_tells_the_server_and_stands_where_mongodump_puts_it(both, shops):
    for name in DATABASES:
        found = [p for p in tree(both[1]) if p.startswith(f"{name}/prelude.json")]
        assert len(found) == 1
        prelude = json.loads(text_of(tree(both[1])[found[0]]))
        assert prelude["ServerVersion"] == shops.client.server_info()["version"] and prelude["ToolVersion"]


def test_the_prelude_of_a_whole_server_stands_in_the_root(shops, tmp_path):
    dump("--uri", shops.uri, "--compress=none", "-o", tmp_path / "d")
    assert (tmp_path / "d" / "prelude.json").is_file()


def test_zstd_undoes_our_files_to_the_bytes_of_a_plain_dump(both, shops, tmp_path):
    dump("--uri", shops.uri_of("shop"), "-o", tmp_path / "z", "--jobs=1")
    for path in sorted((tmp_path / "z" / "shop").glob("*.bson.zst")):
        subprocess.run(["zstd", "-tq", str(path)], check=True)
        golden = DUMPS / "dir" / "shop" / path.name.removesuffix(".zst")
        assert digest(split_bson(plain(path))) == digest(split_bson(golden.read_bytes())), path.name


def test_a_zstd_file_ends_with_the_standard_seek_table(shops, tmp_path):
    """https://github.com/facebook/zstd/blob/dev/contrib/seekable_format: a footer of 9 bytes."""
    dump("--uri", shops.uri_of("shop"), "-o", tmp_path / "z")
    for path in (tmp_path / "z" / "shop").glob("*.bson.zst"):
        data = path.read_bytes()
        assert data[-4:] == bytes.fromhex("b1ea928f")
        frames, flags = int.from_bytes(data[-9:-5], "little"), data[-5]
        entry = 12 if flags & 0x80 else 8
        table = data[-9 - frames * entry - 8:-9]
        assert table[:4] == bytes.fromhex("5e2a4d18")
        assert int.from_bytes(table[4:8], "little") == frames * entry + 9
        entries = [(int.from_bytes(table[8 + i * entry:12 + i * entry], "little"),
                    int.from_bytes(table[12 + i * entry:16 + i * entry], "little")) for i in range(frames)]
        assert sum(size for size, _ in entries) + len(table) + 9 == len(data)
        assert sum(size for _, size in entries) == len(plain(path))
        assert entries[-1][1] == 0, "the last entry is the index frame"
