"""Text as safe Markdown: escapes, highlights, times and badges of channels."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from indexer.base.text_analysis import analyse, fold
from indexer.base.timecode import clock
from indexer.search.channels import CHANNELS
from indexer.search.fusion import AUTO
from indexer.search.searcher import similarity_methods

CHANNEL_NAMES: Mapping[str, str] = {
    AUTO: "All together",
    **{name: channel.label for name, channel in CHANNELS.items()},
}
# A list: what is chosen in plain words, and the term of the field, by which the command line and
# addresses know it.
_CHANNELS_HELP = "\n".join(
    f"- **{channel.label}**: {channel.help} (`{name}`)" for name, channel in CHANNELS.items()
)
CHANNEL_HELP = (
    f"- **{CHANNEL_NAMES[AUTO]}**: weighed against each other (`{AUTO}`)\n{_CHANNELS_HELP}"
)
WHY_HELP = f"The score is what each way of searching adds.\n\n{_CHANNELS_HELP}"
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


def escape(text: str) -> str:
    """Return Markdown that shows exactly this text: no markup, link, colour or formula."""
    return _escape_markup(" ".join(text.split()))


def markdown_link(text: str, url: str) -> str:
    """Return a Markdown link with exactly this text.

    Args:
        text: Plain text.
        url: With everything odd in it percent-encoded, as `app.state.urls` makes it.
    """
    return f"[{escape(text)}](<{url}>)"


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
        name = CHANNEL_NAMES.get(channel, channel)
        badges.append(f":{CHANNEL_COLOURS.get(channel, 'gray')}-badge[{name} {share:+.2f}]")
    return " ".join(badges)


# Where a highlight begins and ends in a text.
Span = tuple[int, int]


class Piece(NamedTuple):
    """A piece of a text.

    Attributes:
        text: The piece.
        found: Whether it is to be highlighted.
        doubtful: Whether the recogniser doubts it: then it is one word, or a part of one.
    """

    text: str
    found: bool
    doubtful: bool = False


# Behind a word that the recogniser doubts, as a transcriber writes it: seen and read aloud.
_DOUBTED = ":small[(?)]"
DOUBTED_LEGEND = "(?) stands behind words that the recogniser is not sure of."


def highlight(text: str, words: Collection[str], doubtful: Collection[int] = ()) -> str:
    """Return text as safe Markdown with a coloured background behind these words.

    Args:
        text: Plain text.
        words: To be highlighted.
        doubtful: Numbers of the words between spaces that are marked as doubtful.
    """
    return _write(split_highlights(text, words, doubtful))


def highlight_excerpt(text: str, words: Collection[str], doubtful: Collection[int] = ()) -> str:
    """Do the same with a part of the text; see `excerpt`."""
    return _write(excerpt(text, words, doubtful))


def _write(pieces: Sequence[Piece]) -> str:
    marked = []
    for place, piece in enumerate(pieces):
        text = _escape_markup(piece.text)
        # A word may be highlighted in part: the mark stands behind the whole of it.
        ends = piece.doubtful and not (place + 1 < len(pieces) and pieces[place + 1].doubtful)
        marked.append(f":orange-background[**{text}**]" if piece.found else text)
        marked.append(_DOUBTED if ends else "")
    return "".join(marked)


def excerpt(
    text: str, words: Collection[str], doubtful: Collection[int] = (), most: int = 160
) -> list[Piece]:
    """Return a part of a text, on one line, that holds the first of these words."""
    text = " ".join(text.split())
    spans = _spans_of(text, frozenset(words))
    before = spans[0][0] if spans else len(text)
    first = text.rfind(" ", 0, max(0, before - most // 4)) + 1 if before < len(text) else 0
    shown = ("… " if first else "") + text[first:]
    if len(shown) > most:
        shown = shown[: most - 1].rsplit(" ", 1)[0] + " …"
    if shown != text:
        spans = _spans_of(shown, frozenset(words))
    dropped = text.count(" ", 0, first) - bool(first)  # the ellipsis is a word, too
    last = shown.count(" ") - shown.endswith(" …")
    numbers = {number - dropped for number in doubtful}
    shown_doubts = {n for n in numbers if bool(first) <= n <= last}
    return _split(shown, spans, shown_doubts)


def split_highlights(
    text: str, words: Collection[str], doubtful: Collection[int] = ()
) -> list[Piece]:
    """Split text into pieces, by what is to be highlighted and by what is doubtful.

    Args:
        text: Plain text.
        words: To be highlighted.
        doubtful: Numbers of the words between spaces that are doubtful.
    """
    text = " ".join(text.split())
    return _split(text, _spans_of(text, frozenset(words)), doubtful)


def _split(text: str, spans: Iterable[Span], doubtful: Collection[int]) -> list[Piece]:
    pieces: list[Piece] = []
    end = 0
    for start, stop in spans:
        pieces += [Piece(text[end:start], False), Piece(text[start:stop], True)]
        end = stop
    pieces = [piece for piece in (*pieces, Piece(text[end:], False)) if piece.text]
    return list(_with_doubts(pieces, doubtful)) if doubtful else pieces


def _with_doubts(pieces: Sequence[Piece], doubtful: Collection[int]) -> Iterator[Piece]:
    """Split pieces of one text at the words that are doubtful, by their numbers."""
    number = 0
    for piece in pieces:
        sure = ""
        for part in re.split(r"( )", piece.text):
            if part and part != " " and number in doubtful:
                if sure:
                    yield piece._replace(text=sure)
                yield piece._replace(text=part, doubtful=True)
                sure = ""
            else:
                sure += part
            number += part == " "
        if sure:
            yield piece._replace(text=sure)


# A page is drawn anew at each step, with the same hits and lines.
@lru_cache(maxsize=16_384)
def _spans_of(text: str, words: frozenset[str]) -> tuple[Span, ...]:
    """Return where highlights begin and end, in order and apart."""
    if not words:
        return ()
    tokens = analyse(text)
    exact = [fold(token.word) for token in tokens]
    lengths: dict[str, list[int]] = {}  # of highlights, by their first words; long ones first
    for length, first in sorted({(len(w), w[0]) for w in map(str.split, words) if w}, reverse=True):
        lengths.setdefault(first, []).append(length)
    spans: list[Span] = []
    for place, token in enumerate(tokens):
        for length in lengths.get(exact[place], ()):
            run = exact[place : place + length]
            if len(run) == length and " ".join(run) in words:
                spans.append((token.start, tokens[place + length - 1].end))
                break
        if token.joined and fold(token.joined) in words:
            spans.append((tokens[place + 1 - token.of_compound].start, token.end))
    return _merged(sorted(spans))


def _merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)
