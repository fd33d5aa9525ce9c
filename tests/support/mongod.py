"""Starts real mongod processes for the tests.

with Mongod() as server: server.uri, server.client, server.kill(), ...
Each runs on a free loopback port in its own temporary directory and dies with the test process. The
binary is HAUL_TEST_MONGOD or the newest mongod below build/. Its log is kept only when the body failed.
"""
import ctypes
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

import pymongo

ROOT = pathlib.Path(__file__).resolve().parents[2]
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def binary():
    named = os.environ.get("HAUL_TEST_MONGOD")
    if named:
        return named
    found = [p for p in (ROOT / "build").glob("**/mongod") if p.is_file() and os.access(p, os.X_OK)]
    if not found:
        raise RuntimeError("no mongod for the tests: run scripts/bootstrap or set HAUL_TEST_MONGOD")
    return str(max(found, key=lambda p: p.stat().st_mtime))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def die_with_parent():
    """For preexec_fn: the child is killed when the thread that started it ends, however it ends."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def make_certificates(folder):
    """A CA, a server and a client certificate for localhost, and another CA that signed nothing."""
    def openssl(*args):
        subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)

    for ca in ("ca", "other-ca"):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                f"/CN=haul test {ca}", "-keyout", f"{ca}.key", "-out", f"{ca}.pem")
    (folder / "san").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    for name in ("server", "client"):
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/O=haul {name}/CN=localhost",
                "-keyout", f"{name}.key", "-out", f"{name}.csr")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", "-days", "2", "-extfile", "san", "-out", f"{name}.crt")
        text = (folder / f"{name}.key").read_text() + (folder / f"{name}.crt").read_text()
        (folder / f"{name}.pem").write_text(text)


class Mongod:
    """`members` = 0 is a standalone; 1 a replica set of one; 3 a set where elections happen."""

    USER, PASSWORD = "root", "root-p:ss/w@rd"

    def __init__(self, *, members=1, auth=False, tls=False, cache_gb=0.25, oplog_mb=256,
                 checkpoint_seconds=60, parameters=()):
        self.members, self.auth, self.tls = members, auth, tls
        self.cache_gb, self.oplog_mb, self.parameters = cache_gb, oplog_mb, parameters
        self.checkpoint_seconds = checkpoint_seconds
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="haul-mongod-"))
        self.processes, self.ports = [], []
        self.set_name = "rs" if members else None
        self._client = None

    # -- life ------------------------------------------------------------------------------------

    def __enter__(self):
        try:
            self._prepare_security()
            for _ in range(max(1, self.members)):
                self.ports.append(free_port())
                self.processes.append(None)
            for i in range(len(self.ports)):
                self.start(i)
            if self.members:
                self._initiate()
            if self.auth:
                self._create_root()
        except BaseException:
            self.close(failed=True)
            raise
        return self

    def __exit__(self, kind, *_):
        self.close(failed=kind is not None)

    def start(self, i=0):
        data = self.dir / f"db{i}"
        data.mkdir(exist_ok=True)
        args = [binary(), "--dbpath", data, "--port", str(self.ports[i]), "--bind_ip", "127.0.0.1",
                "--wiredTigerCacheSizeGB", str(self.cache_gb), "--oplogSize", str(self.oplog_mb),
                "--syncdelay", str(self.checkpoint_seconds),
                "--nounixsocket", "--logpath", self.dir / f"mongod{i}.log", "--logappend",
                "--setParameter", "enableTestCommands=1",
                "--setParameter", "diagnosticDataCollectionEnabled=false",
                "--setParameter", "ttlMonitorEnabled=false"]
        for parameter in self.parameters:
            args += ["--setParameter", parameter]
        if self.set_name:
            args += ["--replSet", self.set_name]
        if self.auth:
            args += ["--keyFile", self.dir / "keyfile"] if self.set_name else ["--auth"]
        if self.tls:
            args += ["--tlsMode", "requireTLS", "--tlsCertificateKeyFile", self.dir / "server.pem",
                     "--tlsCAFile", self.dir / "ca.pem", "--tlsAllowConnectionsWithoutCertificates"]
        self.processes[i] = subprocess.Popen(
            list(map(str, args)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL, preexec_fn=die_with_parent, start_new_session=True)
        self._await_port(i)

    def _await_port(self, i):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self.processes[i].poll() is not None:
                log = self.dir / f"mongod{i}.log"
                tail = log.read_text()[-2000:] if log.exists() else "(no log)"
                raise RuntimeError(f"mongod ended with {self.processes[i].returncode}: {tail}")
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.ports[i])) == 0:
                    return
            time.sleep(0.02)
        raise RuntimeError("mongod did not listen within 30 s")

    def stop(self, i=0, sig=signal.SIGTERM):
        """Ends one member; its data stay, so start(i) brings it back."""
        process = self.processes[i]
        if process and process.poll() is None:
            process.send_signal(sig)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def kill(self, i=0):
        self.stop(i, signal.SIGKILL)

    def close(self, failed=False):
        if self._client:
            self._client.close()
        for i, process in enumerate(self.processes):
            if process:
                self.kill(i)
        if failed and os.environ.get("HAUL_KEEP_LOGS"):
            print(f"server logs kept in {self.dir}", file=sys.stderr)
            for data in self.dir.glob("db*"):
                shutil.rmtree(data, ignore_errors=True)
        else:
            shutil.rmtree(self.dir, ignore_errors=True)

    # -- set-up ----------------------------------------------------------------------------------

    def _prepare_security(self):
        if self.auth:
            keyfile = self.dir / "keyfile"
            keyfile.write_text(secrets.token_hex(48))
            keyfile.chmod(0o400)
        if self.tls:
            make_certificates(self.dir)

    def _direct(self, i=0, **options):
        return pymongo.MongoClient("127.0.0.1", self.ports[i], directConnection=True,
                                   serverSelectionTimeoutMS=20000, **self._tls_options(), **options)

    def _tls_options(self):
        return {"tls": True, "tlsCAFile": str(self.dir / "ca.pem")} if self.tls else {}

    def _initiate(self):
        members = [{"_id": i, "host": f"127.0.0.1:{port}"} for i, port in enumerate(self.ports)]
        client = self._direct()
        client.admin.command("replSetInitiate", {
            "_id": self.set_name, "members": members,
            "settings": {"electionTimeoutMillis": 2000, "heartbeatIntervalMillis": 500}})
        deadline = time.monotonic() + 30
        while not client.admin.command("hello").get("isWritablePrimary"):
            if time.monotonic() > deadline:
                raise RuntimeError("no primary within 30 s")
            time.sleep(0.02)
        client.close()

    def _create_root(self):
        client = self._direct()
        client.admin.command("createUser", self.USER, pwd=self.PASSWORD, roles=["root"])
        client.close()

    # -- access ----------------------------------------------------------------------------------

    @property
    def hosts(self):
        return ",".join(f"127.0.0.1:{port}" for port in self.ports)

    def uri_for(self, database="", user=None, password=None, **options):
        """A URI with these credentials (none unless given)."""
        login = ""
        if user:
            quote = urllib.parse.quote_plus
            login = f"{quote(user)}:{quote(password)}@" if password is not None else f"{quote(user)}@"
            options.setdefault("authSource", "admin")
        if self.set_name:
            options.setdefault("replicaSet", self.set_name)
        if self.tls:
            options = {"tls": "true", "tlsCAFile": self.dir / "ca.pem", **options}
        text = "&".join(f"{k}={v}" for k, v in options.items() if v is not None)
        return f"mongodb://{login}{self.hosts}/{database}" + (f"?{text}" if text else "")

    def uri_of(self, database=""):
        """The URI of a user who may do everything."""
        return self.uri_for(database, *((self.USER, self.PASSWORD) if self.auth else ()))

    @property
    def uri(self):
        return self.uri_of()

    @property
    def client(self):
        if self._client is None:
            self._client = pymongo.MongoClient(self.uri, serverSelectionTimeoutMS=20000)
        return self._client

    def primary(self):
        """Index of the member that is primary now."""
        host, port = self.client.primary or (None, None)
        return self.ports.index(port) if port in self.ports else 0

    def fail(self, commands, *, mode, where=None, **data):
        """Makes the server answer `commands` with an error: fail(["getMore"], mode={"times": 1},
        closeConnection=True). Off again with calm()."""
        client = self.client if where is None else where
        client.admin.command("configureFailPoint", "failCommand", mode=mode,
                             data={"failCommands": list(commands), **data})

    def calm(self):
        self.client.admin.command("configureFailPoint", "failCommand", mode="off")
