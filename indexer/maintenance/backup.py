"""Backup and restore: a library in one file, written while it is in use, verified by digests."""

from __future__ import annotations

import glob
import logging
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from hilbert import __version__
from hilbert.files import PARTIAL_SUFFIX, sync_file, sync_folder, write_atomically
from hilbert.model.config import WEIGHTS_FILE
from hilbert.system_faults import raise_system_fault
from indexer.base.errors import HilbertError, LibraryError
from indexer.base.presence import is_within
from indexer.base.shell import quoted
from indexer.encoders import TEXT_ENCODER_FOLDER
from indexer.index.library_models import FIRST_MODEL
from indexer.index.library_store import CATALOG_FILE, LibraryStore
from indexer.index.manifest import read_manifest
from indexer.index.snapshot_names import snapshot_folder
from indexer.maintenance.archive import (
    SCHEMA_VERSION,
    Manifest,
    check_free_space,
    open_archive,
    verify_members,
    write_archive,
)
from indexer.maintenance.relink import relink
from indexer.store.catalog import Catalog
from indexer.store.catalog_file import SCHEMA_VERSION as CATALOG_VERSION
from indexer.store.lock import writer_lock

log = logging.getLogger(__name__)

# Folders beside those that the catalog names: what was learned, and what the app was given.
_OTHER_FOLDERS = ("classifier", "recordings", TEXT_ENCODER_FOLDER)
# A writer may delete what the catalog named a moment ago; each of its commits can do so once.
_ATTEMPTS = 5


@dataclass(frozen=True)
class BackupReport:
    """An archive that was written, verified or restored.

    Attributes:
        path: The archive, or the folder that it was restored to.
        documents: How many documents the library in it holds.
        files: How many files.
        bytes: Their size.
        created: When it was made, in ISO 8601.
        missing: Of a restored library, folders whose files are not here.
    """

    path: Path
    documents: int
    files: int
    bytes: int
    created: str
    missing: tuple[str, ...] = ()


def backup(library: LibraryStore, target: Path | str, *, overwrite: bool = False) -> BackupReport:
    """Write a library to one file, of one moment, while others search it and write to it.

    Training checkpoints and older snapshots are left out. The archive is read again and verified
    before it gets its name.

    Raises:
        LibraryError: The file is there already, or cannot lie there; the library lacks files.
    """
    path = Path(os.path.abspath(os.path.expanduser(target)))
    _check_target(path, library.folder, overwrite)
    for leftover in path.parent.glob(f"{glob.escape(path.name)}.*{PARTIAL_SUFFIX}"):
        leftover.unlink(missing_ok=True)  # of a backup that was killed
    written: list[Manifest] = []

    def write(partial: Path) -> None:
        written.append(_write(library, partial))
        with open_archive(partial) as (archive, manifest):
            verify_members(partial, archive, manifest)

    try:
        write_atomically(path, write)
    except OSError as error:
        raise_system_fault(error)
        raise LibraryError(f"{path} cannot be written: {error.strerror or error}") from error
    return _report(path, written[-1])


def verify(archive_path: Path | str) -> BackupReport:
    """Read a whole archive and compare it with its digests.

    Raises:
        LibraryError: It is damaged, or no backup.
    """
    path = Path(os.path.abspath(os.path.expanduser(archive_path)))
    with open_archive(path) as (archive, manifest):
        verify_members(path, archive, manifest)
    return _report(path, manifest)


def restore(
    archive_path: Path | str, folder: Path | str, *, overwrite: bool = False
) -> BackupReport:
    """Make a library from an archive; it appears whole or not at all.

    Args:
        archive_path: The archive.
        folder: Of the library; a new or an empty folder.
        overwrite: Whether a library that is there is replaced.

    Raises:
        LibraryError: The archive is damaged, no backup, or of a newer program; or the folder holds
            something.
    """
    path = Path(os.path.abspath(os.path.expanduser(archive_path)))
    folder = Path(os.path.abspath(os.path.expanduser(folder)))
    _check_folder(folder, overwrite)
    partial = folder.with_name(f"{folder.name}.restored{PARTIAL_SUFFIX}")
    with open_archive(path) as (archive, manifest):
        if manifest.catalog_version > CATALOG_VERSION:
            raise LibraryError(
                f"{path} was made by a newer hilbert ({manifest.hilbert}, catalog version "
                f"{manifest.catalog_version}; this program reads {CATALOG_VERSION}); update hilbert"
            )
        try:
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            check_free_space(partial, manifest)

            def destination(name: str) -> IO[bytes]:
                place = partial.joinpath(*name.split("/"))
                place.parent.mkdir(parents=True, exist_ok=True)
                return place.open("xb")

            verify_members(path, archive, manifest, destination)
            _check_restored(path, partial, manifest)
            for place in partial.rglob("*"):
                if place.is_file():
                    sync_file(place)
            _put_in_place(partial, folder)
        except OSError as error:
            raise_system_fault(error)
            raise LibraryError(
                f"{error.filename or folder} cannot be written: {error.strerror or error}"
            ) from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return _report(folder, manifest, _settle_paths(folder, manifest))


def _check_target(path: Path, library: Path, overwrite: bool) -> None:
    if path.is_dir():
        raise LibraryError(f"{path} is a folder; name a file for the backup")
    if not path.parent.is_dir():
        raise LibraryError(f"there is no folder {path.parent} for the backup")
    if Path(os.path.realpath(path)).is_relative_to(os.path.realpath(library)):
        raise LibraryError(f"{path} lies in the library itself; name a file outside of it")
    if path.exists() and not overwrite:
        raise LibraryError(f"{path} is there already; --overwrite replaces it")


def _check_folder(folder: Path, overwrite: bool) -> None:
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / CATALOG_FILE).exists():
            raise LibraryError(
                f"{folder} holds other files and is no library; name a new or an empty folder"
            )
        if not overwrite:
            raise LibraryError(f"{folder} is a library already; --overwrite replaces it")
    elif folder.exists() and not folder.is_dir():
        raise LibraryError(f"{folder} is a file; name a folder for the library")


def _write(library: LibraryStore, partial: Path) -> Manifest:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with tempfile.TemporaryDirectory(prefix="hilbert-backup-") as work:
                files, documents = _files(library.folder, library.catalog, Path(work))
                about = Manifest(
                    SCHEMA_VERSION,
                    CATALOG_VERSION,
                    __version__,
                    datetime.now(UTC).isoformat(timespec="seconds"),
                    str(library.folder),
                    documents,
                    {},
                )
                return write_archive(partial, about, files)
        except FileNotFoundError as error:
            log.debug("attempt %d: a file of the library is not there", attempt, exc_info=True)
            missing = error.filename
    raise LibraryError(
        f"{missing} is missing; run 'hilbert doctor --library {quoted(library.folder)}', or try "
        "again when nothing is written to the library"
    )


def _files(folder: Path, catalog: Catalog, work: Path) -> tuple[dict[str, Path], int]:
    """List what makes up a library at one moment: member of the archive to file.

    The catalog is copied first: all that it names was whole before it was named.
    """
    copied = work / CATALOG_FILE
    catalog.copy_to(copied)
    copy = Catalog(copied)
    try:
        documents = copy.documents()
        number = copy.current_generation()
        model = str(copy.get_settings().get("model", FIRST_MODEL))
    finally:
        copy.close()
    places = [folder / "features" / document.features for document in documents]
    folders = [folder / model, *(folder / name for name in _OTHER_FOLDERS)]
    if number is not None:
        snapshot = snapshot_folder(folder, number)
        folders += [snapshot, *_shard_folders(snapshot)]
    for inner in folders:
        places += sorted(_regular_files(inner))
    files = {place.relative_to(folder).as_posix(): place for place in places}
    return {CATALOG_FILE: copied, **files}, len(documents)


def _shard_folders(snapshot: Path) -> list[Path]:
    """List the folders beside its own that a snapshot is made of.

    Raises:
        FileNotFoundError: One of them, or the snapshot, is not there.
    """
    if not snapshot.is_dir():
        raise FileNotFoundError(2, "no such folder", str(snapshot))
    manifest = read_manifest(snapshot)
    folders = [manifest.shard_folder(snapshot, e) for e in manifest.entries if e.name]
    for folder in folders:
        if not folder.is_dir():
            raise FileNotFoundError(2, "no such folder", str(folder))
    return folders


def _regular_files(folder: Path) -> Iterator[Path]:
    """List the files of a folder but for links and what is being written."""
    if folder.is_dir():
        for path in folder.iterdir():
            if path.is_file() and not path.is_symlink() and path.suffix != PARTIAL_SUFFIX:
                yield path


def _check_restored(path: Path, folder: Path, manifest: Manifest) -> None:
    """Refuse a library that lacks what its catalog names; the folder is deleted then."""
    try:
        problems = _problems(folder, manifest)
    except (HilbertError, sqlite3.DatabaseError) as error:
        raise_system_fault(error)
        log.debug("what was restored cannot be opened", exc_info=True)
        problems = [str(error)]
    if problems:
        raise LibraryError(f"{path} cannot be restored: {problems[0]}")


def _problems(folder: Path, manifest: Manifest) -> list[str]:
    library = LibraryStore(folder)
    try:
        problems = [f"its catalog is damaged: {finding}" for finding in library.catalog.check()]
        needed = {f"features/{d.features}" for d in library.catalog.documents()}
        needed.add(f"{library.model_folder.name}/{WEIGHTS_FILE}")
        problems += [f"{name} is not in it" for name in sorted(needed - manifest.files.keys())]
        if not problems and library.catalog.current_generation() is not None:
            library.snapshot().close()
        return problems
    finally:
        library.close()


def _put_in_place(partial: Path, folder: Path) -> None:
    """Rename a restored library to its place; a library that is there goes only then."""
    if not (folder / CATALOG_FILE).exists():
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
        sync_folder(folder.parent)
        return
    before = folder.with_name(f"{folder.name}.replaced{PARTIAL_SUFFIX}")
    shutil.rmtree(before, ignore_errors=True)
    with writer_lock(folder):
        folder.rename(before)
        try:
            partial.rename(folder)
        except OSError:
            before.rename(folder)
            raise
    sync_folder(folder.parent)
    shutil.rmtree(before, ignore_errors=True)


def _settle_paths(folder: Path, manifest: Manifest) -> tuple[str, ...]:
    """Find what the library itself holds at its new place; return what is not on this machine."""
    library = LibraryStore.open(folder)
    try:
        inside, new_inside = os.path.join(manifest.library, "recordings"), folder / "recordings"
        own = [d.path for d in library.catalog.documents() if is_within(d.path, inside)]
        if manifest.library != str(folder) and any(
            (new_inside / os.path.relpath(path, inside)).exists() for path in own
        ):
            relink(library, inside, new_inside)
        followed = [f.path for f in library.catalog.remembered.folders()]
        paths = [d.path for d in library.catalog.documents()]
        folders = followed or sorted({os.path.dirname(path) for path in paths})
        return tuple(place for place in folders if not os.path.exists(place))
    finally:
        library.close()


def _report(path: Path, manifest: Manifest, missing: tuple[str, ...] = ()) -> BackupReport:
    size = sum(size for _, size in manifest.files.values())
    return BackupReport(
        path, manifest.documents, len(manifest.files), size, manifest.created, missing
    )
