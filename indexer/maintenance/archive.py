"""The archive of a backup: a ZIP file of a library's files with their digests.

Its member `backup.json` holds `format`, `schema_version`, `catalog_version`, the version of
hilbert, when and of which folder it was made, and of every other member its sha256 and its size.
Nothing is taken from an archive that this list does not name, and nothing is written outside of
the folder of the library.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any

from hilbert.system_faults import raise_system_fault
from indexer.base.errors import LibraryError

SCHEMA_VERSION = 1
"""Of the archive; see "What may change in which release" in CONTRIBUTING.md."""
FORMAT = "hilbert-backup"
MANIFEST = "backup.json"
_BLOCK = 1 << 20
_MOST_MANIFEST_BYTES = 1 << 28
# The only places of a library that an archive may fill. No separator, colon or control character
# of any system, and no name of nothing but dots.
_NAME = r"(?!\.+/|\.+$)[^/\\:\x00-\x1f]+"
_MEMBER = re.compile(
    rf"catalog\.sqlite|(?:features|model(?:-[0-9a-f]{{12}})?)/{_NAME}"
    rf"|(?:classifier|recordings|text-encoder)/{_NAME}"
    rf"|generations/\d+/{_NAME}|shards/\d+-\d+/{_NAME}"
)


@dataclass(frozen=True)
class Manifest:
    """What an archive holds.

    Attributes:
        schema_version: Of the archive.
        catalog_version: Of the catalog in it.
        hilbert: Version of the program that made it.
        created: When, in ISO 8601.
        library: Folder of the library that it was made of.
        documents: How many documents the library holds.
        files: sha256 and size in bytes of each member.
    """

    schema_version: int
    catalog_version: int
    hilbert: str
    created: str
    library: str
    documents: int
    files: Mapping[str, tuple[str, int]]

    def to_json(self) -> str:
        """Return the text of `backup.json`."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, ensure_ascii=False)


def write_archive(path: Path, about: Manifest, files: Mapping[str, Path]) -> Manifest:
    """Write an archive.

    Args:
        path: Of the archive.
        about: Its manifest, without the files.
        files: Each member's file.

    Returns:
        The manifest with the digests of what was written.
    """
    digests: dict[str, tuple[str, int]] = {}
    # Vectors do not get smaller, so nothing is compressed.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, file in files.items():
            digest, size = hashlib.sha256(), 0
            with file.open("rb") as source, archive.open(name, "w", force_zip64=True) as member:
                while block := source.read(_BLOCK):
                    digest.update(block)
                    size += len(block)
                    member.write(block)
            digests[name] = digest.hexdigest(), size
        manifest = replace(about, files=digests)
        archive.writestr(MANIFEST, manifest.to_json())
    return manifest


@contextmanager
def open_archive(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """Open an archive and check what it says of itself.

    Raises:
        LibraryError: It is missing, damaged, no backup, or of a newer program.
    """
    if path.is_dir():
        raise LibraryError(f"{path} is a folder; name the file of a backup")
    if not path.exists():
        raise LibraryError(f"{path}: there is no such file")
    with _damage_in_words(path):
        archive = zipfile.ZipFile(path)
    with archive:
        with _damage_in_words(path):
            manifest = _read_manifest(path, archive)
            _check_members(path, archive, manifest)
        yield archive, manifest


@contextmanager
def _damage_in_words(path: Path) -> Iterator[None]:
    """Report whatever the reader of ZIP files raises over a damaged one."""
    try:
        yield
    except (
        *(zipfile.BadZipFile, zlib.error, struct.error, EOFError),
        *(NotImplementedError, RuntimeError, ValueError, OverflowError, KeyError),
    ) as error:
        raise_system_fault(error)
        raise _damaged(path, str(error) or type(error).__name__) from error


def verify_members(
    path: Path,
    archive: zipfile.ZipFile,
    manifest: Manifest,
    destination: Callable[[str], IO[bytes]] | None = None,
) -> None:
    """Read every member and compare it with its digest.

    Args:
        path: Of the archive.
        archive: The archive.
        manifest: What it holds.
        destination: Opens the file that a member is written to; None to read only.

    Raises:
        LibraryError: A member is not what was written.
    """
    for name, (wanted, _) in manifest.files.items():
        digest = hashlib.sha256()
        out = destination(name) if destination else None
        try:
            with _damage_in_words(path), archive.open(name) as member:
                while block := member.read(_BLOCK):
                    digest.update(block)
                    if out:
                        out.write(block)
        finally:
            if out:
                out.close()
        if digest.hexdigest() != wanted:
            raise _damaged(path, f"{name} is not what was written")


def check_free_space(folder: Path, manifest: Manifest) -> None:
    """Refuse to restore where it would fill the disk.

    Raises:
        LibraryError: There is too little space.
    """
    needed, free = sum(size for _, size in manifest.files.values()), shutil.disk_usage(folder).free
    if needed > free:
        raise LibraryError(
            f"{folder}: {needed / 1e6:.0f} MB are needed and {free / 1e6:.0f} MB free"
        )


def _read_manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    names = [info.filename for info in archive.infolist()]
    if MANIFEST not in names or archive.getinfo(MANIFEST).file_size > _MOST_MANIFEST_BYTES:
        raise _damaged(path, f"it has no {MANIFEST}")
    try:
        given: dict[str, Any] = json.loads(archive.read(MANIFEST))
        if given["format"] != FORMAT:
            raise ValueError(f"format {given['format']!r}")
        if int(given["schema_version"]) > SCHEMA_VERSION:
            raise LibraryError(
                f"{path} was made by a newer hilbert ({given.get('hilbert')}, backup version "
                f"{given['schema_version']}; this program reads {SCHEMA_VERSION}); update hilbert"
            )
        files = {
            str(name): (str(digest), int(size)) for name, (digest, size) in given["files"].items()
        }
        return Manifest(
            int(given["schema_version"]),
            int(given["catalog_version"]),
            str(given["hilbert"]),
            str(given["created"]),
            str(given["library"]),
            int(given["documents"]),
            files,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, f"its {MANIFEST} cannot be read: {error}") from error


def _check_members(path: Path, archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Refuse an archive with members that no backup has, or without one that it lists."""
    sizes = [(i.filename, i.file_size) for i in archive.infolist() if i.filename != MANIFEST]
    for name, _ in sizes:
        if not _MEMBER.fullmatch(name):
            raise _damaged(path, f"it holds {name!r}, which is no part of a library")
    listed = sorted((name, size) for name, (_, size) in manifest.files.items())
    if sorted(sizes) != listed:
        differing = sorted(set(sizes) ^ set(listed)) or sizes
        raise _damaged(path, f"{differing[0][0]} is not as {MANIFEST} lists it")
    if "catalog.sqlite" not in manifest.files:
        raise _damaged(path, "it has no catalog")


def _damaged(path: Path, what: str) -> LibraryError:
    return LibraryError(
        f"{path} is no backup of a library, or it is damaged: {what}; nothing was restored"
    )
