"""Train the model in `assets/model` on made speech, and measure it on documents it never saw.

    python benchmarks/make_speech.py --out made-speech --hours 32
    hilbert index made-speech --library made-library
    hilbert index $HILBERT_DATA/changelog-speech --library changelog-library
    python benchmarks/train_model.py --library made-library --clean changelog-library \
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
from pathlib import Path
from typing import Any

from speech.corpus import Corpus, episode_of, hours_of, read_corpus
from speech.errors import SpeechError
from speech.plots import draw_curve
from speech.runs import CANDIDATES, Bench, Recipe, first_segments, measure, train_recipe
from speech.typed import TypedQueries, queries_file, read_queries

from hilbert.checkpoint import load_model, save_model, write_text
from hilbert.errors import HilbertError
from hilbert.held_out import Seen, held_out_scores
from hilbert.model import Hilbert
from hilbert.training import EpochReport
from indexer.catalog import Document
from indexer.library import SEEN_FILE, Library

EPOCHS = 24
RECIPE: dict[str, Any] = {"lr": 1e-3, "crop_share": 0.7, "patience": EPOCHS}

_ABOUT = """Real transcripts read by machines: {learned} excerpts of about two minutes, {hours:.1f}
hours, from {episodes} episodes of {shows} podcasts (`changelog-text`, CC BY-SA 4.0), read by
espeak-ng, flite and hibari-tts in many voices, clean, in rooms, over telephones, in babble
and in noise (`benchmarks/make_speech.py`, seed 0).{real} Test and validation documents
are of other episodes, and nothing is of `changelog-speech`. Features: embedded Whisper tiny.en
(tokens at 2 per second) and all-MiniLM-L6-v2, both frozen."""
_REAL = """ Beside them {hours:.1f} hours of real speech:
speechocean762 (free for any use) and a few readings in the public domain."""
_LIMITS = """
- English, and nearly all of it machine speech. Real speakers it knows from two hours of short read
  sentences: how well audio finds words in real conversations must be measured on them.
- Noise was 5 to 20 dB below the speech it learned from. In louder noise its audio vectors fail
  before the recogniser does.
- Libraries made with other encoders start untrained.
"""


def main() -> int:
    """Train, round the weights to half precision, measure, save with the card."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=Path, required=True, help="of made speech")
    parser.add_argument("--clean", type=Path, required=True, help="library of changelog-speech")
    parser.add_argument("--noisy", type=Path, help="library of its noisy copies")
    parser.add_argument("--out", type=Path, help="folder for the model")
    parser.add_argument("--hours", type=float, help="learn from the first so many hours only")
    parser.add_argument("--curve", type=Path, help="note the measures here, and draw all")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    options = parser.parse_args()
    if not (options.out or options.curve):
        parser.error("name a folder for the model with --out, or one for measures with --curve")
    try:
        run(options)
    except (SpeechError, HilbertError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on", file=sys.stderr)
        return 130
    return 0


def run(options: argparse.Namespace) -> None:
    """Train one model and say what it is worth."""
    library = Library.open(options.library)
    corpus = read_corpus(library)
    learn = corpus.first_hours(options.hours or float("inf"))
    real = [] if options.hours else corpus.real
    typed = _typed(options)
    bench = Bench.prepare(library, [*learn, *real], corpus.validation, corpus.test, typed)
    recipe = Recipe({}, {**RECIPE, "epochs": options.epochs})
    name = f"hours-{options.hours or 'all'}"
    work = options.out.with_name(f"{options.out.name}-training") if options.out else None
    trained = train_recipe(
        bench, recipe, work or options.curve / name, _report, _about(corpus, learn, real)
    )
    out = options.out or options.curve / f"{name}-model"
    save_model(trained.model.half(), out, "")
    model = load_model(out)  # as it is read back, in half precision
    found = measured(bench, model, typed["clean"])
    found["hours"] = round(hours_of(learn), 2)
    if options.curve:
        options.curve.mkdir(parents=True, exist_ok=True)
        write_text(options.curve / f"{name}.json", json.dumps(found, indent=1) + "\n")
        _draw(options.curve)
    if work:
        card = (work / "README.md").read_text(encoding="utf-8")
        write_text(out / "README.md", card + _more(found))
        seen = Seen(frozenset(trained.split.learn), frozenset(trained.split.validation))
        told = {"learned": sorted(seen.learned), "validated": sorted(seen.validated)}
        write_text(out / SEEN_FILE, json.dumps(told, indent=1) + "\n")
        shutil.rmtree(work)
    print(json.dumps(found, indent=1))


def measured(bench: Bench, model: Hilbert, clean: TypedQueries) -> dict[str, Any]:
    """Measures on test documents, and of audio on as many segments of `changelog-speech`."""
    found = measure(bench, model)
    chosen = first_segments(clean.documents, CANDIDATES)
    scores = held_out_scores(model, chosen)
    found["changelog-speech"] = {
        "audio->text recall@1": round(float(scores.audio_recall.mean()), 4),
        "candidates": len(scores.audio_recall),
    }
    return found


def _typed(options: argparse.Namespace) -> dict[str, TypedQueries]:
    folders = {"clean": options.clean, "noisy": options.noisy}
    return {
        name: read_queries(Library.open(folder), queries_file())
        for name, folder in folders.items()
        if folder
    }


def _about(corpus: Corpus, learn: list[Document], real: list[Document]) -> str:
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
    changelog = found["changelog-speech"]
    lines.append(
        f"| audio -> own text, `changelog-speech` (one machine voice), {changelog['candidates']} "
        f"segments, R@1 | {changelog['audio->text recall@1']:.3f} |"
    )
    for direction, values in found["directions"].items():
        lines.append(
            f"| {direction}, {values['candidates']} of unseen made episodes, R@1 "
            f"| {values['recall@1']:.3f} |"
        )
    for name, channels in found["typed"].items():
        told = ", ".join(f"{channel} {value:.3f}" for channel, value in channels.items())
        lines.append(f"| typed queries, `changelog-speech`, {name} transcripts, MRR@10 | {told} |")
    return "\n".join([*lines, _LIMITS, "Made by `benchmarks/train_model.py`.", ""])


def _draw(folder: Path) -> None:
    points = [json.loads(path.read_text()) for path in folder.glob("hours-*.json")]
    points.sort(key=lambda point: point["hours"])
    made = [point["directions"]["segment/audio->text"]["recall@1"] for point in points]
    changelog = [point["changelog-speech"]["audio->text recall@1"] for point in points]
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
