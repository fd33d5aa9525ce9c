"""Places that are too small, read-only or foreign."""
import contextlib
import os
import subprocess


@contextlib.contextmanager
def small_tmpfs(path, size):
    """A file system of `size` (as mount says it: 2m) at `path`. Needs root."""
    path.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0777", "haul-test", str(path)], check=True)
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


def as_nobody():
    """For preexec: root ignores modes, so a test of modes runs as another user."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
