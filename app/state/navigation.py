"""The registry of pages, and moves from one page to another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from hilbert.extension_points import PAGES as PAGES_POINT
from hilbert.registry import Registry

if TYPE_CHECKING:
    from streamlit.navigation.page import Page as StreamlitPage


@dataclass(frozen=True)
class Page:
    """A page of the app.

    Attributes:
        name: In its URL and in links to it. The first page is at the root.
        title: In the navigation.
        icon: A Material symbol, as `:material/search:`, or an emoji.
        order: Place in the navigation; low orders come first.
        draw: Draws the page; called only where a library is open (`current_library`).
    """

    name: str
    title: str
    icon: str
    order: int
    draw: Callable[[], None]


PAGES: Registry[Page] = Registry(PAGES_POINT)


def add_page(page: Page) -> Page:
    """Register a page.

    Raises:
        ValueError: Another page has this name.
    """
    return PAGES.add(page.name, page, page.order)


def navigation_pages() -> list[StreamlitPage]:
    """Return all pages for `st.navigation`, in their order."""
    return [_streamlit_page(page, default=n == 0) for n, page in enumerate(PAGES.values())]


def go_to(name: str) -> None:
    """Leave this page for another one; what follows the call is not run.

    Raises:
        KeyError: No page has this name.
    """
    st.switch_page(_streamlit_page(PAGES[name], default=name == next(iter(PAGES))))


def choose_document(document: str, seconds: float | None = None) -> None:
    """Choose what the page Document shows.

    Args:
        document: Id of the document.
        seconds: Time at which its player starts; None for the beginning.
    """
    st.session_state["document"], st.session_state["document-time"] = document, seconds


def _streamlit_page(page: Page, *, default: bool) -> StreamlitPage:
    return st.Page(
        page.draw,
        title=page.title,
        icon=page.icon,
        url_path="" if default else page.name,
        default=default,
    )
