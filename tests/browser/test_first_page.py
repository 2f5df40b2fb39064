"""What the first pages do not wait for: tables, and models that a search needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.browser.test_browser import WATER
from tests.browser.test_states import server_of
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def test_pages_import_no_tables_and_models_are_loaded_behind_the_first(
    chromium: Browser, library: Path, cache: Path, tmp_path: Path
) -> None:
    with serving("--library", library, folder=tmp_path) as printed:
        address = printed.partition("/?")[0]
        server = server_of(int(address.rpartition(":")[2]))
        context = chromium.new_context(base_url=address)
        context.set_default_timeout(90_000)
        context.request.get(printed, max_redirects=0)
        page = context.new_page()
        page.goto("/")
        page.get_by_role("table", name="Recordings").wait_for()
        for _ in range(600):  # nobody searches, and the models come
            if "onnxruntime" in mapped(server):
                break
            page.wait_for_timeout(100)
        else:
            pytest.fail("the models are not loaded behind the first page")
        page.goto(f"/?{urlencode({'q': WATER})}")
        page.get_by_role("link", name="Whole recording").first.click()
        page.get_by_text("Nearest recordings").wait_for()
        page.wait_for_load_state("networkidle")
        assert not mapped(server) & {"pandas", "pyarrow"}
        context.close()


def mapped(process: int) -> set[str]:
    """Return the packages whose compiled code a process has in memory."""
    lines = Path(f"/proc/{process}/maps").read_text().splitlines()
    parts = (line.partition("/site-packages/")[2] for line in lines)
    return {part.partition("/")[0] for part in parts if part}
