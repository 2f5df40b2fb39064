"""Pages that hold a transcript as people write them: `<p><b>Anna:</b> words</p>`, clocks in text.

Only pages whose text has names or clocks at the heads of its paragraphs count; any other page is
no transcript.
"""

from __future__ import annotations

import re
from functools import lru_cache

from indexer.base.timecode import caption_clock
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.html_pages import PageParser
from indexer.transcripts.json_segments import language_of
from indexer.transcripts.transcript import Transcript, TranscriptError

_EXTENSIONS = (".html", ".htm")
_TEXT_FORMATS = ("clocked-text", "turns")
_NO_SPEECH = frozenset({"head", "script", "style", "title", "nav", "footer", "template", "svg"})
_PARAGRAPHS = frozenset(
    {"p", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "article", "section"}
    | {"table", "ul", "ol"}
)
_LINES = frozenset({"br", "div", "dt", "dd"})
# Of rows, which become those of a table of Markdown.
_CELLS = frozenset({"td", "th"})
_ANCHOR = re.compile(r"ts_(\d{1,9})_(\d{1,9})(?:_|\Z)")
_BOLD = frozenset({"b", "strong"})


def sniff(text: str, extension: str) -> bool:
    """Recognise a page by the names or clocks that lead its paragraphs."""
    if extension not in _EXTENSIONS:
        return False
    return any(TRANSCRIPT_FORMATS[name].sniff(_page(text)[0], ".md") for name in _TEXT_FORMATS)


def parse(text: str, extension: str = ".html", language: str = "en") -> Transcript:
    """Read the text of the page as Markdown is read.

    Args:
        text: The file's text.
        extension: Not used.
        language: ISO 639 code to split sentences by where the page names none.

    Raises:
        TranscriptError: No names or clocks lead its paragraphs.
    """
    words, named = _page(text)
    formats = (TRANSCRIPT_FORMATS[name] for name in _TEXT_FORMATS)
    known = next((known for known in formats if known.sniff(words, ".md")), None)
    if known is None:
        raise TranscriptError(
            "it is a page without times or names before its words; save its words as .txt, or "
            "move the file away"
        )
    return known.parse(words, ".md", named or language)


@lru_cache(maxsize=1)
def _page(text: str) -> tuple[str, str | None]:
    """The text of a page, and its language."""
    page = _Page()
    page.feed(text)
    page.close()
    lines = (" ".join(line.split()) for line in "".join(page.words).split("\n"))
    rows = (line if line.count("|") > 1 else line.removeprefix("|").strip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(rows)).strip(), page.language


class _Page(PageParser):
    """The text of a page, with blank lines between its paragraphs."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.language: str | None = None
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        if tag == "html":
            self.language = language_of(dict(attrs).get("lang"))
        if tag in _NO_SPEECH:
            self._silent.append(tag)
        if (span := _span(tag, dict(attrs))) and not self._silent:
            self.words.append(f"[{' --> '.join(map(caption_clock, span))}] ")
        if tag in _CELLS and not self._silent:
            self.words.append(" | ")
        self._mark(tag)

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        if tag in self._silent:
            while self._silent.pop() != tag:
                pass
        self._mark(tag)

    def handle_data(self, data: str) -> None:
        """Keep words."""
        if not self._silent:
            self.words.append(re.sub(r"\s+", " ", data))

    def _mark(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self.words.append("\n\n")
        elif tag in _LINES:
            self.words.append("\n")
        elif tag in _BOLD and not self._silent:
            self.words.append("**")


def _span(tag: str, attrs: dict[str, str | None]) -> tuple[float, float] | None:
    """Seconds of a turn that noScribe marks with an anchor: `<a name="ts_1000_4000_S00">`."""
    match = _ANCHOR.match(attrs.get("name") or "") if tag == "a" else None
    return (int(match[1]) / 1000, int(match[2]) / 1000) if match else None


TRANSCRIPT_FORMATS.add(
    "html-text",
    TranscriptFormat(_EXTENSIONS, True, sniff, parse, (b"<p", b"<div", b"<br", b"<td")),
    order=61,
)
