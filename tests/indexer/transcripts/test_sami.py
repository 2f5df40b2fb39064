"""SAMI: lines that last until their language shows something else."""

from __future__ import annotations

import pytest

from indexer.base.types import Cue
from indexer.transcripts import TranscriptError, read_transcript
from tests.indexer.transcripts.text_files import read

SAMI = """<SAMI><HEAD><STYLE TYPE="text/css"><!--
P {{ font-size: 24px }}
.ENCC {{ Name: English; lang: en-US; }}
.KRCC {{ Name: Korean; lang: ko-KR; }}
--></STYLE></HEAD><BODY>{body}</BODY></SAMI>"""


def test_sami_is_shown_until_its_language_shows_something_else(tmp_path):
    body = (
        "<SYNC Start=1000><P Class=ENCC>The ferry<br>was late &amp; full."
        "<SYNC Start=3000><P Class=ENCC>&nbsp;"
        "<SYNC Start=5000><P Class=ENCC>Nobody came.\n<SYNC Start=60000><P Class=ENCC>The end."
    )
    transcript = read(tmp_path, "a.smi", SAMI.format(body=body))
    assert [cue.text for cue in transcript.cues] == [
        "The ferry was late & full.",
        "Nobody came.",
        "The end.",
    ]
    spans = [(cue.start, cue.end) for cue in transcript.cues]
    assert spans[0] == (1.0, 3.0)
    assert spans[1][0] == 5.0 and spans[1][1] < 10.0, "nobody says two words for a minute"
    assert transcript.language == "en" and not transcript.warnings


def test_of_sami_in_two_languages_the_wanted_one_is_read_and_the_other_named(tmp_path):
    body = "".join(
        f"<SYNC Start={start}><P Class=ENCC>{en}<P Class=KRCC>{ko}"
        for start, en, ko in (
            (1000, "The ferry was late.", "배가 늦었다."),
            (4000, "Gone.", "갔다."),
        )
    )
    path = tmp_path / "a.txt"
    path.write_text(SAMI.format(body=body), encoding="utf-8")
    english, korean = read_transcript(path, "en"), read_transcript(path, "ko")
    assert [cue.text for cue in english.cues] == ["The ferry was late.", "Gone."]
    assert [cue.text for cue in korean.cues] == ["배가 늦었다.", "갔다."]
    assert (english.language, korean.language) == ("en", "ko")
    assert "ko left out" in english.warnings[0] and "en left out" in korean.warnings[0]


def test_sami_without_paragraphs_is_cleared_by_a_space(tmp_path):
    shown = [(1000, "One."), (3000, "&nbsp;"), (5000, "Two."), (6000, "&nbsp")]
    text = "".join(f"<SYNC Start={start}>{words}\n" for start, words in shown)
    cues = read(tmp_path, "a.smi", text).cues
    assert cues == (Cue("One.", 1.0, 3.0), Cue("Two.", 5.0, 6.0))


def test_sami_without_times_is_refused(tmp_path):
    with pytest.raises(TranscriptError, match="SYNC"):
        read(tmp_path, "a.smi", SAMI.format(body="<P>The ferry was late."))
