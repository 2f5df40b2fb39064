"""Take mark-up out of transcript text: caption tags, entities, time codes, Markdown."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

# Tags of WebVTT (https://www.w3.org/TR/webvtt1/#webvtt-cue-text-dom-construction-rules), and the
# HTML that SRT and chats carry. "a <b and c> d", "<3" and "vector<int>" are text.
TAG_NAMES = "c i b u s v a lang ruby rt font span p br div em strong small big tt mark sub sup"
"""Names of tags in captions and chats."""
_NAMES = "|".join(TAG_NAMES.split())
_TAG = re.compile(
    rf"</?(?:{_NAMES})(?:[.\s/=][^<>]*)?>|<v->|</>|<\d[\d:.]*>|\{{\\[^{{}}]*\}}"
    r"|\{[ycfsoph]:[^{}\s]{1,40}\}",  # of MicroDVD, which converters leave
    re.IGNORECASE,
)
# How the characters before are read: said once with them.
_READING = re.compile(r"<rt>[^<>]*(?:</rt>|(?=</?ruby>)|\Z)", re.IGNORECASE)
_BREAK = re.compile(r"<br\b[^<>]*>|</?(?:p|div)\b[^<>]*>|\\N", re.IGNORECASE)
# Tags that were escaped, so in pairs; alone ("the &lt;b&gt; tag") they are what is said.
_PAIR = re.compile(rf"<({_NAMES})\b[^<>]*>([^<>]*)</\1\s*>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
# Some tools write "&39;" for "&#39;".
_BARE_ENTITY = re.compile(r"&(\d{2,5});")
_ESCAPES = 3  # a file that went through so many programs
_ADDRESS = re.compile(
    r"[(\[<]?\bhttps?://[^\s<>\[\]\"]*[^\s<>\[\]\".,;:!?'’”)][)\]>]?", re.IGNORECASE
)
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\((?:[a-z]+:|/|#|www\.)[^()\s]*(?:\s+\"[^\"\n]*\")?\)")
# Characters of Unicode's category Cf (direction, embedding, zero width), which captions use for
# layout, without those that are seen (Arabic number signs), and the two joiners.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    "\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f\ud800-\udfff]"
)
# Persian, Indic scripts and emoji need the joiners, but only within a word.
_JOINER = re.compile(
    "(?<![\u0590-\uffff\U00010000-\U0010ffff])[\u200c\u200d]"
    "|[\u200c\u200d](?![\u0590-\uffff\U00010000-\U0010ffff])"
    "|(?<=[\\s\u2000-\u206f\u3000])[\u200c\u200d]"
    "|[\u200c\u200d](?=[\\s\u2000-\u206f\u3000])"
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
# "2004. So July": a year that begins a sentence, for Markdown the number of an item.
_SPOKEN_NUMBER = re.compile(r"^([ ]{0,3}\d{3,9})(?=[.)](?:\s|$))", re.MULTILINE)
# "[18:12]" or "[unintelligible 00:12:30.19]": written by a transcriber, spoken by nobody.
_TIMECODE = re.compile(
    r"\\?\[\s*(?:(?:unintelligible|inaudible|crosstalk|indistinct)\s+)?"
    r"(?:\d{1,2}:)?\d{1,3}:\d{2}(?:[.,]\d+)?\s*\\?\]",
    re.IGNORECASE,
)
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)


def flat(text: str) -> str:
    """The text with single spaces, without invisible marks, controls and lone surrogates."""
    if not text.isascii():
        text = _JOINER.sub("", without_invisible(text))
    return " ".join(_CONTROL.sub("", text).split())


def without_invisible(text: str) -> str:
    """The text without marks of direction, embedding and zero width, which no word needs."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def without_tags(text: str) -> str:
    """Caption text without tags (`<i>`, `<c.blue>`, `<00:01.000>`, `{\\an8}`) and entities.

    Entities that were escaped several times become the character; links in the form of Markdown
    keep their words.
    """
    text = _TAG.sub("", _BREAK.sub(" ", _READING.sub("", text)))
    return flat(without_links(without_entities(text)))


def without_entities(text: str) -> str:
    """The text with `&amp;`, `&#39;` and the like as characters, and without escaped tags.

    Programs that take a text from a page, or write it into one, escape it once more.
    """
    for _ in range(_ESCAPES):
        if "&" not in text:
            break
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), _BARE_ENTITY.sub(r"&#\1;", text))
        text = _PAIR.sub(r"\2", text)
    return text


def without_links(text: str) -> str:
    """The text with `[words](address)` reduced to the words."""
    return _LINK.sub(r"\1", text) if "](" in text else text


def without_addresses(text: str) -> str:
    """The text without the addresses of links, and with their words."""
    return _ADDRESS.sub(" ", without_links(text)) if "://" in text else text


def without_timecodes(text: str) -> str:
    """The text without time codes in brackets."""
    return _TIMECODE.sub(" ", text)


def markdown_paragraphs(text: str) -> list[str]:
    """The readable text of a Markdown document, a paragraph, heading or list item each.

    Front matter, HTML comments and pictures are left out; no word of the running text is. Numbers
    from a hundred on are words, as no list is so long.
    """
    paragraphs = []
    text = _SPOKEN_NUMBER.sub(r"\1\\", _FRONT_MATTER.sub("", text))
    for token in _markdown().parse(text):
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
