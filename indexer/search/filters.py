"""Filters: the part of a library that is searched, by document, label, folder, speaker, date."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.base.dates import iso_date
from indexer.base.errors import QueryError
from indexer.base.languages import language_code
from indexer.base.names import folded
from indexer.index.records import IndexedDocument
from indexer.index.segment_table import SegmentTable
from indexer.search.name_matching import begins_words, called, ends_with, labelled

_MONTH, _DAY = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_DATE = re.compile(rf"\d{{4}}(?:-{_MONTH}(?:-{_DAY})?)?", re.ASCII)
# As tags and file names have it too: 20210328, 2021/03/28, 2021:03:28, 2021-03-28T10:00:00Z.
_WRITTEN = re.compile(r"(\d{4})(?:[-/:.]?(\d{2})(?:[-/:.]?(\d{2}))?)?(?!\d)", re.ASCII)
_WEEK = re.compile(r"[Ww]\d")
_NAMED = 8


@dataclass(frozen=True)
class Filters:
    """Conditions on moments: every filter that is given must hold, any of its values is enough.

    Attributes:
        documents: Names (file stems), titles, ids, ends of paths, or the beginning of one, or of
            a word in one, that fits no other.
        labels: Labels of documents, in any case.
        folders: Folders that documents lie in or below; of one that holds none, any folder whose
            path ends so.
        speakers: Beginnings of names or parts of names in any order, of the document's speaker or
            of who speaks in the moment.
        since: First date, `2021`, `2021-03` or `2021-03-28`.
        until: Last date, in the same form; all of that year, month or day counts.
        min_seconds: Least length of the recording.
        languages: Codes such as `en` or `en-US`, of the document or of the moment where that is
            in another one.
    """

    documents: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    min_seconds: float = 0.0
    languages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for entry in fields(self):  # one value may stand for itself
            value = getattr(self, entry.name)
            if entry.default == () and isinstance(value, str):
                object.__setattr__(self, entry.name, (value,))

    def __bool__(self) -> bool:
        return any(getattr(self, entry.name) for entry in fields(self))


def allowed(filters: Filters, table: SegmentTable) -> NDArray[np.bool_]:
    """Return which segments pass, `[n_segments]`.

    Raises:
        QueryError: A value is of no document, or is no date or language; or nothing passes.
    """
    documents = table.documents
    of_documents = np.ones(len(documents), bool)
    if filters.documents:
        of_documents &= called(filters.documents, [_names_of(d) for d in documents])
    if filters.labels:
        of_documents &= labelled(filters.labels, [d.label or "" for d in documents])
    if filters.folders:
        of_documents &= _in_folders(filters.folders, documents)
    of_documents &= _between(filters.since, filters.until, documents)
    of_documents &= np.array([d.seconds >= filters.min_seconds for d in documents], bool)
    passed = of_documents[table.owners]
    if filters.languages:
        passed &= _in_languages(filters.languages, table)
    if filters.speakers:
        passed &= _spoken_by(filters.speakers, table)
    if not passed.any():
        raise nothing_passes(filters, table)
    return passed


def _names_of(document: IndexedDocument) -> tuple[str, ...]:
    """What a document may be called: its file with the extension and the folders as well."""
    return document.name, document.title, document.id, document.path


def nothing_passes(filters: Filters, table: SegmentTable) -> QueryError:
    """Return the error for filters that leave nothing to search."""
    notes = "".join(f" ({note})" for note in filter_notes(filters, table))
    return QueryError(f"nothing in this library passes all the filters; leave one out{notes}")


def filter_notes(filters: Filters, table: SegmentTable) -> tuple[str, ...]:
    """Say what filters leave out that nobody asked them to: documents without a date."""
    if not (filters.since or filters.until):
        return ()
    undated = [d.name for d in table.documents if not day_of(d.date)]
    if not undated:
        return ()
    listed = ", ".join(undated[:_NAMED]) + (", ..." if len(undated) > _NAMED else "")
    what = "1 document has" if len(undated) == 1 else f"{len(undated)} documents have"
    return (f"{what} no date that can be read, so a date leaves out: {listed}",)


def with_sound(label: str, table: SegmentTable) -> NDArray[np.bool_]:
    """Find the segments in which a sound is noted, by a beginning of a word of its label.

    Returns:
        `[n_segments]`.
    """
    begins = re.compile(rf"(?<!\w){re.escape(label.casefold())}")
    return table.sounds.where(lambda sounds: begins.search(sounds) is not None)


def no_sound(label: str, table: SegmentTable) -> QueryError:
    """Return the error for a sound that is noted nowhere, with those that are."""
    noted = Counter(sound for sounds in table.sounds for sound in filter(None, sounds.split("\n")))
    if not noted:
        return QueryError("no transcript in this library notes sounds such as [music]")
    some = ", ".join(name for name, _ in noted.most_common(_NAMED))
    more = ", ..." if len(noted) > _NAMED else ""
    return QueryError(f"no sound '{label}' is noted in this library; there is {some}{more}")


def _in_folders(folders: Iterable[str], documents: Sequence[IndexedDocument]) -> NDArray[np.bool_]:
    passed = np.zeros(len(documents), bool)
    for folder in folders:
        top = Path(os.path.abspath(os.path.expanduser(folder)))
        found = np.array([top in Path(d.path).parents for d in documents], bool)
        if not found.any():
            same = Path(folded(str(top)))
            found = np.array([same in Path(folded(d.path)).parents for d in documents], bool)
        if not found.any():
            found = np.array([ends_with(folder, Path(d.path).parents) for d in documents], bool)
        if not found.any():
            raise QueryError(f"nothing in this library lies in {top}")
        passed |= found
    return passed


def _in_languages(languages: Iterable[str], table: SegmentTable) -> NDArray[np.bool_]:
    """Return which segments are in one of some languages: that of their document, or their own."""
    wanted = set()
    for language in languages:
        code = language_code(language)
        if code is None:
            raise QueryError(f"'{language}' is no language; write a code such as en or de")
        wanted.add(code)
    of_documents = [language_code(d.language) in wanted for d in table.documents]
    passed: NDArray[np.bool_] = np.array(of_documents, bool)[table.owners]
    for row, code in table.languages.items():
        passed[row] = code in wanted
    return passed


def _between(
    since: str | None, until: str | None, documents: Sequence[IndexedDocument]
) -> NDArray[np.bool_]:
    """Return which documents pass by the known part of their date; those without never do."""
    passed = np.ones(len(documents), bool)
    ends: list[str] = []
    for date, option in ((since, "since"), (until, "until")):
        if not date:
            continue
        read = iso_date(date)
        # Of a week, and of 3/4/2021, less is known than was typed.
        least = len("2021-03-28") if _WEEK.search(date) else len("2021-03")
        if read is None or not (_DATE.fullmatch(date) or len(read) >= least):
            raise QueryError(f"{option} '{date}' is no date; write 2021, 2021-03 or 2021-03-28")
        ends.append(read)
        for row, document in enumerate(documents):
            day = day_of(document.date)
            same = min(len(day), len(read))
            known, wanted = day[:same], read[:same]
            passed[row] &= same > 0 and (known >= wanted if option == "since" else known <= wanted)
    if len(ends) == 2 and ends[0][: len(ends[1])] > ends[1][: len(ends[0])]:
        raise QueryError(f"since '{since}' is after until '{until}': no date is both")
    return passed


@lru_cache(maxsize=1 << 14)  # a search by date asks for those of all documents
def day_of(written: str | None) -> str:
    """Return a date as `2021-03-28`, as far as it is known; empty where it cannot be read."""
    found = _WRITTEN.match((written or "").strip())
    return iso_date("-".join(filter(None, found.groups()))) or "" if found else ""


def _spoken_by(wanted: Iterable[str], table: SegmentTable) -> NDArray[np.bool_]:
    passed = np.zeros(len(table), bool)
    for value in wanted:
        for is_named in begins_words(value):
            by_document = [is_named(document.speaker or "") for document in table.documents]
            found = np.array(by_document, bool)[table.owners] | table.speakers.where(is_named)
            if found.any():
                break
        else:
            raise QueryError(f"nobody called '{value}' speaks in this library")
        passed |= found
    return passed
