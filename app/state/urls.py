"""Addresses that open the same thing again, for the visitor or for someone else here."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from app.state.open_library import library_folder, started_with


def address(page: str = "", **values: str | float | None) -> str:
    """The address of a page with `library`, and what else is given, in it.

    The library is left out where the app was started with it.
    """
    folder = library_folder()
    named = str(folder) if folder and folder != started_with() else None
    given = {"library": named, **{k: _written(v) for k, v in values.items()}}
    query = urlencode({k: v for k, v in given.items() if v})
    base = urlsplit(st.context.url or "")
    root = base.path.rsplit("/", 1)[0] if base.path else ""
    return urlunsplit((base.scheme, base.netloc, f"{root}/{page}", query, ""))


def keep_in_address(**values: str | None) -> None:
    """Let the address of the page say what is on it."""
    folder = library_folder()
    named = str(folder) if folder and folder != started_with() else None
    for name, value in {"library": named, **values}.items():
        if value and st.query_params.get(name) != value:
            st.query_params[name] = value
        elif not value and name in st.query_params:
            del st.query_params[name]


def seconds_in_address(most: float = 1e6) -> float | None:
    """The time that the address names; None for what is no time of a recording so long."""
    try:
        seconds = float(st.query_params.get("t", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds <= most else None


def _written(value: str | float | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value:g}"
