"""Do questions in other languages find English documents? Beside the English text encoder.

    HILBERT_DATA=... python -m benchmarks.cross_language --work DIR

Indexes the transcripts of `changelog-speech`, without recordings, once with each embedded text
encoder (a stopped run goes on where it was), and asks twenty of its questions in English and as
translated by hand (`translated_queries.jsonl`), and all of them in English.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections import defaultdict
from pathlib import Path
from statistics import mean

from benchmarks.common.exit_status import exit_status
from benchmarks.long_documents import answer
from indexer.adapt.eval_queries import EvalQuery, read_eval_queries
from indexer.encoders import DEFAULT_TEXT, MULTILINGUAL_TEXT
from indexer.library import Library
from tools.speech_corpus.errors import SpeechError

_CHANNELS = ("auto", "text")
_TRANSLATED = Path(__file__).with_name("translated_queries.jsonl")


def main() -> None:
    """Index what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="where the two libraries are made")
    options = parser.parse_args()
    sys.exit(exit_status(lambda: _measure(options.work)))


def questions(data: Path) -> dict[str, list[EvalQuery]]:
    """Return all English questions, and the translated ones by language."""
    found = {"en, all": list(read_eval_queries(data / "queries.jsonl"))}
    languages = [json.loads(line)["language"] for line in _TRANSLATED.open(encoding="utf-8")]
    by_language = defaultdict(list)
    for language, query in zip(languages, read_eval_queries(_TRANSLATED), strict=True):
        by_language[language].append(query)
    return found | by_language


def _measure(work: Path) -> None:
    data = Path(os.environ.get("HILBERT_DATA", "")) / "changelog-speech"
    transcripts = sorted(data.glob("*.vtt"))
    if not transcripts:
        raise SpeechError("set HILBERT_DATA to the folder that holds changelog-speech")
    asked = questions(data)
    alone = work / "transcripts"  # where no recordings lie beside them
    alone.mkdir(parents=True, exist_ok=True)
    for transcript in transcripts:
        shutil.copy(transcript, alone)
    names = " | ".join(f"{name} ({len(queries)})" for name, queries in asked.items())
    print(f"| documents by MRR@10, {len(transcripts)} documents | {names} |")
    print("| --- |", "| ".join(["--- "] * len(asked)) + "|")
    for encoder in (DEFAULT_TEXT, MULTILINGUAL_TEXT):
        name = encoder.removeprefix("bundled:")
        with Library.open(work / name, create=True, text_encoder=encoder) as library:
            library.add(alone)
            searcher = library.searcher()
            for channel in _CHANNELS:
                scores = [
                    mean(found["mrr@10"] for found in answer(searcher, queries, channel)[0])
                    for queries in asked.values()
                ]
                print(f"| {name}, {channel} |", " | ".join(f"{s:.3f}" for s in scores), "|")


if __name__ == "__main__":
    main()
