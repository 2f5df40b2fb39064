"""Lists of thousands of lines: drawn in parts, one list to whoever has them read aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app.components.component_files import read

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

pytestmark = pytest.mark.browser

LINES = 2_500
DRAW = """async ([script, style, data]) => {
  document.adoptedStyleSheets = [new CSSStyleSheet()];
  document.adoptedStyleSheets[0].replaceSync(":root { --st-border-color: #888; }" + style);
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  (await import(url)).default({ parentElement: document.body, data });
}"""
# How far below the upper edge of its list an element stands, as a share of the list's height.
SHARE = """element => {
  const [own, list] = [element, element.closest("[role=list]")]
    .map(each => each.getBoundingClientRect());
  return (own.top - list.top) / list.height;
}"""


def cue(n: int, found: int) -> dict[str, Any]:
    # Some lines take several rows: where a line stands cannot be told without laying them out.
    text = f"line {n}" + " and on" * (n % 90)
    start = {"start": 4.0 * n, "end": 4.0 * n + 4, "clock": f"{n}"}
    return {**start, "parts": [[text, False, False]], **({"found": True} if n == found else {})}


def comes_into_view(element: Locator) -> bool:
    for _ in range(100):  # frames, in which lines get their heights
        if 0 <= element.evaluate(SHARE) < 1:
            return True
        element.page.wait_for_timeout(50)
    return False


@pytest.mark.parametrize("found", [3, 1951, LINES - 1])
def test_the_line_of_the_address_is_in_view_among_thousands(chromium: Browser, found: int) -> None:
    page = chromium.new_page()
    page.set_content(read("transcript.html"))
    cues = [cue(n, found) for n in range(LINES)]
    data = {"cues": cues, "height": "20rem", "document": "d", "find": True}
    script = read("said.js", "long_list.js", "transcript.js")
    page.evaluate(DRAW, [script, read("transcript.css"), data])
    assert comes_into_view(page.get_by_role("listitem").nth(found))
    transcript = page.get_by_role("list", name="Transcript")
    assert transcript.get_by_role("listitem").count() == LINES
    assert page.get_by_role("list").count() == 1
    page.get_by_label("Find in the transcript").fill("line 777 and")
    assert comes_into_view(page.locator("mark.current"))
    page.close()


def test_the_hit_that_is_read_is_in_view_among_hundreds(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(read("hit_list.html"))
    hits = [
        {**cue(n, -1), "to": f"#t={4 * n}", "sign": None, "speaker": "", "line": n}
        for n in range(500)
    ]
    data = {"heading": "500 moments in this recording", "hits": hits, "current": 321}
    data |= {"timed": True, "seconds": 2000.0, "document": "d"}
    script = read("said.js", "long_list.js", "hit_list.js")
    page.evaluate(DRAW, [script, read("hit_list.css"), data])
    here = page.locator("li.here")
    assert comes_into_view(here) and here.inner_text().startswith("321")
    borders = "es => es.filter(e => getComputedStyle(e).borderTopStyle === 'solid').length"
    rows = page.get_by_role("listitem")
    assert rows.evaluate_all(borders) == rows.count() - 1
    page.close()
