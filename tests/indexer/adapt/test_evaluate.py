"""`hilbert evaluate` says what a person would count in the answers of `hilbert search`."""

from __future__ import annotations

import contextlib
import hashlib
import io
import itertools
import json
import math
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from hilbert.stats import bootstrap_interval
from hilbert.training.config import TrainingConfig
from indexer.adapt.evaluate import EvalQuery, evaluate, known_items
from indexer.base.errors import LibraryError
from indexer.cli import run
from indexer.encoders import Encoders
from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.run import index
from indexer.maintenance.manage import remove
from indexer.search.query import Query
from indexer.search.searcher import Searcher
from tests.recorder import Recorder

RunHilbert = Callable[..., subprocess.CompletedProcess[str]]
Line = dict[str, Any]

CHANNELS = ("lexical", "text", "audio", "joint", "rrf", "auto")
METRICS = ("mrr@10", "recall@1", "recall@5", "recall@10", "ndcg@10")
NOT_FOUND = dict.fromkeys(METRICS, 0.0)


def write_lines(path: Path, lines: list[Line]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def read_lines(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def call(*arguments: object) -> tuple[int, str, str]:
    """Run a verb in this process; returns exit status, output and errors."""
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        status = run([str(argument) for argument in arguments])
    return status, output.getvalue(), errors.getvalue()


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
def evaluated(
    small_library: LibraryStore, typed: Path, clips: Path, run_hilbert: RunHilbert
) -> Line:
    """What the installed command says of typed queries and clips."""
    command = ("evaluate", "-l", small_library.folder, "--queries", typed, "--clips", clips)
    done = run_hilbert(*command, "--json")
    assert (done.returncode, done.stderr) == (1, ""), "one clip cannot be read"
    answer: Line = json.loads(done.stdout)
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
    assert set(evaluated["document"]) == set(evaluated["moment"]) == set(CHANNELS)
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


# --- channels compared at the same level ------------------------------------------------------


def stored(folder: Path, level: str, modality: str) -> tuple[list[int], NDArray[np.float32]]:
    """Ids and vectors `[n, d]` of one index, read from its file."""
    whole = faiss.read_index(str(folder / f"{level}.{modality}.faiss"))
    flat = faiss.downcast_index(whole.index)
    return faiss.vector_to_array(whole.id_map).tolist(), flat.reconstruct_n(0, flat.ntotal)


@pytest.fixture(scope="module")
def asked(searcher: Searcher, typed: Path) -> list[tuple[Line, Query]]:
    return [(line, searcher.embed(line["query"])) for line in read_lines(typed)]


@pytest.mark.parametrize("channel", ["text", "audio", "joint"])
def test_the_same_level_table_is_that_of_plain_cosines_over_the_stored_vectors(
    evaluated: Line, searcher: Searcher, asked: list[tuple[Line, Query]], channel: str
) -> None:
    folder = searcher.snapshot.folder
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


# --- ties, and libraries of a few words -------------------------------------------------------

SAID = "the lighthouse keeper counted seven ships before the storm came in"


@pytest.fixture(scope="module")
def twins(
    empty_library_folder: Path, encoders: Encoders, tmp_path_factory: pytest.TempPathFactory
) -> LibraryStore:
    """Three documents that say the same, and one that says something short."""
    folder = tmp_path_factory.mktemp("twins")
    for name in ("one", "two", "three"):
        cue = f"00:10.000 --> 00:20.000\n{SAID}.\n"
        (folder / f"{name}.vtt").write_text(f"WEBVTT\n\nNOTE {name}\n\n{cue}")
    (folder / "short.txt").write_text("Nothing at all.\n")
    library = LibraryStore.create(folder / "library")
    library.encoders = encoders
    summary = index(library, scan([folder]), ProcessSettings())
    assert not summary.failed and len(library.catalog.documents()) == 4
    return library


def test_equal_scores_count_as_a_random_order(twins: LibraryStore) -> None:
    question = EvalQuery("two", 12.0, 15.0, text="how many ships did the lighthouse keeper count")
    quality = evaluate(Searcher(twins), [question])
    among_three = {
        "mrr@10": (1 + 1 / 2 + 1 / 3) / 3,
        "recall@1": 1 / 3,
        "recall@5": 1.0,
        "recall@10": 1.0,
        "ndcg@10": (1 + 1 / math.log2(3) + 1 / math.log2(4)) / 3,
    }
    levels = quality.same_level["best_segment"], quality.same_level["document_vector"]
    for table in (quality.document, quality.moment, *levels):
        for channel in ("lexical", "text", "joint"):
            if channel in table:
                told = {metric: table[channel][metric] for metric in METRICS}
                assert told == pytest.approx(among_three, abs=2e-6), channel
    silent = {metric: quality.document["audio"][metric] for metric in METRICS}
    assert silent == NOT_FOUND, "no document has a sound"


def test_a_moment_that_does_not_overlap_is_not_right(twins: LibraryStore) -> None:
    text = "how many ships did the lighthouse keeper count"
    for start, end, found in ((5.0, 10.0, 0), (20.0, 25.0, 0), (19.5, 25.0, 1)):
        quality = evaluate(Searcher(twins), [EvalQuery("two", start, end, text=text)])
        assert quality.moment["lexical"]["recall@10"] == found
        assert quality.document["lexical"]["recall@10"] == 1


def test_words_of_a_document_without_times_find_it_but_no_moment(twins: LibraryStore) -> None:
    quality = evaluate(Searcher(twins), [EvalQuery("short", 0.0, 9.0, text="nothing at all")])
    assert quality.document["lexical"]["mrr@10"] == 1
    assert quality.moment["lexical"]["mrr@10"] == 0


class CountingSearcher(Searcher):
    """Counts how often a query is embedded."""

    embedded = 0

    def embed(self, text: str | None = None, *, clip: Path | None = None) -> Query:
        self.embedded += 1
        return super().embed(text, clip=clip)


def test_a_question_is_embedded_once_for_all_channels(twins: LibraryStore) -> None:
    searcher, progress = CountingSearcher(twins), Recorder()
    questions = [EvalQuery("two", text="storm"), EvalQuery("one", text="ships")]
    evaluate(searcher, questions, progress)
    assert searcher.embedded == 2 and progress.stages == [("typed queries", 2, [1, 2])]


def test_people_get_tables_and_are_told_what_is_missing(
    twins: LibraryStore, tmp_path: Path
) -> None:
    lines = [
        {"query": "lighthouse keeper", "document": "two", "start": 12, "end": 15},
        {"query": "nothing at all", "document": "short"},
        {"query": "nothing at all", "document": "caf\udce9"},
        {"query": "word " * 3000, "document": "one", "start": None, "end": None},
    ]
    queries = write_lines(tmp_path / "queries.jsonl", lines)
    status, output, errors = call("evaluate", "-l", twins.folder, "--queries", queries)
    assert (status, errors) == (1, "")
    assert "4 typed queries, 1 with times, for 4 documents: the lines of " in output
    rows = [line.split() for line in output.splitlines()]
    (lexical, *_) = [row for row in rows if row[:1] == ["lexical"]]
    assert lexical[1] == "0.403" and lexical[3:6] == ["0.333", "0.500", "0.500"]
    assert len([row for row in rows if row[:1] == ["auto"]]) == 2, "documents and moments"
    assert len([row for row in rows if row[:1] == ["joint"]]) == 4, "and two at the same level"
    assert "Not in the library, and counted as not found: caf? (1)" in output
    assert "line 4: the query is longer than 10000 characters" in output


# --- known items, where no questions are given ------------------------------------------------


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
    monkeypatch.setattr("indexer.adapt.train_fusion.FEWEST_DOCUMENTS", 6)  # as if six were enough
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


def test_few_documents_are_all_asked_for_and_short_cues_never(twins: LibraryStore) -> None:
    questions, told = known_items(Searcher(twins))
    names = {document.id: document.name for document in twins.catalog.documents()}
    assert {names[question.document] for question in questions} == {"one", "two", "three"}
    assert [(q.start, q.end, q.text) for q in questions] == [(10.0, 20.0, f"{SAID}.")] * 3
    assert told.startswith("up to 4 cues of each of 3 documents (too few to hold any out);")


def test_where_no_cue_is_long_enough_questions_are_asked_for(
    empty_library: LibraryStore, tmp_path: Path
) -> None:
    (tmp_path / "short.txt").write_text("Nothing at all.\n")
    index(empty_library, scan([tmp_path / "short.txt"]), ProcessSettings())
    status, output, errors = call("evaluate", "-l", empty_library.folder)
    assert (status, output) == (1, "") and errors.count("\n") == 1
    assert "no cue of the documents has 5 words or more" in errors and "--queries" in errors


# --- what cannot be evaluated -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("tea", "line 2: not JSON"),
        ("[1]", "line 2: not an object"),
        ('{"document": "a"}', 'line 2: needs a "query", in quotes'),
        ('{"query": " ", "document": "a"}', 'line 2: needs a "query"'),
        ('{"query": 5, "document": "a"}', 'line 2: needs a "query"'),
        ('{"query": "tea"}', 'line 2: needs a "document", in quotes'),
        ('{"query": "tea", "document": "a", "start": 5, "end": 5}', '"start" first'),
        ('{"query": "tea", "document": "a", "start": 9, "end": 5}', '"start" first'),
        ('{"query": "tea", "document": "a", "start": 5}', "or both null"),
        ('{"query": "tea", "document": "a", "start": "5", "end": 6}', "must be seconds"),
        ('{"query": "tea", "document": "a", "start": NaN, "end": 6}', "must be seconds"),
        ('{"query": "tea", "document": "a", "start": -1, "end": 6}', "must be seconds"),
        ('{"query": "tea", "document": "a", "start": false, "end": true}', "must be seconds"),
        ('{"query": "tea", "document": "a", "start": 1, "end": 1e999}', "must be seconds"),
        ("[" * 100_000, "line 2: not JSON"),
    ],
)
def test_a_line_that_is_no_question_is_named(
    small_library: LibraryStore, tmp_path: Path, line: str, says: str
) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_text('{"query": "tea", "document": "a"}\n' + line + "\n")
    status, output, errors = call("evaluate", "-l", small_library.folder, "--queries", queries)
    assert (status, output) == (2, "") and errors.count("\n") == 1
    assert errors.startswith("hilbert: ") and says in errors


@pytest.mark.parametrize("option", ["--queries", "--clips"])
def test_a_file_that_is_missing_or_empty_is_named(
    small_library: LibraryStore, tmp_path: Path, option: str
) -> None:
    (tmp_path / "empty.jsonl").write_text("\n \n")
    (tmp_path / "latin.jsonl").write_bytes(b'{"query": "caf\xe9"}')
    for name, status, says in (
        ("gone.jsonl", 1, "gone.jsonl"),
        ("empty.jsonl", 2, "empty.jsonl is empty"),
        ("latin.jsonl", 1, "latin.jsonl"),
    ):
        command = ("evaluate", "-l", small_library.folder, option, tmp_path / name)
        found, output, errors = call(*command)
        assert (found, output) == (status, "") and errors.count("\n") == 1
        assert errors.startswith("hilbert: ") and says in errors


def test_a_library_without_documents_cannot_be_evaluated(
    empty_library_folder: Path, twins: LibraryStore, encoders: Encoders, tmp_path: Path
) -> None:
    status, output, errors = call("evaluate", "-l", empty_library_folder)
    assert (status, output) == (1, "") and "nothing is indexed" in errors
    (tmp_path / "talks").mkdir()
    (tmp_path / "talks" / "one.txt").write_text(f"{SAID}.\n")
    library = LibraryStore.create(tmp_path / "library")
    library.encoders = encoders
    index(library, scan([tmp_path / "talks"]), ProcessSettings())
    remove(library, ["one"])
    with pytest.raises(LibraryError, match="holds no documents; index recordings first"):
        evaluate(Searcher(library), [EvalQuery("one", text="ships")])
    with pytest.raises(LibraryError, match="holds no documents; index recordings first"):
        known_items(Searcher(library))


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
