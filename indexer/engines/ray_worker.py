"""A worker of a cluster: a process that holds the models and runs the stages of the local engine.

Each share of the jobs goes through `indexer.ingest.process`, so features are those that this
machine would give by itself: recordings are decoded in a guarded process ahead of the recogniser,
and windows of the documents of a share are recognised together.
"""

from __future__ import annotations

import logging
import platform
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import ray

from hilbert import __version__
from hilbert.files import sha256_file
from hilbert.offline import go_offline
from indexer.base.progress import SilentProgress
from indexer.encoders import Encoders, EncoderSettings
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
        self._encoders = Encoders(settings, library)
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
        jobs: dict[int, DocumentJob] = {}
        for number, job in share.jobs.items():
            if reason := self._why_not_here(job):
                yield _row(number, Outcome(error=Failure(reason)))
            else:
                jobs[number] = job
        try:
            documents = process(list(jobs.values()), self._encoders, SilentProgress())
            with closing(documents):
                for number, done in zip(jobs, documents, strict=True):
                    yield _row(number, Outcome.of(done), pack_features(done.analysed))
        except Exception as error:  # not of a document, which would be its own failure
            log.debug("nothing can be processed here", exc_info=True)
            yield _row(NO_NUMBER, Outcome(fault=Failure.of(error).text))

    def _why_not_here(self, job: DocumentJob) -> str:
        """Return why a file is not what was found where the run began; empty where it is."""
        path = job.main.path
        if not self._is_elsewhere:
            return ""
        try:
            if sha256_file(path) == job.document_id:
                return ""
        except OSError as error:
            log.debug("could not read %s", path, exc_info=True)
            return f"{platform.node()}, a machine of the cluster, cannot read it: {error.strerror}"
        return f"{platform.node()}, a machine of the cluster, has another file at this path"


def _row(number: int, outcome: Outcome, features: bytes = b"") -> Row:
    found = np.empty(1, object)
    found[0] = outcome
    return {NUMBER: np.array([number]), FEATURES: np.array([features], object), OUTCOME: found}
