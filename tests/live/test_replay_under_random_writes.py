"""A dump that is taken while anything at all is written, and the oplog from before its begin: the
replay ends at exactly what the source held at the last entry."""
import random
import threading

import pymongo
import pytest

from support.haul import CAMPAIGN_FULL
from support.oplog import Recording

SEEDS = range(40 if CAMPAIGN_FULL else 4)
EXPECTED = (pymongo.errors.OperationFailure, pymongo.errors.BulkWriteError, pymongo.errors.CollectionInvalid)


class Writer:
    """Random operations of every sort on a few collections, so that they meet often."""

    def __init__(self, db, seed, most):
        self.db, self.random, self.most = db, random.Random(seed), most
        self.stopped = threading.Event()
        self.done = 0

    def collection(self):
        return self.db[f"c{self.random.randrange(5)}"]

    def document(self):
        return {"_id": self.random.randrange(60), "u": self.random.random(), "n": self.random.randrange(9),
                "list": [self.random.randrange(9) for _ in range(self.random.randrange(4))]}

    def write(self, **options):
        one, some = {"_id": self.random.randrange(60)}, {"n": self.random.randrange(9)}
        collection = self.collection()
        self.random.choice([
            lambda: collection.insert_one(self.document(), **options),
            lambda: collection.update_one(one, {"$set": {"x.y": self.random.random()}}, **options),
            lambda: collection.update_one(one, {"$push": {"list": 1}, "$unset": {"u": 1}}, **options),
            lambda: collection.update_many(some, {"$inc": {"n": 1}}, **options),
            lambda: collection.replace_one(one, {"whole": self.random.random()}, upsert=True, **options),
            lambda: collection.delete_many(some, **options),
            lambda: collection.delete_one(one, **options),
        ])()

    def transaction(self):
        with self.db.client.start_session() as session, session.start_transaction():
            for _ in range(self.random.randrange(1, 6)):
                self.write(session=session)

    def define(self):
        collection, field = self.collection(), self.random.choice("nux")
        other = self.collection().name
        self.random.choice([
            collection.drop,
            lambda: collection.create_index(field, name=f"by_{field}"),
            lambda: collection.drop_index(f"by_{field}"),
            lambda: self.db.command("collMod", collection.name,
                                    index={"name": f"by_{field}", "hidden": self.random.random() < 0.5}),
            lambda: self.db.command("collMod", collection.name, validator={"q": {"$exists": False}}),
            lambda: self.db.command("create", f"view_{field}", viewOn=other, pipeline=[]),
            self.db[f"view_{field}"].drop,
            lambda: self.db.command("create", "series", timeseries={"timeField": "t"}),
            self.db.series.drop,
            lambda: self.db.command("create", collection.name, capped=True, size=100_000),
        ])()

    def run(self):
        while not self.stopped.is_set() and self.done < self.most:
            self.done += 1
            step = self.random.choices([self.write, self.transaction, self.define], [20, 4, 1])[0]
            try:
                step()
            except EXPECTED:
                pass


@pytest.mark.parametrize("seed", SEEDS)
def test_the_end_is_the_same_wherever_the_dump_stood(server, names, tmp_path, seed):
    db = server.client[names("db")]
    writer = Writer(db, seed, 100)
    writer.run()
    with Recording(server, tmp_path, db.name) as recording:
        writer.most = 1_000_000
        thread = threading.Thread(target=writer.run)
        thread.start()
        try:
            for _ in range(3):
                threading.Event().wait(0.05 * writer.random.random())
                recording.dump()
        finally:
            writer.stopped.set()
            thread.join()
    assert writer.done > 100
    recording.forget()
    recording.replay()
    recording.assert_as_recorded()
    recording.replay("--drop", "--jobs=1")
    recording.assert_as_recorded()
