"""What the extras add, and one line for the user where one is missing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from hilbert.errors import HilbertError

# Extra to the modules that it brings.
_MODULES = {
    "train": {"torch", "torchaudio", "transformers", "sentence_transformers"},
    "milvus": {"pymilvus", "milvus_lite"},
    "ray": {"ray", "pyarrow", "fsspec"},
    "onnx-asr": {"onnx_asr"},
}


class MissingExtraError(HilbertError):
    """The message names what needs the extra, and the command that installs it."""


def train_extra(what: str) -> AbstractContextManager[None]:
    """Report in words that packages of the extra `train` cannot be imported; see `extra`."""
    return extra("train", what)


@contextmanager
def extra(name: str, what: str) -> Iterator[None]:
    """Report in words that packages of an extra cannot be imported within the context.

    Args:
        name: Of the extra.
        what: What needs them: begins the message.

    Raises:
        MissingExtraError: One of them is not installed.
    """
    try:
        yield
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in _MODULES[name]:
            raise
        raise MissingExtraError(
            f"{what} needs {error.name}, of the extra '{name}'; install it with: "
            f"{install_command(name)}"
        ) from error


def install_command(name: str = "train") -> str:
    """Return the command that installs the packages of an extra beside this Python."""
    import shlex
    from importlib.metadata import PackageNotFoundError, requires

    try:
        entries = requires("hilbert") or []
    except PackageNotFoundError:  # a checkout on the path that was never installed
        entries = []
    mark = f'extra == "{name}"'
    named = [
        entry.partition(";")[0].strip() for entry in entries if mark in entry.replace("'", '"')
    ]
    named = named or sorted(_MODULES[name])
    return shlex.join([sys.executable, "-m", "pip", "install", *named])
