"""A library for what is to be indexed: the one that is there, or one that suits the language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from indexer.base.languages import language_code
from indexer.encoders import EncoderSettings
from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import Source
from indexer.transcripts.name_tags import language_of_name


def library_for(
    folder: Path,
    sources: Callable[[], Iterable[Source]],
    encoders: EncoderSettings | None = None,
    language: str | None = None,
) -> LibraryStore:
    """Open a library, or make one whose text encoder reads the language of most of the files.

    Args:
        folder: Of the library.
        sources: Finds what is to be indexed; called where a library is made and nothing else
            tells the language.
        encoders: Which encoders to use, whatever the language.
        language: Of the recordings; None or `auto` where tables and names of transcripts tell.

    Raises:
        LibraryError: The folder holds something else, or another choice of encoders.
    """
    if encoders or LibraryStore.exists(folder):
        return LibraryStore.create(folder, encoders)
    named = language_code(language) or main_language(sources())
    return LibraryStore.create(folder, language=named)


def main_language(sources: Iterable[Source]) -> str | None:
    """Return the ISO 639 code that most documents name, None where most name none.

    A table or the name of a transcript (`talk.de.vtt`) names it.
    """
    counted = Counter(map(_language, sources)).most_common(1)
    return counted[0][0] if counted else None


def _language(source: Source) -> str | None:
    return (
        language_code(source.metadata.get("language"))
        or source.transcript_language
        or (language_of_name(source.transcript) if source.transcript else None)
    )
