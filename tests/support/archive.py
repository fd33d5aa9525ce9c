"""Reads an archive strictly, written from the format alone and apart from the code that it tests."""
import dataclasses
import gzip
import hashlib
import subprocess

import bson

MAGIC = bytes.fromhex("6de29981")
TERMINATOR = b"\xff" * 4


def _table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0xC96C5795D7870F42 if byte & 1 else 0)
        table.append(byte)
    return table


TABLE = _table()


def crc64(data, crc=0):
    crc ^= 2**64 - 1
    for byte in data:
        crc = TABLE[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ (2**64 - 1)


assert crc64(b"123456789") == 0x995DC9BBDF1939FA


@dataclasses.dataclass
class Block:
    ns: tuple
    end: bool
    documents: list


@dataclasses.dataclass
class Archive:
    header: dict
    entries: list  # of the prelude, in order
    blocks: list
    most_open: int
    prelude: bytes

    def documents(self, database, collection):
        return [d for b in self.blocks if b.ns == (database, collection) for d in b.documents]

    def namespaces(self):
        """In the order of their first block."""
        return list(dict.fromkeys(b.ns for b in self.blocks))


class Cut(Exception):
    """The archive has no end."""


def _document(data, at):
    if at + 4 > len(data):
        raise Cut(at)
    if data[at:at + 4] == TERMINATOR:
        return None, at + 4
    size = int.from_bytes(data[at:at + 4], "little")
    assert 5 <= size <= 16 * 2**20 + 16 * 2**10, (at, size)
    if at + size > len(data):
        raise Cut(at)
    assert data[at + size - 1] == 0, at
    return data[at:at + size], at + size


def _check_hash(header, prelude):
    """The digits of the hash stand as zeros in what is hashed."""
    digits = header["haul"]["blake2b256"]
    assert prelude.count(digits.encode()) == 1
    zeroed = prelude.replace(digits.encode(), b"0" * 64)
    assert hashlib.blake2b(zeroed, digest_size=32).hexdigest() == digits


def _data_namespace(entry):
    prefix = "system.buckets." if entry["type"] == "timeseries" else ""
    return entry["db"], prefix + entry["collection"]


def parse(data, foreign=False):
    """The archive in these plain bytes; every rule of the format is asserted. `foreign`: not one of haul's."""
    assert data[:4] == MAGIC
    raw, at = _document(data, 4)
    header, entries = bson.decode(raw), []
    extension = [] if foreign else ["haul"]
    assert list(header) == ["concurrent_collections", "version", "server_version", "tool_version", *extension]
    while raw := (piece := _document(data, at))[0]:
        at = piece[1]
        entries.append(bson.decode(raw))
        assert list(entries[-1]) == ["db", "collection", "metadata", "size", "type"]
    at = piece[1]
    prelude = data[:at]
    if not foreign:
        _check_hash(header, prelude)
    expected = [_data_namespace(e) for e in entries]
    assert len(set(expected)) == len(expected)

    blocks, crcs, closed, most_open = [], {}, set(), 0
    while at < len(data):
        raw, at = _document(data, at)
        head = bson.decode(raw)
        assert list(head) == ["db", "collection", "EOF", "CRC"] and isinstance(head["CRC"], (bson.Int64, int))
        assert raw == bson.encode({**head, "CRC": bson.Int64(head["CRC"])})
        block = Block((head["db"], head["collection"]), head["EOF"], [])
        assert block.ns in expected and block.ns not in closed, block.ns
        while (piece := _document(data, at))[0]:
            block.documents.append(piece[0])
            at = piece[1]
        at = piece[1]
        first = block.ns not in crcs
        crcs[block.ns] = crc64(b"".join(block.documents), crcs.get(block.ns, 0))
        most_open = max(most_open, len(crcs) - len(closed))
        if block.end:
            assert not block.documents and not first
            assert head["CRC"] % 2**64 == crcs[block.ns], block.ns
            closed.add(block.ns)
        else:
            assert head["CRC"] == 0
            assert block.documents or foreign or (first and _is_empty(data, at, block.ns)), "an empty block among others"
        blocks.append(block)
    if closed != set(expected):
        raise Cut(at)
    return Archive(header, entries, blocks, most_open, prelude)


def _is_empty(data, at, ns):
    raw, _ = _document(data, at)
    head = bson.decode(raw)
    return (head["db"], head["collection"], head["EOF"]) == (*ns, True)


def unpack(data):
    """What was packed, by the standard tools; the seal of a packed archive is checked."""
    if data[:2] == b"\x1f\x8b":
        _check_seal(data, 50, bytes.fromhex("1f8b08040000000000ff1c0048411800"), b"\x03" + b"\0" * 9)
        return gzip.decompress(data)
    if data[:4] == bytes.fromhex("28b52ffd"):
        _check_seal(data, 32, bytes.fromhex("5c2a4d1818000000"), b"")
        return subprocess.run(["zstd", "-dcq"], input=data, check=True, capture_output=True).stdout
    return data


def _check_seal(data, size, before, after):
    body, seal = data[:-size], data[-size:]
    assert seal == (before + b"HAULSEAL" + len(body).to_bytes(8, "little")
                    + crc64(body).to_bytes(8, "little") + after)


def read(path):
    return parse(unpack(path.read_bytes()))
