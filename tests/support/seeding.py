"""Seed files for tests of haul-seed, and what runs it on them."""
import json
import pathlib

from support import haul


class Seeder:
    """One folder of seed files and one database of a server."""

    def __init__(self, server, folder, database):
        self.server, self.folder, self.database = server, pathlib.Path(folder), database

    @property
    def db(self):
        return self.server.client[self.database]

    def write(self, name, content, settings=None):
        """A file below seeds/; a list of documents may have settings."""
        path = self.folder / "seeds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if settings is not None:
            content = {"$$seed": settings, "documents": content}
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
        return path

    def start(self, *args, env=None, **kw):
        return haul.start("seed", "--uri", self.server.uri_of(self.database), *args,
                          cwd=self.folder, env=env, **kw)

    def run(self, *args, env=None, code=0, **kw):
        result = haul.finish(self.start(*args, env=env, **kw))
        assert result.code == code, result
        return result

    def rejects(self):
        return haul.rejects(self.folder)

    def documents(self, collection, **query):
        return list(self.db[collection].find(query, {"_id": 0}))
