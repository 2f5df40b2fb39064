"""TTML: its ways to write a time, words within sentences, names and languages."""

from __future__ import annotations

import pytest

from indexer.base.types import Cue
from tests.indexer.transcripts.text_files import read, ttml


@pytest.mark.parametrize(
    ("begin", "end", "attributes"),
    [
        ("00:00:01.500", "00:00:03", ""),
        ("1.5s", "3000ms", ""),
        ("1.5", "3", ""),
        ("0:01.5", "0:03", ""),
        ("00:00:01:12", "00:00:03:00", 'ttp:frameRate="24"'),
        ("36f", "72f", 'ttp:frameRate="24"'),
        ("15000000t", "30000000t", 'ttp:tickRate="10000000"'),
        ("0.025m", "0.05m", ""),
    ],
)
def test_times_of_ttml(tmp_path, begin, end, attributes):
    said = "The<br/>ferry &amp; <span>I</span>"
    body = f'<body><div><p begin="{begin}" end="{end}">{said}</p></div></body>'
    transcript = read(tmp_path, "a.ttml", ttml(body, attributes))
    (cue,) = transcript.cues
    assert cue.text == "The ferry & I"
    assert (cue.start, cue.end) == pytest.approx((1.5, 3.0))


def test_times_within_ttml_count_from_the_element_around_them(tmp_path):
    body = (
        '<body begin="10s"><div><p begin="1s" dur="2s">One.</p><p begin="4s">Two.</p>'
        '<p begin="6s" end="8s">Three.</p></div></body>'
    )
    cues = read(tmp_path, "a.dfxp", ttml(body, 'xml:lang="de-DE"')).cues
    assert [(cue.start, cue.text) for cue in cues] == [(11, "One."), (14, "Two."), (16, "Three.")]
    assert cues[0].end == 13
    assert 14.3 < cues[1].end <= 16


def test_words_of_ttml_become_sentences_with_the_agent_s_name(tmp_path):
    head = (
        '<head><metadata><ttm:agent xml:id="a1"><ttm:name type="full">Anna Lee</ttm:name>'
        "</ttm:agent></metadata></head>"
    )

    def span(begin: float, end: float, said: str) -> str:
        return f'<span begin="{begin}" end="{end}">{said}</span>'

    sentences = [
        span(61.5, 63, span(61.5, 62, "The") + span(62, 63, "ferry.")),
        span(63.5, 65, span(63.5, 64, "Was") + span(64, 65, "late!")),
    ]
    body = (
        f'<body><div begin="60" end="90"><p begin="61.5" end="65" ttm:agent="a1">'
        f'{"".join(sentences)}</p><p begin="66" end="67" ttm:agent="SPEAKER_2">No.</p></div></body>'
    )
    assert read(tmp_path, "a.ttml", ttml(body, head=head)).cues == (
        Cue("The ferry.", 61.5, 63.0, "Anna Lee"),
        Cue("Was late!", 63.5, 65.0, "Anna Lee"),
        Cue("No.", 66.0, 67.0, "SPEAKER_2"),
    )


def test_ttml_in_two_languages_is_read_in_its_own(tmp_path):
    line = '<p begin="1s" end="2s">{}</p>'
    body = (
        f'<body><div xml:lang="en">{line.format("Yes.")}</div>'
        f'<div xml:lang="fr">{line.format("Oui.")}</div></body>'
    )
    transcript = read(tmp_path, "a.xml", ttml(body, 'xml:lang="fr"'))
    assert [cue.text for cue in transcript.cues] == ["Oui."]
    assert "left out: en" in transcript.warnings[0]


def test_words_of_one_sentence_of_ttml_show_that_times_are_absolute(tmp_path):
    words = '<span begin="1s" end="2s">The</span><span begin="2s" end="4s">ferry.</span>'
    body = f'<body><div><p begin="1s" end="4s">{words}</p></div></body>'
    assert read(tmp_path, "a.ttml", ttml(body)).cues == (Cue("The ferry.", 1.0, 4.0),)


def test_paragraphs_of_ttml_in_sequence_follow_each_other(tmp_path):
    body = '<body><div timeContainer="seq"><p dur="2s">One.</p><p dur="3s">Two.</p></div></body>'
    cues = read(tmp_path, "a.ttml", ttml(body)).cues
    assert cues == (Cue("One.", 0.0, 2.0), Cue("Two.", 2.0, 5.0))


def test_ttml_with_readings_and_undeclared_prefixes(tmp_path):
    ruby = '<span tts:ruby="base">漢字</span><span tts:ruby="text">かんじ</span>です'
    body = f'<body><div><p begin="1s" end="4s">{ruby}</p></div></body>'
    assert [cue.text for cue in read(tmp_path, "a.ttml", ttml(body)).cues] == ["漢字です"]
