"""The language of most of what a new library is to hold, by what names and tables say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from indexer.base.languages import language_code
from indexer.ingest.discover import Source, scan
from indexer.transcripts.name_tags import language_of_name


def main_language(paths: Iterable[Path], library: Path) -> str | None:
    """Return the ISO 639 code that most documents name, None where most name none.

    A table or the name of a transcript (`talk.de.vtt`) names it.

    Args:
        paths: Files and folders.
        library: The library's own folder, which may lie within.
    """
    found = scan(paths, library.absolute()).sources
    counted = Counter(map(_language, found)).most_common(1)
    return counted[0][0] if counted else None


def _language(source: Source) -> str | None:
    return (
        language_code(source.metadata.get("language"))
        or source.transcript_language
        or (language_of_name(source.transcript) if source.transcript else None)
    )
