"""Random documents of every BSON type, as raw bytes, so that duplicate and empty names, NaN payloads
and types that a driver would translate arrive at the server exactly as they are written here."""
import random
import struct

INT32, INT64, DOUBLE = "<i", "<q", "<d"


def cstring(text):
    return text.encode("utf-8") + b"\0"


def string(text):
    raw = text.encode("utf-8")
    return struct.pack(INT32, len(raw) + 1) + raw + b"\0"


def element(kind, name, value=b""):
    return bytes([kind & 0xFF]) + cstring(name) + value


def document(*elements):
    body = b"".join(elements)
    return struct.pack(INT32, len(body) + 5) + body + b"\0"


def array(*values):
    return document(*(element(kind, str(i), value) for i, (kind, value) in enumerate(values)))


def binary(subtype, data):
    if subtype == 2:
        data = struct.pack(INT32, len(data)) + data
    return struct.pack(INT32, len(data)) + bytes([subtype]) + data


def scope_code(code, scope):
    body = string(code) + scope
    return struct.pack(INT32, len(body) + 4) + body


OID = bytes(range(12))
DECIMAL_NAN = struct.pack("<QQ", 0, 0x7C00 << 48)
DECIMAL_INFINITY = struct.pack("<QQ", 0, 0x7800 << 48)
DECIMAL_ONE_00 = struct.pack("<QQ", 100, (6176 - 2) << 49)  # 1.00 keeps its zeros
DECIMAL_MINUS_ZERO = struct.pack("<QQ", 0, (1 << 63) | (6176 << 49))

# name -> (type byte, value bytes): every type, with the values that break careless code.
VALUES = {
    "double": (0x01, struct.pack(DOUBLE, 2.5)), "minus zero": (0x01, struct.pack(DOUBLE, -0.0)),
    "nan": (0x01, struct.pack(DOUBLE, float("nan"))),
    "nan with payload": (0x01, bytes.fromhex("efbeadde0000f87f")),
    "infinity": (0x01, struct.pack(DOUBLE, float("inf"))),
    "denormal": (0x01, struct.pack(DOUBLE, 5e-324)),
    "string": (0x02, string("text")), "empty string": (0x02, string("")),
    "string with nul": (0x02, string("a\0b")), "unicode": (0x02, string("日本 ünï 🚚 \u2028")),
    "control characters": (0x02, string("\x1b[31m\r\n\t")),
    "document": (0x03, document(element(0x10, "b", struct.pack(INT32, 1)),
                                element(0x10, "a", struct.pack(INT32, 2)))),
    "empty document": (0x03, document()),
    "duplicate names": (0x03, document(element(0x0A, "x"), element(0x10, "x", struct.pack(INT32, 1)))),
    "array": (0x04, array((0x10, struct.pack(INT32, 1)), (0x02, string("two")), (0x0A, b""))),
    "empty array": (0x04, document()),
    "array with odd keys": (0x04, document(element(0x0A, "7"), element(0x0A, "x"))),
    "binary": (0x05, binary(0, b"\0\xff\n")), "empty binary": (0x05, binary(0, b"")),
    "old binary": (0x05, binary(2, b"old")), "old uuid": (0x05, binary(3, bytes(16))),
    "uuid": (0x05, binary(4, bytes(range(16)))), "md5": (0x05, binary(5, bytes(16))),
    "user binary": (0x05, binary(0x80, b"user")),
    "undefined": (0x06, b""), "oid": (0x07, OID), "true": (0x08, b"\1"), "false": (0x08, b"\0"),
    "date": (0x09, struct.pack(INT64, 1700000000123)), "date before 1970": (0x09, struct.pack(INT64, -1)),
    "far date": (0x09, struct.pack(INT64, 2**62)), "null": (0x0A, b""),
    "regex": (0x0B, cstring("^a.*b$") + cstring("imsx")), "empty regex": (0x0B, cstring("") * 2),
    "dbpointer": (0x0C, string("shop.users") + OID), "code": (0x0D, string("return 1")),
    "symbol": (0x0E, string("symbol")), "code with scope": (0x0F, scope_code("f()", document())),
    "scope": (0x0F, scope_code("", document(element(0x0D, "g", string("x"))))),
    "int32": (0x10, struct.pack(INT32, -2**31)), "timestamp": (0x11, struct.pack("<II", 7, 1600000000)),
    "zero timestamp inside": (0x03, document(element(0x11, "t", bytes(8)))),
    "int64": (0x12, struct.pack(INT64, 2**63 - 1)), "small int64": (0x12, struct.pack(INT64, 1)),
    "decimal": (0x13, DECIMAL_ONE_00), "decimal nan": (0x13, DECIMAL_NAN),
    "decimal infinity": (0x13, DECIMAL_INFINITY), "decimal minus zero": (0x13, DECIMAL_MINUS_ZERO),
    "minkey": (0xFF, b""), "maxkey": (0x7F, b""),
}
# The server refuses regular expressions, arrays and undefined as _id.
ID_VALUES = {k: v for k, v in VALUES.items() if v[0] not in (0x04, 0x06, 0x0B)}
# Values that are equal to another one as an index key, hence one _id (1 = 1.0 = NumberLong(1) ...).
EQUAL_IDS = {"nan with payload", "decimal", "decimal nan", "decimal infinity", "decimal minus zero"}


def deep(levels):
    value = document()
    for _ in range(levels):
        value = document(element(0x03, "d", value))
    return value


def odd_names():
    """A value under each name that trips careless code."""
    names = ["", " ", "$set", "$ref", "a.b", ".", "$", "ünï", "x" * 300, "\x01", "0", "__proto__"]
    return [element(0x10, name, struct.pack(INT32, i)) for i, name in enumerate(names)]


def every_type(identity):
    """One document that holds every value above; `identity` is (type, bytes) of its _id."""
    return document(element(identity[0], "_id", identity[1]),
                    *(element(kind, name, value) for name, (kind, value) in VALUES.items()),
                    element(0x03, "deep", deep(90)),
                    element(0x03, "odd names", document(*odd_names())), *odd_names(),
                    element(0x10, "twice", struct.pack(INT32, 1)), element(0x0A, "twice"))


def documents_with_every_id():
    """For each type that the server accepts as an _id one document; all _ids differ as index keys."""
    return [document(element(kind, "_id", value), element(0x02, "what", string(name)))
            for name, (kind, value) in ID_VALUES.items() if name not in EQUAL_IDS]


def random_value(rng, depth=0):
    if depth < 4 and rng.random() < 0.15:
        parts = [random_value(rng, depth + 1) for _ in range(rng.randrange(5))]
        if rng.random() < 0.5:
            return 0x04, array(*parts)
        return 0x03, document(*(element(k, rng.choice("abcde"), v) for k, v in parts))
    if rng.random() < 0.5:
        return rng.choice([
            (0x10, struct.pack(INT32, rng.getrandbits(31))), (0x12, struct.pack(INT64, rng.getrandbits(63))),
            (0x01, struct.pack(DOUBLE, rng.gauss(0, 1e6))),
            (0x02, string(rng.choice("aé日🚚") * rng.randrange(40))),
            (0x05, binary(0, rng.randbytes(rng.randrange(60)))), (0x07, rng.randbytes(12))])
    return rng.choice(list(VALUES.values()))


def random_documents(count, seed=1, padding=0):
    """`count` documents with ascending int64 _ids; the same for the same seed."""
    rng = random.Random(seed)
    found = []
    for i in range(count):
        fields = [random_value(rng) for _ in range(rng.randrange(1, 12))]
        # A top-level Timestamp(0,0) is a matter of its own: the server would replace it.
        parts = [element(k, rng.choice(["a", "b", "c", "name", "", "$x"]), v) for k, v in fields]
        if padding:
            parts.append(element(0x05, "padding", binary(0, rng.randbytes(padding))))
        found.append(document(element(0x12, "_id", struct.pack(INT64, i)), *parts))
    return found
