"""Names are found however they are spelt, or whatever a recogniser made of them."""

from __future__ import annotations

import pytest

from indexer.base.sound_key import sound_key
from indexer.index.spelling import IndexedWord, Vocabulary, possible_splits

WORDS = [
    "kubernetes",
    "cooper",
    "netties",
    "wasserstein",
    "tide",
    "tides",
    "changelog",
    "jared",
]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("kubernetes", "coopernetties"),
        ("wasserstein", "wassershtine"),
        ("philip", "filip"),
        ("müller", "mueller"),
    ],
)
def test_words_of_one_sound_have_one_key(one: str, other: str) -> None:
    assert sound_key(one) == sound_key(other)


def test_what_sounds_otherwise_has_another_key() -> None:
    assert sound_key("tide") != sound_key("time") and sound_key("") == sound_key("aeiou") == ""


def vocabulary(words: list[str], language: str = "") -> Vocabulary:
    """Words of documents in one language; those with a capital letter are names."""
    return Vocabulary(
        IndexedWord(word.lower(), language, word.istitle(), sound_key(word)) for word in words
    )


def words(term: str, language: str = "") -> list[str]:
    return matches(vocabulary(WORDS, language), term)


def matches(known: Vocabulary, term: str) -> list[str]:
    return [" ".join(match.words) for match in known.fuzzy_matches(term)]


def test_misspellings_find_the_name() -> None:
    assert words("kubernetis")[0] == words("kuberentes")[0] == "kubernetes"
    assert words("waserstien") == ["wasserstein"]
    assert words("jerod") == ["jared"]  # spelt otherwise, sounds the same


def test_short_words_and_everyday_words_are_not_misspelt() -> None:
    assert words("tidy") == []
    assert words("tided") == ["tide", "tides"]
    assert words("tilde") == ["tide"] and words("tilde", "en") == []


def test_a_name_that_was_split_in_two_can_be_put_together() -> None:
    candidates = vocabulary(WORDS).split_candidates("kubernetes")
    assert any("cooper" in first and "netties" in second for first, second in candidates)
    found = possible_splits("kubernetes", [(["cooper", "a"], ["b", "netties"])])
    assert [match.words for match in found] == [("cooper", "netties")]
    found = possible_splits("changelog", [(["chain"], ["lock", "log"]), (["change"], ["log"])])
    assert (found[0].words, found[0].similarity) == (("change", "log"), 1.0)


@pytest.mark.parametrize(
    ("typed", "name"),
    [("katherine", "Catherine"), ("philip", "Phillip"), ("meyer", "Maier"), ("stephen", "Steven")],
)
def test_a_name_that_the_dictionary_knows_is_looked_for_by_sound(typed: str, name: str) -> None:
    assert matches(vocabulary([name, "tide"], "en"), typed) == [name.lower()]
    assert matches(vocabulary([name.lower(), "tide"], "en"), typed) == []  # no name in there


def test_everyday_words_are_those_of_the_language_of_the_documents() -> None:
    assert matches(vocabulary(["gewitters"], "en"), "gewitter") == ["gewitters"]
    assert matches(vocabulary(["gewitters"], "de"), "gewitter") == []


def test_a_compound_is_found_by_the_word_that_it_ends_in() -> None:
    german = vocabulary(["landung", "wasser", "insel"], "de")
    assert german.compound_heads("notlandung") == ["landung"]
    assert german.compound_heads("qxzlandung") == []  # nothing that is a word stands before it
    assert vocabulary(["landing"], "en").compound_heads("outlanding") == []
