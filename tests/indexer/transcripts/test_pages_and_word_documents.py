"""Transcripts as pages of HTML and as Word documents."""

from __future__ import annotations

import zipfile
from html import escape
from pathlib import Path

import pytest

from indexer.transcripts import TranscriptError, read_transcript
from indexer.transcripts.formats import untimed_extensions
from tests.indexer.transcripts.text_files import read


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


def test_turns_of_noscribe_have_the_times_of_their_anchors(tmp_path):
    turns = [(1.0, 4.0, "S00", "Do you like jam?"), (5.0, 8.0, "S01", "No, honey.")]
    turns.append((9.0, 12.0, "S00", "I see."))
    anchors = (
        f'<p><a name="ts_{a * 1000:.0f}_{b * 1000:.0f}_{who}">{who}: {words}</a></p>'
        for a, b, who, words in turns
    )
    cues = read(tmp_path, "a.html", f"<html><body>{''.join(anchors)}</body></html>").cues
    assert [(cue.start, cue.end, cue.speaker, cue.text) for cue in cues] == turns
