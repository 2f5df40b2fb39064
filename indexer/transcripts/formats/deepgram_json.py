"""Deepgram: `results.utterances`, or the words of `results.channels`.

Source: https://developers.deepgram.com/docs/utterances and
https://developers.deepgram.com/reference/speech-to-text/listen-pre-recorded
"""

from __future__ import annotations

from typing import Any

from indexer.base.types import Cue
from indexer.transcripts.fragments import joined
from indexer.transcripts.json_formats import JsonCues, JsonShape, add_json_format
from indexer.transcripts.json_segments import closed, language_of, objects, seconds, speaker


def _results(data: Any) -> dict[str, Any]:
    results = data.get("results") if isinstance(data, dict) else None
    return results if isinstance(results, dict) else {}


def _word(word: dict[str, Any], channel: str | None) -> Cue:
    said = word.get("punctuated_word", word.get("word", ""))
    name = speaker(word.get("speaker"))
    if channel is not None:
        # Speakers are numbered anew in each channel.
        name = f"{channel}-{name}" if name not in (None, "0") else channel
    return Cue(str(said), seconds(word.get("start")), seconds(word.get("end")), name)


def _utterance(utterance: dict[str, Any]) -> Cue:
    return Cue(
        str(utterance.get("transcript", "")),
        seconds(utterance.get("start")),
        seconds(utterance.get("end")),
        speaker(utterance.get("speaker", utterance.get("channel"))),
    )


def _find(data: Any) -> object:
    return objects(_results(data), "channels")


def _read(data: Any, language: str) -> JsonCues:
    """Read the words of each channel, joined into the sentences of a speaker.

    Several channels are several speakers, where no speaker is named.
    """
    results = _results(data)
    channels = objects(results, "channels")
    named = language_of(*(channel.get("detected_language") for channel in channels))
    cues: list[Cue] = []
    for number, channel in enumerate(channels):
        best = next(iter(objects(channel, "alternatives")), {})
        name = str(number) if len(channels) > 1 else None
        words = [_word(word, name) for word in objects(best, "words")]
        cues.extend(joined(words, named or language))
    if not cues:
        cues = [_utterance(utterance) for utterance in objects(results, "utterances")]
    return JsonCues(closed(cues), named)


add_json_format(
    "deepgram-json",
    JsonShape((("channels", "alternatives"),), _find, _read, (b'"channels"',)),
    order=51,
)
