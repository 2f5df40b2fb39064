"""A transcript format is one new file: indexed, searched and named in the help."""

from __future__ import annotations

import json
from pathlib import Path

from tests.dropping import Copy

LRC = r'''"""LRC: timed lyrics, `[mm:ss.xx] text` a line."""

from __future__ import annotations

import re

from indexer.base.types import Cue
from indexer.transcripts.formats import TRANSCRIPT_FORMATS, TranscriptFormat
from indexer.transcripts.transcript import Transcript, timed_transcript

_LINE = re.compile(r"\[(\d+):(\d+\.\d+)\]\s*(.+)")


def sniff(text: str, extension: str) -> bool:
    return _LINE.match(text.lstrip()) is not None


def parse(text: str, extension: str, language: str) -> Transcript:
    lines = [(int(m[1]) * 60 + float(m[2]), m[3]) for m in _LINE.finditer(text)]
    ends = [start for start, _ in lines[1:]] + [lines[-1][0] + 5]
    cues = [Cue(words, start, end) for (start, words), end in zip(lines, ends)]
    return timed_transcript(cues, "lrc", language)


TRANSCRIPT_FORMATS.add("lrc", TranscriptFormat((".lrc",), True, sniff, parse))
'''
SONG = "[00:12.00] The harbour lights went out\n[01:15.50] A heron took the evening ferry\n"
FIND = """
from pathlib import Path
from app.components.upload_form import file_types
from indexer.transcripts import find_transcript, read_transcript
print(find_transcript(Path("/a/song.mp3"), [Path("/a/song.txt"), Path("/a/song.lrc")]).name)
print(read_transcript(Path({as_text!r})).format)
print("lrc" in file_types())
"""


def test_a_format_dropped_in_is_indexed_searched_and_named(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    copy.drop({"indexer/transcripts/formats/lrc.py": LRC})
    songs, library = tmp_path / "songs", tmp_path / "library"
    songs.mkdir()
    (songs / "harbour.lrc").write_text(SONG)
    as_text = tmp_path / "harbour.txt"
    as_text.write_text(SONG)

    found = copy.run("-c", FIND.format(as_text=str(as_text)))
    assert found.stdout.split() == ["song.lrc", "lrc", "True"], found.stderr
    help_text = copy.run("-m", "indexer", "index", "--help").stdout
    assert ".lrc " in help_text

    made = copy.run("-m", "indexer", "index", songs, "--asr", "never", "-l", library)
    assert made.returncode == 0, made.stderr
    search = ("search", "heron", "--channel", "lexical", "--json", "-l", library)
    (hit,) = json.loads(copy.run("-m", "indexer", *search).stdout)["hits"]
    assert hit["name"] == "harbour"
    assert hit["start"] <= 75.5 < hit["end"]
