"""System calls that fail: `faults.c`, built with the compiler of the system, and armed."""

from __future__ import annotations

import ctypes
import errno
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CLASSES = ("open", "create", "read", "write", "sync", "rename", "unlink", "mkdir", "map")
CHANGES = ("create", "write", "sync", "rename", "unlink", "mkdir")
KILL = -1


@dataclass(frozen=True)
class Fault:
    """A way in which a machine fails.

    Attributes:
        number: The errno of the calls that fail, or `KILL`.
        classes: Which calls may fail, of `CLASSES`.
        words: What the user must read then, one of them.
        lasting: Whether all later calls fail too.
    """

    number: int
    classes: tuple[str, ...]
    words: tuple[str, ...] = ()
    lasting: bool = False


# SQLite does not say why a file cannot be opened, nor that a map failed for lack of memory.
FAULTS = {
    "full": Fault(
        errno.ENOSPC, ("create", "write", "sync", "rename", "mkdir"), ("disk is full",), True
    ),
    "io": Fault(errno.EIO, CLASSES, ("I/O error", "database cannot be opened")),
    "files": Fault(errno.EMFILE, ("open", "create"), ("many files are open",), True),
    "read-only": Fault(
        errno.EROFS,
        ("create", "rename", "unlink", "mkdir"),
        ("only be read", "database cannot be opened"),
        True,
    ),
    "permission": Fault(
        # Safetensors does not say why a file that opens a moment later did not.
        *(errno.EACCES, ("open", "create", "rename", "unlink", "mkdir")),
        ("permission", "I/O error"),
    ),
    "memory": Fault(errno.ENOMEM, ("map",), ("not enough memory", "I/O error")),
    "kill": Fault(KILL, CHANGES),
}


def why_not() -> str:
    """Return why the shim cannot be used here; empty where it can."""
    if sys.platform != "linux":
        return "system calls are made to fail on Linux only"
    return "" if shutil.which("cc") else "there is no C compiler (cc)"


def build(folder: Path) -> Path:
    """Build the library to preload."""
    source, built = Path(__file__).with_name("faults.c"), folder / "faults.so"
    command = ["cc", "-shared", "-fPIC", "-O1", "-o", built, source, "-ldl"]
    subprocess.run(command, check=True, capture_output=True)
    return built


def arm(folder: Path, fault: Fault, nth: int) -> None:
    """Let a call on files below a folder fail from now on, in this process.

    Args:
        folder: Absolute.
        fault: How.
        nth: Which of the calls of its classes, from 1; 0 for none: they are counted only.
    """
    mask = sum(1 << CLASSES.index(name) for name in fault.classes)
    lasting = int(fault.lasting)
    _shim().hilbert_arm_faults(str(folder).encode(), mask, nth, fault.number, lasting)


def disarm() -> None:
    """Let everything work again."""
    _shim().hilbert_disarm_faults()


def counted() -> dict[str, int]:
    """Return how many calls of each class there were since `arm`."""
    return {name: _shim().hilbert_counted_faults(row) for row, name in enumerate(CLASSES)}


def _shim() -> ctypes.CDLL:
    shim = ctypes.CDLL(None)
    shim.hilbert_arm_faults.argtypes = [
        *(ctypes.c_char_p, ctypes.c_uint, ctypes.c_long, ctypes.c_int, ctypes.c_int)
    ]
    shim.hilbert_counted_faults.restype = ctypes.c_long
    return shim
