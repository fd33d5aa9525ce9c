"""Runs a command with a real mongod of its own: HAUL_TEST_URI names it.

usage: with_mongod.py COMMAND [ARGUMENT...]
"""
import os
import subprocess
import sys

from support.mongod import Mongod


def main():
    with Mongod() as server:
        environment = dict(os.environ, HAUL_TEST_URI=server.uri)
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
