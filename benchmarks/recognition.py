"""Word error rate, speed and peak memory of recognisers, and what each of their guards does.

    python -m benchmarks.recognition [--models tiny.en,base] [--sets osce,lj,speechocean]
        [--guards on,off,loops,silence,gaps] [--texts FOLDER]

Each model hears each set in a process of its own, as indexing does: windows of speech, sixteen at a
time. A model is a name that `hilbert models` lists, or a folder. `on` is every guard, `off` none,
a name all but that one. Speed is the ratio of processor seconds to those of the first model with
the first guards, in the same run. With --texts what was heard is kept, one file a recording.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.common.spoken_sets import spoken_set, word_errors

_GUARDS = ("loops", "silence", "gaps")


@dataclass(frozen=True)
class Measured:
    """What a model made of a set.

    Attributes:
        errors: Words to substitute, delete or insert.
        words: That were said.
        cpu: Processor seconds of the process.
        megabytes: Peak resident memory.
    """

    errors: int
    words: int
    cpu: float
    megabytes: float


def main() -> None:
    """Measure and print the table; or, as a process of its own, hear one set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", default="tiny.en,base")
    parser.add_argument("--sets", default="osce,lj,speechocean")
    parser.add_argument("--guards", default="on")
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--hear", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.hear:
        hear_set(options.models, options.sets, options.guards, options.hear)
        return
    print("| set | model | guards | word error rate | words | speed | peak MB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name in options.sets.split(","):
        first: Measured | None = None
        for model in options.models.split(","):
            for guards in options.guards.split(","):
                found = measure(model, name, guards, options.texts)
                first = first or found
                print(
                    f"| {Path(name).name} | {Path(model).name} | {guards} | "
                    f"{found.errors / max(found.words, 1):.4f} | {found.words} | "
                    f"{first.cpu / found.cpu:.2f} | {found.megabytes:.0f} |",
                    flush=True,
                )


def measure(model: str, name: str, guards: str, texts: Path | None = None) -> Measured:
    """Hear a set in a process of its own, and compare."""
    with tempfile.TemporaryDirectory() as temporary:
        out = texts / f"{Path(model).name}-{Path(name).name}-{guards}" if texts else Path(temporary)
        out.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "benchmarks.recognition", "--models", model]
        command += ["--sets", name, "--guards", guards, "--hear", str(out)]
        process = subprocess.Popen(command)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            sys.exit(f"failed: {' '.join(command)}")
        errors = words = 0
        for path, said in spoken_set(name).items():
            heard = json.loads((out / f"{path.stem}.json").read_text(encoding="utf-8"))
            wrong, count = word_errors(said, heard)
            errors, words = errors + wrong, words + count
    peak = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return Measured(errors, words, usage.ru_utime + usage.ru_stime, peak)


def hear_set(model: str, name: str, guards: str, out: Path) -> None:
    """Write what a model hears in each recording of a set."""
    from hilbert.encoders.decoding_guards import Guards
    from hilbert.encoders.known_models import KNOWN_MODELS, place_of
    from hilbert.encoders.registry import load_encoder
    from indexer.ingest.transcribe import transcribe
    from indexer.media.decode import open_recording

    place = place_of(KNOWN_MODELS[model]) if model in KNOWN_MODELS else model
    if place is None:
        sys.exit(f"{model} is not on this machine: hilbert models get {model}")
    recogniser = load_encoder("recogniser", f"whisper:{place}")
    recogniser.guards = {
        "on": Guards(),
        "off": Guards(**dict.fromkeys(_GUARDS, False)),
        **{each: replace(Guards(), **{each: False}) for each in _GUARDS},
    }[guards]
    for path in spoken_set(name):
        with contextlib.closing(open_recording(path)) as recording:
            heard = transcribe(recording, recogniser, recogniser=recogniser)
        text = " ".join(word.text for word in heard.words or ())
        (out / f"{path.stem}.json").write_text(json.dumps(text), encoding="utf-8")


if __name__ == "__main__":
    main()
