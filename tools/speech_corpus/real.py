"""Real speech beside the made: `speechocean` and `short`, copied with transcripts we read."""

from __future__ import annotations

import csv
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av

from hilbert.files import write_atomically
from indexer.base.types import Cue
from tools.speech_corpus.document import webvtt

REAL_LABELS = ("speechocean", "short")


@dataclass(frozen=True)
class RealDocument:
    """A recording, its transcript, and its row in `metadata.csv`."""

    name: str
    recording: Path
    transcript: str
    transcript_extension: str
    title: str
    speaker: str
    label: str

    @property
    def file_name(self) -> str:
        """The recording's name in the folder that is made."""
        return f"{self.name}{self.recording.suffix}"

    @property
    def row(self) -> dict[str, str]:
        """What `metadata.csv` says of it."""
        fields = {"title": self.title, "speaker": self.speaker, "label": self.label}
        return {"name": self.name, **fields, "language": "en"}


def real_documents(data: Path) -> list[RealDocument]:
    """The real recordings of the data folder that have a text."""
    return [*_speechocean(data / "speechocean"), *_short(data / "short")]


def copy_documents(documents: list[RealDocument], out: Path) -> float:
    """Copy what is not there yet into a folder a label; return the seconds of all of them.

    Copies, not links: the folder may be moved to the machine that learns.

    Raises:
        OSError: something cannot be read or written.
    """
    seconds = 0.0
    for document in documents:
        folder = out / document.label
        folder.mkdir(parents=True, exist_ok=True)
        recording = folder / document.file_name
        if not recording.exists():
            _copy(document, folder)
        seconds += duration(recording)
    return seconds


def duration(recording: Path) -> float:
    """Seconds of a recording, by its header."""
    with av.open(str(recording)) as container:
        return (container.duration or 0) / av.time_base


def _copy(document: RealDocument, folder: Path) -> None:
    write_atomically(
        folder / f"{document.name}{document.transcript_extension}",
        lambda path: path.write_text(document.transcript, encoding="utf-8"),
    )
    write_atomically(
        folder / document.file_name, lambda path: shutil.copyfile(document.recording, path)
    )


def _speechocean(folder: Path) -> Iterator[RealDocument]:
    """One document a speaker, one cue an utterance."""
    utterances: dict[str, list[dict[str, str]]] = defaultdict(list)
    with (folder / "utterances.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            utterances[row["speaker"]].append(row)
    for speaker, rows in sorted(utterances.items()):
        cues = [Cue(row["text"], float(row["start"]), float(row["end"])) for row in rows]
        yield RealDocument(
            name=f"speechocean-{speaker}",
            recording=folder / "audio" / f"{speaker}.opus",
            transcript=webvtt(None, cues),
            transcript_extension=".vtt",
            title=f"speechocean762, speaker {speaker} ({rows[0]['gender']}, {rows[0]['age']})",
            speaker=speaker,
            label="speechocean",
        )


def _short(folder: Path) -> Iterator[RealDocument]:
    """Sonnets, whose lines have no times, and sentences, which last as long as their clips.

    A clip without a text (`jfk.flac`) is left out: recognised words would teach their errors.
    """
    for recording in sorted(folder.glob("*.mp3")):
        text = folder / f"sonnet{recording.stem.removeprefix('p')}.txt"
        lines = text.read_text(encoding="utf-8").splitlines()
        # "f000002|From fairest creatures we desire increase,"
        words = "\n".join(re.sub(r"^f\d+\|", "", line) for line in lines)
        title = f"Sonnet {int(recording.stem.removeprefix('p'))}"
        yield RealDocument(
            f"short-{recording.stem}", recording, f"{words}\n", ".txt", title, "", "short"
        )
    for recording in sorted(folder.glob("*.wav")):
        text = recording.with_suffix(".txt").read_text(encoding="utf-8").strip()
        cues = [Cue(text, 0.0, round(duration(recording), 3))]
        name = f"short-{recording.stem.replace('_', '-')}"
        yield RealDocument(
            name, recording, webvtt(None, cues), ".vtt", text[:60], "LibriVox reader", "short"
        )
