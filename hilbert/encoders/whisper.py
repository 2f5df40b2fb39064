"""Whisper through CTranslate2: one encoder pass gives the features and the transcript."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.protocols import SAMPLE_RATE, WindowTranscript, Word
from hilbert.encoders.registry import EncoderKind, register
from hilbert.forking import PerProcess
from hilbert.stage_times import StageTimes

if TYPE_CHECKING:
    from hilbert.encoders.resolve import ResolvedModel

WINDOW_SECONDS = 30.0
FRAMES_PER_SECOND = 50  # encoder states; two log-mel frames of 10 ms make one

# Whisper's own thresholds for a decoding that failed (Radford et al. 2022, section 4.5).
_MAX_COMPRESSION_RATIO = 2.4
_MIN_AVG_LOGPROB = -1.0
_MAX_NO_SPEECH_PROB = 0.6
_MAX_WORKERS = 8
# Aligning computes the probabilities of the whole vocabulary at each token: some 40 MB a window.
_ALIGNED_TOGETHER = 4
# Of a window's beginning: about 30 words, a dozen seconds of speech. The alignment would spread
# the last of them over the rest of the window.
_BEGINNING_TOKENS = 36
_BEGINNING_SECONDS = 20.0


@dataclass(frozen=True)
class _Decoded:
    ids: list[int]
    text: str
    avg_logprob: float
    no_speech_prob: float

    @property
    def looping(self) -> bool:
        """Whether the text compresses too well: the decoder repeats itself."""
        raw = self.text.encode()
        return len(raw) > 0 and len(raw) / len(zlib.compress(raw)) > _MAX_COMPRESSION_RATIO

    @property
    def credible(self) -> bool:
        silent = self.no_speech_prob > _MAX_NO_SPEECH_PROB and self.avg_logprob < _MIN_AVG_LOGPROB
        return not silent and not self.looping and any(c.isalnum() for c in self.text)


class WhisperEncoder:
    """A CTranslate2 Whisper model as speech encoder and as recogniser.

    Each window is padded to 30 s and encoded on its own, and int8 activations are scaled row by
    row, so that a window gives the same tokens alone and in any batch.

    Attributes:
        times: Where its time went so far. CTranslate2 computes in threads of its own: the
            processor time of these is not counted.
    """

    tokens_per_second = 2.0

    def __init__(
        self,
        model: Any,
        name: str,
        fingerprint: str,
        workers: int = 1,
        load: Callable[[], Any] | None = None,
    ) -> None:
        from faster_whisper.tokenizer import Tokenizer
        from faster_whisper.transcribe import get_suppressed_tokens

        self.name = name
        self.times = StageTimes()
        settings = f"ctranslate2 int8, {self.tokens_per_second} tokens a second"
        self.fingerprint = hashlib.sha256(f"{fingerprint} {settings}".encode()).hexdigest()
        self.multilingual: bool = model.model.is_multilingual
        # CTranslate2 and the executor run threads of their own.
        self._per_process = PerProcess(load or (lambda: model), model)
        self._executors = PerProcess(
            lambda: ThreadPoolExecutor(workers, thread_name_prefix="whisper")
        )
        self._n_workers = workers
        self._tokenizer_class = Tokenizer
        self._suppressed = list(get_suppressed_tokens(self._tokenizer("en"), [-1]))

    @classmethod
    def load(cls, resolved: ResolvedModel, threads: int = 0) -> WhisperEncoder:
        """Load from a folder with CTranslate2's `model.bin`; `threads` 0 means all cores.

        Windows are shared out to workers of one thread each: the decoder's steps are too small
        for two threads to share one (16.7 s against 21.8 s for 44 windows on two cores).
        """
        from faster_whisper import WhisperModel

        threads = threads or os.cpu_count() or 1
        workers = min(threads, _MAX_WORKERS)

        def load() -> WhisperModel:
            return WhisperModel(
                str(resolved.path),
                device="cpu",
                compute_type="int8",
                cpu_threads=threads // workers,
                num_workers=workers,
                local_files_only=True,
            )

        return cls(load(), resolved.name, resolved.fingerprint, workers, load)

    @cached_property
    def width(self) -> int:
        """Length of a token: that of the first window, or of a tenth of a second of silence."""
        return int(self._encode([np.zeros(1600, np.float32)]).shape[-1])

    @property
    def _model(self) -> Any:
        return self._per_process.get()

    @property
    def _workers(self) -> ThreadPoolExecutor:
        return self._executors.get()

    def encode(self, windows: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        """Encode each window to audio tokens.

        Args:
            windows: 16 kHz mono float32, each at most 30 s long.

        Returns:
            One `[ceil(seconds * 2), width]` float32 array a window: means of 25 encoder states.
        """
        parts = self._workers.map(
            lambda part: self._tokens(self._encode(part), part), self._shares(windows)
        )
        return [tokens for part in parts for tokens in part]

    def transcribe(
        self, windows: Sequence[NDArray[np.float32]], language: str = "en"
    ) -> list[WindowTranscript]:
        """Return tokens and words of each window, from a single encoder pass (greedy decoding).

        A decoding that loops or is improbable is tried again with a beam; what stays incredible
        is dropped rather than shown.
        """
        return self._transcribe_shares(windows, language, None)

    def transcribe_beginnings(
        self, windows: Sequence[NDArray[np.float32]], language: str = "en"
    ) -> list[WindowTranscript]:
        """Return tokens of each window and its first words, about a dozen seconds of them."""
        return self._transcribe_shares(windows, language, _BEGINNING_TOKENS)

    def _transcribe_shares(
        self, windows: Sequence[NDArray[np.float32]], language: str, most_tokens: int | None
    ) -> list[WindowTranscript]:
        parts = self._workers.map(
            lambda part: self._transcribe(part, language, most_tokens), self._shares(windows)
        )
        return [transcript for part in parts for transcript in part]

    def _shares(
        self, windows: Sequence[NDArray[np.float32]]
    ) -> list[Sequence[NDArray[np.float32]]]:
        """Split windows into consecutive shares, one for each worker."""
        size = max(1, -(-len(windows) // self._n_workers))
        return [windows[i : i + size] for i in range(0, len(windows), size)]

    def _transcribe(
        self, windows: Sequence[NDArray[np.float32]], language: str, most_tokens: int | None
    ) -> list[WindowTranscript]:
        tokenizer = self._tokenizer(language)
        states = self._encode(windows)
        decode = partial(self._decode, tokenizer=tokenizer, most_tokens=most_tokens)
        decoded = decode(_to_storage(states), len(windows))
        retry = [i for i, d in enumerate(decoded) if d.looping or d.avg_logprob < _MIN_AVG_LOGPROB]
        if retry:
            again = decode(_to_storage(states[retry]), len(retry), beam_size=5, no_repeat_ngram=4)
            for i, second in zip(retry, again, strict=True):
                if decoded[i].looping or second.avg_logprob > decoded[i].avg_logprob:
                    decoded[i] = second
        longest = WINDOW_SECONDS if most_tokens is None else _BEGINNING_SECONDS
        heard = [window[: round(longest * SAMPLE_RATE)] for window in windows]
        words = self._word_times(states, decoded, heard, tokenizer)
        return [
            WindowTranscript(tokens, words_of, d.avg_logprob, d.no_speech_prob)
            for tokens, words_of, d in zip(
                self._tokens(states, windows), words, decoded, strict=True
            )
        ]

    def _tokenizer(self, language: str) -> Any:
        return self._tokenizer_class(
            self._model.hf_tokenizer, self.multilingual, task="transcribe", language=language
        )

    def _encode(self, windows: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Return encoder states `[n, 1500, width]`.

        One window after the other: together they are no faster on a CPU (each is a large matrix
        product already) and take eight times the memory.
        """
        length = int(WINDOW_SECONDS * SAMPLE_RATE)
        states = []
        for window in windows:
            if len(window) > length:
                raise ValueError(f"a window of {len(window) / SAMPLE_RATE:.1f} s is over 30 s")
            padded = np.pad(window, (0, length - len(window)))
            with self.times.measure("spectrogram"):
                mel = self._model.feature_extractor(padded, padding=0)[..., :3000]
            with self.times.measure("speech encoder"):
                states.append(np.array(self._model.encode(mel), dtype=np.float32))
        encoded = np.concatenate(states)
        self.width = encoded.shape[-1]
        return encoded

    def _tokens(
        self, states: NDArray[np.float32], windows: Sequence[NDArray[np.float32]]
    ) -> list[NDArray[np.float32]]:
        step = round(FRAMES_PER_SECOND / self.tokens_per_second)
        tokens = []
        for state, window in zip(states, windows, strict=True):
            frames = max(1, -(-len(window) * FRAMES_PER_SECOND // SAMPLE_RATE))
            real = state[:frames]
            starts = np.arange(0, frames, step)
            sums = np.add.reduceat(real, starts, axis=0)
            counts = np.diff(np.append(starts, frames))
            tokens.append((sums / counts[:, None]).astype(np.float32))
        return tokens

    def _decode(
        self,
        storage: Any,
        n_windows: int,
        tokenizer: Any,
        most_tokens: int | None = None,
        beam_size: int = 1,
        no_repeat_ngram: int = 0,
    ) -> list[_Decoded]:
        prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        max_length = self._model.max_length
        if most_tokens is not None:
            max_length = 2 * most_tokens  # CTranslate2 keeps half of it for a prompt
        with self.times.measure("recognition"):
            results = self._model.model.generate(
                storage,
                [prompt] * n_windows,
                beam_size=beam_size,
                no_repeat_ngram_size=no_repeat_ngram,
                max_length=max_length,
                suppress_blank=True,
                suppress_tokens=self._suppressed,
                return_scores=True,
                return_no_speech_prob=True,
            )
        decoded = []
        for result in results:
            ids = result.sequences_ids[0]
            # CTranslate2 gives the mean over the tokens; Whisper's mean counts the end token too.
            avg_logprob = result.scores[0] * len(ids) / (len(ids) + 1)
            decoded.append(_Decoded(ids, tokenizer.decode(ids), avg_logprob, result.no_speech_prob))
        return decoded

    def _word_times(
        self,
        states: NDArray[np.float32],
        decoded: list[_Decoded],
        windows: Sequence[NDArray[np.float32]],
        tokenizer: Any,
    ) -> list[tuple[Word, ...]]:
        words: list[tuple[Word, ...]] = [() for _ in decoded]
        credible = [i for i, d in enumerate(decoded) if d.credible]
        for first in range(0, len(credible), _ALIGNED_TOGETHER):
            kept = credible[first : first + _ALIGNED_TOGETHER]
            with self.times.measure("word times"):
                alignments = self._model.find_alignment(
                    tokenizer,
                    [decoded[i].ids for i in kept],
                    _to_storage(states[kept]),
                    [len(windows[i]) // 160 for i in kept],
                )
            for i, alignment in zip(kept, alignments, strict=True):
                words[i] = tuple(_merge_punctuation(alignment))
        return words


def _to_storage(states: NDArray[np.float32]) -> Any:
    import ctranslate2

    return ctranslate2.StorageView.from_array(np.ascontiguousarray(states))


def _merge_punctuation(alignment: list[dict[str, Any]]) -> Iterator[Word]:
    """Yield words with their punctuation: a token without a leading space joins the last."""
    text, start, end = "", 0.0, 0.0
    for piece in alignment:
        token: str = piece["word"]
        if text and not token.startswith(" "):
            text += token
            if any(c.isalnum() for c in token):
                end = float(piece["end"])
            continue
        if text.strip():
            yield Word(text.strip(), start, end)
        text, start, end = token, float(piece["start"]), float(piece["end"])
    if text.strip():
        yield Word(text.strip(), start, end)


def _is_whisper(resolved: ResolvedModel) -> bool:
    return (resolved.path / "model.bin").is_file()


def _load(resolved: ResolvedModel, device: str) -> WhisperEncoder:
    return WhisperEncoder.load(resolved)  # on the processor, whatever the device


register(EncoderKind("speech", "whisper", _load, _is_whisper), order=10)
register(EncoderKind("recogniser", "whisper", _load, _is_whisper), order=10)
