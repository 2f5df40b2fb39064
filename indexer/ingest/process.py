"""Second step of an indexing, process: each planned document is analysed."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hilbert.encoders.resolve import EncoderError
from indexer.base.errors import LibraryError
from indexer.base.progress import Progress
from indexer.encoders import Encoders
from indexer.ingest.job import DocumentJob
from indexer.ingest.pipeline import (
    AnalysedDocument,
    analyse_document,
    open_source,
    spoken_language,
)
from indexer.ingest.progress import IndexingProgress
from indexer.media.decode import Recording

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ProcessedDocument:
    """Result of a job: the analysed document, or the error; neither where nothing was to do."""

    job: DocumentJob
    analysed: AnalysedDocument | None = None
    error: Exception | None = None


def process(
    jobs: Sequence[DocumentJob], encoders: Encoders, progress: Progress
) -> Iterator[ProcessedDocument]:
    """Analyse documents one after the other; each is to be stored before the next is asked for.

    Raises:
        LibraryError: The library's encoders are others than it was made with.
        EncoderError: They cannot be loaded.
    """
    shown = IndexingProgress(progress, sum(job.size for job in jobs), len(jobs))
    for job in jobs:
        shown.begin_document(job.source.name)
        try:
            done = ProcessedDocument(job, _analyse(job, encoders, shown))
        except (LibraryError, EncoderError):
            raise  # the library's fault, not the file's
        except Exception as error:  # one strange file must not cost the others
            log.debug("could not process %s", job.source.path, exc_info=True)
            done = ProcessedDocument(job, error=error)
        yield done
        shown.end_document(job.size)


def _analyse(
    job: DocumentJob, encoders: Encoders, shown: IndexingProgress
) -> AnalysedDocument | None:
    settings = job.settings
    opened = open_source(job.source, job.parsed, settings) if job.source.recording else None
    if job.needs_words and opened and not _can_transcribe(job, opened, encoders):
        opened.close()
        return None
    return analyse_document(
        job.source,
        job.parsed,
        encoders,
        settings,
        lambda share: shown.within_document(share * job.size),
        opened,
    )


def _can_transcribe(job: DocumentJob, opened: Recording, encoders: Encoders) -> bool:
    language = spoken_language(job.source, None, job.settings, opened.tags)
    return language == "en" or encoders.recogniser_for(job.settings.asr).multilingual
