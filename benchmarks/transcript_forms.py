"""Real transcripts written in every form of transcripts and read back: what is kept of them.

    python -m benchmarks.transcript_forms [--kind text|speech] [--every 1] [--worst 0] [FORM ...]

Reads `changelog-text` (for the forms without times and for text with clocks) and
`changelog-speech` (for those with times) in $HILBERT_DATA. Prints a line a form: how many files,
the share of the words that is kept and of those that were added, the worst file, the share of the
words that have their speaker, the largest difference of a start.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.common.written_forms import CLOCKED, PLAIN, TIMED, Form, Turn
from indexer.transcripts import TranscriptError, read_transcript
from indexer.transcripts.transcript import Transcript

_SPEAKER = re.compile(r"\*\*([^*]+?):?\s*\*\*:?\s*")
# Of a podcast: 160 words a minute.
_SECONDS_PER_WORD = 0.37
_NAMES = ("Anna Reed", "Ben Ito")


@dataclass(frozen=True)
class Kept:
    """What was kept of a file.

    Attributes:
        name: Of the file.
        words: How many words it has.
        lost: How many of them are not read.
        added: How many words are read that it has not.
        unnamed: How many words have not their speaker.
        late: Largest difference of a start, in seconds.
    """

    name: str
    words: int
    lost: int
    added: int
    unnamed: int
    late: float


def main() -> None:
    """Write, read and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("forms", nargs="*")
    parser.add_argument("--kind", choices=("text", "speech"), help="read files of one kind only")
    parser.add_argument("--every", type=int, default=1, help="read every n-th file only")
    parser.add_argument("--worst", type=int, default=0, help="name that many files of each form")
    options = parser.parse_args()
    data = Path(os.environ["HILBERT_DATA"])
    texts = sorted(data.glob("changelog-text/*/*.md"))[:: options.every]
    speech = sorted(data.glob("changelog-speech/*.vtt"))[:: options.every]
    of_text = {path.stem: turns for path in texts if (turns := list(_turns(path)))}
    of_speech = {path.stem: turns for path in speech if (turns := list(_cues(path)))}
    print("| form | files | words kept | added | worst file | speakers kept | latest start |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for kind, forms, files in (
        ("text", PLAIN, of_text),
        ("text", CLOCKED, of_text),
        ("speech", TIMED, of_speech),
    ):
        for name, form in forms.items():
            if options.kind in (None, kind) and (not options.forms or name in options.forms):
                _print(f"{name} ({kind}, {form.extension})", form, files, options.worst)


def _print(name: str, form: Form, files: dict[str, list[Turn]], worst: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        kept = [_read_back(form, stem, turns, Path(folder)) for stem, turns in files.items()]
    words = sum(each.words for each in kept)
    ordered = sorted(kept, key=lambda each: -(each.lost + each.added) / each.words)
    last = ordered[0]
    speakers = f"{1 - sum(each.unnamed for each in kept) / words:.5f}" if form.speakers else ""
    late = f"{max(each.late for each in kept):.3f} s" if form.precision is not None else ""
    print(
        f"| {name} | {len(kept)} | {1 - sum(e.lost for e in kept) / words:.5f} "
        f"| {sum(e.added for e in kept) / words:.5f} "
        f"| {last.name}: -{last.lost} +{last.added} of {last.words} | {speakers} | {late} |",
        flush=True,
    )
    for each in ordered[:worst]:
        print("   ", each)


def _read_back(form: Form, stem: str, turns: Sequence[Turn], folder: Path) -> Kept:
    path = folder / f"{stem}{form.extension}"
    written = form.write(turns)
    path.write_bytes(written if isinstance(written, bytes) else written.encode())
    names = {name.casefold() for _, _, name, _ in turns}
    want = Counter((name.casefold(), word) for _, _, name, text in turns for word in _words(text))
    try:
        read: Transcript | None = read_transcript(path)
    except TranscriptError:
        read = None
    cues = read.cues if read else ()
    got = Counter(
        ((cue.speaker or "").casefold(), word) for cue in cues for word in _words(cue.text)
    )
    want_words, got_words = _without_names(want), _without_names(got)
    late = 0.0
    if form.precision is not None:
        starts = sorted(cue.start for cue in cues if cue.start is not None)
        late = max(min((abs(s - a) for s in starts), default=1e9) for a, _, _, _ in turns)
    return Kept(
        stem,
        want_words.total(),
        (want_words - got_words).total(),
        (got_words - want_words).total(),
        (want - got).total() if form.speakers and names else 0,
        late,
    )


def _without_names(counted: Counter[tuple[str, str]]) -> Counter[str]:
    words: Counter[str] = Counter()
    for (_, word), count in counted.items():
        words[word] += count
    return words


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _turns(path: Path) -> Iterator[Turn]:
    """Turns of a file of `**Name:** words`, read without the reader that is measured."""
    speaker, now = "", 0.0
    for paragraph in re.split(r"\n\s*\n", path.read_text("utf-8")):
        if match := _SPEAKER.match(paragraph.strip()):
            speaker, paragraph = match[1].strip(), paragraph.strip()[match.end() :]
        text = _spoken(paragraph)
        if speaker and re.search(r"\w", text):
            lasting = max(1.0, len(text.split()) * _SECONDS_PER_WORD)
            yield round(now, 3), round(now + lasting, 3), speaker, text
            now += lasting


def _spoken(markdown: str) -> str:
    """The words of Markdown: no marks, no addresses, no brackets that hold times or sounds."""
    text = re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", markdown)
    text = re.sub(
        r"\\?\[[^\[\]]*\\?\]|<[^<>]*>|https?://\S+|\([^()]*\)|^#+ .*", " ", text, flags=re.M
    )
    return " ".join(re.sub(r"[\\*_`#<>|~\[\]&]", " ", text).split())


def _cues(path: Path) -> Iterator[Turn]:
    """Cues of a WebVTT file of the simplest kind, by two speakers in turn."""
    for number, block in enumerate(path.read_text("utf-8").split("\n\n")[1:]):
        times, _, text = block.strip().partition("\n")
        start, _, end = times.partition(" --> ")
        if words := _spoken(text):
            yield _seconds(start), _seconds(end), _NAMES[number % 2], words


def _seconds(clock: str) -> float:
    hours, minutes, seconds = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


if __name__ == "__main__":
    main()
