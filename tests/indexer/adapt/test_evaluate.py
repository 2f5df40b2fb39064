"""`hilbert evaluate` says what a person would count in the answers of `hilbert search`."""

from __future__ import annotations

import itertools
import json
import math
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hilbert.stats import bootstrap_interval
from indexer.index.library_store import LibraryStore
from indexer.search.query import Query
from indexer.search.searcher import Searcher
from tests.in_process import call
from tests.query_files import Line, read_lines, write_lines

CHANNELS = ("lexical", "text", "audio", "joint", "rrf", "auto")
METRICS = ("mrr@10", "recall@1", "recall@5", "recall@10", "ndcg@10")
NOT_FOUND = dict.fromkeys(METRICS, 0.0)


# --- what a person would count ----------------------------------------------------------------


def at_rank(rank: int) -> dict[str, float]:
    found = {f"recall@{k}": float(rank <= k) for k in (1, 5, 10)}
    if rank > 10:
        return {**found, "mrr@10": 0.0, "ndcg@10": 0.0}
    return {**found, "mrr@10": 1 / rank, "ndcg@10": 1 / math.log2(1 + rank)}


def counted(results: list[tuple[float, bool]]) -> dict[str, float]:
    """The metrics of (score, right) pairs: each order of equal scores is as likely."""
    if not any(right for _, right in results):
        return NOT_FOUND
    best = max(score for score, right in results if right)
    above = sum(score > best for score, _ in results)
    tied = [right for score, right in results if score == best]
    firsts = [above + 1 + min(p) for p in itertools.combinations(range(len(tied)), sum(tied))]
    return {m: float(np.mean([at_rank(first)[m] for first in firsts])) for m in METRICS}


def right_moment(hit: Line, line: Line) -> bool:
    return (
        hit["name"] == line["document"]
        and hit["start"] is not None
        and hit["end"] - hit["start"] <= 60
        and hit["start"] < line["end"]
        and hit["end"] > line["start"]
    )


def of_documents(lines: list[Line], answers: list[Line]) -> list[dict[str, float]]:
    return [
        counted([(d["score"], d["name"] == line["document"]) for d in answer["documents"]])
        for line, answer in zip(lines, answers, strict=True)
    ]


def of_moments(lines: list[Line], answers: list[Line]) -> list[dict[str, float]]:
    return [
        counted([(hit["score"], right_moment(hit, line)) for hit in answer["hits"]])
        for line, answer in zip(lines, answers, strict=True)
        if line["start"] is not None
    ]


def same(measured: Line, values: list[dict[str, float]]) -> None:
    """Means as counted, and an interval around each."""
    assert set(measured) == {*METRICS, "ci95"} and set(measured["ci95"]) == set(METRICS)
    for metric in METRICS:
        mean = np.mean([value[metric] for value in values])
        assert measured[metric] == pytest.approx(mean, abs=2e-6), metric
        low, high = measured["ci95"][metric]
        assert 0 <= low <= measured[metric] <= high <= 1


# --- one evaluation of everything -------------------------------------------------------------


@pytest.fixture(scope="module")
def typed(demo_folder: Path, searcher: Searcher, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six questions the library can answer, one without times, two about a missing document."""
    names = {document.name for document in searcher.documents.values()}
    every = read_lines(demo_folder / "queries.jsonl")
    lines = [line for line in every if line["document"] in names]
    lines += [line for line in every if line["document"] == "three-kinds-of-volcano"]
    tea = {"query": "a cup of tea", "document": "why-tides-lag", "start": None, "end": None}
    lines += [tea, {"query": "zymurgy", "document": "gone", "start": 1, "end": 2.5}]
    assert len(lines) == 9
    return write_lines(tmp_path_factory.mktemp("typed") / "queries.jsonl", lines)


@pytest.fixture(scope="module")
def clips(
    demo_folder: Path,
    write_sound: Callable[..., Path],
    music: NDArray[np.float32],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Two clips of speech, one of music, one that cannot be read."""
    folder = tmp_path_factory.mktemp("clips")
    lines = read_lines(demo_folder / "clips.jsonl")[:2]
    for line in lines:
        line["clip"] = str(demo_folder / line["clip"])
    write_sound(folder / "music.wav", music)
    (folder / "broken.wav").write_text("no sound")
    lines += [
        {"clip": "music.wav", "document": "how-a-violin-sings", "start": 0, "end": 30},
        {"clip": "broken.wav", "document": "why-tides-lag", "start": 0, "end": 30},
    ]
    return write_lines(folder / "clips.jsonl", lines)


@pytest.fixture(scope="module")
def evaluated(small_library: LibraryStore, typed: Path, clips: Path) -> Line:
    """What the command says of typed queries and clips."""
    command = ("evaluate", "-l", small_library.folder, "--queries", typed, "--clips", clips)
    status, output, errors = call(*command, "--json")
    assert (status, errors) == (1, ""), "one clip cannot be read"
    answer: Line = json.loads(output)
    return answer


def searched(library: LibraryStore, queries: Path, channel: str) -> list[Line]:
    """What `hilbert search` answers to each line."""
    command = ("search", "-l", library.folder, "--queries", queries, "--json", "-k", 1000)
    status, output, errors = call(*command, "--channel", channel)
    assert (status, errors) == (0, "")
    return [json.loads(line) for line in output.splitlines()]


@pytest.mark.parametrize("channel", CHANNELS)
def test_typed_queries_are_judged_by_the_ranks_that_the_search_command_gives(
    evaluated: Line, small_library: LibraryStore, typed: Path, channel: str
) -> None:
    lines, answers = read_lines(typed), searched(small_library, typed, channel)
    same(evaluated["document"][channel], of_documents(lines, answers))
    same(evaluated["moment"][channel], of_moments(lines, answers))


def test_clips_are_judged_apart_by_the_ranks_that_the_search_command_gives(
    evaluated: Line, small_library: LibraryStore, clips: Path
) -> None:
    lines, answers = read_lines(clips), searched(small_library, clips, "auto")
    found = of_documents(lines, answers)
    assert found[-1] == NOT_FOUND, "what cannot be read is not found"
    same(evaluated["clips"]["document"]["auto"], found)
    same(evaluated["clips"]["moment"]["auto"], of_moments(lines, answers))
    # Music has no words to look up: two of four clips have.
    assert evaluated["clips"]["document"]["lexical"]["recall@5"] == 0.5
    assert 0 < evaluated["clips"]["document"]["audio"]["recall@10"] <= 0.75


def test_the_counts_and_the_unanswerable_are_told(
    evaluated: Line, typed: Path, clips: Path
) -> None:
    of_words = {*CHANNELS, "metadata"}  # which compares typed words alone
    assert set(evaluated["document"]) == set(evaluated["moment"]) == of_words
    assert set(evaluated["clips"]["document"]) == set(CHANNELS)
    assert (evaluated["queries"], evaluated["timed"]) == (9, 8)
    assert (evaluated["clips"]["queries"], evaluated["clips"]["timed"]) == (4, 4)
    assert evaluated["missing"] == ["gone", "three-kinds-of-volcano"]
    assert "queries.jsonl" in evaluated["queries_from"]
    (failure,) = evaluated["failed"]
    assert failure["line"] == 4 and "broken.wav: not a sound file" in failure["error"]
    assert failure["file"] == str(clips)


def test_the_intervals_redraw_whole_documents(
    evaluated: Line, small_library: LibraryStore, typed: Path
) -> None:
    lines = read_lines(typed)
    groups = [line["document"] for line in lines]
    assert len(set(groups)) < len(groups)
    values = of_documents(lines, searched(small_library, typed, "lexical"))
    reciprocal = [value["mrr@10"] for value in values]
    told = evaluated["document"]["lexical"]["ci95"]["mrr@10"]
    assert told == pytest.approx(bootstrap_interval(reciprocal, groups), abs=2e-6)
    assert told[0] < told[1]


def test_clips_alone_are_evaluated_alone(
    small_library: LibraryStore, clips: Path, tmp_path: Path
) -> None:
    lines = read_lines(clips)[:1]
    alone = write_lines(tmp_path / "clips.jsonl", lines)
    status, output, errors = call(
        "evaluate", "-l", small_library.folder, "--clips", alone, "--json"
    )
    assert (status, errors) == (0, "")
    answer = json.loads(output)
    assert (answer["document"], answer["moment"], answer["queries"]) == ({}, {}, 0)
    assert answer["clips"]["queries"] == 1 and answer["failed"] == []
    assert answer["clips"]["moment"]["auto"]["recall@1"] == 1


# --- channels compared at the same level ------------------------------------------------------


def stored(folder: Path, level: str, modality: str) -> tuple[list[int], NDArray[np.float32]]:
    """Ids and vectors `[n, d]` of one index, read from its file."""
    data = (folder / f"{level}.{modality}.fp16").read_bytes()
    dimension, count = struct.unpack_from("<IQ", data, 8)
    ids = np.frombuffer(data, "<i8", count, 20)
    vectors = np.frombuffer(data[-2 * count * dimension :], "<f2").astype(np.float32)
    return ids.tolist(), vectors.reshape(count, dimension)


@pytest.fixture(scope="module")
def asked(searcher: Searcher, typed: Path) -> list[tuple[Line, Query]]:
    return [(line, searcher.embed(line["query"])) for line in read_lines(typed)]


@pytest.mark.parametrize("channel", ["text", "audio", "joint"])
def test_the_same_level_table_is_that_of_plain_cosines_over_the_stored_vectors(
    evaluated: Line, searcher: Searcher, asked: list[tuple[Line, Query]], channel: str
) -> None:
    (folder,) = (searcher.library.folder / "shards").iterdir()
    db = sqlite3.connect(folder / "lexical.sqlite")
    names = dict(db.execute("SELECT id, name FROM documents"))
    owner = {row[0]: names[row[1]] for row in db.execute("SELECT id, document FROM segments")}
    db.close()
    owner_of_key = {int(document[:16], 16) >> 1: name for document, name in names.items()}
    best, whole = [], []
    for line, query in asked:
        vector = query.parts[0].vectors[0].encoded[channel][0]
        ids, vectors = stored(folder, "segments", channel)
        cosines = vectors @ vector
        results = [
            (
                max(float(c) for i, c in zip(ids, cosines, strict=True) if owner[i] == name),
                name == line["document"],
            )
            for name in set(owner.values())
        ]
        best.append(counted(results))
        ids, vectors = stored(folder, "documents", channel)
        own = zip(ids, vectors @ vector, strict=True)
        whole.append(counted([(float(c), owner_of_key[i] == line["document"]) for i, c in own]))
    assert set(evaluated["same_level"]) == {"best_segment", "document_vector"}
    assert set(evaluated["same_level"]["best_segment"]) == {"text", "audio", "joint"}
    same(evaluated["same_level"]["best_segment"][channel], best)
    same(evaluated["same_level"]["document_vector"][channel], whole)
