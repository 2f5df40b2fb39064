"""Where the shipped files lie: in an installed wheel, or in a checkout."""

from __future__ import annotations

from pathlib import Path


def assets_folder() -> Path | None:
    """Return the `assets` folder of a wheel (`hilbert/_assets`) or of a checkout."""
    package = Path(__file__).resolve().parent
    for folder in (package / "_assets", package.parent / "assets"):
        if folder.is_dir():
            return folder
    return None


def shipped_model() -> Path | None:
    """Return the folder of the shipped fusion model, None where it was left out."""
    assets = assets_folder()
    folder = assets / "model" if assets else None
    return folder if folder and (folder / "model.safetensors").is_file() else None
