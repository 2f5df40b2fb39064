"""A Ray cluster for one run: a quiet one on this machine alone, or one that is there already."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hilbert.extras import extra
from hilbert.offline import is_here, refuse_offline
from hilbert.system_faults import raise_system_fault
from indexer.base.errors import HilbertError

log = logging.getLogger(__name__)

_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",  # it would report to its makers
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # it would send the folder that the user is in
    # Where clusters are not enabled Ray binds 127.0.0.1 and nothing else, on Linux too.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_DISABLE_IMPORT_WARNING": "1",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
_LOOPBACK = "127.0.0.1"
# What waits between workers and the writer: features of an hour take 6 MB.
_OBJECT_STORE_BYTES = 512 << 20
_ANSWER_SECONDS = 10.0
_QUOTED = "Traceback (most recent call last):"
# Paths of sockets end with it, and may have 103 bytes.
_LONGEST_FOLDER = 40


@contextmanager
def cluster(address: str | None) -> Iterator[None]:
    """Start a cluster on this machine, or join one; it is left, or ended, with the context.

    Args:
        address: `HOST:PORT` of a cluster of which this machine is a node; None to start one.

    Raises:
        MissingExtraError: Ray is not installed.
        OfflineError: The cluster is not on this machine, and nothing may leave it.
        HilbertError: It cannot be started or joined.
    """
    if address is not None:
        _check_answers(address)
    is_debugging = log.isEnabledFor(logging.DEBUG)
    settings = dict(_ENVIRONMENT)
    if address is not None and not is_here(_host(address)):
        del settings["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"]
    if not is_debugging:
        settings["RAY_BACKEND_LOG_LEVEL"] = "fatal"
    os.environ.update(settings)
    with extra("ray", "the engine ray"):
        import ray
        import ray.data
    if not is_debugging:
        for name in ("ray", "ray.data"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
    # Its news of workers would stand on standard output, among JSON; no public setting ends that.
    ray._private.worker._worker_logs_enabled = is_debugging
    quiet: dict[str, Any] = {
        "log_to_driver": is_debugging,
        "logging_level": logging.DEBUG if is_debugging else logging.CRITICAL,
    }
    folder = _folder()
    if address is not None:
        where: dict[str, Any] = {"address": address}
    else:
        where = {
            "address": "local",
            "include_dashboard": False,
            "object_store_memory": _OBJECT_STORE_BYTES,
            "_temp_dir": str(folder),
        }
    try:
        try:
            with contextlib.nullcontext() if is_debugging else _without_stderr():
                ray.init(**where, **quiet)
            if address is None:
                _check_loopback(ray.nodes())
        except (ray.exceptions.RayError, RuntimeError, OSError, ValueError, TimeoutError) as error:
            raise_system_fault(error)
            cause = error.__cause__ or error.__context__ or error
            lines = [line for line in (str(cause) or str(error)).splitlines() if line.strip()]
            # Some errors quote a traceback, the last line of which says what happened.
            is_quoting = any(
                line.rstrip().endswith("Traceback (most recent call last):") for line in lines
            )
            reason = (lines or [type(error).__name__])[-1 if is_quoting else 0].strip()
            what = f"the cluster at {address} cannot be joined" if address else "Ray does not start"
            raise HilbertError(f"{what}: {reason}") from error
        yield
    finally:
        ray.shutdown()
        shutil.rmtree(folder, ignore_errors=True)


def _check_answers(address: str) -> None:
    """Refuse an address at which nothing answers: Ray would wait for minutes.

    Raises:
        OfflineError: It is not on this machine, and nothing may leave it.
        HilbertError: Nothing answers.
    """
    host, port = _host(address), address.rpartition(":")[2]
    refuse_offline(host, f"the cluster at {address}")
    try:
        socket.create_connection((host, int(port)), _ANSWER_SECONDS).close()
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise HilbertError(f"the cluster at {address} does not answer: {reason}") from error


def _host(address: str) -> str:
    return address.rpartition(":")[0].strip("[]")


@contextmanager
def _without_stderr() -> Iterator[None]:
    """Let nothing be written to standard error: Ray's core says there how it is set up."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _check_loopback(nodes: list[dict[str, Any]]) -> None:
    """Refuse a cluster that this release of Ray binds to more than this machine.

    Raises:
        RuntimeError: It does.
    """
    bound = {node["NodeManagerAddress"] for node in nodes}
    if bound != {_LOOPBACK}:
        raise RuntimeError(f"it would listen at {', '.join(sorted(bound))}, not at {_LOOPBACK}")


def _folder() -> Path:
    """Make a folder for what Ray writes while it runs."""
    place = tempfile.gettempdir()
    if len(place) > _LONGEST_FOLDER - len("/hilbert-ray-12345678") and os.path.isdir("/tmp"):
        place = "/tmp"
    return Path(tempfile.mkdtemp(prefix="hilbert-ray-", dir=place))
