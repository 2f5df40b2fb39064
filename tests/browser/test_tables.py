"""Tables of documents: rows are links, columns sort, words narrow, thousands make no delay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from app.components.component_files import read
from tests.browser.waiting import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

TIDE = "Why the tide keeps its own time"
FIND = "Find by title, speaker or file"


def test_rows_are_links_that_open_here_in_another_tab_and_lead_back(page: Page) -> None:
    page.goto("/library")
    table = page.get_by_role("table", name="Recordings")
    link = table.get_by_role("link", name=TIDE)
    link.wait_for()
    document = link.get_attribute("href") or ""
    assert len(parse_qs(urlsplit(document).query)["doc"][0]) == 64
    with page.context.expect_page() as opened:
        link.click(modifiers=["Control"])
    opened.value.get_by_role("heading", name=TIDE).wait_for()
    opened.value.close()
    page.get_by_label(FIND).fill("tide time")
    expect(table.get_by_role("row")).to_have_count(2)  # the heading's, and one that has both words
    link.click()
    page.get_by_role("heading", name=TIDE).wait_for()
    assert page.url == document
    page.go_back()
    link.wait_for()
    expect(page.get_by_label(FIND)).to_have_value("tide time")
    page.goto("/")
    page.get_by_role("table", name="Recordings").get_by_role("link", name=TIDE).click()
    page.get_by_role("heading", name=TIDE).wait_for()


@pytest.fixture
def blank(chromium: Browser) -> Iterator[Page]:
    """A page of nothing but the table's own elements and script."""
    page = chromium.new_page()
    page.set_content(read("document_table.html"))
    yield page
    page.close()


DRAW = """async ([script, data]) => {
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const draw = (await import(url)).default;
  const started = performance.now();
  draw({ parentElement: document.body, data, setStateValue: () => {} });
  return performance.now() - started;
}"""


def test_three_thousand_documents_are_sorted_narrowed_and_paged_without_delay(blank: Page) -> None:
    rows = [
        {"id": f"{n:064x}", "cells": [f"Talk {n}", f"{n % 60}:00"], "keys": {"1": n % 60}}
        for n in range(3000)
    ]
    columns = [{"name": "Title", "minor": False}, {"name": "Length", "minor": False}]
    data = {"name": "t", "label": "D", "to": "http://127.0.0.1/document", "columns": columns}
    script = read("document_table.js")
    took = blank.evaluate(DRAW, [script, {**data, "rows": rows}])
    assert took < 1000, f"{took} ms"
    first = blank.locator("tbody tr").first
    assert blank.locator("tbody tr").count() == 50 and first.inner_text().startswith("Talk 0")
    blank.get_by_role("button", name="Next").click()
    assert "51–100 of 3,000" in blank.locator("nav output").inner_text()
    assert first.inner_text().startswith("Talk 50")
    blank.get_by_role("button", name="Length").click()
    blank.get_by_role("button", name="Length").click()
    assert first.inner_text().endswith("59:00")  # by seconds: "9:00" is not the longest
    assert "1–50 of 3,000" in blank.locator("nav output").inner_text()
    blank.get_by_role("searchbox").fill("talk 2999")
    assert blank.locator("tbody tr").count() == 1
    assert blank.evaluate("history.state.t.words") == "talk 2999"


def test_a_column_that_says_nothing_of_any_row_that_is_left_is_not_shown(blank: Page) -> None:
    cells = [["One", "Anna", " ", "en"], ["Two", "", "", "en"], ["Three", "", "", "en"]]
    rows = [{"id": f"{n:064x}", "cells": each} for n, each in enumerate(cells)]
    columns = [
        {"name": "Title"},
        {"name": "Speaker"},
        {"name": "Date"},
        {"name": "Language", "varied": True},
    ]
    data = {"name": "t", "label": "D", "to": "http://127.0.0.1/document", "columns": columns}
    script = read("document_table.js")
    blank.evaluate(DRAW, [script, {**data, "rows": rows}])
    headings = blank.locator("th")
    assert headings.all_inner_texts() == ["Title", "Speaker"]
    blank.get_by_role("searchbox").fill("T")
    assert headings.all_inner_texts() == ["Title"]
    assert blank.locator("tbody tr").first.locator("td").count() == 1
    blank.get_by_role("searchbox").fill("")
    assert headings.all_inner_texts() == ["Title", "Speaker"]
