"""Text encoders exported to ONNX: run by ONNX Runtime, without torch.

`tools/model_export` writes such a folder: `model.onnx`, which pools and scales to length one
itself, `tokenizer.json`, and `export.json`, which says whose vectors they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.protocols import TextKind
from hilbert.encoders.registry import EncoderKind, register
from hilbert.encoders.resolve import BUNDLED, EncoderError, ResolvedModel
from hilbert.encoders.text_fingerprint import text_fingerprint
from hilbert.encoders.threads import usable_threads
from hilbert.files import cached_sha256_file
from hilbert.forking import PerProcess
from hilbert.onnx_session import OnnxSession
from hilbert.system_faults import raise_system_fault

if TYPE_CHECKING:
    from onnxruntime import InferenceSession, SessionOptions
    from tokenizers import Encoding, Tokenizer

MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
EXPORT_FILE = "export.json"

# Padded tokens of one pass: what a layer computes then stays in the cache. With 8,192 MiniLM takes
# 1.6 times as long, and 340 MB more. Each pass is one thread's: what is computed by several
# differs in its last bits by their number, and a vector would by the machine.
_BATCH_TOKENS = 256
# A query, which is not stored, is one pass that somebody waits for. More threads than these save
# little of it: 26 words take 10.5 ms with one and 6.6 with two.
_MOST_QUERY_THREADS = 4


@dataclass(frozen=True)
class TextExport:
    """What `export.json` says.

    Attributes:
        weights: Fingerprint of the model that it was exported from.
        width: Length of a vector.
        max_tokens: Texts are cut after so many, the special ones among them.
        prompts: Put before a text, by its kind.
        source: The model and its package, for people.
        sha256: Of `model.onnx`, hex.
    """

    weights: str
    width: int
    max_tokens: int
    prompts: Mapping[str, str]
    source: str
    sha256: str

    @property
    def fingerprint(self) -> str:
        """That of the encoder it was exported from: the vectors are the same."""
        return text_fingerprint(self.weights, self.prompts, self.max_tokens)

    def to_json(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def read(cls, folder: Path) -> TextExport:
        """Read it from the folder of an exported model, whose weights are verified.

        Raises:
            EncoderError: It is damaged, or `model.onnx` is not the file that was exported.
        """
        try:
            export = cls(**json.loads((folder / EXPORT_FILE).read_text(encoding="utf-8")))
            whole = cached_sha256_file(folder / MODEL_FILE) == export.sha256
        except (OSError, ValueError, TypeError) as error:
            raise_system_fault(error)
            reason = " ".join(str(error).split())[:200]
            raise EncoderError(
                f'"{folder}" is no whole exported text encoder ({reason}); export it again'
            ) from error
        if not whole:
            raise EncoderError(
                f'"{folder / MODEL_FILE}" differs from the file that was exported; export it again'
            )
        return export


class OnnxTextEncoder:
    """An exported model as `TextEncoder`.

    Batches are sorted by length and padding is masked, so that a text's vector does not depend on
    its neighbours beyond rounding (1e-5). The vectors of one call do not depend on anything else,
    the number of cores included: batches are the same everywhere, and each is computed by one
    thread, several at a time.

    Attributes:
        session: Runs it.
    """

    def __init__(self, resolved: ResolvedModel, export: TextExport) -> None:
        self.name = resolved.name
        self.width = export.width
        self.fingerprint = export.fingerprint
        self._path = resolved.path / MODEL_FILE
        self._prompts = export.prompts
        self._tokenizer = _tokenizer(resolved.path, export.max_tokens)
        self._sessions: dict[bool, OnnxSession] = {}
        # Its threads do not exist in a forked child.
        self._workers = PerProcess(
            lambda: ThreadPoolExecutor(usable_threads(), thread_name_prefix="text encoder")
        )

    @classmethod
    def load(cls, resolved: ResolvedModel, device: str = "cpu") -> OnnxTextEncoder:
        """Load from a folder; it runs on the processor whatever the device.

        Raises:
            EncoderError: The folder holds no whole exported model, or one that reads other files.
        """
        export = TextExport.read(resolved.path)
        encoder = cls(resolved, export)
        if export.sha256 not in BUNDLED["bundled:minilm"].sha256.values():
            _refuse_other_files(resolved.path / MODEL_FILE)
            OnnxSession(partial(_open, resolved.path / MODEL_FILE, 1))  # not after hours of work
        return encoder

    def encode(self, texts: Sequence[str], kind: TextKind = "document") -> NDArray[np.float32]:
        """Encode texts to unit vectors `[n, width]` float32; see `TextEncoder.encode`."""
        if isinstance(texts, str):
            raise TypeError("texts is one string; give a list of them")
        is_query = kind == "query"
        session = self.session(is_query)
        if not is_query:  # what is stored does not depend on how much was encoded before
            session.optimise()
        prompt = self._prompts.get(kind, "")
        tokens = self._tokenizer.encode_batch([prompt + text for text in texts])
        vectors = np.zeros((len(texts), self.width), np.float32)
        batches = list(_batches([len(each.ids) for each in tokens]))
        of_batches = ([tokens[row] for row in rows] for rows in batches)
        run = self._workers.get().map if len(batches) > 1 and not is_query else map
        for rows, found in zip(batches, run(partial(_run, session), of_batches), strict=True):
            vectors[rows] = found
        return vectors

    def optimise(self) -> None:
        """See `OptimisableEncoder.optimise`."""
        self.session(is_query=True).optimise()

    def session(self, is_query: bool) -> OnnxSession:
        """Return what runs it, opened when it is first asked for: few processes need both.

        Args:
            is_query: For queries; else for what is stored.

        Raises:
            EncoderError: It cannot be opened any more.
        """
        if is_query not in self._sessions:
            threads = min(_MOST_QUERY_THREADS, usable_threads()) if is_query else 1
            self._sessions[is_query] = OnnxSession(partial(_open, self._path, threads))
        return self._sessions[is_query]


def _open(path: Path, threads: int, options: SessionOptions) -> InferenceSession:
    """Open a graph, each of whose passes so many threads compute.

    Raises:
        EncoderError: It cannot be loaded.
    """
    from onnxruntime import InferenceSession

    options.intra_op_num_threads = threads
    try:
        return InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no public base class
        raise_system_fault(error)
        reason = " ".join(str(error).split())[:200]
        raise EncoderError(f'"{path}" cannot be loaded ({reason}); export it again') from error


def _run(session: OnnxSession, tokens: Sequence[Encoding]) -> NDArray[np.float32]:
    """Return the vectors of one batch, `[n, width]`."""
    shape = (len(tokens), max(len(each.ids) for each in tokens))
    ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for row, each in enumerate(tokens):
        ids[row, : len(each.ids)] = each.ids
        mask[row, : len(each.ids)] = 1
    inputs = {"input_ids": ids, "attention_mask": mask}
    (vectors,) = session.run(None, inputs)
    return np.asarray(vectors, np.float32)


def _refuse_other_files(path: Path) -> None:
    """Refuse a graph whose weights lie in other files, which its digest says nothing of.

    Raises:
        EncoderError: It is one, or no ONNX graph.
    """
    import onnx
    from google.protobuf.message import DecodeError
    from onnx.external_data_helper import _get_all_tensors, uses_external_data

    try:
        model = onnx.load_model(path, load_external_data=False)
    except (DecodeError, ValueError) as error:
        raise EncoderError(f'"{path}" is no ONNX file; export it again') from error
    if any(uses_external_data(tensor) for tensor in _get_all_tensors(model)):
        raise EncoderError(f'"{path}" reads its weights from other files; export it into one')


def _tokenizer(folder: Path, max_tokens: int) -> Tokenizer:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    except Exception as error:  # it raises `Exception` itself
        raise_system_fault(error)
        reason = " ".join(str(error).split())[:200]
        raise EncoderError(
            f'"{folder / TOKENIZER_FILE}" cannot be loaded ({reason}); export it again'
        ) from error
    tokenizer.enable_truncation(max_tokens)
    tokenizer.no_padding()
    return tokenizer


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Split rows, shortest first, so that no batch pads to more than `_BATCH_TOKENS`."""
    batch: list[int] = []
    for row in np.argsort(lengths, kind="stable").tolist():
        if batch and (len(batch) + 1) * lengths[row] > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


register(
    EncoderKind(
        "text", "onnx", OnnxTextEncoder.load, lambda model: (model.path / EXPORT_FILE).is_file()
    ),
    order=100,
)
