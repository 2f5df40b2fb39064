"""Weights are fitted to known items, and kept only where they find more of others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.adapt.evaluate import EvalQuery
from indexer.adapt.tune_weights import Example, Tuning, fit, store, tune
from indexer.base.errors import QueryError
from indexer.index.library_store import LibraryStore
from indexer.search.fusion import default_weights, library_weights
from indexer.search.scoring import weighed
from indexer.search.searcher import Searcher
from tests.in_process import call

START = np.full(len(weighed()), 1 / len(weighed()))


def examples(telling: int, count: int = 40) -> list[Example]:
    """Questions that one channel answers, while all others only make noise."""
    rng = np.random.default_rng(0)
    made = []
    for number in range(count):
        scores = rng.normal(0.0, 0.1, (30, len(weighed())))
        right = np.arange(30) == number % 30
        scores[right, telling] += 0.5
        made.append(Example(f"d{number}", scores, right, scores, right))
    return made


@pytest.mark.parametrize("telling", range(len(weighed())))
def test_the_channel_that_tells_gets_the_weight(telling: int) -> None:
    weights = fit(examples(telling), START)
    assert weights.sum() == pytest.approx(1) and weights.min() >= 0
    assert np.argmax(weights) == telling and weights[telling] > 0.5


def test_without_anything_to_learn_from_the_weights_stay() -> None:
    right = np.zeros(30, bool)
    nothing = [Example("d", np.zeros((30, len(weighed()))), right, np.zeros((0, 5)), right[:0])]
    assert fit(nothing, START) == pytest.approx(START)


def test_fitting_is_deterministic() -> None:
    assert np.array_equal(fit(examples(1), START), fit(examples(1), START))


def test_too_few_documents_are_refused(searcher: Searcher) -> None:
    questions = [EvalQuery("why-tides-lag", text=f"tea {n}") for n in range(40)]
    with pytest.raises(QueryError, match="at least 20 documents of this library; these are 1"):
        tune(searcher, questions)


def typed_weights(library: LibraryStore) -> dict[str, float]:
    """Those that can be tuned."""
    return {name: library_weights(library)["typed"][name] for name in weighed()}


def test_stored_weights_are_used_from_then_on(
    empty_library: LibraryStore, small_library: LibraryStore
) -> None:
    assert library_weights(empty_library) == default_weights()
    after = dict.fromkeys(weighed(), 0.2)
    store(empty_library, [Tuning("typed", 30, {}, after, 0.5, 0.6, (0.01, 0.2), True)])
    again = LibraryStore.open(empty_library.folder)
    assert typed_weights(again) == after
    assert library_weights(again)["clip"] == default_weights()["clip"]
    bonus = default_weights()["typed"]["metadata"]
    assert library_weights(again)["typed"]["metadata"] == bonus
    assert library_weights(small_library) == default_weights()


TOPICS = """volcano lava ash eruption|violin string bow resin|bridge cable tower river
bread yeast flour oven|whale song ocean migration|chess opening gambit endgame
tea leaf harvest mountain|glacier ice crevasse melt|compiler parser token syntax
orchard apple pruning blossom|submarine periscope depth sonar|telescope mirror nebula dust
desert dune scorpion heat|clock pendulum gear escapement|vaccine immune antibody dose
carpet loom knot dye|lighthouse fog lamp keeper|beehive queen nectar swarm
marathon runner pace water|castle moat siege stone|printing ink type press
comet tail orbit sun|coffee roast bean grinder|opera tenor aria stage"""


@pytest.fixture(scope="module")
def topics(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A library of 24 short transcripts, and a file of a question about each."""
    folder = tmp_path_factory.mktemp("tune")
    (folder / "talks").mkdir()
    lines = []
    for number, words in enumerate(TOPICS.replace("\n", "|").split("|")):
        one, two, three, four = words.split()
        said = (
            f"Today we talk about the {one} and the {two}. Then comes the {three}, with a {four}."
        )
        text = f"WEBVTT\n\n00:01.000 --> 00:21.000\n{said}\n"
        (folder / "talks" / f"talk-{number}.vtt").write_text(text)
        lines.append({"query": f"{one} {four}", "document": f"talk-{number}"})
        lines[-1] |= {"start": 1, "end": 21}
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return folder / "talks", folder / "queries.jsonl"


@pytest.fixture(scope="module")
def topics_library(
    topics: tuple[Path, Path],
    tmp_path_factory: pytest.TempPathFactory,
    index_into: Any,
    models: None,
) -> LibraryStore:
    library = LibraryStore.create(tmp_path_factory.mktemp("tuned") / "library")
    index_into(library, topics[0])
    return library


def test_good_weights_are_not_replaced(
    topics: tuple[Path, Path], topics_library: LibraryStore
) -> None:
    status, output, errors = call("tune", "-l", topics_library.folder, "--queries", topics[1])
    assert status == 0, errors
    assert "24 typed queries" in output
    assert "Not shown to be better: nothing is changed." in output
    assert library_weights(topics_library) == default_weights()


def test_bad_weights_are_replaced_unless_it_is_a_dry_run(
    topics: tuple[Path, Path], topics_library: LibraryStore
) -> None:
    """Audio alone knows nothing of transcripts: whatever else is better."""
    bad = {**dict.fromkeys(weighed(), 0.0), "audio": 1.0}
    store(topics_library, [Tuning("typed", 30, {}, bad, 0.5, 0.6, (0.01, 0.2), True)])
    arguments = ("tune", "-l", topics_library.folder, "--queries", topics[1], "--json")
    (dry,) = json.loads(call(*arguments, "--dry-run")[1])
    assert not dry["stored"] and typed_weights(topics_library) == bad
    (tuned,) = json.loads(call(*arguments)[1])
    assert tuned["stored"] and tuned["after"]["mrr@10"] > 0.9 > tuned["before"]["mrr@10"]
    assert typed_weights(topics_library) == tuned["after"]["weights"]
    assert Searcher(topics_library).search("lava eruption").hits[0].name == "talk-0"


def test_queries_are_needed(tmp_path: Path) -> None:
    status, _, errors = call("tune", "-l", tmp_path)
    assert status == 2 and "give --queries FILE, --clips FILE or both" in errors
