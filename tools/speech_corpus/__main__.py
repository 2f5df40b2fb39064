"""Make speech to train on: real transcripts read by machine voices, and what real speech there is.

    HILBERT_DATA=... python -m tools.speech_corpus --out made-speech --hours 30
    hilbert index made-speech --library made-library

Needs espeak-ng, flite and hibari-tts (`pip install hibari-tts==0.2.1`); one that is missing is
left out and said so. Each document is an excerpt of about two minutes of `changelog-text`, spoken
a sentence at a time, so that the times in its transcript are exact; its voices, speed and condition
(clean, room, telephone, babble, noise) are drawn from the seed and its name. Nothing is made of
episodes that stand in `changelog-speech`. `speechocean` and `short` are copied beside it.

Documents are complete or absent: a run that was stopped goes on when called again, and with more
`--hours` it adds. `made.json` says what was made, for the card of a model that learns from it.
"""

from __future__ import annotations

import argparse
import errno
import logging
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from indexer.base.errors import HilbertError
from indexer.store.lock import writer_lock
from tools.speech_corpus import conditions, summary
from tools.speech_corpus.cast import ENGINE_SHARES, VoiceError, available, versions
from tools.speech_corpus.collection import existing, fill
from tools.speech_corpus.document import Record
from tools.speech_corpus.errors import SpeechError
from tools.speech_corpus.excerpts import episodes, excerpts
from tools.speech_corpus.real import copy_documents, real_documents

log = logging.getLogger("speech_corpus")


def main() -> int:
    """Run the command line; exit 0 when the hours are made, 1 on a failure, 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.speech_corpus", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to make or go on with")
    parser.add_argument("--hours", type=float, default=30.0, help="of made speech (default 30)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other voices")
    parser.add_argument(
        "--mix", choices=conditions.MIXES, default="usual", help="of rooms, noises, telephones"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        make(_data_folder(), options)
    except KeyboardInterrupt:
        log.error("stopped; what is made is kept, the same command goes on from there")
        return 130
    except (SpeechError, VoiceError, HilbertError) as error:
        log.error("error: %s", error)
        return 1
    except OSError as error:
        # A copy that finds the disk full names the file that it read.
        full = error.errno == errno.ENOSPC
        where = options.out if full else error.filename or options.out
        hint = "; make room, and the same command goes on" if full else ""
        log.error("error: %s: %s%s", where, error.strerror or error, hint)
        return 1
    return 0


def make(data: Path, options: argparse.Namespace) -> None:
    """Fill `options.out`, write the tables and the summary, also when it is stopped on the way.

    Raises:
        SpeechError: data or engines are missing, or the folder cannot be gone on with.
        OSError: something cannot be read or written.
    """
    out, hours, seed, mix = options.out, options.hours, options.seed, options.mix
    texts = episodes(data / "changelog-text", data / "changelog-speech")
    engines, missing = available()
    for reason in missing:
        log.warning("left out: %s", reason)
    if not engines:
        raise SpeechError("there is no voice; install at least one of the three engines")
    out.mkdir(parents=True, exist_ok=True)
    with writer_lock(out, "making speech here"):
        log.info("reading %d episodes", len(texts))
        everything = [excerpt for path in texts for excerpt in excerpts(path)]
        shows = {excerpt.show for excerpt in everything}
        records = existing(out, shows, seed)
        real = _copy_real(data, out)
        log.info(
            "%d documents are there, %.2f hours", len(records), summary.hours(records.values())
        )
        summary.check_mix(out, mix)
        begun = time.monotonic()
        try:
            fill(out, hours, everything, engines, records, seed, max(1, options.jobs), mix)
        finally:
            # From the disk: after a stop the workers still finish what they had begun.
            records = existing(out, shows, seed)
            _write_tables(out, records.values())
            made = {
                "settings": {"seed": seed, "hours": hours, "mix": mix},
                "text": {
                    "from": "changelog-text (Changelog podcast transcripts, CC BY-SA 4.0)",
                    "episodes": len(texts),
                    "excerpts": len(everything),
                },
                "engines": versions(engines),
                "engine_shares": {engine: ENGINE_SHARES[engine] for engine in engines},
                "conditions": asdict(conditions.MIXES[mix]),
                "made": summary.counts(records.values()),
                "real": real,
            }
            summary.write_summary(out, made)
        log.info(
            "%d documents, %.2f hours in %s (%.0f min); %s lists what was made",
            len(records),
            summary.hours(records.values()),
            out,
            (time.monotonic() - begun) / 60,
            out / summary.SUMMARY_FILE,
        )


def _data_folder() -> Path:
    named = os.environ.get("HILBERT_DATA")
    if not named:
        raise SpeechError("HILBERT_DATA is not set; it names the folder that holds changelog-text")
    data = Path(named)
    for wanted in ("changelog-text", "changelog-speech", "speechocean", "short"):
        if not (data / wanted).is_dir():
            raise SpeechError(f"there is no folder {data / wanted}; HILBERT_DATA names its parent")
    return data


def _copy_real(data: Path, out: Path) -> dict[str, Any]:
    """Copy the real recordings, write their tables; return documents and hours by source."""
    documents = real_documents(data)
    copied: dict[str, Any] = {}
    for label in sorted({document.label for document in documents}):
        listed = [document for document in documents if document.label == label]
        seconds = copy_documents(listed, out)
        summary.write_metadata(out / label, [document.row for document in listed])
        copied[label] = {"documents": len(listed), "hours": round(seconds / 3600, 2)}
    return copied


def _write_tables(out: Path, records: Iterable[Record]) -> None:
    by_show: dict[str, list[Record]] = {}
    for record in records:
        by_show.setdefault(record.show, []).append(record)
    for show, listed in by_show.items():
        summary.write_metadata(out / show, [summary.metadata_row(record) for record in listed])


if __name__ == "__main__":
    sys.exit(main())
