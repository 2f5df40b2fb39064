"""Kinds of encoders by role and name; each file of this folder registers its own."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from weakref import WeakValueDictionary

from hilbert.encoders.resolve import EncoderError, ResolvedModel, resolve
from hilbert.extension_points import ENCODERS
from hilbert.registry import Registry

Role = Literal["speech", "text", "recogniser"]


@dataclass(frozen=True)
class EncoderKind:
    """A way of loading models of one role (`hilbert.encoders.protocols`).

    Attributes:
        role: What it loads: a speech encoder, a text encoder or a recogniser.
        name: Short name; a model `NAME:REST` is loaded by this kind alone.
        load: From a model on this machine and a device ("cpu", "cuda") to the encoder.
        accepts: Whether a model's folder is of this kind; None for a kind without folders, which
            is used by its name and gets `REST` as the model's name.
    """

    role: Role
    name: str
    load: Callable[[ResolvedModel, str], Any]
    accepts: Callable[[ResolvedModel], bool] | None = None


KINDS: Registry[EncoderKind] = Registry(ENCODERS)


# Those in use, by role, kind, device and model as it is on disk: libraries that are open side by
# side share them.
_IN_USE: WeakValueDictionary[tuple[str, ...], Any] = WeakValueDictionary()
_LOADING = threading.RLock()


def register(kind: EncoderKind, order: int = 100) -> None:
    """Add a kind; of those that accept a folder the one with the lowest order loads it."""
    KINDS.add(f"{kind.role}:{kind.name}", kind, order)


def load_encoder(role: Role, spec: str, device: str = "cpu") -> Any:
    """Load a model of a role by `KIND:REST`, bundled name, local folder or hub id.

    While somebody holds the encoder, the same model is not loaded again.

    Raises:
        EncoderError: It cannot be found, verified or loaded, or no kind accepts it.
    """
    name, colon, rest = spec.partition(":")
    named = KINDS.get(f"{role}:{name}") if colon else None
    if named is not None and named.accepts is None:
        fingerprint = hashlib.sha256(f"{role} {spec}".encode()).hexdigest()
        return _load(named, ResolvedModel(Path(rest), rest or name, fingerprint), device)
    if named is not None:
        return _load(named, resolve(rest), device)
    resolved = resolve(spec)
    for kind in KINDS.values():
        if kind.role == role and kind.accepts is not None and kind.accepts(resolved):
            return _load(kind, resolved, device)
    raise EncoderError(f'no {role} encoder reads "{resolved.path}"; name another model')


def _load(kind: EncoderKind, model: ResolvedModel, device: str) -> Any:
    key = (kind.role, kind.name, str(model.path), model.fingerprint, device)
    with _LOADING:
        encoder = _IN_USE.get(key)
        if encoder is None:
            encoder = _IN_USE[key] = kind.load(model, device)
    return encoder
