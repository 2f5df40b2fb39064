"""Publishing shows the publication before or the new one, whatever step it is interrupted at."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("pymilvus", reason="needs the extra milvus (make test-extras)")

from indexer.base.errors import LibraryError
from indexer.index.library_store import LibraryStore
from indexer.maintenance.manage import remove
from indexer.published.address import read_address
from indexer.published.engine import Engine, StoreError
from indexer.published.publication import PARTS, split_collection
from indexer.published.publish import publish
from indexer.published.store import open_published
from indexer.search.searcher import Searcher
from tests import warm
from tests.stores import FailingClient

pytestmark = pytest.mark.extras
QUERY = "why is the water in the ocean like a cup of tea"


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HILBERT_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Engine]:
    engine = Engine.connect(read_address(str(tmp_path / "store.db")), create=True)
    yield engine
    engine.close()


def answering(engine: Engine) -> tuple[int, int, str]:
    """Return generation, number of documents and first answer of what is published."""
    library = open_published(engine.address)
    try:
        searcher = Searcher(library)
        first = searcher.search(QUERY, channel="lexical", k=1).hits[0].document
        # A search among vectors too: its collections are of one publication.
        joint = searcher.snapshot.index("segments", "joint")
        rows, _ = joint.nearest(joint.vectors_at(joint.rows(joint.ids[:1]))[0], 1)
        assert rows.tolist() == [0]
        number = searcher.snapshot.number
        return number, searcher.snapshot.lexical.n_documents, first
    finally:
        library.close()


def publications(engine: Engine) -> dict[str, int]:
    """Map the publications in a store to how many collections they have."""
    found: dict[str, int] = {}
    for collection in engine.collections():
        split = split_collection(collection)
        assert split is not None
        found[split[1]] = found.get(split[1], 0) + 1
    return found


def remove_one(library: LibraryStore) -> None:
    remove(library, [library.catalog.documents()[0].name])


def test_a_snapshot_is_published_once_and_the_one_before_stays_for_its_readers(
    library_copy: LibraryStore, store: Engine
) -> None:
    first = publish(library_copy, store, name="talks")
    segments = library_copy.snapshot().lexical.n_segments
    assert first.written and first.documents == 6 and first.vectors == 3 * segments
    again = publish(library_copy, store, name="talks")
    assert not again.written and not again.dropped
    assert publications(store).keys() == {store.target("hilbert_talks").removesuffix("_texts")}
    reader = open_published(store.address)
    searcher = Searcher(reader)
    before = searcher.search(QUERY, k=3).to_dict()["hits"]
    remove_one(library_copy)
    second = publish(library_copy, store, name="talks")
    assert second.written and second.documents == 5 and not second.dropped
    assert answering(store)[1] == 5
    # Who opened the one before goes on with it.
    assert searcher.search(QUERY, k=3).to_dict()["hits"] == before
    reader.close()
    remove_one(library_copy)
    third = publish(library_copy, store, name="talks")
    assert len(third.dropped) == len(PARTS)
    assert sorted(publications(store).values()) == [len(PARTS)] * 2


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_interruption_at_any_step_leaves_the_old_or_the_new(
    after: bool, library_copy: LibraryStore, store: Engine
) -> None:
    publish(library_copy, store, name="talks")
    old = answering(store)
    remove_one(library_copy)
    new_number = library_copy.catalog.current_generation()
    client, reached = store._client, []
    # What was done before a step that fails is there still, so that each is reached in its turn.
    for step in STEPS:
        store._client = failing = FailingClient(client, step, after)
        with pytest.raises(StoreError, match="the connection was lost"):
            publish(library_copy, store, name="talks")
        store._client = client
        assert failing.steps[-1] == step
        reached.append(step)
        number, documents, first = answering(store)
        if after and step == SWITCH:
            assert (number, documents) == (new_number, 5)
            break
        assert (number, documents, first) == old
    assert reached[-1] == SWITCH
    report = publish(library_copy, store, name="talks")
    assert report.written != after
    assert answering(store)[:2] == (new_number, 5)
    assert list(publications(store).values()) == [len(PARTS)] * 2


SWITCH = ("alter_alias", "texts")
# Every kind of call that publishing over another publication makes, in order.
STEPS = (
    ("describe_alias", "talks"),
    ("load_collection", "texts"),
    ("query", "texts"),
    ("list_collections", ""),
    *(
        (verb, part)
        for part in ("audio", "text", "joint", "words", "files")
        for verb in ("has_collection", "create_collection", "upsert", "load_collection", "query")
    ),
    ("has_collection", "texts"),
    ("create_collection", "texts"),
    ("upsert", "texts"),
    *(("flush", part) for part in PARTS),
    SWITCH,
)


def test_what_an_interrupted_publication_left_is_dropped_by_the_next_snapshots(
    library_copy: LibraryStore, store: Engine
) -> None:
    publish(library_copy, store, name="talks")
    remove_one(library_copy)
    client = store._client
    store._client = FailingClient(client, ("upsert", "texts"))
    with pytest.raises(StoreError):
        publish(library_copy, store, name="talks")
    store._client = client
    assert len(publications(store)) == 2
    remove_one(library_copy)
    report = publish(library_copy, store, name="talks")
    assert len(report.dropped) == len(PARTS)
    assert answering(store)[1] == 4


def test_who_opens_it_while_it_is_published_twice_gets_the_newest(
    library_copy: LibraryStore, store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(library_copy, store, name="talks")
    read, calls = Engine.texts, []

    def overtaken(self: Engine, name: str, first: int, last: int) -> list[str]:
        if not calls:
            calls.append(name)
            for _ in range(2):
                remove_one(library_copy)
                publish(library_copy, store, name="talks")
        return read(self, name, first, last)

    monkeypatch.setattr(Engine, "texts", overtaken)
    library = open_published(store.address)
    assert calls[0] not in store.collections()
    assert len(library.catalog.documents()) == 4
    killed = library.folder.parent / "x.partial"
    killed.mkdir()
    os.utime(killed, (0, 0))
    library.close()
    remove_one(library_copy)
    publish(library_copy, store, name="talks")
    assert answering(store)[1] == 3 and not killed.exists()


def test_a_killed_publication_goes_on(library_copy: LibraryStore, tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    killed = warm.run(
        "-c",
        "import os, signal\n"
        "from indexer.published.engine import Engine\n"
        "put = Engine.put_texts\n"
        "def stop(self, name, first, texts):\n"
        "    if first > 100:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    put(self, name, first, texts)\n"
        "Engine.put_texts = stop\n"
        "from indexer.cli import run\n"
        f"run(['publish', '-l', {str(library_copy.folder)!r}, '--to', {str(store)!r}])\n",
    )
    assert killed.returncode == -signal.SIGKILL
    engine = Engine.connect(read_address(str(store)))
    try:
        with pytest.raises(StoreError, match="no library is published"):
            open_published(engine.address)
        engine._client = recording = FailingClient(engine._client)
        assert publish(library_copy, engine).written
        assert ("upsert", "audio") not in recording.steps  # they were there
        assert answering(engine)[1] == 6
    finally:
        engine.close()


def test_another_library_does_not_take_the_name(
    library_copy: LibraryStore, store: Engine, tmp_path: Path, encoders: object
) -> None:
    publish(library_copy, store, name="talks")
    other = LibraryStore.open(shutil.copytree(library_copy.folder, tmp_path / "other"))
    assert not publish(other, store, name="talks").written  # a copy is the same library
    with other.writing():
        other.catalog.put_settings({"published_id": ""})
    remove_one(other)
    with pytest.raises(LibraryError, match="another library is published as 'talks'"):
        publish(other, store, name="talks")
    assert answering(store)[1] == 6
    assert publish(other, store, name="talks", replace_other=True).documents == 5
    assert publish(library_copy, store, name="talks 2").name == "talks_2"
    with pytest.raises(StoreError, match=r"several libraries are published .*: talks, talks_2"):
        open_published(store.address)
    other.close()


def test_nothing_of_this_machine_but_paths_of_recordings_is_published(
    library_copy: LibraryStore, store: Engine
) -> None:
    with library_copy.writing():
        library_copy.catalog.put_failures(["/secret"], {"/secret": "unreadable"})
    publish(library_copy, store)
    library = open_published(store.address)
    assert library.catalog.failures() == {} and library.catalog.remembered.folders() == []
    names = {path.name for path in library.folder.rglob("*") if path.is_file()}
    assert "lexical.sqlite" in names and not any(
        name.startswith("segments.text.f") for name in names
    )
    assert b"/secret" not in (library.folder / "catalog.sqlite").read_bytes()
    with pytest.raises(LibraryError, match="can only be read"):
        remove_one(library)
    library.close()


def test_the_token_is_given_and_never_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import pymilvus

    given = {}

    def client(**options: object) -> None:
        given.update(options)
        raise pymilvus.exceptions.MilvusException(code=65535, message="auth check failure")

    monkeypatch.setattr(pymilvus, "MilvusClient", client)
    monkeypatch.setenv("HILBERT_STORE_TOKEN", "root:hush")
    caplog.set_level("DEBUG")
    with pytest.raises(StoreError) as error:
        Engine.connect(read_address("https://milvus.example"))
    assert given["token"] == "root:hush" and given["uri"] == "https://milvus.example:19530"
    assert "hush" not in str(error.value) and "hush" not in caplog.text
    assert os.environ["HILBERT_STORE_TOKEN"]
