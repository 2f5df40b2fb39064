"""A worker of a cluster: a process that holds the models and runs the stages of the local engine.

Each share of the jobs goes through `indexer.ingest.process`, so features are those that this
machine would give by itself: recordings are decoded in a guarded process ahead of the recogniser,
and windows of the documents of a share are recognised together.
"""

from __future__ import annotations

import logging
import platform
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import ray

from hilbert import __version__
from hilbert.encoders.devices import device_for
from hilbert.files import sha256_file
from hilbert.offline import go_offline
from indexer.base.errors import AudioError
from indexer.base.progress import SilentProgress
from indexer.encoders import Encoders, EncoderSettings
from indexer.engines.fetched import digests_of, fetched, is_remote_job
from indexer.engines.outcome import Failure, Outcome, Share, pack_features
from indexer.ingest.job import DocumentJob
from indexer.ingest.process import process

NUMBER, FEATURES, OUTCOME, SHARE = "number", "features", "outcome", "share"
"""Columns of what a worker gives, and the one of what it gets."""
NO_NUMBER = -1

log = logging.getLogger(__name__)

Row = dict[str, Any]


class Worker:
    """Analyses documents; the models are loaded with the first and kept."""

    def __init__(
        self,
        settings: EncoderSettings,
        library: Path,
        version: str,
        *,
        home: str,
        is_offline: bool,
        is_debugging: bool,
    ) -> None:
        """Load nothing yet.

        Args:
            settings: The library's encoders.
            library: Its folder, which need not be on this machine.
            version: Of hilbert, where the run began.
            home: Id of the node where the run began: files on others may be others.
            is_offline: Whether nothing may leave this machine.
            is_debugging: Whether everything is logged.
        """
        if is_offline:
            go_offline()
        if is_debugging:
            logging.basicConfig(level=logging.DEBUG)
        self._device = device_for(n_gpus())
        self._encoders = Encoders(settings, library, self._device)
        self._is_elsewhere = ray.get_runtime_context().get_node_id() != home
        self._refusal = ""
        if version != __version__:
            self._refusal = (
                f"a worker runs hilbert {__version__}, and this is {version}; install the same "
                "version on all machines of the cluster"
            )

    def __call__(self, batch: Mapping[str, Any]) -> Iterator[Row]:
        """Process shares; one row a document, as soon as it is done."""
        for share in batch[SHARE]:
            yield from self._process(share)

    def _process(self, share: Share) -> Iterator[Row]:
        if self._refusal:
            yield _row(NO_NUMBER, Outcome(fault=self._refusal))
            return
        with tempfile.TemporaryDirectory(prefix="hilbert-") as folder:
            jobs: dict[int, DocumentJob] = {}
            for number, job in share.jobs.items():
                try:
                    jobs[number] = self._here(job, Path(folder) / str(number))
                except (AudioError, OSError) as error:
                    log.debug("could not get %s", job.source.path, exc_info=True)
                    yield _row(number, Outcome(error=Failure.of(error)))
            yield from self._analyse(jobs)

    def _analyse(self, jobs: Mapping[int, DocumentJob]) -> Iterator[Row]:
        try:
            documents = process(list(jobs.values()), self._encoders, SilentProgress())
            with closing(documents):
                for number, done in zip(jobs, documents, strict=True):
                    digests = digests_of(jobs[number])
                    outcome = Outcome.of(done, digests, self._device)
                    yield _row(number, outcome, pack_features(done.analysed))
        except Exception as error:  # not of a document, which would be its own failure
            log.debug("nothing can be processed here", exc_info=True)
            yield _row(NO_NUMBER, Outcome(fault=Failure.of(error).text))

    def _here(self, job: DocumentJob, folder: Path) -> DocumentJob:
        """Return a job on files of this machine.

        Args:
            job: As it was planned.
            folder: Takes copies of remote files.

        Raises:
            AudioError: A file is not what was found where the run began, or cannot be fetched.
        """
        if is_remote_job(job):
            return fetched(job, folder)
        path = job.main.path
        if self._is_elsewhere:
            machine = f"{platform.node()}, a machine of the cluster,"
            try:
                digest = sha256_file(path)
            except OSError as error:
                raise AudioError(f"{machine} cannot read it: {error.strerror}") from error
            if digest != job.document_id:
                raise AudioError(f"{machine} has another file at this path")
        return job


def n_gpus() -> int:
    """Return how many GPUs, or shares of one, Ray has given this worker."""
    return len(ray.get_runtime_context().get_accelerator_ids().get("GPU", []))


def _row(number: int, outcome: Outcome, features: bytes = b"") -> Row:
    found = np.empty(1, object)
    found[0] = outcome
    return {NUMBER: np.array([number]), FEATURES: np.array([features], object), OUTCOME: found}
