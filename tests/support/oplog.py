"""Oplogs for the tests: taken from a real server while it is written to, or made by hand."""
import bson
from bson import Timestamp
from bson.raw_bson import RawBSONDocument

from support.haul import RAW, fingerprint, restore, run, succeeded


def newest(client):
    return client.local["oplog.rs"].find_one(sort=[("$natural", -1)])["ts"]


def belongs(entry, databases):
    """True for an entry about one of `databases`, transactions and what servers keep aside included."""
    name = entry["ns"].split(".")[0]
    if name in databases or name == "config":
        return True
    inner = entry["o"].get("applyOps", [])
    if isinstance(inner, list) and any(op["ns"].split(".")[0] in databases for op in inner):
        return True
    return "commitTransaction" in entry["o"] or "abortTransaction" in entry["o"]


def entries_since(client, start, databases):
    """Raw entries behind `start` that are about these databases."""
    found = client.local.get_collection("oplog.rs", codec_options=RAW).find({"ts": {"$gt": start}})
    return [e.raw for e in found.sort("$natural", 1) if belongs(bson.decode(e.raw), databases)]


def write_oplog(path, entries):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(e if isinstance(e, bytes) else bson.encode(e) for e in entries))
    return path


def entry(second, op, ns, o, increment=1, **more):
    """An entry as servers write it, at that second."""
    return {"op": op, "ns": ns, "o": o, "ts": Timestamp(second, increment), "t": bson.Int64(1),
            "v": bson.Int64(2), **more}


def command(second, database, o, **more):
    return entry(second, "c", f"{database}.$cmd", o, **more)


def without_uuids(found):
    return {name: {k: v for k, v in entry.items() if k != "info"} for name, entry in found.items()}


class Recording:
    """with Recording(server, folder, names): what is written meanwhile is in the oplog, not in the
    dump (unless `dump_again()` is called); afterwards `expected` is what each database held."""

    def __init__(self, server, folder, *databases):
        self.server, self.folder, self.databases = server, folder, databases
        self.dump_folder, self.file = folder / "dump", folder / "recorded-oplog.bson"

    def __enter__(self):
        self.dump()
        self.start = newest(self.server.client)
        return self

    def dump(self):
        """Again where a collection was dropped meanwhile: such a dump is none."""
        arguments = [f"--nsInclude={name}.*" for name in self.databases]
        while True:
            result = run("dump", "--uri", self.server.uri, "--allowMissing", "--overwrite",
                         "--out", self.dump_folder, *arguments)
            if result.code != 11:
                return succeeded(result)

    def __exit__(self, kind, *_):
        if kind:
            return
        client = self.server.client
        self.entries = entries_since(client, self.start, self.databases)
        write_oplog(self.file, self.entries)
        self.expected = {name: fingerprint(client, name) for name in self.databases}

    def forget(self):
        for name in self.databases:
            self.server.client.drop_database(name)

    def replay(self, *options, **kw):
        return restore("--uri", self.server.uri, "--oplogReplay", "--oplogFile", self.file, *options,
                       self.dump_folder, **kw)

    def assert_as_recorded(self):
        for name, expected in self.expected.items():
            found = fingerprint(self.server.client, name)
            assert sorted(found) == sorted(expected)
            for collection, held in expected.items():
                assert found[collection] == held, f"{name}.{collection}"


def raw(document):
    return RawBSONDocument(bson.encode(document))
