"""The registry of pages."""

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
        section: Heading that the navigation has it under.
    """

    name: str
    title: str
    icon: str
    order: int
    draw: Callable[[], None]
    section: str = ""


PAGES: Registry[Page] = Registry(PAGES_POINT)


def add_page(page: Page) -> Page:
    """Register a page.

    Raises:
        ValueError: Another page has this name.
    """
    return PAGES.add(page.name, page, page.order)


def navigation_pages() -> dict[str, StreamlitPage]:
    """Return all pages for `st.navigation`, by name, in their order."""
    return {
        page.name: st.Page(
            page.draw,
            title=page.title,
            icon=page.icon,
            url_path="" if n == 0 else page.name,
            default=n == 0,
        )
        for n, page in enumerate(PAGES.values())
    }
