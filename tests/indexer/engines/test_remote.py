"""Recordings in a store with S3's interface, on loopback: fetched, decoded, and never lost."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.index.library_store import LibraryStore
from tests.indexer.engines.running import features, run, some_talks
from tests.sharing import copy_library

pytestmark = [pytest.mark.extras, pytest.mark.usefixtures("models")]
NEEDED = "needs the extra 'ray' and a store for the tests: make test-extras"
pytest.importorskip("ray", reason=NEEDED)
pytest.importorskip("s3fs", reason=NEEDED)
moto_server = pytest.importorskip("moto.server", reason=NEEDED)

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A file system of a store that this process serves, with a bucket `talks`."""
    import s3fs

    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    store = s3fs.S3FileSystem(skip_instance_cache=True, use_listings_cache=False)
    store.mkdir("talks")
    yield store
    server.stop()


CHAPTERS = json.dumps(
    {
        "version": "1.2.0",
        "chapters": [
            {"startTime": 0, "title": "The moon"},
            {"startTime": 30, "title": "The shore"},
        ],
    }
)


def paths(library: Path) -> set[str]:
    with sqlite3.connect(library / "catalog.sqlite") as catalog:
        return {row[0] for row in catalog.execute("SELECT recording FROM documents")}


def test_a_remote_folder_is_indexed_followed_and_kept(
    bucket: Any,
    talks: Path,
    small_library: LibraryStore,
    empty_library_folder: Path,
    tmp_path: Path,
) -> None:
    library = copy_library(empty_library_folder, tmp_path / "library")
    folder = some_talks(talks, tmp_path / "some")
    (folder / "broken.mp3").write_bytes(b"ID3" + bytes(range(256)) * 40)
    (folder / "why-tides-lag.chapters.json").write_text(CHAPTERS, "utf-8")
    (folder / "why-tides-lag.info.json").write_text("{}", "utf-8")
    (folder / "vocabulary.txt").write_text("# names\n", "utf-8")
    for file in folder.iterdir():
        bucket.put_file(str(file), f"talks/2026/{file.name}")

    def index(*arguments: object) -> tuple[int, dict[str, Any]]:
        done = run(*arguments, "--library", library, "--json")
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, json.loads(done.stdout)

    status, summary = index("s3://talks/2026")
    assert status == 1 and list(summary["failed"]) == ["s3://talks/2026/broken.mp3"]
    assert len(summary["added"]) == 3
    expected = features(small_library.folder)
    assert all(expected[name] == content for name, content in features(library).items())
    assert paths(library) == {f"s3://talks/2026/{p.name}" for p in folder.glob("*.opus")}
    opened = LibraryStore.open(library)
    by_name = {document.name: document for document in opened.catalog.documents()}
    local = {document.name: document for document in small_library.catalog.documents()}
    for name, document in by_name.items():  # transcripts and tables beside them are used
        assert (document.title, document.speaker, document.text_source) == (
            local[name].title, local[name].speaker, local[name].text_source
        )  # fmt: skip
    chapters = opened.catalog.supplement(by_name["why-tides-lag"].id).chapters
    assert [chapter.title for chapter in chapters] == ["The moon", "The shore"]
    opened.close()
    passed_over = summary["passed_over"]
    assert list(passed_over) == ["s3://talks/2026/why-tides-lag.info.json"]
    assert "metadata.csv" in passed_over["s3://talks/2026/why-tides-lag.info.json"]

    bucket.rm_file("talks/2026/broken.mp3")
    bucket.rm_file("talks/2026/why-tides-lag.opus")
    status, summary = index()  # what is followed is looked through again
    assert len(summary["unchanged"]) == 2 and not summary["failed"]
    assert list(summary["gone"]) == ["s3://talks/2026/why-tides-lag.opus"]

    bucket.rm("talks/2026", recursive=True)  # an empty place is no proof that all was deleted
    status, summary = index("--prune")
    assert status == 1 and list(summary["not_reachable"]) == ["s3://talks/2026"]
    assert len(paths(library)) == 3 and not summary["gone"]

    os.environ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"  # nobody answers there
    status, summary = index("--prune")
    assert status == 1 and "cannot be reached" in summary["not_reachable"]["s3://talks/2026"]
    assert len(paths(library)) == 3

    shutil.rmtree(folder)
    status, summary = index("--engine", "local")
    assert status == 1 and "--engine ray" in summary["not_reachable"]["s3://talks/2026"]
    assert len(paths(library)) == 3
