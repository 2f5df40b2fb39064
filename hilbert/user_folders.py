"""Folders of this user, as each system has them: settings, and what can be made again."""

from __future__ import annotations

import os
import sys
from pathlib import Path

CONFIG_VARIABLE, CACHE_VARIABLE = "HILBERT_CONFIG", "HILBERT_CACHE"


def config_folder() -> Path:
    """Return the folder of this user's settings, which need not exist.

    `HILBERT_CONFIG` names another one than the system's usual.
    """
    return _named(CONFIG_VARIABLE) or _usual("APPDATA", "Application Support", ".config")


def cache_folder() -> Path:
    """Return the folder of what can be made again, such as models, which need not exist.

    `HILBERT_CACHE` names another one than the system's usual.
    """
    return _named(CACHE_VARIABLE) or _usual("LOCALAPPDATA", "Caches", ".cache")


def _named(variable: str) -> Path | None:
    named = os.environ.get(variable)
    return Path(os.path.expanduser(named)).absolute() if named else None


def _usual(windows: str, macos: str, elsewhere: str) -> Path:
    home = Path(os.path.expanduser("~"))
    if sys.platform == "win32":
        kind = "Roaming" if windows == "APPDATA" else "Local"
        return Path(os.environ.get(windows) or home / "AppData" / kind) / "hilbert"
    if sys.platform == "darwin":
        return home / "Library" / macos / "hilbert"
    standard = f"XDG_{elsewhere[1:].upper()}_HOME"
    return Path(os.environ.get(standard) or home / elsewhere) / "hilbert"
