"""Passages that recur in several documents are found, also reworded, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.index.records import SegmentText
from indexer.index.repeat_arrays import REPEATS_FILE, RepeatArrays
from indexer.index.repeat_finder import find_repeats
from indexer.index.repeat_search import find_among, repeated_segments
from indexer.index.repeat_words import number_words
from indexer.index.repeats import Repeats, read_or_find

ADVERT = (
    "This show is supported by Quillpost. They print your letters on thick paper, put a real stamp "
    "on them and carry them to the box. Write to your grandmother tonight and she reads it on "
    "Thursday. The first 3 letters are free at quillpost.com with the code LETTER20."
)
REWORDED = (
    "Our show is supported today by Quillpost. Write to your grandmother tonight and she will read "
    "it on Thursday. They print your letters on thick paper, put a real stamp on and carry them to "
    "the box for you. The first five letters are free at quillpost.com with our code LETTER50."
)


def talk(seed: int, n: int = 60) -> str:
    """Words that nobody else says, in a text of `n` words."""
    return " ".join(f"w{chr(97 + seed)}{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(n))


def repeats_of(documents: list[list[str]]) -> Repeats:
    """The repeats of documents, each a list of segments; ids count the segments of all."""
    owners = np.array([d for d, segments in enumerate(documents) for _ in segments], np.int64)
    words, rows = number_words((s, "en") for segments in documents for s in segments)
    return Repeats(repeated_segments(words, rows, owners, range(len(owners))))


def test_a_reworded_advert_is_found_in_each_document_and_nothing_else_is() -> None:
    found = repeats_of(
        [
            [ADVERT, talk(0), talk(1)],
            [talk(2), REWORDED, talk(3)],
            [talk(4), talk(5), ADVERT.replace("20", "75").replace("Thursday", "Friday")],
            [talk(6), talk(7), talk(8)],
        ]
    )
    assert found.marked.tolist() == [0, 4, 8]
    assert [found.elsewhere([row]) for row in (0, 4, 8)] == [[4, 8], [0, 8], [0, 4]]
    assert found.elsewhere([1]) == [] == found.elsewhere([])


def test_segments_cut_at_other_places_are_the_same_advert() -> None:
    words = ADVERT.split()
    halves = [" ".join(words[:24]), " ".join(words[24:])]
    found = repeats_of(
        [
            [*halves, talk(2)],
            [talk(0, 4) + " " + ADVERT, talk(3)],
            [ADVERT + " " + talk(1, 6), talk(4)],
        ]
    )
    assert found.marked.tolist() == [0, 1, 3, 5]
    assert found.elsewhere([3]) == [0, 1, 5]


def test_what_two_documents_say_is_the_same_but_no_advert() -> None:
    found = repeats_of([[ADVERT, talk(0)], [talk(1), REWORDED], [talk(2)]])
    assert not len(found.marked)
    assert found.elsewhere([0]) == [3]


def test_copies_of_a_document_count_as_one() -> None:
    copies = [[talk(0), ADVERT, talk(1)] for _ in range(4)]
    assert not len(repeats_of([*copies, [talk(2)]]).marked)
    with_others = repeats_of([*copies, [talk(2), ADVERT, talk(4)], [ADVERT, talk(3), talk(5)]])
    assert with_others.marked.tolist() == [1, 4, 7, 10, 13, 15]


def test_an_advert_twice_in_a_document_is_in_one_document() -> None:
    found = repeats_of([[ADVERT, talk(0), talk(3), ADVERT], [talk(1), ADVERT]])
    assert not len(found.marked)
    assert found.elsewhere([5]) == [0, 3]


@pytest.mark.parametrize(
    "phrase",
    [
        "and thank you so much for coming on the show today",
        "what I think is that at the end of the day",
    ],
)
def test_common_phrases_are_no_repeat(phrase: str) -> None:
    found = repeats_of([[f"{talk(d, 30)} {phrase} {talk(d + 10, 30)}"] for d in range(8)])
    assert not len(found.marked)


def test_a_segment_that_says_more_than_the_advert_is_none() -> None:
    found = repeats_of([[ADVERT], [REWORDED], [ADVERT], [f"{talk(0, 80)} {ADVERT}"]])
    assert found.marked.tolist() == [0, 1, 2]
    assert 3 not in found.elsewhere([0])


def test_words_without_spaces_recur_too() -> None:
    advert = "この番組はクイルポストの提供でお送りします。手紙を印刷してポストまで運びます。"
    found = repeats_of([[advert, talk(0)], [talk(1), advert], [advert, talk(2)]])
    assert found.marked.tolist() == [0, 3, 4]


def test_accents_and_quotes_are_no_difference() -> None:
    (first, _), (second, _) = (
        number_words([(text, "fr")]) for text in ("L'été déjà passé", "l’ete deja passé")
    )
    assert first.tolist() == second.tolist()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 6), max_size=60), min_size=1, max_size=5),
    st.integers(0, 2),
)
def test_any_words_are_searched_and_counts_fit(documents: list[list[int]], more: int) -> None:
    documents = documents + documents[:more]
    words = np.array([word for document in documents for word in document], np.int32)
    owners = np.repeat(np.arange(len(documents)), [len(document) for document in documents])
    found = find_repeats(words, owners)
    assert ((found.ids >= 0) <= found.passages).all()
    assert ((found.documents > 0) == found.passages).all()
    assert found.documents.max(initial=0) <= len(documents)
    for number in set(found.ids[found.ids >= 0].tolist()):
        assert len(set(words[found.ids == number].tolist())) == 1  # the same word everywhere


def test_nothing_at_all_has_no_repeats() -> None:
    assert not len(repeats_of([]).marked)
    assert not len(repeats_of([[""], ["", "one"]]).marked)


class Talks:
    """Three documents with an advert."""

    asked = 0

    def find(self) -> RepeatArrays:
        self.asked += 1
        return find_among(
            SegmentText(10 * number + part, name * 64, text, "en")
            for number, name in enumerate("abc")
            for part, text in enumerate((ADVERT, talk(number)))
        )


def test_a_snapshot_without_them_is_searched_once(tmp_path: Path) -> None:
    talks = Talks()
    for _ in range(2):
        assert Repeats(read_or_find(tmp_path, talks.find)).marked.tolist() == [0, 10, 20]
    assert talks.asked == 1
    (tmp_path / REPEATS_FILE).write_bytes(b"damaged")
    assert Repeats(read_or_find(tmp_path, talks.find)).marked.tolist() == [0, 10, 20]
    assert talks.asked == 2
    assert [path.name for path in tmp_path.iterdir()] == [REPEATS_FILE]


def test_a_folder_that_cannot_be_written_is_searched_each_time(tmp_path: Path) -> None:
    found = Repeats(read_or_find(tmp_path / "not-there", Talks().find))
    assert found.marked.tolist() == [0, 10, 20]
    assert [found.is_marked(id_) for id_ in (0, 1, 10, 20, 99)] == [True, False, True, True, False]
