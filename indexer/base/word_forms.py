"""Forms of a word: acronyms, titles, joined and hyphenated words, signs, numbers in digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from indexer.base.abbreviations import abbreviated
from indexer.base.scripts import HEBREW_QUOTE, MARKS, UNSPACED
from indexer.base.units import CURRENCIES

_W = rf"[\w{MARKS}]"
# A run of characters that may be one word, or several: letters with what may stand between or
# around them. Of two alternatives the first that fits counts.
CLUMP = re.compile(
    rf"(?<![\w.])(?:[A-Z]\.[ ]){{1,4}}[A-Z]\.(?!\w)"  # J. R. R.
    r"|(?<!\w)(?:[A-Z][ ]){2,5}[A-Z](?![\w'+#])"  # F B I, as recognisers write it
    r"|(?<!\w)[^\W\d_]\([\w\s+*/^.,-]{1,12}\)"  # O(n log n)
    r"|(?<![\w.])\.(?:[a-z]{2,5}|[A-Z]{2,5})(?!\w)"  # .NET
    r"|(?<![\w.,])\d{1,3}(?:[ ]\d{3})*[ ]000(?![\w.,]?\w)"  # 10 000
    rf"|{_W}+(?:(?:\.?'|[-\u2010./·&,]|{HEBREW_QUOTE}){_W}+)*(?:\+\+|[+#](?!\w))?\.?"
    r"|[%&$€£¥₹₽]|(?:(?<=\d)|(?<=\d\ ))°(?:\ ?[CF](?!\w))?"
)
_DOTTED = re.compile(r"(?:[^\W\d_]\.[ ]?)+[^\W\d_]{1,2}\.?|[^\W\d_]{2}\.[^\W\d_]\.?")
_SPELT = re.compile(r"(?:[A-Z] ){2,5}[A-Z]")
_GROUPED = re.compile(
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}|\d{1,3}\.000|\d{1,3}(?:'\d{3})+"
    r"|\d{1,3}(?: \d{3})+",
    re.ASCII,
)
_DECIMAL = re.compile(r"\d+[.,]\d+", re.ASCII)
_WITH_COMMA = re.compile(r"\d{1,3}(?:\.\d{3})+,\d{1,2}", re.ASCII)  # 1.234,50
_ORDINAL = re.compile(r"(\d+|\d{1,3}(?:,\d{3})+)(st|nd|rd|th)", re.ASCII)
_DECADE = re.compile(r"'?(\d*\d0)'?s", re.ASCII)
_NUMERO = re.compile(r"([a-z]{2,4}\.)(\d+)", re.ASCII)  # No.5, fig.3
_LETTERS_AND = re.compile(r"([A-Z])(?:n|'n'|'N')([A-Z])")  # RnB, R'n'B
_AND_BETWEEN = re.compile(r"([^\W\d_]{3,})'n'([^\W\d_]{3,})")  # rock'n'roll
# Names of code and tags: getUserName, parseJSON, BlackLivesMatter; not YouTube, iPhone, McDonald.
_HUMPS = re.compile(r"[a-z]{2,}(?:[A-Z][a-z]+|[A-Z]{2,})+|(?:[A-Z][a-z]+){3,}")
_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_WITH_SIGN = re.compile(r"(?:[^\W\d_]{1,2}[+#]|[^\W\d_]+\+\+)")
_PARTS = re.compile(
    rf"(?:[^\W\d_]|[{MARKS}])+(?:'(?:[^\W\d_]|[{MARKS}])+)*"
    r"|\d+(?:st|nd|rd|th)(?![^\W_])|\d*\d0s(?![^\W_])"  # 21st-century, mid-1990s
    r"|\d+(?:[.,]\d+)*|[^\W_]+|&"
)
# After these an apostrophe and s stand for is, not for a possessor.
_CONTRACTED = frozenset(
    (
        *("it", "that", "this", "he", "she", "there", "here", "one", "everything", "nothing"),
        *("what", "who", "where", "when", "why", "how", "let"),
    )
)
# As Lucene's stemmer of katakana has it: the mark of a long vowel at the end of a long word is
# left out as often as written, コンピューター.
_FINAL_LENGTH = re.compile(r"(?<=[ァ-ヺー]{3})ー(?![ァ-ヺー])")
# French and Italian: l'été, dell'arte.
_ELIDED = re.compile(
    r"(?:l|d|j|qu|n|s|c|m|t|jusqu|lorsqu|puisqu|dell|all|nell|sull|dall|un|quell|quest)(?=')"
)
# Turkish names have an apostrophe before the ending of their case: İstanbul'da.
_TURKISH_ENDING = re.compile(
    r"([^\W\d_a-z]\w{2,})'(?:[dt][ae]n?|[dt][ae]ki|[yn]?[ıiuü]n|y[aeıiuü]|n[ıiuü]n|y?l[ae])"
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
    "capt": "captain",
    "sgt": "sergeant",
    "lt": "lieutenant",
    "dept": "department",
    "inc": "incorporated",
    "corp": "corporation",
    "ltd": "limited",
    "blvd": "boulevard",
    "hwy": "highway",
    "approx": "approximately",
    # As Americans write what units are called.
    **{
        f"{prefix}{british}{end}": f"{prefix}{american}{end}"
        for prefix in ("", "kilo", "centi", "milli")
        for british, american in (("metre", "meter"), ("litre", "liter"), ("gramme", "gram"))
        for end in ("", "s")
    },
}
# Without a dot these are words, or other abbreviations.
_NEEDS_DOT = {
    "gen": "general",
    "sen": "senator",
    "gov": "governor",
    "rep": "representative",
    "col": "colonel",
    "rev": "reverend",
    "hon": "honourable",
    "mt": "mount",
    "ft": "fort",
    "sr": "senior",
    "maj": "major",
    "adm": "admiral",
    "cpl": "corporal",
    "cmdr": "commander",
    "pres": "president",
    "pvt": "private",
    "bros": "brothers",
    "ave": "avenue",
    "univ": "university",
}
# Begun with a capital letter, these are what they are with a dot.
_TITLES = {"Mt": "mount", "Ft": "fort", "mt": "mount", "Bros": "brothers"}
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50}
# Above 39 three letters or more: XL is a size.
_ROMAN_FORM = re.compile(r"x{0,3}(?:ix|iv|v?i{0,3})|(?=...)(?:xl|lx{0,3})(?:ix|iv|v?i{0,3})")
_SIGNS = {"%": "percent", "&": "and", **{sign: sign for sign in CURRENCIES}}
_DEGREES = {"": "degrees", "C": "degrees celsius", "F": "degrees fahrenheit"}
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
    if run in _SIGNS:
        return Clump(((_SIGNS[run], 0, 1),))
    if run[0] == "°":
        return Clump(
            tuple(zip(_DEGREES[run[1:].strip()].split(), (0, 1), (1, len(run)), strict=False))
        )
    run = run.replace('"', "'")  # Hebrew acronyms
    core = run.rstrip(".,")
    if _HUMPS.fullmatch(core):
        return read_humps(core)
    lower = core.lower()
    if run[0] == ".":
        return _one(lower, run)
    if core[-1] == ")":
        return _one(re.sub(r"[\s^*_,]", "", lower), run)
    if lower.endswith("'s") and lower[:-2] not in _CONTRACTED and not _DECADE.fullmatch(lower):
        core, lower = core[:-2].rstrip("."), lower[:-2].rstrip(".")
    if with_ending := _TURKISH_ENDING.fullmatch(core):
        core, lower = with_ending[1], with_ending[1].lower()
    if _DOTTED.fullmatch(core) or _SPELT.fullmatch(core):
        return _one(re.sub(r"[.\s]", "", lower), run)
    if _WITH_SIGN.fullmatch(lower) or _ORDINAL.fullmatch(lower):
        return _one(lower.replace(",", ""), run)
    if decade := _DECADE.fullmatch(lower):
        return _one(f"{decade[1]}s", run)
    if _GROUPED.fullmatch(lower):
        groups = lower.replace(",", "") if "," in lower else lower.replace(".", "")
        return _one(groups.replace(" ", "").replace("'", ""), run)
    if _WITH_COMMA.fullmatch(lower):
        return _one(lower.replace(".", "").replace(",", "."), run)
    if _DECIMAL.fullmatch(lower):
        return _one(lower.replace(",", "."), run)
    if lower == "km/h":
        return _one("kmh", run)
    if core in _TITLES:
        return _one(_TITLES[core], run)
    if (numero := _NUMERO.fullmatch(lower)) and (short := abbreviated(numero[1])):
        return Clump(((short, *numero.span(1)), (numero[2], *numero.span(2))))
    if pair := _LETTERS_AND.fullmatch(core):
        first, last = pair.span(1), pair.span(2)
        return Clump(
            ((pair[1].lower(), *first), ("and", first[1], last[0]), (pair[2].lower(), *last)),
            lower.replace("'", ""),
            compound=True,
        )
    if between := _AND_BETWEEN.fullmatch(lower):
        first, second = between.span(1), between.span(2)
        n = (between.end(1) + 1, between.end(1) + 2)
        return Clump(((between[1], *first), ("n", *n), (between[2], *second)))
    if lower in _NEEDS_NO_DOT:
        return _one(_NEEDS_NO_DOT[lower], run)
    if run.endswith(".") and lower in _NEEDS_DOT:
        return _one(_NEEDS_DOT[lower], run)
    return _compound(lower, run)


def read_humps(run: str) -> Clump:
    """Read words that are written together, each with a capital letter."""
    words = tuple((hump[0].lower(), hump.start(), hump.end()) for hump in _HUMP.finditer(run))
    joined = "".join(word for word, *_ in words)
    if len(words) < 2 or joined != run.lower():
        return read_clump(run)
    return Clump(words, joined, compound=True)


def _one(word: str, run: str) -> Clump:
    return Clump(((word, 0, len(run)),))


def _compound(lower: str, run: str) -> Clump:
    parts = list(_PARTS.finditer(lower))
    words = [word for part in parts for word in _split(part[0], part.start())]
    if len(words) == 1:
        ((word, start, _),) = words
        return Clump(((word, start, len(run.rstrip(".,"))),))  # with its 's
    if len(words) == 2 and _is_name_with_article(run):
        return Clump(tuple(words), "".join(word for word, *_ in words), compound=True)
    if len(parts) < 2 or UNSPACED.search(lower):
        return Clump(tuple(words))
    # Between letters and digits the parts say where they meet; `19` needs no `covid19` beside it.
    letters = [not word.isdecimal() for word, *_ in words]
    joinable = "&" not in lower and len(words) <= _MAX_JOINED_PARTS
    joined = None
    if joinable and any(a and b for a, b in pairwise(letters)):
        joined = "".join(word for word, *_ in words)
    return Clump(tuple(words), joined, compound=True)


def _is_name_with_article(run: str) -> bool:
    """Return whether a run is a name such as L'Oréal or D'Angelo, which others write in one."""
    first, _, rest = run.partition("'")
    return first.isupper() and rest[:1].isupper() and not run.isupper()


def _split(part: str, begin: int) -> list[tuple[str, int, int]]:
    """Split characters of unspaced scripts, and elided articles, from what follows them."""
    if part == "&":
        return [("and", begin, begin + 1)]
    if UNSPACED.search(part):
        found = []
        part = _FINAL_LENGTH.sub("", part)
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
