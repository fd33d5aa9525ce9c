"""The data of the demo: a shop, made by the server itself, the same in every run."""

import datetime

import bson

USERS, PRODUCTS, ORDERS, READINGS, LOG_LINES = 40_000, 5_000, 200_000, 40_000, 10_000
WORDS = ("amber basket canvas delta ember fabric garden harbor island jacket kettle lantern marble "
         "nectar orchid pepper quartz ribbon saddle timber umbrella velvet walnut yarrow").split()
CITIES = "Berlin Cairo Lagos Lima Osaka Oslo Pune Quito Seoul Turin".split()


def scrambled(factor, modulus):
    """A number below `modulus` that jumps about as i counts up."""
    return {"$mod": [{"$multiply": [{"$add": ["$i", 11]}, factor]}, modulus]}


def pick(values, factor):
    return {"$arrayElemAt": [{"$literal": list(values)}, scrambled(factor, len(values))]}


def sentence(*factors):
    parts = [part for f in factors for part in (pick(WORDS, f), " ")]
    return {"$concat": [*parts, {"$toString": scrambled(7919, 100_003)}]}


def after(start, step_ms, factor, spread):
    return {"$add": [start, {"$multiply": [step_ms, scrambled(factor, spread)]}]}


def make(db, name, count, fields):
    """Collection `name` with `count` documents, computed by the server; field `i` counts them."""
    db["seed"].replace_one({"_id": 0}, {"_id": 0}, upsert=True)
    db["seed"].aggregate([
        {"$project": {"_id": 0, "i": {"$range": [0, count]}}},
        {"$unwind": "$i"},
        {"$project": {"_id": 0, **fields}},
        {"$out": name},
    ])


def load_collections(db):
    start = datetime.datetime(2024, 1, 1)
    make(db, "users", USERS, {
        "name": {"$concat": [pick(WORDS, 31), ".", pick(WORDS, 17), {"$toString": "$i"}]},
        "email": {"$concat": [pick(WORDS, 13), {"$toString": "$i"}, "@example.org"]},
        "address": {"city": pick(CITIES, 7), "zip": scrambled(4327, 99_999)},
        "joined": after(start, 60_000, 7717, 500_000),
        "active": {"$ne": [scrambled(3, 5), 0]},
        "about": sentence(5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61)})
    make(db, "products", PRODUCTS, {
        "_id": {"$concat": ["sku-", {"$toString": "$i"}]},
        "title": sentence(29, 31), "tags": [pick(WORDS, 5), pick(WORDS, 7), pick(WORDS, 11)],
        "price": {"$toDecimal": {"$divide": [scrambled(6323, 20_000), 100]}},
        "place": {"type": {"$literal": "Point"},
                  "coordinates": [{"$subtract": [scrambled(911, 360), 180]},
                                  {"$subtract": [scrambled(577, 180), 90]}]}})
    make(db, "orders", ORDERS, {
        "_id": {"$toLong": "$i"}, "user": scrambled(7919, USERS),
        "status": pick(["new", "paid", "sent", "completed", "returned"], 7),
        "at": after(start, 1_000, 104_729, 30_000_000),
        "lines": {"$map": {"input": {"$range": [0, {"$add": [1, scrambled(5, 4)]}]}, "as": "line", "in": {
            "sku": {"$concat": ["sku-", {"$toString": scrambled(3571, PRODUCTS)}]},
            "count": {"$add": ["$$line", 1]}, "price": {"$divide": [scrambled(6323, 20_000), 100]}}}},
        "note": sentence(5, 11, 17, 23, 31, 37)})
    db["seed"].drop()


def load_special_kinds(db):
    db.create_collection("audit", capped=True, size=8 * 1024 * 1024)
    db["audit"].insert_many([{"_id": i, "who": WORDS[i % 24], "did": CITIES[i % 10]}
                             for i in range(LOG_LINES)])
    start = datetime.datetime(2024, 6, 1)
    db.command("create", "readings",
               timeseries={"timeField": "at", "metaField": "sensor", "granularity": "minutes"})
    db["readings"].insert_many([
        {"at": start + datetime.timedelta(seconds=15 * i), "sensor": {"id": i % 20, "hall": i % 3},
         "celsius": 18 + (i * 7919 % 900) / 100} for i in range(READINGS)], ordered=False)
    db.command("create", "completed_orders", viewOn="orders",
               pipeline=[{"$match": {"status": "completed"}}, {"$project": {"note": 0}}])
    db.command("create", "settings", validator={"value": {"$exists": True}},
               collation={"locale": "en", "strength": 2})
    db["settings"].insert_many([
        {"_id": "limits", "value": {"max": bson.Int64(2**40), "ratio": bson.Decimal128("0.10")}},
        {"_id": "pattern", "value": bson.Regex("^haul", "i")},
        {"_id": "range", "value": [bson.MinKey(), bson.MaxKey(), bson.Timestamp(7, 1), b"\x00\xff"]}])


def load_indexes(db):
    db["users"].create_index("email", unique=True)
    db["users"].create_index([("address.city", 1), ("joined", -1)])
    db["products"].create_index([("title", "text")])
    db["products"].create_index([("place", "2dsphere")])
    db["orders"].create_index([("user", 1), ("at", -1)])
    db["orders"].create_index("status", partialFilterExpression={"status": {"$in": ["new", "paid"]}})
    db["orders"].create_index([("_id", "hashed")])


def load(db):
    load_collections(db)
    load_special_kinds(db)
    load_indexes(db)
