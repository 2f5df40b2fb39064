"""Fit and judge the cut-off: how often a search says that nothing answers, rightly and wrongly.

    HILBERT_DATA=... python -m benchmarks.cut_off --work DIR

Makes libraries of transcripts in DIR (a stopped run goes on where it was), fits the weights of
`indexer/search/cut_off.py` and prints them, then judges those that stand in that file by questions
that fitting never saw, and draws `benchmarks/cut_off.svg`. Fitted on:

- answerable: the questions of `known_items.jsonl`, and two about one document as one, asked of the
  excerpts they were written about, and of 28 and of 10 of these;
- unanswerable: the same, asked of such libraries without their episodes;
- unanswerable: `unrelated_questions.txt`, asked of all of these;
- clips: passages of the excerpts and of the unrelated questions, spoken by espeak-ng, every other
  one in the babble of six.

The regression is logistic. Each set of questions counts by the root of its size. The intercept is
set so that 3 % of the answerable fall below one half, judged on episodes left out of fitting.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.common.cut_off_clips import cut_clips, passages_of, spoken_clips
from benchmarks.common.cut_off_libraries import MIDDLES, SMALLS, Libraries, folds_of, groups_of
from benchmarks.common.exit_status import exit_status
from benchmarks.common.plots import draw_cut_off
from indexer.adapt.eval_queries import EvalQuery, read_eval_queries
from indexer.search.cut_off import Calibration, evidence
from indexer.search.fusion import AUTO, part_weights
from indexer.search.query import CLIP, TYPED, Query
from indexer.search.results import LEAST_CONFIDENCE
from indexer.search.searcher import Searcher
from tools.speech_corpus.corpus import episode_of
from tools.speech_corpus.errors import SpeechError

HERE = Path(__file__).parent
REFUSED_SHARE = 0.03
_UNANSWERED_EACH = 50
_FOLDS = 8
# What is fitted on: of clips, which are few, the other measures would be fitted to chance.
_MEASURES = {TYPED: (0, 1, 2, 3, 4), CLIP: (0, 1)}
_TRAINING_CLIPS, _UNRELATED_CLIPS, _CUTS_EACH, _RESPOKEN = 24, 12, 3, 20


@dataclass(frozen=True)
class Example:
    """What a search measured for one question, and whether the library answers it.

    Attributes:
        set: Name of the set of questions.
        kind: Of the query.
        group: Examples of one group are fitted on, or judged with, together.
        answerable: Whether the library answers.
        evidence: `[5]`.
    """

    set: str
    kind: str
    group: int
    answerable: bool
    evidence: NDArray[np.float64]


class Asker:
    """Questions encoded once, with the models of one library, and asked of any."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher
        self._queries: dict[str | Path, Query] = {}

    def query(self, asked: str | Path) -> Query:
        """Encode typed words, or a clip."""
        if asked not in self._queries:
            clip = asked if isinstance(asked, Path) else None
            text = asked if isinstance(asked, str) else None
            self._queries[asked] = self._searcher.embed(text, clip=clip)
        return self._queries[asked]

    def measure(
        self, name: str, searcher: Searcher, asked: Iterable[tuple[str | Path, str]], answers: bool
    ) -> list[Example]:
        """Measure questions, each with the episode that it is about."""
        found = []
        for text, episode in asked:
            (part,) = self.query(text).parts
            weights = part_weights(part, AUTO, searcher.weights)
            everything = np.ones(len(searcher.table), bool)
            compared = searcher.scorer.compare(part, weights)
            scores = searcher.scorer.part(part, weights, everything)
            rows = np.arange(len(everything))
            seen = evidence(part, compared, scores, rows, everything)
            if seen is not None:
                group = crc32(episode.encode()) % _FOLDS
                found.append(Example(name, part.kind, group, answers, np.array(astuple(seen))))
        return found

    def confidences(self, searcher: Searcher, asked: Iterable[str | Path]) -> list[float]:
        """Search; return the confidence of each answer."""
        answers = (searcher.answer(self.query(text), 1, grouped=False) for text in asked)
        return [1.0 if a.confidence is None else a.confidence for a in answers]


def main() -> None:
    """Fit, judge, draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True, help="libraries and clips go here")
    parser.add_argument("--only", choices=("fit", "judge"), help="one of the two")
    options = parser.parse_args()
    sys.exit(exit_status(lambda: _run(options.work, options.only)))


def _run(work: Path, only: str | None) -> None:
    data = Path(os.environ.get("HILBERT_DATA", ""))
    if not (data / "changelog-text").is_dir():
        raise SpeechError("set HILBERT_DATA to the folder that holds changelog-text")
    written = read_eval_queries(HERE / "known_items.jsonl")
    libraries = Libraries(work, data, {query.document for query in written})
    asker = Asker(libraries.known())
    if only != "judge":
        for kind, calibration in fit(training_examples(libraries, asker, written)).items():
            numbers = ", ".join(f"{value:.2f}" for value in astuple(calibration))
            print(f"{kind}: Calibration({numbers})")
    if only != "fit":
        judge(libraries, asker)


def training_examples(
    libraries: Libraries, asker: Asker, written: Sequence[EvalQuery]
) -> list[Example]:
    """Ask everything that is fitted on."""
    known, rng = libraries.known(), random.Random(0)
    unrelated = [
        (line, str(number))
        for number, line in enumerate(
            (HERE / "unrelated_questions.txt").read_text(encoding="utf-8").splitlines()
        )
    ]
    asked = [*_typed(written), *_pairs(written)]
    folds = folds_of(written)
    excerpts = libraries.excerpts
    names = set(excerpts)
    about = [name for name in excerpts if episode_of(name) in folds]
    texts = [" ".join(s.text for s in excerpts[name].sentences) for name in about]
    passages = passages_of(texts, _TRAINING_CLIPS, 3)
    spoken = spoken_clips(libraries.work / "clips", [text for _, text in passages], "known")
    clips = [(path, about[place]) for path, (place, _) in zip(spoken, passages, strict=True)]
    mixed = [" . ".join(u for u, _ in unrelated[i::20]) for i in range(20)]
    others = passages_of(mixed, _UNRELATED_CLIPS, 3)
    foreign = [
        (path, str(place))
        for path, (place, _) in zip(
            spoken_clips(libraries.work / "clips", [text for _, text in others], "unrelated"),
            others,
            strict=True,
        )
    ]
    found: list[Example] = []

    def ask(name: str, searcher: Searcher, there: set[str], absent: set[str]) -> None:
        """Ask what a library answers, what it cannot answer, and what is about nothing in it."""
        for mine, theirs, most in ((asked, unrelated, _UNANSWERED_EACH), (clips, foreign, 20)):
            kind = f"{name}, {'typed' if mine is asked else 'clips'}"
            yes = [(q, episode_of(d)) for q, d in mine if d in there]
            no = [(q, episode_of(d)) for q, d in mine if episode_of(d) in absent]
            no = no if name == "known" else rng.sample(no, min(most, len(no)))
            found.extend(asker.measure(kind, searcher, yes, True))
            found.extend(asker.measure(f"{kind}, removed", searcher, no, False))
            found.extend(asker.measure(f"{kind}, unrelated", searcher, theirs, False))

    ask("known", known, names, set())
    for fold in range(max(folds.values()) + 1):
        out = {episode for episode, number in folds.items() if number == fold}
        part = libraries.part(f"known-{fold}", known, _episodes_but(out))
        for mine, kind in ((asked, "typed"), (clips, "clips")):
            removed = [(q, episode_of(d)) for q, d in mine if episode_of(d) in out]
            found.extend(asker.measure(f"known, {kind}, removed", part, removed, False))
    for name, (count, size) in {"mid": MIDDLES, "ten": SMALLS}.items():
        for number, group in enumerate(groups_of(written, count, size)):
            kept = set(group)
            part = libraries.part(f"{name}-{number}", known, kept.__contains__)
            ask(name, part, kept, set(folds) - {episode_of(n) for n in kept})
    return found


def _episodes_but(left_out: Collection[str]) -> Callable[[str], bool]:
    return lambda name: episode_of(name) not in left_out


def _all_but(left_out: Collection[str]) -> Callable[[str], bool]:
    return lambda name: name not in left_out


def _typed(written: Sequence[EvalQuery]) -> list[tuple[str | Path, str]]:
    return [(query.text or "", query.document) for query in written]


def _pairs(written: Sequence[EvalQuery]) -> list[tuple[str | Path, str]]:
    """Return long questions: the first two about each document."""
    about: dict[str, list[str]] = {}
    for query in written:
        about.setdefault(query.document, []).append(query.text or "")
    return [(", ".join(texts[:2]), name) for name, texts in about.items() if len(texts) > 1]


def fit(examples: Sequence[Example]) -> dict[str, Calibration]:
    """Fit the weights of each kind of query."""
    return {
        kind: _fit([example for example in examples if example.kind == kind], measures)
        for kind, measures in _MEASURES.items()
    }


def _fit(examples: Sequence[Example], measures: Sequence[int]) -> Calibration:
    x = np.stack([example.evidence[list(measures)] for example in examples])
    y = np.array([example.answerable for example in examples])
    group = np.array([example.group for example in examples])
    sizes = {example.set: 0 for example in examples}
    for example in examples:
        sizes[example.set] += 1
    weight = np.array([sizes[example.set] ** -0.5 for example in examples])
    for side in (y, ~y):
        weight[side] *= len(y) / weight[side].sum()
    mean, std = x.mean(0), x.std(0)
    scaled = (x - mean) / std
    held_out = np.zeros(len(y))
    for number in range(_FOLDS):
        rest = group != number
        model = LogisticRegression().fit(scaled[rest], y[rest], sample_weight=weight[rest])
        if (~rest).any():
            held_out[~rest] = model.decision_function(scaled[~rest])
    threshold = _weighted_quantile(held_out[y], weight[y], REFUSED_SHARE)
    for name in sizes:
        mine = np.array([example.set == name for example in examples])
        print(f"  {name}: {mine.sum()}, refused {(held_out[mine] < threshold).mean():.3f}")
    model = LogisticRegression().fit(scaled, y, sample_weight=weight)
    weights = np.zeros(len(examples[0].evidence))
    weights[list(measures)] = model.coef_[0] / std
    intercept = float(model.intercept_[0] - (model.coef_[0] * mean / std).sum() - threshold)
    return Calibration(*map(float, (*weights, intercept)))


def _weighted_quantile(
    values: NDArray[np.float64], weights: NDArray[np.float64], q: float
) -> float:
    order = np.argsort(values)
    below = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][np.searchsorted(below, q)])


def judge(libraries: Libraries, asker: Asker) -> None:
    """Judge by questions about other recordings; print the table and draw the plot."""
    data = libraries.data
    speech, real = data / "changelog-speech", [data / "osce", data / "lj"]
    changelog = libraries.whole("changelog-speech", lambda: sorted(speech.glob("*.vtt")))
    osce_lj = libraries.whole(
        "osce-lj", lambda: [p for f in real for p in sorted(f.glob("*.txt")) if p.stem != "LICENSE"]
    )
    changelog_questions = read_eval_queries(speech / "queries.jsonl")
    osce_lj_questions = [q for f in real for q in read_eval_queries(f / "queries.jsonl")]
    answerable = {
        "changelog-speech": asker.confidences(changelog, _texts(changelog_questions)),
        "osce, lj": asker.confidences(osce_lj, _texts(osce_lj_questions)),
    }
    unanswerable = {
        "osce, lj asked of changelog-speech": asker.confidences(
            changelog, _texts(osce_lj_questions)
        ),
        "changelog-speech asked of osce, lj": asker.confidences(
            osce_lj, _texts(changelog_questions)
        ),
        "changelog-speech, its document removed": _without(
            libraries, asker, changelog, "changelog-speech", changelog_questions, 10
        ),
        "osce, lj, its document removed": _without(
            libraries, asker, osce_lj, "osce-lj", osce_lj_questions, 6
        ),
    }
    texts = [
        " ".join(s.text for s in changelog.snapshot.lexical.segments_of(d.id))
        for d in changelog.table.documents
    ]
    passages = [text for _, text in passages_of(texts, _RESPOKEN, 0)]
    clips = libraries.work / "clips"
    recordings = [p for f in real for e in ("*.mp3", "*.opus") for p in sorted(f.glob(e))]
    respoken = spoken_clips(clips, passages, "changelog")
    cuts = cut_clips(clips, recordings, _CUTS_EACH)
    answerable["changelog-speech, clips"] = asker.confidences(changelog, respoken)
    unanswerable["clips of osce, lj asked of changelog-speech"] = asker.confidences(changelog, cuts)
    _print(answerable, unanswerable)
    draw_cut_off(answerable, unanswerable, LEAST_CONFIDENCE, HERE / "cut_off.svg")


def _texts(queries: Sequence[EvalQuery]) -> list[str]:
    return [query.text or "" for query in queries]


def _without(
    libraries: Libraries,
    asker: Asker,
    whole: Searcher,
    name: str,
    queries: Sequence[EvalQuery],
    folds: int,
) -> list[float]:
    """Ask each question of the library without its document, and some others."""
    order = sorted({query.document for query in queries})
    found = []
    for number in range(folds):
        out = set(order[number::folds])
        part = libraries.part(f"{name}-{number}", whole, _all_but(out))
        found += asker.confidences(part, _texts([q for q in queries if q.document in out]))
    return found


def _print(
    answerable: Mapping[str, Sequence[float]], unanswerable: Mapping[str, Sequence[float]]
) -> None:
    print("| questions | number | said that nothing answers |\n| --- | --- | --- |")
    for name, found in {**answerable, **unanswerable}.items():
        refused = np.mean(np.array(found) < LEAST_CONFIDENCE)
        print(f"| {name} | {len(found)} | {refused:.3f} |")
    yes, no = np.concatenate([*answerable.values()]), np.concatenate([*unanswerable.values()])
    refused, rightly = (yes < LEAST_CONFIDENCE).sum(), (no < LEAST_CONFIDENCE).sum()
    print(
        f"\nall: {refused / len(yes):.3f} of the answerable refused; of the unanswerable "
        f"{rightly / len(no):.3f} (recall), precision {rightly / max(1, rightly + refused):.3f}"
    )


if __name__ == "__main__":
    main()
