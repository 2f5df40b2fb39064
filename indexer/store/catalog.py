"""The catalog of a library: documents, paths, cues, segments, generations; one SQLite file."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from hilbert.forking import PerProcess
from hilbert.system_faults import raise_system_fault
from indexer.base.checked_sqlite import find_damage
from indexer.base.errors import LibraryError
from indexer.base.shell import quoted
from indexer.base.types import Chapter, Cue, Segment
from indexer.store.catalog_file import connect, open_schema, transaction
from indexer.store.remembered import TABLES as REMEMBERED
from indexer.store.remembered import Remembered
from indexer.store.schema_check import changed_tables
from indexer.store.supplements import TABLES as SUPPLEMENTS
from indexer.store.supplements import (
    Supplement,
    read_fact,
    read_sound_labels,
    read_supplement,
    write_chapters,
    write_fact,
    write_supplement,
)

log = logging.getLogger(__name__)

NO_SUPPLEMENT = Supplement()


@dataclass(frozen=True)
class Document:
    """One row of the catalog; `recording` and `transcript` are absolute paths.

    `text_source` is one of the sources of text of `indexer.base.types`.
    """

    id: str
    name: str
    title: str
    date: str | None
    speaker: str | None
    label: str | None
    language: str | None
    seconds: float
    recording: str | None
    transcript: str | None
    transcript_sha: str | None
    text_source: str
    features: str
    warnings: tuple[str, ...]

    @property
    def path(self) -> str:
        """What a person opens: the recording, else the transcript."""
        return self.recording or self.transcript or ""


@dataclass(frozen=True)
class KnownPath:
    """State of a file when it was last read, to detect changes."""

    size: int
    mtime_ns: int
    sha256: str
    document: str | None


# Attribute of a document to its column.
_COLUMNS = {f.name: f.name for f in fields(Document)} | {"text_source": "words_from"}


# A setting: sha256 of all others.
_SETTINGS_DIGEST = "settings_sha256"
DAMAGED_SETTINGS = (
    "the settings in the catalog are damaged; restore a backup, or index the recordings into a new "
    "library"
)


def segment_id(document: str, ordinal: int) -> int:
    """Return a stable 63-bit id of a segment, the key in every index."""
    digest = hashlib.sha256(f"{document}/{ordinal}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def document_key(document: str) -> int:
    """Return a stable 63-bit id of a document, for indexes that take numbers only."""
    return int(document[:16], 16) >> 1


class Catalog:
    """Reader and writer of `catalog.sqlite`. Only the holder of the writer lock may write.

    Attributes:
        remembered: Followed folders, and what else is kept between runs.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if not create and not path.exists():
            raise LibraryError(
                f"{path.parent}: there is no library here; make one with "
                f"'hilbert index FOLDER --library {quoted(path.parent)}'"
            )
        try:
            # SQLite forbids a connection to be carried across a fork.
            self._connections = PerProcess(lambda: connect(path))
            open_schema(self._db, create=create)
            self.remembered = Remembered(self._connections.get)
        except sqlite3.DatabaseError as error:
            raise_system_fault(error)
            raise LibraryError(
                f"{path}: not a readable catalog ({error}); run "
                f"'hilbert doctor --library {quoted(path.parent)}'"
            ) from error

    @property
    def _db(self) -> sqlite3.Connection:
        return self._connections.get()

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all or nothing, also when the process is killed within."""
        with transaction(self._db):
            yield

    def check(self) -> list[str]:
        """List what is wrong with the file and its tables; empty when it is whole."""
        if damage := find_damage(self._db, "integrity_check"):
            return damage
        with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
            open_schema(made, create=True)
            for script in (*SUPPLEMENTS.values(), *REMEMBERED.values()):
                made.execute(script)
            return changed_tables(self._db, made)

    # settings

    def get_settings(self) -> dict[str, Any]:
        """Return all settings of the library.

        Raises:
            LibraryError: One is damaged.
        """
        try:
            settings = {key: json.loads(value) for key, value in self._settings()}
        except ValueError as error:
            raise LibraryError(DAMAGED_SETTINGS) from error
        settings.pop(_SETTINGS_DIGEST, None)
        return settings

    def put_settings(self, settings: dict[str, Any]) -> None:
        """Store settings; values go through JSON."""
        within = contextlib.nullcontext() if self._db.in_transaction else self.transaction()
        with within:
            rows = [(key, json.dumps(value)) for key, value in settings.items()]
            self._db.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", rows)
            digest = json.dumps(self._settings_sha256())
            rows = [(_SETTINGS_DIGEST, digest)]
            self._db.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", rows)

    def damaged_settings(self) -> str:
        """Say that the settings are not those that were stored; empty where they are.

        Those of a library of an earlier release are believed.
        """
        known = dict(self._settings()).get(_SETTINGS_DIGEST)
        if known in (None, json.dumps(self._settings_sha256())):
            return ""
        return DAMAGED_SETTINGS

    def _settings(self) -> list[tuple[str, str]]:
        rows = self._db.execute("SELECT key, value FROM settings ORDER BY key")
        return [(row["key"], row["value"]) for row in rows]

    def _settings_sha256(self) -> str:
        rows = [row for row in self._settings() if row[0] != _SETTINGS_DIGEST]
        return hashlib.sha256(repr(rows).encode("utf-8", "surrogatepass")).hexdigest()

    # documents

    def documents(self) -> list[Document]:
        """List the documents, by name."""
        rows = self._db.execute("SELECT * FROM documents ORDER BY name, id")
        return [_document(row) for row in rows]

    def revisions(self) -> dict[str, str]:
        """Map every document to what changes whenever something that belongs to it is stored."""
        rows = self._db.execute("SELECT id, updated_at FROM documents")
        return {row["id"]: repr(row["updated_at"]) for row in rows}

    def stored_at(self, document_id: str) -> float:
        """Return when anything of a document was stored last, in seconds since 1970."""
        row = self._db.execute("SELECT updated_at FROM documents WHERE id = ?", [document_id])
        return float(row.fetchone()[0])

    def content_sha256(self, document_id: str) -> str:
        """Hash all that is stored of a document, but for when it was stored."""
        about = self.supplement(document_id)
        stored = (
            self.document(document_id),
            self.cues(document_id),
            self.segments(document_id),
            about.sounds,
            about.chapters,
            sorted(about.facts.items()),
            # Documents of earlier releases have none, and keep their digest.
            *((about.word_times,) if about.word_times else ()),
            *sorted(about.languages.items()),
        )
        return hashlib.sha256(repr(stored).encode("utf-8", "surrogatepass")).hexdigest()

    def document_ids(self) -> set[str]:
        """Return the ids of all documents."""
        return {row["id"] for row in self._db.execute("SELECT id FROM documents")}

    def document(self, document_id: str) -> Document | None:
        """Return the document of this id, None where there is none."""
        row = self._db.execute("SELECT * FROM documents WHERE id = ?", [document_id]).fetchone()
        return _document(row) if row else None

    def update_document(self, document: Document) -> None:
        """Insert or update a document's own row, within a transaction."""
        values = {column: getattr(document, name) for name, column in _COLUMNS.items()}
        values["warnings"] = json.dumps(document.warnings)
        values["updated_at"] = time.time()
        names = ", ".join(values)
        updates = ", ".join(f"{name} = excluded.{name}" for name in values)
        marks = ", ".join(f":{name}" for name in values)
        # An upsert, not REPLACE: that would delete the row first, and its paths with it.
        self._db.execute(
            f"INSERT INTO documents ({names}) VALUES ({marks}) "
            f"ON CONFLICT (id) DO UPDATE SET {updates}",
            values,
        )

    def put_document(
        self,
        document: Document,
        cues: Sequence[Cue],
        segments: Sequence[Segment],
        supplement: Supplement = NO_SUPPLEMENT,
    ) -> None:
        """Insert or replace a document with all that belongs to it, within a transaction."""
        self.update_document(document)
        write_supplement(self._db, document.id, supplement)
        self._db.execute("DELETE FROM cues WHERE document = ?", [document.id])
        self._db.execute("DELETE FROM segments WHERE document = ?", [document.id])
        self._db.executemany(
            "INSERT INTO cues VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (document.id, i, c.start, c.end, c.speaker, c.text, c.avg_logprob, c.no_speech_prob)
                for i, c in enumerate(cues)
            ],
        )
        self._db.executemany(
            "INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    segment_id(document.id, i),
                    document.id,
                    i,
                    s.start,
                    s.end,
                    s.timed,
                    s.first_cue,
                    s.last_cue,
                    s.text,
                )
                for i, s in enumerate(segments)
            ],
        )

    def put_chapters(self, document_id: str, chapters: Iterable[Chapter]) -> None:
        """Replace the chapters of a document, within a transaction."""
        write_chapters(self._db, document_id, chapters)
        self._db.execute(
            "UPDATE documents SET updated_at = ? WHERE id = ?", [time.time(), document_id]
        )

    def fact(self, document_id: str, key: str) -> str | None:
        """Return a fact of a document by its key (`indexer.store.supplements`)."""
        return read_fact(self._db, document_id, key)

    def put_fact(self, document_id: str, key: str, value: str | None) -> None:
        """Replace a fact that is in no index, within a transaction."""
        write_fact(self._db, document_id, key, value)

    def supplement(self, document_id: str) -> Supplement:
        """Return the sounds, chapters and facts of a document."""
        return read_supplement(self._db, document_id)

    def remove_document(self, document_id: str) -> None:
        """Forget a document, its cues, segments and paths."""
        self._db.execute("DELETE FROM documents WHERE id = ?", [document_id])

    def cues(self, document_id: str) -> list[Cue]:
        """List the cues of a document in order."""
        rows = self._db.execute(
            'SELECT text, start, "end", speaker, avg_logprob, no_speech_prob FROM cues '
            "WHERE document = ? ORDER BY ordinal",
            [document_id],
        )
        return [Cue(**dict(row)) for row in rows]

    def segments(self, document_id: str) -> list[Segment]:
        """List the segments of a document in order."""
        rows = self._db.execute(
            'SELECT start, "end", text, first_cue, last_cue, timed FROM segments '
            "WHERE document = ? ORDER BY ordinal",
            [document_id],
        )
        return [Segment(**{**dict(row), "timed": bool(row["timed"])}) for row in rows]

    def cue_speakers(self) -> list[str]:
        """List the speakers whom transcripts name, each once."""
        rows = self._db.execute("SELECT DISTINCT speaker FROM cues WHERE speaker != ''")
        return sorted(row[0] for row in rows)

    def sound_labels(self) -> list[str]:
        """List the labels of the sounds that transcripts note, each once."""
        return read_sound_labels(self._db)

    def count_segments(self, document_id: str) -> int:
        """Count the segments of a document."""
        counted = self._db.execute(
            "SELECT count(*) FROM segments WHERE document = ?", [document_id]
        )
        return int(counted.fetchone()[0])

    def segment_counts(self) -> dict[str, int]:
        """Map every document that has segments to their number."""
        rows = self._db.execute("SELECT document, count(*) FROM segments GROUP BY document")
        return dict(map(tuple, rows))

    # paths

    def known_path(self, path: str) -> KnownPath | None:
        """Return the state of a file when it was last read, None for an unknown path."""
        row = self._db.execute(
            "SELECT size, mtime_ns, sha256, document FROM paths WHERE path = ?", [path]
        ).fetchone()
        return KnownPath(**dict(row)) if row else None

    def put_path(self, path: str, known: KnownPath) -> None:
        """Remember a file as it is now."""
        self._db.execute(
            "INSERT OR REPLACE INTO paths VALUES (?, ?, ?, ?, ?)",
            [path, known.size, known.mtime_ns, known.sha256, known.document],
        )

    def forget_path(self, path: str) -> None:
        """Forget a file that is gone."""
        self._db.execute("DELETE FROM paths WHERE path = ?", [path])

    def known_paths(self) -> dict[str, KnownPath]:
        """Map the path of every known file to its state when it was last read."""
        rows = self._db.execute("SELECT * FROM paths ORDER BY path")
        return {row["path"]: KnownPath(*tuple(row)[1:]) for row in rows}

    def copy_to(self, path: Path) -> None:
        """Write a copy of the catalog, of one moment whoever writes to it meanwhile."""
        with contextlib.closing(sqlite3.connect(path)) as copy:
            self._db.backup(copy)

    def paths_of(self, document_id: str) -> list[str]:
        """List the paths of files with the very bytes of this document."""
        rows = self._db.execute(
            "SELECT path FROM paths WHERE document = ?1 AND sha256 = ?1 ORDER BY path",
            [document_id],
        )
        return [row["path"] for row in rows]

    # generations and failures

    def current_generation(self) -> int | None:
        """Return the number of the current generation, None before the first."""
        row = self._db.execute("SELECT number FROM generations WHERE is_current").fetchone()
        return row["number"] if row else None

    def last_generation(self) -> int:
        """Return the highest number ever given out; 0 before the first."""
        highest = self._db.execute("SELECT coalesce(max(number), 0) FROM generations")
        return int(highest.fetchone()[0])

    def make_current(
        self,
        number: int,
        settings: dict[str, Any] | None = None,
        removed: Iterable[str] = (),
    ) -> None:
        """Make a completely written generation current: the commit point.

        Args:
            number: Of the generation.
            settings: Settings that change together with it.
            removed: Ids of documents that are removed together with it.
        """
        with self.transaction():
            for document_id in removed:
                self.remove_document(document_id)
            self.put_settings(settings or {})
            self._db.execute("UPDATE generations SET is_current = 0")
            self._db.execute(
                "INSERT OR REPLACE INTO generations VALUES (?, ?, 1)", [number, time.time()]
            )

    def truncate_log(self) -> None:
        """Put what SQLite's log holds into the file, and empty the log."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def put_failures(self, tried: Iterable[str], failures: dict[str, str]) -> None:
        """Replace what is known of the files tried in this run."""
        with self.transaction():
            self._db.executemany("DELETE FROM failures WHERE path = ?", [(p,) for p in tried])
            self._db.executemany(
                "INSERT OR REPLACE INTO failures VALUES (?, ?, ?)",
                [(path, reason, time.time()) for path, reason in failures.items()],
            )

    def failures(self) -> dict[str, str]:
        """Map files that could not be indexed when last tried to the reason."""
        rows = self._db.execute("SELECT path, reason FROM failures ORDER BY path")
        return {row["path"]: row["reason"] for row in rows}

    def failure_times(self) -> dict[str, float]:
        """Map the files of `failures` to when they were last tried, in seconds since 1970."""
        return dict(self._db.execute("SELECT path, seen_at FROM failures").fetchall())


def _document(row: sqlite3.Row) -> Document:
    values = {name: row[column] for name, column in _COLUMNS.items()}
    values["warnings"] = tuple(json.loads(values["warnings"]))
    return Document(**values)
