"""Check a library: what is wrong, how to repair it, and what a killed run left behind."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

from hilbert.system_faults import raise_system_fault, system_fault
from indexer.base.errors import HilbertError, LibraryError, UnfinishedLibraryError
from indexer.base.remote_path import is_remote
from indexer.base.shell import quoted
from indexer.guard.children import missing_guards
from indexer.index.library_store import LibraryStore
from indexer.index.snapshot_writer import leftovers
from indexer.maintenance.checkup import Checkup
from indexer.maintenance.digests import check_digests
from indexer.maintenance.folders import followed_folders

log = logging.getLogger(__name__)


def examine(folder: Path, *, deep: bool = False) -> Checkup:
    """Check catalog, features, model and indexes of a library; nothing is changed.

    Args:
        folder: Of the library.
        deep: Read every byte and compare it with the digests of what was written.
    """
    checkup = Checkup()
    try:
        library = LibraryStore.open(folder)
    except UnfinishedLibraryError as error:
        checkup.notes.append(str(error))
        return checkup
    except HilbertError as error:
        log.debug("could not open %s", folder, exc_info=True)
        checkup.problems.append(str(error))
        return checkup
    except sqlite3.DatabaseError as error:
        log.debug("could not open %s", folder, exc_info=True)
        checkup.problems.append(system_fault(error) or _damaged_catalog(error))
        return checkup
    try:
        checks = [_catalog, _model, _features, _generation, _sources, _leftovers, _guards]
        # First: to load a model puts a damaged graph of it in order.
        for check in [check_digests, *checks] if deep else checks:
            check(library, checkup)
    except (HilbertError, sqlite3.DatabaseError, OSError, MemoryError) as error:
        fault = system_fault(error)
        if not fault and not isinstance(error, sqlite3.DatabaseError):
            raise
        log.debug("could not check %s", folder, exc_info=True)
        checkup.problems.append(fault or _damaged_catalog(error))
    finally:
        library.close()
    return checkup


def _damaged_catalog(error: Exception) -> str:
    return (
        f"the catalog is damaged ({error}); restore a backup, or index the recordings into a new "
        "library"
    )


def _catalog(library: LibraryStore, checkup: Checkup) -> None:
    for finding in library.catalog.check():
        checkup.problems.append(
            f"the catalog is damaged ({finding}); index the recordings into a new library"
        )


def _model(library: LibraryStore, checkup: Checkup) -> None:
    try:
        _ = library.model
    except HilbertError as error:
        log.debug("could not load the model", exc_info=True)
        checkup.problems.append(str(error))


def _features(library: LibraryStore, checkup: Checkup) -> None:
    for document in library.catalog.documents():
        try:
            features = library.features.read(document.features)
        except LibraryError:
            log.debug("could not read the features of %s", document.name, exc_info=True)
            checkup.problems.append(
                f"the features of {document.name} are missing or damaged; run 'hilbert rebuild "
                f"--library {quoted(library.folder)}'"
            )
            continue
        expected = library.catalog.count_segments(document.id)
        if features.n_segments != expected:
            checkup.problems.append(
                f"{document.name} has {expected} segments but features of {features.n_segments}; "
                f"run 'hilbert remove {document.name} --library {quoted(library.folder)}' and "
                "index it again"
            )


def _generation(library: LibraryStore, checkup: Checkup) -> None:
    documents = library.catalog.documents()
    if library.catalog.current_generation() is None:  # or killed before the first was written
        checkup.notes.append(_waiting(library, len(documents)) or "the library is empty")
        return
    rebuild = f"run 'hilbert rebuild --library {quoted(library.folder)}'"
    try:
        snapshot = library.snapshot()
        indexed = {d.id: d.features for d in snapshot.lexical.documents()}
        damage = snapshot.lexical.check()
    except HilbertError as error:
        log.debug("could not open the snapshot", exc_info=True)
        checkup.problems.append(str(error))
        return
    except sqlite3.DatabaseError as error:
        raise_system_fault(error)
        log.debug("could not read the full-text index", exc_info=True)
        damage = [str(error)]
    if damage:
        checkup.problems.append(f"the full-text index is damaged ({damage[0]}); {rebuild}")
        return
    waiting = sum(indexed.get(d.id) != d.features for d in documents)
    removed = sum(len(shard.unknown) for shard in snapshot.lexical.shards)
    if removed:
        checkup.notes.append(f"{removed} removed documents are still in files; {rebuild}")
    if waiting:
        checkup.notes.append(_waiting(library, waiting))


def _waiting(library: LibraryStore, documents: int) -> str:
    if not documents:
        return ""
    return (
        f"{documents} documents of an interrupted run are not searchable yet; run the same "
        f"'hilbert index' again, or 'hilbert rebuild --library {quoted(library.folder)}'"
    )


def _sources(library: LibraryStore, checkup: Checkup) -> None:
    documents = library.catalog.documents()
    if remote := sum(is_remote(d.path) for d in documents):
        checkup.notes.append(
            f"{remote} recordings are not on this machine: they can be found but not played; "
            "'hilbert index --engine ray' sees what is gone"
        )
    gone = [d.name for d in documents if not is_remote(d.path) and not Path(d.path).exists()]
    if gone:
        one = len(gone) == 1
        checkup.notes.append(
            f"{len(gone)} recording{' is' if one else 's are'} not where "
            f"{'it was' if one else 'they were'} ({', '.join(gone[:5])}): what is said there can "
            "be found but not played; run 'hilbert relink OLD NEW' where it was moved, or "
            "'hilbert index' to see what is gone"
        )
    for state in followed_folders(library):
        if state.unreachable:
            checkup.notes.append(f"not reachable: {state.folder.path}: {state.unreachable}")
    for path, reason in library.catalog.failures().items():
        checkup.notes.append(f"not indexed: {path}: {reason}")


def _guards(library: LibraryStore, checkup: Checkup) -> None:
    """Note what the process that reads recordings and transcripts may do on this system."""
    try:
        missing = missing_guards()
    except HilbertError as error:
        log.debug("could not start the guarded process", exc_info=True)
        checkup.problems.append(str(error))
        return
    checkup.notes += [
        f"this system has no guard for files of strangers that gives {guard}; index only what "
        "you trust, or on Linux"
        for guard in missing
    ]


def _leftovers(library: LibraryStore, checkup: Checkup) -> None:
    """Note what a killed run left; the next commit deletes it."""
    kept = {d.features for d in library.catalog.documents()}
    features = library.features.folder
    extra = [p for p in features.iterdir() if p.name not in kept] if features.is_dir() else []
    extra += library.leftovers()
    extra += leftovers(library.folder, library.catalog.current_generation())
    if extra:
        checkup.notes.append(
            f"{len(extra)} leftovers of an interrupted run; the next index or rebuild deletes them"
        )
