"""The `where` of transforms answers queries as a server does."""
import os
import random
import subprocess
from pathlib import Path

import pytest
from bson import Decimal128, Int64, MaxKey, MinKey, ObjectId, Timestamp, json_util
from datetime import datetime, timezone

PROBE = Path(os.environ["HAUL_BIN"]).parent / "tests/core/transform/where-probe"
VALUES = [None, 0, 1, -1, 2, 1.0, 0.1, 1.5, float("nan"), float("inf"), Int64(2**53 + 1), 2.0**53, Int64(1),
          Decimal128("0.1"), Decimal128("1.00"), Decimal128("NaN"), Decimal128("1E+100"), "", "a", "b", "ab", "é",
          True, False, ObjectId("65f0c0ffee65f0c0ffee65f0"), datetime(2024, 2, 29, tzinfo=timezone.utc),
          datetime(1960, 1, 1, tzinfo=timezone.utc), Timestamp(5, 1), b"x", b"xy", MinKey(), MaxKey(),
          {}, {"b": 1}, {"b": 1.0}, {"b": 1, "c": 2}, {"c": 1}, [], [1], [1, 2], [None], ["a", 1], [[1]], [[]],
          [{"b": 1}], [{"b": 2}, {"c": 3}], [{"b": [1, 2]}, 5], [[{"b": 1}]], {"b": None}, {"b": [1, "a"]},
          {"b": {"c": 1}}, {"0": 1}]
PATHS = ["a", "a.b", "a.0", "a.b.c", "a.0.b", "a.b.0", "x"]
CANONICAL = json_util.CANONICAL_JSON_OPTIONS


class Queries:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def value(self):
        return self.random.choice(VALUES)

    def test(self, depth=0):
        kind = self.random.choice(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$type",
                                   *(["$not"] if depth < 2 else [])])
        if kind in ("$in", "$nin"):
            return {kind: [self.value() for _ in range(self.random.randrange(4))]}
        if kind == "$exists":
            return {kind: self.random.random() < 0.5}
        if kind == "$type":
            return {kind: self.random.choice(["string", "number", "array", "object", "null", 16, "bool", [1, "long"]])}
        if kind == "$not":
            return {kind: self.test(depth + 1)}
        return {kind: self.value()}

    def query(self, depth=0):
        choice = self.random.random()
        if choice < 0.1 and depth < 2:
            kind = self.random.choice(["$and", "$or", "$nor"])
            return {kind: [self.query(depth + 1) for _ in range(self.random.randrange(1, 4))]}
        path = self.random.choice(PATHS)
        if choice < 0.4:
            return {path: self.value()}
        test = self.test()
        if choice > 0.8:
            test |= self.test()
        return {path: test}


def lines(path, documents):
    path.write_text("".join(json_util.dumps(d, json_options=CANONICAL) + "\n" for d in documents))
    return path


@pytest.mark.parametrize("seed", range(4))
def test_random_queries_match_what_a_server_matches(server, tmp_path, seed):
    made = Queries(seed)
    documents = [{"_id": 0}]
    for value in VALUES:
        documents.append({"_id": len(documents), "a": value})
        documents.append({"_id": len(documents), "a": {"b": value}})
        documents.append({"_id": len(documents), "a": [{"b": value}, made.value()]})
    collection = server.client[f"where_{seed}"].c
    collection.insert_many(documents)
    queries = [made.query() for _ in range(1000)]
    run = subprocess.run([PROBE, lines(tmp_path / "d", documents), lines(tmp_path / "q", queries)],
                         capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    differences = []
    for query, answer in zip(queries, run.stdout.split("\n")):
        expected = {d["_id"] for d in collection.find(query, {"_id": 1})}
        found = {int(n) for n in answer.split()}
        if expected != found:
            differences.append((query, [documents[i] for i in sorted(expected ^ found)], sorted(found - expected)))
    assert not differences, "\n".join(map(str, differences[:60]))
