"""Measures dump, restore, both through a pipe, inspect and export side by side on one mongod that it starts.

All contenders of a round run one after the other, in an order that rotates from round to round, so that
a noisy machine treats them alike. Printed are the medians (and the range of the wall times), and the
ratio to the peer's median in the same rounds. MONGO_TOOLS_BIN names the folder of mongodump,
mongorestore, bsondump and mongoexport; without it only haul and the floor are measured.

usage: scripts/bench [--megabytes N] [--rounds N] [--jobs N] [--cache-gb X] [--only WORD]
"""
import argparse
import dataclasses
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from bench_data import load
from support.haul import tool
from support.mongod import Mongod, die_with_parent

DATABASE = "bench"
COPY = "bench_copy"
MIB = 1024 * 1024


@dataclasses.dataclass
class Contender:
    name: str
    command: list
    peer: str = ""        # whose median the ratio is to
    output: str = ""      # folder whose size is reported
    samples: list = dataclasses.field(default_factory=list)

    def median(self, what):
        return statistics.median(getattr(sample, what) for sample in self.samples)


@dataclasses.dataclass
class Sample:
    wall: float
    cpu: float
    peak_mib: float
    stored_mib: float


def folder_mib(folder):
    return sum(p.stat().st_size for p in pathlib.Path(folder).rglob("*") if p.is_file()) / MIB


def peak_mib(pid):
    """Highest resident memory so far. Not ru_maxrss: that counts what the child was forked from."""
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def measure(contender):
    with tempfile.TemporaryFile() as errors:
        begin = time.monotonic()
        process = subprocess.Popen(contender.command, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=errors,
                                   preexec_fn=die_with_parent)
        pid = peak = 0
        while pid == 0:
            time.sleep(0.01)
            peak = max(peak, peak_mib(process.pid))
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        wall = time.monotonic() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            sys.exit(f"{contender.name} failed with {process.returncode}:\n{errors.read().decode()}")
    stored = folder_mib(contender.output) if contender.output else 0
    contender.samples.append(Sample(wall, usage.ru_utime + usage.ru_stime, peak, stored))


def run_rounds(contenders, rounds, prepare):
    for number in range(rounds):
        turn = number % max(1, len(contenders))
        for contender in contenders[turn:] + contenders[:turn]:
            prepare(contender)
            measure(contender)
            print(f"  round {number + 1}: {contender.name}: {contender.samples[-1].wall:.2f} s",
                  file=sys.stderr)


def print_table(title, contenders):
    if not contenders:
        return
    print(f"\n{title}\n{'':34}{'wall s':>8}{'range':>14}{'cpu s':>8}{'peak MiB':>10}{'disk MiB':>10}"
          f"{'ratio':>8}")
    by_name = {c.name: c for c in contenders}
    for c in contenders:
        walls = [sample.wall for sample in c.samples]
        spread = f"{min(walls):.2f}-{max(walls):.2f}"
        disk = f"{c.median('stored_mib'):.1f}" if c.output else ""
        ratio = ""
        if c.peer in by_name:
            ratio = f"{by_name[c.peer].median('wall') / c.median('wall'):.2f}x"
        print(f"{c.name:34}{c.median('wall'):8.2f}{spread:>14}{c.median('cpu'):8.2f}"
              f"{c.median('peak_mib'):10.0f}{disk:>10}{ratio:>8}")
        if c.peer in by_name:
            cpu = c.median("cpu") / by_name[c.peer].median("cpu")
            print(f"{'':34}  as fast as {c.peer}: {ratio}; its CPU: {cpu:.2f} of that")


def dump_contenders(uri, folder, jobs, peers):
    haul = [tool("dump"), "--uri", uri, "--db", DATABASE, "--jobs", str(jobs), "--overwrite"]
    out = {name: f"{folder}/{name}" for name in ("zstd", "none", "sync", "gzip", "plain", "gz")}
    contenders = [
        Contender("cursor drained to nowhere", [tool("bench-drain"), uri, DATABASE]),
        Contender("haul-dump zstd", [*haul, "--out", out["zstd"]], "mongodump --gzip", out["zstd"]),
        Contender("haul-dump none --noSync",
                  [*haul, "--compress=none", "--noSync", "--out", out["none"]], "mongodump",
                  out["none"]),
        Contender("haul-dump none", [*haul, "--compress=none", "--out", out["sync"]], "mongodump",
                  out["sync"]),
        Contender("haul-dump gzip", [*haul, "--compress=gzip", "--out", out["gzip"]],
                  "mongodump --gzip", out["gzip"])]
    if peers:
        peer = [f"{peers}/mongodump", "--quiet", "--uri", uri, "--db", DATABASE]
        contenders += [
            Contender("mongodump", [*peer, "--out", out["plain"]], "", out["plain"]),
            Contender("mongodump --gzip", [*peer, "--gzip", "--out", out["gz"]], "", out["gz"])]
    return contenders


def restore_contenders(uri, folder, jobs, peers):
    contenders = [
        Contender("haul-restore",
                  [tool("restore"), "--uri", uri, "--jobs", str(jobs), f"{folder}/zstd"],
                  "mongorestore --gzip")]
    if peers:
        peer = [f"{peers}/mongorestore", "--quiet", "--uri", uri]
        workers = "--numInsertionWorkersPerCollection=4"
        contenders += [
            Contender("mongorestore --gzip", [*peer, "--gzip", f"{folder}/gz"]),
            Contender("mongorestore", [*peer, f"{folder}/plain"]),
            Contender("mongorestore, 4 workers", [*peer, workers, f"{folder}/plain"])]
        contenders.insert(1, Contender("haul-restore again", contenders[0].command,
                                       "mongorestore, 4 workers"))
    return contenders


def pipe_contenders(uri, jobs, peers):
    """From one database to another, through an archive that never lies anywhere."""
    def both(dump, restore):
        return ["bash", "-o", "pipefail", "-c", f"{dump} | {restore} --nsFrom='{DATABASE}.*' --nsTo='{COPY}.*'"]

    def haul(packed):
        return both(f"{tool('dump')} --uri {uri} --db {DATABASE} --jobs {jobs} --quiet --archive {packed}",
                    f"{tool('restore')} --uri {uri} --jobs {jobs} --quiet --archive")
    contenders = [Contender("haul-dump | haul-restore", haul(""), "mongodump | mongorestore"),
                  Contender("the same, packed with zstd", haul("--compress=zstd"), "mongodump | mongorestore")]
    if peers:
        contenders.append(Contender("mongodump | mongorestore",
                                    both(f"{peers}/mongodump --uri {uri} --db {DATABASE} --quiet --archive",
                                         f"{peers}/mongorestore --uri {uri} --quiet --archive")))
    return contenders


def inspect_contenders(folder, peers):
    largest = max(pathlib.Path(folder).glob(f"none/{DATABASE}/*.bson"), key=lambda p: p.stat().st_size)
    contenders = [Contender("haul-inspect", [tool("inspect"), str(largest)], "bsondump"),
                  Contender("haul-inspect --type debug", [tool("inspect"), "--type=debug", str(largest)])]
    if peers:
        contenders.append(Contender("bsondump", [f"{peers}/bsondump", "--quiet", str(largest)]))
    return contenders


def export_contenders(uri, folder, jobs, peers):
    """The largest collection, as lines of JSON and as a table."""
    line = ["--quiet", "--uri", uri, "--db", DATABASE, "--collection", "orders"]
    table = ["--type=csv", "--fields=_id,number,status,at,total,address.zip,items"]

    def out(name):
        return ["--out", f"{folder}/export-{name}"]
    haul = [tool("export"), *line, "--jobs", str(jobs)]
    contenders = [
        Contender("haul-export --noSync", [*haul, "--noSync", *out("nosync")], "mongoexport"),
        Contender("haul-export", [*haul, *out("sync")], "mongoexport"),
        Contender("haul-export zstd", [*haul, "--compress=zstd", *out("zstd")], "mongoexport"),
        Contender("haul-export canonical", [*haul, "--jsonFormat=canonical", *out("canonical")], "mongoexport canonical"),
        Contender("haul-export csv", [*haul, *table, *out("csv")], "mongoexport csv")]
    if peers:
        peer = [f"{peers}/mongoexport", *line]
        contenders += [Contender("mongoexport", [*peer, *out("peer")]),
                       Contender("mongoexport canonical", [*peer, "--jsonFormat=canonical", *out("peer-canonical")]),
                       Contender("mongoexport csv", [*peer, *table, *out("peer-csv")])]
    return contenders


def wanted(contenders, word):
    return [c for c in contenders if not word or word in c.name]


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=600, help="of documents (600)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--cache-gb", type=float, default=4, help="of the server (4)")
    parser.add_argument("--only", default="", help="contenders whose name holds this word")
    options = parser.parse_args()
    peers = os.environ.get("MONGO_TOOLS_BIN", "")
    folder = tempfile.mkdtemp(prefix="haul-bench-")
    try:
        with Mongod(cache_gb=options.cache_gb) as server:
            documents, megabytes = load(server.client[DATABASE], options.megabytes)
            print(f"{documents:,} documents, {megabytes:.0f} MB in {DATABASE}; {options.rounds} rounds, "
                  f"{os.cpu_count()} cores, --jobs {options.jobs}")
            dumps = wanted(dump_contenders(server.uri, folder, options.jobs, peers), options.only)
            run_rounds(dumps, options.rounds, lambda c: None)
            print_table("Dump", dumps)
            if options.only in ("", "inspect"):
                if not pathlib.Path(folder, "none").exists():
                    measure(next(c for c in dump_contenders(server.uri, folder, options.jobs, "")
                                 if c.name == "haul-dump none --noSync"))
                inspects = inspect_contenders(folder, peers)
                run_rounds(inspects, options.rounds, lambda c: None)
                print_table("Documents as JSON", inspects)
            exports = wanted(export_contenders(server.uri, folder, options.jobs, peers), options.only)
            run_rounds(exports, options.rounds, lambda c: None)
            print_table("Export", exports)
            pipes = wanted(pipe_contenders(server.uri, options.jobs, peers), options.only)
            run_rounds(pipes, options.rounds, lambda c: server.client.drop_database(COPY))
            print_table("From database to database through a pipe", pipes)
            restores = wanted(restore_contenders(server.uri, folder, options.jobs, peers),
                              options.only)
            run_rounds(restores, options.rounds,
                       lambda c: server.client.drop_database(DATABASE))
            print_table("Restore with indexes, write concern majority", restores)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
