"""The language of most of what is to be indexed, by whatever tells it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hilbert.encoders.resolve import MULTILINGUAL_RECOGNISER, is_installed
from indexer.ingest.main_language import main_language
from indexer.ingest.source import Source

SHORT = ("Guten Morgen, wie geht es dir?", "Das ist aber nicht so gut.", "Ich bin dann auch da.")


def named(*languages: str) -> list[Source]:
    return [Source(None, Path(f"/{n}.vtt"), {"language": c}) for n, c in enumerate(languages)]


def test_it_is_english_where_half_are_and_else_the_one_that_most_are_in() -> None:
    assert main_language([]) is None
    assert main_language(named("en", "de")) == "en"
    assert main_language(named("en", "de", "de", "fr", "en", "fr", "fr")) == "fr"
    assert main_language(named("German", "en-GB", "en")) == "en"


def test_short_transcripts_tell_it_together_and_bad_ones_nothing(tmp_path: Path) -> None:
    sources = []
    for number, said in enumerate((*SHORT, "")):
        path = tmp_path / f"{number}.txt"
        path.write_text(said, encoding="utf-8")
        sources.append(Source(None, path))
    assert main_language(sources) == "de"
    assert main_language(sources[:1]) is None
    assert main_language([*named("en"), *sources]) == "de"
    assert main_language([*named(*["en"] * 5), *sources]) == "en"


@pytest.mark.extras
@pytest.mark.usefixtures("models")
@pytest.mark.skipif(
    not is_installed(MULTILINGUAL_RECOGNISER), reason="the extra multilingual is not installed"
)
@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_recordings_tell_it_by_what_is_heard(
    tmp_path: Path, excerpt: Callable[[Path, float, float], Path]
) -> None:
    german, damaged = tmp_path / "german.wav", tmp_path / "damaged.wav"
    said = "Der alte Leuchtturm an der Küste hat seit dreißig Jahren keinen Wärter mehr."
    subprocess.run(["espeak-ng", "-v", "de", "-w", str(german), said], check=True)
    damaged.write_bytes(b"RIFF no sound")
    assert main_language([Source(german, None), Source(damaged, None)]) == "de"
    assert main_language([Source(german, None)], "never") is None
    assert main_language([Source(excerpt(tmp_path / "talk.wav", 0, 12), None)]) == "en"
