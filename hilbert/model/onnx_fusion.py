"""The fusion model run by ONNX Runtime, without torch."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hilbert.assets import shipped_model
from hilbert.files import cached_sha256_file
from hilbert.model.arrays import Bools, Embeddings, Floats, StateArrays
from hilbert.model.config import GRAPH_FILE, WEIGHTS_FILE, HilbertConfig
from hilbert.model.weights_file import GRAPH_KEY, check_weights, graph_key, read_config
from hilbert.onnx_session import OnnxSession
from hilbert.system_faults import raise_system_fault
from hilbert.trusted import is_trusted, trust_own

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, SessionOptions

log = logging.getLogger(__name__)


class OnnxFusion:
    """A saved model as `FusionModel`.

    Attributes:
        config: What it was made with.
        graph: The serialised ONNX graph, without the weights.
        is_stored: Whether the graph lies in the folder of the model.
        session: Runs it.
    """

    def __init__(
        self, config: HilbertConfig, graph: bytes, folder: Path, *, is_stored: bool = False
    ) -> None:
        self.config, self.graph, self.is_stored = config, graph, is_stored
        self.session = OnnxSession(lambda options: _open(graph, folder, options))

    @classmethod
    def load(cls, folder: Path | str) -> OnnxFusion:
        """Read a saved model from its folder.

        A graph is a program: that of a folder is only run where it ships, or was made here before.
        Any other, and one that is damaged or of other weights, is made anew of config and weights,
        which are data.

        Args:
            folder: Of config and weights.

        Raises:
            FileNotFoundError: The folder lacks the config or the weights.
            ValueError: A file is damaged or the two do not belong together; says which and how.
        """
        folder = Path(folder).absolute()
        config = read_config(folder)
        check_weights(folder / WEIGHTS_FILE)
        stored = b""
        try:
            stored = (folder / GRAPH_FILE).read_bytes()
            if not is_known_graph(stored):
                raise ValueError("nobody made it here")
            return cls(config, stored, folder, is_stored=True)
        except FileNotFoundError:
            log.debug("%s has no graph, which is made", folder, exc_info=True)
        except Exception as error:  # ONNX Runtime's errors have no public base class
            raise_system_fault(error)
            log.debug("the graph in %s is of no use and made anew", folder, exc_info=True)
        from hilbert.model.onnx_graph import graph_bytes

        graph = graph_bytes(folder)
        model = cls(config, graph, folder, is_stored=graph == stored)
        trust_own(_sha256(graph), f"the graph made of {folder}")
        return model

    def optimise(self) -> None:
        """See `FusionModel.optimise`."""
        self.session.optimise()

    def audio_arrays(self, tokens: Floats, mask: Bools) -> Floats:
        """See `FusionModel.audio_arrays`."""
        return self._run(["segment_audio"], {"tokens": tokens, "token_mask": mask})[0]

    def text_arrays(self, text: Floats) -> Floats:
        """See `FusionModel.text_arrays`."""
        if self.config.text_anchor:
            return text
        return self._run(["segment_text"], {"frozen_text": text})[0]

    def fuse_arrays(self, states: StateArrays) -> Embeddings:
        """See `FusionModel.fuse_arrays`."""
        audio, text, joint = self._run(
            ["audio", "text", "joint"],
            {
                "audio_states": states.audio,
                "text_states": states.text,
                "audio_mask": states.audio_mask,
                "text_mask": states.text_mask,
                "times": states.times,
            },
        )
        has_audio, has_text = states.has_audio, states.has_text
        return Embeddings(audio, text, joint, has_audio, has_text, has_audio | has_text)

    def _run(self, outputs: list[str], given: Mapping[str, Floats | Bools]) -> list[Floats]:
        from onnxruntime import RunOptions

        # The other half of the graph is not run, but its inputs must be there.
        feed: dict[str, Any] = {}
        for entry in self.session.inputs:
            kind = np.bool_ if entry.type == "tensor(bool)" else np.float32
            if entry.name in given:
                feed[entry.name] = np.ascontiguousarray(given[entry.name], kind)
            else:
                shape = [size if isinstance(size, int) else 1 for size in entry.shape]
                feed[entry.name] = np.zeros(shape, kind)
        options = RunOptions()
        options.only_execute_path_to_fetches = True
        return self.session.run(outputs, feed, options)


def is_known_graph(graph: bytes) -> bool:
    """Return whether a graph ships, or was made here before."""
    shipped = shipped_model()
    digest = _sha256(graph)
    return is_trusted(digest) or (
        shipped is not None
        and (shipped / GRAPH_FILE).is_file()
        and cached_sha256_file(shipped / GRAPH_FILE) == digest
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _open(graph: bytes, folder: Path, options: SessionOptions) -> InferenceSession:
    """Open a graph whose weights lie in a folder.

    Raises:
        ValueError: It is the graph of other weights, or of another version.
    """
    from onnxruntime import InferenceSession

    options.add_session_config_entry(
        "session.model_external_initializers_file_folder_path", str(folder)
    )
    session = InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    made_for = session.get_modelmeta().custom_metadata_map.get(GRAPH_KEY)
    if made_for != graph_key(read_config(folder), folder / WEIGHTS_FILE):
        raise ValueError("it was made for other weights")
    return session
