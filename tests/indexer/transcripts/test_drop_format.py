"""A transcript format is one new file: indexed, searched and named in the help."""

from __future__ import annotations

import json
from pathlib import Path

from tests.dropping import Copy, documented

SONG = "[120][155] The harbour lights went out\n[755][790] A heron took the evening ferry\n"
FIND = """
from pathlib import Path
from app.components.upload_form import file_types
from indexer.transcripts import find_transcript, read_transcript
print(find_transcript(Path("/a/song.mp3"), [Path("/a/song.txt"), Path("/a/song.mpl")]).name)
print(read_transcript(Path({as_text!r})).format)
print("mpl" in file_types())
"""


def test_a_format_dropped_in_is_indexed_searched_and_named(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    copy.drop(documented("transcript-format"))
    songs, library = tmp_path / "songs", tmp_path / "library"
    songs.mkdir()
    (songs / "harbour.mpl").write_text(SONG)
    as_text = tmp_path / "harbour.txt"
    as_text.write_text(SONG)

    found = copy.run("-c", FIND.format(as_text=str(as_text)))
    assert found.stdout.split() == ["song.mpl", "mpl", "True"], found.stderr
    help_text = copy.run("-m", "indexer", "index", "--help").stdout
    assert ".mpl " in help_text

    made = copy.run("-m", "indexer", "index", songs, "--asr", "never", "-l", library)
    assert made.returncode == 0, made.stderr
    search = ("search", "heron", "--channel", "lexical", "--json", "-l", library)
    (hit,) = json.loads(copy.run("-m", "indexer", *search).stdout)["hits"]
    assert hit["name"] == "harbour"
    assert hit["start"] <= 75.5 < hit["end"]
