"""What `hilbert --version` prints: versions of what matters, nothing heavy imported."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hilbert import __version__

_PACKAGES = (
    ("torch", "torch"),
    ("faiss", "faiss-cpu"),
    ("ctranslate2", "ctranslate2"),
    ("PyAV", "av"),
    ("streamlit", "streamlit"),
)
# The wheel of PyAV carries FFmpeg's libraries, their versions in the names of the files.
_FFMPEG_LIBRARY = re.compile(r"(lib)?avcodec[-.].*?(?P<version>\d+\.\d+\.\d+|\d+)(\.dylib|\.dll)?$")


def versions_text() -> str:
    """Return the versions, one a line, that of hilbert first."""
    return "\n".join(f"{name} {version}" for name, version in _versions())


def _versions() -> Iterator[tuple[str, str]]:
    import platform
    import sqlite3

    yield "hilbert", __version__
    yield "Python", f"{platform.python_version()} ({platform.system()} {platform.machine()})"
    for name, package in _PACKAGES:
        yield name, _version(package)
    yield "FFmpeg", _ffmpeg()
    yield "SQLite", sqlite3.sqlite_version


def _version(package: str) -> str:
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _ffmpeg() -> str:
    from importlib import metadata

    try:
        files = metadata.files("av") or ()
    except metadata.PackageNotFoundError:
        return "not installed"
    found = (_FFMPEG_LIBRARY.match(file.name) for file in files)
    version = next((match["version"] for match in found if match), None)
    return f"libavcodec {version}" if version else "of the system"
