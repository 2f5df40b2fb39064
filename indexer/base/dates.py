"""Dates as people and programs tag them, in the form that can be compared: `2023-08-12`."""

from __future__ import annotations

import logging
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta

log = logging.getLogger(__name__)

_YEAR_FIRST = re.compile(r"(\d{4})(?:[-/.:](\d{1,2})(?:[-/.:](\d{1,2}))?)?(?:[T ,].*)?")
# Not a year with something else behind it: `2023 March 28`.
_YEAR_AND_MONTH = re.compile(
    r"\d{4},? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE
)
# ISO 8601: a day by its week and by its number in the year, with hyphens or without.
_WEEK = re.compile(r"(\d{4})-?[Ww](\d{2})(?:-?([1-7]))?(?:[T ,].*)?")
_ORDINAL = re.compile(r"(\d{4})-(\d{3})(?:[T ,].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]?\d{4}(?:\d{2})?(?:[.,Z+-].*)?)?")
# Of a quarter, half or season the year is known: Q3 2022, 2022-Q3, Summer 2022.
_SEASON = r"(?:[QH][1-4]|[1-4]Q|spring|summer|autumn|fall|winter)"
_PART_OF_YEAR = re.compile(rf"{_SEASON}[ ,/-]*(\d{{4}})|(\d{{4}})[ ,/-]*{_SEASON}", re.IGNORECASE)
# Seconds or milliseconds since 1970, from September 2001 to May 2033: later ones look like days.
_SINCE_1970 = re.compile(r"(1\d{9})(?:\d{3})?(?:\.\d+)?")
_HAS_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
# Only dates that begin with the day are written with points.
_DAY_FIRST = re.compile(r"\d{1,2}\.\s*(?:\d{1,2}\.|[^\W\d])")


# Beginnings of the names of months, without accents, in German, French, Spanish, Italian,
# Portuguese, Dutch, Swedish, Danish, Polish, Russian, Ukrainian, Czech, Greek, Turkish and Finnish;
# English is read as it is.
_MONTHS = {
    "january": "januar janv enero ene gen genn jane styczn январ січн ledna ιανουαρ ocak tammik",
    "february": "februar fevr febr feve luteg luty феврал люто unora φεβρουαρ subat helmik",
    "march": "marz mars marzo marco maart marc март mart берез brezna μαρτ maalisk",
    "april": "avr avri abr april kwiet апрел квіт dubna απριλ nisan huhtik",
    "may": "mai mayo magg maio mei maj мая май трав kvetna μαιο mayis toukok",
    "june": "juni juin giu giugn junh czerw июн черв cervna ιουνι haziran kesak",
    "july": "juli juil lugl julh lipca lipie июл липн cervenc ιουλι temmuz heinak",
    "august": "aout agos augus sierp август серп srpna αυγουστ agust elok",
    "september": "septem settem setem set sept wrzes сентябр верес zari σεπτεμβρ eylul syysk",
    "october": "okt octob ottob outu pazdz октябр жовт rijna οκτωβρ ekim lokak",
    "november": "novem listopad ноябр листопад νοεμβρ kasim marrask",
    "december": "dezem decem dicie dicem dez dic grudn декабр груд prosin δεκεμβρ aralik jouluk",
}
_WHOLE = 3  # letters of abbreviations, which have nothing behind them
_MONTH_OF = {begin: month for month, begins in _MONTHS.items() for begin in begins.split()}
_NAMED_MONTH = re.compile(
    r"\s*(\d{1,2})?(?:\.|º|er|st|nd|rd|th)?\s*(?:de |of |do )?([^\W\d_]{3,12})\.?,?\s*"
    r"(?:de |of |do )?(\d{4})(?:\s*(?:г|г\.|r\.|года))?\s*"
)
# The year before the first one of Japanese eras: 令和3年 is 2021.
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
_OF_ERA = re.compile(rf"({'|'.join(_ERAS)})(\d{{1,2}}|元)(?=年)")
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
    if match := _PART_OF_YEAR.fullmatch(text):
        return _joined(int(match[1] or match[2]), None, None)
    if match := _SINCE_1970.fullmatch(text):
        return datetime.fromtimestamp(int(match[1]), UTC).date().isoformat()
    text = _OF_ERA.sub(lambda m: str(_ERAS[m[1]] + int(m[2].replace("元", "1"))), text)
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
