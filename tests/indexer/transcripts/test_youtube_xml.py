"""Captions of YouTube in XML, and other XML that is called a transcript."""

from __future__ import annotations

import pytest

from indexer.base.types import Cue
from indexer.transcripts import read_transcript
from indexer.transcripts.reader import may_be_transcript

SRV = {
    "srv1": '<transcript><text start="1.5" dur="4">Rock &amp;amp; roll</text>'
    '<text start="3" dur="1">it&amp;#39;s <br/>late</text></transcript>',
    "srv2": '<timedtext><window t="0" id="1"/><text t="1500" d="4000">Rock &amp; roll</text>'
    '<text t="3000" d="9" a="1">\n</text><text t="3000" d="1000">it\'s late</text></timedtext>',
    "srv3": '<timedtext format="3"><head><pen id="1"/></head><body><p t="1500" d="4000" w="1">'
    '<s ac="255">Rock</s><s t="300"> &amp; roll</s></p><p t="2900" d="10" a="1">\n</p>'
    '<p t="3000" d="1000">it&#39;s<br/>late</p></body></timedtext>',
}


@pytest.mark.parametrize("kind", SRV)
@pytest.mark.parametrize("named", [True, False])
def test_captions_of_youtube_in_xml(tmp_path, kind, named):
    path = tmp_path / f"a.{kind if named else 'xml'}"
    path.write_text(f'<?xml version="1.0" encoding="utf-8" ?>{SRV[kind]}', encoding="utf-8")
    assert may_be_transcript(path)
    assert read_transcript(path).cues == (
        Cue("Rock & roll", 1.5, 3.0),
        Cue("it's late", 3.0, 4.0),
    )


def test_other_xml_that_is_called_a_transcript_is_not_taken_for_captions(tmp_path):
    path = tmp_path / "a.xml"
    path.write_text("<transcript><text>The minutes of a court.</text></transcript>")
    assert not may_be_transcript(path)
