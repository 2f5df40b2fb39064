"""The folders that a library follows: remembered when named, looked through again later."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from indexer.base.errors import LibraryError
from indexer.base.names import existing_path
from indexer.base.presence import Presence, Whereabouts, is_within, look_for, mount_point
from indexer.base.remote_path import RemotePath, is_remote
from indexer.base.shell import quoted
from indexer.encoders import AUTO
from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import Scan, scan
from indexer.ingest.pipeline import ProcessSettings, parse_settings
from indexer.ingest.remote_files import RemoteFile, RemoteListing
from indexer.ingest.remote_scan import scan_remote
from indexer.store.catalog import Catalog
from indexer.store.remembered import FollowedFolder

_DEFAULT_LANGUAGE = AUTO
_NAMED = 3
_NOT_FETCHED = "it is not on this machine: 'hilbert index --engine ray' looks through it"


@dataclass(frozen=True)
class ScannedFolders:
    """What a scan found, and how it is to be processed."""

    scan: Scan
    settings: ProcessSettings


def scan_followed(
    library: LibraryStore,
    paths: Iterable[Path | str] = (),
    *,
    language: str | None = None,
    asr: str | None = None,
    again: bool = False,
    fetches: bool = False,
) -> list[ScannedFolders]:
    """Look through what the user named, or through all that the library follows.

    Folders that were indexed in different languages are looked through one after the other.

    Args:
        library: The library.
        paths: Files and folders; none for all followed ones.
        language: Spoken language where no file names it, `auto` to find it out; None for that of
            the last time, `auto` the first time.
        asr: Who recognises words; None for `auto`, and for that of the last time where no paths
            are named.
        again: Whether words that another recogniser recognised are recognised again.
        fetches: Whether the engine fetches remote files; others leave remote folders as they are.

    Raises:
        LibraryError: No paths are named and none are followed.
        QueryError: `language` is no language code, or `asr` no choice.
    """
    known = library.catalog.remembered.folders()
    named = [_absolute(str(path)) for path in paths]
    if not named and not known:
        places = sorted({os.path.dirname(d.path) for d in library.catalog.documents()})
        lie = f" (its documents lie in {', '.join(places[:_NAMED])})" if places else ""
        raise LibraryError(
            f"this library follows no folder yet; name one: 'hilbert index FOLDER --library "
            f"{quoted(library.folder)}'{lie}"
        )
    targets = [_target(path, known, bool(named)) for path in named or [f.path for f in known]]
    inner = [f for f in known if not f.is_file and any(is_within(f.path, p) for p in named)]
    given = {f.path: f for f in [*(replace(f, asr=AUTO) for f in inner), *targets]}
    by_settings: dict[tuple[str, str], list[str]] = {}
    for folder in given.values():
        key = language or folder.language, asr or folder.asr
        by_settings.setdefault(key, []).append(folder.path)
    if asr:
        parse_settings(asr, "en")
        library.encoders.trust_recogniser(asr)
    found = []
    for (of_language, of_asr), places in by_settings.items():
        settings = replace(parse_settings(of_asr, of_language), again=again)
        others = [Path(path) for path in given if path not in places]
        here = [Path(place) for place in places if not is_remote(place)]
        scanned = scan(here, library.folder, settings.language, others)
        for place in map(RemotePath, filter(is_remote, places)):
            scanned.given.append(place)
            if fetches:
                scan_remote(place, scanned, settings.language)
            else:
                scanned.remote.unreachable[str(place)] = _NOT_FETCHED
                scanned.failures[str(place)] = _NOT_FETCHED
        found.append(ScannedFolders(scanned, settings))
    return found


def _absolute(path: str) -> str:
    if is_remote(path):
        return str(RemotePath(path))
    return str(existing_path(Path(os.path.abspath(os.path.expanduser(path)))))


def _target(path: str, known: Sequence[FollowedFolder], is_named: bool) -> FollowedFolder:
    """What was named, with the settings of the innermost followed folder that it lies in."""
    around = [f for f in known if is_within(path, f.path)]
    if not around:
        return FollowedFolder(path, False, _DEFAULT_LANGUAGE, AUTO)
    closest = max(around, key=lambda f: len(f.path))
    return replace(closest, path=path, asr=AUTO if is_named else closest.asr)


def follow(library: LibraryStore, scanned: Iterable[ScannedFolders]) -> FollowedPlaces:
    """Remember what was looked through, within the writer lock; return all that is followed.

    What lies in a folder that is followed with the same settings, or in the library, is not
    remembered by itself.
    """
    catalog = library.catalog
    before = FollowedPlaces(catalog, [])
    remote, superseded = RemoteListing(), dict[str, str]()
    for found in scanned:
        remote.add(found.scan.remote)
        superseded |= found.scan.superseded
    kept = {folder.path: folder for folder in catalog.remembered.folders()}
    given = [path for found in scanned for path in found.scan.given]
    for found in scanned:
        for path in found.scan.given:
            place = str(path)
            there = place in remote.listed or os.path.exists(place)
            if not there or is_within(place, str(library.folder)):
                continue
            if not _is_unicode(place):
                continue  # no catalog can hold it; each file in it is reported
            if before.unmounted(place):
                continue
            is_file = place in remote.files if is_remote(place) else not os.path.isdir(place)
            settings = found.settings
            kept[place] = FollowedFolder(
                place,
                is_file,
                AUTO if settings.detect else settings.language,
                settings.asr,
                None if is_remote(place) else mount_point(place),
            )
    wanted = _outermost(kept.values())
    if wanted != catalog.remembered.folders():
        with catalog.transaction():
            for place in kept:
                catalog.remembered.forget_folder(place)
            for folder in wanted:
                catalog.remembered.put_folder(folder)
    return FollowedPlaces(catalog, given, remote, superseded)


def _is_unicode(path: str) -> bool:
    """Whether a path can be written as text: names of Linux are any bytes."""
    return path.encode("utf-8", "replace").decode() == path


def _outermost(folders: Iterable[FollowedFolder]) -> list[FollowedFolder]:
    """Leave out what lies in another folder that is followed with the same settings."""
    found = sorted(folders, key=lambda f: f.path)
    real = {f.path: os.path.realpath(f.path) for f in found}

    def covers(outer: FollowedFolder, inner: FollowedFolder) -> bool:
        if outer is inner or outer.is_file:
            return False
        if real[outer.path] == real[inner.path] and outer.path > inner.path:
            return False  # two ways to one folder: the first is kept
        inside = is_within(inner.path, outer.path) or is_within(real[inner.path], real[outer.path])
        same = (outer.language, outer.asr) == (inner.language, inner.asr)
        return inside and (inner.is_file or same)

    return [inner for inner in found if not any(covers(outer, inner) for outer in found)]


class FollowedPlaces:
    """All that a library follows, and what of it is there.

    Attributes:
        folders: Followed folders and files.
        given: Absolute paths that this run looks through, whether they are there or not.
        superseded: See `Scan`.
    """

    def __init__(
        self,
        catalog: Catalog,
        given: Iterable[Path],
        remote: RemoteListing | None = None,
        superseded: Mapping[str, str] | None = None,
    ) -> None:
        self._catalog = catalog
        self.given = [str(path) for path in given]
        self.folders = catalog.remembered.folders()
        self._unmounted: dict[str, bool] = {}
        self._remote = remote or RemoteListing()
        self.superseded = superseded or {}

    def remote_file(self, path: Path) -> RemoteFile:
        """Return a remote file as it was listed."""
        return self._remote.files[str(path)]

    def look_for(self, path: str) -> Whereabouts:
        """Look whether a known file is there; whether a remote one was listed."""
        if is_remote(path):
            return self._look_for_remote(path)
        found = look_for(path, self._top(path))
        if found.presence is Presence.GONE and (folder := self.unmounted(path)):
            reason = f"nothing is mounted at {folder.mount}"
            return Whereabouts(Presence.OUT_OF_REACH, folder.path, reason)
        return found

    def _look_for_remote(self, path: str) -> Whereabouts:
        if path in self._remote.files:
            return Whereabouts(Presence.THERE)
        if any(is_within(path, place) for place in self._remote.listed):
            return Whereabouts(Presence.GONE)
        for place, reason in self._remote.unreachable.items():
            if is_within(path, place):
                return Whereabouts(Presence.OUT_OF_REACH, place, reason)
        return look_for(path, path)

    def is_looked_through(self, path: str) -> bool:
        """Return whether this run looks through the place of a file."""
        return any(is_within(path, given) for given in self.given)

    def is_followed_here(self, path: str) -> bool:
        """Return whether a file lies in a followed folder that this run looks through in part."""
        around = [f.path for f in self.folders if any(is_within(g, f.path) for g in self.given)]
        return self.is_looked_through(path) or any(is_within(path, place) for place in around)

    def unmounted(self, path: str) -> FollowedFolder | None:
        """Return the followed folder of a file, where its mount point is none any more.

        Where most of its documents are there nevertheless, they were moved to this disk.
        """
        folder = self._folder_of(path)
        if folder is None or folder.mount is None:
            return None
        if folder.path not in self._unmounted:
            known = self.documents_in(folder.path)
            there = sum(os.path.exists(path) for path in known)
            self._unmounted[folder.path] = not os.path.ismount(folder.mount) and (
                there <= len(known) / 2
            )
        return folder if self._unmounted[folder.path] else None

    def documents_in(self, place: str) -> list[str]:
        """List the paths of documents that lay in a place when this run began."""
        return [path for path in self._known if is_within(path, place)]

    def _top(self, path: str) -> str:
        """The folder whose absence or emptiness says that a file cannot be reached."""
        folder = self._folder_of(path)
        if folder is None:
            given = [g for g in self.given if is_within(path, g) and g != path]
            return max(given, key=len, default=os.path.dirname(path))
        return os.path.dirname(folder.path) if folder.is_file else folder.path

    def _folder_of(self, path: str) -> FollowedFolder | None:
        """The innermost followed folder that a file lies in."""
        around = [folder for folder in self.folders if is_within(path, folder.path)]
        return max(around, key=lambda folder: len(folder.path), default=None)

    @cached_property
    def _known(self) -> list[str]:
        return [document.path for document in self._catalog.documents()]
