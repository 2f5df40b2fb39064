"""Make clip queries: words of the recordings of a folder, spoken anew by other voices.

    python -m benchmarks.clip_queries $HILBERT_DATA/changelog-speech clip-queries
    hilbert evaluate --library changelog-library --clips clip-queries/clean.jsonl
    hilbert evaluate --library changelog-library --clips clip-queries/babble.jsonl

Each clip says a run of cues of one document, about ten seconds, in a voice of espeak-ng or flite
that is drawn from the seed and the document's name: once clean, once with six people talking
10 dB below it. A clip that is there is not made again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.common.exit_status import exit_status
from hilbert.files import write_atomically
from indexer.base.types import Cue
from indexer.media.kinds import RECORDING_EXTENSIONS
from indexer.transcripts import find_transcript, read_transcript
from tools.speech_corpus.cast import Role, draw_cast, speak
from tools.speech_corpus.conditions import babble, mix
from tools.speech_corpus.errors import SpeechError
from tools.speech_corpus.sound import Waveform, limited, opus

ENGINES = ("espeak-ng", "flite")
BABBLE_DB = 10.0
_TALKERS = 6
_WORDS = 25
_SPEED = (0.95, 1.1)


@dataclass(frozen=True)
class Passage:
    """What a clip says, and where that is said."""

    document: str
    start: float
    end: float
    text: str


def main() -> int:
    """Make the clips and the two lists of questions."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="recordings with timed transcripts")
    parser.add_argument("out", type=Path, help="where the clips go")
    parser.add_argument("--count", type=int, default=60, help="clips (default 60)")
    parser.add_argument("--seed", type=int, default=0, help="other documents, other voices")
    options = parser.parse_args()
    return exit_status(lambda: make(options.folder, options.out, options.count, options.seed))


def make(folder: Path, out: Path, count: int, seed: int) -> None:
    """Write `clean/`, `babble/` and a JSON Lines file of each."""
    passages = draw_passages(folder, seed)
    if len(passages) < max(count, _TALKERS + 1):
        raise SpeechError(f"{folder} has {len(passages)} recordings with timed cues; too few")
    kinds = {"clean": False, "babble": True}
    for kind in kinds:
        (out / kind).mkdir(parents=True, exist_ok=True)
    for number, passage in enumerate(passages[:count], 1):
        for kind, noisy in kinds.items():
            path = out / kind / f"{passage.document}.opus"
            if not path.exists():
                content = opus(limited(spoken(passage, passages if noisy else (), seed)))
                write_atomically(path, lambda p, content=content: p.write_bytes(content))
        print(f"{number} of {count} {passage.document}", end="\r", flush=True, file=sys.stderr)
    for kind in kinds:
        lines = [
            json.dumps(
                {"clip": f"{kind}/{p.document}.opus", "document": p.document}
                | {"start": p.start, "end": p.end}
            )
            for p in passages[:count]
        ]
        (out / f"{kind}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def draw_passages(folder: Path, seed: int) -> list[Passage]:
    """A passage of each document whose transcript has times, in an order drawn from the seed."""
    recordings = [path for path in folder.iterdir() if path.suffix.lower() in RECORDING_EXTENSIONS]
    siblings = list(folder.iterdir())
    passages = []
    for path in sorted(recordings, key=lambda path: _place(seed, path.stem)):
        transcript = find_transcript(path, siblings)
        cues = read_transcript(transcript).cues if transcript else ()
        passage = _run(path.stem, cues, random.Random(_place(seed, path.stem)))
        if passage:
            passages.append(passage)
    return passages


def spoken(passage: Passage, everything: Sequence[Passage], seed: int) -> Waveform:
    """The passage in a drawn voice, with others talking where there are any to draw from."""
    rng = random.Random(_place(seed, f"{passage.document}/voice"))
    speech = _speak(passage.document, passage.text, rng)
    others = [other for other in everything if other.document != passage.document]
    if not others:
        return speech
    talkers = rng.sample(others, _TALKERS)
    voices = draw_cast([talker.document for talker in talkers], ENGINES, rng)
    talk = [speak(voices[talker.document], 1.0, talker.text) for talker in talkers]
    background = babble(talk, len(speech), np.random.default_rng(rng.getrandbits(32)))
    return mix(speech, background, BABBLE_DB)


def _speak(name: str, text: str, rng: random.Random) -> Waveform:
    role: Role = draw_cast([name], ENGINES, rng)[name]
    return speak(role, rng.uniform(*_SPEED), text)


def _run(document: str, cues: Sequence[Cue], rng: random.Random) -> Passage | None:
    """Consecutive cues of `_WORDS` words or a few more."""
    if not cues or any(cue.start is None or cue.end is None for cue in cues):
        return None
    first = rng.randrange(len(cues))
    words: list[str] = []
    for last in range(first, len(cues)):
        words += cues[last].text.split()
        if len(words) >= _WORDS:
            start, end = cues[first].start, cues[last].end
            assert start is not None and end is not None
            return Passage(document, start, end, " ".join(words))
    return _run(document, cues[:first], rng)  # too near the end: earlier


def _place(seed: int, name: str) -> str:
    return hashlib.sha256(f"clip/{seed}/{name}".encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
