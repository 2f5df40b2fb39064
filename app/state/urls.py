"""URLs that open the same page, library, search and moment again, for anyone who may open them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from app.state import search_state
from app.state.library_access import default_library_folder
from app.state.open_library import library_folder
from app.state.search_state import Parameters, SearchState

SEARCH, DOCUMENT = "", "document"
"""Paths of pages that others lead to."""
BESIDE, CHOOSE = "with", "choose"
"""The parameter that names a document to compare with, and what stands for none as yet."""
COMPARED = "compared"
"""The parameter that names both documents of the comparison that one of them was opened from."""


def parameters(
    search: SearchState | None = None,
    *,
    doc: str | None = None,
    t: float | None = None,
    beside: str | None = None,
    compared: Sequence[str] = (),
) -> Parameters:
    """Return the parameters of an address.

    Args:
        search: Search that the page shows, or leads back to; None for the current one.
        doc: Id of the document to show.
        t: Its second to start at.
        beside: Id of the document to compare it with; `CHOOSE` for the choice of one.
        compared: Ids of both documents of the comparison that it was opened from.
    """
    library = library_parameter()
    return {
        **({"library": library} if library else {}),
        **search_state.parameters(search_state.current() if search is None else search),
        **({"doc": doc} if doc else {}),
        **({"t": f"{round(t, 1):.10g}"} if doc and t is not None else {}),
        **({BESIDE: beside} if doc and beside else {}),
        **({COMPARED: list(compared)} if doc and compared else {}),
    }


def link(
    page: str,
    search: SearchState | None = None,
    *,
    doc: str | None = None,
    t: float | None = None,
    beside: str | None = None,
    compared: Sequence[str] = (),
) -> str:
    """Return the URL of a page for a link on another; see `parameters`."""
    named = parameters(search, doc=doc, t=t, beside=beside, compared=compared)
    query = urlencode(named, doseq=True)
    return f"{root()}/{page}" + (f"?{query}" if query else "")


def default_library_link() -> str:
    """Return the URL of the current search in the library that the app was started for."""
    query = urlencode(search_state.parameters(search_state.current()), doseq=True)
    return f"{root()}/" + (f"?{query}" if query else "")


def whole_link(
    page: str,
    search: SearchState | None = None,
    *,
    doc: str | None = None,
    t: float | None = None,
) -> str:
    """Return the URL of a page with the host's name, to be sent to someone; see `parameters`."""
    base = urlsplit(st.context.url or "")
    path, _, query = link(page, search, doc=doc, t=t).partition("?")
    return urlunsplit((base.scheme, base.netloc, path, query, ""))


def library_parameter() -> str | None:
    """Return how an address names the library; None for the default one."""
    folder = library_folder()
    return str(folder) if folder and folder != default_library_folder() else None


def root() -> str:
    """Return the path that the app lies at, behind a proxy say, without a slash at its end."""
    path = urlsplit(st.context.url or "").path
    return path.rsplit("/", 1)[0] if path else ""
