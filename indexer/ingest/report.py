"""What an indexing did, file by file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from indexer.base.errors import HilbertError


@dataclass
class AddReport:
    """What an indexing did; lists hold document names, dicts map a path to the reason.

    `unchecked` are timed transcripts that could not be compared with their recordings.
    """

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, list[str]] = field(default_factory=dict)
    unchecked: dict[str, str] = field(default_factory=dict)
    documents: int = 0
    audio_seconds: float = 0.0
    seconds: float = 0.0
    snapshot: int | None = None

    def warn(self, path: str, text: str) -> None:
        """Note something that is no failure."""
        self.warnings.setdefault(path, []).append(text)

    def fail(self, path: Path, error: Exception) -> None:
        """Note why a file could not be indexed."""
        self.failed[str(path)] = _reason(path, error).removeprefix(f"{path.name}: ")


def _reason(path: Path, error: Exception) -> str:
    if isinstance(error, PermissionError):
        return "no permission to read the file"
    if isinstance(error, OSError) and path.is_symlink() and not path.exists():
        return "a link to a file that does not exist"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, HilbertError | OSError) and str(error):
        return str(error)
    # A bug, which its type helps to find.
    return f"{type(error).__name__}: {error}".removesuffix(": ")
