"""Files that are broken or are of another kind than they are called: refused in words."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.transcripts import TranscriptError
from tests.indexer.transcripts.text_files import read, ttml

BOMB = '<!DOCTYPE t [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><tt><body><p>&b;</p></body></tt>'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.ttml", BOMB),
        ("a.ttml", "<tt><body>"),
        ("a.ttml", "<tt/>"),
        ("a.ttml", ttml("<body/>")),
        ("a.ttml", "words"),
        ("a.ttml", ttml("<body>" + "<div>" * 3000 + "</div>" * 3000 + "</body>")),
        ("a.sbv", "words"),
        ("a.lrc", "words"),
        ("a.ass", "words"),
        ("a.tsv", "name\tage\nAnn\t5\n"),
        ("a.srv3", "words"),
        ("a.srv3", BOMB),
        ("a.srv3", "<timedtext/>"),
        ("a.srv3", "<timedtext><p>" + "<s>" * 3000 + "</s>" * 3000 + "</p></timedtext>"),
        ("a.jsonl", "words"),
        ("a.csv", "words"),
        ("a.html", "<p>An article of a newspaper.</p>"),
        ("a.docx", "words"),
        ("a.docx", "PK\x03\x04 words"),
    ],
)
def test_broken_files_are_refused_in_words(tmp_path, name, content):
    with pytest.raises(TranscriptError) as caught:
        read(tmp_path, name, content)
    assert "\n" not in str(caught.value)


EXTENSIONS = ["ttml", "sbv", "lrc", "ass", "tsv", "html", "docx", "json3", "xml"]


BEGINNINGS = [
    "",
    "<tt><body><p begin='1'>",
    "[Events]\nDialogue: ",
    "[00:01]",
    "0:00:01.0,0:00:02.0\n",
]


@pytest.mark.slow
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(BEGINNINGS), st.text(max_size=60), st.sampled_from(EXTENSIONS))
def test_any_text_is_read_or_refused(tmp_path, beginning, text, extension):
    try:
        transcript = read(tmp_path, f"a.{extension}", beginning + text.replace("\r", ""))
    except (TranscriptError, UnicodeEncodeError):
        return
    assert all(cue.text for cue in transcript.cues)
