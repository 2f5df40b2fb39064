"""Language codes from tags, names of languages and options."""

from __future__ import annotations

_NO_LANGUAGE = {"mul", "zxx", "mis"}  # several, none, uncoded (ISO 639-2)


def language_code(named: str | None) -> str | None:
    """Return `en` for en, en-US and eng; None for what names no language (und, klingon)."""
    import langcodes
    from langcodes.tag_parser import LanguageTagError

    try:
        code = langcodes.get(named or "").language
    except LanguageTagError:
        return None
    return None if code in _NO_LANGUAGE else code
