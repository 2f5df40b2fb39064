"""Recordings of which is known what is said in them, and how many words of it were recognised."""

from __future__ import annotations

import csv
import os
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from indexer.media.kinds import RECORDING_EXTENSIONS
from indexer.transcripts import find_transcript, read_transcript


def data_folder() -> Path:
    """Return the folder that `HILBERT_DATA` names."""
    return Path(os.environ.get("HILBERT_DATA", ""))


def spoken_set(name: str) -> dict[Path, str]:
    """Map the recordings of a set to what is said in them.

    Args:
        name: Of a folder of the data, or a folder with recordings and their transcripts.

    Raises:
        FileNotFoundError: There is no such folder.
    """
    folder = Path(name) if Path(name).is_dir() else data_folder() / name
    if (folder / "utterances.tsv").is_file():
        return _utterances(folder)
    files = sorted(folder.iterdir())
    recordings = [path for path in files if path.suffix.lower() in RECORDING_EXTENSIONS]
    found = {path: find_transcript(path, files) for path in recordings}
    return {
        path: " ".join(cue.text for cue in read_transcript(transcript).cues)
        for path, transcript in found.items()
        if transcript
    }


def _utterances(folder: Path) -> dict[Path, str]:
    """One recording a speaker, `audio/SPEAKER.opus`, with a table of what is said in it."""
    said: Mapping[str, list[str]] = defaultdict(list)
    with (folder / "utterances.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            said[row["speaker"]].append(row["text"])
    return {folder / "audio" / f"{who}.opus": " ".join(texts) for who, texts in said.items()}


# What Whisper's normaliser leaves in two spellings, and in none of its fillers.
_SPELLINGS = {"ok": "okay", "cuz": "because", "gonna": "going to", "wanna": "want to"}
_FILLERS = re.compile(r"\b(uhm|mhm|erm|uh-huh|mm-hmm|hm+)\b", re.IGNORECASE)


@cache
def _normaliser() -> Callable[[str], str]:
    """Whisper's own (Radford et al. 2022, appendix C), without its list of British spellings."""
    from transformers.models.whisper.english_normalizer import EnglishTextNormalizer

    normalise = EnglishTextNormalizer(_SPELLINGS)
    return lambda text: normalise(_FILLERS.sub(" ", text)).replace("alright", "all right")


def word_errors(said: str, heard: str) -> tuple[int, int]:
    """Return the words to substitute, delete or insert, and the words that were said.

    Neither case, punctuation, fillers, short forms nor how numbers are written count.
    """
    words = _normaliser()(said).split()
    return Levenshtein.distance(words, _normaliser()(heard).split()), len(words)
