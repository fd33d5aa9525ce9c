"""What the tests of haul-import share."""
import json
import re

from bson import json_util

from support.haul import run, succeeded

LAST_LINES = re.compile(r"([\d,]+) (read|inserted|present already|updated|deleted|skipped|left out|rejected|not written)")


class Importer:
    """Imports texts into collections of one database, from a directory of its own."""

    def __init__(self, server, database, folder):
        self.uri = server.uri_of(database.name)
        self.database = database
        self.folder = folder
        self.rejects = folder / "rejects.json"

    def file(self, content, name="in.json"):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run(self, content, *args, name="in.json", collection="c", **kw):
        """Imports what the content says; rejects go to self.rejects, which is removed before."""
        self.rejects.unlink(missing_ok=True)
        return self.command(*args, "-c", collection, self.file(content, name), **kw)

    def command(self, *args, **kw):
        return run("import", "--uri", self.uri, "--rejects", self.rejects, *args, cwd=self.folder, **kw)

    def ok(self, content, *args, **kw):
        return succeeded(self.run(content, *args, **kw))

    def stored(self, collection="c", **sort):
        """All documents of the collection without their _id where the server or the tool made it."""
        found = list(self.database[collection].find({}).sort([("$natural", 1)]))
        return [{k: v for k, v in d.items() if k != "_id" or not type(v).__name__ == "ObjectId"}
                for d in found]

    def rejected(self):
        """The lines of the reject file."""
        if not self.rejects.exists():
            return []
        return [json_util.loads(line) for line in self.rejects.read_text().splitlines()]


def counts(result):
    """{"read": 3, "inserted": 2, ...} of what the tool said; the numbers have to close."""
    line = [l for l in result.err.splitlines() if re.search(r"[\d,]+ read", l)][-1]
    found = {what: int(number.replace(",", "")) for number, what in LAST_LINES.findall(line)}
    assert found["read"] == sum(v for k, v in found.items() if k != "read"), result
    return found


def lines(documents):
    return "".join(json.dumps(d) + "\n" for d in documents)
