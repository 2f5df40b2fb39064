"""What crosses between the machines of a cluster: a share of the jobs, and what each became.

Features cross as one buffer of arrays (safetensors), everything else as small objects.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hilbert.errors import HilbertError
from hilbert.model.features import Features
from indexer.base.errors import LibraryError
from indexer.engines.fetched import with_digests
from indexer.guard.children import FileFaultError
from indexer.ingest.analysed import AnalysedDocument
from indexer.ingest.job import DocumentJob
from indexer.ingest.process import ProcessedDocument
from indexer.transcripts.transcript import Transcript

_NO_FEATURES = Features(
    audio_tokens=np.zeros((0, 0), np.float16),
    audio_bounds=np.zeros((0, 2), np.int64),
    text=np.zeros((0, 0), np.float32),
    sentences=np.zeros((0, 0), np.float16),
    sentence_segments=np.zeros(0, np.int64),
    times=np.zeros((0, 2), np.float32),
)
_ARRAYS = ("audio_tokens", "audio_bounds", "text", "sentences", "sentence_segments", "times")


@dataclass(frozen=True)
class Share:
    """Jobs that one worker gets at once, by their numbers in the plan."""

    jobs: dict[int, DocumentJob]


@dataclass(frozen=True)
class Failure:
    """An exception in words: exceptions lose their cause on the way, and some cannot be sent.

    Attributes:
        text: What is told.
        errno: Of an error of the operating system.
        file_fault: What the file did to its reader, where it did something.
    """

    text: str
    errno: int | None = None
    file_fault: str = ""

    @classmethod
    def of(cls, error: Exception) -> Failure:
        """Describe an exception."""
        cause = error.__cause__
        fault = str(cause) if isinstance(cause, FileFaultError) else ""
        if isinstance(error, OSError) and error.errno is not None:
            return cls(error.strerror or str(error), error.errno, fault)
        if isinstance(error, HilbertError | OSError) and str(error):
            return cls(str(error), None, fault)
        return cls(f"{type(error).__name__}: {error}".removesuffix(": "), None, fault)

    def error(self) -> Exception:
        """Return an exception that is told as the one that was."""
        error: Exception = HilbertError(self.text)
        if self.errno is not None:
            error = OSError(self.errno, self.text)
        if self.file_fault:
            error.__cause__ = FileFaultError(self.file_fault)
        return error


@dataclass(frozen=True)
class Outcome:
    """What a job became, without its features.

    Attributes:
        parsed: The job's transcript as it was read, without its cues.
        analysed: The document.
        error: Why there is none.
        transcript_error: Why a recording goes without its transcript.
        digests: Of remote files that were fetched.
        device: What the worker computes on, `cpu` or `cuda`.
        fault: Why nothing at all can be processed there; no fault of the document.
    """

    parsed: Transcript | None = None
    analysed: AnalysedDocument | None = None
    error: Failure | None = None
    transcript_error: Failure | None = None
    digests: tuple[str, ...] = ()
    device: str = ""
    fault: str = ""

    @classmethod
    def of(
        cls, done: ProcessedDocument, digests: tuple[str, ...] = (), device: str = ""
    ) -> Outcome:
        """Describe what was processed."""
        parsed, analysed = done.job.parsed, done.analysed
        return cls(
            replace(parsed, cues=()) if parsed else None,
            replace(analysed, features=_NO_FEATURES) if analysed else None,
            Failure.of(done.error) if done.error else None,
            Failure.of(done.transcript_error) if done.transcript_error else None,
            digests,
            device,
        )

    def processed(self, job: DocumentJob, features: bytes) -> ProcessedDocument:
        """Return what the local engine would.

        Args:
            job: As it was planned.
            features: As `pack_features` gives them; empty without a document.

        Raises:
            LibraryError: Nothing can be processed.
        """
        if self.fault:
            raise LibraryError(self.fault)
        analysed = self.analysed
        return ProcessedDocument(
            replace(with_digests(job, self.digests), parsed=self.parsed, read=None),
            replace(analysed, features=unpack_features(features)) if analysed else None,
            self.error.error() if self.error else None,
            self.transcript_error.error() if self.transcript_error else None,
        )


def pack_features(analysed: AnalysedDocument | None) -> bytes:
    """Return the features of a document as one buffer; empty where there is no document."""
    from safetensors.numpy import save

    if analysed is None:
        return b""
    arrays = {name: getattr(analysed.features, name) for name in _ARRAYS}
    packed: bytes = save({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    return packed


def unpack_features(packed: bytes) -> Features:
    """Return the features that `pack_features` packed."""
    from safetensors.numpy import load

    arrays: dict[str, Any] = load(packed)
    return Features(**arrays)
