"""Archives made by hand, as formats/README.md lays them out: well-formed ones, and any other."""
import json

import bson

from support.archive import MAGIC, TERMINATOR, crc64


def metadata(name, **more):
    return json.dumps({"indexes": [{"v": 2, "key": {"_id": 1}, "name": "_id_"}], "collectionName": name,
                       "type": "collection"} | more)


def prelude(namespaces, *, concurrent=4, server_version="6.0.5"):
    """`namespaces`: {"db.collection": text of its metadata, or None for a plain collection}."""
    parts = [MAGIC, bson.encode({"concurrent_collections": concurrent, "version": "0.1",
                                 "server_version": server_version, "tool_version": "100.18.0"})]
    for ns, text in namespaces.items():
        database, _, name = ns.partition(".")
        parts.append(bson.encode({"db": database, "collection": name,
                                  "metadata": metadata(name) if text is None else text, "size": 0,
                                  "type": "collection"}))
    return b"".join([*parts, TERMINATOR])


def header(ns, end=False, crc=0):
    database, _, name = ns.partition(".")
    crc -= (crc >> 63) << 64
    return bson.encode({"db": database, "collection": name, "EOF": end, "CRC": bson.Int64(crc)})


def block(ns, documents=()):
    return header(ns) + b"".join(encoded(documents)) + TERMINATOR


def end(ns, crc):
    return header(ns, True, crc) + TERMINATOR


def encoded(documents):
    return [d if isinstance(d, bytes) else bson.encode(d) for d in documents]


def archive(collections, *, texts=None, **more):
    """Each collection of {"db.collection": [documents]} in one block, one after another."""
    parts = [prelude({ns: (texts or {}).get(ns) for ns in collections}, **more)]
    for ns, documents in collections.items():
        data = encoded(documents)
        parts += [block(ns, data), end(ns, crc64(b"".join(data)))]
    return b"".join(parts)


def interleaved(collections, **more):
    """All collections open at once: a block of one document of each in turns."""
    parts, crcs = [prelude(dict.fromkeys(collections), **more)], dict.fromkeys(collections, 0)
    data = {ns: encoded(documents) for ns, documents in collections.items()}
    for row in range(max(map(len, data.values()))):
        for ns, documents in data.items():
            if row < len(documents):
                parts.append(block(ns, [documents[row]]))
                crcs[ns] = crc64(documents[row], crcs[ns])
    return b"".join([*parts, *(end(ns, crc) for ns, crc in crcs.items())])
