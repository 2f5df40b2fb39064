"""What the files of a document say by themselves, so that what a table gave can be taken back."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import replace

from indexer.base.dates import iso_date
from indexer.base.errors import AudioError
from indexer.base.languages import language_code
from indexer.base.presence import Presence
from indexer.base.types import Chapter
from indexer.base.web_pages import web_address
from indexer.ingest.analysed import AnalysedDocument
from indexer.ingest.followed import FollowedPlaces
from indexer.ingest.job import DocumentJob
from indexer.ingest.metadata_table import METADATA_FIELDS, URL_FIELD
from indexer.ingest.pipeline import named_language
from indexer.ingest.source import Source
from indexer.media.decode import open_recording
from indexer.store.catalog import Document
from indexer.store.remembered import Origin

log = logging.getLogger(__name__)

# Tags of a recording by the field that they give, the first that is there counts.
_TAGS = {
    "title": ("title",),
    "date": ("date", "creation_time"),
    "speaker": ("artist", "album_artist"),
    "label": ("genre",),
}
# Tags that may hold the page on the web: yt-dlp writes the first, and the last beside it.
_PAGE_TAGS = ("purl", "url", "comment")
# Key of what a document has that its recording does not say: chapters of a file beside it.
_CHAPTERS_OF_FILE = "chapters of a file"
_DATE_WARNING = "its date '"
_LONGEST_DATE = 40


def origin_of_job(job: DocumentJob, done: AnalysedDocument) -> Origin:
    """Return what the files of a document say that was analysed."""
    without_table = replace(job.source, metadata={})
    language = named_language(without_table, job.parsed, done.tags)
    if language is None:
        in_table = job.source.metadata.get("language")
        language = job.settings.language if in_table else done.language
    return _origin(job.source, {**_of_tags(done.tags), "language": language})


def origin_of_source(existing: Document, source: Source) -> Origin | None:
    """Work out what the files of a document say of which this was never noted.

    The first release noted nothing. Where a document moved from a place that nobody can look at,
    all that is known of it counts as its own.

    Returns:
        None where the recording cannot be opened.
    """
    known = {field: getattr(existing, field) for field in METADATA_FIELDS}
    own = {field: value for field, value in known.items() if field not in source.metadata}
    if existing.path == str(source.path):
        try:
            own = _own_tags(source) | {"language": own.get("language")}
        except AudioError:
            log.debug("could not read the tags of %s", source.path, exc_info=True)
            return None
    return _origin(source, {field: value for field, value in own.items() if value})


def _own_tags(source: Source) -> dict[str, str | None]:
    if source.recording is None:
        return {}
    with contextlib.closing(open_recording(source.recording)) as recording:
        return dict(_of_tags(recording.tags))


def _of_tags(tags: dict[str, str]) -> dict[str, str]:
    found = {
        field: next((tags[key] for key in keys if tags.get(key)), "")
        for field, keys in _TAGS.items()
    }
    pages = (web_address(tags.get(key)) for key in _PAGE_TAGS)
    found[URL_FIELD] = next(filter(None, pages), "")
    return {field: value for field, value in found.items() if value}


def _origin(source: Source, own: dict[str, str]) -> Origin:
    return Origin(own, str(source.table) if source.table else None, source.speakers)


def with_values(document: Document, source: Source, origin: Origin, keep: bool = False) -> Document:
    """Return a document with the values of its table and, where that has none, its own.

    Args:
        document: As it is.
        source: Its files, and its row of a table.
        origin: What its files say.
        keep: Whether the values that it has stay where the table has none.
    """
    kept = {field: getattr(document, field) for field in METADATA_FIELDS} if keep else origin.own
    values = {**kept, **source.metadata}
    language = language_code(values.get("language")) or language_code(origin.own.get("language"))
    date = values.get("date")
    warnings = [text for text in document.warnings if not text.startswith(_DATE_WARNING)]
    return replace(
        document,
        title=values.get("title") or source.name,
        date=date and (iso_date(date) or date),
        speaker=values.get("speaker"),
        label=values.get("label"),
        language=language or document.language,
        warnings=(*warnings, *_date_warnings(date)),
    )


def web_page(source: Source, origin: Origin, known: str | None, keep: bool) -> str | None:
    """Return the address of a document's page on the web: of its table, else of its recording.

    Args:
        source: Its files, and its row of a table.
        origin: What its files say.
        known: The address that it has.
        keep: See `with_values`.
    """
    of_table = web_address(source.metadata.get(URL_FIELD))
    return of_table or (known if keep else None) or web_address(origin.own.get(URL_FIELD))


def with_chapters_of(origin: Origin, *, from_file: bool) -> Origin:
    """Return an origin that notes whether the chapters are those of a file beside the recording."""
    own = {key: value for key, value in origin.own.items() if key != _CHAPTERS_OF_FILE}
    return replace(origin, own=own | ({_CHAPTERS_OF_FILE: "yes"} if from_file else {}))


def own_chapters(source: Source) -> tuple[Chapter, ...] | None:
    """Return the chapters in a recording itself; None where it cannot be opened."""
    if source.recording is None:
        return None
    try:
        with contextlib.closing(open_recording(source.recording)) as recording:
            return recording.facts.chapters
    except AudioError:
        log.debug("could not read the chapters of %s", source.path, exc_info=True)
        return None


def keeps_values(origin: Origin, source: Source, places: FollowedPlaces) -> bool:
    """Return whether what a table gave still holds, because nobody can look at that table now."""
    if source.table_failed:
        return True
    if origin.metadata_file is None or origin.metadata_file == str(source.table):
        return False
    return places.look_for(origin.metadata_file).presence is Presence.OUT_OF_REACH


def _date_warnings(date: str | None) -> list[str]:
    """Say what cannot be known of a date; one of nothing but zeros is an empty tag."""
    if not date or not any(c.isalnum() and c != "0" for c in date):
        return []
    read = iso_date(date)
    shown = f"{_DATE_WARNING}{date[:_LONGEST_DATE]}'"
    if read is None:
        return [f"{shown} is none that can be read: --since and --until miss it"]
    if len(read) == 4 and date.count("/") == 2:
        return [f"{shown} may be in either of two months: only {read} is used"]
    return []
