"""Forms of a word: acronyms, titles, joined and hyphenated words, signs, numbers in digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from indexer.base.scripts import MARKS, UNSPACED

_W = rf"[\w{MARKS}]"
# A run of characters that may be one word, or several: letters with what may stand between or
# around them. Of two alternatives the first that fits counts.
CLUMP = re.compile(
    rf"(?<![\w.])(?:[A-Z]\.[ ]){{1,4}}[A-Z]\.(?!\w)"  # J. R. R.
    r"|(?<!\w)(?:[A-Z][ ]){2,5}[A-Z](?![\w'+#])"  # F B I, as recognisers write it
    r"|(?<!\w)[^\W\d_]\([\w\s+*/^.,-]{1,12}\)"  # O(n log n)
    r"|(?<![\w.])\.(?:[a-z]{2,5}|[A-Z]{2,5})(?!\w)"  # .NET
    rf"|{_W}+(?:(?:\.?'|[-\u2010./·&,]){_W}+)*(?:\+\+|[+#](?!\w))?\.?"
    r"|[%&]"
)
_DOTTED = re.compile(r"(?:[^\W\d_]\.[ ]?)+[^\W\d_]{1,2}\.?|[^\W\d_]{2}\.[^\W\d_]\.?")
_SPELT = re.compile(r"(?:[A-Z] ){2,5}[A-Z]")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}|\d{1,3}\.000", re.ASCII)
_DECIMAL = re.compile(r"\d+[.,]\d+", re.ASCII)
_ORDINAL = re.compile(r"(\d+)(st|nd|rd|th)", re.ASCII)
_DECADE = re.compile(r"'?(\d*\d0)'?s", re.ASCII)
_WITH_SIGN = re.compile(r"(?:[^\W\d_]{1,2}[+#]|[^\W\d_]+\+\+)")
_PARTS = re.compile(
    rf"(?:[^\W\d_]|[{MARKS}])+(?:'(?:[^\W\d_]|[{MARKS}])+)*|\d+(?:[.,]\d+)*|[^\W_]+|&"
)
# After these an apostrophe and s stand for is, not for a possessor.
_CONTRACTED = frozenset(
    (
        *("it", "that", "this", "he", "she", "there", "here", "one", "everything", "nothing"),
        *("what", "who", "where", "when", "why", "how", "let"),
    )
)
# French and Italian: l'été, dell'arte.
_ELIDED = re.compile(
    r"(?:l|d|j|qu|n|s|c|m|t|jusqu|lorsqu|puisqu|dell|all|nell|sull|dall|un|quell|quest)(?=')"
)
_NEEDS_NO_DOT = {
    **dict.fromkeys(("dr", "doktor", "docteur", "dottore", "doutor"), "doctor"),
    "mr": "mister",
    **dict.fromkeys(("mrs", "missis"), "missus"),
    **dict.fromkeys(("prof", "professeur", "professore", "profesor"), "professor"),
    **dict.fromkeys(("st", "ste"), "saint"),
    "jr": "junior",
    "vs": "versus",
    "okay": "ok",
}
# Without a dot these are words, or other abbreviations.
_NEEDS_DOT = {
    "gen": "general",
    "sen": "senator",
    "gov": "governor",
    "rep": "representative",
    "capt": "captain",
    "lt": "lieutenant",
    "sgt": "sergeant",
    "col": "colonel",
    "rev": "reverend",
    "hon": "honourable",
    "mt": "mount",
    "ft": "fort",
    "sr": "senior",
    "dept": "department",
    "approx": "approximately",
}
_ROMAN = {"i": 1, "v": 5, "x": 10}
_ROMAN_FORM = re.compile(r"x{0,3}(?:ix|iv|v?i{0,3})")
_MAX_JOINED_PARTS = 5
_LONG_RUN = 24


@dataclass(frozen=True)
class Clump:
    """What a run of characters holds.

    Attributes:
        words: In canonical form and lower case, accents kept, with where each begins and ends in
            the run.
        joined: All of its words run together, where they were written with hyphens, dots or
            slashes between them; `email` for `e-mail`.
        compound: Whether its words belong together more than words in a row do: `GPT-4`, `e-mail`.
    """

    words: tuple[tuple[str, int, int], ...]
    joined: str | None = None
    compound: bool = False


def read_clump(run: str) -> Clump:
    """Read what `CLUMP` found."""
    # Long runs are seldom met twice.
    return _read(run) if len(run) > _LONG_RUN else _read_once(run)


@lru_cache(maxsize=200_000)
def _read_once(run: str) -> Clump:
    return _read(run)


def _read(run: str) -> Clump:
    if run in "%&":
        return Clump((("percent" if run == "%" else "and", 0, 1),))
    core = run.rstrip(".,")
    lower = core.lower()
    if run[0] == ".":
        return _one(lower, run)
    if core[-1] == ")":
        return _one(re.sub(r"[\s^*_,]", "", lower), run)
    if lower.endswith("'s") and lower[:-2] not in _CONTRACTED and not _DECADE.fullmatch(lower):
        core, lower = core[:-2].rstrip("."), lower[:-2].rstrip(".")
    if _DOTTED.fullmatch(core) or _SPELT.fullmatch(core):
        return _one(re.sub(r"[.\s]", "", lower), run)
    if _WITH_SIGN.fullmatch(lower) or _ORDINAL.fullmatch(lower):
        return _one(lower, run)
    if decade := _DECADE.fullmatch(lower):
        return _one(f"{decade[1]}s", run)
    if _GROUPED.fullmatch(lower):
        groups = lower.replace(",", "") if "," in lower else lower.replace(".", "")
        return _one(groups, run)
    if _DECIMAL.fullmatch(lower):
        return _one(lower.replace(",", "."), run)
    if lower in _NEEDS_NO_DOT:
        return _one(_NEEDS_NO_DOT[lower], run)
    if run.endswith(".") and lower in _NEEDS_DOT:
        return _one(_NEEDS_DOT[lower], run)
    return _compound(lower, run)


def _one(word: str, run: str) -> Clump:
    return Clump(((word, 0, len(run)),))


def _compound(lower: str, run: str) -> Clump:
    parts = list(_PARTS.finditer(lower))
    words = [word for part in parts for word in _split(part[0], part.start())]
    if len(words) == 1:
        ((word, start, _),) = words
        return Clump(((word, start, len(run.rstrip(".,"))),))  # with its 's
    if len(parts) < 2 or UNSPACED.search(lower):
        return Clump(tuple(words))
    # Between letters and digits the parts say where they meet; `19` needs no `covid19` beside it.
    letters = [not word.isdecimal() for word, *_ in words]
    joinable = "&" not in lower and len(words) <= _MAX_JOINED_PARTS
    joined = None
    if joinable and any(a and b for a, b in pairwise(letters)):
        joined = "".join(word for word, *_ in words)
    return Clump(tuple(words), joined, compound=True)


def _split(part: str, begin: int) -> list[tuple[str, int, int]]:
    """Split characters of unspaced scripts, and elided articles, from what follows them."""
    if part == "&":
        return [("and", begin, begin + 1)]
    if UNSPACED.search(part):
        found = []
        for run in re.finditer(rf"{UNSPACED.pattern}|[^{UNSPACED.pattern[1:-1]}]+", part):
            found.append((run[0], begin + run.start(), begin + run.end()))
        return found
    if elided := _ELIDED.match(part):
        end = elided.end()
        rest = part[end + 1 :]
        if len(rest) > 1:
            return [(elided[0], begin, begin + end), *_split(rest, begin + end + 1)]
    return [(part, begin, begin + len(part))]


def roman_number(run: str) -> str | None:
    """Read `II` to `XXXIX`, two letters or more; None for anything else."""
    lower = run.lower()
    if len(lower) < 2 or not _ROMAN_FORM.fullmatch(lower):
        return None
    values = [_ROMAN[letter] for letter in lower]
    following = [*values[1:], 0]
    return str(sum(-a if a < b else a for a, b in zip(values, following, strict=True)))
