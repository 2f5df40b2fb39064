"""What was made: `metadata.csv` in each folder for the index, `made.json` for the model's card."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hilbert.files import write_atomically
from tools.speech_corpus.document import Record
from tools.speech_corpus.errors import SpeechError

SUMMARY_FILE = "made.json"
_COLUMNS = ("name", "title", "speaker", "label", "language")
# The index does not read these; they are for whoever looks at the data.
_MADE_COLUMNS = (*_COLUMNS, "voices", "speed", "condition", "rt60", "direct_db", "noise", "snr_db")


def write_metadata(folder: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write `metadata.csv`, sorted by name; what a row lacks stays empty."""
    ordered = sorted(rows, key=lambda row: row["name"])
    columns = _MADE_COLUMNS if any("voices" in row for row in ordered) else _COLUMNS

    def write(path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            table.writeheader()
            table.writerows(ordered)

    write_atomically(folder / "metadata.csv", write)


def metadata_row(record: Record) -> dict[str, Any]:
    """A made document's row."""
    episode, _, part = record.name.removeprefix(f"{record.show}-").rpartition("-")
    voices = [f"{voice['label']} at {voice['pitch']}" for voice in record.voices]
    condition = dict(record.condition)
    return {
        "name": record.name,
        "title": f"{episode}, part {int(part)}",
        "speaker": ", ".join(voice["label"] for voice in record.voices),
        "label": record.show,
        "language": "en",
        "voices": ", ".join(voices),
        "condition": condition.pop("name"),
        **condition,
    }


def hours(records: Iterable[Record]) -> float:
    """Hours of the recordings."""
    return sum(record.seconds for record in records) / 3600


def counts(records: Iterable[Record]) -> dict[str, Any]:
    """Hours by engine and voice (of speech) and by condition and show (of recordings)."""
    listed = list(records)
    tables: dict[str, dict[str, float]] = {
        kind: defaultdict(float) for kind in ("engine", "voice", "condition", "noise", "show")
    }
    for record in listed:
        for voice in record.voices:
            tables["engine"][voice["engine"]] += voice["seconds"]
            # The qualities of an espeak-ng accent are counted with it.
            name = voice["label"].partition("+")[0]
            tables["voice"][f"{voice['engine']} {name}"] += voice["seconds"]
        tables["condition"][record.condition["name"]] += record.seconds
        tables["noise"][record.condition.get("noise", "none")] += record.seconds
        tables["show"][record.show] += record.seconds
    return {
        "documents": len(listed),
        "hours": round(hours(listed), 2),
        "silent_sentences": sum(record.silent for record in listed),
        **{f"hours_by_{kind}": _in_hours(table) for kind, table in tables.items()},
    }


def check_mix(out: Path, mix: str) -> None:
    """Refuse to go on with a folder whose documents were drawn from another mix of conditions.

    Raises:
        SpeechError: names the mix that it was made with.
    """
    path = out / SUMMARY_FILE
    settings = json.loads(path.read_text(encoding="utf-8"))["settings"] if path.exists() else {}
    if settings and (made_with := settings.get("mix", "usual")) != mix:
        raise SpeechError(
            f"{out} was made with --mix {made_with}; go on with that, or name another folder with "
            "--out"
        )


def write_summary(out: Path, summary: Mapping[str, Any]) -> None:
    """Write `made.json`."""
    text = json.dumps(summary, indent=2) + "\n"
    write_atomically(out / SUMMARY_FILE, lambda path: path.write_text(text, encoding="utf-8"))


def _in_hours(seconds: Mapping[str, float]) -> dict[str, float]:
    ordered = sorted(seconds.items(), key=lambda item: (-item[1], item[0]))
    return {key: round(value / 3600, 2) for key, value in ordered}
