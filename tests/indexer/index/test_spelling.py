"""Names are found however they are spelt, or whatever a recogniser made of them."""

from __future__ import annotations

import pytest

from indexer.index.spelling import Vocabulary, best_splits, similarity, sound_key

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


def words(term: str, languages: tuple[str, ...] = ()) -> list[str]:
    return [" ".join(match.words) for match in Vocabulary(WORDS, languages).fuzzy_matches(term)]


def test_misspellings_find_the_name() -> None:
    assert words("kubernetis")[0] == words("kuberentes")[0] == "kubernetes"
    assert words("waserstien") == ["wasserstein"]
    assert words("jerod") == ["jared"]  # spelt otherwise, sounds the same


def test_short_words_and_everyday_words_are_not_misspelt() -> None:
    assert words("tidy") == []
    assert words("tided") == ["tide", "tides"]
    assert words("tilde") == ["tide"] and words("tilde", ("en",)) == []


def test_a_name_that_was_split_in_two_can_be_put_together() -> None:
    candidates = Vocabulary(WORDS).split_candidates("kubernetes")
    assert any("cooper" in first and "netties" in second for first, second in candidates)
    found = best_splits("kubernetes", [("cooper", "netties"), ("a", "b")])
    assert [match.words for match in found] == [("cooper", "netties")]
    assert similarity("changelog", ("change", "log")) == 1.0
