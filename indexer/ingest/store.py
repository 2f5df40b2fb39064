"""Third step of an indexing, store: documents, paths and features into the library."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from indexer.base.remote_path import RemotePath
from indexer.base.types import RECOGNISED
from indexer.guard.children import FileFaultError
from indexer.index.library_store import LibraryStore
from indexer.ingest.analysed import AnalysedDocument
from indexer.ingest.chapter_files import ChapterFiles
from indexer.ingest.followed import FollowedPlaces
from indexer.ingest.job import DocumentJob, HashedFile
from indexer.ingest.origins import (
    keeps_values,
    origin_of_job,
    origin_of_source,
    own_chapters,
    web_page,
    with_chapters_of,
    with_values,
)
from indexer.ingest.process import ProcessedDocument
from indexer.ingest.report import AddReport, StoredFile
from indexer.ingest.source import Source
from indexer.store.catalog import Document
from indexer.store.remembered import Culprit, Origin
from indexer.store.supplements import DESCRIPTION, WEB_PAGE, Supplement
from indexer.store.word_times import pack_word_times

NOT_TRIED_AGAIN = "not tried again until it changes; 'hilbert index --retry-failed' tries it"


class DocumentWriter:
    """Writes to a library, and reports what it wrote.

    Attributes:
        places: What the library follows.
        changed: Whether anything was written that a snapshot must contain.
    """

    def __init__(self, library: LibraryStore, report: AddReport, places: FollowedPlaces) -> None:
        self.library = library
        self.places = places
        self.catalog = library.catalog
        self.report = report
        self.changed = False
        self._chapter_files = ChapterFiles()

    def put(self, processed: ProcessedDocument) -> None:
        """Store the result of a job."""
        processed = self._with_existing(processed)
        job = processed.job
        if processed.transcript_error is not None and job.source.transcript is not None:
            self.fail(job.source.transcript, processed.transcript_error)
        if processed.error is not None:
            self.fail(job.source.path, processed.error)
        elif job.existing and job.existing.path != str(job.source.path) and _is_remote(job):
            # Its content was unknown until it was fetched.
            self.add_alias(job.source, job.main, job.existing, job.transcript)
        elif processed.analysed is not None and not _loses_words(job, processed.analysed):
            self._put(job, processed.analysed)
        elif job.existing is not None:
            self.refresh(job.existing, job.source, [job.recording, job.transcript])
            if processed.analysed is not None:
                self.report.warn(
                    str(job.source.path), f"{job.settings.asr} finds no words: the known ones stay"
                )

    def _with_existing(self, processed: ProcessedDocument) -> ProcessedDocument:
        """Return the result of a remote job with the document that the catalog has of its bytes."""
        job = processed.job
        if job.existing is not None or not _is_remote(job):
            return processed
        return replace(processed, job=replace(job, existing=self.catalog.document(job.document_id)))

    def fail(self, path: Path, error: Exception) -> None:
        """Report why a file could not be indexed; what made its reader crash is remembered."""
        self.report.fail(path, error)
        if not isinstance(error.__cause__, FileFaultError) or not path.is_file():
            return
        status, reason = path.stat(), str(error.__cause__)
        self.report.failed[str(path)] = f"{reason}; {NOT_TRIED_AGAIN}"
        with self.catalog.transaction():
            culprit = Culprit(str(path), status.st_size, status.st_mtime_ns, reason)
            self.catalog.remembered.put_culprit(culprit)

    def add_alias(
        self,
        source: Source,
        main: HashedFile,
        existing: Document,
        transcript: HashedFile | None = None,
    ) -> None:
        """Note the bytes of a document under another path, too.

        Args:
            source: The file there.
            main: Its hash.
            existing: The document.
            transcript: The transcript beside that file.
        """
        if not _is_same_file(str(source.path), existing.path):  # by two links to one folder
            known_words = existing.transcript_sha
            self._warn_of_copy(str(source.path), existing.path, transcript, known_words)
        self.report.unchanged.append(source.name)
        if main.known.document != existing.id:
            replaced = main.before.document if main.before else None
            with self.catalog.transaction():
                self.catalog.put_path(str(main.path), replace(main.known, document=existing.id))
                self._drop(replaced)

    def put_duplicate(self, duplicate: DocumentJob, first: DocumentJob) -> None:
        """Note a second path with the same bytes: an alias of the first, or as broken as that."""
        path, original = str(duplicate.source.path), str(first.source.path)
        if original in self.report.failed:
            self.report.failed[path] = self.report.failed[original]
            return
        words = first.transcript.known.sha256 if first.transcript else None
        unused = duplicate.transcript if duplicate.recording else None
        self._warn_of_copy(path, original, unused, words)
        self.report.unchanged.append(duplicate.source.name)
        known = replace(duplicate.main.known, document=duplicate.document_id)
        with self.catalog.transaction():
            self.catalog.put_path(path, known)

    def _warn_of_copy(
        self, path: str, kept: str, transcript: HashedFile | None, words: str | None
    ) -> None:
        """Say which copy is kept, and that another transcript stands beside this one."""
        said = f"the same recording as {kept}; kept once"
        if transcript and transcript.known.sha256 != words:
            said += f", and its transcript {transcript.path.name} is not used: put it beside that"
        self.report.warn(path, said)

    def refresh(
        self, existing: Document, source: Source, files: Sequence[HashedFile | None]
    ) -> None:
        """Keep up with a new name, time stamp or table row of an unchanged document."""
        wanted = self._described(existing, source)
        stale = [f for f in files if f and f.known.document != existing.id]
        if wanted != existing or stale:
            with self.catalog.transaction():
                self.catalog.update_document(wanted)
                if wanted.path != existing.path:
                    self._note_move(existing, wanted.path)
                for file in stale:
                    self.catalog.put_path(str(file.path), replace(file.known, document=existing.id))
        new_chapters = self._refresh_chapters(existing, source)
        new_page = self._refresh_web_page(existing, source)
        if wanted != existing or new_chapters:
            self.changed = True
        if wanted != existing or new_chapters or new_page:
            self.report.add(source.name, StoredFile(wanted.path, wanted.id, is_new=False))
        else:
            self.report.unchanged.append(source.name)
        for warning in wanted.warnings:
            self.report.warn(str(source.path), warning)

    def _described(self, existing: Document, source: Source) -> Document:
        """Return an unchanged document as its files and its table describe it now."""
        moved = replace(
            existing,
            name=source.name,
            recording=str(source.recording) if source.recording else None,
            transcript=existing.transcript and str(source.transcript),
        )
        noted = self.catalog.remembered.origin(existing.id)
        origin = noted or origin_of_source(existing, source)
        if origin is None:
            return moved
        keep = keeps_values(origin, source, self.places)
        if not keep or source.table:
            speakers = origin.speakers if keep else source.speakers
            table = str(source.table) if source.table else None
            origin = replace(origin, metadata_file=table, speakers=speakers)
        if origin != noted:
            with self.catalog.transaction():
                self.catalog.remembered.put_origin(existing.id, origin)
        title = None if existing.title == existing.name else existing.title
        return with_values(replace(moved, title=title or source.name), source, origin, keep)

    def _with_origin(self, job: DocumentJob, done: AnalysedDocument) -> tuple[Document, Origin]:
        """Return a new or changed document with the values of its table, and its own ones."""
        document, origin = self._document(job, done), origin_of_job(job, done)
        replaced = job.main.before.document if job.main.before else None
        before = job.existing or (self.catalog.document(replaced) if replaced else None)
        noted = self.catalog.remembered.origin(before.id) if before else None
        if before is None or noted is None or not keeps_values(noted, job.source, self.places):
            return with_values(document, job.source, origin), origin
        title = document.name if before.title == before.name else before.title
        kept = replace(
            document, title=title, date=before.date, speaker=before.speaker, label=before.label
        )
        if job.source.table is None:
            origin = replace(origin, metadata_file=noted.metadata_file)
        return with_values(kept, job.source, origin, keep=True), origin

    def move(self, document: Document, moved: Document) -> None:
        """Store that an unchanged document lies elsewhere."""
        with self.catalog.transaction():
            self.catalog.update_document(moved)
            self._note_move(document, moved.path)
        self.changed = True

    def _note_move(self, document: Document, path: str) -> None:
        """Report that a document lies elsewhere, and forget where it lay, unless that is a copy."""
        known = self.catalog.known_path(document.path)
        if known and known.document == document.id:
            self.catalog.forget_path(document.path)
        self.report.moved[path] = document.path

    def _refresh_chapters(self, existing: Document, source: Source) -> bool:
        """Store the chapters beside an unchanged recording; return whether they are others now."""
        if isinstance(source.recording, RemotePath):
            return False  # each run would fetch them all
        chapters, warning = self._chapter_files.beside(source.recording)
        if warning and warning not in existing.warnings:
            self.report.warn(str(source.path), warning)
        origin = self.catalog.remembered.origin(existing.id)
        if origin is not None and warning is None:
            noted = with_chapters_of(origin, from_file=chapters is not None)
            if noted != origin and chapters is None:  # the file is gone
                chapters = own_chapters(source)
            if noted != origin:
                with self.catalog.transaction():
                    self.catalog.remembered.put_origin(existing.id, noted)
        if chapters is None or chapters == self.catalog.supplement(existing.id).chapters:
            return False
        with self.catalog.transaction():
            self.catalog.put_chapters(existing.id, chapters)
        return True

    def _refresh_web_page(self, existing: Document, source: Source) -> bool:
        """Store the page on the web of an unchanged document; return whether it is another now."""
        origin = self.catalog.remembered.origin(existing.id)
        known = self.catalog.fact(existing.id, WEB_PAGE)
        page = self._web_page(existing.id, source, origin) if origin else known
        if page == known:
            return False
        with self.catalog.transaction():
            self.catalog.put_fact(existing.id, WEB_PAGE, page)
        return True

    def _web_page(self, document: str, source: Source, origin: Origin) -> str | None:
        keep = keeps_values(origin, source, self.places)
        return web_page(source, origin, self.catalog.fact(document, WEB_PAGE), keep)

    def _put(self, job: DocumentJob, done: AnalysedDocument) -> None:
        """Features first, then the catalog; only then the document counts as done."""
        chapters, warning = self._chapter_files.beside(job.source.recording, job.source.beside)
        if warning:
            done = replace(done, warnings=(*done.warnings, warning))
        document, origin = self._with_origin(job, done)
        origin = with_chapters_of(origin, from_file=chapters is not None)
        facts = {
            DESCRIPTION: done.description,
            WEB_PAGE: self._web_page(document.id, job.source, origin),
        }
        supplement = Supplement(
            done.sounds,
            done.chapters if chapters is None else chapters,
            {key: value for key, value in facts.items() if value},
            pack_word_times(done.words),
            done.segment_languages,
        )
        self.library.features.write(document.features, done.features)
        replaced = replaced_by(job)
        with self.catalog.transaction():
            self.catalog.put_document(document, done.cues, done.segments, supplement)
            for file in (job.recording, job.transcript if job.parsed else None):
                if file:
                    self.catalog.put_path(str(file.path), replace(file.known, document=document.id))
            self.catalog.remembered.put_origin(document.id, origin)
            if job.existing is None and not replaced:
                self.catalog.remembered.add_unsettled(document.id)
            elif job.existing and job.existing.path != document.path:
                self._note_move(job.existing, document.path)
            for document_id in replaced:
                self._drop(document_id)
        self.changed = True
        is_new = not (job.existing or replaced)
        self.report.add(job.source.name, StoredFile(document.path, document.id, is_new))
        if job.source.recording:
            self.report.audio_seconds += done.seconds
        for warning in document.warnings:
            self.report.warn(str(job.source.path), warning)
        if done.unchecked:
            self.report.unchecked[str(job.source.path)] = done.unchecked

    def leave_to_other_part(self, job: DocumentJob) -> None:
        """Remove what was at the paths of a document that another part of the collection holds."""
        path = str(job.source.path)
        documents = {found: self.catalog.document(found) for found in replaced_by(job)}
        with self.catalog.transaction():
            for file in filter(None, (job.recording, job.transcript)):
                known = self.catalog.known_path(str(file.path))
                if known and known.document in documents:
                    self.catalog.forget_path(str(file.path))
            for document_id, document in documents.items():
                self._drop(document_id)
                if document and self.catalog.document(document_id) is None:
                    self.report.of_other_part_now[path] = document.name

    def _drop(self, document_id: str | None) -> None:
        """Remove a document that lies nowhere any more because its paths hold others."""
        if document_id and not self.catalog.paths_of(document_id):
            self.catalog.remove_document(document_id)
            self.changed = True

    def name_features(self, document_id: str, words: str, recogniser: str) -> str:
        """Return the name of the file of features of a document.

        Args:
            document_id: Of the document.
            words: Digest of its transcript, or where its words are from.
            recogniser: Fingerprint of one that is not the speech encoder, and gave the words; else
                empty.
        """
        encoders = self.library.encoders.settings
        return self.library.features.file_name(
            document_id, words + recogniser, encoders.speech_fingerprint, encoders.text_fingerprint
        )

    def _document(self, job: DocumentJob, done: AnalysedDocument) -> Document:
        source = job.source
        transcript_sha = job.transcript.known.sha256 if job.transcript and job.parsed else None
        words = transcript_sha or done.text_source
        return Document(
            id=job.document_id,
            name=source.name,
            title=source.name,
            date=None,
            speaker=None,
            label=None,
            language=done.language,
            seconds=round(done.seconds, 3),
            recording=str(source.recording) if source.recording else None,
            transcript=str(source.transcript) if source.transcript and job.parsed else None,
            transcript_sha=transcript_sha,
            text_source=done.text_source,
            features=self.name_features(job.document_id, words, done.recogniser),
            warnings=done.warnings,
        )


def _is_remote(job: DocumentJob) -> bool:
    return isinstance(job.source.path, RemotePath)


def _is_same_file(path: str, other: str) -> bool:
    return os.path.exists(other) and os.path.samefile(path, other)


def _loses_words(job: DocumentJob, done: AnalysedDocument) -> bool:
    """Whether a recogniser that was asked again finds nothing where another heard words."""
    known = job.existing.text_source if job.existing and job.needs_words else None
    return known == RECOGNISED and done.text_source != RECOGNISED


def replaced_by(job: DocumentJob) -> set[str]:
    """Documents that were at these paths before: another recording, or a lone transcript."""
    found = {job.main.before.document} if job.main.before else set()
    beside = job.transcript.before if job.transcript else None
    if beside and beside.document == beside.sha256:
        found.add(beside.document)
    return {document_id for document_id in found - {job.document_id} if document_id}
