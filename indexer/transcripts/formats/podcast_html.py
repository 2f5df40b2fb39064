"""Podcasting 2.0 HTML: `<cite>` who speaks, `<time>` when, `<p>` the words.

Source: https://github.com/Podcastindex-org/podcast-namespace/blob/main/transcripts/transcripts.md
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from indexer.base.timecode import read_seconds
from indexer.base.types import Cue
from indexer.transcripts.durations import with_ends
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.html_pages import PageParser
from indexer.transcripts.json_segments import language_of
from indexer.transcripts.long_cues import split_long
from indexer.transcripts.markup import flat
from indexer.transcripts.sentences import split_sentences
from indexer.transcripts.transcript import (
    Transcript,
    TranscriptError,
    timed_transcript,
    untimed_transcript,
)

_EXTENSIONS = (".html", ".htm")
_TIME = re.compile(r"<time\b[^>]*>\s*\(?\[?\d{1,3}:\d{2}", re.IGNORECASE)
_CITE = re.compile(r"<cite\b[^>]*>[^<]{1,60}</cite>\s*(?:<time\b|<p\b)", re.IGNORECASE)
_NO_SPEECH = frozenset({"head", "script", "style", "title", "nav", "footer", "h1", "template"})


def sniff(text: str, extension: str) -> bool:
    """Recognise a page by times before words, or by citations before paragraphs."""
    if extension not in _EXTENSIONS:
        return False
    return _TIME.search(text) is not None or len(_CITE.findall(text)) >= 2


def parse(text: str, extension: str = ".html", language: str = "en") -> Transcript:
    """Read the page; a name or a time holds until the next one.

    Args:
        text: The file's text.
        extension: Not used.
        language: ISO 639 code to split sentences by where a page has no times and names none.

    Raises:
        TranscriptError: The page has no `<time>` or `<cite>` with words after it.
    """
    page = _Page()
    page.feed(text)
    page.close()
    turns = [turn for turn in page.turns if flat("".join(turn.words))]
    if not turns or not sniff(text, ".html"):
        raise TranscriptError(
            "it is a page without <time> or <cite>, so it is no transcript of Podcasting 2.0; "
            "save its words as .txt, or move the file away"
        )
    if all(turn.start is None for turn in turns):
        cues = [
            Cue(sentence, None, None, turn.speaker)
            for turn in turns
            for sentence in split_sentences("".join(turn.words), page.language or language)
        ]
        return untimed_transcript(cues, "podcast-html", page.language)
    cues = [
        Cue(flat("".join(turn.words)), None if turn.is_unread else turn.start, None, turn.speaker)
        for turn in sorted(turns, key=lambda turn: turn.start or 0.0)
        if turn.start is not None or turn.is_unread
    ]
    pieces = (
        piece for cue in with_ends(cues) for piece in split_long(cue, page.language or language)
    )
    return timed_transcript(pieces, "podcast-html", page.language)


@dataclass
class _Turn:
    speaker: str | None
    start: float | None  # where its own cannot be read, that of the turn before
    words: list[str] = field(default_factory=list)
    is_unread: bool = False


class _Page(PageParser):
    """The turns of a page; what stands before the first time is no speech."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[_Turn] = [_Turn(None, None)]
        self.language: str | None = None
        self._inside: list[str] = []
        self._held: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element; a name or a time begins to be held."""
        if tag == "html":
            self.language = language_of(dict(attrs).get("lang"))
        if tag in _NO_SPEECH or tag in ("cite", "time"):
            self._inside.append(tag)
            self._held = []
        else:
            self.turns[-1].words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """Close an element; a name or a time begins a turn."""
        if tag not in self._inside:
            return
        while self._inside.pop() != tag:
            pass
        held = flat("".join(self._held))
        self._held = []
        if tag == "cite":
            self._turn().speaker = held.rstrip(":").strip() or None
        elif tag == "time":
            turn, start = self._turn(), read_seconds(held.strip("[]() "))
            turn.start = turn.start if start is None else start
            turn.is_unread = start is None

    def handle_data(self, data: str) -> None:
        """Keep words, or the name or time that is held."""
        if self._inside:
            self._held.append(data)
        else:
            self.turns[-1].words.append(data)

    def _turn(self) -> _Turn:
        """The turn that begins here; a name and a time beside each other begin one."""
        last = self.turns[-1]
        if flat("".join(last.words)):
            self.turns.append(_Turn(last.speaker, last.start))
        return self.turns[-1]


TRANSCRIPT_FORMATS.add(
    "podcast-html",
    TranscriptFormat(_EXTENSIONS, True, sniff, parse, (b"<cite",)),
    order=60,
)
