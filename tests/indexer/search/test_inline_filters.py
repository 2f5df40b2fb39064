"""Filters that are typed with the words restrict what is searched, and are no words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.base.errors import QueryError
from indexer.index.library_store import LibraryStore
from indexer.search.filters import Filters
from indexer.search.inline_filters import INLINE_FILTERS, NO_INLINE_FILTERS, split_filters
from indexer.search.searcher import Searcher
from tests.in_process import call

LISTS = [name for name, inline in INLINE_FILTERS.items() if inline.excludes]


@pytest.fixture
def searcher(small_library: LibraryStore) -> Searcher:
    return Searcher(small_library)


def test_each_name_fills_its_filter() -> None:
    rest, inline = split_filters(
        'fog speaker:anna Speaker:"Ben Ray" since:2023 until:2024-06 in:talk label:art beetle'
    )
    assert rest.split() == ["fog", "beetle"]
    assert inline.wanted == Filters(
        speakers=("anna", "Ben Ray"),
        since="2023",
        until="2024-06",
        documents=("talk",),
        labels=("art",),
    )
    assert inline.excluded == ()


@given(st.sampled_from(LISTS), st.from_regex(r"[a-zé0-9/.]{1,8}", fullmatch=True))
def test_a_minus_excludes_one_value(name: str, value: str) -> None:
    rest, inline = split_filters(f"words -{name}:{value}")
    assert rest.split() == ["words"] and not inline.wanted
    assert inline.to_dict() == {f"-{name}": [value]}


@given(st.text('abc-:" “”', max_size=30))
def test_a_text_without_a_name_of_a_filter_stays_as_it_is(text: str) -> None:
    assert split_filters(text) == (text, NO_INLINE_FILTERS)


@pytest.mark.parametrize(
    "text",
    ['"speaker:anna"', "text: tide", "in: talk", "https://in:80", "thespeaker:x", "sound:music"],
)
def test_what_only_looks_like_a_filter_is_words(text: str) -> None:
    assert split_filters(text) == (text, NO_INLINE_FILTERS)


@pytest.mark.parametrize("name", ["before", "after", "title", "host"])
def test_a_filter_of_other_searches_is_words_and_that_is_said(
    searcher: Searcher, name: str
) -> None:
    rest, inline = split_filters(f"tide {name}:2023 {name.title()}:moon language:en")
    assert inline.foreign == (name,) and f"{name}:2023" in rest
    (said,) = [n for n in searcher.search(f"tide {name}:2023").notes if n.startswith(f"{name}: ")]
    assert "since:" in said and "until:" in said
    assert not split_filters(f'"{name}:2023" https://{name}:80/ {name}: x')[1].foreign


@pytest.mark.parametrize("text", ["a -since:2023", "a since:2023 since:2024"])
def test_what_makes_no_sense_is_refused_in_words(text: str) -> None:
    with pytest.raises(QueryError, match="since:"):
        split_filters(text)


def test_the_typed_filter_is_the_option(searcher: Searcher) -> None:
    typed = searcher.search("the watch that got to Jamaica label:science", channel="lexical")
    given_ = searcher.search(
        "the watch that got to Jamaica", channel="lexical", filters=Filters(labels=("science",))
    )
    assert typed.hits == given_.hits
    assert typed.filters == {"label": ["science"]} and given_.filters == {}


def test_excluded_documents_are_not_found(searcher: Searcher) -> None:
    assert searcher.search("tide ocean moon", channel="lexical").hits[0].name == "why-tides-lag"
    without = searcher.search("tide ocean moon -in:why-tides-lag", channel="lexical")
    assert "why-tides-lag" not in {hit.name for hit in without}


def test_filters_alone_list_what_passes(searcher: Searcher) -> None:
    listed = searcher.search("in:why-tides-lag", k=50)
    assert {hit.name for hit in listed} == {"why-tides-lag"} and len(listed) > 1
    with pytest.raises(QueryError, match="nobody called 'nemo'"):
        searcher.search("tide speaker:nemo")
    with pytest.raises(QueryError, match="passes all the filters"):
        searcher.search("in:why-tides-lag -in:why-tides-lag")


def test_the_command_says_what_it_restricted_itself_to(small_library: LibraryStore) -> None:
    query = ("search", "tide", "label:science", "-l", small_library.folder, "--channel", "lexical")
    status, output, errors = call(*query)
    assert (status, errors) == (0, "") and output.startswith("only: label:science\n")
    status, output, errors = call(*query, "--json")
    assert (status, errors) == (0, "")
    assert json.loads(output)["filters"] == {"label": ["science"]}


def test_a_quoted_value_is_one_line() -> None:
    _, found = split_filters('in:"fog on\r\nthe\nNamib"')
    assert found.wanted == Filters(documents=("fog on the Namib",))


@pytest.mark.parametrize(
    "typed",
    ["speaker:'Anna Reed'", "speaker：“Anna Reed”", 'Speaker:"Anna Reed"', "speaker:'Anna Reed'."],
)
def test_a_value_may_stand_in_any_quotes_behind_any_colon(typed: str) -> None:
    assert split_filters(f"tea {typed}")[1].wanted == Filters(speakers=("Anna Reed",))


@pytest.mark.parametrize("typed", ["speaker:(anna)", "speaker:anna,", "speaker:[anna];"])
def test_what_stands_around_a_value_is_not_of_it(typed: str) -> None:
    assert split_filters(f"tea {typed} bees")[1].wanted == Filters(speakers=("anna",))
    assert split_filters("speaker:O'Hara in:...")[1].wanted.documents == ("...",)
    assert split_filters("speaker:O'Hara")[1].wanted.speakers == ("O'Hara",)


@pytest.mark.parametrize("minus", ["-", "NOT ", "NOT  ", "−"])
def test_not_before_a_filter_excludes(minus: str) -> None:
    rest, inline = split_filters(f"tea {minus}speaker:anna")
    assert rest.split() == ["tea"] and not inline.wanted
    assert inline.excluded == (Filters(speakers=("anna",)),)
    assert split_filters("do not speaker:anna")[1].wanted


@pytest.mark.parametrize("name", ["speakers", "speeker", "lable", "langauge", "untill", "sounds"])
def test_a_mistyped_filter_is_words_and_that_is_said(searcher: Searcher, name: str) -> None:
    assert split_filters(f"tide {name}:anna")[1].foreign == (name,)
    assert any(n.startswith(f"{name}: ") for n in searcher.search(f"tide {name}:anna").notes)
    assert not split_filters("note:this sender:anna sound:x label:y")[1].foreign


def test_one_of_two_phrases_is_enough(searcher: Searcher) -> None:
    both = searcher.search('"ocean basin" OR "the violin" OR "no such words"', k=50)
    one, other = (
        searcher.search(f'"{words}"', k=50, channel="lexical")
        for words in ("ocean basin", "the violin")
    )
    assert one.hits and other.hits and both.answered
    assert {h.name for h in both} == {h.name for h in (*one, *other)}
