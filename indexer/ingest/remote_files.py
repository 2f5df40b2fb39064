"""Files behind addresses, through fsspec: what there is, and copies of it for a while."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hilbert.extras import extra
from hilbert.offline import OfflineError, is_offline
from hilbert.system_faults import raise_system_fault
from indexer.base.errors import AudioError, HilbertError
from indexer.base.limits import limits, raised
from indexer.base.remote_path import RemotePath

log = logging.getLogger(__name__)

_CHUNK = 1 << 20
# What stores say of a file that changes with its content, the best first.
_VERSIONS = ("ETag", "etag", "md5Hash", "content_md5", "checksum", "LastModified", "last_modified")
_TIMES = ("updated", "mtime", "modified", "created")


@dataclass(frozen=True)
class RemoteFile:
    """A file as its store lists it.

    Attributes:
        path: Its address.
        size: In bytes; 0 where the store does not tell.
        version: Another number after it changed; 63 bits.
    """

    path: RemotePath
    size: int
    version: int


@dataclass
class RemoteListing:
    """What a run found behind addresses.

    Attributes:
        files: By address.
        listed: Places that could be listed, and hold something.
        unreachable: Why each of the others could not.
    """

    files: dict[str, RemoteFile] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    unreachable: dict[str, str] = field(default_factory=dict)

    def add(self, other: RemoteListing) -> None:
        """Add what was found elsewhere."""
        self.files |= other.files
        self.listed |= other.listed
        self.unreachable |= other.unreachable


def list_remote(place: RemotePath) -> list[RemoteFile]:
    """List a file, or all files below a folder, by address.

    Raises:
        MissingExtraError: fsspec is not installed.
        OfflineError: Nothing may be fetched.
        HilbertError: The place cannot be reached.
    """
    with _asking(place) as (store, path):
        # On the web a folder is a file, too, and a host of numbers has a suffix.
        if len(place.parts) > 2 and place.suffix and store.isfile(path):
            found = {path: store.info(path)}
        else:
            found = store.find(path.rstrip("/") + "/", detail=True)
    files = [
        RemoteFile(
            RemotePath(store.unstrip_protocol(name)), int(info.get("size") or 0), _version(info)
        )
        for name, info in found.items()
        if info.get("type", "file") == "file"
    ]
    return sorted(files, key=lambda file: str(file.path))


def fetch(place: RemotePath, target: Path) -> str:
    """Copy a file to this machine; return the sha256 of its bytes.

    Raises:
        AudioError: It cannot be reached, or is larger than recordings may be.
        OfflineError: Nothing may be fetched.
    """
    most = limits().gigabytes * 1e9
    digest, size = hashlib.sha256(), 0
    try:
        with (
            _asking(place) as (store, path),
            store.open(path, "rb") as source,
            target.open("wb") as copy,
        ):
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                if size > most:
                    raise AudioError(f"too large, {raised('gigabytes', limits().gigabytes)}")
                digest.update(chunk)
                copy.write(chunk)
    except OfflineError:
        raise
    except HilbertError as error:
        raise AudioError(f"{place.name}: {error}") from error
    return digest.hexdigest()


@contextmanager
def _asking(place: RemotePath) -> Iterator[tuple[Any, str]]:
    """Open the store of an address; whatever goes wrong there is told in words."""
    if is_offline():
        raise OfflineError(f"{place}: nothing may be fetched (--offline)")
    with extra("ray", f"reading {place}"):
        import fsspec
    try:
        yield fsspec.core.url_to_fs(str(place))
    except HilbertError:
        raise
    except Exception as error:  # each store has errors of its own
        raise_system_fault(error)
        log.debug("could not reach %s", place, exc_info=True)
        reason = " ".join(str(error).split()) or type(error).__name__
        if isinstance(error, FileNotFoundError):
            reason = "there is no such file"
        raise HilbertError(f"it cannot be reached: {reason[:200]}") from error


def _version(info: dict[str, Any]) -> int:
    said = [str(info[key]) for key in (*_VERSIONS, *_TIMES) if info.get(key) is not None][:1]
    digest = hashlib.sha256(repr((info.get("size"), *said)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
