"""The body of scripts/demo, which builds the tools first: HAUL_BIN names their directory."""

import argparse
import contextlib
import os
import pathlib
import re
import secrets
import shlex
import signal
import subprocess
import sys
import tempfile
import time

import pymongo
from support.haul import fingerprint
from support.mongod import Mongod, die_with_parent

import demo_data

MIB = 1024 * 1024


def say(label, text):
    print(f"{label:>9}  {text}", flush=True)


def fail(text):
    print(f"demo: {text}", file=sys.stderr)
    sys.exit(1)


def stop_on_signals():
    """A signal becomes an exception, so that servers, databases and directories are cleaned up; a
    second one does not disturb that."""
    stops = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def leave(number, _frame):
        for each in stops:
            signal.signal(each, signal.SIG_IGN)
        print(f"\ndemo: {signal.Signals(number).name}: cleaning up", file=sys.stderr)
        sys.exit(128 + number)

    for number in stops:
        signal.signal(number, leave)


def with_database(uri, database):
    """The same server and login, another database in the path."""
    match = re.fullmatch(r"(mongodb(?:\+srv)?://[^/?]+)(?:/([^?]*))?(?:\?(.*))?", uri)
    if not match:
        fail("the URI is not of the form mongodb://HOST[:PORT]/...")
    server, named, options = match[1], match[2], match[3] or ""
    if named and "@" in server and "authsource=" not in options.lower():
        options = "&".join(filter(None, [options, f"authSource={named}"]))
    return f"{server}/{database}" + (f"?{options}" if options else "")


@contextlib.contextmanager
def server_uri(given):
    """The user's server, or one of our own for as long as the demo lasts."""
    if given:
        yield given
        return
    with Mongod() as server:
        say("server", f"started mongod {server.client.server_info()['version']} for this demo "
                      f"in {server.dir}")
        yield server.uri


@contextlib.contextmanager
def two_databases(client):
    """Two names that the server does not hold; both databases are gone afterwards."""
    source = f"haul_demo_{secrets.token_hex(4)}"
    names = source, f"{source}_copy"
    try:
        yield names
    finally:
        for name in names:
            client.drop_database(name)


def run_tool(uri, name, *args):
    """Runs a haul tool, shows its command, and gives its wall time; ends the demo if it fails."""
    tool = str(pathlib.Path(os.environ["HAUL_BIN"]) / name)
    print(f"\n$ {shlex.join([name, *args])}", flush=True)
    began = time.monotonic()
    # The URI may hold a password: it goes by the environment, which other users cannot read.
    process = subprocess.Popen([tool, *args], env={**os.environ, "HAUL_URI": uri},
                               stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
    try:
        code = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    if code != 0:
        fail(f"{name} ended with exit code {code}; docs/exit-codes.md says what that means")
    return time.monotonic() - began


def rate(size, seconds):
    return f"{size / MIB:.1f} MiB in {seconds:.1f} s = {size / MIB / seconds:.0f} MiB/s"


def size_on_disk(folder):
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())


def compare(client, source, copy):
    """Prints one line a namespace; True if both databases hold the same."""
    left, right = fingerprint(client, source), fingerprint(client, copy)
    same = sorted(left) == sorted(right)
    print(f"\n{'':>9}  {'compared':<26}{'documents':>10}  {'bytes':<8}{'options':<9}indexes")
    for name, entry in sorted(left.items()):
        other = right.get(name, {})
        verdict = {key: "same" if entry.get(key) == other.get(key) else "DIFFER"
                   for key in ("digest", "ordered", "options", "indexes", "type")}
        same = same and "DIFFER" not in verdict.values()
        data = "DIFFER" if "DIFFER" in (verdict["digest"], verdict["ordered"]) else verdict["digest"]
        indexes = f"{len(entry['indexes'])} {verdict['indexes']}" if "indexes" in entry else "-"
        count = f"{entry['count']:,}" if "count" in entry else entry["type"]
        print(f"{'':>9}  {name:<26}{count:>10}  {data if 'count' in entry else '-':<8}"
              f"{verdict['options']:<9}{indexes}")
    return same


def demonstrate(client, uri, source, copy, folder):
    began = time.monotonic()
    demo_data.load(client[source])
    stats = client[source].command("dbStats")
    size = stats["dataSize"]
    say("data", f"{stats['objects']:,} documents, {size / MIB:.1f} MiB, {stats['indexes']} indexes in "
                f"database {source}, loaded in {time.monotonic() - began:.1f} s")

    dump_seconds = run_tool(with_database(uri, source), "haul-dump", "--out", str(folder))
    stored = size_on_disk(folder)
    run_tool("", "haul-inspect", str(folder))
    restore_seconds = run_tool(with_database(uri, ""), "haul-restore", "--nsFrom", f"{source}.*",
                               "--nsTo", f"{copy}.*", str(folder))

    same = compare(client, source, copy)
    print()
    say("dump", f"{rate(size, dump_seconds)}; {stored / MIB:.1f} MiB on disk, "
                f"{size / stored:.1f} times smaller")
    say("restore", f"{rate(size, restore_seconds)}, indexes included")
    if not same:
        fail("the restored database differs from the dumped one")
    say("result", "both databases hold the same, byte for byte")


def main():
    parser = argparse.ArgumentParser(prog="demo")
    parser.add_argument("--uri", help="a server that you have, instead of one of the demo's own")
    options = parser.parse_args()
    stop_on_signals()
    with contextlib.ExitStack() as stack:
        uri = stack.enter_context(server_uri(options.uri))
        client = stack.enter_context(
            pymongo.MongoClient(with_database(uri, ""), serverSelectionTimeoutMS=10_000))
        client.admin.command("ping")
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="haul-demo-")))
        source, copy = stack.enter_context(two_databases(client))
        demonstrate(client, uri, source, copy, folder / "dump")


if __name__ == "__main__":
    try:
        main()
    except pymongo.errors.PyMongoError as error:
        fail(f"server: {error}")
