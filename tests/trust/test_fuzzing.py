"""Files and questions that nobody wrote are read, or refused in words, and lose nothing in silence.

A few of each kind, always the same; `make trust` tries 100,000. What was found once is kept in
`corpus/found`, and tried each time.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from indexer import Library
from indexer.base.limits import VARIABLE
from indexer.index.library_store import LibraryStore
from indexer.media.chapters import named_recording
from indexer.transcripts.sentences import split_sentences
from tests.trust import fuzzed_beside, fuzzed_media, fuzzed_queries, fuzzed_transcripts
from tests.trust.fuzzing import LIMITS, tried, wrong_message
from tests.trust.media_seeds import media_seeds

FOUND = sorted((fuzzed_transcripts.CORPUS / "found").iterdir())


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, LIMITS)


@pytest.mark.parametrize("file", FOUND, ids=lambda file: file.name)
def test_what_was_found_once_is_mended(file: Path, tmp_path: Path) -> None:
    module = fuzzed_transcripts
    if file.suffix in {Path(name).suffix for name in media_seeds()}:
        module = fuzzed_media
    if named_recording(file) is not None:
        module = fuzzed_beside
    assert tried(file.name, file.read_bytes(), tmp_path, module.findings) == ""


@pytest.mark.parametrize("name", sorted(fuzzed_transcripts.seeds()))
def test_a_seed_is_read_without_a_finding(name: str, tmp_path: Path) -> None:
    data = fuzzed_transcripts.seeds()[name]
    assert tried(name, data, tmp_path, fuzzed_transcripts.findings) == ""


@pytest.mark.parametrize(
    ("end", "encoding"), [("\r\n", "utf-8-sig"), ("\r", "utf-16"), ("\n", "utf-16-be")]
)
def test_line_ends_and_encodings_lose_no_words(end: str, encoding: str, tmp_path: Path) -> None:
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    for name, seed in fuzzed_transcripts.seeds().items():
        try:
            text = seed.decode("utf-8-sig")
        except UnicodeDecodeError:
            continue  # no text, or in an older encoding
        data = mark + end.join(text.splitlines()).encode(encoding)
        file = name.replace(".", ".times.", 1)
        found = tried(file, data, tmp_path, fuzzed_transcripts.findings)
        assert not found, f"{name}: {found}"


def test_the_same_number_makes_the_same_input() -> None:
    for module in (fuzzed_transcripts, fuzzed_media, fuzzed_beside, fuzzed_queries):
        first, again, other = module.make(5), module.make(5), module.make(6)
        assert first == again != other


def test_mutated_transcripts_are_read_or_refused_in_words(tmp_path: Path) -> None:
    for number in range(400):
        given = fuzzed_transcripts.make(number)
        found = tried(given.name, given.data, tmp_path, fuzzed_transcripts.findings)
        assert not found, f"transcript {number}: {found}"


def test_mutated_recordings_are_decoded_or_refused_in_words(tmp_path: Path) -> None:
    for number in range(150):
        given = fuzzed_media.make(number)
        found = tried(given.name, given.data, tmp_path, fuzzed_media.findings)
        assert not found, f"recording {number}: {found}"


@pytest.mark.parametrize(
    "message",
    [
        "KeyError: 'start'",
        "talk.mp3: IndexError: list index out of range",
        "av.error.ArgumentError: Invalid argument",
        "",
        "two\nlines",
        "talk.wma: no permission to read the file",
    ],
)
def test_what_is_no_message_is_a_finding(message: str) -> None:
    assert list(wrong_message(message))


@pytest.mark.parametrize("message", ["it is empty; remove it", "line 3: it is not valid JSON"])
def test_a_message_is_none(message: str) -> None:
    assert not list(wrong_message(message))


def test_mutated_tables_chapters_and_queries_are_read_or_refused_in_words(tmp_path: Path) -> None:
    for number in range(300):
        given = fuzzed_beside.make(number)
        found = tried(given.name, given.data, tmp_path, fuzzed_beside.findings)
        assert not found, f"file {number}: {found}"


def test_questions_that_nobody_asks_are_answered_or_refused_in_words(
    small_library: LibraryStore, tmp_path: Path
) -> None:
    ask = fuzzed_queries.asking(Library(small_library))
    for number in range(60):
        given = fuzzed_queries.make(number)
        found = tried(given.name, given.data, tmp_path, ask)
        assert not found, f"question {number}: {found}"


def test_the_time_that_sentences_take_grows_with_the_text() -> None:
    started = time.process_time()
    split_sentences("“" * 200_000)
    assert time.process_time() - started < 5


def test_words_that_are_lost_in_silence_are_a_finding(tmp_path: Path) -> None:
    name = next(name for name in fuzzed_transcripts.seeds() if name.startswith("hilbert-srt"))
    data = fuzzed_transcripts.seeds()[name].replace(b"basin", b"")
    file = name.replace(".", ".times.", 1)
    assert "lost without a warning: basin" in tried(
        file, data, tmp_path, fuzzed_transcripts.findings
    )
