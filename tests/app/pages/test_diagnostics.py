"""Diagnostics as a visitor reads them."""

from __future__ import annotations

import shutil
import time
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from visitor import Visit, assert_no_error, press, texts, turn_to

from app.state import jobs
from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.run import index
from indexer.maintenance.manage import remove
from tests.sharing import copy_library


def diagnostics(page: AppTest) -> AppTest:
    """Measure, where that was not done yet."""
    turn_to(page, "diagnostics")
    assert_no_error(page.run())
    if any(button.label == "Measure" for button in page.button):
        press(page, "Measure")
    for _ in range(300):
        assert_no_error(page.run())
        if (page.metric and any("Reading" in text for text in texts(page))) or page.error:
            return page
        if any("gap" in info.value for info in page.info):
            return page
        time.sleep(0.2)
    raise AssertionError("the measuring does not end")


def test_numbers_plots_and_what_they_say(visit: Visit) -> None:
    page = diagnostics(visit())
    values = {metric.label: metric.value for metric in page.main.metric}
    assert 0 <= float(values["Centroid gap"]) <= 2
    assert 0.5 <= float(values["Separability"]) <= 1
    assert len(page.get("plotly_chart")) == 4
    assert any("Do not rank sound and text vectors" in text for text in texts(page))
    [table] = page.dataframe
    assert "Linear separability" in list(table.value["Measure"])
    assert all(any(table.value[column]) for column in table.value)
    assert any("need not bring the right moment" in text for text in texts(page))
    labels = [button.proto.label for button in page.get("download_button")]
    assert labels == ["Report", "JSON"]


def test_nothing_is_measured_before_a_click_and_a_result_says_when_and_of_what(
    open_page: Visit, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = copy_library(library, tmp_path / "copy")
    monkeypatch.setenv("HILBERT_LIBRARY", str(copy))
    page = turn_to(open_page(), "diagnostics")
    assert_no_error(page.run())
    assert any("are there to be measured" in text for text in texts(page)) and not page.metric
    assert jobs.find(f"diagnose:{copy}") is None
    page = diagnostics(page)
    assert any(f"measured on {date.today()}" in text for text in texts(page))
    assert not any("has changed since" in text for text in texts(page))
    store = LibraryStore.open(copy)
    remove(store, ["odd-words"])
    store.close()
    page = diagnostics(open_page())
    assert page.metric and any("has changed since" in text for text in texts(page))
    assert any(button.label == "Measure again" for button in page.button)


def test_the_map_and_the_space_are_chosen(visit: Visit) -> None:
    page = diagnostics(visit())
    page.segmented_control(key="map-way").set_value("tsne")
    page.segmented_control(key="cosines-of").set_value("control")
    assert len(assert_no_error(page.run()).get("plotly_chart")) == 4


def test_without_sound_it_says_what_is_missing(
    open_page: Visit, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = tmp_path / "words"
    words.mkdir()
    (words / "note.txt").write_text("A walrus keeps its pebbles in a row. " * 20)
    made = LibraryStore.create(tmp_path / "silent")
    index(made, scan([words]), ProcessSettings())
    made.close()
    monkeypatch.setenv("HILBERT_LIBRARY", str(tmp_path / "silent"))
    page = diagnostics(open_page())
    assert any("transcripts only" in info.value for info in page.info)
    shutil.rmtree(words)
