"""Dates are read as far as they can be known."""

from __future__ import annotations

from datetime import date, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.base.dates import iso_date

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@given(
    DAYS, st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%d.%m.%Y", "%d %B %Y", "%B %d, %Y"])
)
def test_a_whole_day_is_read_in_every_form(day: date, form: str) -> None:
    assert iso_date(day.strftime(form)) == day.isoformat()


@given(DAYS)
def test_a_day_is_read_by_its_week_and_by_its_number_in_the_year(day: date) -> None:
    year, week, weekday = day.isocalendar()
    for form in (f"{year}-W{week:02}-{weekday}", f"{year}W{week:02}{weekday}"):
        assert iso_date(form) == day.isoformat()
    assert iso_date(day.strftime("%Y-%j")) == day.isoformat()


@given(DAYS)
def test_a_month_before_a_day_is_read_where_the_order_is_certain(day: date) -> None:
    certain = day.day > 12 or day.day == day.month
    assert iso_date(f"{day.month}/{day.day}/{day.year}") == (
        day.isoformat() if certain else f"{day.year}"
    )


@given(st.datetimes(datetime(1000, 1, 1)))
def test_the_date_of_a_mail_is_read(moment: datetime) -> None:
    assert iso_date(format_datetime(moment)) == moment.date().isoformat()


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("2023", "2023"),
        ("2023-08", "2023-08"),
        ("August 2023", "2023-08"),
        ("2023-08-12T20:00:00.000000Z", "2023-08-12"),
        ("20230812T200000Z", "2023-08-12"),
        ("08/12/2023", "2023"),  # August or December
        ("25/12/2023", "2023-12-25"),
        ("12. August 2023", "2023-08-12"),
        ("2023 August 12", "2023-08-12"),
        ("3/28/2023", "2023-03-28"),
        ("2023:08:12 10:00:00", "2023-08-12"),  # as cameras write it
        ("2023-08-00", "2023-08"),
        ("2023-00-12", "2023"),
        ("2023-W33", "2023-08"),
        ("2023-W31", "2023"),  # July and August
    ],
)
def test_what_is_not_written_or_not_certain_is_left_out(text: str, known: str) -> None:
    assert iso_date(text) == known


@pytest.mark.parametrize(
    "text",
    [
        *("", "0000", "May", "2023-13-01", "12/08/23", "soon", "2023-02-30", "30 February 2023"),
        *("31.4.2023", "Feb 30, 2023", "2/30/2023", "2023 February 30", "2023-366", "2023-000"),
        *("2023-W53-1", "2023-W00", "2023-W12-8"),
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert iso_date(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("2. Januar 2024", "2 janvier 2024", "2 de enero de 2024", "2 gennaio 2024"),
        *("2 de janeiro de 2024", "2 januari 2024", "2 stycznia 2024", "2 января 2024 г."),
        *("2024年1月2日", "2024년 1월 2일", "2024. 1. 2.", "2 janv. 2024", "2. Jan. 2024"),
    ],
)
def test_dates_as_other_languages_write_them(text: str) -> None:
    assert iso_date(text) == "2024-01-02"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        *(("März 2024", "2024-03"), ("août 2023", "2023-08"), ("1er mai 2024", "2024-05-01")),
        *(("5 мая 2024", "2024-05-05"), ("12. Dez. 2023", "2023-12-12"), ("2024年3月", "2024-03")),
        *(("31. Februar 2024", None), ("Main 2024", None), ("3 setter 2024", None)),
    ],
)
def test_months_by_name_and_what_only_looks_like_one(text: str, date: str | None) -> None:
    assert iso_date(text) == date


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("20230812T200000Z", "2023-08-12"),
        ("20230812200000", "2023-08-12"),
        ("1691870400", "2023-08-12"),
        ("1691870400123", "2023-08-12"),
        ("Q3 2023", "2023"),
        ("2023-Q3", "2023"),
        ("Summer 2023", "2023"),
        ("H1/2023", "2023"),
        ("令和5年8月12日", "2023-08-12"),
        ("平成元年1月8日", "1989-01-08"),
        ("12 Αυγούστου 2023", "2023-08-12"),
        ("12. srpna 2023", "2023-08-12"),
        ("12 Ağustos 2023", "2023-08-12"),
        ("12 серпня 2023", "2023-08-12"),
        ("12. elokuuta 2023", "2023-08-12"),
        ("12. marts 2023", "2023-03-12"),
        ("3 листопада 2023", "2023-11-03"),
    ],
)
def test_dates_of_programs_quarters_eras_and_more_languages(text: str, known: str) -> None:
    assert iso_date(text) == known


@pytest.mark.parametrize("text", ["44259", "2021030410", "99991231235959999", "season 2023 end"])
def test_numbers_that_may_be_anything_are_no_dates(text: str) -> None:
    assert iso_date(text) is None
