"""A job on remote files as one on copies of them, which are there for a while."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from indexer.base.remote_path import RemotePath
from indexer.ingest.expected_names import VOCABULARY_FILE
from indexer.ingest.job import DocumentJob, HashedFile
from indexer.ingest.plan import read_for
from indexer.ingest.remote_files import fetch
from indexer.media.chapters import is_chapter_file


def is_remote_job(job: DocumentJob) -> bool:
    """Return whether the files of a job are not on this machine."""
    return isinstance(job.source.path, RemotePath)


def fetched(job: DocumentJob, folder: Path) -> DocumentJob:
    """Return a remote job on copies of its files; its document is known by their bytes.

    Args:
        job: A recording, with its transcript where it has one.
        folder: Is made, and takes the copies.

    Raises:
        AudioError: A file cannot be fetched.
        OfflineError: Nothing may be.
    """
    assert job.recording is not None
    folder.mkdir()
    recording = _fetched(job.recording, folder)
    for path in job.source.beside:  # chapters are read where the document is stored
        if isinstance(path, RemotePath) and not is_chapter_file(path):
            fetch(path, folder / VOCABULARY_FILE)
    transcript = _fetched(job.transcript, folder) if job.transcript else None
    source = replace(
        job.source, recording=recording.path, transcript=transcript.path if transcript else None
    )
    read = partial(read_for, source, transcript.path, job.settings.language) if transcript else None
    return replace(
        job,
        source=source,
        document_id=recording.known.sha256,
        recording=recording,
        transcript=transcript,
        read=read,
    )


def with_digests(job: DocumentJob, digests: tuple[str, ...]) -> DocumentJob:
    """Return a remote job with the digests of what was fetched: of recording and transcript."""
    if not digests or job.recording is None or not is_remote_job(job):
        return job
    files = [
        replace(file, known=replace(file.known, sha256=digest))
        for file, digest in zip((job.recording, job.transcript), digests, strict=False)
        if file is not None
    ]
    return replace(
        job,
        document_id=digests[0],
        recording=files[0],
        transcript=files[1] if len(files) > 1 else None,
    )


def digests_of(job: DocumentJob) -> tuple[str, ...]:
    """Return the digests of the files of a fetched job; see `with_digests`."""
    return tuple(file.known.sha256 for file in (job.recording, job.transcript) if file is not None)


def _fetched(file: HashedFile, folder: Path) -> HashedFile:
    assert isinstance(file.path, RemotePath)
    target = folder / file.path.name
    digest = fetch(file.path, target)
    return replace(file, path=target, known=replace(file.known, sha256=digest))
