"""What somebody typed, understood: words to look for, phrases that must match, words that must not.

fog beetle "in the namib" -music kube*
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.errors import QueryError

MAX_TYPED = 10_000
# Longer questions than this are cut: a pasted page asks for nothing in particular.
_MAX_TERMS = 64
_TERM = re.compile(r"\w+(?:'\w+)*")
_DOUBLE_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
# A quoted phrase begins a word; any other run without spaces is a word, whatever it holds.
_PIECE = re.compile(r'(?P<sign>-?)"(?P<phrase>[^"]+)"|(?P<word>\S+)')
_LEAST_PREFIX = 2


@dataclass(frozen=True)
class Typed:
    """Typed words, understood.

    Attributes:
        text: what is meant as a whole, for a text encoder: without quotes and what is excluded.
        terms: distinct words to look up, in order; a beginning of words ends in `*`.
        phrases: runs of words that must be said.
        excluded: runs of words that must not be said.
    """

    text: str
    terms: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[tuple[str, ...], ...] = ()


def read_typed(text: str) -> Typed:
    """Understand typed words: `"quoted phrases"`, `-excluded` words, `begin*` of words.

    A minus excludes where a word begins with it and a letter or a quote follows; anything else
    that looks like syntax is taken as it stands.

    Raises:
        QueryError: nothing was typed, nothing but exclusions, or a whole book.
    """
    # A terminal that speaks another encoding sends lone surrogates, which no tokenizer takes.
    text = " ".join(text.encode("utf-8", "replace").decode().split())
    if not text:
        raise QueryError("the query is empty; type what you are looking for")
    if len(text) > MAX_TYPED:
        raise QueryError(f"the query is longer than {MAX_TYPED} characters; shorten it")
    kept: list[str] = []
    terms: list[str] = []
    phrases, excluded = [], []
    for piece in _PIECE.finditer(text.translate(_DOUBLE_QUOTES)):
        shown = piece["phrase"] or piece["word"]
        out = bool(piece["sign"])
        if piece["word"] and shown[0] == "-" and shown[1:2].isalpha():
            out, shown = True, shown[1:]
        words = query_terms(shown, distinct=False)
        if out:
            excluded += [tuple(words)] if words else []
            continue
        if piece["phrase"] and words:
            phrases.append(tuple(words))
        begins = bool(piece["word"]) and shown.endswith("*") and words
        if begins and len(words[-1]) >= _LEAST_PREFIX:
            words[-1] += "*"
            shown = shown.rstrip("*")
        terms += words
        kept.append(shown)
    if not kept:
        raise QueryError("the query only excludes; type also what you are looking for")
    return Typed(
        " ".join(kept), tuple(dict.fromkeys(terms))[:_MAX_TERMS], tuple(phrases), tuple(excluded)
    )


def query_terms(query: str, *, distinct: bool = True, most: int | None = _MAX_TERMS) -> list[str]:
    """The words of a text in order, without any quoting character; at most so many."""
    # NUL ends a string for SQLite's tokenizer; it can stand in no word.
    found = _TERM.findall(query.replace("\x00", " ").lower().replace("’", "'"))
    words = [word.removesuffix("'s") for word in found]
    return (list(dict.fromkeys(words)) if distinct else words)[:most]
