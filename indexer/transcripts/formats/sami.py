"""SAMI, captions of Windows Media: `<SYNC Start=1000><P Class=ENCC>words`, in milliseconds.

Source: https://learn.microsoft.com/previous-versions/windows/desktop/dnacc/understanding-sami-1.0.
Words are shown until the next `SYNC` that is of their language, often an empty one (`&nbsp;`). One
file may hold several languages, each a class of paragraphs that the style sheet names.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from indexer.base.types import Cue
from indexer.transcripts.captions import caption_text
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.html_pages import PageParser
from indexer.transcripts.json_segments import closed, language_of
from indexer.transcripts.notes import Notes
from indexer.transcripts.transcript import Transcript, TranscriptError, timed_transcript

_ROOT = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*|<!--.*?-->\s*)*<sami[\s>]", re.IGNORECASE | re.DOTALL)
_CLASS = re.compile(r"\.([\w-]+)\s*\{([^}]*)\}")
_LANGUAGE = re.compile(r"\blang\s*:\s*['\"]?([A-Za-z-]{2,12})", re.IGNORECASE)
_NUMBER = re.compile(r"\s*(-?\d{1,10})")


@dataclass
class _Shown:
    """What one paragraph shows, from a second on."""

    start: float | None
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words; nothing where the screen is cleared."""
        return caption_text("".join(self.words))


def sniff(text: str, extension: str) -> bool:
    """Recognise SAMI by its first element, whatever the file is called."""
    return extension in (".smi", ".sami") or _ROOT.match(text) is not None


def parse(text: str, extension: str = ".smi", language: str = "en") -> Transcript:
    """Read the paragraphs of one language: the given one where the file has it, else the longest.

    Args:
        text: The file's text.
        extension: Not used.
        language: ISO 639 code that decides between the languages of a file.

    Raises:
        TranscriptError: There are no times or no words.
    """
    page = _Captions()
    page.feed(text)
    page.close()
    spoken = {name: cues for name, shown in page.shown.items() if (cues := _cues(shown))}
    if not spoken:
        raise TranscriptError("it has no <SYNC Start=...> with words; save it as SRT")
    languages = {
        name.lower(): language_of(match[1])
        for name, style in _CLASS.findall(text)
        if (match := _LANGUAGE.search(style))
    }
    notes = Notes()
    best = max(
        spoken,
        key=lambda name: (
            languages.get(name) == language,
            sum(len(cue.text) for cue in spoken[name]),
        ),
    )
    others = sorted(languages.get(name) or name or "unnamed" for name in spoken if name != best)
    if others:
        notes.add(f"it holds several languages; {', '.join(others)} left out")
    return timed_transcript(closed(spoken[best]), "sami", languages.get(best), notes)


def _cues(shown: list[_Shown]) -> list[Cue]:
    """Cues that end when their language shows something else, were it nothing."""
    cues = []
    for number, each in enumerate(shown):
        if not each.text:
            continue
        after = shown[number + 1 : number + 2]
        end = after[0].start if after and not after[0].text else None
        cues.append(Cue(each.text, each.start, end))
    return cues


class _Captions(PageParser):
    """The paragraphs of each class, in the order of the file."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: defaultdict[str, list[_Shown]] = defaultdict(list)
        self._start: float | None = None
        self._paragraph: _Shown | None = None
        self._in_body = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a moment, a paragraph or a line."""
        if tag == "sync":
            self._in_body = True
            found = _NUMBER.match(dict(attrs).get("start") or "")
            self._start = int(found[1]) / 1000 if found else None
            self._paragraph = None
        elif tag == "p" and self._in_body:
            self._begin((dict(attrs).get("class") or "").lower())
        elif tag in ("br", "div") and self._paragraph is not None:
            self._paragraph.words.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep words; a file may leave its paragraphs out."""
        # A no-break space clears the screen.
        is_shown = bool(data.strip()) or "\xa0" in data
        if not self._in_body or (self._paragraph is None and not is_shown):
            return
        if self._paragraph is None:
            self._begin("")
        assert self._paragraph is not None
        self._paragraph.words.append(" ".join(re.split(r"\s+", data)))

    def _begin(self, name: str) -> None:
        self._paragraph = _Shown(self._start)
        self.shown[name].append(self._paragraph)


TRANSCRIPT_FORMATS.add(
    "sami",
    TranscriptFormat((".smi", ".sami"), True, sniff, parse, (b"<sync", b"<SYNC", b"<Sync")),
    order=12,
)
