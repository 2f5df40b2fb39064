"""The card of a model: the README.md in its folder."""

from __future__ import annotations

from pathlib import Path


def card_text(model_folder: Path) -> str:
    """Return the card of a model, empty where it has none."""
    card = model_folder / "README.md"
    return card.read_text(encoding="utf-8", errors="replace") if card.is_file() else ""


def card_heading(model_folder: Path) -> str:
    """Return the heading of a model's card, which names the model."""
    first = next(iter(card_text(model_folder).lstrip().splitlines()), "")
    return first.lstrip("# ") if first.startswith("#") else "without a card"
