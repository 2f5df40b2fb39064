"""The shell completes the filters of a query with what the library holds."""

from __future__ import annotations

from pathlib import Path

from click.shell_completion import ShellComplete

from indexer.cli import hilbert
from indexer.index.library_store import LibraryStore

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


def test_values_of_cues_sounds_folders_and_dates_are_completed(
    small_library: LibraryStore,
) -> None:
    library = str(small_library.folder)
    documents = small_library.catalog.documents()
    dates = sorted({d.date[:10] for d in documents if d.date})
    assert dates and complete("-l", library, "since:") == [f"since:{date}" for date in dates]
    folders = {str(Path(d.path).parent) for d in documents}
    assert {v.partition(":")[2].strip('"') for v in complete("-l", library, "folder:")} == folders


def test_a_minus_behind_the_dashes_excludes() -> None:
    assert complete("--", "-s") == ["-speaker:", "-sound:"]  # a date cannot be excluded
    speakers = complete("-l", str(LIBRARY), "--", "speaker:")
    assert complete("-l", str(LIBRARY), "--", "-speaker:") == [f"-{each}" for each in speakers]


def test_values_of_several_libraries_are_completed(small_library: LibraryStore) -> None:
    both = complete("-l", str(LIBRARY), "-l", str(small_library.folder), "in:")
    one, other = (complete("-l", str(f), "in:") for f in (LIBRARY, small_library.folder))
    assert both == sorted({*one, *other}) and len(both) > max(len(one), len(other))
