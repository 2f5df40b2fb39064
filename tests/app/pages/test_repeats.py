"""An advert that several recordings hold says so on its card, with all places."""

from __future__ import annotations

from pathlib import Path

import pytest
from visitor import Visit, assert_no_error, press

from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.run import index

ADVERT = (
    "This show is supported by Quillpost. They print your letters on thick paper and carry them to "
    "the box with a real stamp. Write to your grandmother tonight and she reads it on Thursday."
)
TALKS = ("Bread rises because yeast eats sugar.", "A lighthouse burned oil.", "Beetles drink fog.")


@pytest.fixture
def repeating_library(tmp_path: Path, models: None) -> Path:
    folder = tmp_path / "talks"
    folder.mkdir()
    for number, talk in enumerate(TALKS):
        text = f"{ADVERT.replace('Thursday', str(number))}\n\n{talk * 12}\n"
        (folder / f"talk-{number}.txt").write_text(text, encoding="utf-8")
    made = LibraryStore.create(tmp_path / "library")
    assert not index(made, scan([folder]), ProcessSettings()).failed
    made.close()
    return tmp_path / "library"


@pytest.mark.parametrize("grouping", ["recordings", "moments"])
def test_an_advert_says_where_else_it_is(
    open_page: Visit,
    repeating_library: Path,
    monkeypatch: pytest.MonkeyPatch,
    grouping: str,
) -> None:
    monkeypatch.setenv("HILBERT_LIBRARY", str(repeating_library))
    page = open_page(grouping=grouping)
    page.text_input(key="typed").set_value("letters on thick paper by Quillpost")
    press(page, "Search")
    assert_no_error(page)
    labels = [e.label for e in page.expander if e.label.startswith("An advert")]
    assert labels[0] == "An advert, intro or the like, also in 2 other recordings"
    (place,) = next(e for e in page.expander if e.label == labels[0]).markdown
    assert place.value.count("talk") == 2
