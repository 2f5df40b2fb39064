"""Where the shipped model and the demo collection lie: in the package, or in the checkout."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def assets_folder() -> Path | None:
    """The `assets` folder of an installed wheel (`hilbert/_assets`) or of a checkout."""
    spec = find_spec("hilbert")
    if spec is None or not spec.submodule_search_locations:
        return None
    package = Path(next(iter(spec.submodule_search_locations)))
    for folder in (package / "_assets", package.parent / "assets"):
        if folder.is_dir():
            return folder
    return None


def shipped_model() -> Path | None:
    """The folder of the shipped fusion model, None where it was left out."""
    assets = assets_folder()
    folder = assets / "model" if assets else None
    return folder if folder and (folder / "model.safetensors").is_file() else None


def demo_folder() -> Path | None:
    """The folder of the demo collection, None where it was left out."""
    assets = assets_folder()
    folder = assets / "demo" if assets else None
    return folder if folder and (folder / "recordings").is_dir() else None
