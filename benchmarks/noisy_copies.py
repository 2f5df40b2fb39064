"""Copy the recordings of a folder with noise added, and measure what recognition makes of them.

    python -m benchmarks.noisy_copies $HILBERT_DATA/changelog-speech noisy-speech --snr -4
    hilbert index noisy-speech --library noisy-library
    python -m benchmarks.noisy_copies $HILBERT_DATA/changelog-speech --wer noisy-library

The copies have no transcripts, so that `hilbert index` recognises their words. The noise is pink
(what ventilation and traffic sound like), drawn from the name of the recording. A copy is complete
or absent: a run that was stopped goes on when called again.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from hilbert.files import write_atomically
from indexer.index.library_store import LibraryStore
from indexer.media.decode import open_recording
from indexer.media.kinds import RECORDING_EXTENSIONS
from indexer.transcripts import find_transcript, read_transcript
from tools.speech_corpus.conditions import mix, noise
from tools.speech_corpus.sound import limited, opus


def main() -> None:
    """Copy, or with `--wer` compare the words of a library with the given transcripts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="recordings, and transcripts for --wer")
    parser.add_argument("out", type=Path, nargs="?", help="where the copies go")
    parser.add_argument("--snr", type=float, default=0.0, help="speech over noise, dB (default 0)")
    parser.add_argument("--wer", type=Path, metavar="LIBRARY", help="measure this instead")
    options = parser.parse_args()
    if options.wer:
        errors, words = word_errors(LibraryStore.open(options.wer), given_texts(options.folder))
        print(f"word error rate {errors / max(words, 1):.3f} over {words} words")
    elif options.out:
        for done, path in enumerate(copy_all(options.folder, options.out, options.snr), 1):
            print(f"{done} {path.name}", end="\r", flush=True)
        print()
    else:
        parser.error("name a folder for the copies, or a library with --wer")


def copy_all(folder: Path, out: Path, snr_db: float) -> Iterator[Path]:
    """Write a noisy copy of each recording that has none yet; gives each copy when it is there."""
    out.mkdir(parents=True, exist_ok=True)
    for recording in sorted(folder.iterdir()):
        if recording.suffix.lower() not in RECORDING_EXTENSIONS:
            continue
        copy = out / f"{recording.stem}.opus"
        if not copy.exists():
            content = noisy(recording, snr_db)
            write_atomically(copy, lambda path, content=content: path.write_bytes(content))
        yield copy


def noisy(recording: Path, snr_db: float) -> bytes:
    """An Ogg Opus file of the recording, with pink noise `snr_db` below the speech."""
    seed = int.from_bytes(hashlib.sha256(recording.stem.encode()).digest()[:8], "big")
    speech = np.concatenate(list(open_recording(recording).blocks()))
    background = noise("pink", len(speech), np.random.default_rng(seed))
    return opus(limited(mix(speech, background, snr_db)))


def given_texts(folder: Path) -> dict[str, str]:
    """What is said in each recording of a folder, by its transcript; by file stem."""
    recordings = [path for path in folder.iterdir() if path.suffix.lower() in RECORDING_EXTENSIONS]
    siblings = list(folder.iterdir())
    found = {path.stem: find_transcript(path, siblings) for path in recordings}
    return {
        stem: " ".join(cue.text for cue in read_transcript(path).cues)
        for stem, path in found.items()
        if path
    }


def word_errors(library: LibraryStore, given: Mapping[str, str]) -> tuple[int, int]:
    """Return the words to substitute, delete or insert, and the words that were said.

    Over the documents of the library that have a given text; neither case nor punctuation counts.
    """
    errors = words = 0
    for document in library.catalog.documents():
        if document.name in given:
            heard = " ".join(cue.text for cue in library.catalog.cues(document.id))
            wrong, said = count_errors(given[document.name], heard)
            errors, words = errors + wrong, words + said
    return errors, words


def count_errors(said: str, heard: str) -> tuple[int, int]:
    """Return the words to substitute, delete or insert, and the words that were said."""
    words = _plain_words(said)
    return Levenshtein.distance(words, _plain_words(heard)), len(words)


def _plain_words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


if __name__ == "__main__":
    sys.exit(main())
