"""The dumps that the real mongodump made, and what expected.json says of their source."""
import json

from support.haul import GOLDEN, fingerprint

DUMPS = GOLDEN / "dumps"
EXPECTED = json.loads((DUMPS / "expected.json").read_text())
DATABASES = sorted({ns.split(".")[0] for ns in EXPECTED})


def held(server, database):
    """In the form of expected.json."""
    return {f"{database}.{name}": entry for name, entry in fingerprint(server.client, database).items()}


def normal(entry):
    """UUIDs aside."""
    return json.loads(json.dumps(entry, sort_keys=True))


def assert_as_expected(server, databases=DATABASES):
    for database in databases:
        expected = {k: v for k, v in EXPECTED.items() if k.split(".")[0] == database}
        found = held(server, database)
        assert sorted(found) == sorted(expected)
        for ns, entry in expected.items():
            for field, value in entry.items():
                assert normal(found[ns].get(field)) == normal(value), f"{ns}: {field}"


def drop_all(server):
    for name in DATABASES:
        server.client.drop_database(name)
