"""Captions and labels of players and editors: TTML, SBV, LRC, ASS, tables, HTML, Word."""

from __future__ import annotations

import zipfile
from html import escape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.base.types import Cue
from indexer.transcripts import Transcript, TranscriptError, read_transcript
from indexer.transcripts.formats import untimed_extensions
from indexer.transcripts.reader import may_be_transcript


def read(folder: Path, name: str, content: str) -> Transcript:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return read_transcript(path)


def ttml(body: str, attributes: str = "", head: str = "") -> str:
    spaces = (
        'xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata" '
        'xmlns:ttp="http://www.w3.org/ns/ttml#parameter"'
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><tt {spaces} {attributes}>{head}{body}</tt>'


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


def test_sbv_keeps_what_stands_after_a_blank_line(tmp_path):
    text = "0:00:01.000,0:00:02.500\nThe ferry[br]left\n\nat nine.\n\n0:00:03.0,0:00:04.0\nLate.\n"
    cues = (Cue("The ferry left at nine.", 1.0, 2.5), Cue("Late.", 3.0, 4.0))
    assert read(tmp_path, "a.sbv", text).cues == cues
    assert read(tmp_path, "a.txt", text).format == "sbv"


def test_sbv_with_damaged_times_keeps_its_words_and_warns(tmp_path):
    times = ["0:00:01.000,0:00:02.000", "0:00:0x.000,0:00:04.000", "0:00:05.000,0:00:06.000"]
    said = ["One.", "Two.", "Three."]
    text = "".join(f"{time}\n{words}\n\n" for time, words in zip(times, said, strict=True))
    transcript = read(tmp_path, "a.sbv", text)
    assert [cue.text for cue in transcript.cues] == said
    assert 2 <= transcript.cues[1].start <= 4
    (warning,) = transcript.warnings
    assert "cue 2" in warning


def test_lrc_times_of_words_several_times_and_the_offset(tmp_path):
    text = (
        "[ar:Nobody]\n[offset:+500]\n[00:12.00][01:12.50]The harbour sleeps\n"
        "[00:15.50]<00:15.50>and <00:16.00>so\n[00:17.5]\n"
    )
    cues = read(tmp_path, "a.lrc", text).cues
    assert [(cue.start, cue.text) for cue in cues] == [
        (11.5, "The harbour sleeps"),
        (15.0, "and so"),
        (72.0, "The harbour sleeps"),
    ]
    assert cues[1].end <= 17.0
    assert cues[2].end < 75


ASS = r"""[Script Info]
Dialogue: 0:00:00.00,0:00:01.00,Nobody,is no event

[Events]
Format: Start, End, Actor, Text
Dialogue: 0:00:01.00,0:00:02.50,Anna,{\an8}The ferry,\Nit {\i1}left{\i0}{\p1}m 0 0 l 9 9{\p0}
Dialogue: 0:00:01.00,0:00:02.50,Anna,{\blur3}The ferry,\Nit left
Comment: 0:00:01.00,0:00:02.50,Anna,a note
Dialogue: 0:00:03.00,0:00:04.00,,{\k20}ka{\kf30}ra{\K20}oke
Dialogue: 0:00:03.00,0:00:04.00,,{\p1}m 0 0 l 10 10
"""


def test_ass_without_tags_comments_drawings_and_second_layers(tmp_path):
    cues = (Cue("The ferry, it left", 1.0, 2.5, "Anna"), Cue("karaoke", 3.0, 4.0))
    assert read(tmp_path, "a.ass", ASS).cues == cues
    assert read(tmp_path, "a.ssa", ASS).cues == cues


def test_ass_syllables_of_a_karaoke_template_are_no_words(tmp_path):
    head = "Format: Start, End, Effect, Text\n"
    times = "0:00:01.00,0:00:03.00"
    lines = [f"Comment: {times},karaoke,{{\\k9}}har{{\\k9}}bour\n"]
    lines += [f"Dialogue: {times},fx,{{\\pos(1,1)}}{part}\n" for part in ("har", "bour") * 3]
    transcript = read(tmp_path, "a.ass", "[Events]\n" + head + "".join(lines))
    assert transcript.cues == (Cue("harbour", 1.0, 3.0),)


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


def test_labels_of_audacity(tmp_path):
    text = "0.500000\t4.000000\tThe ferry\n\\\t100.0\t200.0\n5.000000\t5.000000\tleft\n"
    first, second = read(tmp_path, "a.txt", text).cues
    assert first == Cue("The ferry", 0.5, 4.0)
    assert (second.text, second.start) == ("left", 5.0)
    assert 5.3 < second.end < 7


@pytest.mark.parametrize(
    ("paragraph", "timed"),
    [
        ("<p><b>{name}:</b> {words}</p>", False),
        ("<p><strong>{name}</strong> [0:0{second}]<br>{words}</p>", True),
        ('<div>{name} (<a href="https://x.org/?t=1">0:0{second}</a>): {words}</div>', True),
        ("<tr><td>0:0{second}</td><td>{name}: {words}</td></tr>", True),
    ],
)
def test_pages_with_names_and_clocks_in_their_text(tmp_path, paragraph, timed):
    said = [("Ann Lee", "We begin."), ("Bob", "We do."), ("Ann Lee", "We end."), ("Bob", "Bye.")]
    body = "\n".join(
        paragraph.format(name=name, words=words, second=2 * number)
        for number, (name, words) in enumerate(said)
    )
    page = f'<html lang="en"><head><title>T</title></head><body>{body}<script>x</script></body>'
    transcript = read(tmp_path, "a.html", page)
    assert [(cue.speaker, cue.text) for cue in transcript.cues] == said
    assert transcript.timed == timed
    if timed:
        assert [cue.start for cue in transcript.cues] == [0, 2, 4, 6]


def test_podcast_html(tmp_path):
    text = (
        '<html lang="en"><head><title>T</title></head><body><h1>A show</h1>'
        "<cite>Anna:</cite> <time>0:01</time><p>The &amp; <b>ferry</b>.</p>"
        "<cite>Ben:</cite>\n<time>1:00:05</time>\n<p>It left.</p><time>1:00:09</time><p>Yes.</p>"
    )
    transcript = read(tmp_path, "a.html", text)
    assert transcript.language == "en"
    assert [(cue.speaker, cue.start, cue.text) for cue in transcript.cues] == [
        ("Anna", 1, "The & ferry."),
        ("Ben", 3605, "It left."),
        ("Ben", 3609, "Yes."),
    ]
    assert transcript.cues[0].end < 5


def docx(path: Path, paragraphs: list[str]) -> Path:
    def run(line: str) -> str:
        return f'<w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r>'

    body = "".join(
        f"<w:p>{'<w:r><w:br/></w:r>'.join(map(run, paragraph.split(chr(10))))}</w:p>"
        for paragraph in paragraphs
    )
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>',
        )
    return path


@pytest.mark.parametrize(
    "paragraphs",
    [
        ["Anna Reed   0:03\nThe ferry & I.", "Ben Ito   0:08\nIt left.", "Anna Reed   0:12\nLate."],
        [
            "Anna Reed  0:03",
            "The ferry & I.",
            "Ben Ito  0:08",
            "It left.",
            "Anna Reed  0:12",
            "Late.",
        ],
        [
            f"0:0:{a}.0 --> 0:0:{a + 2}.250\n{n}\n{w}"
            for a, n, w in (
                (3, "Anna Reed", "The ferry & I."),
                (8, "Ben Ito", "It left."),
                (12, "Anna Reed", "Late."),
            )
        ],
    ],
)
def test_word_documents_of_meetings(tmp_path, paragraphs):
    transcript = read_transcript(docx(tmp_path / "a.docx", ["Meeting", *paragraphs]))
    assert [(cue.start, cue.speaker, cue.text) for cue in transcript.cues] == [
        (3, "Anna Reed", "The ferry & I."),
        (8, "Ben Ito", "It left."),
        (12, "Anna Reed", "Late."),
    ]


def test_a_word_document_without_times(tmp_path):
    path = docx(tmp_path / "a.docx", ["Anna: The ferry.", "Ben: It left.", "Anna: Late."])
    cues = read_transcript(path).cues
    assert [(cue.speaker, cue.text) for cue in cues] == [
        ("Anna", "The ferry."),
        ("Ben", "It left."),
        ("Anna", "Late."),
    ]


@pytest.mark.slow
def test_a_word_document_that_grows_is_refused(tmp_path):
    path = docx(tmp_path / "a.docx", ["a" * (65 << 20)])
    assert path.stat().st_size < 1 << 20
    with pytest.raises(TranscriptError, match="64 MiB"):
        read_transcript(path)


def test_only_running_text_is_expected_without_times():
    assert untimed_extensions() == {".txt", ".md", ".docx"}


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


def test_lrc_keeps_lines_without_times_and_reads_hours(tmp_path):
    text = "A title\n[ar:Nobody]\n[01:00:12.50]The harbour\nsleeps\n[01:00:15.00]so\n"
    transcript = read(tmp_path, "a.lrc", text)
    cues = [(cue.start, cue.text) for cue in transcript.cues]
    assert cues == [(3612.5, "The harbour sleeps"), (3615.0, "so")]
    (warning,) = transcript.warnings
    assert "A title" in warning


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


def test_ssa_names_nobody_with_a_word_of_its_own(tmp_path):
    assert {c.speaker for c in read(tmp_path, "a.ssa", ASS.replace("Anna", "NTP")).cues} == {None}


def test_sami_without_paragraphs_is_cleared_by_a_space(tmp_path):
    shown = [(1000, "One."), (3000, "&nbsp;"), (5000, "Two."), (6000, "&nbsp")]
    text = "".join(f"<SYNC Start={start}>{words}\n" for start, words in shown)
    cues = read(tmp_path, "a.smi", text).cues
    assert cues == (Cue("One.", 1.0, 3.0), Cue("Two.", 5.0, 6.0))


def test_turns_of_noscribe_have_the_times_of_their_anchors(tmp_path):
    turns = [(1.0, 4.0, "S00", "Do you like jam?"), (5.0, 8.0, "S01", "No, honey.")]
    turns.append((9.0, 12.0, "S00", "I see."))
    anchors = (
        f'<p><a name="ts_{a * 1000:.0f}_{b * 1000:.0f}_{who}">{who}: {words}</a></p>'
        for a, b, who, words in turns
    )
    cues = read(tmp_path, "a.html", f"<html><body>{''.join(anchors)}</body></html>").cues
    assert [(cue.start, cue.end, cue.speaker, cue.text) for cue in cues] == turns


def test_sami_without_times_is_refused(tmp_path):
    with pytest.raises(TranscriptError, match="SYNC"):
        read(tmp_path, "a.smi", SAMI.format(body="<P>The ferry was late."))


@pytest.mark.parametrize(
    "content",
    [
        "{1}{1}25\n{25}{75}The ferry|was late.\n{100}{150}Nobody came.\n",
        "[INFORMATION]\n[TITLE]\n[END INFORMATION]\n00:00:01.00,00:00:03.00\nThe ferry[br]was late."
        "\n\n00:00:04.00,00:00:06.00\nNobody came.\n",
    ],
)
def test_subtitles_named_sub_are_read_as_what_they_are(tmp_path, content):
    transcript = read(tmp_path, "a.sub", content)
    assert may_be_transcript(tmp_path / "a.sub")
    assert [(cue.text, cue.start, cue.end) for cue in transcript.cues] == [
        ("The ferry was late.", 1.0, 3.0),
        ("Nobody came.", 4.0, 6.0),
    ]


def test_lists_of_two_times_and_words_are_read_by_their_places(tmp_path):
    transcript = read(tmp_path, "a.json", '[[0, 2.5, "The ferry was late."], [3, 4, "Gone."]]')
    assert [(cue.text, cue.start, cue.end) for cue in transcript.cues] == [
        ("The ferry was late.", 0.0, 2.5),
        ("Gone.", 3.0, 4.0),
    ]
    assert "lists of times and words" in transcript.warnings[0]
    outline = tmp_path / "b.json"
    outline.write_text('{"shape": [[0.5, 12.25, "m"], [12.5, 13.0, "l"]], "at": [[1, 2]]}')
    assert may_be_transcript(tmp_path / "a.json") and not may_be_transcript(outline)
