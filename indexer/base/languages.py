"""Which language a recording is in, by whatever names it."""

from __future__ import annotations

from functools import lru_cache

from indexer.base.names import folded

_NO_LANGUAGE = {"mul", "zxx", "mis"}  # several, none, uncoded (ISO 639-2)
# Nearly every English word of three letters is the code of some language. Codes that have no
# form of two letters are believed where this many people speak the language.
_MANY_SPEAKERS = 10_000_000
# Codes of two letters, and those of three for the same (ISO 639-2), as recordings are tagged:
# langcodes takes longer to import than a search to answer.
_THREE_LETTERS = {
    **{"ar": "ara", "cs": "ces cze", "da": "dan", "de": "deu ger", "el": "ell gre", "en": "eng"},
    **{"es": "spa", "fi": "fin", "fr": "fra fre", "he": "heb", "hi": "hin", "hu": "hun"},
    **{"it": "ita", "ja": "jpn", "ko": "kor", "nb": "nob", "nl": "nld dut", "pl": "pol"},
    **{"pt": "por", "ro": "ron rum", "ru": "rus", "sv": "swe", "th": "tha", "tr": "tur"},
    **{"uk": "ukr", "vi": "vie", "zh": "zho chi"},
}
_COMMON = {name: code for code, more in _THREE_LETTERS.items() for name in (code, *more.split())}


def language_code(named: str | None) -> str | None:
    """`en` for en, en-US, eng and English; `de` for ger and Deutsch; None for what names none."""
    if not named or named == "und":
        return None
    return _COMMON[named] if named in _COMMON else _looked_up(named.strip())


@lru_cache(maxsize=4096)
def _looked_up(named: str) -> str | None:
    import langcodes
    from langcodes.tag_parser import LanguageTagError

    try:
        code = langcodes.get(named).language
    except LanguageTagError:
        return _of_whole_name(named)
    if len(code or "") > 3:  # none is registered: a word that looks like a tag
        return _of_whole_name(named)
    return None if code in _NO_LANGUAGE else code


@lru_cache(maxsize=4096)
def language_named_by(words: str, *, sure: bool) -> str | None:
    """Find the language that a part of a file's name stands for.

    Args:
        words: `de`, `ger`, `pt-BR`, `German`, `Deutsch`, `Brazilian Portuguese`.
        sure: Whether the part stands where a language is expected. Otherwise codes of three
            letters count only for languages that have a code of two, or many speakers: `talk-new`
            is not in Newari.

    Returns:
        ISO 639 code, as `language_code` gives it; None for what names no language.
    """
    import langcodes

    head, *subtags = words.split("-")
    if len(head) in (2, 3) and head.isascii() and langcodes.tag_is_valid(words):
        # `langcodes.standardize_tag` is not used: it would say `no` for `nb` and `nn`.
        found = langcodes.get(words)
        code = language_code(words)
        speakers = found.speaking_population() if code else 0
        believed = speakers >= _MANY_SPEAKERS or (sure and speakers > 0)
        if code and (len(head) == 2 or len(code) == 2 or believed):
            return code
        macro = langcodes.get(langcodes.standardize_tag(words, macro=True)).language or ""
        return macro if len(macro) == 2 else None  # cmn is zh, arb is ar
    return None if subtags else _by_name(words)


def _of_whole_name(words: str) -> str | None:
    """Likewise, where the words are a name and nothing else but a region: `English (US)`."""
    import langcodes

    name = words.partition("(")[0].strip()
    code = _by_name(name)
    if code is None:
        return None
    own = langcodes.get(code)
    return code if folded(name) in (folded(own.display_name()), folded(own.autonym())) else None


def _by_name(words: str) -> str | None:
    """The language by its English name or its own, perhaps with a region: `Swiss German`."""
    import langcodes

    # A name in any third language would make Bodo of "mono" and Malay of "male".
    if len(words) < 4 and words.isascii():
        return None
    try:
        found = langcodes.find(words)
    except LookupError:
        return None
    own = langcodes.get(found.language or "")
    names = {folded(own.display_name()), folded(own.autonym())}
    if len(found.language or "") != 2 or not any(n and n in folded(words) for n in names):
        return None
    return found.language
