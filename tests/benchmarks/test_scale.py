"""Big libraries for measuring: copies keep the words, the same is made twice, and it opens."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks.scale.growth import Growth
from benchmarks.scale.make_library import documents_of, make
from benchmarks.scale.real_documents import ScaleDocument, list_transcripts, read_documents
from benchmarks.scale.recombination import recombined
from benchmarks.scale.vectors import TextVectors, drawn_copies, jittered_copy
from indexer.index.library_store import LibraryStore
from indexer.search.searcher import Searcher

WORDS = ("river", "bridge", "lamp", "winter", "garden", "engine", "letter", "market")


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[ScaleDocument]:
    folder = tmp_path_factory.mktemp("transcripts") / "talks"
    folder.mkdir()
    generator = np.random.default_rng(4)
    for number in range(4):
        lines = ["WEBVTT", ""]
        for cue in range(40):
            words = " ".join(generator.choice(WORDS, 6)).capitalize()
            start, end = 8 * cue, 8 * cue + 8
            lines.append(
                f"{start // 60:02d}:{start % 60:02d}.000 --> {end // 60:02d}:{end % 60:02d}.000"
            )
            lines += [f"<v Speaker {cue // 7 % 3}>{words} {number}.", ""]
        (folder / f"{1990 + number}.talk.vtt").write_text("\n".join(lines), encoding="utf-8")
    return list(read_documents(list_transcripts([folder])))


def words_of(documents: list[ScaleDocument]) -> Counter[str]:
    return Counter(w for d in documents for s in d.segments for w in s.text.split())


def test_copies_hold_each_word_as_often_as_the_documents(documents: list[ScaleDocument]) -> None:
    copies = list(recombined(documents, 1))
    assert words_of(copies) == words_of(documents)
    assert [d.segments for d in copies] != [d.segments for d in documents]


def test_copies_keep_times_and_speakers(documents: list[ScaleDocument]) -> None:
    for document, copy in zip(documents, recombined(documents, 3), strict=True):
        assert copy.base == document.name
        for segment, copied in zip(document.segments, copy.segments, strict=True):
            assert (copied.start, copied.end) == (segment.start, segment.end)
            cues = copy.cues[copied.first_cue : copied.last_cue]
            assert " ".join(cue.text for cue in cues) == copied.text
            assert cues[0].speaker == document.cues[segment.first_cue].speaker
            assert cues[-1].end == pytest.approx(copied.end, abs=0.002)


def test_the_same_number_makes_the_same_copy(documents: list[ScaleDocument]) -> None:
    assert list(recombined(documents, 2)) == list(recombined(documents, 2))
    assert list(recombined(documents, 2)) != list(recombined(documents, 4))


def test_a_library_has_as_many_segments_as_it_is_asked_for(documents: list[ScaleDocument]) -> None:
    made = list(documents_of(documents, 150))
    assert sum(len(document.segments) for document in made) == 150
    assert len({document.id for document in made}) == len(made)
    assert made[: len(documents)] == documents


def test_jittered_copies_are_near_and_always_the_same() -> None:
    vectors = np.eye(384, dtype=np.float32)[:50]
    copies = jittered_copy(vectors, "a")
    cosines = (copies * vectors).sum(1)
    assert cosines.min() > 0.8 and cosines.max() < 0.97
    np.testing.assert_array_equal(copies, jittered_copy(vectors, "a"))
    assert not np.array_equal(copies, jittered_copy(vectors, "b"))
    assert drawn_copies(vectors, 7, "c").shape == (7, 384)


@pytest.mark.usefixtures("models")
def test_a_made_library_is_searched_by_all_channels(
    documents: list[ScaleDocument], tmp_path: Path
) -> None:
    texts = TextVectors(tmp_path / "text-vectors")
    texts.encode(documents)
    assert all(document in texts for document in documents)
    audio = np.random.default_rng(1).standard_normal((9, 384)).astype(np.float32)
    audio /= np.linalg.norm(audio, axis=1, keepdims=True)
    make(tmp_path / "130", 130, documents, texts, audio)
    searcher = Searcher(LibraryStore.open(tmp_path / "130"))
    counts = searcher.snapshot.manifest.counts["segments"]
    assert set(counts.values()) == {130}
    assert searcher.search("river bridge").hits
    assert searcher.snapshot.repeats.elsewhere(searcher.table.ids.tolist()) == []
    begun = Growth(tmp_path / "work", tmp_path / "130", 2, ["river bridge"]).run(1)
    assert (begun["commits"], begun["added_in_words"]) == (1, 1)
    grown = Growth(tmp_path / "work", tmp_path / "130", 2, ["river bridge"]).run(3)
    assert (grown["commits"], grown["added_in_words"], grown["added_in_vectors"]) == (3, 3, 3)
    assert grown["sample_found"] == grown["sample"] == 3
    library, copy = (LibraryStore.open(tmp_path / name) for name in ("130", "work/library"))
    assert len(library.catalog.document_ids()) + 3 == len(copy.catalog.document_ids())
