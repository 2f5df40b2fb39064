"""Turns and plain text become a cue a sentence, with who says it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.transcripts import (
    Transcript,
    read_transcript,
    split_sentences,
)


def read(folder: Path, name: str, content: str | bytes) -> Transcript:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_transcript(path)


def texts(transcript: Transcript) -> list[str]:
    return [cue.text for cue in transcript.cues]


def spoken(transcript: Transcript) -> list[tuple[str | None, str]]:
    return [(cue.speaker, cue.text) for cue in transcript.cues]


# --- turns and plain text -------------------------------------------------------------------


def test_turns_of_short_names(tmp_path):
    content = (
        "D: What brought you in?\r\n\r\nP: A pain. It's: sharp.\r\n\r\nD; OK. Where?\r\n\r\n"
        "It may help: think.\r\n\r\nP: Here.\r\n\r\nD: Thanks.\r\n"
    )
    transcript = read(tmp_path, "a.txt", content)
    assert (transcript.timed, transcript.format) == (False, "turns")
    assert spoken(transcript) == [
        ("D", "What brought you in?"),
        ("P", "A pain."),
        ("P", "It's: sharp."),
        ("D", "OK."),
        ("D", "Where?"),
        ("D", "It may help: think."),
        ("P", "Here."),
        ("D", "Thanks."),
    ]
    assert all(cue.start is None and cue.end is None for cue in transcript.cues)


def test_markdown_turns_with_marks_and_time_codes(tmp_path):
    content = (
        "# Episode 1\n\n**Ann Lee:** Hello *you*. See [this](http://x.y).\n\n"
        "\\[18:12\\] Still me... \\[laughter\\]\n\n"
        "**Bob:** \\[unintelligible 00:12:30.19\\] yes.\n\n"
        "**Break:** \\[05:22\\]\n\n**Ann Lee:** Bye.\n"
    )
    transcript = read(tmp_path, "a.md", content)
    assert [sound.label for sound in transcript.sounds] == ["laughter"]
    assert spoken(transcript) == [
        (None, "Episode 1"),
        ("Ann Lee", "Hello you."),
        ("Ann Lee", "See this."),
        ("Ann Lee", "Still me..."),
        ("Bob", "yes."),
        ("Ann Lee", "Bye."),
    ]


def test_names_on_lines_of_their_own(tmp_path):
    turns = [("sam boyer", "We left."), ("Dr. Bell", "Am I late?"), ("sam boyer", "No.")] * 3
    content = "".join(f"{name}\n{words}\n\n" for name, words in turns)
    assert spoken(read(tmp_path, "a.txt", content)) == turns


FORMS = {
    "txt: dash": "{} - {}\n\n",
    "txt: long dash": "{} — {}\n",
    "txt: angles": "<{}> {}\n",
    "txt: parentheses": "({}) {}\n\n",
    "txt: bullet": "- {}: {}\n",
    "txt: wide colon": "{}：{}\n",
    "txt: columns of tabs": "{}\t{}\n",
    "txt: columns of spaces": "{:16}{}\n",
    "txt: paragraphs of their own": "{}\n\n{}\n\n",
    "md: italics": "*{}*: {}\n\n",
    "md: bold without a colon": "**{}** {}\n\n",
    "md: bold paragraphs": "**{}**\n\n{}\n\n",
    "md: HTML": "<b>{}:</b> {}<br>\n\n",
    "md: linked name": "[**{}:**](https://x.org/a) {}\n\n",
    "md: table": "| {} | {} |\n",
}
SAID = [
    ("Anna Reed", "We begin with jam."),
    ("Ben", "Note: the ferry - it was late - brought it."),
    ("Anna Reed", "Nobody knew why."),
    ("Ben", "Herons know much."),
    ("Anna Reed", "So do (some) owls."),
]


@pytest.mark.parametrize("form", FORMS)
def test_names_in_every_form_lead_their_words(tmp_path, form):
    content = "".join(FORMS[form].format(*turn) for turn in SAID)
    transcript = read(tmp_path, f"a.{form.split(':')[0]}", content)
    assert spoken(transcript) == SAID
    assert not transcript.warnings


@pytest.mark.parametrize(
    "names", [("Laura Bell", "Enrico Clappi"), ("anna reed", "Ben")], ids=["sounds", "small"]
)
@pytest.mark.parametrize("form", FORMS)
def test_names_that_look_like_sounds_or_are_written_small_are_names(tmp_path, form, names):
    called = dict(zip(("Anna Reed", "Ben"), names, strict=True))
    said = [(called[name], words) for name, words in SAID]
    content = "".join(FORMS[form].format(*turn) for turn in said)
    assert spoken(read(tmp_path, f"a.{form.split(':')[0]}", content)) == said


def test_a_word_that_is_a_paragraph_now_and_then_is_no_name(tmp_path):
    said = [(("Anna Reed", "Ben")[turn % 2], f"Jam number {turn}.") for turn in range(40)]
    for turn in (3, 14, 25):
        said[turn] = (said[turn][0], "yeah")
    content = "".join(f"{name}\n\n{words}\n\n" for name, words in said)
    assert spoken(read(tmp_path, "a.txt", content)) == said


def test_questions_and_answers_with_full_stops(tmp_path):
    content = "Q. Why jam?\n\nA. It is sweet.\n\nQ. Why glue?\n\nA. It is not.\n"
    assert [name for name, _ in spoken(read(tmp_path, "a.txt", content))] == ["Q", "A", "Q", "A"]


def test_what_an_exporter_adds_is_left_out_with_a_warning(tmp_path):
    content = (
        "Jan 5, 2025\n\nJam talk - Transcript\n\n00:00:00\n\n"
        "Anna Reed: We begin.\n\nBen Ito: We do.\n\nAnna Reed: We end.\n\nBen Ito: Good.\n\n"
        "Transcription ended after 00:28:40\n"
    )
    transcript = read(tmp_path, "a.txt", content)
    assert texts(transcript) == ["We begin.", "We do.", "We end.", "Good."]
    (warning,) = transcript.warnings
    assert "Jan 5, 2025" in warning
    assert "no speech" in warning


def test_addresses_of_links_are_no_words(tmp_path):
    content = "See https://x.org/a_(b)?c=d. Or (https://x.org/e), or [this](https://y.org). Bye."
    transcript = read(tmp_path, "a.txt", content)
    assert " ".join(" ".join(texts(transcript)).split()) == "See . Or , or this. Bye."
    assert transcript.warnings == ("addresses of links are left out (2 times)",)


def test_turns_wrapped_over_many_lines(tmp_path):
    turn = "these are words that go on\n" * 5
    names = ["Anna", "Dr. Bell", "Anna", "Dr. Bell"]
    content = "".join(f"[00:0{i}:00] {name}: well\n{turn}" for i, name in enumerate(names))
    transcript = read(tmp_path, "a.txt", content)
    assert [cue.speaker for cue in transcript.cues] == names


def test_two_labelled_lines_are_turns(tmp_path):
    assert spoken(read(tmp_path, "a.txt", "Q: Why?\nA: Because.\n")) == [
        ("Q", "Why?"),
        ("A", "Because."),
    ]


@pytest.mark.parametrize(
    "prose",
    [
        "He said one thing: no. Then he left.\n\nShe agreed: it was late.",
        "Note: this is prose.\n\nNote: it has labels.\n\nNote: they name nobody.",
        "Ingredients: flour and water.\nMethod: stir, then wait.",
        "Section five: Newgate.\n\n" + "It was a long day. Nothing happened.\n\n" * 8,
        "Paris: a city.\n\n" + "It is large.\n\n" * 6 + "Paris: a love.\n\n" + "It is old.\n" * 3,
    ],
)
def test_prose_with_colons_is_not_turns(tmp_path, prose):
    transcript = read(tmp_path, "a.txt", prose)
    assert transcript.format == "plain"
    assert " ".join(texts(transcript)).split() == prose.split()


def test_plain_text_is_a_cue_a_sentence_and_paragraphs_end_one(tmp_path):
    content = "Dr. Smith came\nat 9 a.m. sharp. He left.\n\nA heading\n\nThe end"
    transcript = read(tmp_path, "a.txt", content)
    assert texts(transcript) == [
        "Dr. Smith came at 9 a.m. sharp.",
        "He left.",
        "A heading",
        "The end",
    ]
    assert not transcript.timed


def test_a_year_that_begins_a_sentence_is_no_number_of_a_list(tmp_path):
    text = "**Ann:** 2004. So July of it.\n\n**Bob:** 1) One.\n\n**Ann:** 1984) was a book.\n"
    cues = read(tmp_path, "a.md", text).cues
    assert " ".join(cue.text for cue in cues) == "2004. So July of it. One. 1984) was a book."


def test_plain_markdown_loses_its_marks_only(tmp_path):
    content = (
        "---\ntitle: x\n---\n# Talk\n\nSome **bold** text\nand `code`. <!-- no -->\n\n- item\n"
        "\n    indented speech\n\n![picture](p.png)\n"
    )
    assert texts(read(tmp_path, "a.md", content)) == [
        "Talk",
        "Some bold text and code.",
        "item",
        "indented speech",
    ]


@given(st.text())
def test_sentences_lose_no_word(text):
    sentences = split_sentences(text)
    assert "".join("".join(sentences).split()) == "".join(text.split())
    assert all(sentence == " ".join(sentence.split()) != "" for sentence in sentences)


def test_sentences_of_real_speech_stay_whole():
    text = 'He said "Go." Mr. and Mrs. Lee left at 9 a.m. sharp... OK? It cost $3.50, e.g. for two.'
    assert split_sentences(text) == [
        'He said "Go."',
        "Mr. and Mrs. Lee left at 9 a.m. sharp...",
        "OK?",
        "It cost $3.50, e.g. for two.",
    ]
    assert split_sentences("こんにちは。元気ですか。", "ja") == ["こんにちは。", "元気ですか。"]


def test_text_without_punctuation_is_cut():
    text = " ".join(f"w{i}" for i in range(1000))
    sentences = split_sentences(text)
    assert max(len(sentence.split()) for sentence in sentences) <= 80
    assert " ".join(sentences) == text


def test_chevrons_begin_turns_of_named_and_of_unknown_speakers(tmp_path):
    text = ">> Iris: It is cold.\n>> Olu: Then wait.\n>> For how long?\n>> Iris: An hour.\n"
    assert spoken(read(tmp_path, "a.txt", text)) == [
        ("Iris", "It is cold."),
        ("Olu", "Then wait."),
        (None, "For how long?"),
        ("Iris", "An hour."),
    ]


def test_who_speaks_once_has_a_heading_below_the_title(tmp_path):
    text = "# Episode 5\n\n## Iris Fenn\n\nHello.\n\n## Olu Ade\n\nHi.\n\n## Iris Fenn\n\nBye.\n"
    assert spoken(read(tmp_path, "a.md", text)) == [
        (None, "Episode 5"),
        ("Iris Fenn", "Hello."),
        ("Olu Ade", "Hi."),
        ("Iris Fenn", "Bye."),
    ]
    chapters = "# Bread\n\n## Rising\n\nWait.\n\n## Baking\n\nWatch.\n\n## Rising\n\nAgain.\n"
    assert {speaker for speaker, _ in spoken(read(tmp_path, "b.md", chapters))} == {None}


def test_names_in_tags_and_chevrons_are_no_words(tmp_path):
    said = [("Person1", "Do you like jam?"), ("Person2", "No, honey."), ("Person1", "I see.")]
    path = tmp_path / "a.txt"
    path.write_text("".join(f"<{name}>{words}</{name}>\n" for name, words in said))
    assert [(cue.speaker, cue.text) for cue in read_transcript(path).cues] == said
    path.write_text("\n\n".join(f">> {words}" for _, words in said))
    assert [cue.text for cue in read_transcript(path).cues] == [words for _, words in said]


TURNS = [
    ("Anna Reed", "Do you like jam?"),
    ("Ben Ito", "No, honey."),
    ("Anna Reed", "I see."),
    ("Ben Ito", "And you?"),
]


@pytest.mark.parametrize(
    "form",
    ["{number}. {name}: {words}\n", "{name} | {words}\n", "{wide}: {words}\n\n"],
    ids=["numbered", "bars", "spaces that do not break"],
)
def test_more_forms_of_names(tmp_path, form):
    text = "".join(
        form.format(number=number, name=name, wide=name.replace(" ", "\xa0"), words=words)
        for number, (name, words) in enumerate(TURNS, start=1)
    )
    cues = read(tmp_path, "a.txt", text).cues
    assert [(cue.speaker, cue.text) for cue in cues] == TURNS


def test_numbers_of_pages_are_no_words(tmp_path):
    pages = [TURNS[:2], TURNS[2:]]
    text = "".join(
        f"Page {number} of 2\n\n" + "".join(f"{name}: {words}\n\n" for name, words in page)
        for number, page in enumerate(pages, start=1)
    )
    transcript = read(tmp_path, "a.txt", text)
    assert [(cue.speaker, cue.text) for cue in transcript.cues] == TURNS
    assert "Page 2 of 2" in transcript.warnings[0]
