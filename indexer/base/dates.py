"""Dates as people and programs tag them, in the form that can be compared: `2023-08-12`."""

from __future__ import annotations

import logging
import re
import unicodedata
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
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T\d{4,6}(?:Z|[+\-.].*)?)?")
_HAS_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
# Only dates that begin with the day are written with points.
_DAY_FIRST = re.compile(r"\d{1,2}\.\s*(?:\d{1,2}\.|[^\W\d])")


# Beginnings of the names of months, without accents, in German, French, Spanish, Italian,
# Portuguese, Dutch, Swedish, Polish and Russian; English is read as it is.
_MONTHS = {
    "january": "januar janv enero ene gen genn jane styczn январ",
    "february": "februar fevr febr feve luteg luty феврал",
    "march": "marz mars marzo marco maart marc март",
    "april": "avr avri abr april kwiet апрел",
    "may": "mai mayo magg maio mei maj мая май",
    "june": "juni juin giu giugn junh czerw июн",
    "july": "juli juil lugl julh lipca lipie июл",
    "august": "aout agos augus sierp август",
    "september": "septem settem setem set sept wrzes сентябр",
    "october": "okt octob ottob outu pazdz октябр",
    "november": "novem listopad ноябр",
    "december": "dezem decem dicie dicem dez dic grudn декабр",
}
_WHOLE = 3  # letters of abbreviations, which have nothing behind them
_MONTH_OF = {begin: month for month, begins in _MONTHS.items() for begin in begins.split()}
_NAMED_MONTH = re.compile(
    r"\s*(\d{1,2})?(?:\.|º|er|st|nd|rd|th)?\s*(?:de |of |do )?([^\W\d_]{3,12})\.?,?\s*"
    r"(?:de |of |do )?(\d{4})(?:\s*(?:г|г\.|r\.|года))?\s*"
)
# 2024年1月2日, 2024년 1월 2일, 2024. 1. 2.
_WITH_UNITS = re.compile(r"(\d{4})\s?[年년.]\s?(\d{1,2})\s?[月월.](?:\s?(\d{1,2})\s?[日일号號.]?)?")


def iso_date(text: str) -> str | None:
    """Read a date, as far as it can be known.

    Args:
        text: Such as `2023-08-12T20:00:00Z`, `20230812`, `20230812T200000Z`, `12.8.2023`,
            `12 August 2023` or `Sat, 12 Aug 2023 10:00:00 GMT`,
            `12. August 2023`, `12 de agosto de 2023`,
            `2023年8月12日`; also ISO 8601 weeks and days of the year,
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
    if match := _WITH_UNITS.fullmatch(text):
        return _joined(*(int(part) if part else None for part in match.groups()))
    if (match := _NAMED_MONTH.fullmatch(text)) and (month := _month(match[2])):
        text = f"{match[1] or ''} {month} {match[3]}".strip()
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


def _month(name: str) -> str | None:
    """The English name of a month; None for what is none in the languages that are known."""
    letters = unicodedata.normalize("NFKD", name.lower())
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    # NFKD takes apart the Russian letter й, too.
    plain = "май" if plain == "маи" else plain
    if plain in _MONTH_OF:
        return _MONTH_OF[plain]
    return next((month for begin, month in _MONTH_OF.items() if _is_begin(begin, plain)), None)


def _is_begin(begin: str, name: str) -> bool:
    return len(begin) > _WHOLE and name.startswith(begin)


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
