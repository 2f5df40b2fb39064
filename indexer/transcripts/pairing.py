"""Which transcripts belong to a recording, by their names, and which of several is the best."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.base.names import folded
from indexer.media.kinds import RECORDING_EXTENSIONS
from indexer.transcripts.formats import transcript_extensions, untimed_extensions
from indexer.transcripts.name_tags import NameTags, is_transcript_word, read_tags
from indexer.transcripts.reader import may_be_transcript

SUBTITLE_FOLDERS = frozenset(
    {"sub", "subs", "subtitle", "subtitles", "caption", "captions", "transcript"}
    | {"transcripts", "transcription", "transcriptions", "cc", "srt", "vtt"}
)
"""Folders beside recordings that hold their transcripts, folded."""

# What recorders put behind the name of a recording and not behind that of its transcript:
# Zoom's `_gallery_1920x1080`, `-Meeting Recording` of Teams, `.f140` of yt-dlp.
_RECORDING_TAG = re.compile(
    r"(?:_(?:gallery|gvo|avo|as|speaker))*[.\s_\-–—(\[]+"
    r"(?:\d{3,4}x\d{3,4}|\d{3,4}p|f\d{2,3}|recording|audio|video)[)\]]*$"
)

# Films have their tracks numbered: "2_English.srt".
_TRACK = re.compile(r"^\d{1,3}[\s_.\-]+")

_LEADING_TAG = re.compile(r"[\[(]?(?P<word>[^\W_]+)[\])]?[\s_.\-–—:]+(?:(?:of|for)[\s_]+)?")
# What programs write for the spaces of a name.
_SPACES = re.compile(r"(?:[\s_+]|%20)+")

# One word after a dot, but for what downloaders and podcast hosts write beside a recording.
_UNKNOWN_TAG = re.compile(
    r"\.(?!(?:info|live_chat|chapters|meta|metadata|description|comments)$)[^\W\d]\w*$"
)


@dataclass(frozen=True)
class NamedTranscript:
    """A transcript that belongs to a recording by its name, and what its name says of it."""

    path: Path
    tags: NameTags


@dataclass(frozen=True)
class Owners:
    """The recordings that a transcript belongs to.

    Attributes:
        recordings: At least one.
        tags: What the name of the transcript says of it.
        ambiguous: Whether the names of the recordings differ in Unicode form or case alone, and
            the transcript is named as none of them exactly.
    """

    recordings: tuple[Path, ...]
    tags: NameTags
    ambiguous: bool


@dataclass(frozen=True)
class Choice:
    """The transcript to use of those that belong to a recording.

    Attributes:
        best: The one to use.
        rejected: Why each of the others is not used.
    """

    best: NamedTranscript
    rejected: dict[Path, str]


def is_subtitle_folder(folder: Path) -> bool:
    """Whether a folder holds the transcripts of recordings in its parent, by its name."""
    return folded(folder.name) in SUBTITLE_FOLDERS


def is_in_subtitle_folder(file: Path) -> bool:
    """Whether a file lies in a folder of subtitles, or in one for a recording in there."""
    return is_subtitle_folder(file.parent) or is_subtitle_folder(file.parent.parent)


class RecordingNames:
    """The names of the recordings of a folder, to find those that a transcript belongs to.

    Attributes:
        recordings: The recordings.
    """

    def __init__(self, recordings: Iterable[Path]) -> None:
        self.recordings = tuple(recordings)
        self._by_name: dict[str, list[_Name]] = {}
        self._by_spaced: dict[str, list[_Name]] = {}
        for recording in self.recordings:
            for name in _names(recording):
                self._by_name.setdefault(folded(name.written), []).append(name)
                if name.is_whole:
                    self._by_spaced.setdefault(spaced(name.written), []).append(name)

    def owners_of(self, transcript: Path) -> Owners | None:
        """Find the recordings that a transcript belongs to by its name; None without any.

        The longest name wins: `talk-de.srt` is of `talk-de.mp3`, and only without one the German
        transcript of `talk.mp3`. Several recordings of one name (`talk.mp3`, `talk.wav`) share it.
        What follows the name is a tag that is known, or one word after a dot:
        `talk.segments.tsv` is of `talk.mp3`, `talk.2.srt` and `talk_draft.srt` are not.

        Args:
            transcript: Any file; its extension does not matter.
        """
        fits = [
            (name, tags)
            for name, rest in self._beginnings(transcript)
            if (tags := read_tags(rest)) is not None
        ]
        fits = (
            fits or list(self._led_by_tags(transcript)) or list(self._spaced_otherwise(transcript))
        )
        if not fits and (by_folder := self._owners_by_folder(transcript)):
            return by_folder
        if not fits:
            unknown = NameTags(count=1, unknown=True)
            fits = [
                (name, unknown)
                for name, rest in self._beginnings(transcript)
                if name.is_whole and _UNKNOWN_TAG.match(rest)
            ]
        if not fits:
            return None

        def closeness(fit: tuple[_Name, NameTags]) -> tuple[bool, int, bool]:
            name, _ = fit
            is_exact = transcript.stem.startswith(name.written)
            return name.is_whole, len(folded(name.written)), is_exact

        closest = max(map(closeness, fits))
        chosen = [fit for fit in fits if closeness(fit) == closest]
        owners = tuple(dict.fromkeys(name.recording for name, _ in chosen))
        name, tags = chosen[0]
        ambiguous = name.is_whole and len({owner.stem for owner in owners}) > 1
        return Owners(owners, tags, ambiguous)

    def _led_by_tags(self, transcript: Path) -> Iterator[tuple[_Name, NameTags]]:
        """Names behind a word for transcripts: `Transcript - talk.txt`, `subtitles_talk.en.srt`."""
        match = _LEADING_TAG.match(folded(transcript.stem))
        if match is None or not is_transcript_word(match["word"]):
            return
        bare = transcript.with_name(transcript.stem[match.end() :] + transcript.suffix)
        for name, rest in self._beginnings(bare):
            if name.is_whole and (tags := read_tags(rest)) is not None:
                yield name, replace(tags, count=tags.count + 1, transcript=True)

    def _spaced_otherwise(self, transcript: Path) -> Iterator[tuple[_Name, NameTags]]:
        """The one recording whose name has other spaces: `my_talk.en.srt` is of `my talk.mp3`."""
        stem = spaced(transcript.stem)
        fits = {
            name.recording: (name, tags)
            for end in _ends(stem)
            for name in self._by_spaced.get(stem[:end], ())
            if (tags := read_tags(stem[end:])) is not None
        }
        if len(fits) == 1:
            yield from fits.values()

    def _owners_by_folder(self, transcript: Path) -> Owners | None:
        """Find the owner of a transcript whose own name is tags alone, or whose folder names it.

        `Subs/talk/2_English.srt` is of `talk.mp3`; `Subs/2_English.srt` is of the one recording
        there is, and so is `captions.vtt` beside it.
        """
        folder = transcript.parent
        tags = read_tags("." + _TRACK.sub("", transcript.stem))
        if is_subtitle_folder(folder.parent):
            named = self._by_name.get(folded(folder.name), ())
            owners = tuple(dict.fromkeys(name.recording for name in named))
            tags = tags or NameTags(count=1, unknown=True)
        else:
            apart = is_subtitle_folder(folder)
            known = tags is not None and (tags.transcript or (apart and tags.language is not None))
            owners = self.recordings if known and len(self.recordings) == 1 else ()
            owners = tuple(owner for owner in owners if apart or owner.parent == folder)
        return Owners(owners, tags, ambiguous=False) if owners and tags else None

    def nearest(self, transcript: Path) -> tuple[Path, str] | None:
        """Find the recording whose name begins a transcript's, and the part that is no tag."""
        found = [(rest, name.recording) for name, rest in self._beginnings(transcript) if rest]
        if not found:
            return None
        rest, recording = min(found, key=lambda pair: len(pair[0]))
        return recording, rest

    def _beginnings(self, transcript: Path) -> Iterator[tuple[_Name, str]]:
        """Names that the name of a transcript begins with, and what follows each, folded."""
        stem = folded(transcript.stem)
        for end in _ends(stem):
            for name in self._by_name.get(stem[:end], ()):
                yield name, stem[end:]


def choose(
    transcripts: Sequence[NamedTranscript], language: str, named: frozenset[Path] = frozenset()
) -> Choice:
    """Choose one of the transcripts of a recording.

    Args:
        transcripts: All that belong to it, at least one.
        language: ISO 639 code of what is spoken.
        named: Files that the user named, which come first.
    """
    extensions, untimed = transcript_extensions(), untimed_extensions()

    def ranked(one: NamedTranscript) -> list[tuple[str, int]]:
        """What speaks against it, the most important first; a smaller number is better."""
        tags, extension = one.tags, one.path.suffix.lower()
        return [
            ("another one was named", one.path not in named),
            ("it does not look like a transcript", not may_be_transcript(one.path)),
            (f"its language is not {language}", tags.language not in (None, language)),
            ("it holds forced captions only", tags.forced),
            ("its name is of no known kind", tags.unknown),
            ("it has no times", extension in untimed),
            ("it was made by a machine", tags.automatic),
            ("its name is less like the recording's", _distance(tags)),
            ("it holds more than what is said", tags.hearing_impaired),
            ("it lies in another folder", is_in_subtitle_folder(one.path)),
            (f"its format is {extension}", extensions.index(extension)),
        ]

    if len(transcripts) == 1:
        return Choice(transcripts[0], {})
    ranks = {one.path: ranked(one) for one in transcripts}
    best = min(transcripts, key=lambda one: ([n for _, n in ranks[one.path]], str(one.path)))
    rejected = {}
    for other in transcripts:
        pairs = zip(ranks[best.path], ranks[other.path], strict=True)
        why = next((why for (why, better), (_, worse) in pairs if better != worse), None)
        rejected[other.path] = f"not used, {best.path.name} is" + (f": {why}" if why else "")
    del rejected[best.path]
    return Choice(best, rejected)


def find_transcript(recording: Path, siblings: Iterable[Path], language: str = "en") -> Path | None:
    """Find the transcript of a recording `NAME.mp3` by name.

    Args:
        recording: Path of the recording.
        siblings: Files in its folder, and in folders of subtitles in there; others are ignored.
        language: ISO 639 code of what is spoken.
    """
    files = [file for file in siblings if is_beside(file, recording)]
    recordings = {f for f in files if f.suffix.lower() in RECORDING_EXTENSIONS} | {recording}
    found = transcripts_by_recording(files, RecordingNames(recordings)).get(recording, [])
    return choose(found, language).best.path if found else None


def transcripts_by_recording(
    files: Iterable[Path], recordings: RecordingNames
) -> dict[Path, list[NamedTranscript]]:
    """Return the transcripts among `files` of each recording that has any."""
    extensions = transcript_extensions()
    found: dict[Path, list[NamedTranscript]] = {}
    for file in files:
        if file.suffix.lower() in extensions:
            owners = recordings.owners_of(file)
            if owners and not owners.ambiguous:
                for owner in owners.recordings:
                    found.setdefault(owner, []).append(NamedTranscript(file, owners.tags))
    return found


def is_beside(file: Path, recording: Path) -> bool:
    """Whether a file lies in the folder of a recording, or in a folder of subtitles in there."""
    here = recording.parent
    return file.parent == here or (is_subtitle_folder(file.parent) and file.parent.parent == here)


def _ends(stem: str) -> Iterator[int]:
    """Where a name may end within a longer one."""
    return (n for n in range(1, len(stem) + 1) if n == len(stem) or not stem[n].isalnum())


def spaced(name: str) -> str:
    """A folded name with a space for whatever stands for spaces; none at its ends."""
    return _SPACES.sub(" ", folded(name)).strip()


@dataclass(frozen=True)
class _Name:
    """A name of a recording as transcripts have it; whole, or without its recorder's tags."""

    recording: Path
    written: str
    is_whole: bool


def _names(recording: Path) -> Iterator[_Name]:
    yield _Name(recording, recording.name, True)
    if recording.stem != recording.name:
        yield _Name(recording, recording.stem, True)
    for short in _without_recording_tags(recording.stem):
        yield _Name(recording, short, False)


def _without_recording_tags(stem: str) -> Iterator[str]:
    """The name without what its recorder put behind it, shorter and shorter."""
    name = folded(stem)
    while (short := _RECORDING_TAG.sub("", name)) not in (name, ""):
        yield short
        name = short


def _distance(tags: NameTags) -> int:
    """How far a name is from the recording's: the same, with its language, with anything else."""
    if not tags.count:
        return 0
    return 1 if tags.language and tags.count == 1 else 2
