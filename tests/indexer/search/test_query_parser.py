"""Typed words are understood: phrases, exclusions, beginnings, and everything else as words."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.base.errors import QueryError
from indexer.base.text_analysis import query_terms
from indexer.search.query_parser import parse_query


def test_phrases_exclusions_and_beginnings_are_told_from_words() -> None:
    typed = parse_query('fog beetle "in the Namib" -music -"ocean tide" kube*')
    assert typed.text == "fog beetle in the Namib kube"
    assert typed.terms == ("fog", "beetle", "in", "the", "namib", "kube*")
    assert typed.phrases == ("in the Namib",)
    assert typed.excluded == ("music", "ocean tide")


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ('5" and 6" pipes', ("5", "and", "6", "pipes")),
        (
            "state-of-the-art - 2024 -5",
            ("state", "of", "the", "art", "state-of-the-art", "2024", "5"),
        ),
        ("--flag a*b c*", ("flag", "a", "b", "c")),
        ('an "unclosed quote', ("an", "unclosed", "quote")),
        ("the author’s and author's", ("the", "author", "and")),
        ("AND NOT (OR) NEAR", ("and", "not", "or", "near")),
    ],
)
def test_what_only_looks_like_syntax_is_words(typed: str, terms: tuple[str, ...]) -> None:
    read = parse_query(typed)
    assert read.terms == terms and not read.phrases and not read.excluded


def test_typographic_quotes_quote() -> None:
    assert parse_query("“broken bone”").phrases == ("broken bone",)
    assert parse_query("-«broken bone» tea").excluded == ("broken bone",)


@given(st.lists(st.sampled_from(["tea", "of", "2023", "ocean", "basins"]), max_size=25))
def test_quotation_marks_in_prose_require_nothing(others: list[str]) -> None:
    in_the_middle = [*others[: len(others) // 2], '"broken bone"', *others[len(others) // 2 :]]
    typed = parse_query(" ".join(in_the_middle))
    required = ("broken bone",)
    is_prose = len(others) >= 10
    assert (typed.phrases, typed.quoted) == (((), required) if is_prose else (required, ()))
    assert {"broken", "bone"} <= set(typed.terms)


def test_a_long_quotation_is_no_error_in_prose_and_an_exclusion_stays_one() -> None:
    beside = "what did the speaker mean when she read this to us"
    typed = parse_query(f'{beside}: "{"word " * 40}" -"broken bone"')
    assert typed.quoted and typed.excluded == ("broken bone",)
    with pytest.raises(QueryError, match="at most 32 words"):
        parse_query(f'what did she mean: "{"word " * 40}"')


def test_a_hyphenated_exclusion_is_one_phrase() -> None:
    assert parse_query("tea -state-of-the-art").excluded == ("state-of-the-art",)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        (" \t ", "the query is empty"),
        ('""', "no words in the query"),
        ("* ?!", "no words in the query"),
        ("-music", "only excludes; type also what you are looking for"),
        ('-"broken bone" -tea', "only excludes"),
        ("word " * 3000, "longer than 10000 characters"),
    ],
)
def test_what_asks_for_nothing_is_refused(typed: str, reason: str) -> None:
    with pytest.raises(QueryError, match=reason):
        parse_query(typed)


@pytest.mark.slow
@given(st.text(st.characters(), min_size=1, max_size=200))
@example('"')
@example('-"')
@example("*")
@example("\x00")
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        typed = parse_query(text)
    except QueryError:
        return
    assert typed.text and len(typed.terms) == len(set(typed.terms))
    assert not any('"' in term or "\x00" in term for term in typed.terms)


def test_query_terms_keep_repetitions_only_where_asked() -> None:
    assert query_terms("Tea, tea; don’t (TEA)!") == ["tea", "don't"]
    assert query_terms("tea tea", distinct=False) == ["tea", "tea"]
    assert len(query_terms(" ".join("ab" + "a" * i for i in range(1000)))) == 1000


def test_words_of_a_phrase_stay_as_they_are_said() -> None:
    typed = parse_query('"it’s a dog" -that\'s "a b a" suit* -music*')
    assert typed.phrases == ("it’s a dog", "a b a")
    assert typed.excluded == ("that's", "music*")
    assert typed.terms == ("it's", "a", "dog", "b", "suit*")


def test_a_very_long_phrase_is_refused_and_a_long_query_is_not() -> None:
    with pytest.raises(QueryError, match="at most 32 words"):
        parse_query('"' + "word " * 33 + '"')
    assert parse_query("word " * 33).terms == ("word",)


def test_letters_with_accents_are_letters_however_they_are_written() -> None:
    assert query_terms("Bjo\u0308rk") == query_terms("Björk") == ["björk"]
    assert len(query_terms("İstanbul")) == 1


def test_beside_a_clip_words_may_do_nothing_but_exclude() -> None:
    assert parse_query("-music", alone=False).excluded == ("music",)


def test_an_asterisk_between_quoted_words_stands_for_any_words() -> None:
    typed = parse_query('"lost * at the airport" "*" "* gone"')
    assert typed.phrases == ("lost", "at the airport", "gone")
    assert typed.terms == ("lost", "at", "the", "airport", "gone")
    assert parse_query('-"a * b" c').excluded == ("a * b",)


@pytest.mark.parametrize(
    ("typed", "negated"),
    [
        ("shoes NOT python", ("python",)),
        ('tide OR (moon NOT "the sun")', ('"the sun"',)),
        ("do not disturb, NOT", ()),
        ("DO NOT DISTURB", ()),
    ],
)
def test_a_word_behind_not_is_remembered_and_excludes_nothing(
    typed: str, negated: tuple[str, ...]
) -> None:
    read = parse_query(typed)
    assert (read.negated, read.excluded) == (negated, ())


@pytest.mark.parametrize(
    ("typed", "excluded"),
    [
        ("tea −music", ("music",)),
        ("tea –music", ("music",)),
        ("tea －“broken bone”", ("broken bone",)),
        ("tea -'broken bone' -'n'", ("broken bone", "n")),
        ("tea -(music)", ("music",)),
        ("the tea –music too– is cold", ()),
        ("tea – music, tea −5", ()),
        ("tea -(music and", ()),
    ],
)
def test_a_minus_excludes_as_phones_and_other_searches_write_it(
    typed: str, excluded: tuple[str, ...]
) -> None:
    assert parse_query(typed).excluded == excluded


def test_of_phrases_with_or_between_one_is_enough() -> None:
    typed = parse_query('fog "broken bone" OR "lost tooth" | "in bed" "at home" "x y" OR tea')
    assert typed.any_of == (("broken bone", "lost tooth", "in bed"),)
    assert typed.phrases == ("at home",) and "or" not in typed.terms
    assert {"fog", "broken", "tooth", "bed", "x", "tea"} <= set(typed.terms)
    prose = parse_query(f'"a b" OR "c d" {"what did she say then " * 2}')
    assert prose.quoted == ("a b", "c d") and not prose.any_of and not prose.phrases
    assert "or" in parse_query("tea OR coffee").terms
    assert parse_query('OR "a b" OR').phrases == ("a b",)


def test_a_quotation_mark_within_a_hebrew_word_closes_nothing() -> None:
    assert parse_query('"צה"ל הודיע" "ד"ר"').phrases == ('צה"ל הודיע', 'ד"ר')


@pytest.mark.parametrize("typed", ["「人工智能」", "『人工智能』", "＂人工智能＂"])
def test_quotation_marks_of_asia_quote(typed: str) -> None:
    assert parse_query(typed).phrases == ("人工智能",)
