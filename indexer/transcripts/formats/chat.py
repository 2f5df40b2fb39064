"""Messages that Zoom or Teams save of a meeting: what people typed, not what they said.

Source: https://support.zoom.com/hc/en/article?id=zm_kb&sysparm_article=KB0067312. Lines are
`10:02:13 From Anna Reed to Everyone: words`, with the time of day, two spaces around the names or
tabs before the words, by the release. Their times are of the day, so none are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from indexer.base.types import Cue
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.notes import Notes
from indexer.transcripts.transcript import Transcript, untimed_transcript

_EXTENSIONS = (".txt", ".md")
_TIME_OF_DAY = r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\.?)?"
_TO = r"\s+to\s+(?P<to>[^:\t]{1,80}?)"
_FROM = r"[Ff]rom\s+(?P<name>[^:\t]{1,80}?)"
_HEADS = (
    re.compile(
        rf"\s*(?:\d{{4}}-\d{{2}}-\d{{2}}\s+)?{_TIME_OF_DAY}\s+{_FROM}(?:{_TO})?\s*:(?P<rest>.*)\Z"
    ),
    re.compile(rf"\s*{_FROM}{_TO}:?\s+{_TIME_OF_DAY}\s*:?(?P<rest>.*)\Z"),
)
_MIN_MESSAGES = 2


def sniff(text: str, extension: str) -> bool:
    """Recognise messages by who writes to whom; the first line is one."""
    if extension not in _EXTENSIONS:
        return False
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines or _head(lines[0]) is None:
        return False
    return sum(_head(line) is not None for line in lines) >= min(_MIN_MESSAGES, len(lines))


def parse(text: str, extension: str = ".txt", language: str = "en") -> Transcript:
    """Read the messages, each an untimed cue of who wrote it.

    Args:
        text: The file's text, which `sniff` recognised.
        extension: Not used.
        language: Not used; a message is a cue as it stands.

    Raises:
        TranscriptError: There are no words.
    """
    notes = Notes()
    notes.add("it holds messages that were typed in a meeting, not what was said")
    return untimed_transcript(_messages(text.split("\n")), "chat", notes=notes)


def _messages(lines: Sequence[str]) -> Iterator[Cue]:
    name, words = None, ""
    for line in lines:
        if head := _head(line):
            if words.strip():
                yield Cue(words, None, None, name)
            name, words = head["name"].strip(), head["rest"]
        else:
            words += f"\n{line}"
    if words.strip():
        yield Cue(words, None, None, name)


def _head(line: str) -> re.Match[str] | None:
    return next((match for head in _HEADS if (match := head.match(line))), None)


TRANSCRIPT_FORMATS.add("chat", TranscriptFormat(_EXTENSIONS, False, sniff, parse), order=880)
