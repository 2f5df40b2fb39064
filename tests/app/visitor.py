"""What a visitor does and sees, for the tests of all pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest

Visit = Callable[..., AppTest]


def fine(page: AppTest) -> AppTest:
    """The page, if nothing went wrong on it."""
    assert not page.exception, page.exception
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
    return fine(page.run())
