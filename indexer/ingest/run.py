"""Add and update documents: what changed is processed, what is done is never repeated."""

from __future__ import annotations

import logging
import os
import stat
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import Path
from typing import Any

from hilbert.encoders.resolve import EncoderError
from hilbert.files import sha256_file
from indexer.base.errors import AudioError, HilbertError, LibraryError
from indexer.base.languages import language_code
from indexer.base.progress import INDEXING, Progress, SilentProgress
from indexer.base.types import NOT_TRANSCRIBED
from indexer.encoders import NEVER
from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import Scan, Source
from indexer.ingest.pipeline import (
    AnalysedDocument,
    ProcessSettings,
    analyse_document,
    spoken_language,
)
from indexer.media.decode import Header, read_header
from indexer.store.catalog import Document, KnownPath
from indexer.transcripts.reader import read_transcript
from indexer.transcripts.transcript import Transcript, TranscriptError

log = logging.getLogger(__name__)


@dataclass
class AddReport:
    """What an indexing did; lists hold document names, dicts map a path to the reason."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, list[str]] = field(default_factory=dict)
    documents: int = 0
    audio_seconds: float = 0.0
    seconds: float = 0.0
    snapshot: int | None = None

    def warn(self, path: str, text: str) -> None:
        """Note something that is no failure."""
        self.warnings.setdefault(path, []).append(text)


@dataclass(frozen=True)
class _Hashed:
    """A file with its content's hash and what the catalog knew of it before."""

    path: Path
    known: KnownPath
    before: KnownPath | None


@dataclass(frozen=True)
class _Job:
    source: Source
    document_id: str
    recording: _Hashed | None
    transcript: _Hashed | None
    parsed: Transcript | None
    existing: Document | None


def index(
    library: LibraryStore, scan: Scan, settings: ProcessSettings, progress: Progress | None = None
) -> AddReport:
    """Bring the library up to date with what a scan found, then commit a generation.

    Each document is stored on its own as soon as it is processed; after a kill a second call
    goes on with the rest. A file that fails is reported and the others go on.

    Raises:
        LibraryError: another writer holds the library.
    """
    started = time.monotonic()
    settings = replace(settings, segments=library.segment_settings)
    with library.writing():
        run = _Run(library, settings, progress or SilentProgress())
        run.summary.failed.update(scan.failures)
        for path, reason in scan.warnings.items():
            run.summary.warn(path, reason)
        run.all(scan.sources)
        tried = [str(p) for s in scan.sources for p in (s.recording, s.transcript) if p]
        tried += [
            p for p in library.catalog.failures() if p in scan.tables or not os.path.lexists(p)
        ]
        library.catalog.put_failures(tried, run.summary.failed)
        if run.changed or _generation_is_behind(library):
            run.summary.snapshot = library.commit(progress)
        else:
            run.summary.snapshot = library.catalog.current_generation()
    run.summary.documents = len(library.catalog.documents())
    run.summary.seconds = time.monotonic() - started
    return run.summary


class _Run:
    """One pass over the sources, with what it did so far."""

    def __init__(
        self, library: LibraryStore, settings: ProcessSettings, progress: Progress
    ) -> None:
        self.library = library
        self.catalog = library.catalog
        self.settings = settings
        self.progress = progress
        self.summary = AddReport()
        self.changed = False
        self._headers: dict[Path, Header] = {}

    def all(self, sources: Sequence[Source]) -> None:
        jobs: list[_Job] = []
        claimed: dict[str, _Job] = {}
        copies: list[_Job] = []
        for source in sources:
            try:
                job = self._examine(source)
            except LibraryError:
                raise
            except Exception as error:  # one strange file must not cost the others
                log.debug("could not examine %s", source.path, exc_info=True)
                self._fail(source.path, error)
                continue
            if job and job.document_id in claimed:
                copies.append(job)
            elif job:
                claimed[job.document_id] = job
                jobs.append(job)
        lengths = [self._header(job.source).announced or 0.0 for job in jobs]
        progress = _IndexingProgress(self.progress, sum(lengths), len(jobs))
        for job, seconds in zip(jobs, lengths, strict=True):
            progress.begin_document(job.source.name)
            try:
                done = analyse_document(
                    job.source,
                    job.parsed,
                    self.library.encoders,
                    self.settings,
                    progress.within_document,
                    self._header(job.source),
                )
            except (LibraryError, EncoderError):
                raise  # the library's fault, not the file's
            except Exception as error:  # one strange file must not cost the others
                log.debug("could not process %s", job.source.path, exc_info=True)
                self._fail(job.source.path, error)
            else:
                self._store(job, done)
            progress.end_document(seconds)
        for copy in copies:
            self._copy(copy, claimed[copy.document_id])

    def _header(self, source: Source) -> Header:
        """What a source's recording announces; its file is opened for it only once."""
        if source.recording is None:
            return Header()
        if source.recording not in self._headers:
            self._headers[source.recording] = read_header(source.recording)
        return self._headers[source.recording]

    def _copy(self, copy: _Job, first: _Job) -> None:
        """A second path with the same bytes: an alias of the first, or as broken as that."""
        path, original = str(copy.source.path), str(first.source.path)
        if original in self.summary.failed:
            self.summary.failed[path] = self.summary.failed[original]
            return
        self.summary.warn(path, f"the same recording as {original}; kept once")
        self.summary.unchanged.append(copy.source.name)
        main = copy.recording or copy.transcript
        assert main is not None
        with self.catalog.transaction():
            self.catalog.put_path(path, replace(main.known, document=copy.document_id))

    def _fail(self, path: Path, error: Exception) -> None:
        if isinstance(error, PermissionError):
            reason = "no permission to read the file"
        elif isinstance(error, OSError) and path.is_symlink() and not path.exists():
            reason = "a link to a file that does not exist"
        elif isinstance(error, OSError) and error.strerror:
            reason = error.strerror
        elif isinstance(error, HilbertError | OSError) and str(error):
            reason = str(error)
        else:  # a bug, which its type helps to find
            reason = f"{type(error).__name__}: {error}".removesuffix(": ")
        self.summary.failed[str(path)] = reason.removeprefix(f"{path.name}: ")

    def _examine(self, source: Source) -> _Job | None:
        """What is to be done for a source; None when nothing is."""
        recording = self._hash(source.recording) if source.recording else None
        transcript = self._hash_transcript(source)
        main = recording or transcript
        assert main is not None
        document_id = main.known.sha256
        existing = self.catalog.document(document_id)
        if existing and self._is_alias(source, main, existing):
            return None
        known_words = existing.transcript_sha if existing else None
        parsed = None
        if transcript and transcript.known.sha256 != known_words:  # else it was read before
            parsed = self._parse(source, transcript)
        # A transcript that cannot be read any more does not cost the words that are there.
        words = known_words if source.transcript else None
        if transcript and parsed:
            words = transcript.known.sha256
        if existing and self._is_current(existing, source, words):
            self._refresh(existing, source, [recording, transcript])
            return None
        if transcript and parsed is None and transcript.known.sha256 == known_words:
            parsed = self._parse(source, transcript)
        return _Job(source, document_id, recording, transcript, parsed, existing)

    def _hash(self, path: Path) -> _Hashed:
        """A file's hash, read again only when its size or time changed."""
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # reading a pipe would wait for ever
            raise AudioError(f"{path.name}: not a regular file")
        before = self.catalog.known_path(str(path))
        if before and (before.size, before.mtime_ns) == (status.st_size, status.st_mtime_ns):
            with path.open("rb"):  # a file that became unreadable is a failure, not unchanged
                return _Hashed(path, before, before)
        digest = sha256_file(path)
        known = KnownPath(status.st_size, status.st_mtime_ns, digest, None)
        return _Hashed(path, known, before)

    def _hash_transcript(self, source: Source) -> _Hashed | None:
        """An unreadable transcript is a failure of its own; its recording goes on without it."""
        if source.transcript is None:
            return None
        try:
            return self._hash(source.transcript)
        except (OSError, HilbertError) as error:
            if source.recording is None:
                raise
            log.debug("could not read %s", source.transcript, exc_info=True)
            self._fail(source.transcript, error)
            return None

    def _parse(self, source: Source, transcript: _Hashed) -> Transcript | None:
        """Likewise for one that can be read but not understood."""
        try:
            return read_transcript(transcript.path, self.settings.language)
        except TranscriptError as error:
            if source.recording is None:
                raise
            log.debug("could not parse %s", transcript.path, exc_info=True)
            self._fail(transcript.path, error)
            return None

    def _is_alias(self, source: Source, main: _Hashed, existing: Document) -> bool:
        """Whether the same bytes are already indexed under another path that still exists."""
        if existing.path == str(source.path) or not self._is_still_at(existing):
            return False
        self.summary.warn(str(source.path), f"the same recording as {existing.path}; kept once")
        self.summary.unchanged.append(source.name)
        if main.known.document != existing.id:
            replaced = main.before.document if main.before else None
            with self.catalog.transaction():
                self.catalog.put_path(str(main.path), replace(main.known, document=existing.id))
                self._drop(replaced)
        return True

    def _is_still_at(self, document: Document) -> bool:
        """Whether a document's file is where it was, and is not another one by now."""
        try:
            return self._hash(Path(document.path)).known.sha256 == document.id
        except (OSError, HilbertError):
            return False

    def _drop(self, document_id: str | None) -> None:
        """Remove a document that lies nowhere any more because its paths hold others."""
        if document_id and not self.catalog.paths_of(document_id):
            self.catalog.remove_document(document_id)
            self.changed = True

    def _is_current(self, existing: Document, source: Source, transcript_sha: str | None) -> bool:
        return (
            existing.transcript_sha == transcript_sha
            and self.library.features.is_whole(existing.features)
            and not (existing.text_source == NOT_TRANSCRIBED and self._can_hear(source))
        )

    def _can_hear(self, source: Source) -> bool:
        """Whether words would be recognised now in a recording without a transcript."""
        if self.settings.asr == NEVER:
            return False
        language = spoken_language(source, None, self.settings, self._header(source))
        return (
            language == "en" or self.library.encoders.recogniser_for(self.settings.asr).multilingual
        )

    def _refresh(self, existing: Document, source: Source, files: list[_Hashed | None]) -> None:
        """An unchanged document: keep up with a new name, time stamp or table row."""
        table: dict[str, Any] = dict(source.metadata)
        if existing.title == existing.name:
            table.setdefault("title", source.name)
        if "language" in table:
            table["language"] = language_code(table["language"]) or existing.language
        wanted = replace(
            existing,
            name=source.name,
            recording=str(source.recording) if source.recording else None,
            transcript=existing.transcript and str(source.transcript),
            **table,
        )
        stale = [f for f in files if f and f.known.document != existing.id]
        if wanted != existing or stale:
            with self.catalog.transaction():
                self.catalog.update_document(wanted)
                known = self.catalog.known_path(existing.path)
                if wanted.path != existing.path and known and known.document == existing.id:
                    self.catalog.forget_path(existing.path)
                for file in stale:
                    self.catalog.put_path(str(file.path), replace(file.known, document=existing.id))
        if wanted != existing:
            self.changed = True
            self.summary.updated.append(source.name)
        else:
            self.summary.unchanged.append(source.name)
        for warning in existing.warnings:
            self.summary.warn(str(source.path), warning)

    def _store(self, job: _Job, done: AnalysedDocument) -> None:
        """Features first, then the catalog; only then the document counts as done."""
        document = self._document(job, done)
        self.library.features.write(document.features, done.features)
        replaced = self._replaced(job)
        with self.catalog.transaction():
            self.catalog.put_document(document, done.cues, done.segments)
            for file in (job.recording, job.transcript if job.parsed else None):
                if file:
                    self.catalog.put_path(str(file.path), replace(file.known, document=document.id))
            for document_id in replaced:
                self._drop(document_id)
        self.changed = True
        names = self.summary.updated if job.existing or replaced else self.summary.added
        names.append(job.source.name)
        if job.source.recording:
            self.summary.audio_seconds += done.seconds
        for warning in done.warnings:
            self.summary.warn(str(job.source.path), warning)

    def _replaced(self, job: _Job) -> set[str]:
        """What was at these paths before: another recording, or a transcript on its own."""
        main = job.recording or job.transcript
        found = {main.before.document} if main and main.before else set()
        beside = job.transcript.before if job.transcript else None
        if beside and beside.document == beside.sha256:
            found.add(beside.document)
        return {document_id for document_id in found - {job.document_id} if document_id}

    def _document(self, job: _Job, done: AnalysedDocument) -> Document:
        source, tags = job.source, done.tags
        transcript_sha = job.transcript.known.sha256 if job.transcript and job.parsed else None
        encoders = self.library.encoders.settings
        features = self.library.features.file_name(
            job.document_id,
            # Of a recogniser chosen by name, for its words differ from those of the library's own.
            (transcript_sha or done.text_source) + done.recogniser,
            encoders.speech_fingerprint,
            encoders.text_fingerprint,
        )
        row = source.metadata
        return Document(
            id=job.document_id,
            name=source.name,
            title=row.get("title") or tags.get("title") or source.name,
            date=row.get("date") or tags.get("date") or tags.get("creation_time"),
            speaker=row.get("speaker") or tags.get("artist") or tags.get("album_artist"),
            label=row.get("label") or tags.get("genre"),
            language=done.language,
            seconds=round(done.seconds, 3),
            recording=str(source.recording) if source.recording else None,
            transcript=str(source.transcript) if source.transcript and job.parsed else None,
            transcript_sha=transcript_sha,
            text_source=done.text_source,
            features=features,
            warnings=done.warnings,
        )


class _IndexingProgress:
    """Reports seconds of recordings, and documents where there are few seconds, as one stage."""

    def __init__(self, progress: Progress, seconds: float, documents: int) -> None:
        self._progress = progress
        self._seconds, self._documents = max(seconds, 1.0), documents
        self._done, self._ended, self._name = 0.0, 0, ""
        if documents:
            hours = f"{seconds / 3600:.2f} hours of recordings"
            progress.start(INDEXING, self._seconds, f"{documents} documents to index, {hours}")

    def begin_document(self, name: str) -> None:
        self._name = name
        self.within_document(0.0)

    def within_document(self, seconds: float) -> None:
        """Report seconds of the current recording that are done."""
        # Transcripts alone have no seconds: the number of files counts as well.
        done = max(self._done + seconds, self._seconds * self._ended / self._documents)
        number = min(self._ended + 1, self._documents)
        detail = f"{self._name} ({number} of {self._documents})"
        self._progress.update(min(done, self._seconds), detail)

    def end_document(self, seconds: float) -> None:
        """Count the current document, with its announced seconds, as done."""
        self._done += seconds
        self._ended += 1
        self.within_document(0.0)


def _generation_is_behind(library: LibraryStore) -> bool:
    """Whether documents were stored that the current generation does not know (a killed run)."""
    try:
        snapshot = library.snapshot()
    except LibraryError:
        log.debug("could not open the current snapshot", exc_info=True)
        return bool(library.catalog.documents())
    shown = ("id", "features", "name", "title", "path", "date", "speaker", "label", "language")
    key = attrgetter(*shown)
    indexed = {key(d) for d in snapshot.lexical.documents()}
    return indexed != {key(d) for d in library.catalog.documents()}
