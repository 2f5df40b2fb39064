"""What a query is called: in the tab's title, in lists and in links back to it."""

from __future__ import annotations

import logging

from app.state.open_library import OpenLibrary
from app.state.search_state import UserQuery
from indexer.base.errors import HilbertError
from indexer.base.timecode import clock
from indexer.index.records import IndexedSegment

log = logging.getLogger(__name__)


def query_name(library: OpenLibrary, query: UserQuery) -> str:
    """Return what is searched for, as plain text."""
    if query.is_similar:
        return f"Like {source_name(library, query)}"
    clip = f"clip {query.clip_name}".rstrip() if query.clip else ""
    return " + ".join(filter(None, (query.words, clip)))


def source_name(library: OpenLibrary, query: UserQuery) -> str:
    """Return what a query for neighbours starts from, as plain text."""
    document = library.searcher.documents.get(query.document)
    if document is None:
        return "a recording that is gone"
    if not query.is_moment:
        return document.title
    moment = source_moment(library, query)
    if moment is None or moment.start is None:
        return f"a passage of {document.title}"
    return f"the moment at {clock(moment.start)} of {document.title}"


def source_moment(library: OpenLibrary, query: UserQuery) -> IndexedSegment | None:
    """Return the moment that a query for neighbours starts from; None where it is of no moment."""
    if not query.is_moment:
        return None
    try:
        return library.searcher.segment_of(query.document, query.seconds, query.segment)
    except HilbertError:
        log.debug("a query names no moment", exc_info=True)  # the answer says so
        return None
