"""Kills changes of a library at every so many of their steps, and checks what is left.

    python -m tests.commit_kills EMPTY_LIBRARY WORK_FOLDER EVERY CHANGE

A process of its own, since what loads models has threads that no forked child has.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from indexer.index.library_store import LibraryStore
from indexer.maintenance.doctor import examine
from indexer.maintenance.manage import rebuild, remove
from indexer.search.searcher import Searcher
from tests.killing import in_child
from tests.made_documents import document_id, put
from tests.sharing import copy_library

BEFORE = {document_id(seed) for seed in (1, 2, 3)}


def grow(folder: Path) -> None:
    """Add a document, and replace one: the fourth small shard, so that all are merged."""
    library = LibraryStore.open(folder)
    with library.writing():
        put(library, 4)
        put(library, 1, version=1)
        library.commit()


def take_out(folder: Path) -> None:
    """Remove a document."""
    remove(LibraryStore.open(folder), ["made-2"])


def write_anew(folder: Path) -> None:
    """Embed and index everything."""
    rebuild(LibraryStore.open(folder))


CHANGES = {change.__name__: change for change in (grow, take_out, write_anew)}


def begin(folder: Path) -> None:
    """Put three documents into three shards."""
    library = LibraryStore.open(folder)
    for seed in (1, 2, 3):
        put(library, seed)
        library.commit()
    library.close()


def heal(folder: Path) -> None:
    """Commit once more."""
    library = LibraryStore.open(folder)
    with library.writing():
        library.commit()
    library.close()


def link(source: str, target: str) -> None:
    """Share the bytes of what is never changed in place."""
    if Path(source).name.startswith("catalog.sqlite"):
        shutil.copy(source, target)
    else:
        os.link(source, target)


def check(folder: Path) -> set[str]:
    """Check that a library is whole and finds nothing that its catalog has not.

    Returns:
        The documents that it finds.
    """
    library = LibraryStore.open(folder)
    try:
        known = library.catalog.document_ids()
        searcher = Searcher(library)
        hits = searcher.search("the", channel="lexical", k=99, per_document=0).hits
        found = set(searcher.documents)
        assert {hit.document for hit in hits} <= found <= known
        checkup = examine(folder, deep=True)
        assert checkup.healthy, checkup.problems
        searcher.close()
        return found
    finally:
        library.close()


def kill_at(begun: Path, folder: Path, name: str, step: int) -> bool:
    """Kill a change at a step, check what is left, and commit; return whether it was killed."""
    shutil.copytree(begun, folder, copy_function=link)
    ended = in_child(lambda: CHANGES[name](folder), folder, step)
    assert ended in (0, -9), ended
    found = check(folder)
    if name == take_out.__name__:
        assert found in (BEFORE, BEFORE - {document_id(2)}), found
    else:
        assert found >= BEFORE - {document_id(1)}, found  # which may be replaced
    assert in_child(lambda: heal(folder)) == 0
    left = LibraryStore.open(folder)
    assert check(folder) == left.catalog.document_ids()
    left.close()
    assert not [note for note in examine(folder, deep=True).notes if "leftover" in note]
    shutil.rmtree(folder)
    return ended == -9


def main(empty: Path, work: Path, every: int, name: str) -> None:
    """Kill a change at step 1, and so on, until it ends before that."""
    begun = copy_library(empty, work / "begun")
    assert in_child(lambda: begin(begun)) == 0
    step = 1
    while kill_at(begun, work / f"{name}-{step}", name, step):
        step += every
    sys.stdout.write(f"{name}: {step - 1} steps and less than {every} more\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
