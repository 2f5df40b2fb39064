"""Take mark-up out of transcript text: caption tags, entities, time codes, Markdown."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

# A caption tag opens with a letter, a slash or a time; "a < b" and "<3" are text.
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|</>|<\d[\d:.]*>|\{\\[^}]*\}")
# Some tools write "&39;" for "&#39;".
_BARE_ENTITY = re.compile(r"&(\d{2,5});")
# Marks of direction and zero width, which captions use for layout.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u2060\ufeff]")
# "[18:12]" or "[unintelligible 00:12:30.19]": written by a transcriber, spoken by nobody.
_TIMECODE = re.compile(
    r"\\?\[\s*(?:(?:unintelligible|inaudible|crosstalk|indistinct)\s+)?"
    r"(?:\d{1,2}:)?\d{1,3}:\d{2}(?:[.,]\d+)?\s*\\?\]",
    re.IGNORECASE,
)
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)


def flat(text: str) -> str:
    """The text with single spaces and without invisible marks."""
    return " ".join(_INVISIBLE.sub("", text).split())


def without_tags(text: str) -> str:
    """Caption text without tags (`<i>`, `<c.blue>`, `<00:01.000>`, `{\\an8}`) and entities."""
    return flat(html.unescape(_BARE_ENTITY.sub(r"&#\1;", _TAG.sub("", text))))


def without_timecodes(text: str) -> str:
    """The text without time codes in brackets."""
    return _TIMECODE.sub(" ", text)


def markdown_paragraphs(text: str) -> list[str]:
    """The readable text of a Markdown document, a paragraph, heading or list item each.

    Front matter, HTML comments and pictures are left out; no word of the running text is.
    """
    paragraphs = []
    for token in _markdown().parse(_FRONT_MATTER.sub("", text)):
        if token.type == "inline":
            paragraphs.append(
                "".join(
                    " " if child.type in ("softbreak", "hardbreak") else child.content
                    for child in token.children or []
                    if child.type not in ("image", "html_inline")
                )
            )
        elif token.type in ("code_block", "fence"):
            # An indented paragraph is code to Markdown; in a transcript it is speech.
            paragraphs.append(token.content)
    return [paragraph for paragraph in map(flat, paragraphs) if paragraph]


def without_markdown(text: str) -> str:
    """One line of Markdown as readable text."""
    return " ".join(markdown_paragraphs(text))


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark")
