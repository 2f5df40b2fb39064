"""Encoder states of Whisper to words: prompts, retries, languages and word times."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hilbert.encoders.decoding_guards import Guards, is_looping, loop_place
from hilbert.encoders.protocols import SAMPLE_RATE, Guide, Word
from hilbert.stage_times import StageTimes

States = NDArray[np.float32]

# Whisper's own thresholds for a decoding that failed (Radford et al. 2022, section 4.5).
_MIN_AVG_LOGPROB = -1.0
_MAX_NO_SPEECH_PROB = 0.6
# Of an improbable text: fewer words than a slow speaker says are invented for a noise.
_MIN_WORDS_A_SECOND = 1.0
_MIN_WORDS = 5
# Aligning computes the probabilities of the whole vocabulary at each token: some 40 MB a window.
_ALIGNED_TOGETHER = 4
# Languages that much of what Whisper learned from is in: a rough choice by hand, which decides only
# how sure of another one it must be. Noise over speech is taken for one: German for Welsh (0.7).
_WELL_KNOWN = frozenset(
    "en zh de es ru fr pt ko ja tr pl it nl sv ca id fi ar uk vi he el".split()  # noqa: SIM905
)
# A language that is surer than this is believed of a single window, one of the others than that.
_SURE, _SURE_OTHER = 0.6, 0.9
# Half of a window is believed in another language than the other half where it is as sure as this,
# and as many times surer than of the next language.
_SURE_PART, _PART_LEAD = 0.4, 2.0
# The language that is expected counts as so many times as probable where the sound leaves doubt,
# and one that is not well known as a part of that.
_EXPECTED, _OTHER = 3.0, 0.25
# A second language that is this probable may be that of a part of the window.
_SECOND_LANGUAGE = 0.1
# Of names before a window: more cost time, and what comes last counts most.
_MAX_NAME_TOKENS = 64
# With names, a window that may hold no speech is heard without them: they are said in silence.
_MAX_PROMPTED_NO_SPEECH_PROB = 0.3


# Ends of sentences of scripts without spaces, and a pause between phrases of these.
_FULL_STOPS = ("。", "！", "？", "｡", "!", "?")
_PHRASE_PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class Decoded:
    """What was decoded of a window.

    Attributes:
        ids: Tokens of the text.
        text: The text.
        avg_logprob: Mean log-probability of the tokens, the end token included.
        no_speech_prob: Probability that the window holds no speech.
        language: ISO 639-1 code of what it was decoded as.
    """

    ids: list[int]
    text: str
    avg_logprob: float
    no_speech_prob: float
    language: str = "en"

    @property
    def looping(self) -> bool:
        """Whether the decoder repeats itself."""
        return is_looping(self.text)

    def credible(self, seconds: float, guards: Guards) -> bool:
        """Return whether somebody may have said this in so many seconds."""
        if not any(c.isalnum() for c in self.text):
            return False
        if guards.loops and self.looping:
            return False
        if not guards.silence or self.avg_logprob >= _MIN_AVG_LOGPROB:
            return True
        least = max(_MIN_WORDS, _MIN_WORDS_A_SECOND * seconds)
        has_spaces = len(self.text.split()) > 1 or len(self.text) < _MIN_WORDS
        few = has_spaces and len(self.text.split()) < least
        return self.no_speech_prob <= _MAX_NO_SPEECH_PROB and not few


class Decoder:
    """Decodes encoded windows with one Whisper model.

    Args:
        model: faster-whisper's.
        multilingual: Whether it knows other languages than English.
        suppressed: Tokens that are no text.
        times: Counts the time.
        guards: Which faults are looked for.
    """

    def __init__(
        self,
        model: Any,
        multilingual: bool,
        suppressed: list[int],
        times: StageTimes,
        guards: Guards,
    ) -> None:
        self._model, self._multilingual = model, multilingual
        self._suppressed, self._times, self._guards = suppressed, times, guards
        self._tokenizers: dict[str, Any] = {}

    def _tokenizer(self, language: str) -> Any:
        if language not in self._tokenizers:
            self._tokenizers[language] = whisper_tokenizer(
                self._model, self._multilingual, language
            )
        return self._tokenizers[language]

    def ranked_languages(self, states: States) -> list[list[tuple[str, float]]]:
        """Return of each window the languages with their probabilities, the likeliest first."""
        with self._times.measure("languages"):
            found = self._model.model.detect_language(to_storage(states))
        return [[(token[2:-2], probability) for token, probability in each] for each in found]

    def decode(
        self,
        states: States,
        languages: Sequence[str],
        names: Sequence[tuple[str, ...]],
        most_tokens: int | None = None,
    ) -> list[Decoded]:
        """Decode windows greedily; one that loops or is improbable again with a beam.

        Args:
            states: Encoder states, `[n, 1500, width]`.
            languages: Of each window.
            names: That may come up in each.
            most_tokens: Only so many tokens from the beginning.
        """
        decoded: list[Decoded] = [Decoded([], "", 0.0, 0.0)] * len(states)
        groups: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
        for i, key in enumerate(zip(languages, names, strict=True)):
            groups[key].append(i)
        for (language, of_group), chosen in groups.items():
            found = self._decode_alike(states[chosen], language, of_group, most_tokens)
            for i, one in zip(chosen, found, strict=True):
                decoded[i] = one
        return decoded

    def _decode_alike(
        self, states: States, language: str, names: tuple[str, ...], most_tokens: int | None
    ) -> list[Decoded]:
        prompt = self._name_tokens(language, names)
        decoded = self._generate(states, language, prompt, most_tokens)
        if prompt:
            doubted = [i for i, one in enumerate(decoded) if _is_misled(one, names)]
            self._redo(states, decoded, doubted, language, most_tokens)
        if not self._guards.loops:
            return decoded
        retry = [i for i, d in enumerate(decoded) if d.looping or d.avg_logprob < _MIN_AVG_LOGPROB]
        if retry:
            again = self._generate(
                states[retry], language, [], most_tokens, beam_size=5, no_repeat_ngram=4
            )
            for i, second in zip(retry, again, strict=True):
                if decoded[i].looping or second.avg_logprob > decoded[i].avg_logprob:
                    decoded[i] = second
        return [self._without_loop(one) for one in decoded]

    def _redo(
        self,
        states: States,
        decoded: list[Decoded],
        chosen: list[int],
        language: str,
        most_tokens: int | None,
    ) -> None:
        if chosen:
            again = self._generate(states[chosen], language, [], most_tokens)
            for i, second in zip(chosen, again, strict=True):
                decoded[i] = second

    def _without_loop(self, one: Decoded) -> Decoded:
        """Cut what still repeats itself behind its second round."""
        place = loop_place(one.text)
        if place is None:
            return one
        tokenizer = self._tokenizer(one.language)
        kept = len(one.ids)
        while kept and len(tokenizer.decode(one.ids[:kept])) > place:
            kept -= 1
        ids = one.ids[:kept]
        return Decoded(
            ids, tokenizer.decode(ids), one.avg_logprob, one.no_speech_prob, one.language
        )

    def _name_tokens(self, language: str, names: tuple[str, ...]) -> list[int]:
        """Return the prompt of some names: as many as there is room for."""
        tokenizer = self._tokenizer(language)
        ids: list[int] = []
        for name in names:
            more = tokenizer.encode((" " if not ids else ", ") + name)
            if len(ids) + len(more) > _MAX_NAME_TOKENS:
                break
            ids += more
        return [tokenizer.sot_prev, *ids, *tokenizer.encode(".")] if ids else []

    def _generate(
        self,
        states: States,
        language: str,
        prompt: list[int],
        most_tokens: int | None,
        beam_size: int = 1,
        no_repeat_ngram: int = 0,
    ) -> list[Decoded]:
        tokenizer = self._tokenizer(language)
        whole = [*prompt, *tokenizer.sot_sequence, tokenizer.no_timestamps]
        max_length = self._model.max_length
        if most_tokens is not None:
            max_length = 2 * most_tokens  # CTranslate2 keeps half of it for a prompt
        with self._times.measure("recognition"):
            results = self._model.model.generate(
                to_storage(states),
                [whole] * len(states),
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
            text = tokenizer.decode(ids)
            decoded.append(Decoded(ids, text, avg_logprob, result.no_speech_prob, language))
        return decoded

    def word_times(
        self, states: States, decoded: Sequence[Decoded], windows: Sequence[NDArray[np.float32]]
    ) -> list[tuple[Word, ...]]:
        """Return the words of each window with their times; none where it is not credible."""
        words: list[tuple[Word, ...]] = [() for _ in decoded]
        by_language: dict[str, list[int]] = defaultdict(list)
        for i, (one, window) in enumerate(zip(decoded, windows, strict=True)):
            if one.credible(len(window) / SAMPLE_RATE, self._guards):
                by_language[one.language].append(i)
        for language, credible in by_language.items():
            for first in range(0, len(credible), _ALIGNED_TOGETHER):
                kept = credible[first : first + _ALIGNED_TOGETHER]
                with self._times.measure("word times"):
                    alignments = self._model.find_alignment(
                        self._tokenizer(language),
                        [decoded[i].ids for i in kept],
                        to_storage(states[kept]),
                        [len(windows[i]) // 160 for i in kept],
                    )
                for i, alignment in zip(kept, alignments, strict=True):
                    words[i] = tuple(_merge_punctuation(alignment))
        return words


def whisper_tokenizer(model: Any, multilingual: bool, language: str) -> Any:
    """Return the tokenizer of a language."""
    from faster_whisper.tokenizer import Tokenizer

    return Tokenizer(model.hf_tokenizer, multilingual, task="transcribe", language=language)


def chosen_languages(
    guides: Sequence[Guide], ranked: Mapping[int, Sequence[tuple[str, float]]]
) -> list[str]:
    """Return the language of each window.

    Args:
        guides: Of the windows.
        ranked: Number of a window to its languages with their probabilities, the likeliest first.
            Where a window leaves doubt, all of its recording say, and what is expected of it.
    """
    sums: dict[Guide, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for i, languages in ranked.items():
        for code, probability in languages:
            sums[guides[i]][code] += probability
    chosen = [guide.language for guide in guides]
    for i, languages in ranked.items():
        code, probability = languages[0]
        of_guide = sums[guides[i]]
        expected = guides[i].language
        if not _is_sure(code, probability, expected):
            code = max(of_guide, key=lambda c: of_guide[c] * _weight(c, expected))
        chosen[i] = code
    return chosen


def _is_sure(code: str, probability: float, expected: str) -> bool:
    known = code in _WELL_KNOWN or code == expected
    return probability >= (_SURE if known else _SURE_OTHER)


def _weight(code: str, expected: str) -> float:
    if code == expected:
        return _EXPECTED
    return 1.0 if code in _WELL_KNOWN else _OTHER


def language_of_part(languages: Sequence[tuple[str, float]]) -> str | None:
    """Return the language of half a window; None where that is in doubt."""
    (code, probability), (_, second) = languages[:2]
    least = _SURE_PART if code in _WELL_KNOWN else _SURE_OTHER
    sure = probability >= least and probability >= _PART_LEAD * second
    return code if sure else None


def may_switch(languages: Sequence[tuple[str, float]]) -> bool:
    """Return whether a window may hold two languages, by their probabilities."""
    return len(languages) > 1 and languages[1][1] >= _SECOND_LANGUAGE


def _is_misled(one: Decoded, names: tuple[str, ...]) -> bool:
    """Return whether the names before a window may have been taken for what is said in it."""
    if one.no_speech_prob > _MAX_PROMPTED_NO_SPEECH_PROB or one.avg_logprob < _MIN_AVG_LOGPROB:
        return True
    text, prompt = _plain(one.text), _plain(" ".join(names))
    begun = " ".join(text.split()[:3])
    repeated = any(_plain(f"{a} {b}") in text for a, b in pairwise(names))
    return repeated or one.looping or (len(begun.split()) == 3 and begun in prompt)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def to_storage(states: States) -> Any:
    """Return encoder states as CTranslate2 takes them."""
    import ctranslate2

    return ctranslate2.StorageView.from_array(np.ascontiguousarray(states))


def _merge_punctuation(alignment: list[dict[str, Any]]) -> Iterator[Word]:
    """Yield words with their punctuation: a token without a leading space joins the last.

    What is written without spaces (Chinese, Japanese) comes letter by letter: it is cut at the ends
    of sentences and at pauses, so that these are known, and joined within, so that it reads right.
    """
    pieces: list[dict[str, Any]] = []
    for piece in alignment:
        if pieces and (piece["word"].startswith(" ") or _begins_phrase(pieces[-1], piece)):
            yield from _word(pieces)
            pieces = []
        pieces.append(piece)
    yield from _word(pieces)


def _begins_phrase(before: dict[str, Any], piece: dict[str, Any]) -> bool:
    """Return whether a letter of a script without spaces begins a sentence, or follows a pause."""
    first = piece["word"][:1]
    if unicodedata.category(first or " ") != "Lo":
        return False
    pause = float(piece["start"]) - float(before["end"])
    return before["word"].endswith(_FULL_STOPS) or pause >= _PHRASE_PAUSE_SECONDS


def _word(pieces: list[dict[str, Any]]) -> Iterator[Word]:
    text = "".join(piece["word"] for piece in pieces).strip()
    if not text:
        return
    spoken = [p for p in pieces if any(c.isalnum() for c in p["word"])] or pieces
    ends = [float(p["end"]) for p in spoken]
    probability = float(np.mean([p["probability"] for p in spoken]))
    yield Word(text, float(pieces[0]["start"]), ends[-1], min(1.0, max(0.0, probability)))
