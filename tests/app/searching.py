"""Steps of a visitor on the search page, and what it shows."""

from __future__ import annotations

import re
from pathlib import Path

from streamlit.testing.v1 import AppTest
from visitor import assert_no_error

WATER = "why is the water in the ocean like a cup of tea"


def search(page: AppTest, words: str) -> AppTest:
    page.text_input(key="typed").set_value(words)
    [button] = [b for b in page.button if b.label == "Search"]
    button.click()
    return assert_no_error(page.run())


def upload(page: AppTest, clip: Path, name: str | None = None) -> AppTest:
    page.file_uploader(key="clip").set_value((name or clip.name, clip.read_bytes(), "audio/ogg"))
    return assert_no_error(page.run())


def cards(page: AppTest) -> list[str]:
    """Titles of the moments, best first."""
    headings = [m.value for m in page.markdown if re.match(r"\*\*\d+\\\.", m.value)]
    titles = [re.fullmatch(r"\*\*\d+\\\. \[(.*)\]\(<.*>\)\*\*", h)[1] for h in headings]
    return [title.replace("\\", "").replace("\u2060", "") for title in titles]


def heard(page: AppTest) -> str:
    """What the page says was heard in a clip; empty without one."""
    return next((e.label for e in page.expander if e.label.startswith("**Heard:**")), "")
