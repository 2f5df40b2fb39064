"""Models of folders are data: what names Python that lies in them, or anywhere else, is refused.

Configurations of sentence-transformers and transformers can name classes to import, some of them
in files beside the weights. Only classes of these libraries are loaded.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hilbert.encoders.resolve import EncoderError

log = logging.getLogger(__name__)

_KNOWN = ("sentence_transformers.", "torch.nn.", "transformers.")
# Keys whose values are names of classes: of modules.json, of routers, of dense layers.
_CLASS_KEYS = {"type", "types", "activation_function", "activation_fn", "module_class"}
_LARGEST = 1 << 20


def refuse_code(folder: Path) -> None:
    """Refuse a folder whose configuration makes its loader import code of others.

    Raises:
        EncoderError: It does; names the file and the class.
    """
    for path in sorted([*folder.glob("*.json"), *folder.glob("*/*.json")]):
        if path.stat().st_size > _LARGEST:  # vocabularies; configurations take some kilobytes
            continue
        for named in _named_code(_parsed(path)):
            raise EncoderError(
                f'"{path}" names code of its own ({named[:80]}), which is never run; '
                "name a model that is made of known parts"
            )


def _parsed(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        log.debug("%s is no JSON", path, exc_info=True)
        return None  # its loader says so


def _named_code(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _named_code(each)
    if not isinstance(value, dict):
        return
    for key, inside in value.items():
        if key == "auto_map" and inside:
            yield f"auto_map {inside}"
        elif key in _CLASS_KEYS:
            yield from (name for name in _names(inside) if not name.startswith(_KNOWN))
        yield from _named_code(inside)


def _names(value: Any) -> Iterator[str]:
    """Yield dotted names of classes."""
    if isinstance(value, str) and "." in value:
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _names(each)
