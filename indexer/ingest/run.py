"""Add and update documents: plan what changed, process it, store it, settle what is gone."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import replace
from operator import attrgetter

from hilbert.stage_times import StageTimes
from indexer.base.errors import LibraryError
from indexer.base.progress import Progress, SilentProgress
from indexer.base.remote_path import is_remote
from indexer.encoders import Encoders
from indexer.index.library_store import LibraryStore
from indexer.ingest.commits import CommitSchedule
from indexer.ingest.discover import Scan
from indexer.ingest.followed import ScannedFolders, follow
from indexer.ingest.job import DocumentJob
from indexer.ingest.main_language import describe_unread, library_language
from indexer.ingest.part import Part
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.plan import Plan, plan
from indexer.ingest.process import ProcessedDocument, process
from indexer.ingest.profile import Profiler
from indexer.ingest.report import AddReport
from indexer.ingest.settle import settle
from indexer.ingest.store import DocumentWriter

log = logging.getLogger(__name__)

Engine = Callable[
    [Sequence[DocumentJob], Encoders, Progress, StageTimes],
    Generator[ProcessedDocument, None, None],
]
"""What processes jobs: `indexer.ingest.process.process`, or as that does."""


def index(
    library: LibraryStore,
    scan: Scan,
    settings: ProcessSettings,
    progress: Progress | None = None,
    *,
    prune: bool = False,
) -> AddReport:
    """Bring the library up to date with what a scan found; see `index_folders`."""
    return index_folders(library, [ScannedFolders(scan, settings)], progress, prune=prune)


def index_folders(
    library: LibraryStore,
    scanned: Sequence[ScannedFolders],
    progress: Progress | None = None,
    *,
    prune: bool = False,
    schedule: CommitSchedule | None = None,
    retry_failed: bool = False,
    report: AddReport | None = None,
    part: Part | None = None,
    engine: Engine = process,
) -> AddReport:
    """Bring the library up to date with what was scanned, then commit a snapshot.

    Each document is stored on its own as soon as it is processed; after a kill a second call
    goes on with the rest. A file that fails is reported and the others go on. Long runs commit now
    and then.

    Args:
        library: The library.
        scanned: What was found and how it is processed; the lengths of segments are the
            library's.
        progress: Receives the progress.
        prune: Whether documents that are gone are removed.
        schedule: When what is stored so far is committed; None for the usual one.
        retry_failed: Whether files that made their reader crash are tried again.
        report: Filled while the indexing goes on, for who shows each file as it ends; None for a
            new one.
        part: Which documents are processed; None for all.
        engine: Processes them; what it yields is stored here, by this process alone.

    Raises:
        LibraryError: Another writer holds the library.
    """
    started = time.monotonic()
    report = AddReport() if report is None else report
    profiler = Profiler(library.encoders)
    times = profiler.times
    with library.writing():
        writer = DocumentWriter(library, report, follow(library, scanned))
        if retry_failed:
            with library.catalog.transaction():
                library.catalog.remembered.forget_culprits()
        with times.measure("planning"):
            planned = _plan(library, scanned, writer, report, part)
        report.planned = len(planned.jobs)
        schedule = schedule or CommitSchedule()
        shown = progress or SilentProgress()
        with closing(engine(planned.jobs, library.encoders, shown, times)) as done:
            for processed in done:
                with times.measure("storing"):
                    writer.put(processed)
                if writer.changed and schedule.is_due:
                    with times.measure("committing"), schedule.measured():
                        library.commit()
                    report.searchable = len(report.added) + len(report.updated)
        with times.measure("storing"):
            for duplicate, first in planned.duplicates:
                writer.put_duplicate(duplicate, first)
            for job in planned.elsewhere:
                writer.leave_to_other_part(job)
            settle(writer, report, prune=prune)
            _put_failures(library, [found.scan for found in scanned], report)
        with times.measure("committing"):
            if writer.changed or _snapshot_is_behind(library):
                report.snapshot = library.commit(progress)
            else:
                report.snapshot = library.catalog.current_generation()
            report.searchable = len(report.added) + len(report.updated)
    documents = library.catalog.documents()
    report.documents = len(documents)
    if count := report.recognised_before:
        what = "recording has" if count == 1 else "recordings have"
        report.notes.append(
            f"{count} {what} words of this recogniser already: they stay as they are"
        )
    if note := describe_unread(documents, library.encoders.settings.text):
        report.notes.append(note)
    report.seconds = time.monotonic() - started
    report.profile = profiler.result()
    return report


def process_again(
    library: LibraryStore, scanned: Sequence[ScannedFolders], progress: Progress | None = None
) -> AddReport:
    """Store the documents of scanned files whose features are gone, without a commit.

    The caller holds the writer lock.

    Args:
        library: The library.
        scanned: What was found and how it is processed.
        progress: Receives the progress.
    """
    report = AddReport()
    writer = DocumentWriter(library, report, follow(library, scanned))
    planned = _plan(library, scanned, writer, report)
    times = Profiler(library.encoders).times
    with closing(process(planned.jobs, library.encoders, progress or SilentProgress(), times)) as f:
        for processed in f:
            writer.put(processed)
    return report


def _plan(
    library: LibraryStore,
    scanned: Sequence[ScannedFolders],
    writer: DocumentWriter,
    report: AddReport,
    part: Part | None = None,
) -> Plan:
    """Plan what is to be done for all that was scanned."""
    planned = Plan()
    expected = library_language(library.catalog.documents())
    for found in scanned:
        report.failed.update(found.scan.failures)
        report.passed_over.update(found.scan.passed_over)
        for path, reason in found.scan.warnings.items():
            report.warn(path, reason)
        settings = replace(found.settings, segments=library.segment_settings, expected=expected)
        plan(found.scan.sources, library, settings, writer, report, planned, part)
    return planned


def _put_failures(library: LibraryStore, scans: Sequence[Scan], report: AddReport) -> None:
    """Remember failures; those of files that were tried again or are gone are forgotten."""
    catalog = library.catalog
    sources = [source for scan in scans for source in scan.sources]
    tables = {path for scan in scans for path in scan.tables}
    tried = [str(p) for s in sources for p in (s.recording, s.transcript) if p]
    gone = (p for p in catalog.failures() if not is_remote(p) and not os.path.lexists(p))
    tried += [*tables, *gone]
    catalog.put_failures(tried, report.failed)


def _snapshot_is_behind(library: LibraryStore) -> bool:
    """Whether documents were stored that the current snapshot does not know (a killed run)."""
    try:
        snapshot = library.snapshot()
    except LibraryError:
        log.debug("could not open the current snapshot", exc_info=True)
        return bool(library.catalog.documents())
    shown = ("id", "features", "name", "title", "path", "date", "speaker", "label", "language")
    key = attrgetter(*shown)
    indexed = {key(d) for d in snapshot.lexical.documents()}
    return indexed != {key(d) for d in library.catalog.documents()}
