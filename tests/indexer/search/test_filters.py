"""Filters pass what they name, and say what there is where they name nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.base.errors import QueryError
from indexer.index.coded_column import CodedColumn
from indexer.index.records import IndexedDocument
from indexer.index.segment_table import SegmentTable
from indexer.search.filters import Filters, allowed, filter_notes
from indexer.search.index_view import IndexView
from indexer.search.query import Query
from indexer.search.searched import searched_segments
from indexer.search.searcher import Searcher


@pytest.fixture
def table(tmp_path: Path) -> SegmentTable:
    """Three documents of two segments each."""

    def document(name: str, folder: str, *rest: Any) -> IndexedDocument:
        return IndexedDocument(
            name * 64, name, f"On {name}", str(tmp_path / folder / f"{name}.opus"), *rest, "x"
        )

    made: Any = SegmentTable.__new__(SegmentTable)
    made.documents = [
        document("a", "one", "2021-03-28", "Ann Lee", "Science", "en", 600.0),
        document("b", "one/two", "2022-01-05", None, "science", "de", 1200.0),
        document("c", "three", None, "Bob", None, None, 90.0),
    ]
    made.ids = np.arange(6)
    made.owners = np.repeat([0, 1, 2], 2)
    made.languages = {}
    made.speakers = CodedColumn.of(["Ann", "Bob Ray", "", "Zoe", "", ""])
    return made


def passed(table: SegmentTable, **filters: Any) -> list[int]:
    return np.flatnonzero(allowed(Filters(**filters), table)).tolist()


def test_each_filter_passes_what_it_names(table: SegmentTable, tmp_path: Path) -> None:
    assert passed(table, documents=("A",)) == [0, 1]
    assert passed(table, documents=("a.opus", "C.OPUS")) == [0, 1, 4, 5]
    assert passed(table, documents=("on b", "c" * 64)) == [2, 3, 4, 5]
    assert passed(table, labels=("SCIENCE",)) == [0, 1, 2, 3]
    assert passed(table, folders=(str(tmp_path / "one"),)) == [0, 1, 2, 3]
    assert passed(table, folders=(str(tmp_path / "one" / "two"),)) == [2, 3]
    assert passed(table, min_seconds=600) == [0, 1, 2, 3]
    assert passed(table, languages=("de-AT",)) == [2, 3]


def test_filters_that_are_given_again_pass_the_same(table: SegmentTable) -> None:
    snapshot: Any = None
    index = IndexView(snapshot, table)
    for _ in range(2):  # the second time as it is kept
        for number in range(12):  # more than are kept
            longer = searched_segments(Query(()), Filters(min_seconds=100.0 * number), index)
            assert longer.tolist() == [100 * number <= 600] * 2 + [True] * 2 + [number == 0] * 2
            longer[:] = False  # theirs who asked
    with pytest.raises(ValueError, match="read-only"):
        index.allowed(Filters(min_seconds=0.0, labels=("science",)))[0] = False


def test_names_in_another_unicode_form_or_case_are_one_name(table: SegmentTable) -> None:
    names = ["Gru\u0308n", "GR\u00dcN", "Gr\u00fcn 2"]
    for place, name in enumerate(names):
        table.documents[place] = replace(table.documents[place], name=name)
    assert passed(table, documents=("gr\u00fcn 2",)) == [4, 5]
    assert passed(table, documents=(names[1],)) == [2, 3]
    with pytest.raises(QueryError, match="write it exactly"):
        passed(table, documents=("gr\u00fcn",))


def test_speakers_are_those_of_the_document_and_of_the_moment(table: SegmentTable) -> None:
    assert passed(table, speakers=("bob",)) == [1, 4, 5]
    assert passed(table, speakers=("zoe", "lee")) == [0, 1, 3]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("José Núñez", "Jose"),
        ("José Núñez", "nunez"),
        ("Jose\u0301 Ruiz", "José"),
        ("Sinéad O’Brien", "O'Brien"),
        ("Sinead O'Brien", "O’Brien"),
        ("Łukasz Żółć", "Lukasz Zolc"),
        ("Jürgen Groß", "GROSS"),
        ("Søren", "soren"),
        ("Anne–Marie", "anne-marie"),
        ("Jose", "José"),
    ],
)
def test_a_name_is_found_without_its_accents_and_with_any_quote(
    table: SegmentTable, name: str, typed: str
) -> None:
    table.speakers = CodedColumn.of([*table.speakers[:4], f"Ann\n{name}", ""])
    table.documents[1] = replace(table.documents[1], speaker=name, label=name, title=name)
    assert passed(table, speakers=(typed,)) == [2, 3, 4]
    if len(typed) == len(name):
        assert passed(table, labels=(typed,)) == passed(table, documents=(typed,)) == [2, 3]


def test_a_label_with_and_without_an_accent_are_two_labels(table: SegmentTable) -> None:
    table.documents[0] = replace(table.documents[0], label="résumé")
    table.documents[1] = replace(table.documents[1], label="resume")
    assert passed(table, labels=("resume",)) == [2, 3]
    assert passed(table, labels=("Résumé",)) == [0, 1]


def test_documents_that_a_date_leaves_out_for_lack_of_one_are_named(table: SegmentTable) -> None:
    said = "1 document has no date that can be read, so a date leaves out: c"
    assert filter_notes(Filters(since="2021"), table) == (said,)
    assert filter_notes(Filters(until="2021"), table) == (said,)
    assert filter_notes(Filters(speakers=("bob",)), table) == ()
    with pytest.raises(QueryError, match=r"leave one out \(1 document has no date"):
        passed(table, since="2031")
    table.documents[2] = replace(table.documents[2], date="2020")
    assert filter_notes(Filters(since="2021"), table) == ()
    table.documents[2] = replace(table.documents[2], date="2021-02-30")  # no such day
    assert filter_notes(Filters(since="2021"), table) == (said,)
    assert passed(table, since="2021", until="2021") == [0, 1]


def test_dates_compare_by_year_month_or_day(table: SegmentTable) -> None:
    assert passed(table, since="2021-03-29") == [2, 3]
    assert passed(table, since="2021", until="2021") == [0, 1]
    assert passed(table, until="2021-03") == [0, 1]
    assert passed(table, since="2021-03-28", until="2022-01-05") == [0, 1, 2, 3]


def test_all_filters_must_hold(table: SegmentTable) -> None:
    assert passed(table, labels=("science",), speakers=("bob",)) == [1]


@pytest.mark.parametrize(
    ("filters", "reason"),
    [
        ({"labels": ("sport",)}, "no label 'sport' in this library; there is Science"),
        ({"documents": ("z",)}, "no document 'z' in this library; there is a, b, c"),
        ({"folders": ("/nowhere",)}, "nothing in this library lies in /nowhere"),
        ({"speakers": ("carl",)}, "nobody called 'carl' speaks"),
        ({"since": "March"}, "since 'March' is no date; write 2021, 2021-03 or 2021-03-28"),
        ({"languages": ("klingonish",)}, "is no language; write a code such as en"),
        ({"labels": ("science",), "min_seconds": 9e9}, "passes all the filters; leave one out"),
    ],
)
def test_what_names_nothing_is_refused(
    table: SegmentTable, filters: dict[str, Any], reason: str
) -> None:
    with pytest.raises(QueryError, match=reason):
        passed(table, **filters)


def test_no_filter_is_no_filter() -> None:
    assert not Filters() and Filters(since="2021") and Filters(min_seconds=1)


@pytest.mark.parametrize(
    ("written", "since", "until"),
    [
        ("20210328", "2021-03-28", "2021-03-28"),
        ("2021:03:28 10:00:00", "2021-03", "2021-03"),
        ("2021-03-28T10:00:00Z", "2021-03-28", "2021"),
        ("2021", "2021-06", "2021-02"),  # as far as is known
    ],
)
def test_dates_are_read_as_tags_write_them(
    table: SegmentTable, written: str, since: str, until: str
) -> None:
    table.documents[0] = replace(table.documents[0], date=written)
    first = np.flatnonzero(table.owners == 0).tolist()
    assert set(first) <= set(passed(table, since=since))
    assert set(first) <= set(passed(table, until=until))
    assert not set(first) & set(passed(table, since="2021-03-29")) or written == "2021"


def test_a_date_that_cannot_be_read_is_no_date(table: SegmentTable) -> None:
    table.documents[0] = replace(table.documents[0], date="28/03/2021")
    assert not set(np.flatnonzero(table.owners == 0)) & set(passed(table, since="1900"))


def test_one_value_may_stand_for_itself() -> None:
    assert Filters(speakers="anna").speakers == ("anna",)  # type: ignore[arg-type]


def test_a_name_is_named_by_its_beginning(table: SegmentTable) -> None:
    table.speakers = CodedColumn.of(["Hannah Beck", *table.speakers[1:]])
    with pytest.raises(QueryError, match="nobody called 'annah'"):
        passed(table, speakers=("annah",))
    assert 0 in passed(table, speakers=("hann",)) and 0 in passed(table, speakers=("beck",))


def test_the_parts_of_a_name_may_stand_in_any_order(table: SegmentTable) -> None:
    assert passed(table, speakers=("Lee, Ann",)) == passed(table, speakers=("lee ann",)) == [0, 1]
    assert passed(table, speakers=("bob r",)) == passed(table, speakers=("ray bob",)) == [1]
    with pytest.raises(QueryError, match="nobody called 'lee bob'"):
        passed(table, speakers=("lee bob",))


def test_a_document_is_named_by_a_word_of_its_title_where_no_other_has_it(
    table: SegmentTable,
) -> None:
    for place, title in enumerate(["The Lighthouse", "The Light of the Sea", "Unlit Rooms"]):
        table.documents[place] = replace(table.documents[place], title=title)
    assert passed(table, documents=("lighth",)) == [0, 1]
    assert passed(table, documents=("light of the",)) == [2, 3]
    with pytest.raises(QueryError, match="2 documents have a word that begins with 'light'"):
        passed(table, documents=("light",))
    with pytest.raises(QueryError, match="no document 'lit'"):
        passed(table, documents=("lit",))


def test_an_impossible_day_is_no_date(table: SegmentTable) -> None:
    for date in ("2021-13", "2021-02-45", "2021-00", "2021-02-30", "3/4/2021", "30 February 2021"):
        with pytest.raises(QueryError, match="is no date"):
            passed(table, since=date)


@pytest.mark.parametrize("date", ["28.03.2021", "March 28, 2021", "3/28/2021", "2021-W12-7"])
def test_a_day_may_be_typed_in_any_form_that_is_certain(table: SegmentTable, date: str) -> None:
    assert passed(table, since=date, until=date) == [0, 1]


@pytest.mark.parametrize("month", ["March 2021", "Mar 2021", "März 2021", "2021-03"])
def test_a_month_may_be_typed_by_its_name(table: SegmentTable, month: str) -> None:
    assert passed(table, since=month, until=month) == [0, 1]
    assert passed(table, since="April 2021") == [2, 3]
    with pytest.raises(QueryError, match="is no date"):
        passed(table, since="2021-W12")


def test_a_document_may_be_named_by_a_beginning_that_fits_no_other(searcher: Searcher) -> None:
    whole = searcher.search("the", channel="lexical", filters=Filters(documents=("why-tides-lag",)))
    assert whole.hits
    for name in ("why-t", whole.hits[0].document[:9], "Why the tide"):
        found = searcher.search("the", channel="lexical", filters=Filters(documents=(name,)))
        assert [hit.segment for hit in found.hits] == [hit.segment for hit in whole.hits]
    with pytest.raises(QueryError, match="2 documents begin with 'how-'"):
        searcher.search("the", filters=Filters(documents=("how-",)))


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Müller-Lüdenscheidt", "Mueller"),
        ("Jörg Mueller", "Müller"),
        ("Anna O\u0308berg", "Oeberg"),
        ("Søren Åkesson", "Soeren Aakesson"),
    ],
)
def test_a_name_is_found_with_its_letters_spelt_out(
    table: SegmentTable, name: str, typed: str
) -> None:
    table.speakers = CodedColumn.of([*table.speakers[:5], name])
    assert passed(table, speakers=(typed,)) == [5]


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Episode #5: Moon & Sun", "episode 5 moon and sun"),
        ("Fire: the mountain's heart", "fire the mountains heart"),
        ("What's a bee, anyway? (Part 2)", "whats a bee"),
        ("The clock — a sailor's story", "a sailors story"),
        ("Vol. II — “Ashes”", 'vol ii "ashes"'),
    ],
)
def test_a_title_is_typed_without_its_punctuation(
    table: SegmentTable, title: str, typed: str
) -> None:
    table.documents[2] = replace(table.documents[2], title=title, label=title)
    assert passed(table, documents=(typed,)) == [4, 5]
    table.documents[1] = replace(table.documents[1], title=title)
    with pytest.raises(QueryError, match=r"2 documents|may be"):
        passed(table, documents=(typed[:-2],))


def test_a_label_is_typed_without_its_punctuation(table: SegmentTable) -> None:
    table.documents[1] = replace(table.documents[1], label="Art & Craft")
    assert passed(table, labels=("art and craft",)) == [2, 3]
    with pytest.raises(QueryError, match="no label '!'"):
        passed(table, labels=("!",))


def test_folders_and_files_are_named_by_the_end_of_their_path(
    table: SegmentTable, tmp_path: Path
) -> None:
    assert passed(table, folders=("one",)) == [0, 1, 2, 3]
    assert passed(table, folders=("ONE/two/",)) == passed(table, folders=("two",)) == [2, 3]
    assert passed(table, documents=("two/b", "three/c.opus")) == [2, 3, 4, 5]
    for folder in ("wo", "two/one", "/two", "b.opus"):
        with pytest.raises(QueryError, match="nothing in this library lies in"):
            passed(table, folders=(folder,))
    with pytest.raises(QueryError, match="no document 'one/b'"):
        passed(table, documents=("one/b",))


@pytest.mark.parametrize("until", ["2021", "2021-12", "2021-12-31"])
def test_a_time_that_ends_before_it_begins_is_refused(table: SegmentTable, until: str) -> None:
    with pytest.raises(QueryError, match="since '2022' is after until '2021"):
        passed(table, since="2022", until=until)
    assert passed(table, since="2021-03", until="2021") == [0, 1]
