"""Steps of a visitor, and what is on the page, for the tests of all pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from streamlit.testing.v1 import AppTest

from app.state.navigation import PAGES

Visit = Callable[..., AppTest]


def assert_no_error(page: AppTest) -> AppTest:
    """Check that nothing went wrong on the page, and return it."""
    assert not page.exception, page.exception
    return page


def menu(page: AppTest) -> dict[str, str]:
    """Return the pages of the menu: title to the hash by which Streamlit knows it.

    Streamlit has no public way: `AppTest.switch_page` accepts only pages that are files, and ours
    are functions. Here and in `turn_to` alone a test looks into `AppTest`.
    """
    pages = page._registered_pages
    return {info["page_name"]: key for key, info in pages.items()}


def turn_to(page: AppTest, name: str) -> AppTest:
    """Choose a page by its name, as a click in the menu does; `page.run()` draws it."""
    page._page_hash = menu(page)[PAGES[name].title]
    return page


def listed(page: AppTest) -> list[str]:
    """Return the titles in the table of documents; empty where there is none."""
    for component in page.get("bidi_component"):
        if component.proto.component_name == "hilbert_documents":
            return [row["cells"][0] for row in json.loads(component.proto.json)["rows"]]
    return []


def texts(page: AppTest) -> list[str]:
    """Return all text on the page, without the escapes."""
    kinds = (page.markdown, page.caption, page.info, page.error, page.title, page.subheader)
    kinds += (page.success, page.warning)
    return [
        element.value.replace("\\", "").replace("\u2060", "") for kind in kinds for element in kind
    ]


class Played(NamedTuple):
    """What a button plays: a document, and seconds; the end is 0 where it is the recording's."""

    document: str
    start_time: int
    end_time: int


def players(page: AppTest) -> list[Played]:
    """Return what the play buttons play, in their order, as the player reads it in their keys."""
    keys = [re.match(r"play-([^-]+)-(\d+)-(\d+)-", b.key or "") for b in page.button]
    return [Played(k[1], int(k[2]) // 1000, int(k[3]) // 1000) for k in keys if k]


def press(page: AppTest, label: str) -> AppTest:
    """Click the first button of this name."""
    next(b for b in page.button if b.label == label).click()
    return assert_no_error(page.run())


def links(page: AppTest) -> dict[str, str]:
    """Return the links in the text of a page: what they say, and where the first of that leads."""
    found: dict[str, str] = {}
    for element in page.markdown:
        for label, url in re.findall(r"(?<!\\)\[((?:\\.|[^\]])*)\]\(<([^>]*)>\)", element.value):
            found.setdefault(label.replace("\\", "").replace("\u2060", ""), url)
    return found


def address(page: AppTest) -> dict[str, list[str]]:
    """Return the parameters of the address; a test reads what the page sets in either form."""
    given = page.query_params.items()
    return {name: [value] if isinstance(value, str) else list(value) for name, value in given}


def visit_link(page: AppTest, url: str) -> AppTest:
    """Open an address of the app in the same visit, as Back, Forward and links do."""
    parts = urlsplit(url)
    turn_to(page, parts.path.strip("/") or "search")
    page.query_params.clear()
    for name, values in parse_qs(parts.query).items():
        page.query_params[name] = values
    return assert_no_error(page.run())


def follow(page: AppTest, label: str) -> AppTest:
    """Click the first link of this name."""
    return visit_link(page, links(page)[label])
