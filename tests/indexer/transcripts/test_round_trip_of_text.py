"""Real transcripts, written in the forms that people have, read back word for word."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.transcripts import Transcript, read_transcript

pytestmark = pytest.mark.extras  # reads hundreds of real transcripts

DATA = os.environ.get("HILBERT_DATA")
Row = tuple[float, str, str]
# Speech of a podcast: 160 words a minute.
SECONDS_PER_WORD = 0.37


def clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def short(seconds: float) -> str:
    text = clock(seconds).removeprefix("00:")
    return text.removeprefix("0")


TIMED: dict[str, Callable[[float, str, str], str]] = {
    "brackets.txt": lambda t, n, w: f"[{clock(t)}] {n}: {w}\n",
    "bare.txt": lambda t, n, w: f"{clock(t)} {n}: {w}\n",
    "otter.txt": lambda t, n, w: f"{n}  {short(t)}\n{w}\n\n",
    "colon.txt": lambda t, n, w: f"{n} ({clock(t)}):\n{w}\n\n",
    "columns.txt": lambda t, n, w: f"{n}\t{clock(t)}\t{w}\n",
    "bold.md": lambda t, n, w: f"**{n}:** ({short(t)})\n{w}\n\n",
    "heading.md": lambda t, n, w: f"## {n} ({short(t)})\n\n{w}\n\n",
}
UNTIMED: dict[str, Callable[[float, str, str], str]] = {
    "turns.txt": lambda t, n, w: f"{n}: {w}\n\n",
    "turns.md": lambda t, n, w: f"**{n}:** {w}\n\n",
    "above.txt": lambda t, n, w: f"{n}\n{w}\n\n",
}


def rows(transcript: Transcript) -> list[Row]:
    """Stretches of about 60 words with the times at which a podcast would have them."""
    stretches: list[tuple[str, list[str]]] = []
    for cue in transcript.cues:
        if cue.speaker is None:
            continue
        same = bool(stretches) and stretches[-1][0] == cue.speaker
        if not same or len(stretches[-1][1]) >= 60:
            stretches.append((cue.speaker, []))
        stretches[-1][1].extend(cue.text.split())
    now = 0.0
    made = []
    for name, words in stretches:
        made.append((now, name, " ".join(words)))
        now += max(1.0, len(words) * SECONDS_PER_WORD)
    return made


def words_of(pairs: list[tuple[str | None, str]]) -> Counter[tuple[str | None, str]]:
    # The splitter of sentences may part a quotation mark from its word.
    return Counter(
        (name, word)
        for name, text in pairs
        for word in text.replace('"', " ").replace("*", " ").split()
    )


@pytest.mark.skipif(not DATA, reason="HILBERT_DATA is not set")
@pytest.mark.parametrize("form", [*TIMED, *UNTIMED])
def test_real_transcripts_keep_words_speakers_and_times(tmp_path, form):
    write = {**TIMED, **UNTIMED}[form]
    files = sorted(Path(str(DATA), "changelog-text").glob("*/*.md"))[::37]
    assert files
    for file in files:
        expected = rows(read_transcript(file))
        path = tmp_path / form
        path.write_text("".join(write(*row) for row in expected), encoding="utf-8")
        found = read_transcript(path)
        assert found.timed == (form in TIMED)
        want = words_of([(name, text) for _, name, text in expected])
        got = words_of([(cue.speaker, cue.text) for cue in found.cues])
        # "[beat-box 00:05:19.17]" is a sound, and no words.
        assert (want - got).total() + (got - want).total() <= want.total() / 1000, file
        if found.timed:
            starts = {cue.start for cue in found.cues}
            assert {float(int(start)) for start, _, _ in expected} <= starts
            assert max(cue.end - cue.start for cue in found.cues) < 60
