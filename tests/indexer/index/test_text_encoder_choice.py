"""A new library gets the text encoder that reads the language of what it is to hold."""

from __future__ import annotations

import json
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
        assert library.store.models.load(library.store.model_folder).config.text_encoder == (
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


def test_words_tell_the_language_where_nothing_names_it_and_that_is_said(tmp_path):
    talks, folder = write_talks(tmp_path / "talks"), tmp_path / "library"
    status, _, said = call("index", talks, "--library", folder)
    assert status == 0 and encoder_of(folder) == MULTILINGUAL_TEXT
    assert "most of this is not in English: bundled:multilingual reads the texts" in said
    assert "not in English" not in call("index", talks, "--library", folder)[2]


def test_english_and_libraries_that_are_there_keep_the_english_encoder_and_say_what_they_miss(
    tmp_path,
):
    english, folder = tmp_path / "english", tmp_path / "library"
    english.mkdir()
    said = "We walked to the island at low tide, and it took us two hours through the mud."
    (english / "walk.txt").write_text(said, encoding="utf-8")
    status, _, told = call("index", english, "--library", folder)
    assert status == 0 and encoder_of(folder) == DEFAULT_TEXT and "English" not in told
    talks = write_talks(tmp_path / "talks")
    status, printed, told = call("index", talks, "--language", "de", "--library", folder)
    assert status == 0 and encoder_of(folder) == DEFAULT_TEXT
    assert "most of this library is in 'de', and its text encoder reads English" in told
    status, printed, _ = call("index", talks, "--library", folder, "--json")
    assert "--language de" in json.loads(printed)["notes"][0]
