"""The documents kept from training, and the score on them that picks and judges weights."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hilbert.model.embed import embed_documents, embed_segments, embed_text
from hilbert.model.features import Features
from hilbert.retrieval_metrics import matched_ranks, mrr_at_k
from hilbert.stats import draw_groups, redrawn_means

if TYPE_CHECKING:
    from hilbert.model.fusion import Hilbert  # torch, which splitting does not need

# With fewer, held-out scores of a handful of documents say nothing.
FEWEST_DOCUMENTS = 20
# Sentences of each held-out document that serve as typed queries.
HELD_OUT_QUERIES = 8
# Held out of a library of 18 documents or more, whatever the share; a third and a sixth below.
_FEWEST_JUDGES = 6
_FEWEST_VALIDATING = 3

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """Document ids by what they are for, each list sorted.

    Attributes:
        train: The loss is computed on these.
        validation: Held out; these choose the epoch whose weights are kept.
        test: Held out; nothing is chosen by these, so that their score may be believed.
    """

    train: list[str]
    validation: list[str]
    test: list[str]


@dataclass(frozen=True)
class TrainingHistory:
    """Documents that took part in the trainings of a model.

    Attributes:
        learned: It learned from these: they may choose and judge nothing of its successors.
        validated: These chose its weights: they may judge nothing of its successors.
    """

    learned: frozenset[str] = frozenset()
    validated: frozenset[str] = frozenset()


def held_out_ids(ids: Iterable[str], share: float) -> tuple[list[str], list[str]]:
    """Return the documents that judge and those that validate, by a hash of their id.

    The lowest hashes judge, the next validate, the rest is learned from. So other documents
    that come can move one from judging to validating or to learning, but (from 18 documents
    up) never back: what a model learned from does not come to judge its successors, unless
    documents are removed. A small library holds out more than the share, else one or two
    would judge.

    Args:
        ids: Ids of documents that have segments.
        share: Share of all ids, above 0 and below 1; two thirds of it judge.

    Returns:
        The judging and the validating ids, each sorted.
    """
    place = {key: int(hashlib.sha256(key.encode()).hexdigest()[:12], 16) / 16**12 for key in ids}
    ordered = sorted(place, key=lambda key: (place[key], key))
    below = np.searchsorted([place[key] for key in ordered], [share * 2 / 3, share])
    judges = max(int(below[0]), min(_FEWEST_JUDGES, len(ordered) // 3))
    held_out = max(int(below[1]), judges + min(_FEWEST_VALIDATING, len(ordered) // 6))
    return sorted(ordered[:judges]), sorted(ordered[judges:held_out])


def split_documents(
    documents: Mapping[str, Features], held_out_share: float, seen: TrainingHistory | None = None
) -> Split:
    """Split documents into those to learn from, to choose weights by, and to judge them by.

    Args:
        documents: Features by id.
        held_out_share: See `held_out_ids`.
        seen: By the model that is gone on from or compared with; what it learned from is
            learned from again instead of held out.

    Raises:
        ValueError: Fewer than 7 documents that have segments, or too few on one of the sides.
    """
    seen = seen or TrainingHistory()
    ids = [key for key, features in documents.items() if features.n_segments]
    judges, validating = held_out_ids(ids, held_out_share)
    validating = sorted({*validating, *(set(judges) & seen.validated)} - seen.learned)
    judges = sorted(set(judges) - seen.learned - seen.validated)
    learn = sorted(set(ids) - {*judges, *validating})
    if len(learn) < 4 or not judges or not validating:
        raise ValueError(
            f"training needs at least 7 documents with segments (4 to contrast, 3 held out), got "
            f"{len(ids)}: {len(learn)} to learn from, {len(validating)} to choose the weights by, "
            f"{len(judges)} to judge them by; cut long recordings into several documents, or "
            "change held_out_share"
        )
    return Split(learn, validating, judges)


@dataclass(frozen=True)
class HeldOutScores:
    """Scores of a model on documents it did not learn from.

    Attributes:
        query_mrr: `[q]`, for each sentence taken as a typed query the reciprocal rank at which
            it finds its document through the joint, 0 past 10.
        query_document: `[q]`, number of the document of each.
        audio_recall: `[p]`, for each segment whether its sound finds its own text first among
            all segments.
        audio_document: `[p]`, number of the document of each.
    """

    query_mrr: FloatArray
    query_document: IntArray
    audio_recall: FloatArray
    audio_document: IntArray

    @property
    def score(self) -> float:
        """Mean of the two means, or the one that can be measured (0 if neither can)."""
        parts = [values.mean() for values in (self.query_mrr, self.audio_recall) if len(values)]
        return float(np.mean(parts)) if parts else 0.0

    @property
    def documents(self) -> int:
        """Number of documents that have anything to be measured by."""
        return len(np.union1d(self.query_document, self.audio_document))

    def as_dict(self) -> dict[str, float]:
        """Return the means by name, without those that cannot be measured, and `score`."""
        values = {"query_mrr": self.query_mrr, "audio_recall": self.audio_recall}
        means = {name: float(value.mean()) for name, value in values.items() if len(value)}
        return means | {"score": self.score}


def held_out_scores(model: Hilbert, documents: Sequence[Features]) -> HeldOutScores:
    """Score a model on documents it did not learn from."""
    query_mrr, query_document = _query_scores(model, documents)
    audio_recall, audio_document = _audio_scores(model, documents)
    return HeldOutScores(query_mrr, query_document, audio_recall, audio_document)


def score_difference(
    before: HeldOutScores, after: HeldOutScores, samples: int = 10_000, seed: int = 0
) -> tuple[float, float]:
    """Compute the paired bootstrap 95 % interval of `after.score - before.score`.

    Whole documents are redrawn, the same ones for both models (Efron and Tibshirani 1993,
    chapter 8): queries of one document are not independent, and what is hard for one model is
    hard for the other. The percentile interval of few documents is too narrow, so its quantiles
    are those of the expanded percentile interval (Hesterberg 2015, arXiv 1411.5279, section
    5.3): `Phi(-sqrt(n / (n - 1)) t)` with `t` Student's for `n - 1`. Both scores must be of the
    same documents; below two of them nothing is known, and the interval is all there is.
    """
    from scipy.stats import norm, t

    parts = [
        (after.query_mrr - before.query_mrr, before.query_document),
        (after.audio_recall - before.audio_recall, before.audio_document),
    ]
    parts = [(gain, owner) for gain, owner in parts if len(gain)]
    judged = np.unique(np.concatenate([np.zeros(0, np.int64), *(owner for _, owner in parts)]))
    count = len(judged)
    if count < 2:
        return -1.0, 1.0
    drawn = draw_groups(count, samples, seed)
    gains = [redrawn_means(gain, np.searchsorted(judged, owner), drawn) for gain, owner in parts]
    tail = norm.cdf(-np.sqrt(count / (count - 1)) * t.ppf(0.975, count - 1))
    low, high = np.quantile(np.mean(gains, axis=0), [tail, 1 - tail])
    return float(low), float(high)


def _query_scores(model: Hilbert, documents: Sequence[Features]) -> tuple[FloatArray, IntArray]:
    joint = embed_documents(model, documents).joint  # [n, width]
    queries, owners = [], []
    for row, features in enumerate(documents):
        picks = np.linspace(0, len(features.sentences) - 1, HELD_OUT_QUERIES).astype(int)
        for pick in np.unique(picks) if len(features.sentences) else ():
            queries.append(features.sentences[pick].astype(np.float32))
            owners.append(row)
    owner = np.array(owners, np.int64)
    if not queries:
        return np.zeros(0), owner
    asked = embed_text(model, np.stack(queries)).joint
    return mrr_at_k(asked @ joint.T, owner, 10), owner


def _audio_scores(model: Hilbert, documents: Sequence[Features]) -> tuple[FloatArray, IntArray]:
    audio, text, owners = [], [], []
    for row, features in enumerate(documents):
        # Each modality embedded without the other, as a clip or a typed query is: only so is
        # this honest for a model whose audio vector would otherwise have seen the text.
        sound = embed_segments(model, features.without_text())
        words = embed_segments(model, features.without_audio())
        both = sound.has_audio & words.has_text
        audio.append(sound.audio[both])
        text.append(words.text[both])
        owners += [row] * int(both.sum())
    owner = np.array(owners, np.int64)
    if not owners:
        return np.zeros(0), owner
    ranks = matched_ranks(np.concatenate(audio), np.concatenate(text))
    return ranks.recall_at_k(1), owner
