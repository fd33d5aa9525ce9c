"""Places that are too small, and processes that a file's mode binds."""
import contextlib
import ctypes
import os
import subprocess

PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER = 24, 1, 2, 3
_libc = ctypes.CDLL(None)


@contextlib.contextmanager
def small_tmpfs(path, size):
    """A file system of `size` (as mount says it: 2m) at `path`. Needs root."""
    assert os.geteuid() == 0, "this test mounts a small tmpfs: run it as root"
    path.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0777", "haul-test", str(path)], check=True)
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


def drop_override():
    """For preexec: root without the rights to ignore modes, so that 0555 means what it says."""
    if os.geteuid() == 0:
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER):
            _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
