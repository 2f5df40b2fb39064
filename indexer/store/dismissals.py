"""Failures that somebody has dismissed: no list shows them until they are others.

A failure is another one when its reason is, or when its file has changed. Of a file that cannot be
looked at (an upload that was refused, a remote one) each try that fails is another.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from hilbert.system_faults import system_fault
from indexer.base.errors import LibraryError
from indexer.store.catalog import Catalog


def split_failures(catalog: Catalog) -> tuple[dict[str, str], dict[str, str]]:
    """Return the failures that are to be shown, and those that are dismissed.

    Returns:
        Paths and reasons of either, as `Catalog.failures` has them.
    """
    known = catalog.remembered.dismissed()
    now = _failures_now(catalog) if known else {}
    failures = catalog.failures()
    dismissed = {path for path in failures if path in known and known[path] == now.get(path)}
    return (
        {path: reason for path, reason in failures.items() if path not in dismissed},
        {path: reason for path, reason in failures.items() if path in dismissed},
    )


def dismiss(catalog: Catalog, paths: Iterable[str]) -> None:
    """Dismiss the failures of these files as they are now; those dismissed before stay so.

    Raises:
        LibraryError: The catalog cannot be written.
    """
    with _writing(catalog):
        now = _failures_now(catalog)
        known = {path: how for path, how in catalog.remembered.dismissed().items() if path in now}
        known.update({path: now[path] for path in paths if path in now})
        catalog.remembered.put_dismissed(known)


def show_again(catalog: Catalog) -> None:
    """Dismiss nothing any more.

    Raises:
        LibraryError: The catalog cannot be written.
    """
    with _writing(catalog):
        catalog.remembered.put_dismissed({})


@contextmanager
def _writing(catalog: Catalog) -> Iterator[None]:
    try:
        with catalog.transaction():
            yield
    except sqlite3.Error as error:
        raise LibraryError(system_fault(error) or f"it cannot be written: {error}") from error


def _failures_now(catalog: Catalog) -> dict[str, tuple[str, str]]:
    """Map the files that failed to the reason, and to what tells that they fail once more."""
    times = catalog.failure_times()
    failures = catalog.failures().items()
    return {path: (reason, _state(path, times.get(path, 0.0))) for path, reason in failures}


def _state(path: str, tried: float) -> str:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return f"tried {tried!r}"
    return f"{status.st_size} {status.st_mtime_ns}"
