"""Where the snapshots of a library lie, and the hash of what makes their vectors comparable."""

from __future__ import annotations

import hashlib
from pathlib import Path

GENERATIONS_FOLDER = "generations"


def snapshot_folder(library: Path, number: int) -> Path:
    """Return where the files of a snapshot lie."""
    return library / GENERATIONS_FOLDER / f"{number:06d}"


def fingerprint_of(*parts: str) -> str:
    """Hash everything that makes vectors comparable."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
