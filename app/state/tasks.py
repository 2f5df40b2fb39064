"""What jobs do: add recordings, rebuild, remove, make the demo library, diagnose."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.state.jobs import Job
from app.state.open_library import OpenLibrary
from app.state.query_history import safe_name
from hilbert.files import write_atomically
from indexer.base.assets import demo_folder
from indexer.base.errors import LibraryError
from indexer.base.progress import BUILDING, INDEXING
from indexer.diagnostics.diagnose import Diagnosis, diagnose
from indexer.diagnostics.html_report import html_report
from indexer.diagnostics.model_card import card_text
from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.run import AddReport, index
from indexer.maintenance.manage import rebuild, remove

# Where recordings lie that were uploaded, within the library.
UPLOADS = "recordings"
# Recognising speech takes far longer than the index of what came of it.
_ADDING = {INDEXING: (0.0, 0.95), BUILDING: (0.95, 1.0)}

log = logging.getLogger(__name__)


class JobProgress:
    """Progress of the indexer, shown by a job (see `indexer.base.progress.Progress`).

    `shares` maps a stage to its part of the whole job, from and to; a stage that is not in it
    is the whole job.
    """

    def __init__(self, job: Job, shares: Mapping[str, tuple[float, float]] | None = None) -> None:
        self._job, self._shares = job, shares or {}
        self._stage, self._total = "", 1.0

    def start(self, stage: str, total: float, summary: str = "") -> None:
        """Show the stage."""
        self._stage, self._total = stage, total
        self.update(0.0)

    def update(self, done: float, detail: str = "") -> None:
        """Show what is worked on, and the share of the whole job that is done."""
        low, high = self._shares.get(self._stage, (0.0, 1.0))
        share = min(1.0, done / self._total) if self._total else 1.0
        self._job.tell(detail or self._stage, low + (high - low) * share)

    def note(self, text: str, seconds_left: float | None = None) -> None:
        """Log the line; the page has a bar only."""
        log.info(text)


def add(job: Job, folder: Path, paths: Sequence[Path], asr: str) -> AddReport:
    """Index files and folders into a library, which is made where there is none."""
    job.tell("looking for recordings", 0.0)
    library = LibraryStore.create(folder)
    try:
        uploads = folder / UPLOADS
        found = scan(paths, exclude=None if paths == [uploads] else folder)
        return index(library, found, ProcessSettings(asr=asr), JobProgress(job, _ADDING))
    finally:
        library.close()


def keep_upload(folder: Path, name: str, data: bytes) -> Path:
    """Put an uploaded file into the library's folder of recordings; one of its name is replaced."""
    uploads = folder / UPLOADS
    uploads.mkdir(exist_ok=True)
    path = uploads / safe_name(name)
    write_atomically(path, lambda partial: partial.write_bytes(data))
    return path


def make_demo(job: Job, folder: Path) -> AddReport:
    """Build the demo library."""
    demo = demo_folder()
    if demo is None:
        raise LibraryError("the demo collection is not installed; use a checkout")
    return add(job, folder, [demo / "recordings"], "auto")


def rebuild_index(job: Job, folder: Path) -> int:
    """Make a new generation from stored features."""
    library = LibraryStore.open(folder)
    try:
        return rebuild(library, JobProgress(job))
    finally:
        library.close()


def remove_documents(job: Job, folder: Path, documents: Sequence[str]) -> int:
    """Take documents (ids) out of the library; their recordings stay where they are."""
    job.tell("removing", 0.1)
    library = LibraryStore.open(folder)
    try:
        return len(remove(library, documents))
    finally:
        library.close()


def measure(job: Job, opened: OpenLibrary) -> dict[str, Any]:
    """Diagnose a library, and write the report that can be saved."""
    diagnosis: Diagnosis = diagnose(
        opened.library, opened.searcher.snapshot, opened.searcher.model, progress=JobProgress(job)
    )
    card = card_text(opened.searcher.snapshot.model_folder)
    return {"diagnosis": diagnosis, "html": html_report(diagnosis, card), "card": card}
