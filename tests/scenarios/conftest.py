"""What the scenarios share: the tools under their old names, and servers of their own kind."""
import os
import subprocess

import pytest

from support.haul import TIMEOUT, Result, environment, tool

NEW_NAMES = {"mongodump": "dump", "mongorestore": "restore", "bsondump": "inspect"}


@pytest.fixture
def as_mongo(tmp_path):
    """as_mongo("mongodump", option...) runs haul by that name in `tmp_path`."""
    folder = tmp_path / "old-names"

    def call(name, *args, cwd=tmp_path, **kw):
        folder.mkdir(exist_ok=True)
        if not (folder / name).exists():
            os.symlink(tool(NEW_NAMES[name]), folder / name)
        command = [str(folder / name), *map(str, args)]
        kw.setdefault("stdin", subprocess.DEVNULL)
        done = subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, text=True,
                              timeout=TIMEOUT, **kw)
        return Result(done.returncode, done.stdout, done.stderr, 0, command)

    return call
