"""A library for what is to be indexed: the one that is there, or one that suits the language."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from indexer.base.languages import language_code
from indexer.encoders import AUTO, EncoderSettings
from indexer.index.library_store import LibraryStore
from indexer.ingest.main_language import main_language
from indexer.ingest.source import Source


def library_for(
    folder: Path,
    sources: Callable[[], Iterable[Source]],
    encoders: EncoderSettings | None = None,
    language: str | None = None,
    asr: str = AUTO,
) -> LibraryStore:
    """Open a library, or make one whose text encoder reads the language of most of the files.

    Args:
        folder: Of the library.
        sources: Finds what is to be indexed; called where a library is made and nothing else
            tells the language.
        encoders: Which encoders to use, whatever the language.
        language: Of the recordings; None or `auto` where the files tell.
        asr: Who recognises words: where nothing names the language, a few recordings are heard.

    Raises:
        LibraryError: The folder holds something else, or another choice of encoders.
        EncoderError: The recogniser cannot be found or loaded.
    """
    if encoders or LibraryStore.exists(folder):
        return LibraryStore.create(folder, encoders)
    named = language_code(language) or main_language(sources(), asr)
    return LibraryStore.create(folder, language=named)
