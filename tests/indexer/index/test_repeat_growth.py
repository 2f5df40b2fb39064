"""What new documents repeat is found among what is known, however long ago it was said."""

from __future__ import annotations

import numpy as np

from indexer.index.records import SegmentText
from indexer.index.repeat_arrays import RepeatArrays, join_repeats
from indexer.index.repeat_finder import seed_keys
from indexer.index.repeat_growth import additions, sharing
from indexer.index.repeat_parts import document_keys
from indexer.index.repeat_search import find_among
from indexer.index.repeat_words import number_words
from indexer.index.repeats import Repeats
from tests.made_documents import document_id

ADVERTS = [
    " ".join(f"{letter}{place}x" for place in "abcdefghijklmnopqrstuvwxyz") for letter in "pqrs"
]


def document(number: int, *texts: str) -> list[SegmentText]:
    """A document of some texts and of words that nobody else says; ids are 10 times `number`."""
    own = " ".join(f"{chr(97 + number)}o{place}" for place in "abcdefghijklmnopqrstuvwxyz")
    id_ = document_id(number)
    return [SegmentText(10 * number + i, id_, t, "en") for i, t in enumerate((own, *texts))]


def found_in(*documents: list[SegmentText]) -> RepeatArrays:
    return find_among(segment for each in documents for segment in each)


def grown(known: RepeatArrays, *compared: list[SegmentText], new: list[SegmentText]) -> Repeats:
    keys = document_keys([new[0].document])
    added = additions(known, found_in(*compared, new), keys)
    return Repeats(join_repeats([known, added]))


def test_known_repeats_that_share_a_run_of_words_are_found() -> None:
    known = found_in(*(document(n, *ADVERTS[:3]) for n in range(2)))
    words, _ = number_words([(f"and now {ADVERTS[1]} and more", "en")])
    assert sorted(sharing(known, seed_keys(words)).tolist()) == [2, 12]
    words, _ = number_words([(ADVERTS[3], "en")])
    assert not len(sharing(known, seed_keys(words)))


def test_the_third_document_with_a_passage_makes_all_of_them_adverts() -> None:
    first, second, third = (document(n, ADVERTS[0]) for n in range(3))
    known = found_in(first, second)
    assert len(known) == 2 and not known.marked.any()
    repeats = grown(known, first, second, new=third)
    assert repeats.marked.tolist() == [1, 11, 21]
    assert [repeats.elsewhere([id_]) for id_ in (1, 11, 21)] == [[11, 21], [1, 21], [1, 11]]


def test_what_two_new_to_each_other_say_is_added_and_keeps_apart_from_others() -> None:
    known = found_in(*(document(n, ADVERTS[0]) for n in range(3)))
    old, new = document(4, ADVERTS[1]), document(5, ADVERTS[1])
    repeats = grown(known, old, new=new)
    assert repeats.elsewhere([51]) == [41] and repeats.elsewhere([41]) == [51]
    assert repeats.elsewhere([1]) == [11, 21]
    assert repeats.marked.tolist() == [1, 11, 21]


def test_words_have_the_same_numbers_whatever_was_numbered_before() -> None:
    alone, _ = number_words([("tides of the river", "en")])
    behind, _ = number_words([("a lens of rings", "en"), ("tides of the river", "en")])
    assert np.array_equal(alone, behind[-len(alone) :])
