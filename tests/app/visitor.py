"""What a visitor does and sees, for the tests of all pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest

from app.state.navigation import PAGES

Visit = Callable[..., AppTest]


def assert_no_error(page: AppTest) -> AppTest:
    """Check that nothing went wrong on the page, and return it."""
    assert not page.exception, page.exception
    return page


def turn_to(page: AppTest, name: str) -> AppTest:
    """Go to a page by its name; `page.run()` draws it.

    `AppTest.switch_page` knows only pages that are files: the address of the others is looked up
    here among what `st.navigation` was given.
    """
    wanted = "" if name == next(iter(PAGES)) else name
    found = page._registered_pages.items()
    page._page_hash = next(key for key, info in found if info["url_pathname"] == wanted)
    return page


def texts(page: AppTest) -> list[str]:
    """Everything written on the page, without the escapes."""
    kinds = (page.markdown, page.caption, page.info, page.error, page.title, page.subheader)
    kinds += (page.success, page.warning)
    return [
        element.value.replace("\\", "").replace("\u2060", "") for kind in kinds for element in kind
    ]


def players(page: AppTest) -> list[Any]:
    """The players, in their order."""
    return [element.proto for element in page.get("audio")]


def press(page: AppTest, label: str) -> AppTest:
    """Click the first button of this name."""
    next(b for b in page.button if b.label == label).click()
    return assert_no_error(page.run())
