"""IBM Watson Speech to Text: `results` whose words have `timestamps`, and `speaker_labels`.

Source: https://cloud.ibm.com/docs/speech-to-text?topic=speech-to-text-basic-response,
.../speech-to-text-metadata (`timestamps`) and .../speech-to-text-speaker-labels, where a label
belongs to the word that starts at its `from`. Results of a job stand in a list of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from indexer.base.types import Cue
from indexer.transcripts.fragments import joined
from indexer.transcripts.json_formats import JsonCues, JsonShape, add_json_format
from indexer.transcripts.json_segments import objects, seconds, speaker

# Where the speaker hesitates, which is no word.
_HESITATION = "%HESITATION"


def _answers(data: Any) -> list[dict[str, Any]]:
    """The objects with results, of which the answer to a job has one in a list."""
    inner = [each for each in objects(data, "results") if "results" in each]
    return inner or ([data] if isinstance(data, dict) else [])


def _best(result: dict[str, Any]) -> dict[str, Any]:
    return next(iter(objects(result, "alternatives")), {})


def _find(data: Any) -> list[dict[str, Any]]:
    """The results with timed words."""
    found = (result for answer in _answers(data) for result in objects(answer, "results"))
    return [result for result in found if isinstance(_best(result).get("timestamps"), list)]


def _read(data: Any, language: str) -> JsonCues:
    """Read the words of each final result, joined into the sentences of a speaker."""
    cues: list[Cue] = []
    for answer in _answers(data):
        labels = objects(answer, "speaker_labels")
        who = {seconds(label.get("from")): speaker(label.get("speaker")) for label in labels}
        for result in objects(answer, "results"):
            if result.get("final", True):
                cues.extend(joined(list(_words(result, who)), language))
    return JsonCues(cues)


def _words(result: dict[str, Any], who: dict[float | None, str | None]) -> Iterator[Cue]:
    timestamps = _best(result).get("timestamps")
    for word in timestamps if isinstance(timestamps, list) else ():
        if isinstance(word, list) and len(word) == 3 and word[0] != _HESITATION:
            start = seconds(word[1])
            yield Cue(str(word[0]), start, seconds(word[2]), who.get(start))


add_json_format(
    "watson-json",
    JsonShape((("results", "timestamps"),), _find, _read, (b'"timestamps"',)),
    order=51,
)
