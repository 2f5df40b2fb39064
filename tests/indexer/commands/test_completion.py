"""The shell completes the filters of a query with what the library holds."""

from __future__ import annotations

from pathlib import Path

from click.shell_completion import ShellComplete

from indexer.cli import hilbert

LIBRARY = Path(__file__).resolve().parents[2] / "fixtures" / "library-0.1"


def complete(*typed: str) -> list[str]:
    *before, last = typed
    shell = ShellComplete(hilbert, {}, "hilbert", "_HILBERT_COMPLETE")
    return [item.value for item in shell.get_completions(["search", *before], last)]


def test_names_of_filters_are_completed() -> None:
    assert complete("fog", "s") == ["speaker:", "since:", "sound:"]
    assert complete("fog", "xyz") == []


def test_values_are_those_of_the_library(tmp_path: Path) -> None:
    names = complete("-l", str(LIBRARY), "fog", "in:")
    assert names and all(name.startswith("in:") for name in names)
    assert complete("-l", str(LIBRARY), "fog", names[0][:-2]) == names[:1]
    speakers = complete("-l", str(LIBRARY), "fog", "speaker:")
    assert speakers and all(s.startswith('speaker:"') and s.endswith('"') for s in speakers)
    assert complete("-l", str(tmp_path / "nothing"), "fog", "in:") == []
    assert complete("fog", "in:") == []
