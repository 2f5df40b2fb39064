"""First step of an indexing, plan: what changed since the last one and must be processed."""

from __future__ import annotations

import logging
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from hilbert.files import sha256_file
from indexer.base.errors import AudioError, HilbertError, LibraryError
from indexer.base.presence import Presence
from indexer.base.remote_path import RemotePath, is_remote
from indexer.base.types import NO_SPEECH, NOT_TRANSCRIBED, RECOGNISED
from indexer.encoders import NEVER
from indexer.index.library_store import LibraryStore
from indexer.ingest.job import DocumentJob, HashedFile
from indexer.ingest.origins import keeps_values
from indexer.ingest.part import Part
from indexer.ingest.pipeline import ProcessSettings, other_recogniser
from indexer.ingest.report import AddReport
from indexer.ingest.source import Source
from indexer.ingest.store import NOT_TRIED_AGAIN, DocumentWriter, replaced_by
from indexer.media.bounds import check_size
from indexer.store.catalog import Document, KnownPath
from indexer.transcripts.guarded import read_guarded
from indexer.transcripts.transcript import Transcript, TranscriptError, with_speaker_names

log = logging.getLogger(__name__)


@dataclass
class Plan:
    """What is to be done.

    Attributes:
        jobs: Documents to process.
        duplicates: Second paths with the bytes of a document of `jobs`, each with its first.
        elsewhere: Documents at paths that the library knows, whose content another part holds now.
    """

    jobs: list[DocumentJob] = field(default_factory=list)
    duplicates: list[tuple[DocumentJob, DocumentJob]] = field(default_factory=list)
    elsewhere: list[DocumentJob] = field(default_factory=list)


def plan(
    sources: Iterable[Source],
    library: LibraryStore,
    settings: ProcessSettings,
    writer: DocumentWriter,
    report: AddReport,
    made: Plan | None = None,
    part: Part | None = None,
) -> Plan:
    """Compare sources with the catalog.

    What needs no processing is done at once: new names, moved files, table rows.

    Args:
        sources: The documents to be.
        library: The library.
        settings: How these sources are processed.
        writer: Writes what needs no processing.
        report: Receives what fails.
        made: Plan of other sources, which is added to.
        part: Which documents are processed, None for all.

    Raises:
        LibraryError: The library is damaged; a source that fails is reported only.
    """
    planner = _Planner(library, settings, writer, report)
    made = made or Plan()
    claimed = {job.document_id or str(job.source.path): job for job in made.jobs}
    for source in sources:
        try:
            job = planner.examine(source)
        except LibraryError:
            raise
        except Exception as error:  # one strange file must not cost the others
            log.debug("could not examine %s", source.path, exc_info=True)
            writer.fail(source.path, error)
            continue
        if job and part and job.existing is None and not part.holds(job.document_id):
            report.of_other_parts += 1
            if replaced_by(job):
                made.elsewhere.append(job)
            continue
        # What a remote file holds is not known yet.
        first = claimed.get(job.document_id or str(source.path)) if job else None
        if job and first and job.transcript and not first.transcript and job.existing is None:
            # Of copies the one whose words are given.
            claimed[job.document_id] = job
            made.jobs[made.jobs.index(first)] = job
            made.duplicates = [(d, job if f is first else f) for d, f in made.duplicates]
            made.duplicates.append((first, job))
        elif job and first:
            made.duplicates.append((job, first))
        elif job:
            claimed[job.document_id or str(source.path)] = job
            made.jobs.append(job)
    return made


class _Planner:
    """Examines sources one by one."""

    def __init__(
        self,
        library: LibraryStore,
        settings: ProcessSettings,
        writer: DocumentWriter,
        report: AddReport,
    ) -> None:
        self.features = library.features
        self.catalog = library.catalog
        self.settings = settings
        self.writer = writer
        self.report = report

    def examine(self, source: Source) -> DocumentJob | None:
        """Return what is to be done for a source; None when nothing is."""
        if isinstance(source.path, RemotePath):
            return self._examine_remote(source)
        recording = None
        if source.recording:
            self._check_culprit(source.recording)
            recording = self._hash(source.recording)
        transcript = self._hash_transcript(source)
        main = recording or transcript
        assert main is not None
        document_id = main.known.sha256
        existing = self.catalog.document(document_id)
        source = self._with_kept_speakers(source, document_id, main.before)
        if existing and existing.path != str(source.path) and self._is_still_at(existing):
            unused = transcript if transcript and transcript is not main else None
            self.writer.add_alias(source, main, existing, unused)
            return None
        known_words = existing.transcript_sha if existing else None
        parsed = None
        if existing and transcript and transcript.known.sha256 != known_words:
            parsed = self._parse(source, transcript)  # else it was read before
        # A transcript that cannot be read any more does not cost the words that are there.
        words = known_words if source.transcript else None
        if transcript and parsed:
            words = transcript.known.sha256
        needs_words = False
        if existing and self._is_current(existing, words):
            needs_words = self._needs_words(existing, source)
            if not needs_words and not self._has_other_speakers(existing, source):
                self.writer.refresh(existing, source, [recording, transcript])
                return None
        if existing and transcript and transcript.known.sha256 == known_words:
            parsed = self._parse(source, transcript)
        read = None
        if transcript and existing is None:
            read = partial(read_for, source, transcript.path, self.settings.language)
        return DocumentJob(
            source,
            document_id,
            recording,
            transcript,
            parsed,
            existing,
            self.settings,
            needs_words,
            read,
        )

    def _examine_remote(self, source: Source) -> DocumentJob | None:
        """Return what is to be done for remote files; what they hold is known once fetched.

        Their digests are those of the last run where they are as they were, and empty otherwise.
        """
        assert source.recording is not None
        recording = self._known_remote(source.recording)
        transcript = self._known_remote(source.transcript) if source.transcript else None
        existing = self.catalog.document(recording.known.sha256)
        words = transcript.known.sha256 if transcript else None
        needs_words = False
        if existing and self._is_current(existing, words):
            needs_words = self._needs_words(existing, source)
            if existing.path != str(source.path):
                self.writer.add_alias(source, recording, existing, transcript)
                return None
            if not needs_words and not self._has_other_speakers(existing, source):
                self.writer.refresh(existing, source, [recording, transcript])
                return None
        read = None
        if transcript:
            read = partial(read_for, source, transcript.path, self.settings.language)
        return DocumentJob(
            source,
            recording.known.sha256,
            recording,
            transcript,
            None,
            existing,
            self.settings,
            needs_words,
            read,
        )

    def _known_remote(self, path: Path) -> HashedFile:
        listed = self.writer.places.remote_file(path)
        check_size(path, listed.size)
        before = self.catalog.known_path(str(path))
        if before and (before.size, before.mtime_ns) == (listed.size, listed.version):
            return HashedFile(path, before, before)
        return HashedFile(path, KnownPath(listed.size, listed.version, "", None), before)

    def _needs_words(self, existing: Document, source: Source) -> bool:
        """Whether a recogniser is to be asked for the words of a document that is there."""
        if existing.text_source == NOT_TRANSCRIBED:
            return self.settings.asr != NEVER
        if not self.settings.again or source.recording is None:
            return False
        if existing.text_source not in (RECOGNISED, NO_SPEECH):
            return False
        # What it recognised is known by the name of the features, which the recogniser is part of.
        names = [self._name_features(existing.id, words) for words in (RECOGNISED, NO_SPEECH)]
        self.report.recognised_before += existing.features in names
        return existing.features not in names

    def _name_features(self, document_id: str, words: str) -> str:
        encoders = self.writer.library.encoders
        other = other_recogniser(encoders.recogniser_for(self.settings.asr), encoders.speech)
        return self.writer.name_features(document_id, words, other)

    def _with_kept_speakers(
        self, source: Source, document_id: str, before: KnownPath | None
    ) -> Source:
        """Return a source with the names that a table gave which nobody can look at now."""
        for known in (document_id, before.document if before else None):
            origin = self.catalog.remembered.origin(known) if known else None
            if origin and not source.speakers and keeps_values(origin, source, self.writer.places):
                return replace(source, speakers=dict(origin.speakers))
        return source

    def _has_other_speakers(self, existing: Document, source: Source) -> bool:
        """Whether the table gives other names to the labels of the transcript than it did."""
        origin = self.catalog.remembered.origin(existing.id)
        if origin is None or existing.transcript_sha is None:
            return False
        return dict(origin.speakers) != source.speakers

    def _check_culprit(self, path: Path) -> None:
        """Refuse a file that made its reader crash, as long as it is the same.

        Raises:
            AudioError: It is.
        """
        culprit = self.catalog.remembered.culprit(str(path))
        if culprit is None:
            return
        status = path.stat()
        if (culprit.size, culprit.mtime_ns) == (status.st_size, status.st_mtime_ns):
            raise AudioError(f"{path.name}: {culprit.reason}; {NOT_TRIED_AGAIN}")

    def _hash(self, path: Path) -> HashedFile:
        """Hash a file; it is read again only when its size or time changed."""
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # reading a pipe would wait for ever
            raise AudioError(f"{path.name}: not a regular file")
        check_size(path, status.st_size)
        before = self.catalog.known_path(str(path))
        if before and (before.size, before.mtime_ns) == (status.st_size, status.st_mtime_ns):
            with path.open("rb"):  # a file that became unreadable is a failure, not unchanged
                return HashedFile(path, before, before)
        digest = sha256_file(path)
        known = KnownPath(status.st_size, status.st_mtime_ns, digest, None)
        return HashedFile(path, known, before)

    def _hash_transcript(self, source: Source) -> HashedFile | None:
        """An unreadable transcript is a failure of its own; its recording goes on without it."""
        if source.transcript is None:
            return None
        try:
            self._check_culprit(source.transcript)
            return self._hash(source.transcript)
        except (OSError, HilbertError) as error:
            if source.recording is None:
                raise
            log.debug("could not read %s", source.transcript, exc_info=True)
            self.report.fail(source.transcript, error)
            return None

    def _parse(self, source: Source, transcript: HashedFile) -> Transcript | None:
        """Likewise for one that can be read but not understood."""
        try:
            return read_for(source, transcript.path, self.settings.language)
        except TranscriptError as error:
            if source.recording is None:
                raise
            log.debug("could not parse %s", transcript.path, exc_info=True)
            self.writer.fail(transcript.path, error)
            return None

    def _is_still_at(self, document: Document) -> bool:
        """Whether a document's file is where it was, and is not another one by now."""
        if is_remote(document.path):
            return self.writer.places.look_for(document.path).presence is not Presence.GONE
        try:
            return self._hash(Path(document.path)).known.sha256 == document.id
        except (OSError, HilbertError):
            return False

    def _is_current(self, existing: Document, transcript_sha: str | None) -> bool:
        return existing.transcript_sha == transcript_sha and self.features.is_whole(
            existing.features
        )


def read_for(source: Source, path: Path, language: str) -> Transcript:
    """Read the transcript of a source; its speakers get the names of the table.

    Raises:
        TranscriptError: It cannot be read.
    """
    parsed = read_guarded(path, language, source.transcript_language)
    return with_speaker_names(parsed, source.speakers)
