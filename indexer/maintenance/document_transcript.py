"""The transcript of a document, read from a library."""

from __future__ import annotations

from indexer.index.library_store import LibraryStore
from indexer.maintenance.manage import find_document
from indexer.store.word_times import by_cue, count_words, unpack_word_times
from indexer.transcripts.document_transcript import DocumentTranscript


def document_transcript(library: LibraryStore, name: str) -> DocumentTranscript:
    """Read what is stored of the words of a document.

    Args:
        library: The library.
        name: Of the document; see `find_document`.

    Raises:
        LibraryError: No document has this name, or several do.
    """
    document = find_document(library, name)
    supplement = library.catalog.supplement(document.id)
    cues = library.catalog.cues(document.id)
    words = unpack_word_times(supplement.word_times, count_words(cues))
    return DocumentTranscript(
        name=document.name,
        language=document.language,
        text_source=document.text_source,
        warnings=document.warnings,
        cues=tuple(cues),
        segments=tuple(library.catalog.segments(document.id)),
        sounds=supplement.sounds,
        chapters=supplement.chapters,
        description=supplement.description,
        words=tuple(map(tuple, by_cue(cues, words))) if words else (),
    )
