"""Addresses of files that are not on this machine, as paths: `s3://bucket/talks/a.mp3`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    _Path = Path
else:
    _Path = type(Path())

# Two letters at least: `C:/talks` is a folder of Windows.
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://.")
_HERE = ("file://", "local://")


def is_remote(path: str) -> bool:
    """Return whether a path is the address of something that is not on this machine."""
    return _ADDRESS.match(path) is not None and not path.lower().startswith(_HERE)


class RemotePath(_Path):
    """A remote address: names and folders are those of a path, and nothing is found there.

    As text it is the address again; a path would write `s3:/bucket`.
    """

    def __str__(self) -> str:
        return super().__str__().replace("\\", "/").replace(":/", "://", 1)

    def __fspath__(self) -> str:
        return str(self)


def to_path(text: str) -> Path:
    """Return what a user named: a path, or an address as one."""
    return RemotePath(text) if is_remote(text) else Path(text)
