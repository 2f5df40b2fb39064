"""What new documents repeat is found among what is known, however long ago it was said."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from indexer.index.records import SegmentText
from indexer.index.repeat_arrays import RepeatArrays, join_repeats
from indexer.index.repeat_finder import seed_keys
from indexer.index.repeat_growth import KnownRepeats, additions
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
    added = additions(KnownRepeats([known]), found_in(*compared, new), keys)
    return Repeats(join_repeats([known, added]))


def test_known_repeats_that_share_a_run_of_words_are_found() -> None:
    known = found_in(*(document(n, *ADVERTS[:3]) for n in range(2)))
    words, _ = number_words([(f"and now {ADVERTS[1]} and more", "en")])
    assert sorted(KnownRepeats([known]).sharing(seed_keys(words)).tolist()) == [2, 12]
    words, _ = number_words([(ADVERTS[3], "en")])
    assert not len(KnownRepeats([known]).sharing(seed_keys(words)))


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


def test_parts_give_what_all_of_them_joined_give() -> None:
    generator = np.random.default_rng(3)
    documents = [
        document(
            n,
            *(
                ADVERTS[a]
                for a in generator.permutation(4)[: 4 if n < 2 else generator.integers(1, 4)]
            ),
        )
        for n in range(14)
    ]
    parts = [found_in(*documents[:2])]
    for number in range(2, len(documents)):
        compared, new = documents[number - 2 : number], documents[number]
        seeds = seed_keys(number_words([(s.text, s.language) for s in new])[0])
        apart, joined = KnownRepeats(parts), KnownRepeats([join_repeats(parts)])
        shared = apart.sharing(seeds)
        assert len(shared) and shared.tolist() == joined.sharing(seeds).tolist()
        known = [s for d in documents[: number - 2] for s in d if s.id in shared]
        found, keys = found_in(known, *compared, new), document_keys([new[0].document])
        added, wanted = (additions(known, found, keys) for known in (apart, joined))
        for name in (field.name for field in fields(RepeatArrays)):
            assert np.array_equal(getattr(added, name), getattr(wanted, name)), (number, name)
        parts.append(added)
    said = {s.id: {t.id for d in documents for t in d if t.text == s.text} for s in documents[0]}
    repeats = Repeats(join_repeats(parts))
    for id_, others in list(said.items())[1:]:
        assert set(repeats.elsewhere([id_])) == others - {id_}


def test_words_have_the_same_numbers_whatever_was_numbered_before() -> None:
    alone, _ = number_words([("tides of the river", "en")])
    behind, _ = number_words([("a lens of rings", "en"), ("tides of the river", "en")])
    assert np.array_equal(alone, behind[-len(alone) :])


def test_numbers_in_a_row_are_one_word_and_end_with_their_segment() -> None:
    words, rows = number_words([("1 2 three rivers 4", "en"), ("5 tides", "en")])
    assert np.bincount(rows).tolist() == [3, 2]
    assert words[0] == words[2] == words[3]
