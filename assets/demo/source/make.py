"""Make the demo collection again from its source texts.

    python assets/demo/source/make.py

Needs PyAV and numpy (hilbert's own requirements) and three speech synthesisers:

    pip install hibari-tts==0.2.1
    apt install espeak-ng flite

It reads `talks/*.md` (one sentence a line), `queries.jsonl` and `clips.jsonl` beside it, and
writes `recordings/`, `clips/`, `queries.jsonl` and `clips.jsonl` into `assets/demo`. Each talk is
spoken a sentence at a time, so the times in the answers are exact, not recognised. Pauses and
noise are seeded: a second run on the same machine gives the same bytes.
"""

from __future__ import annotations

import csv
import json
import logging
import random
import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import sound
from voices import VoiceError, speak

SOURCE = Path(__file__).resolve().parent
DEMO = SOURCE.parent

LEAD_S = 0.4  # silence before the first word and after the last
SENTENCE_PAUSE_S = (0.30, 0.50)
PARAGRAPH_PAUSE_S = (0.70, 0.95)
TALK_S = (60.0, 120.0)
CLIP_S = (6.0, 12.0)
BIT_RATE = 16_000
CLIP_SNR_DB = 15.0
TALK_FIELDS = ("title", "date", "speaker", "label", "language", "voice", "transcript")
METADATA_COLUMNS = ("name", "title", "date", "speaker", "label", "language")

log = logging.getLogger("make")


class SourceError(ValueError):
    """A source text is not as it should be; the message says which and why."""


@dataclass(frozen=True)
class Talk:
    """One source text: its front matter, and its paragraphs as tuples of sentences."""

    name: str
    title: str
    date: str
    speaker: str
    label: str
    language: str
    voice: str
    has_transcript: bool
    paragraphs: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Cue:
    """One spoken sentence and when it is heard, in seconds."""

    start: float
    end: float
    text: str


def read_talk(path: Path) -> Talk:
    """Read `key: value` front matter between `---` lines, then one sentence a line."""
    _, header, body = path.read_text(encoding="utf-8").split("---\n", 2)
    fields = dict(line.split(": ", 1) for line in header.splitlines())
    if sorted(fields) != sorted(TALK_FIELDS):
        raise SourceError(f"{path.name} needs exactly the fields {', '.join(TALK_FIELDS)}")
    transcript = fields.pop("transcript")
    if transcript not in ("yes", "no"):
        raise SourceError(f"{path.name}: transcript must be yes or no, not {transcript!r}")
    fields["title"] = fields["title"].strip('"')  # quoted where YAML needs it
    paragraphs = tuple(tuple(part.splitlines()) for part in body.strip().split("\n\n"))
    return Talk(path.stem, has_transcript=transcript == "yes", paragraphs=paragraphs, **fields)


def record(talk: Talk) -> tuple[np.ndarray, list[Cue]]:
    """Speak a talk; return its waveform [samples] and one cue a sentence."""
    pauses = random.Random(talk.name)
    parts = [sound.silence(LEAD_S)]
    cues: list[Cue] = []
    position = len(parts[0])
    for paragraph in talk.paragraphs:
        lengths = [SENTENCE_PAUSE_S] * (len(paragraph) - 1) + [PARAGRAPH_PAUSE_S]
        for sentence, length in zip(paragraph, lengths, strict=True):
            spoken = speak(talk.voice, sentence)
            pause = sound.silence(pauses.uniform(*length))
            end = position + len(spoken)
            cues.append(Cue(seconds(position), seconds(end), sentence))
            parts += [spoken, pause]
            position = end + len(pause)
    parts[-1] = sound.silence(LEAD_S)
    return sound.normalise(np.concatenate(parts)), cues


def seconds(samples: int) -> float:
    """Samples to seconds, to the millisecond that WebVTT can write."""
    return round(samples / sound.RATE, 3)


def webvtt(talk: Talk, cues: list[Cue]) -> str:
    """The transcript as WebVTT, one cue a sentence, each with its speaker."""
    blocks = ["WEBVTT\n"]
    for cue in cues:
        words = f"<v {talk.speaker}>{escape(cue.text, quote=False)}"
        blocks.append(f"{timestamp(cue.start)} --> {timestamp(cue.end)}\n{words}\n")
    return "\n".join(blocks)


def timestamp(moment: float) -> str:
    milliseconds = round(moment * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def locate(quote: str, cues: list[Cue]) -> tuple[float, float]:
    """Start of the sentence in which `quote` begins, and end of the one in which it ends."""
    text = " ".join(cue.text for cue in cues)
    if text.count(quote) != 1:
        raise SourceError(f"these words stand {text.count(quote)} times in the talk: {quote}")
    first = text.index(quote)
    last = first + len(quote) - 1
    begin = 0
    touched = []
    for cue in cues:
        end = begin + len(cue.text)
        if begin <= last and end > first:
            touched.append(cue)
        begin = end + 1  # the space between two sentences
    return touched[0].start, touched[-1].end


def make_recording(talk: Talk, folder: Path) -> list[Cue]:
    """Write NAME.opus, and NAME.vtt where the talk ships its transcript; return its cues."""
    waveform, cues = record(talk)
    length = len(waveform) / sound.RATE
    if not TALK_S[0] <= length <= TALK_S[1]:
        raise SourceError(
            f"{talk.name} lasts {length:.1f} s; wanted {TALK_S[0]:.0f}-{TALK_S[1]:.0f}"
        )
    tags = {"title": talk.title, "artist": talk.speaker, "date": talk.date}
    tags |= {"genre": talk.label, "language": talk.language}
    sound.write_opus(folder / f"{talk.name}.opus", waveform, tags, BIT_RATE)
    if talk.has_transcript:
        (folder / f"{talk.name}.vtt").write_text(webvtt(talk, cues), encoding="utf-8")
    log.info("%-32s %-12s %5.1f s", talk.name, talk.voice, length)
    return cues


def make_clip(spec: dict[str, str], start: float, end: float) -> str:
    """Write one clip; return its path relative to the demo folder.

    Without a voice the clip is cut from the recording; with one, those words are spoken anew.
    """
    if spec["voice"]:
        waveform = speak(spec["voice"], spec["quote"])
    else:
        recording = sound.read(DEMO / "recordings" / f"{spec['document']}.opus")
        waveform = recording[round(start * sound.RATE) : round(end * sound.RATE)]
    waveform = sound.normalise(waveform)
    if spec["effect"] == "pink-noise":
        waveform = sound.normalise(sound.add_pink_noise(waveform, CLIP_SNR_DB, seed=0))
    elif spec["effect"] == "telephone":
        waveform = sound.normalise(sound.telephone(waveform))
    length = len(waveform) / sound.RATE
    if not CLIP_S[0] <= length <= CLIP_S[1]:
        raise SourceError(f"clip {spec['clip']} lasts {length:.1f} s; wanted 6-12")
    path = f"clips/{spec['clip']}.opus"
    sound.write_opus(DEMO / path, waveform, {}, BIT_RATE)
    log.info("%-32s %-12s %5.1f s", spec["clip"], spec["voice"] or "excerpt", length)
    return path


def write_metadata(talks: list[Talk], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(METADATA_COLUMNS)
        table.writerows([getattr(talk, column) for column in METADATA_COLUMNS] for talk in talks)


def read_jsonl(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write_jsonl(rows: list[dict[str, object]], path: Path) -> None:
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")


def empty_folder(path: Path) -> Path:
    """Make the folder, or remove the files that an earlier run left in it."""
    path.mkdir(exist_ok=True)
    for old in path.iterdir():
        old.unlink()
    return path


def make_answers(cues: dict[str, list[Cue]]) -> None:
    """Write the typed queries and the clips, both with the times that answer them."""
    queries: list[dict[str, object]] = []
    for row in read_jsonl(SOURCE / "queries.jsonl"):
        start, end = locate(row["quote"], cues[row["document"]])
        place = {"document": row["document"], "start": start, "end": end}
        queries.append({"query": row["query"], **place, "quote": row["quote"]})
    write_jsonl(queries, DEMO / "queries.jsonl")

    empty_folder(DEMO / "clips")
    clips: list[dict[str, object]] = []
    for spec in read_jsonl(SOURCE / "clips.jsonl"):
        start, end = locate(spec["quote"], cues[spec["document"]])
        path = make_clip(spec, start, end)
        clips.append({"clip": path, "document": spec["document"], "start": start, "end": end})
    write_jsonl(clips, DEMO / "clips.jsonl")


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        talks = [read_talk(path) for path in sorted((SOURCE / "talks").glob("*.md"))]
        for voice in sorted({talk.voice for talk in talks}):
            speak(voice, "Hello.")  # fails here, before any earlier recording is removed
        recordings = empty_folder(DEMO / "recordings")
        cues = {talk.name: make_recording(talk, recordings) for talk in talks}
        make_answers(cues)
    except (VoiceError, SourceError) as error:
        log.error("error: %s", error)
        return 1
    write_metadata(talks, recordings / "metadata.csv")
    total = sum(path.stat().st_size for path in DEMO.rglob("*") if path.is_file())
    log.info("%d talks, %.2f MB under %s", len(talks), total / 1e6, DEMO.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
