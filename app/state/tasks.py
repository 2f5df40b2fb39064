"""What jobs do: add recordings, rebuild, remove, make the demo library, diagnose."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.state.jobs import Job
from app.state.open_library import OpenLibrary
from app.state.query_history import safe_name
from indexer.base.assets import demo_folder
from indexer.base.errors import LibraryError
from indexer.base.files import write_atomically
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


class _Telling:
    """A reporter of the indexer that tells a job."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._seconds, self._documents = 1.0, 1
        self._heard, self._ended, self._within = 0.0, 0, 0.0
        self._name = ""

    def begin(self, seconds: float, documents: int) -> None:
        self._seconds, self._documents = max(seconds, 1.0), max(documents, 1)

    def document(self, name: str) -> None:
        self._name, self._within = name, 0.0
        self._tell()

    def heard(self, seconds: float) -> None:
        self._within = seconds
        self._tell()

    def finished(self, seconds: float) -> None:
        self._heard, self._within = self._heard + seconds, 0.0
        self._ended += 1
        self._tell()

    def building(self, done: int, total: int) -> None:
        self._job.tell("making the index", 0.95 + 0.05 * done / max(total, 1))

    def _tell(self) -> None:
        # Transcripts alone have no seconds: the number of files counts as well.
        by_sound = min(1.0, (self._heard + self._within) / self._seconds)
        share = max(by_sound, self._ended / self._documents)
        self._job.tell(f"{self._name} ({self._ended + 1} of {self._documents})", 0.95 * share)


def add(job: Job, folder: Path, paths: Sequence[Path], asr: str) -> AddReport:
    """Index files and folders into a library, which is made where there is none."""
    job.tell("looking for recordings", 0.0)
    library = LibraryStore.create(folder)
    try:
        uploads = folder / UPLOADS
        found = scan(paths, exclude=None if paths == [uploads] else folder)
        return index(library, found, ProcessSettings(asr=asr), _Telling(job))
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
        return rebuild(library, _Telling(job))
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
        opened.library, opened.searcher.snapshot, opened.searcher.model, progress=job.tell
    )
    card = card_text(opened.searcher.snapshot.model_folder)
    return {"diagnosis": diagnosis, "html": html_report(diagnosis, card), "card": card}
