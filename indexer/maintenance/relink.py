"""Relink a collection that was moved: its paths are changed, and no recording is read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.base.errors import LibraryError
from indexer.base.names import existing_path, folded
from indexer.base.presence import is_within, mount_point
from indexer.index.library_store import LibraryStore
from indexer.store.catalog import Catalog, Document
from indexer.store.remembered import FollowedFolder

_NAMED = 5


@dataclass(frozen=True)
class RelinkReport:
    """What was relinked.

    Attributes:
        documents: How many documents lie elsewhere now.
        missing: Their new paths where no file is.
        taken: Paths at which another document of the library lies already; these stay.
    """

    documents: int
    missing: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()


def relink(library: LibraryStore, old: str, new: Path | str) -> RelinkReport:
    """Replace the folder that documents lie in, or the path of a single file, by another.

    Args:
        library: The library.
        old: Where they lay; it need not be there any more, and may be of another system.
        new: Where they lie now.

    Raises:
        LibraryError: Nothing of the library lay in `old`, or nothing of it is in `new`.
    """
    target = str(existing_path(Path(os.path.abspath(os.path.expanduser(new)))))
    with library.writing():
        catalog = library.catalog
        prefix = _known_prefix(catalog, old)
        if not os.path.exists(target):
            raise LibraryError(f"there is no {target}; name where the files lie now")

        def new_path(path: str) -> str | None:
            return _moved(path, prefix, target)

        moves = {d.id: _with_paths(d, new_path) for d in catalog.documents() if new_path(d.path)}
        places = {d.path for d in catalog.documents() if d.id not in moves}
        taken = {d.path for d in moves.values() if d.path in places}
        moves = {id_: document for id_, document in moves.items() if document.path not in taken}
        missing = tuple(d.path for d in moves.values() if not os.path.exists(d.path))
        if moves and len(missing) == len(moves):
            raise LibraryError(
                f"none of the {len(moves)} documents that lay in {prefix} is in {target} "
                f"({', '.join(missing[:_NAMED])}); nothing was changed"
            )
        with catalog.transaction():
            _move_paths(catalog, moves.values(), new_path)
            _follow(catalog, prefix, target)
        _move_failures(catalog, new_path)
        library.commit()
    return RelinkReport(len(moves), missing, tuple(sorted(taken)))


def _known_prefix(catalog: Catalog, old: str) -> str:
    """Return the folder or file that `old` names, as the catalog spells it."""
    documents = [d.path for d in catalog.documents()]
    followed = [f.path for f in catalog.remembered.folders()]
    known = [*documents, *followed]
    given = old.rstrip("/\\") or old
    for candidate in (given, os.path.abspath(os.path.expanduser(old))):
        if any(_is_within(path, candidate) for path in known):
            return candidate
    # As the catalog writes it, where only case or Unicode form differ.
    wanted = folded(os.path.abspath(os.path.expanduser(old)))
    for path in known:
        for parent in (Path(path), *Path(path).parents):
            if folded(str(parent)) == wanted:
                return str(parent)
    there = ", ".join(followed[:_NAMED] or sorted({os.path.dirname(p) for p in documents})[:_NAMED])
    raise LibraryError(
        f"nothing of this library lay in {old}; its documents lie in {there or 'no folder'}"
    )


def _is_within(path: str, folder: str) -> bool:
    return is_within(path, folder) or path.startswith((f"{folder}/", f"{folder}\\"))


def _moved(path: str, old: str, new: str) -> str | None:
    """Return where a path lies after a move, None for one that stays."""
    if not _is_within(path, old):
        return None
    rest = path[len(old) :].lstrip("/\\")
    if not path.startswith("/"):  # of Windows
        rest = rest.replace("\\", os.sep)
    return os.path.join(new, rest) if rest else new


def _with_paths(document: Document, new_path: Callable[[str], str | None]) -> Document:
    recording, transcript = document.recording, document.transcript
    return replace(
        document,
        recording=recording and (new_path(recording) or recording),
        transcript=transcript and (new_path(transcript) or transcript),
    )


def _move_paths(
    catalog: Catalog, documents: Iterable[Document], new_path: Callable[[str], str | None]
) -> None:
    for document in documents:
        catalog.update_document(document)
    before = catalog.known_paths()
    for path, known in before.items():
        if (moved := new_path(path)) is None:
            continue
        catalog.forget_path(path)
        if moved not in before:  # else it was indexed there since
            catalog.put_path(moved, known)
    catalog.remembered.move(new_path)


def _move_failures(catalog: Catalog, new_path: Callable[[str], str | None]) -> None:
    failures = catalog.failures()
    moved = {path: new_path(path) for path in failures}
    catalog.put_failures(
        [path for path, other in moved.items() if other],
        {other: failures[path] for path, other in moved.items() if other},
    )


def _follow(catalog: Catalog, old: str, new: str) -> None:
    """Follow the new place like the folder that the old one lay in, and note its mount point."""
    folders = catalog.remembered.folders()
    for folder in folders:
        if is_within(folder.path, new):
            catalog.remembered.put_folder(replace(folder, mount=mount_point(folder.path)))
    around = [f for f in folders if is_within(old, f.path)]
    if not around or any(is_within(new, f.path) for f in folders):
        return
    like = max(around, key=lambda f: len(f.path))
    catalog.remembered.put_folder(
        FollowedFolder(new, os.path.isfile(new), like.language, like.asr, mount_point(new))
    )
