"""Which models this user trusts beyond those that ship: digests, in a file of the user's own.

A folder of models or a library may come from anybody. What is listed here was named, trained or
made by this user, or accepted with `hilbert trust`; a digest that stands beside a model itself
proves nothing of where it comes from.
"""

from __future__ import annotations

import logging
import os
import re

from hilbert.errors import HilbertError
from hilbert.system_faults import raise_system_fault
from hilbert.user_folders import config_folder

log = logging.getLogger(__name__)

TRUSTED_FILE = "trusted.txt"
_DIGEST = re.compile(r"[0-9a-f]{64}")


class UntrustedModelError(HilbertError):
    """A model that would be loaded for a library, and that this user never chose."""


def is_trusted(digest: str) -> bool:
    """Return whether a digest (sha256, hex) is listed."""
    return digest in _listed()


def trust(digest: str, what: str) -> None:
    """List a digest (sha256, hex), from now on.

    Args:
        digest: Of a file, or the fingerprint of a model's folder.
        what: For whoever reads the file.

    Raises:
        OSError: The list cannot be written.
    """
    if is_trusted(digest):
        return
    folder = config_folder()
    folder.mkdir(parents=True, exist_ok=True)
    line = f"{digest}  {' '.join(what.split())}\n"
    # One write at the end of the file: processes that do the same do not mix their lines.
    descriptor = os.open(folder / TRUSTED_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode("utf-8", "replace"))
    finally:
        os.close(descriptor)


def trust_own(digest: str, what: str) -> None:
    """List what this user has just made or named; where that cannot be kept, it is asked later."""
    try:
        trust(digest, what)
    except OSError:
        log.debug("%s cannot be listed as trusted", what, exc_info=True)


def _listed() -> frozenset[str]:
    try:
        text = (config_folder() / TRUSTED_FILE).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return frozenset()
    except OSError as error:
        raise_system_fault(error)
        log.debug("the list of trusted models cannot be read", exc_info=True)
        return frozenset()
    words = (line.partition(" ")[0].strip() for line in text.splitlines())
    return frozenset(word for word in words if _DIGEST.fullmatch(word))
