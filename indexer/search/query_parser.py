"""The query parser: words to look for, phrases that must match, words that must not, sounds.

An example:

    fog beetle "in the namib" -music kube* sound:applause
"""

from __future__ import annotations

import re

from indexer.base.errors import QueryError
from indexer.base.text_analysis import MAX_PHRASE, MAX_TERMS, query_terms
from indexer.index.parsed_query import ParsedQuery

MAX_TYPED = 10_000
_DOUBLE_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
# A quoted phrase begins a word; any other run without spaces is a word, whatever it holds.
_PIECE = re.compile(
    r'(?P<no>-?)(?i:sound):(?:"(?P<quoted>[^"]+)"|(?P<sound>[^\s"]+))'
    r'|(?P<sign>-?)"(?P<phrase>[^"]+)"|(?P<word>\S+)'
)
_LEAST_PREFIX = 2


def parse_query(text: str, *, alone: bool = True) -> ParsedQuery:
    """Parse typed words: `"quoted phrases"`, `-excluded` words, `begin*` of words.

    A minus excludes where a word begins with it and a letter or a quote follows; anything else
    that looks like syntax is taken as it stands. `sound:music` filters by what a transcript notes
    that is no speech; alone it lists such moments.

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
    terms: list[str] = []
    phrases, excluded = [], []
    sounds: dict[str, list[str]] = {"": [], "-": []}
    for piece in _PIECE.finditer(text.translate(_DOUBLE_QUOTES)):
        if sound := piece["quoted"] or piece["sound"]:
            sounds[piece["no"]].append(sound.strip())
            continue
        shown = piece["phrase"] or piece["word"]
        out = bool(piece["sign"])
        if piece["word"] and shown[0] == "-" and shown[1:2].isalpha():
            out, shown = True, shown[1:]
        exact = query_terms(shown, stems=False, most=None)
        words = query_terms(shown, distinct=False)
        begins = piece["word"] and shown.endswith("*")
        if begins and words and len(words[-1]) >= _LEAST_PREFIX:
            shown = shown.rstrip("*")
            exact[-1], words[-1] = f"{exact[-1]}*", f"{words[-1]}*"
        if (out or piece["phrase"]) and len(exact) > MAX_PHRASE:
            raise QueryError(f"a quoted phrase has at most {MAX_PHRASE} words; quote fewer")
        if out:
            excluded += [tuple(exact)] if exact else []
            continue
        if piece["phrase"] and exact:
            phrases.append(tuple(exact))
        terms += words
        kept.append(shown)
    if not (kept or sounds[""]) and alone:
        raise QueryError("the query only excludes; type also what you are looking for")
    if not (terms or sounds[""]) and alone:
        raise QueryError("there are no words in the query; type what you are looking for")
    return ParsedQuery(
        " ".join(kept) if terms else "",
        tuple(dict.fromkeys(terms))[:MAX_TERMS],
        tuple(phrases),
        tuple(excluded),
        tuple(sounds[""]),
        tuple(sounds["-"]),
    )
