"""Which language a recording is in, by whatever names it."""

from __future__ import annotations

from pathlib import Path

from indexer.errors import AudioError

_NO_LANGUAGE = {"mul", "zxx", "mis"}  # several, none, uncoded (ISO 639-2)


def language_code(named: str | None) -> str | None:
    """`en` for en, en-US and eng; `de` for ger; None for what names no language (und, klingon)."""
    import langcodes

    try:
        code = langcodes.get(named or "").language
    except langcodes.LanguageTagError:
        return None
    return None if code in _NO_LANGUAGE else code


def tagged_language(recording: Path) -> str | None:
    """The language in a recording's own tags, None where they name none."""
    from indexer.audio import open_recording

    try:
        opened = open_recording(recording)
    except AudioError:  # whoever reads it for its sound will say so
        return None
    opened.close()
    return language_code(opened.tags.get("language"))
