"""One folder with everything that can be wrong in it: each told in a line, the rest indexed."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.cli import run
from tests.sharing import copy_library

RunHilbert = Callable[..., subprocess.CompletedProcess[str]]
WriteSound = Callable[..., Path]
Excerpt = Callable[[Path, float, float], Path]


@pytest.fixture
def odd_folder(
    tmp_path: Path,
    demo_folder: Path,
    write_sound: WriteSound,
    excerpt: Excerpt,
    silence: NDArray[np.float32],
    tides: NDArray[np.float32],
) -> Path:
    """Files that are odd and yet no failure: silence, 0.2 s, a copy, an empty folder."""
    folder = tmp_path / "odd"
    (folder / "nothing").mkdir(parents=True)
    excerpt(folder / "good.wav", 0, 8)
    shutil.copy(folder / "good.wav", folder / "good-copy.wav")
    write_sound(folder / "silence.wav", silence)
    excerpt(folder / "short.wav", 2.0, 2.2)
    return folder


@pytest.fixture
def broken_folder(
    odd_folder: Path, write_sound: WriteSound, excerpt: Excerpt, tides: NDArray[np.float32]
) -> Path:
    """The odd files, and files that cannot be read or decoded."""
    (odd_folder / "zero.mp3").write_bytes(b"")
    (odd_folder / "letter.mp3").write_text("Dear Sir,\nthis is no recording.\n" * 50)
    (odd_folder / "dangling.opus").symlink_to(odd_folder / "gone.opus")
    excerpt(odd_folder / "captioned.wav", 32, 38)
    (odd_folder / "captioned.vtt").write_text("no captions at all\n")
    cut = write_sound(
        odd_folder / "cut.mp3", np.repeat(tides[: 16_000 * 20], 2), 32_000, "libmp3lame"
    )
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    return odd_folder


def test_odd_files_are_warnings_and_the_exit_status_is_zero(
    capsys: pytest.CaptureFixture[str],
    odd_folder: Path,
    empty_library_folder: Path,
    tmp_path: Path,
    models: None,
) -> None:
    library = tmp_path / "library"
    copy_library(empty_library_folder, library)
    paths = map(str, (odd_folder, odd_folder / "nothing"))
    assert run(["index", *paths, "--library", str(library)]) == 0
    lines = capsys.readouterr().out.splitlines()
    warnings = [line for line in lines if line.startswith("warning: ")]
    for name, text in {
        "good-copy.wav": "the same recording as",
        "silence.wav": "silence: nothing to search in it",
        "short.wav": "only 0.2 s long: too short to recognise words in",
        "nothing": "no recordings or transcripts here",
    }.items():
        assert [line for line in warnings if f"{name}: " in line and text in line], name
    assert len(warnings) == 4
    assert "3 added, 0 updated, 1 unchanged, 0 failed" in lines[-1]


def test_files_that_cannot_be_read_are_failures_and_the_rest_is_indexed(
    run_hilbert: RunHilbert, broken_folder: Path, empty_library_folder: Path, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    copy_library(empty_library_folder, library)
    done = run_hilbert("index", broken_folder, "--library", library, "--json")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    summary = json.loads(done.stdout)
    reasons = {Path(path).name: reason for path, reason in summary["failed"].items()}
    assert reasons == {
        "zero.mp3": "the file is empty",
        "letter.mp3": "not a sound file that can be decoded",
        "dangling.opus": "a link to a file that does not exist",
        "captioned.vtt": reasons["captioned.vtt"],
    }
    assert "does not begin with WEBVTT" in reasons["captioned.vtt"]
    assert all("\n" not in reason for reason in reasons.values())
    assert sorted(summary["added"]) == ["captioned", "cut", "good", "short", "silence"]
    (cut,) = summary["warnings"][str(broken_folder / "cut.mp3")]
    assert cut.startswith("the file is cut off: only 10 s of the 20 s")
    again = run_hilbert("index", broken_folder, "--library", library)
    assert again.returncode == 1
    failed = [line for line in again.stdout.splitlines() if line.startswith("failed: ")]
    assert len(failed) == 4 and "Traceback" not in again.stdout + again.stderr
    assert ", 4 failed in" in again.stdout.splitlines()[-1]


def test_an_empty_folder_makes_an_empty_library_with_a_warning(
    run_hilbert: RunHilbert, empty_library_folder: Path, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    copy_library(empty_library_folder, library)
    (tmp_path / "nothing").mkdir()
    done = run_hilbert("index", tmp_path / "nothing", "--library", library)
    assert done.returncode == 0
    assert "no recordings or transcripts here" in done.stdout
    asked = run_hilbert("search", "tea", "--library", library, "--channel", "lexical")
    assert asked.returncode == 1 and "nothing is indexed in" in asked.stderr
    assert run_hilbert("doctor", "--library", library).returncode == 0


def test_an_unknown_option_is_a_failure_in_one_line(
    run_hilbert: RunHilbert, tmp_path: Path
) -> None:
    done = run_hilbert("index", tmp_path, "--library", tmp_path / "x", "--fast")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("hilbert: No such option") and done.stderr.count("\n") == 1
    assert not (tmp_path / "x").exists()
