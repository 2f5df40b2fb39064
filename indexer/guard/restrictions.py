"""What a guarded process may not do: memory, processor time, open files, network, writing."""

from __future__ import annotations

import sys
import time

from indexer.base.limits import Limits
from indexer.guard.seccomp import restrict_calls

_WRITTEN_BYTES = 1 << 20  # its messages of errors


def restrict(limits: Limits) -> list[str]:
    """Restrict this process for good.

    Returns:
        The guards that this system does not have, in words.
    """
    missing = []
    if not _limit("RLIMIT_AS", round(limits.memory_gigabytes * 2**30)):
        missing.append("a limit on memory")
    if not _limit("RLIMIT_NOFILE", round(limits.open_files)):
        missing.append("a limit on open files")
    _limit("RLIMIT_FSIZE", _WRITTEN_BYTES)
    _limit("RLIMIT_CORE", 0)
    if sys.platform == "win32":
        missing.append("a limit on processor time")
    if not restrict_calls():
        missing.append("no network, no other program and no writing (seccomp)")
    return missing


def limit_processor_time(seconds: float) -> None:
    """End this process by a signal once it has computed so many seconds more."""
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    until = round(time.process_time() + seconds) + 1
    if hard != resource.RLIM_INFINITY:
        until = min(until, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (until, hard))


def _limit(name: str, value: int) -> bool:
    """Set a limit, never above the one that holds; return whether it holds now."""
    if sys.platform == "win32":
        return False
    import resource

    # macOS has the name of a limit on address space, and does not hold to it.
    if name == "RLIMIT_AS" and sys.platform == "darwin":
        return False
    kind: int = getattr(resource, name)
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    try:
        resource.setrlimit(kind, (value, value))
    except (OSError, ValueError):
        return False
    return True
