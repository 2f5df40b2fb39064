"""Text as safe Markdown: escapes, highlights, times and badges of channels."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping

from indexer.base.text_analysis import query_terms
from indexer.base.timecode import clock
from indexer.index.fulltext_index import FulltextIndex
from indexer.search.channels import CHANNELS
from indexer.search.fusion import AUTO
from indexer.search.searcher import similarity_methods

CHANNEL_NAMES: Mapping[str, str] = {
    AUTO: "Auto",
    **{name: channel.label for name, channel in CHANNELS.items()},
}
CHANNEL_HELP = " ".join(
    [
        "**Auto** weighs the channels together.",
        *(f"**{channel.label}**: {channel.help}." for channel in CHANNELS.values()),
    ]
)
CHANNEL_COLOURS: Mapping[str, str] = {name: c.colour for name, c in CHANNELS.items()}
# What can be similar in two moments.
SIMILARITY_NAMES: Mapping[str, str] = {
    same: same.capitalize()
    for same in sorted(similarity_methods(), key=lambda same: same != "both")
}

# CommonMark: a backslash before any of these makes it a literal character.
_MARKUP = re.compile(r"([!#$&()*+\-./:<=>@\[\\\]^_`{|}~])")
# Streamlit turns these into links, arrows or a logo after it has removed the backslashes; an
# invisible character within (U+2060, word joiner) prevents that.
_TRANSFORMED = re.compile(r"://|www\.|@|<->|<-|->|--|>=|<=|~=|:streamlit:", re.IGNORECASE)
_JOINER = "\u2060"
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_SUFFIXES = ("ingly", "edly", "ing", "ies", "ed", "es", "ly", "s")
# Words below this share of the query's highest IDF weight, such as "the", are not highlighted.
_LEAST_WEIGHT = 0.4


def escape(text: str) -> str:
    """Return Markdown that shows exactly this text: no markup, link, colour or formula."""
    return _escape_markup(" ".join(text.split()))


def _escape_markup(text: str) -> str:
    return _MARKUP.sub(r"\\\1", _TRANSFORMED.sub(lambda m: f"{m[0][0]}{_JOINER}{m[0][1:]}", text))


def time_range(start: float | None, end: float | None) -> str:
    """Format seconds as `0:32 – 0:52`; empty where nothing is timed."""
    if start is None:
        return ""
    return clock(start) if end is None else f"{clock(start)} – {clock(end)}"


def channel_badges(score: float, channels: Mapping[str, float]) -> str:
    """Return a score and each channel's share of it as coloured Markdown badges."""
    badges = [f":gray-badge[score {score:.2f}]"]
    for channel, share in channels.items():
        badges.append(f":{CHANNEL_COLOURS.get(channel, 'gray')}-badge[{channel} {share:+.2f}]")
    return " ".join(badges)


def highlighted_stems(query: str, lexical: FulltextIndex) -> frozenset[str]:
    """Return stems of the informative words of a query, by their IDF weights in the library."""
    weights = {term: lexical.weight(term) for term in query_terms(query)}
    if not weights:
        return frozenset()
    least = _LEAST_WEIGHT * max(weights.values())
    return frozenset(stem(term) for term, weight in weights.items() if weight >= least)


def highlight(text: str, stems: Collection[str]) -> str:
    """Return text as safe Markdown with a coloured background behind words of these stems."""
    return "".join(
        f":orange-background[**{_escape_markup(piece)}**]" if found else _escape_markup(piece)
        for piece, found in split_highlights(text, stems)
    )


def split_highlights(text: str, stems: Collection[str]) -> list[tuple[str, bool]]:
    """Split text into pieces, each with whether it is to be highlighted."""
    text = " ".join(text.split())
    pieces: list[tuple[str, bool]] = []
    end = 0
    for match in _WORD.finditer(text):
        if stem(match[0]) in stems:
            pieces += [(text[end : match.start()], False), (match[0], True)]
            end = match.end()
    return [piece for piece in (*pieces, (text[end:], False)) if piece[0]]


def stem(word: str) -> str:
    """Remove accents and the commonest English endings of a word.

    An approximation of the full-text index's stemmer, good enough for highlights.
    """
    folded = unicodedata.normalize("NFD", word.replace("’", "'").casefold())
    folded = "".join(c for c in folded if not unicodedata.combining(c)).removesuffix("'s")
    for suffix in _SUFFIXES:
        if folded.endswith(suffix) and len(folded) - len(suffix) >= 3:
            folded = folded.removesuffix(suffix) + ("i" if suffix == "ies" else "")
            break
    if len(folded) > 3 and folded[-1] == folded[-2] and folded[-1] not in "aeiouls":
        folded = folded[:-1]  # running, run
    if len(folded) > 3 and folded[-1] == "y":
        folded = folded[:-1] + "i"  # body, bodies
    return folded[:-1] if len(folded) > 3 and folded[-1] == "e" else folded
