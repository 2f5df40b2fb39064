"""Sessions of ONNX Runtime: opened without delay, optimised once that pays."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hilbert.forking import PerProcess
from hilbert.unused_memory import give_back_unused_memory

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, RunOptions, SessionOptions

log = logging.getLogger(__name__)

# Optimising the graph of a text encoder takes 0.15 s, and saves 0.02 s a run; of the fusion model
# 0.1 and 0.012 s. A search of the command line has one run, indexing hundreds.
RUNS_BEFORE_OPTIMISING = 8


class OnnxSession:
    """A graph to run: as it is stored at first, and optimised after some runs.

    Both give the same numbers but for rounding (1e-7), so what is stored is computed after
    `optimise`.
    """

    def __init__(self, open_session: Callable[[SessionOptions], InferenceSession]) -> None:
        """Open it.

        Args:
            open_session: Opens a session with the options it is given; what it raises is raised.
        """
        # Its threads do not exist in a forked child.
        self._runner = PerProcess(lambda: _Runner(open_session), _Runner(open_session))

    def run(
        self,
        outputs: Sequence[str] | None,
        feed: Mapping[str, Any],
        options: RunOptions | None = None,
    ) -> list[Any]:
        """Compute some outputs, all for None."""
        return self._runner.get().run(outputs, feed, options)

    @property
    def inputs(self) -> Sequence[Any]:
        """The inputs of the graph: ONNX Runtime's `NodeArg`."""
        inputs: Sequence[Any] = self._runner.get().session.get_inputs()
        return inputs

    @property
    def optimised(self) -> bool:
        """Whether its graph was optimised, where that could be done."""
        return self._runner.get().optimised

    def optimise(self) -> None:
        """Optimise the graph now."""
        self._runner.get().optimise()


class _Runner:
    """The session of one process."""

    def __init__(self, open_session: Callable[[SessionOptions], InferenceSession]) -> None:
        self._open = open_session
        self._runs = 0
        self.optimised = False
        self.session = open_session(_options(optimised=False))

    def run(
        self, outputs: Sequence[str] | None, feed: Mapping[str, Any], options: RunOptions | None
    ) -> list[Any]:
        self._runs += 1
        if self._runs > RUNS_BEFORE_OPTIMISING:
            self.optimise()
        found: list[Any] = self.session.run(outputs, feed, options)
        return found

    def optimise(self) -> None:
        if self.optimised:
            return
        self.optimised = True
        try:
            self.session = self._open(_options(optimised=True))
        except Exception:  # ONNX Runtime's errors have no public base class
            # Its files are gone, as those of a model that others replaced since.
            log.debug("a graph stays as it was opened", exc_info=True)
        give_back_unused_memory()


def _options(*, optimised: bool) -> SessionOptions:
    from onnxruntime import GraphOptimizationLevel, SessionOptions, disable_telemetry_events

    # On Windows, and where it was imported before `hilbert` set its variable.
    disable_telemetry_events()
    options = SessionOptions()
    # Idle threads that spin take the cores from the decoder and from other programs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # In one operator, adding to the residual stream and normalising it take three times as long as
    # in two: a twelfth of what a text encoder takes.
    options.add_session_config_entry(
        "optimization.disable_specified_optimizers", "SkipLayerNormFusion"
    )
    if not optimised:
        options.graph_optimization_level = GraphOptimizationLevel.ORT_DISABLE_ALL
    return options
