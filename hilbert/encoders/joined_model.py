"""Models that are too large for one package: parts of several, joined once into the cache."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from hilbert.files import sync_tree
from hilbert.user_folders import cache_folder

_BLOCK = 1 << 20


def joined_folder(
    name: str, sha256: Mapping[str, str], parts: Mapping[str, Sequence[Path]]
) -> Path:
    """Return the folder of a model in the cache, where it is joined the first time.

    After a kill there is the whole folder or none.

    Args:
        name: Of the model.
        sha256: Name of each file to its digest (hex): another one is another folder.
        parts: Name of each file to its parts, in order.

    Raises:
        OSError: A part cannot be read, or the cache not be written.
        ValueError: A joined file is not the pinned one; says which.
    """
    pins = hashlib.sha256("".join(sorted(sha256.values())).encode()).hexdigest()
    folder = cache_folder() / "models" / f"{name}-{pins[:12]}"
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{folder.name}.", dir=folder.parent) as temporary:
        made = Path(temporary) / folder.name
        made.mkdir()
        for file, of_file in parts.items():
            if _join(of_file, made / file) != sha256[file]:
                raise ValueError(file)
        sync_tree(made)
        try:
            made.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was quicker
                raise
    return folder


def _join(parts: Sequence[Path], target: Path) -> str:
    """Write parts one after the other, and return the digest (hex) of all."""
    with target.open("wb") as out:
        for part in parts:
            with part.open("rb") as file:
                shutil.copyfileobj(file, out, _BLOCK)
    with target.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
