"""Reading a published library: words and records in a cache here, vectors in the engine."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hilbert.files import PARTIAL_SUFFIX, sync_tree, write_atomically
from hilbert.system_faults import raise_system_fault
from hilbert.user_folders import cache_folder
from indexer.base.errors import LibraryError
from indexer.index.library_store import CATALOG_FILE, LibraryStore
from indexer.index.manifest import MANIFEST_FILE, read_manifest
from indexer.index.vector_index import VectorIndex
from indexer.published.address import StoreAddress, check_name, read_address
from indexer.published.engine import Engine, StoreError
from indexer.published.engine_vectors import EngineVectors
from indexer.published.publication import (
    FILES,
    FIRST_LISTING_ROW,
    VERSION,
    WORDS,
    Head,
    Listing,
    alias_of,
    blocks_of,
    not_published,
    split_collection,
    unpack,
)
from indexer.published.publish import ids_file
from indexer.published.words import EngineWords

if TYPE_CHECKING:
    from indexer.index.snapshot import Snapshot

log = logging.getLogger(__name__)

ADDRESS_FILE = "published.json"
"""In the cache folder of a published library: its address. Beside it a folder a publication."""
_ROWS_AT_ONCE = 64
# The one that answers, and the one before, which another process may be reading.
_KEPT = 2
_ATTEMPTS = 3
# What is being fetched is not older; what is was left by a process that was killed.
_LONGEST_FETCH_SECONDS = 86_400.0


class PublishedStore(LibraryStore):
    """A published library, opened to be searched: a folder of the cache, its vectors elsewhere.

    Args:
        folder: Of the publication in the cache.
        engine: A connection to the store.
        base: What the names of its collections begin with.
        listing: What it holds.

    Attributes:
        ranks_by_words: Whether the engine names segments by words, too.
    """

    is_published = True

    def __init__(self, folder: Path, engine: Engine, base: str, listing: Listing) -> None:
        super().__init__(folder)
        self.engine = engine
        self._base, self._listing = base, listing
        self.segment_vectors = self._segment_vectors
        # The engine of a file is this process: at 100,000 moments its lists of words, in Python,
        # took 750 MiB and 230 ms a query; the postings of the cache give all scores in 2.
        self.ranks_by_words = not engine.address.is_file

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Refuse: what is published is only read.

        Raises:
            LibraryError: Always; says what to do.
        """
        raise LibraryError(
            f"{self.engine.address} is published and can only be read; change the library itself "
            "and publish it again"
        )
        yield

    def info(self) -> dict[str, Any]:
        """Describe the library, by its address."""
        return {**super().info(), "library": str(self.engine.address)}

    def close(self) -> None:
        """Close the catalog and the connection."""
        super().close()
        self.engine.close()

    def _segment_vectors(self, modality: str) -> VectorIndex:
        number = self.catalog.current_generation() or 0
        path = self.folder / "generations" / f"{number:06d}" / ids_file(modality)
        where = str(self.engine.address)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise_system_fault(error)
            raise not_published(where, f"{path.name} is missing") from error
        if len(data) != 8 * self._listing.vectors[modality]:
            raise not_published(where, f"{path.name} has another length")
        ids = np.frombuffer(data, "<i8").astype(np.int64, copy=False)
        self.engine.load(f"{self._base}_{modality}")
        return EngineVectors(self.engine, f"{self._base}_{modality}", ids, self._listing.dimension)

    def snapshot(self) -> Snapshot:
        """Open the snapshot that is published; see `LibraryStore.snapshot`."""
        snapshot = super().snapshot()
        if self.ranks_by_words:
            words = f"{self._base}_{WORDS}"
            self.engine.load(words)
            snapshot.words = EngineWords(self.engine, words, self._listing.segments)
        return snapshot


def open_store(library: Path | str) -> LibraryStore:
    """Open a library by its folder; by one of `cached_address`, or below it, a published one.

    Raises:
        LibraryError: There is none, or it is damaged; says what to do.
        StoreError: The store cannot be reached, or holds no such library.
    """
    folder = Path(os.path.expanduser(library))
    known = next((f / ADDRESS_FILE for f in (folder, folder.parent) if _is_address(f)), None)
    if known is None:
        return LibraryStore.open(folder)
    try:
        return open_published(read_address(str(json.loads(known.read_text("utf-8"))["store"])))
    except (ValueError, KeyError, TypeError) as error:
        raise LibraryError(f"{known} is damaged; name the store again") from error


def _is_address(folder: Path) -> bool:
    return folder.parent == _cache() and (folder / ADDRESS_FILE).is_file()


def _cache() -> Path:
    return cache_folder() / "published"


def cached_address(address: StoreAddress) -> Path:
    """Return a folder that `open_store` takes for a store, where only folders can be named."""
    folder = _folder_of(address)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"store": str(address)})
    path = folder / ADDRESS_FILE
    if not path.exists() or path.read_text("utf-8") != text:
        write_atomically(path, lambda partial: partial.write_text(text, "utf-8"))
    return folder


def _folder_of(address: StoreAddress) -> Path:
    digest = hashlib.sha256(str(address).encode()).hexdigest()[:16]
    return _cache() / digest


def open_published(address: StoreAddress) -> PublishedStore:
    """Open the publication that answers now; its words and records are fetched once.

    Raises:
        StoreError: The store cannot be reached, holds no such library, or what it holds is damaged.
    """
    engine = Engine.connect(address)
    try:
        name = check_name(address.library) if address.library else _only_library(engine)
        for _ in range(_ATTEMPTS):
            texts = engine.target(alias_of(name))
            try:
                return _open(engine, address, name, texts)
            except StoreError:
                if engine.target(alias_of(name)) == texts:
                    raise
                log.debug("%s was published anew while it was opened", name, exc_info=True)
        raise StoreError(f"'{name}' in {address.uri} is published all the time; try again")
    except BaseException:
        engine.close()
        raise


def _open(engine: Engine, address: StoreAddress, name: str, texts: str | None) -> PublishedStore:
    if texts is None:
        known = ", ".join(_libraries(engine)) or "none"
        raise StoreError(f"no library is published as '{name}' in {address.uri}; there: {known}")
    found = split_collection(texts)
    if found is None or found[0] != name:
        raise not_published(str(address), f"the alias names {texts}")
    base, where = found[1], f"'{name}' in {address.uri}"
    engine.load(texts)
    head = Head.read(engine.texts(texts, 0, 1)[0], where)
    if head.version < VERSION:
        raise StoreError(f"{where} was published by an earlier hilbert; publish it again")
    data = b"".join(_read(engine, texts, FIRST_LISTING_ROW, head.listing_rows, where))
    if len(data) != head.listing_bytes:
        raise not_published(where, "the listing has another length")
    listing = Listing.read(data, where)
    folder = cached_address(address) / head.digest
    if not (folder / CATALOG_FILE).exists():
        _fetch(engine, f"{base}_{FILES}", listing, folder, where)
        engine.forget()
        engine.load(texts)
    return PublishedStore(folder, engine, base, listing)


def _libraries(engine: Engine) -> list[str]:
    """List the names of the libraries that a store has."""
    prefix = alias_of("")
    return [each.removeprefix(prefix) for each in engine.aliases() if each.startswith(prefix)]


def _only_library(engine: Engine) -> str:
    names = _libraries(engine)
    uri = engine.address.uri
    if not names:
        raise StoreError(
            f"no library is published in {uri}; 'hilbert publish --to {uri}' does that"
        )
    if len(names) > 1:
        raise StoreError(
            f"several libraries are published in {uri}: {', '.join(names)}; name one as {uri}#"
            f"{names[0]}"
        )
    return names[0]


def _read(engine: Engine, collection: str, first: int, rows: int, where: str) -> Iterator[bytes]:
    """Yield the blocks of some rows."""
    for begin in range(first, first + rows, _ROWS_AT_ONCE):
        end = min(first + rows, begin + _ROWS_AT_ONCE)
        for text in engine.texts(collection, begin, end):
            yield unpack(text, where)


def _fetch(engine: Engine, files: str, listing: Listing, folder: Path, where: str) -> None:
    """Write the files of a publication into the cache: whole, or not at all."""
    needed = sum(size for _, size in listing.files.values())
    if needed > (free := shutil.disk_usage(folder.parent).free):
        raise StoreError(
            f"{folder.parent}: {needed / 1e6:.0f} MB are needed and {free / 1e6:.0f} MB free"
        )
    partial = Path(tempfile.mkdtemp(suffix=PARTIAL_SUFFIX, dir=folder.parent))
    try:
        engine.load(files)
        row = 0
        for path, (sha256, size) in listing.files.items():
            place = partial.joinpath(*path.split("/"))
            place.parent.mkdir(parents=True, exist_ok=True)
            digest, rows = hashlib.sha256(), blocks_of(size)
            with place.open("xb") as file:
                for block in _read(engine, files, row, rows, where):
                    digest.update(block)
                    file.write(block)
            if digest.hexdigest() != sha256:
                raise not_published(where, f"{path} is not what was published")
            row += rows
        _set_times(partial)
        sync_tree(partial)
        _remove_old(folder.parent)
        try:
            partial.rename(folder)
        except OSError:
            if not (folder / CATALOG_FILE).exists():
                raise
            log.debug("another process has fetched %s", folder, exc_info=True)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _set_times(partial: Path) -> None:
    """Give the files of shards the times that the manifest has, so that none is hashed again."""
    for path in partial.glob(f"generations/*/{MANIFEST_FILE}"):
        manifest = read_manifest(path.parent)
        folders = {manifest.shard_folder(path.parent, e): e.files for e in manifest.entries}
        for folder, files in {**folders, path.parent: manifest.files}.items():
            for name, digest in files.items():
                if (folder / name).exists():
                    os.utime(folder / name, ns=(digest.mtime_ns, digest.mtime_ns))


def _remove_old(folder: Path) -> None:
    """Delete publications that answered before the last one, of this library in the cache."""
    known = [path for path in folder.iterdir() if (path / CATALOG_FILE).exists()]
    known.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    oldest = time.time() - _LONGEST_FETCH_SECONDS
    killed = [p for p in folder.glob(f"*{PARTIAL_SUFFIX}") if p.stat().st_mtime < oldest]
    for path in (*known[_KEPT - 1 :], *killed):
        shutil.rmtree(path, ignore_errors=True)
