"""Windows of any recordings encoded and recognised together: batches cost less than each alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.protocols import SAMPLE_RATE, BeginningsRecogniser, Guide, GuidedRecogniser

if TYPE_CHECKING:
    from hilbert.encoders.protocols import Recogniser, SpeechEncoder, WindowTranscript

BATCH_WINDOWS = 16

# Of a window, for a recogniser that cannot stop after the first words.
_BEGINNING_SAMPLES = 12 * SAMPLE_RATE

_ENGLISH = Guide()

T = TypeVar("T")
HeardWindow = tuple[NDArray[np.float32], "WindowTranscript | None"]
"""Audio tokens `[n, width]` of a window, and its transcript where one was wanted."""


@dataclass(frozen=True, eq=False)
class Request:
    """What is to be found out about a window.

    Attributes:
        samples: The window, 16 kHz mono float32, at most 30 s.
        encoder: Gives its audio tokens.
        recogniser: Gives its words; None where none are wanted.
        guide: What is known of it, for the recogniser.
        only_beginning: Whether the first words are enough.
        exact_tokens: Whether tokens that come with a transcript count only where the recogniser
            knows beginnings: another one may have been given a part of the window.
    """

    samples: NDArray[np.float32]
    encoder: SpeechEncoder
    recogniser: Recogniser | None = None
    guide: Guide = _ENGLISH
    only_beginning: bool = False
    exact_tokens: bool = False

    @property
    def gives_tokens(self) -> bool:
        """Whether the audio tokens come with the transcript."""
        encoder: object = self.encoder  # of another protocol, and maybe the same object
        return self.recogniser is encoder and (
            not self.exact_tokens or isinstance(encoder, BeginningsRecogniser)
        )


def in_batches(items: Iterable[T], is_window: Callable[[T], bool]) -> Iterator[list[T]]:
    """Split a stream into batches of at most `BATCH_WINDOWS` windows, in order.

    What is no window comes with the windows before it, and at once where there are none.
    """
    batch: list[T] = []
    windows = 0
    for item in items:
        batch.append(item)
        windows += is_window(item)
        if windows in (0, BATCH_WINDOWS):
            yield batch
            batch, windows = [], 0
    if batch:
        yield batch


def hear_windows(requests: Sequence[Request]) -> list[HeardWindow]:
    """Encode windows, and recognise the words of those that want it."""
    transcripts: dict[int, WindowTranscript] = {}
    of_one_kind: dict[object, list[int]] = defaultdict(list)
    for i, request in enumerate(requests):
        if request.recogniser is not None:
            guided = isinstance(request.recogniser, GuidedRecogniser)
            alike = "" if guided and not request.only_beginning else request.guide.language
            of_one_kind[id(request.recogniser), alike, request.only_beginning].append(i)
    for chosen in of_one_kind.values():
        heard = _transcribe([requests[i] for i in chosen])
        transcripts.update(zip(chosen, heard, strict=True))
    tokens = {i: t.tokens for i, t in transcripts.items() if requests[i].gives_tokens}
    rest: dict[int, list[int]] = defaultdict(list)
    for i, request in enumerate(requests):
        if i not in tokens:
            rest[id(request.encoder)].append(i)
    for chosen in rest.values():
        encoded = requests[chosen[0]].encoder.encode([requests[i].samples for i in chosen])
        tokens.update(zip(chosen, encoded, strict=True))
    return [(tokens[i], transcripts.get(i)) for i in range(len(requests))]


def _transcribe(requests: Sequence[Request]) -> list[WindowTranscript]:
    """Recognise windows that differ in nothing but their samples and, for some, what is known."""
    first = requests[0]
    assert first.recogniser is not None
    windows, language = [request.samples for request in requests], first.guide.language
    if not first.only_beginning:
        if isinstance(first.recogniser, GuidedRecogniser):
            return first.recogniser.transcribe_guided(windows, [r.guide for r in requests])
        return first.recogniser.transcribe(windows, language)
    if isinstance(first.recogniser, BeginningsRecogniser):
        return first.recogniser.transcribe_beginnings(windows, language)
    beginnings = [window[:_BEGINNING_SAMPLES] for window in windows]
    return first.recogniser.transcribe(beginnings, language)
