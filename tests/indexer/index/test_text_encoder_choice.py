"""A new library gets the text encoder that reads the language of what it is to hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.encoders import DEFAULT_TEXT, MULTILINGUAL_TEXT
from indexer.index.library_store import LibraryStore
from indexer.library import Library
from tests.in_process import call

GERMAN = {
    "watt": "Bei Ebbe kann man zur Insel hinüber laufen, zwei Stunden durch den Schlick.",
    "brot": "Der Teig ruht über Nacht, dann kommt er in den heißen Ofen.",
    "flug": "Der Pilot setzte die Maschine auf dem Fluss auf, alle stiegen aus.",
}

pytestmark = pytest.mark.usefixtures("models")


def write_talks(folder: Path, ending: str = ".vtt") -> Path:
    folder.mkdir()
    for name, said in GERMAN.items():
        cue = f"WEBVTT\n\n00:00:00.000 --> 00:00:06.000\n{said}\n"
        (folder / f"{name}{ending}").write_text(cue, encoding="utf-8")
    return folder


def encoder_of(folder: Path) -> str:
    store = LibraryStore.open(folder)
    try:
        return store.encoders.settings.text
    finally:
        store.close()


def test_what_is_asked_in_either_language_is_found_in_a_german_library(tmp_path):
    talks, folder = write_talks(tmp_path / "talks"), tmp_path / "library"
    status, _, _ = call("index", talks, "--language", "de", "--library", folder)
    assert status == 0 and encoder_of(folder) == MULTILINGUAL_TEXT
    with Library.open(folder) as library:
        # Words that are not said: the lexical channel alone knows nothing of them.
        for asked, wanted in {
            "Wanderung bei Niedrigwasser": "watt",
            "walking at low tide": "watt",
            "how to bake bread": "brot",
            "Notlandung eines Flugzeugs": "flug",
            "atterrissage d'urgence d'un avion": "flug",
        }.items():
            assert library.search(asked).hits[0].name == wanted, asked
        assert library.store.load_model(library.store.model_folder).config.text_encoder == (
            library.store.encoders.text.fingerprint
        )


def test_names_and_tables_tell_the_language_too(tmp_path):
    named = write_talks(tmp_path / "named", ".de.vtt")
    assert call("index", named, "--library", tmp_path / "a")[0] == 0
    assert encoder_of(tmp_path / "a") == MULTILINGUAL_TEXT
    listed = write_talks(tmp_path / "listed")
    rows = "".join(f"{name}.vtt,German\n" for name in GERMAN)
    (listed / "metadata.csv").write_text(f"name,language\n{rows}", encoding="utf-8")
    assert call("index", listed, "--library", tmp_path / "b")[0] == 0
    assert encoder_of(tmp_path / "b") == MULTILINGUAL_TEXT


def test_english_and_libraries_that_are_there_keep_the_english_encoder(tmp_path):
    talks, folder = write_talks(tmp_path / "talks"), tmp_path / "library"
    assert call("index", talks, "--library", folder)[0] == 0
    assert encoder_of(folder) == DEFAULT_TEXT  # nothing says that it is German
    status, _, _ = call("index", talks, "--language", "de", "--library", folder)
    assert status == 0 and encoder_of(folder) == DEFAULT_TEXT
