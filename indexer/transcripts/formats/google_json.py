"""Google Speech-to-Text: `results` of `alternatives` of `words`, with times such as "1.200s".

Source: https://cloud.google.com/speech-to-text/docs/reference/rest/v1/speech/recognize and, for
version 2 (`startOffset`, `speakerLabel`), .../docs/reference/rest/v2/. With speakers told apart,
the last result holds all words of the others once more, with a `speakerTag`
(https://cloud.google.com/speech-to-text/docs/multiple-voices).
"""

from __future__ import annotations

from typing import Any

from indexer.base.types import Cue
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.fragments import by_time, joined
from indexer.transcripts.json_segments import (
    closed,
    language_of,
    objects,
    peek_json,
    read_json,
    seconds,
    speaker,
)
from indexer.transcripts.transcript import Transcript, timed_transcript


def sniff(text: str, extension: str) -> bool:
    """Recognise JSON by results with alternatives."""
    return bool(_results(peek_json(text, extension, "results", "alternatives")))


def parse(text: str, extension: str = ".json", language: str = "en") -> Transcript:
    """Read the words, joined into the sentences of a speaker; each is said once.

    A result without words of its own has the time up to its `resultEndTime`.

    Args:
        text: The file's text, which `sniff` recognised.
        extension: Not used.
        language: ISO 639 code to split sentences by where the file names none.

    Raises:
        TranscriptError: There are no words.
    """
    results = _results(read_json(text))
    named = language_of(*(result.get("languageCode") for result in results))
    tagged = [_words(result) for result in results]
    whole = tagged[-1] if tagged else []
    if len(tagged) > 1 and whole and all(word.speaker for word in whole):
        others = sum(len(words) for words in tagged[:-1])
        if len(whole) >= others and not any(w.speaker for ws in tagged[:-1] for w in ws):
            return timed_transcript(joined(by_time(whole), named or language), "google-json", named)
    cues: list[Cue] = []
    before: float | None = 0.0
    for result, words in zip(results, tagged, strict=True):
        ended = result.get("resultEndTime", result.get("resultEndOffset"))
        if words:
            cues.extend(joined(words, named or language))
        elif said := str(_best(result).get("transcript", "")).strip():
            cues.append(Cue(said, before, seconds(ended), _channel(result)))
        before = seconds(ended) if ended is not None else (cues[-1].end if cues else before)
    return timed_transcript(closed(cues), "google-json", named)


def _results(data: Any) -> list[dict[str, Any]]:
    # A long recording's answer stands in the response of its operation, or in one for each file.
    for _ in range(3):
        if not isinstance(data, dict):
            return []
        results = data.get("results")
        if isinstance(results, dict) and len(results) == 1:
            (data,) = results.values()
        elif results is None:
            data = data.get("response", data.get("transcript"))
        else:
            found = objects(data, "results")
            return found if any(objects(result, "alternatives") for result in found) else []
    return []


def _best(result: dict[str, Any]) -> dict[str, Any]:
    return next(iter(objects(result, "alternatives")), {})


def _channel(result: dict[str, Any]) -> str | None:
    return speaker(result.get("channelTag") or None)


def _words(result: dict[str, Any]) -> list[Cue]:
    return [
        Cue(
            str(word.get("word", "")).split("|")[0],
            # A time of zero is left out of such JSON.
            seconds(word.get("startTime", word.get("startOffset", "0s"))),
            seconds(word.get("endTime", word.get("endOffset"))),
            speaker(word.get("speakerLabel") or word.get("speakerTag") or None) or _channel(result),
        )
        for word in objects(_best(result), "words")
    ]


TRANSCRIPT_FORMATS.add(
    "google-json",
    TranscriptFormat((".json",), True, sniff, parse, (b'"alternatives"',)),
    order=52,
)
