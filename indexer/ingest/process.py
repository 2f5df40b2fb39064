"""Second step of an indexing, process: each planned document is analysed.

Three stages overlap, each in a thread of its own: transcripts are read and recordings decoded,
windows heard, texts embedded. What the caller does with a document overlaps with all of them.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import groupby

from hilbert.encoders.resolve import EncoderError
from hilbert.stage_times import StageTimes
from indexer.base.errors import LibraryError
from indexer.base.progress import Progress
from indexer.base.read_ahead import read_ahead
from indexer.encoders import Encoders
from indexer.ingest.analysed import AnalysedDocument
from indexer.ingest.job import DocumentJob
from indexer.ingest.pipeline import (
    PreparedRecording,
    draft_recording,
    draft_transcript,
    open_source,
    prepare,
    spoken_language,
)
from indexer.ingest.progress import IndexingProgress
from indexer.ingest.text_vectors import DocumentDraft, embed_texts
from indexer.ingest.window_batches import BATCH_WINDOWS, HeardWindow, hear_windows, in_batches
from indexer.media.decode import Recording
from indexer.media.vad import Window
from indexer.transcripts.transcript import TranscriptError

log = logging.getLogger(__name__)

# Of documents that wait to be embedded: an hour of sound takes 6 MB.
_MAX_HEARD = 24
_MAX_STORED = 4


@dataclass(frozen=True)
class ProcessedDocument:
    """Result of a job: the analysed document, or the error; neither where nothing was to do.

    Attributes:
        job: The job, with its transcript as it was read.
        analysed: The document.
        error: Why there is none.
        transcript_error: Why a recording goes without its transcript.
    """

    job: DocumentJob
    analysed: AnalysedDocument | None = None
    error: Exception | None = None
    transcript_error: Exception | None = None


@dataclass
class _Task:
    """A document on its way through the stages; each fills in its part."""

    job: DocumentJob
    transcript_error: Exception | None = None
    prepared: PreparedRecording | None = None
    draft: DocumentDraft | None = None
    analysed: AnalysedDocument | None = None
    error: Exception | None = None

    def fail(self, error: Exception) -> None:
        """Note why the document cannot be processed: one strange file must not cost the others.

        Raises:
            LibraryError: The fault is the library's, not the file's.
            EncoderError: Likewise.
        """
        if isinstance(error, LibraryError | EncoderError):
            raise error
        self.error = self.error or error


@dataclass(frozen=True)
class _Step:
    """A window of a document, then the share of it that was heard; without both its end."""

    task: _Task
    window: Window | None = None
    share: float | None = None


def process(
    jobs: Sequence[DocumentJob],
    encoders: Encoders,
    progress: Progress,
    times: StageTimes | None = None,
) -> Generator[ProcessedDocument, None, None]:
    """Analyse documents, several at a time; they come in the order of the jobs.

    Args:
        jobs: The documents.
        encoders: Compute the features.
        progress: Receives the progress.
        times: Counts the time of the stages.

    Raises:
        LibraryError: The library's encoders are others than it was made with.
        EncoderError: They cannot be loaded.
    """
    if not jobs:
        return
    shown = IndexingProgress(progress, sum(job.size for job in jobs), len(jobs))
    names = iter(job.source.name for job in jobs)
    shown.begin_document(next(names, ""))
    stages = _Stages(encoders, times if times is not None else StageTimes())
    embedded = stages.embedded(stages.heard(stages.decoded(jobs)))
    with closing(read_ahead(embedded, _MAX_STORED, "embed")) as steps:
        for step in steps:
            task = step.task
            if step.share is not None:
                shown.within_document(step.share * task.job.size)
                continue
            yield ProcessedDocument(task.job, task.analysed, task.error, task.transcript_error)
            shown.end_document(task.job.size)
            shown.begin_document(next(names, task.job.source.name))


class _Stages:
    """The stages; each takes what the one before yields."""

    def __init__(self, encoders: Encoders, times: StageTimes) -> None:
        self._encoders = encoders
        self._times = times

    def decoded(self, jobs: Iterable[DocumentJob]) -> Iterator[_Step]:
        """Read transcripts, decode recordings and find their windows."""
        for job in jobs:
            task = _Task(job)
            try:
                yield from self._decoded(task)
            except Exception as error:
                log.debug("could not process %s", job.source.path, exc_info=True)
                task.fail(error)
            yield _Step(task)

    def _decoded(self, task: _Task) -> Iterator[_Step]:
        with self._times.measure("reading transcripts"):
            task.job, task.transcript_error = _with_transcript(task.job)
        job = task.job
        if not job.source.recording:
            return
        with self._times.measure("decoding"):
            opened = open_source(job.source, job.parsed, job.settings)
        try:
            if job.needs_words and not self._can_transcribe(job, opened):
                return
            task.prepared = prepare(
                job.source, opened, job.parsed, self._encoders, job.settings, self._times
            )
            for window in task.prepared.hearing.windows():
                yield _Step(task, window)
        finally:
            opened.close()

    def _can_transcribe(self, job: DocumentJob, opened: Recording) -> bool:
        language = spoken_language(job.source, None, job.settings, opened.tags)
        return language == "en" or self._encoders.recogniser_for(job.settings.asr).multilingual

    def heard(self, steps: Iterator[_Step]) -> Iterator[_Step]:
        """Encode windows and recognise their words, those of several documents together."""
        with closing(read_ahead(steps, 2 * BATCH_WINDOWS, "decode")) as ahead:
            for batch in in_batches(ahead, lambda step: step.window is not None):
                self._hear(batch)
                yield from _without_windows(batch)

    def _hear(self, batch: Sequence[_Step]) -> None:
        steps = [step for step in batch if step.window is not None]
        try:
            heard = self._hear_windows(steps)
        except Exception as error:
            log.debug("could not hear %d windows", len(steps), exc_info=True)
            if len({id(step.task) for step in steps}) == 1:
                steps[0].task.fail(error)
                return
            for _, own in groupby(steps, lambda step: id(step.task)):  # only one is to blame
                self._hear(list(own))
            return
        for step, (tokens, transcript) in zip(steps, heard, strict=True):
            prepared, window = step.task.prepared, step.window
            assert prepared is not None and window is not None
            prepared.hearing.add(window, tokens, transcript)

    def _hear_windows(self, steps: Sequence[_Step]) -> list[HeardWindow]:
        requests = [
            step.task.prepared.hearing.request(step.window)
            for step in steps
            if step.task.prepared is not None and step.window is not None
        ]
        return hear_windows(requests)

    def embedded(self, steps: Iterator[_Step]) -> Iterator[_Step]:
        """Cut documents that were heard into segments and embed their texts."""
        with closing(read_ahead(steps, _MAX_HEARD, "hear")) as ahead:
            for step in ahead:
                if step.share is None:
                    self._cut(step.task)
                    self._embed(step.task)
                yield step

    def _cut(self, task: _Task) -> None:
        job = task.job
        if task.error is not None:
            return
        try:
            with self._times.measure("cutting into segments"):
                if task.prepared is not None:
                    hearing = task.prepared.hearing
                    task.draft = draft_recording(task.prepared, hearing.result())
                elif job.parsed is not None and job.source.recording is None:
                    language = spoken_language(job.source, job.parsed, job.settings)
                    task.draft = draft_transcript(
                        job.parsed, self._encoders, job.settings, language
                    )
        except Exception as error:
            log.debug("could not cut %s into segments", job.source.path, exc_info=True)
            task.fail(error)
            task.draft = None
        task.prepared = None  # its windows and tokens are not needed any more

    def _embed(self, task: _Task) -> None:
        if task.draft is None:
            return
        try:
            with self._times.measure("text encoder"):
                task.analysed = embed_texts(task.draft, self._encoders.text)
        except Exception as error:
            log.debug("could not embed %s", task.job.source.path, exc_info=True)
            task.fail(error)
        task.draft = None


def _with_transcript(job: DocumentJob) -> tuple[DocumentJob, Exception | None]:
    """Read the transcript of a job that was left for its turn."""
    if job.read is None:
        return job, None
    try:
        return replace(job, parsed=job.read(), read=None), None
    except TranscriptError as error:
        if job.source.recording is None:
            raise
        log.debug("could not parse %s", job.source.transcript, exc_info=True)
        return replace(job, read=None), error


def _without_windows(batch: Sequence[_Step]) -> Iterator[_Step]:
    """Yield the steps of a batch that was heard, for the windows of a document its share."""
    for is_end, group in groupby(batch, lambda step: step.window is None):
        if is_end:
            yield from group
            continue
        *_, last = group
        prepared, window = last.task.prepared, last.window
        if prepared is not None and window is not None and prepared.hearing.recording.estimated:
            share = min(1.0, window.end / prepared.hearing.recording.estimated)
            yield _Step(last.task, share=share)
