"""Excerpts of real transcripts, cleaned to what a voice can say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.transcripts import read_transcript
from tools.speech_corpus.errors import SpeechError

# About two minutes at the voices' usual speed.
WORDS = 380
# The rest of an episode is an excerpt of its own only if it is not much shorter than the others.
_LEAST_WORDS = 280

_NOTE = re.compile(r"\\?\[[^\[\]]*\]")  # [laughter], [unintelligible], [fail alert]
_DASH = re.compile(r"\s*(?:--+|[–—])\s*|\s+-\s+")
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "*": None})
# Nobody says these as they are written, and the engines spell them out letter by letter.
_UNSPEAKABLE = re.compile(r"https?:|www\.|[`|{}<>\\=]|\S{31,}")


@dataclass(frozen=True)
class Sentence:
    """One sentence and who says it, as the transcript spells the name ("" where it has none)."""

    speaker: str
    text: str


@dataclass(frozen=True)
class Excerpt:
    """Consecutive sentences of one episode, of about two minutes.

    `name` is `SHOW-EPISODE-NUMBER`: `SHOW-EPISODE` is how `changelog-speech` names its documents.
    """

    name: str
    show: str
    episode: str
    sentences: tuple[Sentence, ...]

    @property
    def words(self) -> int:
        """How many words it has."""
        return sum(len(sentence.text.split()) for sentence in self.sentences)


def episodes(text_folder: Path, spoken_folder: Path) -> list[Path]:
    """Transcripts `SHOW/EPISODE.md`, none of which is an episode of `spoken_folder`.

    Args:
        text_folder: `changelog-text`.
        spoken_folder: `changelog-speech`, whose documents are there to measure with.

    Raises:
        SpeechError: an episode is in both, `spoken_folder` is empty, which hides what to
            leave out, or there are fewer than two episodes (babble is of another one).
    """
    measured = {path.stem for path in spoken_folder.glob("*.opus")}
    if not measured:
        raise SpeechError(
            f"{spoken_folder} holds no recordings, so the episodes to leave out are "
            "unknown; put changelog-speech there"
        )
    found = sorted(text_folder.glob("*/*.md"))
    if len(found) < 2:
        raise SpeechError(f"{text_folder} must hold SHOW/EPISODE.md, two of them at least")
    both = [path for path in found if f"{path.parent.name}-{path.stem}" in measured]
    if both:
        names = ", ".join(path.stem for path in both[:5])
        raise SpeechError(
            f"{len(both)} of the transcripts are also in {spoken_folder.name} ({names}), which is "
            "there to measure with; remove them from the text"
        )
    return found


def read_episode(path: Path) -> list[Sentence]:
    """The sentences of a transcript that can be spoken, cleaned, in order."""
    cleaned = (Sentence(cue.speaker or "", clean(cue.text)) for cue in read_transcript(path).cues)
    return [sentence for sentence in cleaned if sentence.text]


def clean(text: str) -> str:
    """What a voice says of a sentence, in ASCII; "" where that is nothing, or cannot be said.

    Remarks in brackets go, dashes become commas: some engines read them aloud.
    """
    text = _DASH.sub(", ", _NOTE.sub(" ", text).translate(_QUOTES))
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    text = " ".join(text.replace("[", " ").replace("]", " ").split())
    text = re.sub(r"\s+([,.;:!?])", r"\1", text)
    text = re.sub(r"([,.;:!?])(?:,\s*)+", r"\1 ", text).strip()
    # A hyphen in front would be an option to the programs that speak.
    text = re.sub(r"^[^\w\"'(]+", "", text)
    if _UNSPEAKABLE.search(text) or not re.search(r"[A-Za-z]", text):
        return ""
    return text


def excerpts(path: Path) -> list[Excerpt]:
    """One episode, cut at sentence ends into excerpts of about `WORDS` words."""
    show, episode = path.parent.name, path.stem
    return [
        Excerpt(f"{show}-{episode}-{number:03d}", show, episode, tuple(part))
        for number, part in enumerate(_parts(read_episode(path)), start=1)
    ]


def _parts(sentences: Iterable[Sentence]) -> Iterable[Sequence[Sentence]]:
    part: list[Sentence] = []
    words = 0
    for sentence in sentences:
        more = len(sentence.text.split())
        # Whichever end is nearer to the wanted length.
        if part and words + more / 2 > WORDS:
            yield part
            part, words = [], 0
        part.append(sentence)
        words += more
    if words >= _LEAST_WORDS:
        yield part
