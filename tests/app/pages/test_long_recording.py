"""A recording of three hours with 2,500 lines: all of its hits, beyond the best of the library."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from visitor import Visit, assert_no_error, turn_to

from indexer.base.types import Cue, Segment
from indexer.index.library_store import LibraryStore
from indexer.search.results import LONGEST_MOMENT_SECONDS
from indexer.store.catalog import Document
from tests.made_documents import document_id, features

LINES, PER_SEGMENT, LINE = 2_500, 5, 4.32  # seconds
SEGMENTS = LINES // PER_SEGMENT
# One of so many segments says the word: far enough from the next to be a moment of its own.
EVERY = 6
ID = document_id(1)


@pytest.fixture
def long_recording(tmp_path: Path, models: None) -> Path:
    folder = tmp_path / "long"
    opened = LibraryStore.create(folder)
    rng = np.random.default_rng(1)
    said = [f"line {n} about nothing" for n in range(LINES)]
    for segment in range(0, SEGMENTS, EVERY):
        said[segment * PER_SEGMENT + 2] = f"the lighthouse at line {segment * PER_SEGMENT + 2}"
    cues = [Cue(text, LINE * n, LINE * (n + 1), "Ana") for n, text in enumerate(said)]
    segments = [
        Segment(
            LINE * n,
            LINE * (n + PER_SEGMENT),
            " ".join(said[n : n + PER_SEGMENT]),
            n,
            n + PER_SEGMENT,
        )
        for n in range(0, LINES, PER_SEGMENT)
    ]
    name = opened.features.file_name(ID, "1")
    opened.features.write(name, features(rng, SEGMENTS, heard=False))
    document = Document(
        *(ID, "long", "Three hours", None, "Ana", None, "en", LINE * LINES),
        *(str(tmp_path / "long.opus"), None, None, "asr", name, ()),
    )
    with opened.catalog.transaction():
        opened.catalog.put_document(document, cues, segments)
    opened.commit()
    opened.close()
    return folder


def test_all_hits_of_a_long_recording_are_listed_and_marked_in_its_transcript(
    open_page: Visit, long_recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HILBERT_LIBRARY", str(long_recording))
    page: AppTest = turn_to(open_page(), "document")
    page.query_params["q"], page.query_params["doc"] = "lighthouse", ID
    page.query_params["channel"] = "lexical"
    assert_no_error(page.run())
    given = [json.loads(element.proto.json) for element in page.get("bidi_component")]
    [hits] = [data["hits"] for data in given if "hits" in data]
    [cues] = [data["cues"] for data in given if "cues" in data]
    n = -(-SEGMENTS // EVERY)
    assert len(hits) == n > 80
    assert [hit["start"] for hit in hits] == sorted(hit["start"] for hit in hits)
    assert all(hit["end"] - hit["start"] <= LONGEST_MOMENT_SECONDS for hit in hits)
    assert len(cues) == LINES and sum("hit" in cue for cue in cues) == n * PER_SEGMENT
    marked = [text for cue in cues for text, found, _ in cue["parts"] if found]
    assert marked == ["lighthouse"] * n
