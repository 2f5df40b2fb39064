"""Dates as people and programs tag them, in the form that can be compared: `2023-08-12`."""

from __future__ import annotations

import logging
import re
from datetime import date, datetime, timedelta

log = logging.getLogger(__name__)

_YEAR_FIRST = re.compile(r"(\d{4})(?:[-/.:](\d{1,2})(?:[-/.:](\d{1,2}))?)?(?:[T ,].*)?")
# Not a year with something else behind it: `2023 March 28`.
_YEAR_AND_MONTH = re.compile(
    r"\d{4},? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE
)
# ISO 8601: a day by its week and by its number in the year, with hyphens or without.
_WEEK = re.compile(r"(\d{4})-?[Ww](\d{2})(?:-?([1-7]))?(?:[T ,].*)?")
_ORDINAL = re.compile(r"(\d{4})-(\d{3})(?:[T ,].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_HAS_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
# Only dates that begin with the day are written with points.
_DAY_FIRST = re.compile(r"\d{1,2}\.\s*(?:\d{1,2}\.|[^\W\d])")


def iso_date(text: str) -> str | None:
    """Read a date, as far as it can be known.

    Args:
        text: Such as `2023-08-12T20:00:00Z`, `20230812`, `12.8.2023`, `12 August 2023` or
            `Sat, 12 Aug 2023 10:00:00 GMT`; also ISO 8601 weeks and days of the year,
            `2023-W32-6`, `2023-224`.

    Returns:
        `2023-08-12`, `2023-08` or `2023`; None for what is no date. Of `08/12/2023`, which is in
        August or in December, only the year is known.
    """
    text = " ".join(text.split())
    if match := _WEEK.fullmatch(text):
        return _of_week(*(int(part) if part else 0 for part in match.groups()))
    if match := _ORDINAL.fullmatch(text):
        return _of_day(int(match[1]), int(match[2]))
    for form in (_YEAR_FIRST, _COMPACT):
        match = form.fullmatch(text)
        if match and not _YEAR_AND_MONTH.match(text):
            return _joined(*(int(part) if part else None for part in match.groups()))
    if not _HAS_YEAR.search(text):
        return None
    from dateutil.parser import parse

    try:
        # What the text leaves out is taken from the default, and differs.
        first = parse(text, dayfirst=True, default=datetime(1, 1, 1))
        second = parse(text, dayfirst=bool(_DAY_FIRST.match(text)), default=datetime(2, 2, 2))
    except (ValueError, OverflowError):
        log.debug("not a date: %s", text, exc_info=True)
        return None
    if first.year != second.year:
        return None
    if first.month != second.month:
        return _joined(first.year, None, None)
    return _joined(first.year, first.month, first.day if first.day == second.day else None)


def _joined(year: int | None, month: int | None, day: int | None) -> str | None:
    try:
        date(year or 0, month or 1, day or 1)
    except ValueError:
        log.debug("no such day: %s-%s-%s", year, month, day, exc_info=True)
        return None
    known = (month, day if month else None)  # tags write 2023-00-00 for what they do not know
    return "-".join([f"{year:04}", *(f"{part:02}" for part in known if part)])


def _of_week(year: int, week: int, day: int) -> str | None:
    """Return a day of a week; of a whole week its month, where it lies in one, else its year."""
    try:
        first = date.fromisocalendar(year, week, day or 1)
        last = date.fromisocalendar(year, week, day or 7)
    except ValueError:
        log.debug("no such week: %s-W%s-%s", year, week, day, exc_info=True)
        return None
    if day:
        return first.isoformat()
    same_month = (first.year, first.month) == (last.year, last.month)
    return f"{year:04}-{first.month:02}" if same_month else f"{year:04}"


def _of_day(year: int, number: int) -> str | None:
    try:
        found = date(year, 1, 1) + timedelta(days=number - 1)
    except (ValueError, OverflowError):
        log.debug("no such day: %s-%s", year, number, exc_info=True)
        return None
    return found.isoformat() if number and found.year == year else None
