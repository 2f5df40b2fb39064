"""Diagnostics as a visitor reads them."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from visitor import Visit, assert_no_error, texts, turn_to

from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.run import index


def diagnostics(page: AppTest) -> AppTest:
    turn_to(page, "diagnostics")
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
