"""haul-inspect on archives, which are streams: what they hold is found by reading them."""
import gzip
import json
import subprocess

import pytest
from bson import json_util

from support.haul import ROOT, environment, tool

ARCHIVES = ROOT / "tests/golden/archives"
SHOP = ARCHIVES / "shop.archive.gz"
PLAIN = gzip.decompress(SHOP.read_bytes())
EXPECTED = json.loads((ROOT / "tests/golden/dumps/expected.json").read_text())


def inspect(*args, data=None):
    """Exit code, standard output, standard error."""
    done = subprocess.run([tool("inspect"), *map(str, args)], input=data or b"", capture_output=True,
                          env=environment(), timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def zstd(data):
    return subprocess.run(["zstd", "-qc"], input=data, capture_output=True, check=True).stdout


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd])
@pytest.mark.parametrize("way", ["file", "stdin"])
def test_the_summary_counts_what_the_server_held(tmp_path, pack, way):
    data = pack(PLAIN)
    (tmp_path / "a").write_bytes(data)
    code, out, err = inspect("--json", *([tmp_path / "a"] if way == "file" else []), data=data)
    found = json.loads(out)
    assert (code, found["kind"], found["state"], found["serverVersion"]) == (0, "archive", "foreign", "6.0.5"), err
    rows = {f"{row['db']}.{row['collection']}": row for row in found["namespaces"]}
    for name, expected in EXPECTED.items():
        if name.startswith("shop.") and expected["type"] == "collection" and name in rows:
            assert rows[name]["documents"] == expected["count"], name
    assert rows["shop.weather"]["type"] == "timeseries" and rows["shop.capped"]["capped"]


@pytest.mark.parametrize("choice", [["-d", "shop", "-c", "capped"], ["--nsInclude=shop.capped"]])
def test_one_collection_shows_its_documents(choice):
    for args, data in (([SHOP], b""), (["-"], PLAIN)):
        code, out, err = inspect(*choice, *args, data=data)
        assert code == 0 and len(out.splitlines()) == EXPECTED["shop.capped"]["count"], err


def test_the_documents_are_those_of_the_directory():
    for name in ("types", "users", "weather"):
        left = inspect("-d", "shop", "-c", name, SHOP)[1]
        right = inspect("-d", "shop", "-c", name, ROOT / "tests/golden/dumps/dir")[1]
        assert sorted(left.splitlines()) == sorted(right.splitlines()) and left


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.999])
def test_of_an_archive_that_is_cut_the_summary_and_documents_go_as_far_as_it_does(part):
    data = PLAIN
    cut = data[:int(len(data) * part)]
    code, out, err = inspect("--json", data=cut)
    found = json.loads(out)
    assert (code, found["state"]) == (4, "incomplete") and "cut short" in err
    whole = json.loads(inspect("--json", data=data)[1])
    assert 0 < sum(r.get("documents", 0) for r in found["namespaces"]) \
        < sum(r.get("documents", 0) for r in whole["namespaces"]) or part > 0.99
    code, out, err = inspect("-d", "shop", "-c", "users", data=cut)
    assert code in (0, 4) and all(json_util.loads(line) for line in out.splitlines())


def test_an_altered_document_is_found_by_the_crc():
    data = bytearray(PLAIN)
    data[len(data) // 2] ^= 1
    code, _, err = inspect(data=bytes(data))
    assert code == 4 and "error" in err


@pytest.mark.parametrize("options,words", [
    (["-d", "shop", "-c", "absent"], ["shop.absent", "not in this archive", "shop.capped"]),
    (["-d", "shop", "-c", "active_users"], ["view"]),
    (["-d", "absent"], ["--db"]), (["--limit=1"], ["--limit"])])
def test_refuses(options, words):
    code, out, err = inspect(*options, SHOP)
    assert (code, out) == (2, "") and all(word in err for word in words), err
