"""Publishing: the current snapshot written to a store, then one alias switched."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import sqlite3
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np

from hilbert.files import sha256_file
from indexer.base.errors import LibraryError
from indexer.base.progress import Progress, SilentProgress
from indexer.encoders import TEXT_ENCODER_FOLDER
from indexer.index.fulltext_index import FulltextIndex
from indexer.index.library_store import CATALOG_FILE, PUBLISHED, LibraryStore
from indexer.index.manifest import MANIFEST_FILE
from indexer.index.shard import vectors_path
from indexer.index.snapshot import Snapshot
from indexer.index.vector_index import VectorIndex, vector_index_class
from indexer.index.vector_names import MODALITIES
from indexer.published.address import check_name
from indexer.published.engine import Engine
from indexer.published.publication import (
    BLOCK,
    FILES,
    FIRST_LISTING_ROW,
    PARTS,
    TEXTS,
    WORDS,
    Head,
    Listing,
    alias_of,
    base_of,
    blocks_of,
    pack,
    split_collection,
)
from indexer.published.words import word_vectors
from indexer.store.catalog import Catalog

log = logging.getLogger(__name__)

# A setting of a library: its id, made when it is first published.
_LIBRARY_ID = "published_id"
_VECTORS_AT_ONCE, _TEXTS_AT_ONCE = 1000, 64
# What a catalog remembers of this machine and of failures: no reader needs it.
_OWN_TABLES = ("failures", "folders", "culprits", "unsettled", "dismissed")
# Where SQLite counts the changes of a file, and the version that it was last written with.
_CHANGES, _VERSION_VALID_FOR = slice(24, 28), slice(92, 96)
_ATTEMPTS = 5


@dataclass(frozen=True)
class PublishReport:
    """What came of publishing.

    Attributes:
        name: That the library is published under.
        store: Where.
        generation: Number of the snapshot.
        documents: How many it has.
        vectors: How many vectors of segments.
        bytes: Of the files.
        written: Whether anything was; False where the store had this very snapshot.
        dropped: Collections of interrupted or older publications that were deleted.
    """

    name: str
    store: str
    generation: int
    documents: int
    vectors: int
    bytes: int
    written: bool
    dropped: tuple[str, ...] = ()


def publish(
    library: LibraryStore,
    engine: Engine,
    *,
    name: str = "",
    replace_other: bool = False,
    progress: Progress | None = None,
) -> PublishReport:
    """Write the current snapshot of a library to a store, and make it the one that answers.

    All is written beside what answers; one call of the store then switches the alias. After an
    interruption the publication before answers, and the same command goes on: rows that are there
    are not sent again, what no publication needs is deleted.

    Args:
        library: What is published; it may be searched and written to meanwhile.
        engine: The store.
        name: To publish under; that of the folder unless given.
        replace_other: Whether another library of this name in the store is replaced.
        progress: Of stages by collection.

    Raises:
        LibraryError: Nothing is indexed, or another library has the name in this store.
        StoreError: The store fails.
    """
    name = check_name(name or library.folder.name)
    progress = progress or SilentProgress()
    alias = alias_of(name)
    current = engine.target(alias)
    previous = _base(name, current)
    before = None
    if current is not None:
        engine.load(current)
        before = Head.read(engine.texts(current, 0, 1)[0], str(engine.address))
    id_ = _library_id(library)
    if before is not None and before.library != id_ and not replace_other:
        raise LibraryError(
            f"another library is published as '{name}' in {engine.address.uri}; give this one "
            "another name with --name, or replace that one with --replace"
        )
    with (
        tempfile.TemporaryDirectory(prefix="hilbert-publish-") as work,
        _opened(library, Path(work)) as content,
    ):
        base = base_of(name, content.snapshot.number, content.digest)
        dropped = _drop_others(engine, name, {base, previous, before.previous if before else ""})
        report = PublishReport(
            name,
            engine.address.uri,
            content.snapshot.number,
            content.snapshot.lexical.n_documents,
            sum(content.listing.vectors.values()),
            sum(size for _, size in content.listing.files.values()),
            written=base != previous,
            dropped=dropped,
        )
        if not report.written:
            return report
        _write(engine, base, content, progress)
        data = content.listing.to_bytes()
        head = Head(
            library=id_,
            name=name,
            number=content.snapshot.number,
            digest=content.digest,
            previous=previous,
            listing_rows=blocks_of(len(data)),
            listing_bytes=len(data),
        )
        engine.put_texts(f"{base}_{TEXTS}", 0, [head.to_text()])
        for part in PARTS:
            engine.finish(f"{base}_{part}")
        engine.point(alias, f"{base}_{TEXTS}")
    return replace(report, dropped=dropped + _drop_others(engine, name, {base, previous}))


@dataclass(frozen=True)
class _Content:
    """What is published.

    Attributes:
        snapshot: The snapshot.
        places: Path within the library to the file that is sent.
        listing: What the store is told of these.
        digest: Of all content.
    """

    snapshot: Snapshot
    places: Mapping[str, Path]
    listing: Listing
    digest: str


@contextlib.contextmanager
def _opened(library: LibraryStore, work: Path) -> Iterator[_Content]:
    """Open the snapshot with a catalog of the same moment."""
    for _ in range(_ATTEMPTS):
        snapshot = library.snapshot()
        try:
            copied = work / CATALOG_FILE
            copied.unlink(missing_ok=True)
            library.catalog.copy_to(copied)
            copy = Catalog(copied)
            copy.put_settings({PUBLISHED: True})
            copy.close()
            if _strip(copied) != snapshot.number:
                continue  # a commit came between
            yield _content(library, snapshot, copied, work)
            return
        except FileNotFoundError as error:
            raise LibraryError(
                f"{error.filename} was replaced while it was read; publish again when nothing is "
                "written to the library"
            ) from error
        finally:
            snapshot.close()
    raise LibraryError("the library changes all the time; publish again when nothing is written")


def _strip(catalog: Path) -> int | None:
    """Take out of a copy of a catalog what is of this machine; return the current generation.

    The same content then has the same bytes, so that publishing it again is seen to be that.
    """
    with contextlib.closing(sqlite3.connect(catalog, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
        for table in tables.intersection(_OWN_TABLES):
            db.execute(f"DELETE FROM {table}")
        row = db.execute("SELECT number FROM generations WHERE is_current").fetchone()
        db.execute("VACUUM")
    with catalog.open("r+b") as file:
        header = bytearray(file.read(100))
        header[_CHANGES] = header[_VERSION_VALID_FOR] = b"\0\0\0\1"
        file.seek(0)
        file.write(header)
    return int(row[0]) if row else None


def _content(library: LibraryStore, snapshot: Snapshot, catalog: Path, work: Path) -> _Content:
    manifest, folder = snapshot.manifest, snapshot.folder
    places = {CATALOG_FILE: catalog}
    of_vectors: list[str] = []
    shards = []
    for entry in manifest.shards:
        of_shard = manifest.shard_folder(folder, entry)
        kind = vector_index_class(manifest.vector_index_of(entry), "")
        names = {vectors_path(of_shard, "segments", m, kind).name for m in MODALITIES}
        of_vectors += [f"{entry.name}/{n}:{d.sha256}" for n, d in entry.files.items() if n in names]
        left = {n: digest for n, digest in entry.files.items() if n not in names}
        shards.append(replace(entry, files=left))
        places |= _files(library, of_shard, names)
    for entry in manifest.repeats or ():
        places |= _files(library, manifest.shard_folder(folder, entry))
    places |= _files(library, folder, {n for n in places if manifest.is_old})
    if not manifest.is_old:
        written = work / MANIFEST_FILE
        changed = replace(manifest, shards=tuple(shards))
        written.write_text(json.dumps(asdict(changed), indent=1), encoding="utf-8")
        places[(folder / MANIFEST_FILE).relative_to(library.folder).as_posix()] = written
    places |= _files(library, snapshot.model_folder)
    places |= _files(library, library.folder / TEXT_ENCODER_FOLDER)
    for modality in MODALITIES:
        ids = work / ids_file(modality)
        ids.write_bytes(snapshot.index("segments", modality).ids.astype("<i8").tobytes())
        places[(folder / ids.name).relative_to(library.folder).as_posix()] = ids
    files = {path: (sha256_file(p), p.stat().st_size) for path, p in sorted(places.items())}
    vectors = {m: len(snapshot.index("segments", m)) for m in MODALITIES}
    listing = Listing(files, vectors, snapshot.lexical.n_segments, manifest.dimension)
    whole = hashlib.sha256(listing.to_bytes())
    whole.update(json.dumps(sorted(of_vectors)).encode())
    return _Content(snapshot, places, listing, whole.hexdigest())


def ids_file(modality: str) -> str:
    """Return the name of the file with the ids of the segments of a modality, in order of rows."""
    return f"segments.{modality}.ids"


def _files(
    library: LibraryStore, folder: Path, without: Sequence[str] | set[str] = ()
) -> dict[str, Path]:
    if not folder.is_dir():
        return {}
    return {
        path.relative_to(library.folder).as_posix(): path
        for path in folder.iterdir()
        if path.is_file() and not path.is_symlink() and path.name not in without
    }


def _library_id(library: LibraryStore) -> str:
    known = library.catalog.get_settings().get(_LIBRARY_ID)
    if not known:
        known = uuid.uuid4().hex
        with library.writing():
            library.catalog.put_settings({_LIBRARY_ID: known})
    return str(known)


def _base(name: str, collection: str | None) -> str:
    """Return the beginning of the names of a publication, of what an alias stands for."""
    found = split_collection(collection or "")
    return found[1] if found and found[0] == name else ""


def _drop_others(engine: Engine, name: str, kept: set[str]) -> tuple[str, ...]:
    """Delete the collections of a library that belong to no publication which is kept."""
    dropped = []
    for collection in engine.collections():
        found = split_collection(collection)
        if found and found[0] == name and found[1] not in kept:
            engine.drop(collection)
            dropped.append(collection)
    return tuple(dropped)


def _write(engine: Engine, base: str, content: _Content, progress: Progress) -> None:
    for modality in MODALITIES:
        index = content.snapshot.index("segments", modality)
        _write_vectors(engine, f"{base}_{modality}", modality, index, progress)
    _write_words(engine, f"{base}_{WORDS}", content.snapshot.lexical, progress)
    collection = f"{base}_{FILES}"
    is_new = engine.make_texts(collection)
    total = sum(blocks_of(size) for _, size in content.listing.files.values())
    progress.start("records", total, f"{total} blocks of words and records")
    sent = 0 if is_new else _sent(engine, collection, 0, total, _TEXTS_AT_ONCE)
    _put_blocks(engine, collection, sent, islice(_blocks(content), sent, None), progress)
    engine.make_texts(f"{base}_{TEXTS}")
    listing = _split(content.listing.to_bytes())
    _put_blocks(engine, f"{base}_{TEXTS}", FIRST_LISTING_ROW, listing, SilentProgress())


def _put_blocks(
    engine: Engine, collection: str, first: int, blocks: Iterator[bytes], progress: Progress
) -> None:
    while batch := list(islice(blocks, _TEXTS_AT_ONCE)):
        engine.put_texts(collection, first, [pack(block) for block in batch])
        first += len(batch)
        progress.update(first)


def _write_words(
    engine: Engine, collection: str, fulltext: FulltextIndex, progress: Progress
) -> None:
    is_new, total = engine.make_words(collection), fulltext.n_segments
    progress.start("words", total, f"words of {total} moments")
    sent = 0 if is_new else _sent(engine, collection, 0, total, _VECTORS_AT_ONCE)
    vectors = word_vectors(fulltext, sent)
    while batch := list(islice(vectors, _VECTORS_AT_ONCE)):
        engine.put_vectors(collection, sent, batch)
        sent += len(batch)
        progress.update(sent)


def _write_vectors(
    engine: Engine, collection: str, modality: str, index: VectorIndex, progress: Progress
) -> None:
    is_new, total = engine.make_vectors(collection, index.dimension), len(index)
    progress.start(f"vectors of {modality}", total, f"{total} vectors of {modality}")
    sent = 0 if is_new else _sent(engine, collection, 0, total, _VECTORS_AT_ONCE)
    for first in range(sent, total, _VECTORS_AT_ONCE):
        last = min(total, first + _VECTORS_AT_ONCE)
        engine.put_vectors(collection, first, index.vectors_at(np.arange(first, last)))
        progress.update(last)


def _sent(engine: Engine, collection: str, first: int, total: int, batch: int) -> int:
    """Return how many of the rows from `first` on were sent before an interruption.

    They are sent in their order, in batches: unless rows are missing among them, as many are there
    as the collection has.
    """
    sent = engine.count(collection, first, first + total)
    if sent < total:
        sent = sent // batch * batch
        sent = sent if engine.count(collection, first, first + sent) == sent else 0
    return sent


def _split(data: bytes) -> Iterator[bytes]:
    return (data[first : first + BLOCK] for first in range(0, len(data), BLOCK))


def _blocks(content: _Content) -> Iterator[bytes]:
    for path in content.listing.files:
        with content.places[path].open("rb") as file:
            while block := file.read(BLOCK):
                yield block
