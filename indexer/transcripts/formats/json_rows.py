"""Any other JSON that lists what was said when: Vosk, Rev AI, Azure, Premiere, Fireflies and so on.

Services name their keys as they like, but a transcript has a list whose members have a start, an
end, a duration or a speaker, and words. Keys are recognised by what they mean (`startTime`,
`start_time`, `offsetMilliseconds`), times by their unit; what is read so is named in a warning. A
file without such a list is no transcript.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from indexer.base.types import Cue
from indexer.transcripts.durations import in_seconds
from indexer.transcripts.formats.whisper_json import is_whisper
from indexer.transcripts.fragments import as_written, by_time, joined
from indexer.transcripts.json_formats import JsonCues, JsonShape, add_json_format
from indexer.transcripts.json_segments import closed, language_of, objects
from indexer.transcripts.notes import Notes
from indexer.transcripts.row_keys import (
    ENDS,
    LENGTHS,
    STARTS,
    is_dated,
    plain_key,
    speaker_of,
    text_of,
    time_of,
)

# Lists of alternatives begin with the best one.
_BEST = ("alternatives", "nbest")
_DEEPEST = 8
# Words of one piece, with times where the piece has none: Vosk, Yandex.
_WORDS = ("words", "result")
# Whatever lies in such a list is said, also where only starts are known.
_LISTS_OF_SPEECH = ("cues", "captions", "subtitles", "transcript", "sentences")
_LISTS_OF_NAMES = ("speakers", "participants", "users")
_MIN_SHARE = 0.8
_MAX_SECONDS = 1e6
_MIN_LETTERS = 2
_DATED = 5e8  # seconds since 1970, of which no recording has so many


@dataclass
class _Rows:
    """Members of the lists that stand at one place of the file, such as `monologues/elements`."""

    cues: list[Cue] = field(default_factory=list)
    closings: int = 0  # rows with an end, a length or a speaker
    keys: set[str] = field(default_factory=set)
    dated: bool = False  # times of the day
    placed: bool = False  # lists of a start, an end and words

    @property
    def letters(self) -> int:
        """How much is said."""
        return sum(sum(map(str.isalnum, cue.text)) for cue in self.cues)


def _find(data: Any) -> _Rows | None:
    """The list that holds the transcript: all the words, in the longest pieces."""
    if is_whisper(data):
        return None
    found: dict[str, _Rows] = {}
    names = _names(data)
    for place, row, owner in _walk(data, "", None, _DEEPEST):
        _add(found.setdefault(place, _Rows()), row, owner, names)
    for place, rows in found.items():
        if place.rpartition("/")[2].lower() in _LISTS_OF_SPEECH:
            rows.closings = sum(cue.start is not None for cue in rows.cues)
    known = [rows for rows in found.values() if _is_spoken(rows)]
    if not known:
        return None
    most = max(rows.letters for rows in known)
    return min((r for r in known if r.letters >= 0.95 * most), key=lambda rows: len(rows.cues))


class _Placed(dict[str, Any]):
    """A row whose members had their places, not keys."""


def _read(data: Any, language: str) -> JsonCues:
    """Read the list; words are joined into the sentences of a speaker."""
    rows = _find(data)
    assert rows is not None
    notes = Notes()
    start, words = sorted(rows.keys)[:1], sorted(rows.keys)[1:2]
    known = [repr(re.sub(r"^\d", "", key)) for key in (*start, *words)]
    how = "as lists of times and words" if rows.placed else f"by its keys {' and '.join(known)}"
    notes.add(f"JSON of an unknown kind, read {how}")
    named = _language(data)
    cues = by_time(in_seconds(_from_first(rows.cues, notes) if rows.dated else rows.cues))
    if sum(len(cue.text.split()) for cue in cues) < 2 * len(cues):
        cues = list(joined(closed(_as_written(cues, data)), named or language))
    return JsonCues(closed(cues), named, notes)


def _from_first(cues: list[Cue], notes: Notes) -> list[Cue]:
    """Cues whose times are dates, counted from the first of them."""
    starts = [cue.start for cue in cues if cue.start is not None]
    if not starts or min(starts) < _DATED:
        return cues  # of the recording
    first = min(starts)
    notes.add("its times are those of the day; counted from the first words")

    def since(time: float | None) -> float | None:
        return None if time is None else round(max(0.0, time - first), 6)

    return [replace(cue, start=since(cue.start), end=since(cue.end)) for cue in cues]


def _as_written(words: list[Cue], data: Any) -> list[Cue]:
    """Words as the whole text beside them has them, with its punctuation."""
    texts = (data.get(key) for key in ("text", "transcript")) if isinstance(data, dict) else ()
    whole = next((text for text in texts if isinstance(text, str)), None)
    return as_written(words, whole) if whole else words


def _walk(
    value: Any, place: str, owner: str | None, depth: int
) -> Iterator[tuple[str, dict[str, Any], str | None]]:
    """Yield the objects of all lists: the keys that lead there, the object, the speaker around."""
    if depth == 0:
        return
    if isinstance(value, list):
        for row in value:
            if isinstance(row, list):
                row = _by_place(row)
            if isinstance(row, dict):
                yield place, row, owner
            yield from _walk(row, place, owner, depth - 1)
    elif isinstance(value, dict):
        owner = speaker_of(value) or owner
        for key, inner in value.items():
            if plain_key(key) not in _BEST:
                yield from _walk(inner, f"{place}/{key}", owner, depth - 1)


def _by_place(row: list[Any]) -> Any:
    """Name the members of `[0.0, 2.5, "words"]`, as programs write what they hold; else the row."""
    numbers = [each for each in row if type(each) in (int, float)]
    words = [each for each in row if isinstance(each, str)]
    if len(numbers) == 2 and len(words) == 1 and len(row) == 3:
        return _Placed(start=min(numbers), end=max(numbers), text=words[0])
    return row


def _add(rows: _Rows, row: dict[str, Any], owner: str | None, names: dict[str, str]) -> None:
    """Add what one object says."""
    rows.placed = rows.placed or isinstance(row, _Placed)
    # Azure's Video Indexer says when a line is shown in a list of its own.
    shown = next(iter(objects(row, "instances")), {})
    best = next((b for key in row if plain_key(key) in _BEST for b in objects(row, key)[:1]), {})
    timed = row if time_of(row, STARTS)[1] is not None else shown
    inner_words = next(filter(None, (objects(o, k) for o in (row, best) for k in _WORDS)), [])
    start_key, start = time_of(timed, STARTS)
    end_key, end = time_of(timed, ENDS)
    if start_key and is_dated(timed[start_key]):
        rows.dated = True
    elif end_key and is_dated(timed[end_key]):
        end = None  # beside a time of the recording
    if start is None and end is None and inner_words:
        start_key, start = time_of(inner_words[0], STARTS)
        _, end = time_of(inner_words[-1], ENDS)
    _, length = time_of(row, LENGTHS)
    words_key, words = text_of(row)
    if words is None:
        words_key, words = text_of(best)
    if words is None and (lines := objects(row, "content")):
        words, words_key = "\n".join(text_of(line)[1] or "" for line in lines).strip(), "content"
    if words is None:
        inner = [text_of(word)[1] for word in objects(row, "words")]
        words, words_key = " ".join(filter(None, inner)) or None, "words"
    if words is None:
        return
    name = speaker_of(row) or speaker_of(best) or owner
    if end is None and start is not None and length is not None:
        end = start + length
    if start is not None:
        rows.keys = rows.keys or {f"0{start_key}", f"1{words_key}"}
        rows.closings += end is not None or name is not None
    elif not re.fullmatch(r"\W*", words):
        start_key = ""
    rows.cues.append(Cue(words, start, end, names.get(name, name) if name else None))


def _is_spoken(rows: _Rows) -> bool:
    """Whether rows are what was said: with times that run forward and are those of a recording."""
    spoken = [cue for cue in rows.cues if re.search(r"\w", cue.text)]
    starts = [cue.start for cue in spoken if cue.start is not None]
    if not starts or len(starts) < _MIN_SHARE * len(spoken):
        return False
    # The outline of a drawing has two numbers and a letter in each row.
    if rows.placed and sum(len(cue.text) for cue in spoken) < _MIN_LETTERS * len(spoken):
        return False
    if rows.closings < _MIN_SHARE * len(starts):
        return False
    forward = sum(earlier <= later for earlier, later in pairwise(starts))
    return forward >= _MIN_SHARE * (len(starts) - 1) and (
        rows.dated or max(starts) < 1000 * _MAX_SECONDS
    )


def _names(data: Any) -> dict[str, str]:
    """Names of speakers by their ids, where a list has both."""
    return {
        str(row["id"]): str(row["name"])
        for place, row, _ in _walk(data, "", None, _DEEPEST)
        if place.rpartition("/")[2] in _LISTS_OF_NAMES and row.get("name") and "id" in row
    }


def _language(data: Any) -> str | None:
    if not isinstance(data, dict):
        return None
    return language_of(*(data.get(key) for key in ("language", "language_code", "lang", "locale")))


# Before text alone, which such files have as well, and Whisper's, which takes what is left.
add_json_format(
    "json-rows",
    JsonShape(
        ((),),
        _find,
        _read,
        (b'"speaker', b'"start', b'"begin', b'"offset', b'"time', b'"Start', b"[["),
    ),
    order=690,
)
