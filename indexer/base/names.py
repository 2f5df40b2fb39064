"""Names that people type, compared whatever their Unicode form and case."""

from __future__ import annotations

import logging
import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from indexer.base.scripts import fold

log = logging.getLogger(__name__)

# Quotes and hyphens as typography has them.
_PLAIN = str.maketrans({**dict.fromkeys("‘’‛ʼʹ′`´＇", "'"), **dict.fromkeys("‐‑‒–—−", "-")})

# As German and Scandinavian keyboards are spared.
_SPELT_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
    | {"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe", "Å": "Aa"}
)


def folded(name: str) -> str:
    """Return what two names have in common that differ in Unicode form, accents or case alone.

    macOS keeps names in the decomposed form (NFD), most other systems in the composed one. This
    is the caseless match of the Unicode standard (3.13, D146), which also joins ligatures and wide
    letters with plain ones.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def is_utf8(path: Path | str) -> bool:
    """Whether a path can be written down: names of older systems may hold other bytes."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def readable(path: Path | str) -> str:
    """Return a path as it can be printed, bytes that are not UTF-8 as `\\xe4`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def unaccented(name: str) -> str:
    """Return what two names have in common that differ in accents and apostrophes as well.

    `José` is `jose`, `O’Brien` and `O'Brien` are `obrien`, `Łukasz` is `lukasz`: as people type
    them whose keyboard lacks the sign.
    """
    return fold(folded(name).translate(_PLAIN))


def spelt_out(name: str) -> str:
    """Return a name as it is typed without ä, ö, ü, ø and å: `Mueller`, `Aarhus`."""
    return unicodedata.normalize("NFC", name).translate(_SPELT_OUT)


def matching_names(name: str, known: Iterable[str]) -> list[str]:
    """Return the names that `name` stands for: itself where it is known, else the folded matches.

    More than one means that `name` is ambiguous.
    """
    names = list(known)
    if name in names:
        return [name]
    wanted = folded(name)
    return [other for other in names if folded(other) == wanted]


def existing_path(path: Path) -> Path:
    """Return the path as it is on disk where it was typed in another Unicode form or case.

    Each missing part is looked up among the names in its folder; the path comes back as it was
    given where nothing or more than one thing fits.
    """
    if os.path.lexists(path) or path.parent == path:
        return path
    parent = existing_path(path.parent)
    try:
        found = matching_names(path.name, os.listdir(parent))
    except OSError:
        log.debug("could not list %s", parent, exc_info=True)
        return path
    return parent / found[0] if len(found) == 1 else path
