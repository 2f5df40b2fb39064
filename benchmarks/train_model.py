"""Train the model in `assets/model` on made speech, and measure it on documents it never saw.

    python -m tools.speech_corpus --out made-speech --hours 32
    python -m tools.speech_corpus --out harsh-speech --hours 17 --seed 1 --mix harsh
    hilbert index made-speech harsh-speech --library made-library
    hilbert index $HILBERT_DATA/changelog-speech --library changelog-library
    python -m benchmarks.train_model --library made-library --clean changelog-library \
        --out assets/model

Learns from all episodes of the made speech but the test and validation ones, and from the real
speech beside it; nothing of `changelog-speech`. With `--hours 3 --curve FOLDER` it learns from the
first three hours only, with the same settings, and `FOLDER/curve.svg` shows how recall grows; the
real speech is left out there. A training that was stopped goes on when called again.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.common.exit_status import exit_status
from benchmarks.common.plots import draw_curve
from benchmarks.common.runs import CANDIDATES, Bench, Recipe, first_segments, measure, train_recipe
from benchmarks.common.typed_queries import read_all
from hilbert.model.checkpoint import load_model, save_model, write_text
from hilbert.model.features import Features
from hilbert.model.fusion import Hilbert
from hilbert.training.crossmodal_retrieval import four_directions
from hilbert.training.splits import TrainingHistory
from hilbert.training.trainer import EpochReport
from indexer.adapt.train_fusion import remember
from indexer.index.library_store import LibraryStore
from indexer.store.catalog import Document
from tools.speech_corpus.corpus import episode_of, hours_of, read_corpus

EPOCHS = 24
RECIPE: dict[str, Any] = {
    "lr": 1e-3,
    "crop_share": 0.7,
    "garbled_text": 0.3,
    "patience": EPOCHS,
}

_ABOUT = """Real transcripts read by machines: {learned} excerpts of about two minutes, {hours:.1f}
hours, from {episodes} episodes of {shows} podcasts (`changelog-text`, CC BY-SA 4.0), read by
espeak-ng, flite and hibari-tts in many voices, clean, in rooms, over telephones, in babble
and in noise (`tools/speech_corpus`, seed 0: 32 hours of the usual mix; seed 1: 17 hours
of the harsh one, down to -5 dB).{real} Test and validation documents are of other
episodes, and nothing is of `changelog-speech`. Features: embedded Whisper tiny.en
(tokens at 2 per second) and all-MiniLM-L6-v2, both frozen."""
_REAL = """ Beside them {hours:.1f} hours of real speech:
speechocean762 (free for any use) and a few readings in the public domain."""
_LIMITS = """
- English, and nearly all of it machine speech. Real speakers it knows from two hours of short read
  sentences: how well audio finds words in real conversations must be measured on them.
- In noise as loud as the speech its audio vectors find little, though it learned in such noise.
- Libraries made with other encoders start untrained.
"""


def main() -> int:
    """Train, round the weights to half precision, measure, save with the card."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=Path, required=True, help="of made speech")
    parser.add_argument("--clean", type=Path, required=True, help="library of changelog-speech")
    parser.add_argument("--noisy", type=Path, help="library of its noisy copies")
    parser.add_argument("--real", type=Path, help="library of osce and lj")
    parser.add_argument("--out", type=Path, help="folder for the model")
    parser.add_argument("--hours", type=float, help="learn from the first so many hours only")
    parser.add_argument("--curve", type=Path, help="note the measures here, and draw all")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    options = parser.parse_args()
    if not (options.out or options.curve):
        parser.error("name a folder for the model with --out, or one for measures with --curve")
    return exit_status(lambda: run(options))


def run(options: argparse.Namespace) -> None:
    """Train one model and say what it is worth."""
    library = LibraryStore.open(options.library)
    corpus = read_corpus(library)
    learn = corpus.first_hours(options.hours or float("inf"))
    real = [] if options.hours else corpus.real
    typed = read_all(options.clean, options.noisy)
    bench = Bench.prepare(library, [*learn, *real], corpus.validation, corpus.test, typed)
    recipe = Recipe({}, {**RECIPE, "epochs": options.epochs})
    name = f"hours-{options.hours or 'all'}"
    work = options.out.with_name(f"{options.out.name}-training") if options.out else None
    trained = train_recipe(
        bench, recipe, work or options.curve / name, _report, _about(learn, real)
    )
    out = options.out or options.curve / f"{name}-model"
    save_model(trained.model.half(), out, "")
    model = load_model(out)  # as it is read back, in half precision
    found = measure(bench, model)
    found["audio->text"] = {
        "`changelog-speech` (one machine voice)": audio_to_text(model, typed["clean"].documents)
    }
    if options.real:
        real_library = LibraryStore.open(options.real)
        features = [
            real_library.features.read(d.features) for d in real_library.catalog.documents()
        ]
        found["audio->text"]["real recordings (`osce`, `lj`)"] = audio_to_text(model, features)
    found["hours"] = round(hours_of(learn), 2)
    if options.curve:
        options.curve.mkdir(parents=True, exist_ok=True)
        write_text(options.curve / f"{name}.json", json.dumps(found, indent=1) + "\n")
        _draw(options.curve)
    if work:
        card = (work / "README.md").read_text(encoding="utf-8")
        write_text(out / "README.md", card + _more(found))
        remember(out, trained.split, TrainingHistory())
        shutil.rmtree(work)
    print(json.dumps(found, indent=1))


def audio_to_text(model: Hilbert, documents: Sequence[Features]) -> dict[str, float]:
    """How often the sound of a segment finds its own words, among as many as there are to 800."""
    found = four_directions(model, first_segments(documents, CANDIDATES))
    one = next(f for f in found if (f.level, f.query, f.target) == ("segment", "audio", "text"))
    return {
        "recall@1": round(one.recall_at_1, 4),
        "recall@10": round(one.recall_at_10, 4),
        "candidates": one.candidates,
    }


def _about(learn: list[Document], real: list[Document]) -> str:
    episodes = {episode_of(document.name) for document in learn}
    return _ABOUT.format(
        learned=len(learn),
        hours=hours_of(learn),
        episodes=len(episodes),
        shows=len({document.label for document in learn}),
        real=_REAL.format(hours=hours_of(real)) if real else "",
    )


def _more(found: dict[str, Any]) -> str:
    lines = [
        "",
        "## Of this model",
        "",
        "Weights are stored in half precision; measured as they are read back:",
        "",
        "| measure | value |",
        "| --- | --- |",
    ]
    for source, values in found["audio->text"].items():
        lines.append(
            f"| audio -> own text, {source}, {values['candidates']} segments, R@1 (R@10) "
            f"| {values['recall@1']:.3f} ({values['recall@10']:.3f}) |"
        )
    for direction, values in found["directions"].items():
        lines.append(
            f"| {direction}, {values['candidates']} of unseen made episodes, R@1 "
            f"| {values['recall@1']:.3f} |"
        )
    for name, channels in found["typed"].items():
        scores = ", ".join(f"{channel} {value:.3f}" for channel, value in channels.items())
        lines.append(
            f"| typed queries, `changelog-speech`, {name} transcripts, MRR@10 | {scores} |"
        )
    return "\n".join([*lines, _LIMITS, "Made by `benchmarks/train_model.py`.", ""])


def _draw(folder: Path) -> None:
    points = [json.loads(path.read_text()) for path in folder.glob("hours-*.json")]
    points.sort(key=lambda point: point["hours"])
    made = [point["directions"]["segment/audio->text"]["recall@1"] for point in points]
    changelog = [next(iter(point["audio->text"].values()))["recall@1"] for point in points]
    draw_curve(
        [point["hours"] for point in points],
        {"made speech, unseen episodes": made, "changelog-speech": changelog},
        folder / "curve.svg",
    )


def _report(report: EpochReport) -> None:
    scores = "  ".join(f"{name} {value:.3f}" for name, value in report.scores.items())
    left = report.seconds * (report.epochs - report.epoch)
    print(f"epoch {report.epoch:2d}  {scores}  about {left:.0f} s left", flush=True)


if __name__ == "__main__":
    sys.exit(main())
