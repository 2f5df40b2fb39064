"""Take in what other libraries hold: parts of a collection that were indexed side by side."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from hilbert.files import write_atomically
from hilbert.system_faults import raise_system_fault
from indexer.base.errors import HilbertError, LibraryError
from indexer.base.presence import Presence
from indexer.base.progress import Progress
from indexer.base.shell import quoted
from indexer.encoders import EncoderSettings
from indexer.index.library_store import LibraryStore
from indexer.ingest.commits import CommitSchedule
from indexer.ingest.followed import FollowedPlaces
from indexer.maintenance.digests import damaged_document_ids
from indexer.maintenance.versions import Change, change_of, is_newer, rivals_of
from indexer.store.catalog import Document

log = logging.getLogger(__name__)


@dataclass
class GatherReport:
    """What came of it; names of documents, and reasons by folder or by folder and document.

    Attributes:
        added: Documents that the library had not.
        updated: Documents whose words were recognised here and given by a transcript there.
        known: Documents that it has.
        moved: Maps where a document lies now to where it lay when it was taken.
        replaced: Maps the path of a file to the name of the document that it held before.
        older: Likewise the documents of files that hold something newer, which were not taken.
        gone: Maps the paths of documents whose files are gone to their names; they stay.
        failed: What was not taken, and why.
        snapshot: Number of the generation that has all.
    """

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)
    older: dict[str, str] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    snapshot: int | None = None

    def describe_changes(self, folder: Path) -> list[str]:
        """Return what moved, was replaced, was not taken and is gone, a line a file.

        Args:
            folder: Of the library, for the command that removes what is gone.
        """
        lines = [f"moved: {old} -> {new}" for new, old in self.moved.items()]
        lines += [f"replaced: {path}: by what it holds now" for path in self.replaced]
        lines += [f"not taken: {path}: this library knows it newer" for path in self.older]
        lines += [f"gone: {path}" for path in self.gone]
        if self.gone:
            lines.append(
                "what is gone is still in the library; 'hilbert index --prune --library "
                f"{quoted(folder)}' removes it"
            )
        return lines


def open_like(folder: Path, others: Sequence[Path]) -> LibraryStore:
    """Open a library, or make one with the encoders of the first of others that can be opened.

    Raises:
        LibraryError: The folder holds something else.
    """
    if LibraryStore.exists(folder):
        return LibraryStore.open(folder)
    for other in others:
        try:
            with closing(LibraryStore.open(other)) as like:
                settings = like.encoders.settings
                encoders = EncoderSettings(settings.speech, settings.text)
        except (HilbertError, OSError) as error:
            raise_system_fault(error)
            log.debug("could not open %s", other, exc_info=True)
            continue
        return LibraryStore.create(folder, encoders)
    raise LibraryError(
        f"{others[0]}: there is no library here; name the folders of libraries to take in"
    )


def gather(
    library: LibraryStore, folders: Sequence[Path], progress: Progress | None = None
) -> GatherReport:
    """Copy features and catalog rows of other libraries, then commit a snapshot; encode nothing.

    What is there already is left as it is but where the other library has newer words, values or
    places of it, so an interrupted call is simply made again. Of two documents at one path the one
    that is there now is kept (`versions.is_newer`). Nothing is removed because another library
    lacks it: what is gone is reported. A document or library that is damaged is reported and the
    others go on.

    Args:
        library: The library that takes them in.
        folders: The other libraries.
        progress: Of the commits.

    Raises:
        LibraryError: Another writer holds the library.
    """
    report = GatherReport()
    with library.writing():
        taken, schedule = False, CommitSchedule()
        for folder in folders:
            for _ in _take_all(library, folder, report):
                taken = True
                if schedule.is_due:
                    with schedule.measured():
                        library.commit()
        behind = library.catalog.current_generation() is None
        if taken or behind:
            library.commit(progress)
        report.snapshot = library.catalog.current_generation()
        report.gone = _gone(library)
    return report


def _take_all(library: LibraryStore, folder: Path, report: GatherReport) -> Iterator[Document]:
    """Take what one library has; yield each document that was taken."""
    try:
        other = LibraryStore.open(folder)
    except (HilbertError, OSError) as error:
        raise_system_fault(error)
        log.debug("could not open %s", folder, exc_info=True)
        report.failed[str(folder)] = str(error)
        return
    try:
        if reason := _why_not(library, other):
            report.failed[str(folder)] = reason
            return
        damaged = damaged_document_ids(other)
        with library.catalog.transaction():
            for followed in other.catalog.remembered.folders():
                if followed.path not in {f.path for f in library.catalog.remembered.folders()}:
                    library.catalog.remembered.put_folder(followed)
        for document in other.catalog.documents():
            try:
                if document.id in damaged:
                    raise LibraryError(
                        "it is damaged there; run 'hilbert rebuild --library "
                        f"{quoted(folder)}', then gather again"
                    )
                if _take(library, other, document, report):
                    yield document
            except LibraryError as error:
                log.debug("could not take %s", document.name, exc_info=True)
                report.failed[f"{folder}: {document.name}"] = str(error)
    finally:
        other.close()


def _why_not(library: LibraryStore, other: LibraryStore) -> str:
    """Return why two libraries do not fit together; empty where they do."""
    if other.folder.resolve() == library.folder.resolve():
        return "it is the library itself"
    mine, theirs = library.encoders.settings, other.encoders.settings
    for role in ("speech", "text"):
        if getattr(mine, f"{role}_fingerprint") != getattr(theirs, f"{role}_fingerprint"):
            return (
                f"it was made with another {role} encoder ({getattr(theirs, role)}) than this "
                f"library ({getattr(mine, role)}); index its recordings here instead"
            )
    if library.segment_settings != other.segment_settings:
        return "its segments have other lengths; index its recordings here instead"
    return ""


def _gone(library: LibraryStore) -> dict[str, str]:
    """Map the paths of documents whose files are gone, not out of reach, to their names."""
    places = FollowedPlaces(library.catalog, [])
    return {
        document.path: document.name
        for document in library.catalog.documents()
        if places.look_for(document.path).presence is Presence.GONE
    }


def _take(
    library: LibraryStore, other: LibraryStore, document: Document, report: GatherReport
) -> bool:
    """Copy a document; return whether there was anything to copy.

    Raises:
        LibraryError: It cannot be read there.
    """
    ours = library.catalog.document(document.id)
    if ours and library.features.is_whole(ours.features):
        change = change_of(library.catalog, other.catalog, ours, document)
        if change is Change.NONE:
            report.known.append(document.name)
            return False
        if change is Change.PLACE:
            report.moved[document.path] = ours.path
    rivals = rivals_of(library.catalog, other.catalog, document)
    if any(is_newer(library.catalog, rival, other.catalog, document) for rival in rivals):
        report.older[document.path] = document.name
        return False
    other.features.read(document.features)
    source, target = (each.features.folder / document.features for each in (other, library))
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(target, partial(shutil.copyfile, source))
    about = other.catalog
    with library.catalog.transaction():
        library.catalog.put_document(
            document,
            about.cues(document.id),
            about.segments(document.id),
            about.supplement(document.id),
        )
        for path, known in about.known_paths().items():
            if known.document == document.id:
                library.catalog.put_path(path, known)
        if origin := about.remembered.origin(document.id):
            library.catalog.remembered.put_origin(document.id, origin)
        if ours and ours.path != document.path and document.path in report.moved:
            library.catalog.forget_path(ours.path)
        for rival in rivals:
            if not library.catalog.paths_of(rival.id):
                library.catalog.remove_document(rival.id)
                report.replaced[document.path] = rival.name
    if document.path not in report.moved:
        names = report.updated if ours or document.path in report.replaced else report.added
        names.append(document.name)
    return True
