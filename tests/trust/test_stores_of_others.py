"""What a store holds is data: nothing of it leaves the cache, and damage is told in words."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pymilvus", reason="needs the extra milvus (make test-extras)")

from indexer.base.errors import LibraryError
from indexer.index.library_store import LibraryStore
from indexer.published.address import read_address
from indexer.published.engine import Engine, StoreError
from indexer.published.publication import BLOCK, FILES, TEXTS, VERSION, blocks_of, pack
from indexer.published.publish import publish
from indexer.published.store import open_published, open_store
from indexer.search.searcher import Searcher
from tests.sharing import copy_library

pytestmark = pytest.mark.extras


@pytest.fixture(scope="module")
def own(small_library: LibraryStore, tmp_path_factory: pytest.TempPathFactory) -> LibraryStore:
    folder = tmp_path_factory.mktemp("own") / "talks"
    return LibraryStore.open(copy_library(small_library.folder, folder))


@pytest.fixture(scope="module")
def store(own: LibraryStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    address = read_address(str(tmp_path_factory.mktemp("stores") / "store.db"))
    engine = Engine.connect(address, create=True)
    publish(own, engine, name="talks")
    yield engine
    engine.close()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HILBERT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def texts(store: Engine) -> Iterator[str]:
    """The collection of head and listing, which are as they were again after the test."""
    found = store.target("hilbert_talks")
    assert found
    rows = store.texts(found, 0, 2)
    yield found
    store.put_texts(found, 0, rows)


@pytest.fixture
def files(store: Engine, texts: str) -> Iterator[str]:
    """The collection of files, whose first block is as it was again after the test."""
    found = texts.removesuffix(TEXTS) + FILES
    rows = store.texts(found, 0, 1)
    yield found
    store.put_texts(found, 0, rows)


def put_listing(store: Engine, texts: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the listing, and the head so that it fits."""
    head = json.loads(store.texts(texts, 0, 1)[0])
    data = b"".join(
        zlib.decompress(base64.b64decode(text))
        for text in store.texts(texts, 1, 1 + head["listing_rows"])
    )
    listing = json.loads(data)
    change(listing)
    data = json.dumps(listing).encode()
    assert blocks_of(len(data)) == head["listing_rows"] == 1
    head["listing_bytes"] = len(data)
    store.put_texts(texts, 0, [json.dumps(head), pack(data)])


def renamed(path: str) -> Callable[[dict[str, Any]], object]:
    return lambda listing: listing["files"].update({path: listing["files"].pop("catalog.sqlite")})


@pytest.mark.parametrize(
    "change",
    [
        *map(renamed, ("../catalog.sqlite", "/tmp/catalog.sqlite", "features/x", "model/../x")),
        *map(renamed, ("model/sub/x", "classifier/x", "shards/1-1/..", "C:\\x", "writer.lock")),
        lambda listing: listing["files"].update({"Catalog.sqlite": ["0" * 64, 1]}),
        lambda listing: listing["files"].update({"catalog.sqlite": ["0" * 64, -1]}),
        lambda listing: listing["files"].update({"catalog.sqlite": ["0" * 64, 5]}),
        lambda listing: listing["files"].update({"catalog.sqlite": [1, 2, 3]}),
        lambda listing: listing["vectors"].update({"text": -1}),
        lambda listing: listing["vectors"].update({"text": 7}),
        lambda listing: listing.update({"dimension": 10**9}),
        lambda listing: listing.update({"segments": -1}),
        lambda listing: listing.update({"files": []}),
    ],
)
def test_a_listing_of_something_else_is_refused(
    change: Callable[[dict[str, Any]], object], store: Engine, texts: str, cache: Path
) -> None:
    put_listing(store, texts, change)
    with pytest.raises(StoreError, match="no published library, or it is damaged"):
        Searcher(open_published(store.address))
    inside = {path.relative_to(cache).parts[:1] for path in cache.rglob("*")}
    assert inside <= {("published",)}
    assert not list(cache.rglob("*.partial"))


@pytest.mark.parametrize(
    "head",
    [
        "",
        "[]",
        '{"format": "hilbert-published"}',
        '{"format": "other", "version": 1}',
        "NaN",
        "1" * 5000,
    ],
)
def test_a_head_of_something_else_is_refused(head: str, store: Engine, texts: str) -> None:
    store.put_texts(texts, 0, [head])
    with pytest.raises(StoreError, match="no published library, or it is damaged"):
        open_published(store.address)


def test_a_newer_publication_asks_for_a_newer_program(store: Engine, texts: str) -> None:
    head = json.loads(store.texts(texts, 0, 1)[0])
    store.put_texts(texts, 0, [json.dumps(head | {"version": VERSION + 1})])
    with pytest.raises(StoreError, match="newer hilbert"):
        open_published(store.address)


@pytest.mark.parametrize(
    "block",
    [
        "not base64!",
        base64.b64encode(b"not zlib").decode(),
        base64.b64encode(zlib.compress(bytes(50_000_000), 9)).decode()[:60_000],
        base64.b64encode(zlib.compress(bytes(BLOCK + 1))).decode(),
        pack(b"other bytes"),
    ],
    ids=["text", "bytes", "bomb", "long", "other"],
)
def test_a_block_of_something_else_is_refused(block: str, store: Engine, files: str) -> None:
    store.put_texts(files, 0, [block])
    with pytest.raises(StoreError, match="no published library, or it is damaged"):
        open_published(store.address)


def test_vectors_that_are_gone_are_told(own: LibraryStore, store: Engine, texts: str) -> None:
    publish(own, store, name="gone")
    base = store.target("hilbert_gone").removesuffix("_texts")
    address = read_address(f"{store.address.uri}#gone")
    searcher = Searcher(open_published(address))
    store.drop(f"{base}_text")
    with pytest.raises(StoreError, match="store failed at"):
        searcher.search("tides", channel="text")
    with pytest.raises(StoreError, match="store failed at load collection"):
        Searcher(open_published(address))
    searcher.library.close()


def test_what_was_fetched_is_no_library_to_write_to(store: Engine, texts: str) -> None:
    library = open_published(read_address(f"{store.address.uri}#talks"))
    folder = library.folder
    with pytest.raises(LibraryError, match="fetched of a published library"):
        LibraryStore.open(folder)
    again = open_store(folder)
    assert again.is_published and again.folder == folder
    again.close()
    library.close()
