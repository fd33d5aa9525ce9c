"""A program on a pseudo-terminal."""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from support.mongod import die_with_parent


class Terminal:
    """with Terminal([program, ...], columns=60) as t: t.expect("word"); t.wait() -> exit code.
    `text` is all that was shown. Standard output is the terminal too unless `stdout` is given."""

    def __init__(self, command, *, columns=100, rows=30, cwd=None, env=None, stdout=None):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

        def before():
            die_with_parent()
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(list(map(str, command)), stdin=slave, stdout=stdout or slave, stderr=slave,
                                        cwd=cwd, env={**(env or os.environ), "TERM": "xterm"}, preexec_fn=before)
        os.close(slave)
        self.raw = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)

    @property
    def text(self):
        return self.raw.decode("utf-8", "replace")

    @property
    def plain(self):
        """Without escape sequences."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.text)

    def read(self, seconds):
        """Takes what comes within `seconds`; False once the program closed the terminal."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.master], [], [], left)[0]:
                try:
                    data = os.read(self.master, 65536)
                except OSError:
                    return False
                if not data:
                    return False
                self.raw += data
        return True

    def expect(self, word, seconds=20):
        end = time.monotonic() + seconds
        while word not in self.text:
            assert time.monotonic() < end, f"{word!r} was not shown:\n{self.text}"
            if not self.read(0.1):
                break
        assert word in self.text, f"{word!r} was not shown:\n{self.text}"

    def type(self, text):
        os.write(self.master, text.encode())

    def wait(self, seconds=60):
        end = time.monotonic() + seconds
        while self.read(0.1):
            assert time.monotonic() < end, f"still running:\n{self.text}"
        return self.process.wait(10)
