"""One document: planned by the seed and its name, spoken, and written with its transcript."""

from __future__ import annotations

import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from hilbert.files import write_atomically
from indexer.base.types import Cue
from tools.speech_corpus import sound
from tools.speech_corpus.cast import Role, VoiceError, draw_cast, speak
from tools.speech_corpus.conditions import MIXES, Condition, apply, draw_condition
from tools.speech_corpus.errors import SpeechError
from tools.speech_corpus.excerpts import Excerpt

_LEAD_S = (0.4, 0.8)  # silence before the first word and after the last
_SENTENCE_PAUSE_S = (0.25, 0.6)
_TURN_PAUSE_S = (0.35, 1.0)  # before another speaker
_TALKERS = 4  # in the background: more than three are hard to follow, which makes babble
_TALKER_WORDS = 60  # then each begins again
_WORDS_A_MINUTE = 192.0  # of all voices at their usual speed, pauses not counted
_NOTE = "NOTE "


@dataclass(frozen=True)
class Plan:
    """All that is drawn for a document, so that any process can make it.

    Attributes:
        excerpt: what is said.
        seed: of the whole collection.
        cast: a voice for each speaker.
        condition: how it is spoken and recorded.
        background: for babble, who talks there and what they say.
    """

    excerpt: Excerpt
    seed: int
    cast: dict[str, Role]
    condition: Condition
    background: tuple[tuple[Role, tuple[str, ...]], ...] = ()

    @property
    def name(self) -> str:
        """The document's name."""
        return self.excerpt.name

    @property
    def estimate(self) -> float:
        """About how many seconds it will last."""
        pauses = len(self.excerpt.sentences) * sum(_SENTENCE_PAUSE_S) / 2
        return self.excerpt.words * 60 / (_WORDS_A_MINUTE * self.condition.speed) + pauses


@dataclass(frozen=True)
class Record:
    """What a document turned out to be; it stands in its transcript as a comment.

    Attributes:
        seed: of the collection it was made for.
        seconds: of the recording.
        voices: engine, label, pitch and seconds of speech of each.
        condition: the fields of `Condition` that are set.
        silent: sentences that the engine did not say; they are not in the transcript.
    """

    name: str
    show: str
    seed: int
    seconds: float
    voices: list[dict[str, Any]]
    condition: dict[str, Any]
    silent: int


@dataclass
class _Track:
    """A recording as it grows: sounds one after another, and their cues."""

    sounds: list[sound.Waveform] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)
    length: int = 0

    def add(self, waveform: sound.Waveform) -> None:
        self.sounds.append(waveform)
        self.length += len(waveform)


def plan_document(
    excerpt: Excerpt,
    everything: Sequence[Excerpt],
    engines: Sequence[str],
    seed: int,
    mix: str = "usual",
) -> Plan:
    """Draw voices and condition from the seed and the name alone: no order, no other document.

    Args:
        excerpt: what is to be said.
        everything: all excerpts there are; talkers in the background read from other episodes.
        engines: those that work here.
        seed: another seed gives another collection of the same texts.
        mix: of conditions, one of `MIXES`.
    """
    speakers = list(dict.fromkeys(sentence.speaker for sentence in excerpt.sentences))
    cast = draw_cast(speakers, engines, _rng(seed, excerpt.name, "cast"))
    condition = draw_condition(_rng(seed, excerpt.name, "condition"), MIXES[mix])
    background: tuple[tuple[Role, tuple[str, ...]], ...] = ()
    if condition.noise == "babble":
        rng = _rng(seed, excerpt.name, "background")
        others = [other for other in everything if other.episode != excerpt.episode]
        others = rng.sample(others, min(_TALKERS, len(others)))
        roles = draw_cast([other.name for other in others], engines, rng)
        background = tuple((roles[other.name], _beginning(other)) for other in others)
    return Plan(excerpt, seed, cast, condition, background)


def make_document(plan: Plan, folder: Path) -> Record:
    """Speak a document and write NAME.vtt and NAME.opus.

    Both are whole or absent, and the recording comes last: where it is, the document is done.
    What stands between the two is only the time that a small file takes to reach the disk.

    Args:
        plan: what to make.
        folder: where it goes.

    Raises:
        VoiceError: an engine fails, or nothing of it could be spoken.
        OSError: it cannot be written.
    """
    waveform, cues, silent = render(plan)
    record = _record(plan, len(waveform) / sound.RATE, cues, silent)
    recording = sound.opus(waveform)
    transcript = webvtt(record, cues)
    write_atomically(
        folder / f"{plan.name}.vtt", lambda path: path.write_text(transcript, encoding="utf-8")
    )
    write_atomically(folder / f"{plan.name}.opus", lambda path: path.write_bytes(recording))
    return record


def render(plan: Plan) -> tuple[sound.Waveform, list[Cue], int]:
    """The waveform [samples], a cue a sentence, and how many sentences stayed unsaid."""
    pauses = _rng(plan.seed, plan.name, "pauses")
    track = _Track()
    track.add(sound.silence(pauses.uniform(*_LEAD_S)))
    silent = 0
    before = None
    for sentence in plan.excerpt.sentences:
        # Drawn for every sentence, said or not, so that one does not shift all others.
        pause = pauses.uniform(
            *(_SENTENCE_PAUSE_S if sentence.speaker == before else _TURN_PAUSE_S)
        )
        role = plan.cast[sentence.speaker]
        spoken = speak(role, plan.condition.speed, sentence.text)
        if not len(spoken):
            silent += 1
            continue
        if track.cues:
            track.add(sound.silence(pause))
        start = track.length
        track.add(spoken)
        track.cues.append(Cue(sentence.text, _seconds(start), _seconds(track.length), role.label))
        before = sentence.speaker
    if not track.cues:
        raise VoiceError(f"none of the voices said anything of {plan.name}")
    track.add(sound.silence(pauses.uniform(*_LEAD_S)))
    others = [
        np.concatenate([speak(role, 1.0, text) for text in texts])
        for role, texts in plan.background
    ]
    rng = np.random.default_rng(_number(plan.seed, plan.name, "sound"))
    waveform = apply(plan.condition, np.concatenate(track.sounds), rng, others)
    return sound.limited(waveform), track.cues, silent


def webvtt(record: Record | None, cues: Sequence[Cue]) -> str:
    """Cues as WebVTT, with the record as a comment where there is one."""
    blocks = ["WEBVTT\n"]
    if record:
        blocks.append(f"{_NOTE}{json.dumps(asdict(record))}\n")
    for cue in cues:
        assert cue.start is not None and cue.end is not None
        voice = f"<v {cue.speaker}>" if cue.speaker else ""
        words = escape(cue.text, quote=False)
        blocks.append(f"{_timestamp(cue.start)} --> {_timestamp(cue.end)}\n{voice}{words}\n")
    return "\n".join(blocks)


def read_record(transcript: Path) -> Record:
    """The record in a transcript that `make_document` wrote.

    Raises:
        SpeechError: there is none.
    """
    with transcript.open(encoding="utf-8") as file:
        for line in file:
            if line.startswith(_NOTE):
                return Record(**json.loads(line.removeprefix(_NOTE)))
    raise SpeechError(f"{transcript} was not made by this script; name another folder with --out")


def _record(plan: Plan, seconds: float, cues: Sequence[Cue], silent: int) -> Record:
    spoken: dict[str, float] = defaultdict(float)
    for cue in cues:
        assert cue.start is not None and cue.end is not None and cue.speaker is not None
        spoken[cue.speaker] += cue.end - cue.start
    voices = [
        {
            "engine": role.voice.engine,
            "label": role.label,
            "pitch": role.voice.pitch,
            "seconds": round(spoken[role.label], 2),
        }
        for role in {role.label: role for role in plan.cast.values()}.values()
        if role.label in spoken
    ]
    condition = {key: value for key, value in asdict(plan.condition).items() if value is not None}
    excerpt = plan.excerpt
    return Record(
        excerpt.name, excerpt.show, plan.seed, round(seconds, 2), voices, condition, silent
    )


def _beginning(excerpt: Excerpt) -> tuple[str, ...]:
    texts: list[str] = []
    words = 0
    for sentence in excerpt.sentences:
        if words >= _TALKER_WORDS:
            break
        texts.append(sentence.text)
        words += len(sentence.text.split())
    return tuple(texts)


def _number(seed: int, name: str, purpose: str) -> int:
    digest = hashlib.sha256(f"{seed}/{name}/{purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "big")


def _rng(seed: int, name: str, purpose: str) -> random.Random:
    return random.Random(_number(seed, name, purpose))


def _seconds(samples: int) -> float:
    """Samples to seconds, to the millisecond that WebVTT can write."""
    return round(samples / sound.RATE, 3)


def _timestamp(moment: float) -> str:
    minutes, milliseconds = divmod(round(moment * 1000), 60_000)
    clock = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{clock}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"
