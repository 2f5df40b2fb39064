"""What the extra `train` adds, and one line for the user where it is missing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from hilbert.errors import HilbertError

_MODULES = {"torch", "torchaudio", "transformers", "sentence_transformers"}
_MARK = 'extra == "train"'


class MissingExtraError(HilbertError):
    """The message names what needs the extra, and the command that installs it."""


@contextmanager
def train_extra(what: str) -> Iterator[None]:
    """Report in words that packages of the extra cannot be imported within the context.

    Args:
        what: What needs them: begins the message.

    Raises:
        MissingExtraError: One of them is not installed.
    """
    try:
        yield
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in _MODULES:
            raise
        raise MissingExtraError(
            f"{what} needs {error.name}, of the extra 'train'; install it with: {install_command()}"
        ) from error


def install_command() -> str:
    """Return the command that installs the packages of the extra beside this Python."""
    import shlex
    from importlib.metadata import PackageNotFoundError, requires

    try:
        entries = requires("hilbert") or []
    except PackageNotFoundError:  # a checkout on the path that was never installed
        entries = []
    named = [
        entry.partition(";")[0].strip() for entry in entries if _MARK in entry.replace("'", '"')
    ]
    return shlex.join([sys.executable, "-m", "pip", "install", *(named or sorted(_MODULES))])
