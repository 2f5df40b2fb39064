"""WebVTT, through `webvtt-py`: blocks and voices; the text without tags and entities."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from indexer.base.types import Cue
from indexer.transcripts.captions import canonical_timings, seconds_of, with_speakers
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.markup import without_tags
from indexer.transcripts.transcript import Transcript, TranscriptError, timed_transcript

_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]+([^<>]+)>")
_VOICE_END = "</v>"
# A time inside a line marks captions that are painted word by word and then scroll up.
_ROLLING = re.compile(r"<\d\d:\d\d:\d\d\.\d{3}><c")
_LANGUAGE = re.compile(r"Language:\s*([A-Za-z]{2,3})\b")


def sniff(text: str, extension: str) -> bool:
    """Recognise WebVTT by its first word, whatever the file is called."""
    return text.startswith("WEBVTT") or extension == ".vtt"


def parse(text: str, extension: str = ".vtt", language: str = "en") -> Transcript:
    """Read WebVTT; a cue with several voices becomes a cue a voice, all with its times.

    Args:
        text: The file's text.
        extension: Not used.
        language: Not used; a `Language:` line of the header becomes the transcript's.

    Raises:
        TranscriptError: The `WEBVTT` header is missing, a time is unreadable, or there is no text.
    """
    import webvtt
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    if not text.startswith("WEBVTT"):
        raise TranscriptError(
            "line 1: it does not begin with WEBVTT; add that line, or name the file .srt or .txt"
        )
    try:
        captions = webvtt.WebVTT.from_string(canonical_timings(text))
    except (MalformedFileError, MalformedCaptionError) as error:
        raise TranscriptError(f"it is not WebVTT ({error}); export it again") from error
    pieces = [(c.start, c.end, c.lines) for c in captions.captions]
    if _ROLLING.search(text):
        pieces = list(_unrolled(pieces))
    cues = [
        Cue(words, seconds_of(start), seconds_of(end), speaker)
        for start, end, lines in pieces
        for speaker, words in _voices("\n".join(lines))
    ]
    languages = (_LANGUAGE.match(line) for line in captions.metadata)
    named = next((match[1].lower() for match in languages if match), None)
    return timed_transcript(with_speakers(cues), "vtt", named)


def _voices(payload: str) -> Iterator[tuple[str | None, str]]:
    """(speaker, text) of each stretch of a cue, neighbours of one speaker joined."""
    speaker: str | None = None
    stretches: list[tuple[str | None, str]] = []
    # re.split with one group alternates text and the name of the voice that follows it.
    for index, piece in enumerate(_VOICE.split(payload)):
        if index % 2:
            speaker = without_tags(piece) or None
            continue
        inside, _, after = piece.partition(_VOICE_END)
        for name, words in ((speaker, without_tags(inside)), (None, without_tags(after))):
            if not words:
                continue
            if stretches and stretches[-1][0] == name:
                words = f"{stretches.pop()[1]} {words}"
            stretches.append((name, words))
    yield from stretches


def _unrolled(
    captions: Iterable[tuple[str, str, list[str]]],
) -> Iterator[tuple[str, str, list[str]]]:
    """Rolling captions without the lines that still stand there from the caption before."""
    shown: list[str] = []
    for start, end, lines in captions:
        words = [without_tags(line) for line in lines]
        fresh = 0
        while fresh < len(lines) and (not words[fresh] or words[fresh] in shown):
            fresh += 1
        yield start, end, lines[fresh:]
        shown = [line for line in words if line] or shown


TRANSCRIPT_FORMATS.add("vtt", TranscriptFormat((".vtt",), True, sniff, parse), order=10)
