"""What lies beside a remote recording is found with it, and is there for its worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.base.remote_path import RemotePath
from indexer.engines.fetched import fetched
from indexer.ingest.chapter_files import ChapterFiles
from indexer.ingest.discover import Scan
from indexer.ingest.expected_names import names_for
from indexer.ingest.job import DocumentJob, HashedFile
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.remote_scan import scan_remote
from indexer.ingest.source import Source
from indexer.store.catalog import KnownPath

fsspec = pytest.importorskip("fsspec", reason="needs the extra 'ray': make test-extras")

pytestmark = pytest.mark.extras
FILES = {
    "a/tides.mp3": b"sound",
    "a/Tides.chapters.json": b'{"chapters": [{"startTime": 0, "title": "The moon"}]}',
    "a/tides.info.json": b"{}",
    "a/vocabulary.txt": b"Ngaio Marsh # of Christchurch",
    "b/tides.mp3": b"other sound",
    "b/tides.chapters.json": b"not JSON",
    "b/lonely.chapters.json": b"{}",
}


@pytest.fixture
def found() -> Scan:
    store = fsspec.filesystem("memory")
    for name, content in FILES.items():
        store.pipe(f"/talks/{name}", content)
    scan = Scan()
    scan_remote(RemotePath("memory://talks"), scan, "en")
    assert not scan.failures
    return scan


def job(source: Source) -> DocumentJob:
    file = HashedFile(source.path, KnownPath(5, 0, "", None), None)
    return DocumentJob(source, "", file, None, None, None, ProcessSettings())


def test_vocabulary_and_chapters_of_a_remote_folder_are_read(found: Scan, tmp_path: Path) -> None:
    of_a, of_b = sorted(found.sources, key=lambda source: str(source.path))
    assert [path.name for path in of_a.beside] == ["Tides.chapters.json", "vocabulary.txt"]
    assert names_for(fetched(job(of_a), tmp_path / "1").source, {}) == ("Ngaio Marsh",)
    assert names_for(fetched(job(of_b), tmp_path / "2").source, {}) == ()
    chapters, warning = ChapterFiles().beside(of_a.recording, of_a.beside)
    assert [chapter.title for chapter in chapters or ()] == ["The moon"] and warning is None
    chapters, warning = ChapterFiles().beside(of_b.recording, of_b.beside)
    assert chapters is None and "tides.chapters.json" in (warning or "")


def test_what_is_not_read_beside_a_remote_recording_is_said(found: Scan) -> None:
    passed_over = {RemotePath(path).name: why for path, why in found.passed_over.items()}
    assert passed_over.keys() == {"tides.info.json", "lonely.chapters.json"}
    assert "metadata.csv" in passed_over["tides.info.json"]
