"""Manifests: which shards and removed documents make up a snapshot, with digests of all files.

A snapshot is a folder `generations/000008/` with a `manifest.json` and the few files that are made
of all shards. The shards lie in `shards/`; later snapshots share them. A snapshot of format 3, of
earlier releases, is one shard in the folder of the snapshot itself, without digests.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from hilbert.files import cached_sha256_file, sha256_file, sync_file
from hilbert.system_faults import raise_system_fault
from indexer.base.errors import LibraryError
from indexer.base.shell import quoted
from indexer.index.vector_names import FIRST_VECTOR_INDEX, LEVELS, MODALITIES

log = logging.getLogger(__name__)

FORMAT = 4
MANIFEST_FILE = "manifest.json"
SHARDS_FOLDER = "shards"
# Of format 3.
_OLD_FORMAT, _OLD_FILE = 3, "stats.json"


@dataclass(frozen=True)
class FileDigest:
    """What a file must be.

    Attributes:
        size: Bytes.
        mtime_ns: When it was last changed; a file with another time is read and hashed.
        sha256: Of its bytes, hex.
    """

    size: int
    mtime_ns: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> FileDigest:
        """Read a file."""
        status = path.stat()
        return cls(status.st_size, status.st_mtime_ns, sha256_file(path))


@dataclass(frozen=True)
class ShardEntry:
    """A shard of a snapshot.

    Attributes:
        name: Of its folder in `shards/`; empty for format 3.
        files: By name; empty for format 3, where nothing is known of them.
        removed: Ids of its documents that are not in the snapshot any more.
        vector_index: Kind of its vector indexes; empty for that of the manifest.
        segments: How many it was written with; 0 where that is not known.
        recall: Of approximate vector indexes of its segments as it was measured, by
            `QUERY to INDEX` with the modality of each.
    """

    name: str
    files: Mapping[str, FileDigest] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    vector_index: str = ""
    segments: int = 0
    recall: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """What a snapshot is made of.

    Attributes:
        fingerprint: Of encoders, model and segmenter.
        created_at: Seconds since the epoch.
        vector_index: Kind of vector index of the shards that name none.
        dimension: Length of the vectors.
        documents: Number of documents.
        segments: Number of segments.
        counts: Level and modality to the number of vectors.
        random_pairs: See `indexer.index.background.PairSums.listed`.
        shards: In the order in which they were written.
        repeats: Folders beside the shards; see `indexer.index.repeat_parts`. None for a snapshot of
            before, whose repeats are not known.
        segment_values: Names of the parts of `indexer.index.segment_values`.
        files: Those in the folder of the snapshot, by name.
        format: Of the snapshot.
    """

    fingerprint: str
    created_at: float
    vector_index: str
    dimension: int
    documents: int
    segments: int
    counts: Mapping[str, Mapping[str, int]]
    random_pairs: tuple[Mapping[str, Any], ...]
    shards: tuple[ShardEntry, ...]
    repeats: tuple[ShardEntry, ...] | None = None
    segment_values: tuple[str, ...] = ()
    files: Mapping[str, FileDigest] = field(default_factory=dict)
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Write it into the folder of the snapshot; on return it is on disk."""
        path = folder / MANIFEST_FILE
        path.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        sync_file(path)

    @property
    def entries(self) -> tuple[ShardEntry, ...]:
        """All folders that it is made of."""
        return (*self.shards, *(self.repeats or ()))

    @property
    def is_old(self) -> bool:
        """Whether the snapshot is of format 3."""
        return self.format == _OLD_FORMAT

    def vector_index_of(self, entry: ShardEntry) -> str:
        """Return the kind of the vector indexes of a shard."""
        return entry.vector_index or self.vector_index

    def shard_folder(self, folder: Path, entry: ShardEntry) -> Path:
        """Return where the files of a shard lie.

        Args:
            folder: Of the snapshot.
            entry: One of `entries`.
        """
        return folder if self.is_old else folder.parent.parent / SHARDS_FOLDER / entry.name


def manifest_path(folder: Path) -> Path:
    """Return the file that a snapshot is described in: its last one to be written."""
    old = folder / _OLD_FILE
    return old if old.exists() else folder / MANIFEST_FILE


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a snapshot.

    Args:
        folder: Of the snapshot.

    Raises:
        LibraryError: It is missing, damaged or of an unknown format.
    """
    path = manifest_path(folder)
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        known = {MANIFEST_FILE: FORMAT, _OLD_FILE: _OLD_FORMAT}[path.name]
        if found.get("format") != known:
            raise LibraryError(
                f"generation {folder.name} has an unknown format; {rebuild_advice(folder)}"
            )
        if known == _OLD_FORMAT:
            found |= {"vector_index": found.get("vector_index", FIRST_VECTOR_INDEX)}
            found["shards"] = ({"name": "", "files": {}, "removed": ()},)
        return _manifest(found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise_system_fault(error)
        raise LibraryError(
            f"generation {folder.name} is missing or damaged; {rebuild_advice(folder)}"
        ) from error


def _manifest(found: Mapping[str, Any]) -> Manifest:
    repeats = found.get("repeats")
    return Manifest(
        fingerprint=str(found["fingerprint"]),
        created_at=float(found["created_at"]),
        vector_index=str(found["vector_index"]),
        dimension=int(found["dimension"]),
        documents=int(found["documents"]),
        segments=int(found["segments"]),
        counts={lv: {m: int(found["counts"][lv][m]) for m in MODALITIES} for lv in LEVELS},
        random_pairs=tuple(
            {
                "query": str(pair["query"]),
                "indexed": str(pair["indexed"]),
                "mean": float(pair["mean"]),
                "std": float(pair["std"]),
            }
            for pair in found["random_pairs"]
        ),
        shards=_entries(found["shards"]),
        repeats=None if repeats is None else _entries(repeats),
        segment_values=tuple(map(str, found.get("segment_values", ()))),
        files=_digests(found.get("files", {})),
        format=int(found["format"]),
    )


def _entries(found: Iterable[Mapping[str, Any]]) -> tuple[ShardEntry, ...]:
    entries = tuple(
        ShardEntry(
            str(s["name"]),
            _digests(s["files"]),
            tuple(map(str, s["removed"])),
            str(s.get("vector_index", "")),
            int(s.get("segments", 0)),
            {str(pair): float(found) for pair, found in s.get("recall", {}).items()},
        )
        for s in found
    )
    if any(not _is_plain(name) for s in entries for name in (*s.files, s.name or "x")):
        raise ValueError("a name with a folder in it")
    return entries


def _is_plain(name: str) -> bool:
    return Path(name).name == name and name not in (".", "..")


def _digests(found: Mapping[str, Mapping[str, Any]]) -> dict[str, FileDigest]:
    return {
        str(name): FileDigest(int(d["size"]), int(d["mtime_ns"]), str(d["sha256"]))
        for name, d in found.items()
    }


def digests_of(folder: Path) -> dict[str, FileDigest]:
    """Read all files of a folder."""
    return {path.name: FileDigest.of(path) for path in sorted(folder.iterdir())}


def with_times_of(folder: Path, files: Mapping[str, FileDigest]) -> dict[str, FileDigest]:
    """Return the digests of files that were checked, with the times that these have now."""
    return {
        name: replace(digest, mtime_ns=(folder / name).stat().st_mtime_ns)
        for name, digest in files.items()
    }


def check_files(folder: Path, files: Mapping[str, FileDigest], *, deep: bool = False) -> None:
    """Compare the files of a folder with their digests, before anything else reads them.

    Args:
        folder: Of a shard or a snapshot.
        files: What they must be.
        deep: Read all of them; otherwise those whose size or time is another than when they were
            written, once a process.

    Raises:
        LibraryError: A file is missing or not what was written.
    """
    for problem in damaged_files(folder, files, deep=deep):
        raise LibraryError(problem)


def damaged_files(
    folder: Path, files: Mapping[str, FileDigest], *, deep: bool = False
) -> Iterable[str]:
    """Yield what is wrong with the files of a folder, and what to do; see `check_files`."""
    for name, wanted in files.items():
        path = folder / name
        try:
            status = path.stat()
            same = status.st_size == wanted.size
            if same and (deep or status.st_mtime_ns != wanted.mtime_ns):
                read = sha256_file if deep else cached_sha256_file
                same = read(path) == wanted.sha256
        except OSError as error:
            raise_system_fault(error)
            log.debug("could not read %s", path, exc_info=True)
            same = False
        if not same:
            place = f"{folder.parent.name}/{folder.name}/{name}"
            yield f"{place} is missing or damaged; {rebuild_advice(folder)}"


def rebuild_advice(folder: Path) -> str:
    """Return what to do about a damaged file in the folder of a shard or a snapshot."""
    return f"run 'hilbert rebuild --library {quoted(folder.parent.parent)}'"
