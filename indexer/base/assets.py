"""Where the demo collection lies."""

from __future__ import annotations

from pathlib import Path

from hilbert.assets import assets_folder


def demo_folder() -> Path | None:
    """Return the folder of the demo collection, None where it was left out."""
    assets = assets_folder()
    folder = assets / "demo" if assets else None
    return folder if folder and (folder / "recordings").is_dir() else None
