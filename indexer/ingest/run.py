"""Add and update documents in three steps: plan what changed, process it, store it."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import replace
from operator import attrgetter

from indexer.base.errors import LibraryError
from indexer.base.progress import Progress, SilentProgress
from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import Scan
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.plan import plan
from indexer.ingest.process import process
from indexer.ingest.report import AddReport
from indexer.ingest.store import DocumentWriter

log = logging.getLogger(__name__)


def index(
    library: LibraryStore, scan: Scan, settings: ProcessSettings, progress: Progress | None = None
) -> AddReport:
    """Bring the library up to date with what a scan found, then commit a snapshot.

    Each document is stored on its own as soon as it is processed; after a kill a second call
    goes on with the rest. A file that fails is reported and the others go on.

    Args:
        library: The library.
        scan: What was found.
        settings: How recordings are processed; the lengths of segments are the library's.
        progress: Receives the progress.

    Raises:
        LibraryError: Another writer holds the library.
    """
    started = time.monotonic()
    settings = replace(settings, segments=library.segment_settings)
    report = AddReport()
    with library.writing():
        report.failed.update(scan.failures)
        report.passed_over.update(scan.passed_over)
        for path, reason in scan.warnings.items():
            report.warn(path, reason)
        writer = DocumentWriter(library, report)
        planned = plan(scan.sources, library, settings, writer, report)
        shown = progress or SilentProgress()
        for processed in process(planned.jobs, library.encoders, settings, shown):
            writer.put(processed)
        for duplicate, first in planned.duplicates:
            writer.put_duplicate(duplicate, first)
        _put_failures(library, scan, report)
        if writer.changed or _snapshot_is_behind(library):
            report.snapshot = library.commit(progress)
        else:
            report.snapshot = library.catalog.current_generation()
    report.documents = len(library.catalog.documents())
    report.seconds = time.monotonic() - started
    return report


def _put_failures(library: LibraryStore, scan: Scan, report: AddReport) -> None:
    """Remember failures; those of files that were tried again or are gone are forgotten."""
    catalog = library.catalog
    tried = [str(p) for s in scan.sources for p in (s.recording, s.transcript) if p]
    tried += [p for p in catalog.failures() if p in scan.tables or not os.path.lexists(p)]
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
