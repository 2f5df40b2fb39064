"""A library that somebody else made: what is refused is told, and accepted after two questions."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from visitor import Visit, assert_no_error, press, texts

from hilbert.assets import assets_folder
from hilbert.trusted import is_trusted
from hilbert.user_folders import CONFIG_VARIABLE
from indexer.index.library_store import LibraryStore


@pytest.fixture
def of_others(library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small library, made with a text encoder of somebody else."""
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "config"))
    folder = tmp_path / "of others"
    shutil.copytree(library, folder)
    assets = assets_folder()
    assert assets
    encoder = tmp_path / "encoder"
    shutil.copytree(assets / "text-encoder", encoder, copy_function=os.link)
    store = LibraryStore.open(folder)
    with store.catalog.transaction():
        encoders = store.catalog.get_settings()["encoders"]
        store.catalog.put_settings({"encoders": encoders | {"text": str(encoder)}})
    store.close()
    monkeypatch.setenv("HILBERT_LIBRARY", str(folder))
    return folder


def refusals(page: object) -> list[str]:
    return [w.value for w in page.warning if "They are not loaded" in w.value]  # type: ignore[attr-defined]


def test_models_of_others_are_loaded_after_two_questions_and_not_before(
    of_others: Path, open_page: Visit, models: None
) -> None:
    page = open_page({"q": "how a bee tells the others where flowers are"})
    assert refusals(page) and any("hilbert trust --library" in text for text in texts(page))
    [(_, _, digest)] = [*LibraryStore.open(of_others).encoders.brought_models()]
    press(page, "Trust these models …")
    assert not any(b.label == "Yes, load them" for b in page.button)
    press(page, "No, leave them")
    assert refusals(page) and not is_trusted(digest)
    press(page, "Trust these models …")
    press(page, "Yes, I know them")
    assert not is_trusted(digest)
    press(page, "Yes, load them")
    assert is_trusted(digest)
    page = assert_no_error(page.run())
    assert not refusals(page) and not page.error
    assert any("Directions from a dancing bee" in text for text in texts(page))
