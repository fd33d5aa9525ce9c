"""Realistic documents for the benchmark, the same in every run: orders, events and accounts."""
import datetime
import random
import uuid

import bson

BASE = 20_000
START = datetime.datetime(2024, 1, 1)


def words(rng, count):
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["".join(rng.choice(letters) for _ in range(rng.randint(3, 10))) for _ in range(count)]


def order(rng, vocabulary, number):
    items = [{"sku": f"{rng.choice(vocabulary)}-{rng.randint(1, 9999)}", "count": rng.randint(1, 9),
              "price": round(rng.random() * 500, 2)} for _ in range(rng.randint(1, 8))]
    return {
        "customer": bson.ObjectId(rng.randbytes(12)), "number": number, "items": items,
        "status": rng.choice(["new", "paid", "sent", "completed", "returned"]),
        "at": START + datetime.timedelta(seconds=37 * number),
        "address": {"street": f"{rng.choice(vocabulary)} {rng.randint(1, 200)}",
                    "zip": str(rng.randint(10000, 99999)),
                    "place": [rng.random() * 360 - 180, rng.random() * 180 - 90]},
        "note": " ".join(rng.choice(vocabulary) for _ in range(rng.randint(5, 60))),
        "total": bson.Decimal128(str(round(rng.random() * 1000, 2))), "archived": False}


def event(rng, vocabulary, number):
    return {"type": rng.choice(["view", "click", "search", "buy"]), "session": rng.randbytes(8).hex(),
            "at": START + datetime.timedelta(milliseconds=311 * number), "user": rng.randint(1, 90_000),
            "path": "/" + "/".join(rng.choice(vocabulary) for _ in range(3)), "ms": rng.random() * 900}


def account(rng, vocabulary, number):
    return {"_id": bson.Binary(uuid.UUID(bytes=rng.randbytes(16), version=4).bytes, 4),
            "email": f"{rng.choice(vocabulary)}{number}@example.org",
            "name": f"{rng.choice(vocabulary)} {rng.choice(vocabulary)}",
            "tags": [rng.choice(vocabulary) for _ in range(rng.randint(0, 6))],
            "about": " ".join(rng.choice(vocabulary) for _ in range(rng.randint(10, 80)))}


def multiply(database, base, name, megabytes):
    """Copies `base` into `name` until it is large enough; each copy has new `_id`s."""
    size = database.command("collStats", base)["size"]
    for copy in range(max(1, round(megabytes * 1e6 / size))):
        database[base].aggregate([{"$unset": "_id"}, {"$set": {"copy": copy, "r": {"$rand": {}}}},
                                  {"$merge": {"into": name}}])
    database[base].drop()


def load(database, megabytes):
    """About `megabytes` (10^6 bytes) of documents with indexes; what it came to: documents, megabytes."""
    rng = random.Random(20240101)
    vocabulary = words(rng, 3000)
    for name, make, share in (("orders", order, 0.65), ("events", event, 0.2)):
        database["base"].insert_many([make(rng, vocabulary, i) for i in range(BASE)])
        multiply(database, "base", name, megabytes * share)
    size = len(bson.encode(account(rng, vocabulary, 0)))
    database["accounts"].insert_many(
        [account(rng, vocabulary, i) for i in range(int(megabytes * 0.15e6 / size))])
    database["orders"].create_index([("customer", 1), ("at", -1)])
    database["orders"].create_index("status")
    database["events"].create_index([("user", 1), ("at", 1)])
    database["accounts"].create_index("email", unique=True)
    stats = [database.command("collStats", name) for name in ("orders", "events", "accounts")]
    return sum(s["count"] for s in stats), sum(s["size"] for s in stats) / 1e6
