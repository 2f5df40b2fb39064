"""What it does that names are told the recogniser: names heard, names invented, word error rate.

    python -m benchmarks.expected_names [--asr tiny.en] [--every 14]

Of `changelog-speech` (machine speech), every so many documents. Told are up to twelve names of the
document, as show notes would list them, among eight names of other documents; which words are names
is read off the given transcripts (capitals within a sentence). Each document is recognised without
and with them.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.common.spoken_sets import data_folder, word_errors
from hilbert.encoders.known_models import KNOWN_MODELS, place_of
from hilbert.encoders.protocols import Guide, GuidedRecogniser
from hilbert.encoders.registry import load_encoder
from indexer.media.decode import open_recording
from indexer.media.vad import speech_windows
from indexer.transcripts import read_transcript

_NAME = re.compile(r"(?<=[a-z,] )([A-Z][a-zA-Z]{2,}(?: [A-Z][a-zA-Z]+)*)")
_NO_NAMES = frozenset(("And", "But", "The", "Yeah", "Because"))
_OWN, _OTHERS, _COMMON = 12, 8, 6


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--asr", default="tiny.en", help="a known model, or a folder")
    parser.add_argument("--every", type=int, default=14)
    options = parser.parse_args()
    place = place_of(KNOWN_MODELS[options.asr]) if options.asr in KNOWN_MODELS else options.asr
    if place is None:
        sys.exit(f"{options.asr} is not on this machine: hilbert models get {options.asr}")
    recogniser: GuidedRecogniser = load_encoder("recogniser", f"whisper:{place}")
    documents = sorted((data_folder() / "changelog-speech").glob("*.opus"))
    texts = {path: _given(path) for path in documents}
    names = {path: list(dict.fromkeys(_names(text))) for path, text in texts.items()}
    uses = Counter(name for of_document in names.values() for name in of_document)
    counted = {"without": Counter[str](), "with": Counter[str]()}
    for number, path in enumerate(documents[3 :: options.every]):
        rng = random.Random(number)
        own = [name for name in names[path] if uses[name] <= _COMMON][:_OWN]
        others = [n for each in rng.sample(documents, 3) for n in names[each]][:_OTHERS]
        told = [*own, *others]
        rng.shuffle(told)
        for label, given in (("without", ()), ("with", tuple(told))):
            heard = _heard(recogniser, path, given)
            wrong, said = word_errors(texts[path], heard)
            invented = [n for n in others if not _holds(texts[path], n) and _holds(heard, n)]
            counted[label].update(
                errors=wrong,
                words=said,
                names=len(own),
                right=sum(_holds(heard, name) for name in own),
                invented=len(invented),
            )
    print("| names | told | heard | of | invented | word error rate |")
    print("| --- | --- | --- | --- | --- | --- |")
    for label, of in counted.items():
        rate = of["errors"] / max(of["words"], 1)
        print(
            f"| {options.asr} | {label} | {of['right']} | {of['names']} | {of['invented']} | "
            f"{rate:.4f} |"
        )


def _given(recording: Path) -> str:
    return " ".join(cue.text for cue in read_transcript(recording.with_suffix(".vtt")).cues)


def _names(text: str) -> list[str]:
    return [name for name in _NAME.findall(text) if name not in _NO_NAMES]


def _heard(recogniser: GuidedRecogniser, path: Path, names: Sequence[str]) -> str:
    found = speech_windows(open_recording(path).blocks())
    windows = [window.samples for window in found if window.is_speech]
    guides = [Guide(names=tuple(names))] * len(windows)
    heard = recogniser.transcribe_guided(windows, guides)
    return " ".join(word.text for transcript in heard for word in transcript.words)


def _holds(text: str, name: str) -> bool:
    plain, wanted = (" ".join(re.findall(r"\w+", t.lower())) for t in (text, name))
    return f" {wanted} " in f" {plain} "


if __name__ == "__main__":
    main()
