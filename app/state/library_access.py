"""Which libraries the app opens: those it was started for, and those that a visitor names."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st


def default_library_folder() -> Path | None:
    """Return the library that the app was started with."""
    named = os.environ.get("HILBERT_LIBRARY")
    return Path(named).absolute() if named else None


def admit(folder: Path) -> None:
    """Let a library be opened that a visitor named on a page, as no link can."""
    _admitted().add(Path(os.path.realpath(folder)))


def refusal(folder: Path) -> str | None:
    """Say why a library that an address names is not opened; None where it may be.

    An address may come from anybody, and a library from there too. Those beside the library that
    the app was started with are opened, those anywhere below the folders of `--libraries`, and
    those that were named on a page.
    """
    default = default_library_folder()
    real = _resolved(folder)
    if folder == default or (real is not None and _may_open(real, default)):
        return None
    return (
        f"the link names a library that this app was not started for: {folder}. If it is yours, "
        "open it below, or start the app for it"
    )


def _may_open(real: Path, default: Path | None) -> bool:
    if real in _admitted():
        return True
    own = _resolved(default) if default else None
    if own is not None and real.parent == own.parent != Path(own.anchor):
        return True
    named = os.environ.get("HILBERT_LIBRARIES", "").split(os.pathsep)
    return any(real.is_relative_to(os.path.realpath(each)) for each in named if each)


def _resolved(folder: Path) -> Path | None:
    """Follow links: one among the libraries may lead elsewhere. None for what is no path."""
    try:
        return Path(os.path.realpath(folder))
    except ValueError:
        return None


@st.cache_resource(show_spinner=False)
def _admitted() -> set[Path]:
    return set()
