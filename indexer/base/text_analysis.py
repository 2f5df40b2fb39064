"""Text analysis: one chain from text to words, the same for what is indexed and what is typed.

1. Unicode: compatible forms are one (full width, ligatures), so are the quotes of all alphabets and
   the digits of all scripts.
2. Runs of characters become words (`indexer.base.word_forms`): `F.B.I.` and `FBI's` are `fbi`,
   `Dr.` is `doctor`, `20%` is `20 percent`; signs that carry meaning stay (`c++`, `c#`, `.net`,
   `o(n)`); words written together are their parts, and all of them joined (`e-mail`: `e`, `mail`,
   `email`; `getUserName`, `#MeToo`), letters and digits are parted (`covid19`: `covid`, `19`);
   Chinese, Japanese, Korean and Thai are one word a character.
3. Numbers in words become digits (`indexer.base.number_words`), Roman ones after a name too; money
   and units are what they are called (`indexer.base.units`): `$5k` is `5000 dollars`.
4. Case, accents and apostrophes are folded, and characters that stand for each other (`fold`):
   these are the *exact* words, in which quoted phrases and exclusions are looked up.
5. Stems of them by the language of the document (`stem`, Snowball), for all other searches; British
   and American spellings have one.

What stays several words is looked for in every way to write it (`indexer.base.writings`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from indexer.base.abbreviations import ABBREVIATED, abbreviated, is_beside_day, month_of
from indexer.base.number_words import HALF, NUMBER_WORDS, read_number
from indexer.base.scripts import UNSPACED, fold, typical_word_length
from indexer.base.spellings import american_spellings
from indexer.base.tokens import Token
from indexer.base.units import TIMES, UNIT_SIGNS, said_per, with_units
from indexer.base.word_forms import CLUMP, read_clump, read_humps, roman_number
from indexer.base.writings import NUMBERED, groups

__all__ = [
    "ANALYSIS_VERSION",
    "MAX_PHRASE",
    "Token",
    "analyse",
    "begin",
    "exact_words",
    "fold",
    "phrase_length",
    "query_terms",
    "stem",
]

# Of the words that the chain makes and of the tables that hold them: an index of another version is
# analysed anew.
ANALYSIS_VERSION = 8
# As long as a phrase may be and still be found where it begins in one segment and ends in another.
MAX_PHRASE = 32
_FIRST_WORDS = 12
# No number has more words than these.
_MAX_NUMBER = 32


class _Signs(dict[int, str]):
    """Signs that stand for each other, and digits of all scripts, once they are met."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        digit = unicodedata.decimal(sign, None)
        self[code] = sign if digit is None else str(digit)
        return self[code]


_QUOTES = _Signs(
    str.maketrans(
        {
            **dict.fromkeys("’‘ʼ‛′`´ʻʽ׳", "'"),
            **dict.fromkeys("״״", '"'),
            "־": "-",
            "×": "x",
            **dict.fromkeys("\x00™®", " "),
        }
    )
)
_BETWEEN = re.compile(r"[\s\-\u2010]*")
_SPOKEN = re.compile(
    r"(?P<plus>[a-z] plus plus)|(?P<sharp>[a-z] sharp)|(?P<dot>dot net)|(?P<percent>per cent)"
)
_SIGNS = {"plus": "{0.word}++", "sharp": "{0.word}#", "dot": ".net", "percent": "percent"}
_SIGN_WORDS = ("plus", "sharp", "net", "cent")
# A character and what normalisation joins to it.
_CLUSTER = re.compile(r"(?s).[\u0300-\u036f\u3099\u309a\uff9e\uff9f\u1160-\u11ff]*")
# Of which there are so many that V and X are numbers, not names.
_OF_MANY = frozenset(("part", "chapter", "volume", "book", "act", "scene", "title", "article"))
_ONE_LETTER = {"I": "1", "V": "5", "X": "10"}
_FRACTION_SLASH = "\u2044"
_DECIMALS = {"½": ".5", "¼": ".25", "¾": ".75", "⅛": ".125"}
_NUMERO = re.compile(r"\s?\d")
# '79, the class of '05; not '79'. From 30 on it is the last century.
_SHORT_YEAR = re.compile(r"(?:(?<!.)|\W)'\d\d(?![\w'.,]*')(?!\w)")
_THIS_CENTURY = "30"
# Years that are written digit by digit in Chinese characters: 二零二三年.
_HAN_YEAR = re.compile("[〇零一二三四五六七八九]{4}(?=年)")
_HAN_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_ROMAN_BEHIND = re.compile(r"\s[IVX]{2,}\b")
_LOWER_BEHIND = re.compile(r"\s[^\W\d_A-Z]")
_BEGINS_SENTENCE = re.compile(r"(?:^|[.!?\n])\s*$")
_STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "eo": "esperanto",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}


def analyse(text: str) -> list[Token]:
    """Split a text into its words, in order.

    Args:
        text: Any text.
    """
    plain = text.translate(_QUOTES)
    if "年" in plain:
        plain = _HAN_YEAR.sub(lambda year: year[0].translate(_HAN_DIGITS), plain)
    if unicodedata.is_normalized("NFKC", plain):
        return _tokens(plain)
    plain, starts, ends = _normalise(plain)
    return [t._replace(start=starts[t.start], end=ends[t.end - 1]) for t in _tokens(plain)]


def _normalise(text: str) -> tuple[str, list[int], list[int]]:
    """Return a text in NFKC, and where what each character was made of begins and ends."""
    made: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for cluster in _CLUSTER.finditer(text):
        piece = unicodedata.normalize("NFKC", cluster[0]).translate(_QUOTES)
        if piece[1:2] == _FRACTION_SLASH and made and made[-1][-1:].isdecimal():
            piece = _DECIMALS.get(cluster[0], f" {piece}")  # 2½
        made.append(piece)
        starts += [cluster.start()] * len(piece)
        ends += [cluster.end()] * len(piece)
    return "".join(made), starts, ends


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    has_number = has_sign = has_unit = False
    for match in CLUMP.finditer(text):
        run, begin = match[0], match.start()
        is_tag = begin > 0 and text[begin - 1] == "#"
        clump = read_humps(run) if is_tag else read_clump(run)
        words = clump.words
        if len(words) == 1:
            word, start, end = words[0]
            if word in NUMBER_WORDS or word == HALF:
                has_number = True
            elif word in _SIGN_WORDS:
                has_sign = True
            elif word in UNIT_SIGNS:
                has_unit = True
            elif word.isdecimal() and _SHORT_YEAR.match(text, max(0, begin - 2)):
                word = f"{19 + (word < _THIS_CENTURY)}{word}"
            elif word in ABBREVIATED and (whole := _beside_number(match, tokens)):
                word, end = whole, len(run)  # with its dot
            elif word in TIMES and len(tokens) > 1:
                tokens[-1] = said_per(tokens)
            elif tokens and word[0] in "ivxl" and (number := _after_name(match, tokens[-1])):
                word = number
            tokens.append(Token(word, begin + start, begin + end))
            continue
        for word, start, end in words:
            has_number = has_number or word in NUMBER_WORDS
            has_unit = has_unit or word in UNIT_SIGNS
            tokens.append(Token(word, begin + start, begin + end))
        if words and clump.compound:
            tokens[-1] = tokens[-1]._replace(joined=clump.joined, of_compound=len(words))
    if has_number:
        tokens = _with_numbers(tokens, text)
    if has_unit:
        tokens = with_units(tokens, text)
    return list(_with_signs(tokens)) if has_sign else tokens


def _beside_number(match: re.Match[str], tokens: Sequence[Token]) -> str | None:
    """Read what is short for something where a number stands beside it: No. 5, Fig. 3, 25 Dec."""
    text, end, run = match.string, match.end(), match[0]
    if month := month_of(run.rstrip(".").lower()):
        return month if is_beside_day(tokens, text, match.start(), end) else None
    is_no = run.lower() in ("no", "no.")
    if _NUMERO.match(text, end):
        return abbreviated(run) if run != "no" else None
    return abbreviated(run) if not is_no and _ROMAN_BEHIND.match(text, end) else None


def _after_name(match: re.Match[str], previous: Token) -> str | None:
    """Read a Roman number behind a name: World War II, Henry VIII, chapter iv.

    In small letters, and behind words in small letters, only those that can be nothing else count.
    """
    text, run = match.string, match[0].rstrip(".").removesuffix("'s")
    is_numbered = previous.word in NUMBERED
    named = text[previous.start].isupper()
    if len(run) == 1 and is_numbered and named and run in _ONE_LETTER:
        # "In Part I we saw" is a number, "Part I wrote" at the beginning of a sentence is none.
        begins = _BEGINS_SENTENCE.search(text, max(0, previous.start - 8), previous.start)
        is_word = run == "I" and begins and _LOWER_BEHIND.match(text, match.end())
        return (
            _ONE_LETTER[run] if not is_word and (run == "I" or previous.word in _OF_MANY) else None
        )
    number = roman_number(run)
    if number is None or previous.word.isdigit() or not previous.word[0].isalpha():
        return None
    if run.isupper():
        behind = text[previous.end : previous.end + 1]
        return number if (named or is_numbered) and behind not in ".!?" else None
    return number if run.endswith("ii") or (is_numbered and run.islower()) else None


def _with_numbers(tokens: Sequence[Token], text: str) -> list[Token]:
    """Return the tokens, numbers in words as one token in digits."""
    made: list[Token] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        end = place + 1
        if token.word in NUMBER_WORDS or token.word == HALF or token.word[0].isdigit():
            while end < min(len(tokens), place + _MAX_NUMBER) and _BETWEEN.fullmatch(
                text, tokens[end - 1].end, tokens[end].start
            ):
                end += 1
            number = read_number([t.word for t in tokens[place:end]])
            if number is not None:
                word, length = number
                place += length
                made.append(Token(word, token.start, tokens[place - 1].end))
                continue
        if token.of_compound > 1:  # a number may stand within: twenty-two-year-old
            begins = tokens[place + 1 - token.of_compound].start
            left = 1 + sum(before.start >= begins for before in made[-token.of_compound :])
            if left < token.of_compound:
                token = token._replace(of_compound=left, joined=None)
        made.append(token)
        place += 1
    return made


def _with_signs(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield the tokens, signs that were spoken as they are written: c plus plus, per cent."""
    place = 0
    while place < len(tokens):
        for length in (3, 2):
            said = tokens[place : place + length]
            spoken = _SPOKEN.fullmatch(" ".join(token.word for token in said))
            if spoken and len(said) == length:
                sign = _SIGNS[spoken.lastgroup or ""]
                yield Token(sign.format(*said), said[0].start, said[-1].end)
                break
        else:
            length = 1
            yield tokens[place]
        place += length


def exact_words(text: str) -> list[str]:
    """Return the exact words of a text: its tokens, folded."""
    return [fold(token.word) for token in analyse(text)]


def phrase_length(words: Iterable[str]) -> float:
    """Count words; of a script without spaces two characters are one."""
    return sum(0.5 if UNSPACED.match(word) else 1.0 for word in words)


@lru_cache(maxsize=400_000)
def stem(word: str, language: str | None) -> str:
    """Return the stem of a word of `analyse`, folded; of British spellings, the American one's.

    Args:
        word: In lower case, accents kept.
        language: ISO 639 code. English where it is not known; other languages that Snowball has
            no rules for have no stems.
    """
    stemmer = _stemmer(language or "en")
    if stemmer is None or not word[0].isalpha() or word[-1] in "+#)":
        return fold(word)
    if (language or "en") == "en":
        word = american_spellings().get(word, word)
    return fold(stemmer.stemWord(word)) or fold(word)


@lru_cache
def _stemmer(language: str) -> Any:
    import Stemmer

    name = _STEMMERS.get(language)
    # Without a cache of its own; the C code holds the interpreter's lock, so threads may share it.
    return Stemmer.Stemmer(name, 0) if name else None


def query_terms(query: str, *, distinct: bool = True) -> list[str]:
    """Split a text into the terms to look up, in order.

    A term is a word, or several that belong together and stand in a row in what is found:
    `gpt-4`, `war 2`, `henry the 8th`, `寿司`. Analysed by itself it gives these words again.

    Args:
        query: Any text.
        distinct: Each term once.
    """
    tokens = analyse(query)
    together = {end: first for first, end in groups(tokens, query) if end - first > 1}
    terms: list[str] = []
    place = 0
    while place < len(tokens):
        first = place
        place += 1
        while place < len(tokens) and _in_one_run(tokens[place - 1], tokens[place]):
            place += 1
        if place - first > 1:
            terms += _terms_of_run("".join(token.word for token in tokens[first:place]))
            continue
        token = tokens[first]
        of_compound = tokens[first + 1 - token.of_compound : first + 1]
        if len(of_compound) > 1:
            del terms[len(terms) + 1 - len(of_compound) :]
            terms += _terms_of_compound(query, of_compound)
        else:
            terms.append(_term(query, token))
        if place in together:
            terms.append(" ".join(t.word for t in tokens[together[place] : place]))
    return list(dict.fromkeys(terms)) if distinct else terms


def _in_one_run(token: Token, following: Token) -> bool:
    together = token.end == following.start
    return together and bool(UNSPACED.match(token.word) and UNSPACED.match(following.word))


def _terms_of_run(run: str) -> list[str]:
    """Return a run without spaces whole where it is a word or two, else all that may be words."""
    length = typical_word_length(run)
    if len(run) <= length + 1:
        return [run]
    return [run[i : i + length] for i in range(len(run) - length + 1)]


def _terms_of_compound(query: str, tokens: Sequence[Token]) -> list[str]:
    """Return the parts that say something by themselves, and the whole."""
    words = [token.word for token in tokens]
    in_digits = all(word.isdecimal() for word in words)
    parts = [w for w in words if in_digits or (len(w) > 1 and (tokens[-1].joined or len(w) > 2))]
    whole = query[tokens[0].start : tokens[-1].end].translate(_QUOTES)
    whole = unicodedata.normalize("NFKC", whole).lower()
    if [token.word for token in analyse(whole)] != words:
        in_a_row = " ".join(words)  # getUserName, RnB
        return [*words, *([in_a_row] if exact_words(in_a_row) == [*map(fold, words)] else [])]
    return [*(w for w in parts if in_digits or not w.isdecimal() or tokens[-1].joined), whole]


def _term(query: str, token: Token) -> str:
    """Return a number as it was typed, any other word in canonical form."""
    if token.word[0].isdigit():
        typed = " ".join(query[token.start : token.end].lower().split())
        if [t.word for t in analyse(typed)] == [token.word]:
            return typed
    return token.word


def begin(text: str) -> str:
    """Return the first words of a text."""
    words = text.split()
    return " ".join(words[:_FIRST_WORDS]) + (" …" if len(words) > _FIRST_WORDS else "")
