"""Train the model in `assets/model` on the machine speech of `changelog-speech`.

    hilbert index $HILBERT_DATA/changelog-speech --library changelog-library
    python benchmarks/train_model.py --library changelog-library --out assets/model

Documents that a line of `queries.jsonl` names are left out, so that those queries stay a fair
measure. A training that was stopped goes on when called again.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

from hilbert.checkpoint import load_model, save_model
from hilbert.config import HilbertConfig, TrainingConfig
from hilbert.features import Features
from hilbert.held_out import held_out_scores
from hilbert.training import EpochReport, train
from indexer.library import Library

_ABOUT = """Machine speech: {chosen} of the 280 `changelog-speech` documents (excerpts of Changelog
podcast transcripts, CC BY-SA 4.0, about 110 s each, read by one synthetic voice), {hours:.1f}
hours. The 130 documents that its `queries.jsonl` names were left out entirely. Encoders: embedded
Whisper tiny.en (tokens at 2 per second) and all-MiniLM-L6-v2, both frozen."""
_MORE = """
## Of this model

- One synthetic voice and a few hours: the audio vectors of real speech, other voices, noise and
  other languages are hardly aligned with their words.
- A library with other encoders starts untrained.
- Weights are stored in half precision; so rounded they score {rounded}.
- Made by `benchmarks/train_model.py`.
"""


def main() -> None:
    """Train, round the weights to half precision, score again, save with the card."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=TrainingConfig().epochs)
    options = parser.parse_args()
    queries = Path(os.environ.get("HILBERT_DATA", "")) / "changelog-speech" / "queries.jsonl"
    if not queries.is_file():
        sys.exit("set HILBERT_DATA to the folder that holds changelog-speech")
    named = {json.loads(line)["document"] for line in queries.read_text().splitlines()}
    library = Library.open(options.library)
    chosen = [d for d in library.catalog.documents() if d.name not in named]
    documents: dict[str, Features] = {d.id: library.store.read(d.features) for d in chosen}
    encoders = library.encoders.settings
    config = HilbertConfig(
        speech_encoder=encoders.speech_fingerprint, text_encoder=encoders.text_fingerprint
    )
    work = options.out.with_name(options.out.name + "-training")
    hours = sum(d.seconds for d in chosen) / 3600
    about = _ABOUT.format(chosen=len(chosen), hours=hours)
    settings = TrainingConfig(epochs=options.epochs)
    result = train(documents, settings, config, work, _report, about=about)
    judge = [documents[i] for i in result.split.judge]
    rounded = _save_rounded(result.folder, options.out, judge)
    told = ", ".join(f"{name} {value:.3f}" for name, value in rounded.items())
    card = (result.folder / "README.md").read_text() + _MORE.format(rounded=told)
    (options.out / "README.md").write_text(card)
    shutil.rmtree(work)


def _report(report: EpochReport) -> None:
    scores = "  ".join(f"{name} {value:.3f}" for name, value in report.scores.items())
    left = report.seconds * (report.epochs - report.epoch)
    print(f"epoch {report.epoch:2d}  {scores}  about {left:.0f} s left", flush=True)


def _save_rounded(trained: Path, out: Path, judge: list[Features]) -> dict[str, float]:
    """Save the weights in half precision; return what they score as they are read back."""
    save_model(load_model(trained).half(), out, "")
    return held_out_scores(load_model(out), judge).as_dict()


if __name__ == "__main__":
    main()
