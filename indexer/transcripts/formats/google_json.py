"""Google Speech-to-Text: `results` of `alternatives` of `words`, with times such as "1.200s".

Source: https://cloud.google.com/speech-to-text/docs/reference/rest/v1/speech/recognize and, for
version 2 (`startOffset`, `speakerLabel`), .../docs/reference/rest/v2/. With speakers told apart,
the last result holds all words of the others once more, with a `speakerTag`
(https://cloud.google.com/speech-to-text/docs/multiple-voices).
"""

from __future__ import annotations

import re
from typing import Any

from indexer.base.types import Cue
from indexer.transcripts.fragments import by_time, joined
from indexer.transcripts.json_formats import JsonCues, JsonShape, add_json_format
from indexer.transcripts.json_segments import closed, language_of, objects, seconds, speaker


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
            known = [a for r in found for a in objects(r, "alternatives") if "timestamps" not in a]
            return found if any("transcript" in a or "words" in a for a in known) else []
    return []


def _value(given: dict[str, Any], *keys: str, missing: Any = None) -> Any:
    """Return the value of the first key, also as Google's Python client writes it: `start_time`."""
    for key in keys:
        for written in (key, re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", key)):
            if written in given:
                return given[written]
    return missing


def _seconds(value: Any) -> float | None:
    """Read `"1.200s"`, or the message behind it: `{"seconds": 1, "nanos": 200000000}`."""
    if isinstance(value, dict):
        whole, nanos = seconds(value.get("seconds", 0)), seconds(value.get("nanos", 0), 1e-9)
        return None if whole is None or nanos is None else whole + nanos
    return seconds(value)


def _best(result: dict[str, Any]) -> dict[str, Any]:
    return next(iter(objects(result, "alternatives")), {})


def _channel(result: dict[str, Any]) -> str | None:
    return speaker(_value(result, "channelTag") or None)


def _words(result: dict[str, Any]) -> list[Cue]:
    return [
        Cue(
            str(word.get("word", "")).split("|")[0],
            # A time of zero is left out of such JSON.
            _seconds(_value(word, "startTime", "startOffset", missing="0s")),
            _seconds(_value(word, "endTime", "endOffset")),
            speaker(_value(word, "speakerLabel", "speakerTag") or None) or _channel(result),
        )
        for word in objects(_best(result), "words")
    ]


def _ended(result: dict[str, Any]) -> float | None:
    return _seconds(_value(result, "resultEndTime", "resultEndOffset"))


def _read(data: Any, language: str) -> JsonCues:
    """Read the words, joined into the sentences of a speaker; each is said once.

    A result without words of its own has the time up to its `resultEndTime`; there are no times
    where no result has that either, which is the service's default.
    """
    results = _results(data)
    named = language_of(*(_value(result, "languageCode") for result in results))
    tagged = [_words(result) for result in results]
    whole = tagged[-1] if tagged else []
    if len(tagged) > 1 and whole and all(word.speaker for word in whole):
        others = sum(len(words) for words in tagged[:-1])
        if len(whole) >= others and not any(w.speaker for ws in tagged[:-1] for w in ws):
            return JsonCues(joined(by_time(whole), named or language), named)
    cues: list[Cue] = []
    if not any(tagged) and all(_ended(result) is None for result in results):
        texts = [str(_best(result).get("transcript", "")).strip() for result in results]
        plain = [Cue(text, None, None, _channel(r)) for text, r in zip(texts, results, strict=True)]
        return JsonCues(plain, named, timed=False)
    before: float | None = 0.0
    for result, words in zip(results, tagged, strict=True):
        ended = _ended(result)
        if words:
            cues.extend(joined(words, named or language))
        elif said := str(_best(result).get("transcript", "")).strip():
            cues.append(Cue(said, before, ended, _channel(result)))
        before = ended if ended is not None else (cues[-1].end if cues else before)
    return JsonCues(closed(cues), named)


add_json_format(
    "google-json",
    JsonShape((("results", "alternatives"),), _results, _read, (b'"alternatives"',)),
    order=52,
)
