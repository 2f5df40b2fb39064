"""The engine `ray`: documents are processed by the workers of a cluster, and stored here.

Ray Data streams shares of the jobs through a pool of workers, each with its own models, and the
rows come back in the order in which they are done. A worker that dies is started anew; what it had
not given back goes to another one, document by document, and fails where that dies too.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hilbert import __version__
from hilbert.encoders.devices import CPU
from hilbert.offline import is_offline
from hilbert.stage_times import StageTimes
from indexer.base.errors import HilbertError
from indexer.base.progress import Progress
from indexer.encoders import Encoders
from indexer.engines.outcome import Outcome, Share
from indexer.engines.ray_cluster import cluster
from indexer.ingest.job import DocumentJob
from indexer.ingest.process import ProcessedDocument
from indexer.ingest.progress import IndexingProgress

log = logging.getLogger(__name__)

# Windows of several short recordings are recognised together; long ones fill batches alone.
_MOST_DOCUMENTS = 16
_MOST_BYTES = 32 << 20
# Shares of each worker, so that none waits long for the last.
_SHARES_OF_WORKER = 4
_KILLED = (
    "the worker that processed it ended twice: it was killed, or had not enough memory; the same "
    "command tries it again"
)
_NO_GPU = (
    "the cluster has GPUs, and CTranslate2 can use none of them there: words were recognised on "
    "processors; it needs an NVIDIA driver, cuBLAS and cuDNN on each node"
)


class RayEngine:
    """Processes documents on a cluster; an `Engine` of `indexer.ingest.run`."""

    def __init__(self, library: Path, address: str | None = None) -> None:
        """Start nothing yet.

        Args:
            library: Folder of the library.
            address: `HOST:PORT` of a cluster; None to start one on this machine.
        """
        self._library = library
        self._address = address
        self._devices: set[str] = set()
        self._has_gpus = False

    @property
    def note(self) -> str:
        """What is to be said of the run that is over; empty where all is as one would expect."""
        return _NO_GPU if self._has_gpus and CPU in self._devices else ""

    def __call__(
        self,
        jobs: Sequence[DocumentJob],
        encoders: Encoders,
        progress: Progress,
        times: StageTimes | None = None,
    ) -> Generator[ProcessedDocument, None, None]:
        """Analyse documents, several at a time; they come as they are done.

        Raises:
            LibraryError: Nothing can be processed: the models are not those of the library, say.
            HilbertError: The cluster cannot be used.
        """
        if not jobs:
            return
        shown = IndexingProgress(progress, sum(job.size for job in jobs), len(jobs))
        shown.begin_document("starting Ray")
        waiting = dict(enumerate(jobs))
        with cluster(self._address):
            for most_documents in (_MOST_DOCUMENTS, 1):
                shares = _shares(waiting, most_documents, _n_workers())
                for number, done in self._run(shares, waiting, encoders):
                    del waiting[number]
                    yield done
                    shown.end_document(done.job.size)
                    shown.begin_document(done.job.source.name)
                if not waiting:
                    return
                log.info("a worker ended; %d documents are given to others", len(waiting))
        for job in waiting.values():
            yield ProcessedDocument(job, error=HilbertError(_KILLED))
            shown.end_document(job.size)

    def _run(
        self, shares: Sequence[Share], jobs: Mapping[int, DocumentJob], encoders: Encoders
    ) -> Iterator[tuple[int, ProcessedDocument]]:
        """Yield what became of each job of shares, but for those whose worker ended."""
        import ray
        from ray.data import ActorPoolStrategy

        from indexer.engines.ray_worker import FEATURES, NUMBER, OUTCOME, SHARE, Worker

        _set_up(ray.data.DataContext.get_current())
        size = min(len(shares), _n_workers())
        share = gpu_share(ray.cluster_resources().get("GPU", 0.0), size)
        self._has_gpus = share > 0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parameters that a later release names otherwise
            rows = ray.data.from_items(
                [{SHARE: share} for share in shares], override_num_blocks=len(shares)
            ).map_batches(
                Worker,
                fn_constructor_args=(encoders.settings, self._library, __version__),
                fn_constructor_kwargs={
                    "home": ray.get_runtime_context().get_node_id(),
                    "is_offline": is_offline(),
                    "is_debugging": log.isEnabledFor(logging.DEBUG),
                },
                batch_size=1,
                batch_format="numpy",
                compute=ActorPoolStrategy(
                    min_size=1, max_size=size, initial_size=size, max_tasks_in_flight_per_actor=1
                ),
                num_cpus=1,
                num_gpus=share,
                max_restarts=-1,  # these two have other names from 2.64 on
                max_task_retries=0,  # by default what kills a worker would kill others for ever
            )
        try:
            for row in rows.iter_rows():
                outcome: Outcome = row[OUTCOME]
                number = int(row[NUMBER])
                job = jobs.get(number)
                if job is None:
                    raise HilbertError(outcome.fault)
                self._devices.add(outcome.device)
                yield number, outcome.processed(job, row[FEATURES])
        except ray.exceptions.RayError as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[-1]
            raise HilbertError(f"the cluster does not go on: {reason}") from error


def gpu_share(gpus: float, workers: int) -> float:
    """Return which share of a GPU each worker asks for, so that all of them have one.

    Args:
        gpus: Of the cluster.
        workers: At least 1.
    """
    if gpus < 1:
        return 0.0
    each = -(-workers // int(gpus))
    return int(10_000 / each) / 10_000  # Ray counts in these


def _set_up(context: Any) -> None:
    """Let Ray Data be quiet, give each row as soon as it is there, and survive its workers."""
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.max_errored_blocks = -1
    context.target_max_block_size = 1


def _n_workers() -> int:
    """Return how many workers the cluster has room for.

    Raises:
        HilbertError: None.
    """
    import ray

    processors = int(ray.cluster_resources().get("CPU", 0))
    if processors < 1:
        raise HilbertError("the cluster has no processors; start a worker: 'ray start --address'")
    return processors


def _shares(jobs: Mapping[int, DocumentJob], most_documents: int, workers: int) -> list[Share]:
    """Split jobs, in their order, into shares of about equal size."""
    total = sum(job.size for job in jobs.values())
    most_bytes = min(_MOST_BYTES, total // (workers * _SHARES_OF_WORKER))
    most_documents = min(most_documents, max(1, len(jobs) // (workers * _SHARES_OF_WORKER)))
    shares: list[Share] = []
    taken: dict[int, DocumentJob] = {}
    size = 0
    for number, job in jobs.items():
        if taken and (len(taken) == most_documents or size + job.size > most_bytes):
            shares.append(Share(taken))
            taken, size = {}, 0
        taken[number] = job
        size += job.size
    return [*shares, Share(taken)]
