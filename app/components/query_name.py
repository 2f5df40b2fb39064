"""What a query is called: in the tab's title, in lists and in links back to it."""

from __future__ import annotations

from app.markdown import time_range
from app.state.open_library import OpenLibrary
from app.state.search_state import UserQuery


def query_name(library: OpenLibrary, query: UserQuery) -> str:
    """Return what is searched for, as plain text."""
    if query.is_similar:
        document = library.searcher.documents.get(query.document)
        title = document.title if document else "a recording that is gone"
        return " ".join(filter(None, ("Like", title, time_range(query.seconds, None))))
    clip = f"clip {query.clip_name}".rstrip() if query.clip else ""
    return " + ".join(filter(None, (query.words, clip)))
