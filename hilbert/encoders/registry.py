"""Kinds of encoders by role and name; each file of this folder registers its own."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from weakref import WeakValueDictionary

from hilbert.encoders.resolve import BUNDLED, EncoderError, ResolvedModel, resolve
from hilbert.extension_points import ENCODERS
from hilbert.registry import Registry
from hilbert.trusted import UntrustedModelError, is_trusted, trust_own

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


def load_encoder(role: Role, spec: str, device: str = "cpu", *, only_trusted: bool = False) -> Any:
    """Load a model of a role by `KIND:REST`, bundled name, local folder or hub id.

    While somebody holds the encoder, the same model is not loaded again.

    Args:
        role: Of the model.
        spec: Which.
        device: "cpu" or "cuda".
        only_trusted: Whether the name comes from others: what neither ships nor is listed in
            `hilbert.trusted` is refused before anything of it is read but its bytes.

    Raises:
        EncoderError: It cannot be found, verified or loaded, or no kind accepts it.
        UntrustedModelError: It is not trusted.
    """
    named, resolved = find_model(role, spec)
    if only_trusted and not ships(spec) and not is_trusted(resolved.fingerprint):
        raise UntrustedModelError(f'the {role} encoder "{spec}" was not chosen on this computer')
    if named is not None:
        return _load(named, resolved, device)
    for kind in KINDS.values():
        if kind.role == role and kind.accepts is not None and kind.accepts(resolved):
            return _load(kind, resolved, device)
    raise EncoderError(f'no {role} encoder reads "{resolved.path}"; name another model')


def find_model(role: Role, spec: str) -> tuple[EncoderKind | None, ResolvedModel]:
    """Return the kind that a name asks for, None for any, and the model on this machine.

    Raises:
        EncoderError: It cannot be found or verified.
    """
    name, colon, rest = spec.partition(":")
    named = KINDS.get(f"{role}:{name}") if colon else None
    if named is None:
        return None, resolve(spec)
    if named.accepts is None:
        fingerprint = hashlib.sha256(f"{role} {spec}".encode()).hexdigest()
        return named, ResolvedModel(Path(rest), rest or name, fingerprint)
    return named, resolve(rest)


def trust_model(role: Role, spec: str) -> None:
    """List a model that this user named as trusted; see `hilbert.trusted`.

    Raises:
        EncoderError: It cannot be found or verified.
    """
    if not ships(spec):
        trust_own(find_model(role, spec)[1].fingerprint, f"the {role} encoder {spec}")


def ships(spec: str) -> bool:
    """Return whether a model is one of the bundled ones, whose digests are pinned."""
    return spec in BUNDLED or spec.partition(":")[2] in BUNDLED


def _load(kind: EncoderKind, model: ResolvedModel, device: str) -> Any:
    key = (kind.role, kind.name, str(model.path), model.fingerprint, device)
    with _LOADING:
        encoder = _IN_USE.get(key)
        if encoder is None:
            encoder = _IN_USE[key] = kind.load(model, device)
    return encoder
