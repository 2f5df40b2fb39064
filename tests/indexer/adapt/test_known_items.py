"""Known items: cues that are asked for where a library comes without queries."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from hilbert.training.config import TrainingConfig
from indexer.adapt.evaluate import evaluate, known_items
from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.run import index
from indexer.search.searcher import Searcher
from tests.in_process import call


def test_without_questions_cues_of_the_documents_are_asked_for(
    small_library: LibraryStore, searcher: Searcher
) -> None:
    status, output, errors = call("evaluate", "-l", small_library.folder, "--json")
    assert (status, errors) == (0, "")
    answer = json.loads(output)
    assert answer["queries_from"] == (
        "up to 4 cues of each of 6 documents (too few to hold any out); their words stand in the "
        "index, so lexical and text are flattered"
    )
    assert answer["queries"] == answer["timed"] == 24 and answer["missing"] == []
    assert answer["document"]["lexical"]["recall@1"] == 1
    questions, told = known_items(searcher)
    assert (questions, told) == known_items(searcher) and told == answer["queries_from"]
    quality = evaluate(searcher, questions)
    assert quality.document == answer["document"] and quality.moment == answer["moment"]


def test_known_items_are_long_cues_spread_over_documents_that_no_training_learns_from(
    small_library: LibraryStore, searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hilbert.training.splits.FEWEST_DOCUMENTS", 6)  # as if six were enough
    place = {
        document: int(hashlib.sha256(document.encode()).hexdigest()[:12], 16) / 16**12
        for document in searcher.documents
    }
    under = [d for d, value in place.items() if value < TrainingConfig().held_out_share]
    held_out = set(sorted(place, key=lambda d: place[d])[: max(3, len(under))])
    questions, told = known_items(searcher)
    assert f"of {len(held_out)} held-out documents;" in told
    assert {question.document for question in questions} == held_out
    for document in held_out:
        cues = small_library.catalog.cues(document)
        asked = [question for question in questions if question.document == document]
        times = {(cue.start, cue.end): cue.text for cue in cues}
        assert all(times[q.start, q.end] == q.text for q in asked)
        assert all(len((q.text or "").split()) >= 5 for q in asked)
        whole, quarters = cues[-1].end or 0.0, [0.0] * 4
        for question in asked:
            quarters[int(4 * (question.start or 0.0) / whole)] += 1
        assert len(asked) == 4 and max(quarters) <= 2


def test_few_documents_are_all_asked_for_and_short_cues_never(
    twins: LibraryStore, twins_text: str
) -> None:
    questions, told = known_items(Searcher(twins))
    names = {document.id: document.name for document in twins.catalog.documents()}
    assert {names[question.document] for question in questions} == {"one", "two", "three"}
    assert [(q.start, q.end, q.text) for q in questions] == [(10.0, 20.0, f"{twins_text}.")] * 3
    assert told.startswith("up to 4 cues of each of 3 documents (too few to hold any out);")


def test_where_no_cue_is_long_enough_questions_are_asked_for(
    empty_library: LibraryStore, tmp_path: Path
) -> None:
    (tmp_path / "short.txt").write_text("Nothing at all.\n")
    index(empty_library, scan([tmp_path / "short.txt"]), ProcessSettings())
    status, output, errors = call("evaluate", "-l", empty_library.folder)
    assert (status, output) == (1, "") and errors.count("\n") == 1
    assert "no cue of the documents has 5 words or more" in errors and "--queries" in errors
