"""Runs haul-dump and haul-restore as a user would, and says what a server holds.

The executables are searched in HAUL_BIN, else in the newest build below build/.
"""
import dataclasses
import datetime
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import time

import pymongo
from bson import json_util
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from support.mongod import ROOT, die_with_parent

RAW = CodecOptions(document_class=RawBSONDocument)
TIMEOUT = float(os.environ.get("HAUL_TEST_TIMEOUT", "120"))
GOLDEN = ROOT / "tests" / "golden"
CAMPAIGN_FULL = os.environ.get("HAUL_CAMPAIGN") == "full"


def tool(name):
    """Path of haul-dump, haul-restore, ..."""
    if os.environ.get("HAUL_BIN"):
        return str(pathlib.Path(os.environ["HAUL_BIN"]) / f"haul-{name}")
    found = [p for p in (ROOT / "build").glob(f"*/**/haul-{name}") if p.is_file()]
    if not found:
        raise RuntimeError(f"no haul-{name}: build the project or set HAUL_BIN")
    return str(max(found, key=lambda p: p.stat().st_mtime))


@dataclasses.dataclass
class Result:
    code: int
    out: str
    err: str
    seconds: float
    command: list

    def __str__(self):
        return (f"{' '.join(map(str, self.command))}\nexit {self.code} after {self.seconds:.1f} s\n"
                f"--- stdout\n{self.out[-3000:]}\n--- stderr\n{self.err[-6000:]}")


def environment(**extra):
    env = {k: v for k, v in os.environ.items()
           if not k.startswith(("HAUL_", "MONGO_URL")) and k != "XDG_CONFIG_HOME"}
    env.setdefault("ASAN_OPTIONS", "exitcode=99:detect_leaks=1")
    env.setdefault("UBSAN_OPTIONS", "halt_on_error=1:exitcode=99:print_stacktrace=1")
    env.update({k: str(v) for k, v in extra.items()})
    return env


def start(name, *args, cwd=None, env=None, wrap=(), preexec=None, **kw):
    """The running process; its standard streams are pipes. It dies with the test."""
    def before():
        die_with_parent()
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)  # a run in the background would hand down "ignored"
        if preexec:
            preexec()
    command = [*map(str, wrap), tool(name), *map(str, args)]
    kw.setdefault("stdin", subprocess.DEVNULL)
    kw.setdefault("stdout", subprocess.PIPE)
    kw.setdefault("stderr", subprocess.PIPE)
    return subprocess.Popen(command, cwd=cwd, env=environment(**(env or {})), preexec_fn=before,
                            text=True, errors="replace", **kw)


def await_handler(process, number=signal.SIGTERM):
    """Until the process has a handler of its own for that signal."""
    caught = 0
    while not caught >> (number - 1) & 1:
        assert process.poll() is None
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        caught = int(status.split("SigCgt:\t")[1].split()[0], 16)


def finish(process, timeout=None, began=None):
    began = began or time.monotonic()
    try:
        out, err = process.communicate(timeout=timeout or TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"{process.args} hung\n--- stderr\n{err[-6000:]}") from None
    result = Result(process.returncode, out or "", err or "", time.monotonic() - began, process.args)
    assert "Sanitizer" not in result.err and "runtime error:" not in result.err, result
    assert result.code >= 0 or result.code == -signal.SIGKILL, f"died of a signal\n{result}"
    return result


def run(name, *args, timeout=None, **kw):
    return finish(start(name, *args, **kw), timeout)


def dump(*args, **kw):
    """haul-dump that has to succeed."""
    return succeeded(run("dump", *args, **kw))


def restore(*args, **kw):
    """haul-restore that has to succeed."""
    return succeeded(run("restore", *args, **kw))


def inspect_lines(*args, **kw):
    """What haul-inspect shows, which has to succeed, line by line."""
    return succeeded(run("inspect", *args, **kw)).out.splitlines()


def succeeded(result):
    assert result.code == 0, result
    return result


def failed(result, code, *words):
    """Exit code and, whatever the wording, each of `words` (case ignored) in what was said. A tuple
    among them means any of its members."""
    codes = code if isinstance(code, tuple) else (code,)
    assert result.code in codes, f"expected exit {code}\n{result}"
    text = result.err.lower()
    for word in words:
        options = word if isinstance(word, tuple) else (word,)
        assert any(str(o).lower() in text for o in options), f"does not mention {word!r}\n{result}"
    assert result.err.strip(), f"nothing was said\n{result}"
    return result


# -- what a server holds ---------------------------------------------------------------------------

def canonical(value):
    return json.loads(json_util.dumps(value, json_options=json_util.CANONICAL_JSON_OPTIONS))


def raw_documents(collection, **find):
    """Raw bytes of each document in the order that the server gives."""
    return [d.raw for d in collection.database.get_collection(collection.name, codec_options=RAW)
            .find({}, **find)]


def digest(documents):
    return hashlib.sha256(b"".join(sorted(hashlib.sha256(d).digest() for d in documents))).hexdigest()


def fingerprint(client, database):
    """{collection: type, options, indexes, count, digest, ordered (capped)} of one database."""
    db, found = client[database], {}
    for spec in db.command("listCollections", cursor={"batchSize": 10000})["cursor"]["firstBatch"]:
        name = spec["name"]
        if name == "system.views" or name.startswith("system.profile"):
            continue
        entry = {"type": spec["type"], "options": canonical(spec["options"])}
        if spec["type"] != "view":
            documents = raw_documents(db[name])
            entry |= {"count": len(documents), "digest": digest(documents)}
            if spec["options"].get("capped"):
                entry["ordered"] = hashlib.sha256(b"".join(documents)).hexdigest()
        if spec["type"] == "collection":
            listed = db.command("listIndexes", name)["cursor"]["firstBatch"]
            entry["indexes"] = sorted(json.dumps(canonical(i)) for i in listed)
        found[name] = entry
    return found


def assert_same(client, left, right, only=None):
    """Both databases hold the same collections with the same bytes, options and indexes."""
    a, b = fingerprint(client, left), fingerprint(client, right)
    if only is not None:
        a = {k: v for k, v in a.items() if k in only}
    assert sorted(a) == sorted(b)
    for name in a:
        assert a[name] == b[name], name


# -- what a directory holds ------------------------------------------------------------------------

def tree(folder):
    """{path relative to `folder`: content or None for a folder}, hidden files too."""
    folder = pathlib.Path(folder)
    return {str(p.relative_to(folder)): None if p.is_dir() else p.read_bytes()
            for p in sorted(folder.rglob("*"))} if folder.exists() else {}


def manifest(folder):
    return json.loads((pathlib.Path(folder) / "manifest.json").read_text())


def plain(path):
    """The BSON that a data file holds, undone with the standard tools."""
    command = {".zst": ["zstd", "-dcq"], ".gz": ["gzip", "-dc"]}.get(pathlib.Path(path).suffix, ["cat"])
    return subprocess.run([*command, str(path)], check=True, capture_output=True).stdout


def split_bson(data):
    documents, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at:at + 4], "little")
        assert 5 <= size <= len(data) - at, "cut BSON"
        documents.append(data[at:at + size])
        at += size
    return documents


def data_file(folder, database, collection):
    """The one data file of a collection, whatever its compression."""
    found = [p for p in (pathlib.Path(folder) / database).iterdir()
             if p.name.split(".bson")[0] == collection and ".bson" in p.name]
    assert len(found) == 1, found
    return found[0]


def rejects(folder):
    """Lines of the reject files (default name) that `folder` holds."""
    return [json_util.loads(line) for p in sorted(pathlib.Path(folder).glob("haul-rejects-*.json"))
            for line in p.read_text().splitlines()]


def write_dump(folder, database, collections, *, metadata=None):
    """A mongodump directory: {collection: [raw or dict documents]} as plain .bson and metadata."""
    import bson
    target = pathlib.Path(folder) / database
    target.mkdir(parents=True, exist_ok=True)
    for name, documents in collections.items():
        raw = [d if isinstance(d, bytes) else bson.encode(d) for d in documents]
        (target / f"{name}.bson").write_bytes(b"".join(raw))
        text = (metadata or {}).get(name)
        if text is None:
            text = json.dumps({"indexes": [{"v": {"$numberInt": "2"}, "key": {"_id": {"$numberInt": "1"}},
                                            "name": "_id_"}], "collectionName": name, "type": "collection"})
        (target / f"{name}.metadata.json").write_text(text)
    return target


def utc_today(pattern="%Y-%m-%d"):
    return datetime.datetime.now(datetime.timezone.utc).strftime(pattern)


def connect(uri):
    return pymongo.MongoClient(uri, serverSelectionTimeoutMS=20000)


# -- making data -----------------------------------------------------------------------------------

def insert_raw(collection, documents):
    """Inserts documents given as raw bytes, exactly as they are."""
    collection.insert_many([RawBSONDocument(d) for d in documents], ordered=False)


def fill(db, count=300, name="items"):
    """A plain collection with an index; returns it."""
    db[name].insert_many([{"_id": i, "n": i % 7, "text": f"item {i}"} for i in range(count)])
    db[name].create_index([("n", 1), ("text", -1)], name="by_n")
    return db[name]


def fill_all_kinds(db):
    """One collection of every kind that a server knows, with data."""
    import bson
    fill(db)
    db.create_collection("capped", capped=True, size=65536, max=50)
    db.capped.insert_many([{"_id": (i * 37) % 101, "i": i} for i in range(80)])
    db.command("create", "clustered", clusteredIndex={"key": {"_id": 1}, "unique": True})
    db.clustered.insert_many([{"_id": bson.ObjectId(), "i": i} for i in range(60)])
    db.command("create", "weather", timeseries={"timeField": "t", "metaField": "m"})
    start_time = datetime.datetime(2024, 1, 1)
    db.weather.insert_many([{"t": start_time + datetime.timedelta(minutes=7 * i), "m": i % 5, "v": i / 3}
                            for i in range(400)])
    db.command("create", "collated", collation={"locale": "en", "strength": 2})
    db.collated.insert_many([{"_id": x} for x in ("b", "A", "c", "é", "Z")])
    db.command("create", "validated", validator={"n": {"$gte": 0}}, validationLevel="moderate")
    db.validated.insert_many([{"_id": i, "n": i} for i in range(10)])
    db.command("create", "images", changeStreamPreAndPostImages={"enabled": True})
    db.images.insert_one({"_id": 1})
    db.command("create", "few", viewOn="items", pipeline=[{"$match": {"n": 3}}, {"$sort": {"text": 1, "n": -1}}])
    db.command("create", "empty")
    db["system.js"].insert_one({"_id": "f", "value": bson.Code("function() { return 1; }")})
    return db
