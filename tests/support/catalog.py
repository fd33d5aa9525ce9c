"""What a server lists of its collections and indexes, and metadata files for dumps made by hand."""
import json

from support.haul import canonical

ID_INDEX = {"v": 2, "key": {"_id": 1}, "name": "_id_"}


def info(db, collection):
    """The entry of listCollections; None where there is none."""
    found = db.command("listCollections", filter={"name": collection})["cursor"]["firstBatch"]
    return found[0] if found else None


def options(db, collection):
    return info(db, collection)["options"]


def uuid_of(db, collection):
    return info(db, collection)["info"]["uuid"]


def indexes(db, collection):
    """{name: specification}; the keys keep their order."""
    return {i["name"]: i for i in db.command("listIndexes", collection)["cursor"]["firstBatch"]}


def collections(db):
    """Names, without those that a server keeps for itself."""
    return {n for n in db.list_collection_names() if not n.startswith(("system.views", "system.profile"))}


def metadata(name, index_list=(), **collection_options):
    """Text of a metadata.json; values may be Extended JSON already or of pymongo."""
    return json.dumps({"options": canonical(collection_options), "indexes": [ID_INDEX, *index_list],
                       "collectionName": name, "type": "collection"})
