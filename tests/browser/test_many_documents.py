"""A served library of 3,000 documents: each page of it opens, and none is sent what it needs not.

The table of all documents is sent to the browser once, which sorts, narrows and pages it there.
Pages that do not show it are sent none of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import numpy as np
import pytest

from indexer.base.types import Cue, Segment
from indexer.index.library_store import LibraryStore
from indexer.store.catalog import Document
from tests.browser.asking import ask
from tests.browser.waiting import expect
from tests.made_documents import SPEAKERS, document_id, features

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page

pytestmark = pytest.mark.browser

MANY = 3000
FIND = "Find by title, speaker or file"
# Bytes. The table of so many is 600 kB; what else a page is sent grows little with a library.
MOST_WITHOUT_TABLE = 250_000


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, models: None) -> Path:
    """A library of transcripts, written as an indexing does, but by one transaction."""
    folder = tmp_path_factory.mktemp("many") / "library"
    opened = LibraryStore.create(folder)
    rng = np.random.default_rng(0)
    documents = []
    for seed in range(MANY):
        id_ = document_id(seed)
        name = opened.features.file_name(id_, "")
        opened.features.write(name, features(rng, 1, heard=False))
        said = f"This is talk number {seed}"
        speaker, seconds = SPEAKERS[seed % len(SPEAKERS)], 20.0 + seed % 60
        document = Document(
            *(id_, f"talk-{seed}", f"Talk {seed}", f"2024-05-{1 + seed % 28:02}", speaker),
            *(None, "en", seconds, f"/nowhere/talk-{seed}.vtt", None, None, "timed", name, ()),
        )
        cue = Cue(said, 0.0, seconds, speaker)
        documents.append((document, [cue], [Segment(0.0, seconds, said, 0, 1, True)]))
    with opened.catalog.transaction():
        for each in documents:
            opened.catalog.put_document(*each)
    opened.commit()
    opened.close()
    return folder


class Received:
    """What the server has sent by its WebSocket since it was last asked for, in bytes."""

    def __init__(self, page: Page) -> None:
        self._sizes: list[int] = []
        page.on("websocket", lambda socket: socket.on("framereceived", self._note))

    def _note(self, payload: str | bytes) -> None:
        self._sizes.append(len(payload))

    def take(self) -> int:
        total = sum(self._sizes)
        self._sizes.clear()
        return total


@pytest.fixture
def quiet(page: Page) -> Iterator[Page]:
    """A visitor's page that writes no error to the console."""
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # Streamlit looks for its server beside a page, too, before it asks at the root.
        if message.type == "error" and "/_stcore/" not in message.location.get("url", ""):
            errors.append(message.text)

    page.on("console", note)
    yield page
    assert not errors


def settled(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    assert page.get_by_test_id("stException").count() == 0


def test_three_thousand_documents_are_listed_found_and_opened(quiet: Page, many: Path) -> None:
    page, received = quiet, Received(quiet)
    page.goto(f"/?{urlencode({'library': str(many)})}")
    table = page.get_by_role("table", name="Recordings")
    table.wait_for()
    settled(page)
    expect(table.get_by_role("row")).to_have_count(51)  # a heading, and a page of the table
    assert MOST_WITHOUT_TABLE < received.take() < 1_000_000

    ask(page, '"talk number 2900"')
    page.get_by_text(re.compile(r"^1\. ")).filter(has_text="Talk 2900").wait_for()
    settled(page)
    assert received.take() < MOST_WITHOUT_TABLE

    page.get_by_role("link", name="Library", exact=True).click()
    page.get_by_text("Add recordings").wait_for()
    rows = table.get_by_role("row")
    rows.nth(1).wait_for()
    page.get_by_role("button", name="Length").click()
    page.get_by_role("button", name="Length").click()
    expect(rows.nth(1)).to_contain_text("1:19")
    page.get_by_role("button", name="Next →").click()
    expect(page.get_by_label("Pages of the table")).to_contain_text("51–100 of 3,000")
    page.get_by_label(FIND).fill("talk 2900")
    expect(rows).to_have_count(2)
    settled(page)
    received.take()
    table.get_by_role("link", name="Talk 2900").click()
    page.get_by_role("heading", name="Talk 2900").wait_for()
    settled(page)
    assert parse_qs(urlsplit(page.url).query)["doc"] == [document_id(2900)]
    assert received.take() < MOST_WITHOUT_TABLE

    page.go_back()
    table.get_by_role("link", name="Talk 2900").wait_for()
    settled(page)
    expect(page.get_by_label(FIND)).to_have_value("talk 2900")
    expect(rows).to_have_count(2)
    assert received.take() < MOST_WITHOUT_TABLE  # the browser has it from before
    page.go_back()
    page.get_by_text(re.compile(r"^1\. ")).filter(has_text="Talk 2900").wait_for()


def test_the_link_of_one_of_three_thousand_opens_it_without_the_others(
    quiet: Page, many: Path
) -> None:
    page, received = quiet, Received(quiet)
    page.goto(f"/document?{urlencode({'library': str(many), 'doc': document_id(2900), 't': 3})}")
    page.get_by_role("heading", name="Talk 2900").wait_for()
    page.get_by_label("Transcript", exact=True).get_by_text("This is talk number 2900").wait_for()
    settled(page)
    assert received.take() < MOST_WITHOUT_TABLE
