"""Interpretation of the numbers of a space, in plain words.

The rules are of thumb: each compares with chance, with the control, or with itself after
centring, and quotes the numbers that it rests on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

GOOD, CARE, BAD = "Healthy", "Take care", "Not healthy"

# A probe of this accuracy separates the modalities; one half is chance.
_APART = 0.9
_MIXED = 0.65
# A change of recall at 1 that is worth a word.
_WORTH = 0.02
# A joint that moves less than this part of what it moves without the other modality ignores it.
_IGNORED = 0.1
_STILL = 0.01
# Part of the directions in use; less is a collapse.
_COLLAPSED = 0.05
_HUBS = 3.0
_NEVER_FOUND = 0.1
# The signature of a joint that holds both modalities side by side without aligning them.
_SIDE_BY_SIDE = 0.5
_CHANCES = 5.0
# Of fewer segments nothing is said about alignment and hubs.
_FEW = 30
# Of fewer recordings no change of recall is taken for one.
_FEW_DOCUMENTS = 20


@dataclass(frozen=True)
class Finding:
    """A statement about the space, with its verdict.

    Attributes:
        verdict: `GOOD`, `CARE` or `BAD`.
        text: A sentence or two.
    """

    verdict: str
    text: str

    def __str__(self) -> str:
        return f"{self.verdict}: {self.text}"


def read(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    control: Mapping[str, Any] | None,
    width: int,
) -> list[Finding]:
    """Interpret the numbers of a model's space.

    Args:
        before: As `hilbert.diagnostics.measure` gives them.
        after: The same after centring each modality.
        control: The same of two halves of one text; None where there is none.
        width: Dimensions of the space.
    """
    return [
        *_retrieval(before),
        *_gap(before, control),
        *_centring(before, after),
        *_mixed(before, after),
        *_joint(before),
        *_shape(before, width),
        *_neighbours(before),
        *_lengths(before),
    ]


def _retrieval(numbers: Mapping[str, Any]) -> Iterator[Finding]:
    found = numbers["recall"]["audio_to_text"]
    first, chance = found["recall_at_1"], 1 / found["candidates"]
    auroc = numbers["cosines"]["told_apart"]
    facts = (
        f"sound finds its own words first in {_percent(first)} of {found['candidates']} cases "
        f"(chance {_percent(chance)}), and a matching pair is closer than a random one in "
        f"{_percent(auroc)}"
    )
    cka = numbers["cka"]
    if found["candidates"] < _FEW:
        yield Finding(CARE, f"Too few segments to judge by: {facts}.")
        return
    if first < _CHANCES * chance or auroc < 0.6:
        yield Finding(BAD, f"Sound and words are not aligned: {facts}.")
        if min(cka["audio_joint"], cka["text_joint"]) > _SIDE_BY_SIDE:
            yield Finding(
                BAD,
                "The joint resembles both modalities "
                f"(CKA {cka['audio_joint']:.2f} and {cka['text_joint']:.2f}) while they do not "
                "find each other: it holds them side by side. Losses that only tie each modality "
                "to the joint look solved there; train with a direct audio-text term.",
            )
    elif first < 0.3:
        yield Finding(CARE, f"Sound and words are loosely aligned: {facts}.")
    else:
        yield Finding(GOOD, f"Sound and words are aligned: {facts}.")


def _gap(numbers: Mapping[str, Any], control: Mapping[str, Any] | None) -> Iterator[Finding]:
    probe, gap = numbers["separability"], numbers["centroid_gap"]
    facts = (
        f"a linear probe tells sound from words in {_percent(probe)} of held-out segments, and "
        f"their centres lie {gap:.2f} apart"
    )
    if control:
        facts += (
            f" (two halves of one text: {_percent(control['separability'])} and "
            f"{control['centroid_gap']:.2f})"
        )
    if probe >= _APART:
        yield Finding(
            CARE,
            f"There is a modality gap: {facts}. A gap is no fault by itself; whether it costs "
            "anything is told by recall, before and after centring.",
        )
    elif probe <= _MIXED:
        yield Finding(GOOD, f"The modalities share one region: {facts}.")
    else:
        yield Finding(GOOD, f"The modalities overlap in part: {facts}.")


def _centring(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Finding]:
    old, new = (n["recall"]["audio_to_text"]["recall_at_1"] for n in (before, after))
    # Of few segments a change must be larger to be one: two standard errors of a share.
    found = before["recall"]["audio_to_text"]
    worth = max(_WORTH, 2 * math.sqrt(old * (1 - old) / found["candidates"]))
    facts = (
        f"Taking each modality's mean away brings the centres from {before['centroid_gap']:.2f} "
        f"to {after['centroid_gap']:.2f} apart and the probe from "
        f"{_percent(before['separability'])} to {_percent(after['separability'])}"
    )
    documents = sum(part["documents"] for part in before["recall_by_length"].values())
    if documents < _FEW_DOCUMENTS:
        yield Finding(
            CARE,
            f"{facts}; sound then finds its words first in {_percent(new)} instead of "
            f"{_percent(old)}. {documents} recordings are too few to tell whether that is chance.",
        )
    elif new - old > worth:
        yield Finding(
            CARE,
            f"{facts}, and sound finds its words first in {_percent(new)} instead of "
            f"{_percent(old)}: here the gap costs retrieval.",
        )
    elif old - new > worth:
        yield Finding(
            GOOD,
            f"{facts}, but sound then finds its words first in {_percent(new)} instead of "
            f"{_percent(old)}: closing the gap would do harm.",
        )
    else:
        yield Finding(
            GOOD,
            f"{facts}; sound finds its words first about as often as before ({_percent(old)}, "
            f"{_percent(new)}): closing the gap gains nothing from one modality to the other.",
        )


def _mixed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Finding]:
    own = before["own_modality_in_top_10"]
    share = (own["audio"] + own["text"]) / 2
    old, new = (n["recall"]["mixed"]["recall_at_1"] for n in (before, after))
    facts = (
        f"in a list that mixes sound and text vectors, {_percent(share)} of the ten nearest have "
        f"the modality of the query, and its match comes first in {_percent(old)} "
        f"({_percent(new)} after centring)"
    )
    if share > 0.75:
        yield Finding(
            CARE,
            f"Do not rank sound and text vectors in one list by cosine: {facts}. Search here "
            "scores each channel by itself.",
        )
    else:
        yield Finding(GOOD, f"Both modalities show in one list: {facts}.")


def _joint(numbers: Mapping[str, Any]) -> Iterator[Finding]:
    audio, text = (numbers["occlusion"][name]["change"] for name in ("audio", "text"))
    bound = numbers["information"]
    facts = (
        f"with the mean in place of the sound the joint moves by {audio:.2f}, in place of the "
        f"words by {text:.2f} (1 - cosine), and it tells at least {bound['audio_joint']:.1f} nats "
        f"of the sound and {bound['text_joint']:.1f} of the words ({bound['most']:.1f} is all that "
        "this estimate can show)"
    )
    weak, name, strong = ("sound", "words", text) if audio < text else ("words", "sound", audio)
    if strong < _STILL:
        yield Finding(BAD, f"The joint hardly changes with what it is made of: {facts}.")
    elif min(audio, text) < _IGNORED * strong:
        yield Finding(CARE, f"The joint is nearly all {name}, and leaves out the {weak}: {facts}.")
    else:
        yield Finding(GOOD, f"The joint uses both: {facts}.")


def _shape(numbers: Mapping[str, Any], width: int) -> Iterator[Finding]:
    ranks = numbers["effective_rank"]
    facts = ", ".join(f"{name} {value:.0f}" for name, value in ranks.items())
    most = min(width, numbers["recall"]["audio_to_text"]["candidates"])
    if min(ranks.values()) < _COLLAPSED * most:
        yield Finding(BAD, f"Vectors collapse: directions in use, of {width}: {facts}.")
    else:
        yield Finding(GOOD, f"No collapse: directions in use, of {width}: {facts}.")


def _neighbours(numbers: Mapping[str, Any]) -> Iterator[Finding]:
    hubs = numbers["hubness"]["text_to_audio"]
    facts = (
        f"skewness {hubs['skew']:.1f} of how often a segment's sound is among the ten nearest "
        f"to words, {_percent(hubs['anti_hubs'])} never are"
    )
    if numbers["recall"]["audio_to_text"]["candidates"] >= _FEW:
        if hubs["skew"] > _HUBS or hubs["anti_hubs"] > _NEVER_FOUND:
            yield Finding(CARE, f"A few segments turn up for everything: {facts}.")
        else:
            yield Finding(GOOD, f"No hubs: {facts}.")
    for name, kind in (("audio", "sound"), ("text", "words")):
        own = numbers["neighbour_precision"][name]
        facts = (
            f"the ten nearest by {kind} hold {_percent(own['model'])} of what they could of the "
            f"same recording, by the frozen features {_percent(own['frozen'])}"
        )
        if own["model"] < own["frozen"] - _WORTH:
            yield Finding(CARE, f"Training cost neighbourhoods within a modality: {facts}.")
        elif own["model"] > own["frozen"] + _WORTH:
            yield Finding(GOOD, f"Training sharpened neighbourhoods within a modality: {facts}.")


def _lengths(numbers: Mapping[str, Any]) -> Iterator[Finding]:
    by_length = numbers["recall_by_length"]
    short, long = by_length["short"], by_length["long"]
    if min(short["documents"], long["documents"]) < 10:
        return
    facts = (
        f"whole recordings up to {short['longest_minutes']:.1f} minutes find their text by their "
        f"sound in {_percent(short['recall_at_1'])}, the longest ones (up to "
        f"{long['longest_minutes']:.1f}) in {_percent(long['recall_at_1'])}"
    )
    if long["recall_at_1"] < short["recall_at_1"] - 0.1:
        yield Finding(CARE, f"Long recordings are harder: {facts}.")
    else:
        yield Finding(GOOD, f"Length does no harm: {facts}.")


def _percent(share: float) -> str:
    percent = 100 * share
    return f"{percent:.0f} %" if percent >= 1 or percent == 0 else f"{percent:.1f} %"
