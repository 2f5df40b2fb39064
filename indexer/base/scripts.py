"""Scripts: letters that are folded, and those that are written without spaces between words."""

from __future__ import annotations

import re
import unicodedata

from indexer.base.spellings import simplified_characters

# Marks that Unicode does not count as letters but that stand within words, and invisible
# characters: soft hyphen, zero-width space and joiners.
MARKS = (
    r"\u00ad\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    r"\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ecd"
    r"\u102b-\u103e\u17b4-\u17d3\u200b-\u200d\u2060\u3099\u309a\ufeff"
)
# Hebrew acronyms have it before their last letter: צה"ל.
HEBREW_QUOTE = r'(?<=[\u05d0-\u05ea])"(?=[\u05d0-\u05ea])'
# Thai, Lao, Myanmar, Khmer: a word is several characters; kana, Han and Hangul: often one or two.
_ALPHABETS = r"\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff"
_SYLLABLES = (
    r"\u1100-\u11ff\u3005\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
UNSPACED = re.compile(rf"[{_ALPHABETS}{_SYLLABLES}]")
_ALPHABET = re.compile(rf"[{_ALPHABETS}]")
_INVISIBLE = re.compile(r"[\u00ad\u0640\u200b-\u200d\u2060\ufeff]")
# Accents of Latin, Greek and Cyrillic, vowel points of Hebrew and Arabic. Voiced sounds of
# Japanese (U+3099) and vowels of India and Thailand are no accents, nor is the breve of й.
_ACCENTS = re.compile(r"[\u0300-\u0305\u0307-\u036f\u0591-\u05c7\u064b-\u065f\u0670]|(?<!и)\u0306")
# As Lucene's normaliser of Hindi has it: the dot of borrowed sounds is left out, the nasal of a
# consonant's class is written as a dot above, too.
_NUKTA = re.compile(r"\u093c")
_NASAL = re.compile(r"[ङञणनम]\u094d(?=[क-ह])|\u0901")
# Letters that Unicode does not take apart into a letter and an accent, Arabic ones that stand for
# each other on keyboards and in print, and traditional Chinese characters.
_LETTERS = dict(simplified_characters()) | str.maketrans(
    {
        **dict.fromkeys("łƚ", "l"),
        **dict.fromkeys("øɵ", "o"),
        **dict.fromkeys("đð", "d"),
        "ħ": "h",
        "ŧ": "t",
        "ŋ": "n",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ə": "a",
        **dict.fromkeys("ىیې", "ي"),
        **dict.fromkeys("کڪ", "ك"),
        **dict.fromkeys("ةھہە", "ه"),
        "ٱ": "ا",
    }
)


def fold(word: str) -> str:
    """Return a word without case, accents, apostrophes and invisible characters.

    `Łódź` is `lodz`, `Straße` `strasse`, `Don't` `dont`, `फ़िल्म` `फिल्म`, `臺灣` `台湾`.
    """
    word = word.casefold().replace("'", "")
    if word.isascii():
        return word
    apart = unicodedata.normalize("NFD", _INVISIBLE.sub("", word))
    if "\u0900" < word[0] < "\u0980":
        apart = _NASAL.sub("\u0902", _NUKTA.sub("", apart))
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", apart))
    return plain.translate(_LETTERS)


def typical_word_length(run: str) -> int:
    """Return how many characters a word of an unspaced run commonly has."""
    return 4 if _ALPHABET.match(run) else 2
