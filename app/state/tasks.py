"""The work of background jobs: add recordings, rebuild, remove, build the demo, diagnose."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from app.state.adding import Adding
from app.state.clips import safe_name
from app.state.jobs import Job, Stopped
from app.state.open_library import OpenLibrary
from hilbert.files import write_atomically
from indexer.base.assets import demo_folder
from indexer.base.errors import LibraryError
from indexer.base.progress import BUILDING, INDEXING
from indexer.index.library_store import CATALOG_FILE, LibraryStore
from indexer.store.dismissals import dismiss, show_again

if TYPE_CHECKING:
    from indexer.diagnostics.diagnose import Diagnosis
    from indexer.ingest.followed import ScannedFolders
    from indexer.ingest.report import AddReport

# Folder of uploaded recordings, within the library.
UPLOADS = "recordings"
# Recognising speech takes far longer than building the index.
_ADDING = {INDEXING: (0.0, 0.95), BUILDING: (0.95, 1.0)}
# After these what was added can be searched for, where a commit takes no longer than a twentieth.
_SECONDS_TO_COMMIT = 20.0

log = logging.getLogger(__name__)


class JobProgress:
    """Progress of the indexer, shown by a job (see `indexer.base.progress.Progress`).

    Args:
        job: Job that shows the progress.
        shares: Each stage's part of the whole job, start and end, 0 to 1; a stage that is not
            in it is the whole job.
        adding: Collects the files that end meanwhile.
    """

    def __init__(
        self,
        job: Job,
        shares: Mapping[str, tuple[float, float]] | None = None,
        adding: Adding | None = None,
    ) -> None:
        self._job, self._shares, self._adding = job, shares or {}, adding
        self._stage, self._total = "", 1.0

    def start(self, stage: str, total: float, summary: str = "") -> None:
        """Show the stage."""
        self._stage, self._total = stage, total
        self.update(0.0)

    def update(self, done: float, detail: str = "") -> None:
        """Show the current step, and the share of the whole job that is done."""
        low, high = self._shares.get(self._stage, (0.0, 1.0))
        share = min(1.0, done / self._total) if self._total else 1.0
        if self._adding:
            self._adding.collect()
        self._job.report(detail or self._stage, low + (high - low) * share)

    def note(self, text: str, seconds_left: float | None = None) -> None:
        """Log the line; the page shows only a bar."""
        log.info(text)


def add(
    job: Job,
    folder: Path,
    paths: Sequence[Path],
    asr: str,
    refused: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
) -> AddReport:
    """Index files and folders into a library, which is created where there is none.

    Args:
        job: Shows the progress; `so_far` is the `Adding`.
        folder: Of the library.
        paths: Files and folders.
        asr: Whether speech is recognised, as `ProcessSettings` has it.
        refused: Files that were uploaded and not kept, with the reasons: failures as others are.
        names: See `Adding`.

    Raises:
        LibraryError: There is nothing to make a new library of, or it cannot be written.
    """
    from indexer.ingest.create import library_for
    from indexer.ingest.discover import scan
    from indexer.ingest.followed import ScannedFolders
    from indexer.ingest.pipeline import ProcessSettings

    job.report("looking for recordings", 0.0)
    found = scan(paths, exclude=None if paths == [folder / UPLOADS] else folder)
    if not found.sources and not (folder / CATALOG_FILE).exists():
        where = ", ".join(map(str, paths))
        raise LibraryError(f"there are no recordings and no transcripts in {where}")
    library = library_for(folder, lambda: found.sources, asr=asr)
    try:
        scanned = [ScannedFolders(found, ProcessSettings(asr=asr, detect=True))]
        return _index(job, library, scanned, refused or {}, names=names)
    finally:
        library.close()


def try_again(job: Job, folder: Path) -> AddReport:
    """Look through all that a library follows, and try the files that failed once more."""
    from indexer.ingest.discover import scan
    from indexer.ingest.followed import ScannedFolders, scan_followed
    from indexer.ingest.pipeline import ProcessSettings

    job.report("looking for recordings", 0.0)
    library = LibraryStore.open(folder)
    try:
        scanned = scan_followed(library) if library.catalog.remembered.folders() else []
        if (folder / UPLOADS).is_dir():
            scanned.append(ScannedFolders(scan([folder / UPLOADS]), ProcessSettings(detect=True)))
        return _index(job, library, scanned, {}, retry_failed=True)
    finally:
        library.close()


def _index(
    job: Job,
    library: LibraryStore,
    scanned: Sequence[ScannedFolders],
    refused: Mapping[str, str],
    *,
    names: Mapping[str, str] | None = None,
    retry_failed: bool = False,
) -> AddReport:
    from indexer.ingest.commits import CommitSchedule
    from indexer.ingest.run import index_folders

    adding = job.so_far = Adding(library.folder, names=names or {})
    report = adding.report
    report.failed.update(refused)
    progress = JobProgress(job, _ADDING, adding)
    schedule = CommitSchedule(_SECONDS_TO_COMMIT)
    try:
        index_folders(
            library, scanned, progress, schedule=schedule, retry_failed=retry_failed, report=report
        )
    except Stopped:
        # What is stored is searchable, and what failed is told, as after a run to the end.
        with library.writing():
            library.catalog.put_failures((), report.failed)
            if report.searchable < adding.stored:
                library.commit()
                report.searchable = adding.stored
        raise
    finally:
        adding.collect()
    return report


def remember_refused(folder: Path, refused: Mapping[str, str]) -> None:
    """Keep among the failures of a library what was uploaded and not kept."""
    library = LibraryStore.open(folder)
    try:
        library.catalog.put_failures((), dict(refused))
    finally:
        library.close()


def dismiss_failures(folder: Path, paths: Sequence[str] | None) -> None:
    """Let the list of failures of a library leave files out; None lets it have all again.

    Raises:
        LibraryError: The library cannot be opened or written.
    """
    library = LibraryStore.open(folder)
    try:
        if paths is None:
            show_again(library.catalog)
        else:
            dismiss(library.catalog, paths)
    finally:
        library.close()


def keep_upload(folder: Path, name: str, content: IO[bytes]) -> Path:
    """Copy an uploaded file to the library's folder of recordings, over one of the same name."""
    uploads = folder / UPLOADS
    uploads.mkdir(exist_ok=True)
    path = uploads / safe_name(name)

    def copy(partial: Path) -> None:
        with partial.open("wb") as kept:
            shutil.copyfileobj(content, kept, 1 << 20)

    write_atomically(path, copy)
    return path


def make_demo(job: Job, folder: Path) -> AddReport:
    """Build the demo library.

    Raises:
        LibraryError: The demo collection is not installed.
    """
    demo = demo_folder()
    if demo is None:
        raise LibraryError("the demo collection is not installed; use a checkout")
    return add(job, folder, [demo / "recordings"], "auto")


def rebuild_index(job: Job, folder: Path) -> int:
    """Build a new index from stored features; return the number of documents."""
    from indexer.maintenance.manage import rebuild

    library = LibraryStore.open(folder)
    try:
        return rebuild(library, JobProgress(job))
    finally:
        library.close()


def remove_documents(job: Job, folder: Path, documents: Sequence[str]) -> int:
    """Remove documents (ids) from the library; return how many. Recordings are not deleted."""
    from indexer.maintenance.manage import remove

    job.report("removing", 0.1)
    library = LibraryStore.open(folder)
    try:
        return len(remove(library, documents))
    finally:
        library.close()


def measure(job: Job, library: OpenLibrary) -> dict[str, Any]:
    """Diagnose a library.

    Returns:
        `diagnosis`, `html` (the report to save), `card` (the model's card, Markdown), `state`
        (`OpenLibrary.key` of what was measured) and `at` (when, in local time).
    """
    from indexer.diagnostics.diagnose import diagnose
    from indexer.diagnostics.html_report import html_report
    from indexer.diagnostics.model_card import card_text

    diagnosis: Diagnosis = diagnose(
        library.store, library.searcher.snapshot, library.searcher.model, progress=JobProgress(job)
    )
    card = card_text(library.searcher.snapshot.model_folder)
    return {
        "diagnosis": diagnosis,
        "html": html_report(diagnosis, card),
        "card": card,
        "state": library.key,
        "at": datetime.now(),
    }
