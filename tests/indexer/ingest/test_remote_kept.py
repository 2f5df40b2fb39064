"""What lies behind addresses stays in a library, whoever looks through it without fetching."""

from __future__ import annotations

from dataclasses import replace

from indexer.index.library_store import LibraryStore
from indexer.ingest.followed import scan_followed
from indexer.ingest.run import index_folders
from indexer.maintenance.doctor import examine
from indexer.store.remembered import FollowedFolder

PLACE = "s3://bucket/talks"


def test_remote_documents_are_out_of_reach_and_never_pruned(library_copy: LibraryStore) -> None:
    catalog = library_copy.catalog
    before = catalog.documents()
    with catalog.transaction():
        for followed in catalog.remembered.folders():
            catalog.remembered.forget_folder(followed.path)
        catalog.remembered.put_folder(FollowedFolder(PLACE, False, "auto", "auto"))
        for document in before:
            address = f"{PLACE}/{document.name}.opus"
            catalog.update_document(replace(document, recording=address))
    report = index_folders(library_copy, scan_followed(library_copy), prune=True)
    assert list(report.unreachable) == [PLACE] and "--engine ray" in report.unreachable[PLACE]
    assert not report.removed and not report.gone and not report.failed
    assert len(catalog.documents()) == len(before)
    assert [folder.path for folder in catalog.remembered.folders()] == [PLACE]
    found = examine(library_copy.folder)
    assert not found.problems
    assert not any("not where they were" in note for note in found.notes)
    assert any("not on this machine" in note for note in found.notes)
