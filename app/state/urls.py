"""URLs that open the same page, library and moment again, for anyone who can reach the app."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from app.state.library_access import default_library_folder
from app.state.open_library import library_folder


def page_url(page: str = "", **values: str | float | None) -> str:
    """Return the URL of a page, with the library and other parameters in it.

    The library is left out where it is the default one.
    """
    parameters = {"library": _library_parameter(), **{k: _format(v) for k, v in values.items()}}
    query = urlencode({k: v for k, v in parameters.items() if v})
    base = urlsplit(st.context.url or "")
    root = base.path.rsplit("/", 1)[0] if base.path else ""
    return urlunsplit((base.scheme, base.netloc, f"{root}/{page}", query, ""))


def update_url(**values: str | None) -> None:
    """Set the parameters of the current URL, so that it reopens what is on the page."""
    for name, value in {"library": _library_parameter(), **values}.items():
        if value and st.query_params.get(name) != value:
            st.query_params[name] = value
        elif not value and name in st.query_params:
            del st.query_params[name]


def seconds_in_url(longest: float = 1e6) -> float | None:
    """Return the time that the URL names; None where it is no time in `longest` seconds."""
    try:
        seconds = float(st.query_params.get("t", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds <= longest else None


def _library_parameter() -> str | None:
    folder = library_folder()
    return str(folder) if folder and folder != default_library_folder() else None


def _format(value: str | float | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value:g}"
