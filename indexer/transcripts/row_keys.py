"""What the keys and columns of transcripts mean: times and their units, words, who speaks.

Services and editors name them as they like (`startTime`, `Start (ms)`, `offsetMilliseconds`,
`Speaker Name`), so they are recognised by what they mean.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from indexer.base.timecode import read_caption_clock
from indexer.transcripts.json_segments import objects, seconds, speaker

log = logging.getLogger(__name__)

STARTS = (
    "start starttime begin begintime from timestart timebegin timeoffset tstart ts offset"
    " startoffset starttimestamp time timestamp"
)
ENDS = "end endtime to until stop timeend tend endts endoffset endtimestamp"
LENGTHS = "duration dur length"
WORDS = (
    "text body content transcript transcription sentence caption line utterance phrase segment"
    " display displaytext finalsentence punctuatedword word value lines"
)
NAMES = (
    "speakername speakerdisplayname speaker participant speakerdesignation speakerlabel speakerid"
    " speakertag spk username"
    " name"
)
_UNITS = {"milliseconds": 0.001, "millis": 0.001, "ms": 0.001, "inticks": 1e-7, "ticks": 1e-7}
_UNIT = re.compile(rf"({'|'.join(_UNITS)}|inseconds|seconds|secs?|s)\Z")
# Results of Azure's recogniser count in ticks of 100 ns and say so nowhere
# (https://learn.microsoft.com/azure/ai-services/speech-service/rest-speech-to-text-short).
_OF_AZURE, _TICK = "RecognitionStatus", 1e-7
# ISO 8601 of Azure: PT1M2.5S.
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
_FRACTION = re.compile(r"(\.\d{1,6})\d*")  # microseconds at most
_PERIOD = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")


def plain_key(key: str) -> str:
    """Return a key without marks and in lower case: `Start (ms)` is `startms`."""
    return re.sub(r"[\W_]+", "", key).lower()


def time_of(row: Mapping[str, Any], names: str) -> tuple[str, float | None]:
    """Find a time by the names that its key may have, in the order of these.

    Args:
        row: Values by key.
        names: Plain keys without units, such as `STARTS`.

    Returns:
        The key, and the time in seconds if its unit is known; `("", None)` where there is none.
    """
    wanted = names.split()
    found: dict[str, tuple[str, float]] = {}
    for key, value in row.items():
        stem, unit = _stem(plain_key(key), wanted)
        if stem in wanted:
            usual = _TICK if _OF_AZURE in row else 1.0
            read = _seconds(value, usual if unit is None else _UNITS.get(unit, 1.0))
            # A number with a unit of its own is surer than one without.
            if read is not None and (stem not in found or unit is not None):
                found[stem] = (key, read)
    given = [found[name] for name in wanted if name in found]
    # A time of the recording before a time of the day.
    since = (one for one in given if not is_dated(row[one[0]]))
    return next(since, given[0] if given else ("", None))


def is_dated(value: Any) -> bool:
    """Whether a time is a date with a time of the day, in ISO 8601."""
    return isinstance(value, str) and _DATED.match(value) is not None


def find_key(keys: Sequence[str], names: str) -> int | None:
    """Find the first of these names that a key has, with or without a unit; its index or None."""
    wanted = names.split()
    stems = [_stem(plain_key(key), wanted)[0] for key in keys]
    return next((stems.index(name) for name in wanted if name in stems), None)


def unit_of(key: str, names: str) -> float | None:
    """Read the unit that the key of a time names (`startMs`, `Start (s)`); in seconds, or None."""
    unit = _stem(plain_key(key), names.split())[1]
    return None if unit is None else _UNITS.get(unit, 1.0)


def text_of(row: Mapping[str, Any]) -> tuple[str, str | None]:
    """Find the words: their key and they themselves, `("", None)` where there are none."""
    texts = {plain_key(k): (k, words) for k, v in row.items() if (words := _words(v)) is not None}
    return next((texts[name] for name in WORDS.split() if name in texts), ("", None))


def speaker_of(row: Mapping[str, Any]) -> str | None:
    """Find who speaks; `name` alone is not who speaks."""
    given = {plain_key(key): value for key, value in row.items()}
    for name in NAMES.split()[:-1]:
        if (found := speaker(given.get(name))) is not None:
            return found
    if isinstance(sender := given.get("from"), dict):  # of a message
        return speaker(sender)
    users = objects(given.get("users"))
    return speaker_of(users[0]) if users else None


def _of_day(value: str) -> float | None:
    """Return seconds since 1970 of a date and time of ISO 8601; of UTC where it names no zone."""
    try:
        when = datetime.fromisoformat(_FRACTION.sub(r"\1", value))
    except ValueError:
        log.debug("no such time: %s", value, exc_info=True)
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def _stem(plain: str, wanted: list[str]) -> tuple[str, str | None]:
    unit = None if plain in wanted else _UNIT.search(plain)
    return (plain[: unit.start()], unit[1]) if unit else (plain, None)


def _words(value: Any) -> str | None:
    """Return a text, also one that is given as a list of its lines; None for anything else."""
    if isinstance(value, list) and value and all(isinstance(line, str) for line in value):
        return "\n".join(value)
    return value if isinstance(value, str) else None


def _seconds(value: Any, scale: float) -> float | None:
    if isinstance(value, dict):  # beside the time of day
        value = value.get("relative")
    if isinstance(value, str):
        if is_dated(value):
            return _of_day(value)
        if ":" in value:
            return read_caption_clock(value.strip())
        period = _PERIOD.fullmatch(value)
        if period and value != "PT":
            hours, minutes, rest = (float(part or 0) for part in period.groups())
            return hours * 3600 + minutes * 60 + rest
    return seconds(value, scale)
