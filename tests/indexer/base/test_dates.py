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
