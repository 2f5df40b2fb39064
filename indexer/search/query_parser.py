"""The query parser: words to look for, phrases that must match, words that must not, sounds.

An example:

    fog beetle "in the namib" -music kube* sound:applause
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

from indexer.base.errors import QueryError
from indexer.base.scripts import HEBREW_QUOTE
from indexer.base.text_analysis import MAX_PHRASE, exact_words, phrase_length, query_terms
from indexer.index.parsed_query import ParsedQuery

MAX_TYPED = 10_000
_SIGNS = str.maketrans({**dict.fromkeys("“”„‟«»＂「」『』", '"'), "：": ":"})
_MINUS = re.compile(r"(?<!\S)[−－–](?=[^\W\d_]|[\"'(])")
_ENCLOSED = re.compile(r"\w–(?!\S)")
# A quoted phrase begins a word; any other run without spaces is a word, whatever it holds.
_PIECE = re.compile(
    r'(?P<no>-?)(?i:sound):(?:"(?P<quoted>[^"]+)"|(?P<sound>[^\s"]+))'
    r"|-'(?P<single>[^'\s][^'\"]*)'(?!\w)|-\((?P<enclosed>[^\s()\"]+)\)"
    rf'|(?P<sign>-?)"(?P<phrase>(?:[^"]|{HEBREW_QUOTE})+)"|(?P<word>\S+)'
)
_LEAST_PREFIX = 2
_OR = frozenset(("OR", "|", "||"))
# Beside so many other words quotation marks quote, as in any prose: a question about a statute, a
# pasted paragraph. Of 90 such questions about hearings 20 quote what is never said in theirs.
_PROSE_WORDS = 10
# As other searches exclude; here it may as well be said loudly: you should NOT do it.
_NEGATED = re.compile(r"(?<!\S)\(?NOT \(?(\"[^\"]+\"|[^\W_]+)")
_GAP = re.compile(r"(?:^|\s)\*(?=\s|$)")
_EXCLUDES = re.compile(r"-\.?[^\W\d_]")


def parse_query(text: str, *, alone: bool = True) -> ParsedQuery:
    """Parse typed words: `"quoted phrases"`, `-excluded` words, `begin*` of words.

    A minus excludes where a word begins with it and a letter or a quote follows; of quoted phrases
    with OR between one is enough; anything else that looks like syntax is taken as it stands. An
    asterisk by itself within quotes stands for any words: what is before and behind it must be
    said. `sound:music` filters by what a transcript notes that is no speech; alone it lists such
    moments. In a question or paragraph written out, ten words or more beside what is quoted,
    quotation marks ask for nothing: these words are looked for as all others are.

    Args:
        text: As it was typed.
        alone: False where it goes with a clip, and may do nothing but exclude.

    Raises:
        QueryError: The text is empty or too long, only excludes, or has a too long phrase.
    """
    # A terminal that speaks another encoding sends lone surrogates, which no tokenizer takes.
    text = " ".join(text.encode("utf-8", "replace").decode().split())
    if not text:
        raise QueryError("the query is empty; type what you are looking for")
    if len(text) > MAX_TYPED:
        raise QueryError(f"the query is longer than {MAX_TYPED} characters; shorten it")
    kept: list[str] = []
    spoken = _Terms()
    phrases, excluded = [], []
    n_others = 0
    sounds: dict[str, list[str]] = {"": [], "-": []}
    text = plain_signs(text)
    pieces = list(_PIECE.finditer(text))
    choices = _Choices(pieces)
    for number, piece in enumerate(pieces):
        if number in choices.ors:
            continue
        if sound := piece["quoted"] or piece["sound"]:
            sounds[piece["no"]].append(sound.strip(" []()*") or sound.strip())
            continue
        if piece["phrase"] and not piece["sign"] and _GAP.search(piece["phrase"]):
            parts = [part.strip() for part in _GAP.split(piece["phrase"])]
            parts = [part for part in parts if exact_words(part)]
            phrases += parts
            for part in parts:
                spoken.add(part, False)
            kept += parts
            continue
        shown = piece["phrase"] or piece["single"] or piece["enclosed"] or piece["word"]
        out = bool(piece["sign"] or piece["single"] or piece["enclosed"])
        if piece["word"] and _EXCLUDES.match(shown):
            out, shown = True, shown[1:]
        words = exact_words(shown)
        begins = bool(piece["word"] and shown.endswith("*") and words)
        begins = begins and len(words[-1]) >= _LEAST_PREFIX
        shown = shown.rstrip("*") if begins else shown
        if out:
            _check_phrase(words)
            excluded += [f"{shown}*" if begins else shown] if words else []
            continue
        if piece["phrase"]:
            if words and not choices.add(number, shown):
                phrases.append(shown)
        else:
            n_others += len(words)
        spoken.add(shown, begins)
        kept.append(shown)
    any_of, quoted = choices.finish(), []
    if n_others >= _PROSE_WORDS:
        quoted, phrases, any_of = [*phrases, *chain(*any_of)], [], ()
    for phrase in chain(phrases, *any_of):
        _check_phrase(exact_words(phrase))
    terms = spoken.finish()
    if not (kept or sounds[""]) and alone:
        raise QueryError("the query only excludes; type also what you are looking for")
    if not (terms or sounds[""]) and alone:
        raise QueryError("there are no words in the query; type what you are looking for")
    negated = tuple(dict.fromkeys(_NEGATED.findall(text)))
    return ParsedQuery(
        " ".join(kept) if terms else "",
        terms,
        tuple(phrases),
        tuple(excluded),
        tuple(sounds[""]),
        tuple(sounds["-"]),
        tuple(quoted),
        negated if text.upper() != text else (),
        any_of,
    )


def plain_signs(text: str) -> str:
    """Return a typed text with its quotation marks, minus signs and colons as keyboards have them.

    A dash that stands behind a word as well encloses, and is no minus.
    """
    text = text.translate(_SIGNS)
    return text if _ENCLOSED.search(text) else _MINUS.sub("-", text)


def _check_phrase(words: Sequence[str]) -> None:
    if phrase_length(words) > MAX_PHRASE:
        raise QueryError(f"a quoted phrase has at most {MAX_PHRASE} words; quote fewer")


class _Choices:
    """Phrases of which one is enough: OR stands between.

    Args:
        pieces: Of a query.
    """

    def __init__(self, pieces: Sequence[re.Match[str]]) -> None:
        self.ors: set[int] = set()
        self._members: list[list[int]] = []
        self._phrases: dict[int, str] = {}
        for number in range(1, len(pieces) - 1):
            beside = pieces[number - 1], pieces[number + 1]
            if pieces[number]["word"] not in _OR or not any(p["phrase"] for p in beside):
                continue
            self.ors.add(number)
            if self._members and self._members[-1][-1] == number - 1:
                self._members[-1].append(number + 1)
            else:
                self._members.append([number - 1, number + 1])

    def add(self, number: int, phrase: str) -> bool:
        """Add the phrase of a piece; return whether it is one of several."""
        is_member = any(number in members for members in self._members)
        if is_member:
            self._phrases[number] = phrase
        return is_member

    def finish(self) -> tuple[tuple[str, ...], ...]:
        """Return the phrases of which one of each is enough.

        Where OR stands between a phrase and a word, neither must be said.
        """
        return tuple(
            tuple(dict.fromkeys(self._phrases[number] for number in members))
            for members in self._members
            if all(number in self._phrases for number in members)
        )


class _Terms:
    """The terms of the pieces of a query; words of several pieces may be one number."""

    def __init__(self) -> None:
        self._terms: list[str] = []
        self._pieces: list[str] = []

    def add(self, piece: str, begins: bool) -> None:
        """Add a piece; its last word is the beginning of words where `begins`."""
        if not begins:
            self._pieces.append(piece)
            return
        self._flush()
        *before, last = query_terms(piece, distinct=False)
        self._terms += [*before, f"{last}*"]

    def finish(self) -> tuple[str, ...]:
        """Return all terms, distinct and in order."""
        self._flush()
        return tuple(dict.fromkeys(self._terms))

    def _flush(self) -> None:
        self._terms += query_terms(" ".join(self._pieces))
        self._pieces = []
