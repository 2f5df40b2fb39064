"""Recognition and search in six languages, and what is stored of recordings that are no plain talk.

    python -m benchmarks.spoken_languages [--asr base] [--told] [--keep FOLDER]

Makes recordings with espeak-ng (machine speech, one voice a language) of the texts in
`spoken_languages.json`, five a language, indexes all of them together, and asks a typed query of
each: the table has the word error rate, how many languages were found out right, and MRR@10 of
documents, among the recordings of all languages, in a library with the multilingual text encoder;
with --told each language is named when its recordings are indexed. Then it makes a recording that
switches from German to French, one of music, one of silence and one of German in pink noise, and
prints what is stored of each. Needs espeak-ng, and a multilingual recogniser.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.common.spoken_sets import word_errors
from indexer.encoders import MULTILINGUAL_TEXT, EncoderSettings
from indexer.index.library_store import LibraryStore
from indexer.ingest.followed import scan_followed
from indexer.ingest.run import index_folders
from indexer.media.decode import open_recording
from indexer.search.searcher import Searcher
from tools.speech_corpus.conditions import mix, noise
from tools.speech_corpus.sound import RATE, Waveform, limited, opus

_TEXTS = Path(__file__).with_suffix(".json")
_SNR_DB = 5.0
_SECONDS = 40


def main() -> None:
    """Make the recordings, index them and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--asr", default="base")
    parser.add_argument("--told", action="store_true", help="name each language")
    parser.add_argument("--keep", type=Path, help="folder for recordings and library")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = options.keep or Path(temporary)
        texts = json.loads(_TEXTS.read_text(encoding="utf-8"))
        make_talks(work / "talks", texts)
        make_odd_recordings(work / "odd", texts)
        told = {work / "talks" / language: language for language in texts}
        folders = told if options.told else {work / "talks": "auto"}
        talks = indexed(folders, work / "talks-library", options.asr)
        print_languages(talks, texts)
        print_odd(indexed({work / "odd": "auto"}, work / "odd-library", options.asr))


def speak(text: str, voice: str) -> Waveform:
    """Return a text as espeak-ng says it, at `RATE`."""
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "said.wav"
        subprocess.run(["espeak-ng", "-v", voice, "-s", "150", "-w", str(path), text], check=True)
        recording = open_recording(path)
        return np.concatenate(list(recording.blocks())).astype(np.float32)


def make_talks(folder: Path, texts: Mapping[str, Sequence[Sequence[str]]]) -> None:
    """Write one recording a text: `de/de-0.opus`."""
    for language, pairs in texts.items():
        (folder / language).mkdir(parents=True, exist_ok=True)
        for number, (said, _) in enumerate(pairs):
            path = folder / language / f"{language}-{number}.opus"
            path.write_bytes(opus(speak(said, language)))


def make_odd_recordings(folder: Path, texts: Mapping[str, Sequence[Sequence[str]]]) -> None:
    """Write a recording in two languages, one of music, one of silence and one in noise."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    pause = np.zeros(RATE, np.float32)
    german, french = (
        np.concatenate([part for said, _ in texts[la] for part in (speak(said, la), pause)])
        for la in ("de", "fr")
    )
    (folder / "switch.opus").write_bytes(opus(np.concatenate([german, french])))
    (folder / "silence.opus").write_bytes(opus(np.zeros(_SECONDS * RATE, np.float32)))
    (folder / "music.opus").write_bytes(opus(music(rng)))
    loud = mix(german, noise("pink", len(german), rng), _SNR_DB)
    (folder / "noise.opus").write_bytes(opus(limited(loud)))


def music(rng: np.random.Generator) -> Waveform:
    """Return chords that fade, over a beat: nobody sings."""
    time = np.arange(_SECONDS * RATE) / RATE
    sound = np.zeros(len(time))
    for beat in range(2 * _SECONDS):
        at = slice(beat * RATE // 2, (beat + 2) * RATE // 2)
        fade = np.exp(-4 * (time[at] - time[at][0]))
        root = 110 * 2 ** (rng.integers(0, 12) / 12)
        for ratio in (1.0, 1.25, 1.5, 2.0, 3.0):
            sound[at] += 0.06 * fade * np.sin(2 * np.pi * root * ratio * time[at])
        sound[at] += 0.05 * fade**8 * rng.standard_normal(len(time[at]))
    return sound.astype(np.float32)


def indexed(folders: Mapping[Path, str], library: Path, asr: str) -> LibraryStore:
    """Index folders of a language each, or `auto` where the recogniser finds it out."""
    store = LibraryStore.create(library, EncoderSettings(text=MULTILINGUAL_TEXT))
    for folder, language in folders.items():
        index_folders(store, scan_followed(store, [folder], asr=asr, language=language))
    return store


def print_languages(library: LibraryStore, texts: Mapping[str, Sequence[Sequence[str]]]) -> None:
    """Print word error rate, languages found out and MRR@10 by language."""
    searcher = Searcher(library)
    documents = {document.name: document for document in library.catalog.documents()}
    print("| language | word error rate | languages right | MRR@10 |")
    print("| --- | --- | --- | --- |")
    everywhere: list[float] = []
    for language, pairs in texts.items():
        errors = words = right = 0
        ranks: list[float] = []
        for number, (said, query) in enumerate(pairs):
            document = documents[f"{language}-{number}"]
            heard = " ".join(cue.text for cue in library.catalog.cues(document.id))
            wrong, count = word_errors(said, heard)
            errors, words = errors + wrong, words + count
            right += document.language == language
            found = [d.name for d in searcher.search(query).documents[:10]]
            ranks.append(1 / (1 + found.index(document.name)) if document.name in found else 0.0)
        everywhere += ranks
        rate, mean = errors / words, float(np.mean(ranks))
        print(f"| {language} | {rate:.3f} | {right} of {len(pairs)} | {mean:.3f} |")
    print(f"MRR@10 of all {len(everywhere)} queries: {np.mean(everywhere):.3f}")


def print_odd(library: LibraryStore) -> None:
    """Print what is stored of each recording."""
    print("\n| recording | source of words | language | segments in others | words |")
    print("| --- | --- | --- | --- | --- |")
    for document in library.catalog.documents():
        others = library.catalog.supplement(document.id).languages
        words = " ".join(cue.text for cue in library.catalog.cues(document.id)).split()
        shown = " ".join(words[:8]) + (" ..." if len(words) > 8 else "")
        print(
            f"| {document.name} | {document.text_source} | {document.language} | "
            f"{dict(others) or ''} | {len(words)}: {shown} |"
        )


if __name__ == "__main__":
    main()
