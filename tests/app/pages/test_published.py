"""The app on a published library: the search, its pages, and a newer publication."""

from __future__ import annotations

from pathlib import Path

import pytest
from searching import WATER
from visitor import Visit, assert_no_error, links, listed, texts, turn_to

pytest.importorskip("pymilvus", reason="needs the extra milvus (make test-extras)")

from indexer.index.library_store import LibraryStore
from indexer.maintenance.manage import remove
from indexer.published.address import read_address
from indexer.published.engine import Engine
from indexer.published.publish import publish
from indexer.published.store import cached_address
from tests.sharing import copy_library

pytestmark = pytest.mark.extras
TIDES = "Why the tide keeps its own time"


def test_a_published_library_is_searched_and_a_newer_one_is_shown(
    library: Path, open_page: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = LibraryStore.open(copy_library(library, tmp_path / "own"))
    address = read_address(str(tmp_path / "store.db"))
    engine = Engine.connect(address, create=True)
    try:
        publish(own, engine)
        monkeypatch.setenv("HILBERT_LIBRARY", str(cached_address(address)))
        page = open_page()
        assert TIDES in listed(page) and len(listed(page)) == 4
        assert any(TIDES in title for title in links(open_page({"q": WATER})))
        turn_to(page, "library")
        assert any("published" in text for text in texts(assert_no_error(page.run())))
        assert not [button for button in page.button if button.label in ("Remove", "Check")]
        remove(own, ["why-tides-lag"])
        publish(own, engine)
        later = open_page()
        assert TIDES not in listed(later) and len(listed(later)) == 3
        assert not any(TIDES in title for title in links(open_page({"q": WATER})))
    finally:
        engine.close()
