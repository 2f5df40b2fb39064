"""Where the time of an indexing went, stage by stage."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hilbert.stage_times import StageSeconds, StageTimes, difference
from indexer.encoders import Encoders
from indexer.guard.children import processor_seconds
from indexer.media.guarded import TASKS as RECORDING_TASKS

# Their libraries compute in threads of their own, which nothing tells apart.
_OF_MODELS = ("speech encoder", "recognition", "word times", "text encoder")


@dataclass(frozen=True)
class IngestProfile:
    """Seconds by stage of one indexing.

    Attributes:
        stages: By name. They overlap: the sum of their wall seconds is more than the run's. The
            processor time of the threads of models is shared out to the stages of models in
            proportion to their wall seconds.
        wall: Wall seconds of the run.
        processor: Processor seconds of the process in the run, and of those that read files.
    """

    stages: Mapping[str, StageSeconds]
    wall: float
    processor: float

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "wall_seconds": round(self.wall, 3),
            "processor_seconds": round(self.processor, 3),
            "stages": {
                name: {
                    "wall_seconds": round(seconds.wall, 3),
                    "processor_seconds": round(seconds.processor, 3),
                }
                for name, seconds in self.stages.items()
            },
        }


@dataclass
class Profiler:
    """Measures an indexing from where it is made.

    Attributes:
        encoders: Those in use; they may count the time of stages of their own.
        times: Counts the time of all other stages.
    """

    encoders: Encoders
    times: StageTimes = field(default_factory=StageTimes)

    def __post_init__(self) -> None:
        self._before = self.encoders.stage_seconds()
        self._wall, self._processor = time.perf_counter(), time.process_time()
        self._guarded = processor_seconds()

    def result(self) -> IngestProfile:
        """Return what was measured so far."""
        wall = time.perf_counter() - self._wall
        processor = time.process_time() - self._processor
        stages = self.times.totals() | difference(self.encoders.stage_seconds(), self._before)
        for task, seconds in processor_seconds().items():
            seconds -= self._guarded.get(task, 0.0)
            stage = "decoding" if task.startswith(RECORDING_TASKS) else "reading transcripts"
            stages[stage] = stages.get(stage, StageSeconds()) + StageSeconds(0.0, seconds)
            processor += seconds
        return IngestProfile(_with_model_threads(stages, processor), wall, processor)


def _with_model_threads(
    stages: Mapping[str, StageSeconds], processor: float
) -> dict[str, StageSeconds]:
    """Share out the processor time of threads that were not measured."""
    of_models = sum(stages[name].wall for name in _OF_MODELS if name in stages)
    rest = max(0.0, processor - sum(seconds.processor for seconds in stages.values()))
    shared = dict(stages)
    for name in _OF_MODELS:
        if name in stages and of_models:
            own = stages[name].wall / of_models
            shared[name] = stages[name] + StageSeconds(0.0, rest * own)
    return shared
