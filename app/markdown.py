"""Words on the page: what people see of channels and times, safely written as Markdown."""

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
# One colour a channel on the whole page.
CHANNEL_COLOURS: Mapping[str, str] = {name: c.colour for name, c in CHANNELS.items()}
# What can be similar in two moments.
SAME_NAMES: Mapping[str, str] = {
    same: same.capitalize()
    for same in sorted(similarity_methods(), key=lambda same: same != "both")
}

# CommonMark lets a backslash take the meaning from any of these.
_MARKUP = re.compile(r"([!#$&()*+\-./:<=>@\[\\\]^_`{|}~])")
# What becomes a link, an arrow or a logo after the backslashes are gone: an invisible character
# within (U+2060, word joiner) keeps it as it is.
_TRANSFORMED = re.compile(r"://|www\.|@|<->|<-|->|--|>=|<=|~=|:streamlit:", re.IGNORECASE)
_JOINER = "\u2060"
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_SUFFIXES = ("ingly", "edly", "ing", "ies", "ed", "es", "ly", "s")
# A word below this part of the weight of the query's weightiest is not worth a mark: "the".
_LEAST_WEIGHT = 0.4


def plain(text: str) -> str:
    """Text as Markdown that shows exactly this text: no markup, link, colour or formula."""
    return _escaped(" ".join(text.split()))


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", _TRANSFORMED.sub(lambda m: f"{m[0][0]}{_JOINER}{m[0][1:]}", text))


def time_range(start: float | None, end: float | None) -> str:
    """`0:32 – 0:52`; empty where nothing is timed."""
    if start is None:
        return ""
    return clock(start) if end is None else f"{clock(start)} – {clock(end)}"


def channel_badges(score: float, channels: Mapping[str, float]) -> str:
    """The score and each channel's share of it as coloured Markdown badges."""
    badges = [f":gray-badge[score {score:.2f}]"]
    for channel, share in channels.items():
        badges.append(f":{CHANNEL_COLOURS.get(channel, 'gray')}-badge[{channel} {share:+.2f}]")
    return " ".join(badges)


def highlighted_stems(query: str, lexical: FulltextIndex) -> frozenset[str]:
    """Stems of the words of a query that tell something in this library, to be marked."""
    weights = {term: lexical.weight(term) for term in query_terms(query)}
    if not weights:
        return frozenset()
    least = _LEAST_WEIGHT * max(weights.values())
    return frozenset(stem(term) for term, weight in weights.items() if weight >= least)


def marked(text: str, stems: Collection[str]) -> str:
    """Text as safe Markdown, with a coloured ground under the words that have these stems."""
    return "".join(
        f":orange-background[**{_escaped(piece)}**]" if mark else _escaped(piece)
        for piece, mark in split_marked(text, stems)
    )


def split_marked(text: str, stems: Collection[str]) -> list[tuple[str, bool]]:
    """Text in pieces, each with whether it is to be marked: for what writes text as text."""
    text = " ".join(text.split())
    pieces: list[tuple[str, bool]] = []
    end = 0
    for match in _WORD.finditer(text):
        if stem(match[0]) in stems:
            pieces += [(text[end : match.start()], False), (match[0], True)]
            end = match.end()
    return [piece for piece in (*pieces, (text[end:], False)) if piece[0]]


def stem(word: str) -> str:
    """A word without accents and its commonest English endings.

    Close to what full-text search treats as one word; it decides on a colour only.
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
