"""Clips to ask with: spoken by espeak-ng, half of them in babble, or cut out of recordings."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from hilbert.files import write_atomically
from indexer.media.cut import cut
from tools.speech_corpus.cast import draw_cast, speak
from tools.speech_corpus.conditions import babble, mix
from tools.speech_corpus.sound import limited, opus

_BABBLE_DB, _TALKERS = 10.0, 6
_SPEED = (0.95, 1.1)
CUT_SECONDS = 10.0
PASSAGE_WORDS = 25


def spoken_clips(folder: Path, passages: Sequence[str], name: str) -> list[Path]:
    """Let espeak-ng say each passage, every other one in the babble of six of the others."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for number, text in enumerate(passages):
        path = folder / f"{name}-{number:03d}.opus"
        made.append(path)
        if path.exists():
            continue
        rng = random.Random(path.name)
        role = draw_cast([path.name], ["espeak-ng"], rng)[path.name]
        sound = speak(role, rng.uniform(*_SPEED), text)
        if number % 2:
            others = rng.sample([p for p in passages if p != text], _TALKERS)
            cast = draw_cast(others, ["espeak-ng"], rng)
            talk = [speak(cast[other], 1.0, other) for other in others]
            noise = babble(talk, len(sound), np.random.default_rng(rng.getrandbits(32)))
            sound = mix(sound, noise, _BABBLE_DB)
        write_atomically(path, partial(_write, opus(limited(sound))))
    return made


def _write(content: bytes, path: Path) -> None:
    path.write_bytes(content)


def cut_clips(folder: Path, recordings: Sequence[Path], each: int) -> list[Path]:
    """Cut `each` clips out of every recording, a minute apart from its second minute on."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for recording in recordings:
        for number in range(each):
            path = folder / f"{recording.stem}-{number}.opus"
            start = 60.0 * (number + 1)
            if not path.exists():
                cut(recording, start, start + CUT_SECONDS, path)
            made.append(path)
    return made


def passages_of(texts: Sequence[str], count: int, seed: int) -> list[tuple[int, str]]:
    """Draw a passage from each of `count` of the texts; return the place of the text with it."""
    rng = random.Random(seed)
    drawn = []
    for place in rng.sample(range(len(texts)), count):
        words = texts[place].split()
        first = rng.randrange(max(1, len(words) - PASSAGE_WORDS))
        drawn.append((place, " ".join(words[first : first + PASSAGE_WORDS])))
    return drawn
