"""Whisper through CTranslate2: one encoder pass gives the features and the transcript."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.decoding_guards import Guards, missed_speech, quietest
from hilbert.encoders.devices import CPU
from hilbert.encoders.protocols import SAMPLE_RATE, Guide, WindowTranscript, Word
from hilbert.encoders.registry import EncoderKind, register
from hilbert.encoders.threads import usable_threads
from hilbert.encoders.whisper_decoding import (
    Decoder,
    chosen_languages,
    language_of_part,
    may_switch,
    whisper_tokenizer,
)
from hilbert.forking import PerProcess
from hilbert.stage_times import StageTimes

if TYPE_CHECKING:
    from hilbert.encoders.resolve import ResolvedModel

WINDOW_SECONDS = 30.0
FRAMES_PER_SECOND = 50  # encoder states; two log-mel frames of 10 ms make one

_MAX_WORKERS = 8
# Of a window's beginning: about 30 words, a dozen seconds of speech. The alignment would spread
# the last of them over the rest of the window.
_BEGINNING_TOKENS = 36
_BEGINNING_SECONDS = 20.0
# A part of a window in another language is longer than a name or a title.
_LEAST_SWITCH_SECONDS = 6.0


# What is heard again begins a little before where no words are, and is believed where it is
# likelier than what is tried again.
_AROUND_SECONDS = 0.2
_MIN_AGAIN_LOGPROB = -0.8

T = TypeVar("T")


class WhisperEncoder:
    """A CTranslate2 Whisper model as speech encoder and as recogniser.

    Each window is padded to 30 s and encoded on its own, and int8 activations are scaled row by
    row, so that a window gives the same tokens alone and in any batch.

    Attributes:
        times: Where its time went so far. CTranslate2 computes in threads of its own: the
            processor time of these is not counted.
        guards: Which faults of a recognition are looked for.
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
        from faster_whisper.transcribe import get_suppressed_tokens

        self.name = name
        self.times = StageTimes()
        self.guards = Guards()
        settings = f"ctranslate2 int8, {self.tokens_per_second} tokens a second"
        self.fingerprint = hashlib.sha256(f"{fingerprint} {settings}".encode()).hexdigest()
        self.multilingual: bool = model.model.is_multilingual
        # CTranslate2 and the executor run threads of their own.
        self._per_process = PerProcess(load or (lambda: model), model)
        self._executors = PerProcess(
            lambda: ThreadPoolExecutor(workers, thread_name_prefix="whisper")
        )
        self._n_workers = workers
        english = whisper_tokenizer(model, self.multilingual, "en")
        self._suppressed = list(get_suppressed_tokens(english, [-1]))

    @classmethod
    def load(cls, resolved: ResolvedModel, threads: int = 0, device: str = CPU) -> WhisperEncoder:
        """Load from a folder with CTranslate2's `model.bin`; `threads` 0 means all that it may use.

        Windows are shared out to workers of one thread each: the decoder's steps are too small
        for two threads to share one (16.7 s against 21.8 s for 44 windows on two cores).
        """
        from faster_whisper import WhisperModel

        threads = threads or usable_threads()
        workers = min(threads, _MAX_WORKERS)

        def load() -> WhisperModel:
            return WhisperModel(
                str(resolved.path),
                device=device,
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

        A decoding that loops or is improbable is tried again with a beam, and speech without
        words by itself; what stays incredible is dropped rather than shown.
        """
        return self.transcribe_guided(windows, [Guide(language)] * len(windows))

    def transcribe_guided(
        self, windows: Sequence[NDArray[np.float32]], guides: Sequence[Guide]
    ) -> list[WindowTranscript]:
        """Do the same, with what is known of each window; languages are told apart by base sizes.

        Only a multilingual model detects languages. A window with two of them is cut in two.
        """
        pairs = list(zip(windows, guides, strict=True))
        parts = self._workers.map(self._transcribe, self._shares(pairs))
        return [transcript for part in parts for transcript in part]

    def transcribe_beginnings(
        self, windows: Sequence[NDArray[np.float32]], language: str = "en"
    ) -> list[WindowTranscript]:
        """Return tokens of each window and its first words, about a dozen seconds of them."""
        pairs = [(window, Guide(language)) for window in windows]
        parts = self._workers.map(self._transcribe_beginnings, self._shares(pairs))
        return [transcript for part in parts for transcript in part]

    def _shares(self, windows: Sequence[T]) -> list[Sequence[T]]:
        """Split windows into consecutive shares, one for each worker."""
        size = max(1, -(-len(windows) // self._n_workers))
        return [windows[i : i + size] for i in range(0, len(windows), size)]

    @property
    def _decoder(self) -> Decoder:
        return Decoder(self._model, self.multilingual, self._suppressed, self.times, self.guards)

    def _transcribe_beginnings(
        self, pairs: Sequence[tuple[NDArray[np.float32], Guide]]
    ) -> list[WindowTranscript]:
        windows, decoder = [window for window, _ in pairs], self._decoder
        states = self._encode(windows)
        languages = [guide.language for _, guide in pairs]
        decoded = decoder.decode(states, languages, [()] * len(pairs), _BEGINNING_TOKENS)
        begun = [window[: round(_BEGINNING_SECONDS * SAMPLE_RATE)] for window in windows]
        words = decoder.word_times(states, decoded, begun)
        tokens = self._tokens(states, windows)
        return [
            WindowTranscript(of_window, heard, one.avg_logprob, one.no_speech_prob, one.language)
            for of_window, heard, one in zip(tokens, words, decoded, strict=True)
        ]

    def _transcribe(
        self, pairs: Sequence[tuple[NDArray[np.float32], Guide]]
    ) -> list[WindowTranscript]:
        windows, guides = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        decoder = self._decoder
        states = self._encode(windows)
        wanted = [i for i, guide in enumerate(guides) if guide.detect and self.multilingual]
        found = decoder.ranked_languages(states[wanted]) if wanted else []
        ranked = dict(zip(wanted, found, strict=True))
        languages = chosen_languages(guides, ranked)
        decoded = decoder.decode(states, languages, [guide.names for guide in guides])
        words = decoder.word_times(states, decoded, windows)
        sure = {i: dict(found)[languages[i]] for i, found in ranked.items()}
        for i, window in enumerate(windows):
            both = self._both_languages(window, guides[i]) if may_switch(ranked.get(i, ())) else ()
            if both:
                sure.pop(i)  # each of its words has a language of its own
            words[i] = both or self._with_missed(window, words[i], languages[i])
        tokens = self._tokens(states, windows)
        return [
            WindowTranscript(
                *(tokens[i], words[i], one.avg_logprob, one.no_speech_prob, one.language),
                sure.get(i),
            )
            for i, one in enumerate(decoded)
        ]

    def _both_languages(self, window: NDArray[np.float32], guide: Guide) -> tuple[Word, ...]:
        """Return the words of a window in two languages; none where it is in one."""
        if len(window) < 2 * _LEAST_SWITCH_SECONDS * SAMPLE_RATE:
            return ()
        middle = quietest(window)
        cut = round(middle * SAMPLE_RATE)
        parts, decoder = [window[:cut], window[cut:]], self._decoder
        states = self._encode(parts)
        first, second = map(language_of_part, decoder.ranked_languages(states))
        if first is None or second is None or first == second:
            return ()
        decoded = decoder.decode(states, [first, second], [guide.names] * 2)
        before, after = decoder.word_times(states, decoded, parts)
        return (
            *(replace(word, language=first) for word in before),
            *(
                replace(word, start=middle + word.start, end=middle + word.end, language=second)
                for word in after
            ),
        )

    def _with_missed(
        self, window: NDArray[np.float32], words: tuple[Word, ...], language: str
    ) -> tuple[Word, ...]:
        """Add the words of speech that the decoder passed over, heard by itself."""
        if not self.guards.gaps:
            return words
        found = list(words)
        for start, end in missed_speech(window, words):
            low = max(0.0, start - _AROUND_SECONDS)
            part = window[round(low * SAMPLE_RATE) : round((end + _AROUND_SECONDS) * SAMPLE_RATE)]
            found += (
                replace(word, start=low + word.start, end=min(low + word.end, end))
                for word in self._heard_again(part, language)
                if start <= low + (word.start + word.end) / 2 <= end
            )
        return tuple(sorted(found, key=lambda word: word.start))

    def _heard_again(self, part: NDArray[np.float32], language: str) -> tuple[Word, ...]:
        states, decoder = self._encode([part]), self._decoder
        decoded = decoder.decode(states, [language], [()])
        if decoded[0].avg_logprob < _MIN_AGAIN_LOGPROB:
            return ()
        return decoder.word_times(states, decoded, [part])[0]

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
                states.append(_on_processor(self._model.encode(mel)))
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


def _on_processor(states: Any) -> NDArray[np.float32]:
    """Return what CTranslate2 computed, wherever that lies, as an array."""
    from ctranslate2 import Device

    here = states if states.device == CPU else states.to_device(Device.cpu)
    return np.array(here, dtype=np.float32)


def _is_whisper(resolved: ResolvedModel) -> bool:
    return (resolved.path / "model.bin").is_file()


def _load(resolved: ResolvedModel, device: str) -> WhisperEncoder:
    return WhisperEncoder.load(resolved, device=device)


register(EncoderKind("speech", "whisper", _load, _is_whisper), order=10)
register(EncoderKind("recogniser", "whisper", _load, _is_whisper), order=10)
