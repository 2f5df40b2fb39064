"""Words of captions are kept, each once, whatever tool wrote the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.base.types import Cue, Sound
from indexer.transcripts import Transcript, read_transcript


def read(folder: Path, name: str, content: str) -> Transcript:
    path = folder / name
    path.write_text(content, encoding="utf-8", errors="surrogatepass")
    return read_transcript(path)


def texts(transcript: Transcript) -> list[str]:
    return [cue.text for cue in transcript.cues]


def spoken(transcript: Transcript) -> list[tuple[str | None, str]]:
    return [(cue.speaker, cue.text) for cue in transcript.cues]


def clock(seconds: float) -> str:
    return f"00:{int(seconds) // 60:02d}:{seconds % 60:06.3f}".replace(".", ",")


def srt(*cues: tuple[float, float, str]) -> str:
    return "\n".join(
        f"{number}\n{clock(start)} --> {clock(end)}\n{text}\n"
        for number, (start, end, text) in enumerate(cues, start=1)
    )


def lines(*texts: str) -> str:
    return srt(*((3.0 * i, 3.0 * i + 3, text) for i, text in enumerate(texts)))


# --- no word lost ---------------------------------------------------------------------------


def test_text_after_blank_lines_belongs_to_the_cue_above(tmp_path):
    content = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\n\nafter the times\n\nand again\n\n"
        "NOTE a comment\nof two lines\n\n7f3a/2-0\n00:03.000 --> 00:04.000\nthird\n\n2024\n"
    )
    assert texts(read(tmp_path, "a.vtt", content)) == ["after the times and again", "third 2024"]


def test_an_arrow_in_the_text_is_text(tmp_path):
    content = "1\n00:00:01,000 --> 00:00:02,000\nfrom 10 --> 20 it grows\nA --> B\n"
    assert texts(read(tmp_path, "a.srt", content)) == ["from 10 --> 20 it grows A --> B"]


def test_words_behind_the_times_are_words_and_settings_are_not(tmp_path):
    content = (
        "WEBVTT\n\n00:01.000 --> 00:02.000 align:start position:0% Hello\n"
        "00:02.000 --> 00:03.000 line:90%\nthere\n"
    )
    assert texts(read(tmp_path, "a.vtt", content)) == ["Hello", "there"]


def test_a_last_line_above_the_next_times_is_text_where_cues_have_no_names(tmp_path):
    content = "".join(
        f"00:00:0{i},000 --> 00:00:0{i},900\none {i}\n\nand two {i}\n" for i in range(4)
    )
    assert texts(read(tmp_path, "a.srt", content)) == [f"one {i} and two {i}" for i in range(4)]


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        ("00:00:01", "00:00:02", (1, 2)),
        ("0:0:1,5", "0:0:2,25", (1.5, 2.25)),
        ("125:30.000", "125:31.000", (7530, 7531)),
        ("1:02", "1:03.5", (62, 63.5)),
        ("00: 00: 01, 500", "00:00: 02,000", (1.5, 2)),
        ("00:00:01:500", "00:00:02:000", (1.5, 2)),
        ("00:00:01:10", "00:00:02:00", (1.4, 2)),
        ("00:00:01,500.25", "00:00:02,000.75", (1.50025, 2.00075)),
        ("-00:00:00,500", "00:00:02,000", (0, 2)),
    ],
)
def test_clocks_of_many_tools(tmp_path, start, end, seconds):
    other = "2\n02:20:00,000 --> 02:20:01,000\nmore\n"
    transcript = read(tmp_path, "a.srt", f"1\n{start} --> {end}\nwords\n\n{other}")
    assert (transcript.cues[0].start, transcript.cues[0].end) == pytest.approx(seconds)
    assert transcript.cues[0].text == "words"


@pytest.mark.parametrize("arrow", ["->", "–>", "--&gt;", "→", "-- >"])
def test_arrows_that_programs_made_nicer(tmp_path, arrow):
    content = f"1\n00:00:01,000 {arrow} 00:00:02,000\nhi\n"
    assert read(tmp_path, "a.srt", content).cues == (Cue("hi", 1.0, 2.0),)


def test_bad_times_cost_no_word_and_are_warned_of(tmp_path):
    content = (
        srt((1, 2, "first"))
        + "\n2\n00:00:05,000 --> 00:00:03,000\nswapped\n"
        + "\n3\n00:00:06,000 --> 00:0x:07,000\nunreadable end\n"
        + "\n4\n00:00:09,000 --> 00:00:10,000\nlast\n"
    )
    transcript = read(tmp_path, "a.srt", content)
    assert texts(transcript) == ["first", "swapped", "unreadable end", "last"]
    assert (transcript.cues[1].start, transcript.cues[1].end) == (3.0, 5.0)
    assert transcript.cues[2].start == 6.0
    assert 6.0 < transcript.cues[2].end <= 9.0
    assert len(transcript.warnings) == 2
    assert "line 6: it ends before it starts" in transcript.warnings[0]
    assert "line 10: " in transcript.warnings[1]


def test_warnings_are_bounded(tmp_path):
    bad = "".join(f"\n00:01:{i:02d},900 --> 00:01:{i:02d},100\nx{i}\n" for i in range(50))
    (warning,) = read(tmp_path, "a.srt", srt((1, 2, "first")) + bad).warnings
    assert "and 47 more" in warning


# --- said once ------------------------------------------------------------------------------

SENTENCES = ["The fog came in at noon.", "Two boats were late.", "A bell rang on the pier."]


@pytest.mark.parametrize("flashes", [True, False])
def test_rolling_lines_are_said_once_when_they_appear(tmp_path, flashes):
    cues: list[tuple[float, float, str]] = []
    for i, sentence in enumerate(SENTENCES):
        before = f"{SENTENCES[i - 1]}\n" if i else ""
        cues.append((4.0 * i, 4.0 * i + 3.9, before + sentence))
        if flashes:
            cues.append((4.0 * i + 3.9, 4.0 * i + 3.91, sentence))
    transcript = read(tmp_path, "a.srt", srt(*cues))
    assert texts(transcript) == SENTENCES
    assert [cue.start for cue in transcript.cues] == [0.0, 4.0, 8.0]
    assert "each is kept once" in transcript.warnings[0]


@pytest.mark.parametrize(
    ("opened", "closed"), [("<u>", "</u>"), ('<font color="#0f0">', "</font>")]
)
@pytest.mark.parametrize("name", ["a.srt", "a.vtt"])
def test_a_highlighted_word_a_cue_is_one_sentence(tmp_path, opened, closed, name):
    cues = []
    time = 0.0
    for sentence in ["No way.", "No way.", *SENTENCES]:
        words = sentence.split()
        for i in range(len(words)):
            shown = [*words[:i], f"{opened}{words[i]}{closed}", *words[i + 1 :]]
            cues.append((time, time + 0.4, " ".join(shown)))
            time += 0.5
    content = srt(*cues)
    content = f"WEBVTT\n\n{content}".replace(",", ".") if name == "a.vtt" else content
    transcript = read(tmp_path, name, content)
    assert texts(transcript) == ["No way.", "No way.", *SENTENCES]
    assert (transcript.cues[0].start, transcript.cues[0].end) == pytest.approx((0.0, 0.9))


def test_highlighting_without_its_tags_is_one_sentence(tmp_path):
    cues = [
        (2.0 * i + 0.3 * j, 2.0 * i + 0.3 * j + 0.25, sentence)
        for i, sentence in enumerate(SENTENCES)
        for j in range(len(sentence.split()))
    ]
    assert texts(read(tmp_path, "a.srt", srt(*cues))) == SENTENCES


def test_a_sentence_that_is_repeated_stays_repeated(tmp_path):
    said = ["Thank you.", "Thank you.", "I came to the sea.", "I came to the sea.", "And I left."]
    assert texts(read(tmp_path, "a.srt", lines(*said))) == said


def test_parts_of_a_stream_are_on_one_clock_and_their_cues_said_once(tmp_path):
    part = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:{ticks},LOCAL:00:00:00.000\n\n"
    content = (
        part.format(ticks=900_000)
        + "00:01.000 --> 00:04.000\nover the seam\n\n"
        + part.format(ticks=900_000 + 3 * 90_000)
        + "00:00.000 --> 00:01.000\nover the seam\n\n00:02.000 --> 00:03.000\nlater\n"
    )
    assert read(tmp_path, "a.vtt", content).cues == (
        Cue("over the seam", 1.0, 4.0),
        Cue("later", 5.0, 6.0),
    )


# --- marks ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("it&amp;#39;s &amp;amp; &amp;lt;i&amp;gt;so&amp;lt;/i&amp;gt;", "it's & so"),
        ("the &lt;b&gt; tag of HTML", "the <b> tag of HTML"),
        ("a <b and c> d, vector<int>", "a d, vector<int>"),
        ("see [our page](https://a.example/b?c=1&copy=2) now", "see our page now"),
        ("AT&T and this&that", "AT&T and this&that"),
        ("one<br>two", "one two"),
        ("\u202bשלום\u202c \u2067עולם\u2069", "שלום עולם"),
        ("می\u200cخواهم \u200cو", "می\u200cخواهم و"),
        ("co\u00adoperate", "cooperate"),
        ("x\ud83dy", "xy"),
    ],
)
def test_marks_that_nobody_says(tmp_path, written, text):
    if "\ud83d" in written:
        content = '{"segments": [{"start": 1, "end": 2, "text": "x\\ud83dy"}]}'
        assert texts(read(tmp_path, "a.json", content)) == [text]
        return
    assert texts(read(tmp_path, "a.srt", srt((1, 2, written)))) == [text]


def test_a_file_that_puts_its_words_in_brackets_keeps_them(tmp_path):
    said = ["[Lower the sails]", "[bring water on deck]", "[before the wind turns]", "[Music]"]
    transcript = read(tmp_path, "a.srt", lines(*said))
    assert " ".join(texts(transcript)) == " ".join(said[:-1])
    assert [sound.label for sound in transcript.sounds] == ["music"]


def test_sounds_are_kept_apart_from_words(tmp_path):
    content = lines(
        "[Music]",
        "Hello [laughs] there.",
        "(applause) Thanks (both of you).",
        "♪ row your boat ♪",
        "*sighs* I *really* do.",
        "the [sic] word [unclear] here",
        "[DOOR CREAKS]\nWho is it?",
        "[I think so.]",
    )
    transcript = read(tmp_path, "a.srt", content)
    assert texts(transcript) == [
        "Hello there.",
        "Thanks (both of you).",
        "row your boat",
        "I *really* do.",
        "the [sic] word [unclear] here",
        "Who is it?",
        "[I think so.]",
    ]
    assert transcript.sounds == (
        Sound("music", 0.0, 3.0, 0),
        Sound("laughs", 3.0, 6.0, 0),
        Sound("applause", 6.0, 9.0, 1),
        Sound("music", 9.0, 12.0, 2),
        Sound("sighs", 12.0, 15.0, 3),
        Sound("door creaks", 18.0, 21.0, 5),
    )


# --- who speaks -----------------------------------------------------------------------------


def test_a_name_in_every_cue_is_a_speaker_however_it_is_written(tmp_path):
    names = ["li wei", "Room 4", "José da Silva (él)", "K. O.", "Åsa", "Øyvind von Dahl-Lie"]
    transcript = read(tmp_path, "a.srt", lines(*(f"{name}: so it is" for name in names)))
    assert spoken(transcript) == [(name, "so it is") for name in names]


@pytest.mark.parametrize(
    "form",
    [
        *("{}\n{}", "[{}] {}", "({}) {}", "<{}> {}", "【{}】{}", "«{}» {}", "{} - {}", "{} — {}"),
        *("{} | {}", "{}/ {}", "{}; {}", "_{}_ {}", "*{}*: {}", "@{}: {}", "👤 {}: {}"),
    ],
)
def test_names_above_the_words_or_in_brackets_of_every_cue(tmp_path, form):
    said = [("Ann Lee", "We begin."), ("bob", "We do."), ("Ann Lee", "So."), ("bob", "We end.")]
    transcript = read(tmp_path, "a.srt", lines(*(form.format(*turn) for turn in said)))
    assert spoken(transcript) == said
    # What is heard is no name.
    sounds = lines("[Music] We begin.", "[Laughter] We do.", "[Music] So.", "[Laughter] We end.")
    assert {cue.speaker for cue in read(tmp_path, "b.srt", sounds).cues} == {None}


def test_somebody_who_stammers_is_no_name(tmp_path):
    said = ["I - I think so.", "I - I do not.", "A - a bell.", "I - well, no."]
    assert spoken(read(tmp_path, "a.srt", lines(*said))) == [(None, text) for text in said]


@pytest.mark.parametrize("form", ["The point is: {}", "Well - {}", "And so; {}"])
def test_what_only_some_lines_begin_with_is_no_name(tmp_path, form):
    said = ["We begin.", form.format("we do."), "So it is.", form.format("we end."), "Fine."]
    assert {cue.speaker for cue in read(tmp_path, "a.srt", lines(*said)).cues} == {None}


def test_captions_of_single_words_are_joined_into_sentences(tmp_path):
    said = "We begin with jam. It is sweet, and so are we. Nobody knew why it was so good."
    shown = "".join(
        f"{i}\n00:00:{i:02d},000 --> 00:00:{i:02d},900\n{word}\n\n"
        for i, word in enumerate(said.split(), start=1)
    )
    transcript = read(tmp_path, "a.srt", shown)
    texts = [cue.text for cue in transcript.cues]
    assert texts[:2] == ["We begin with jam.", "It is sweet, and so are we."]
    assert transcript.cues[1].start == 5


def test_numbers_apart_from_their_times_are_no_words(tmp_path):
    blocks = (f"{i}\n\n00:00:0{i},000 --> 00:00:0{i},900\n\nWords {i}.\n\n\n" for i in range(1, 5))
    cues = read(tmp_path, "a.srt", "".join(blocks)).cues
    assert [cue.text for cue in cues] == [f"Words {i}." for i in range(1, 5)]


def test_a_name_at_the_change_holds_until_the_next(tmp_path):
    transcript = read(
        tmp_path,
        "a.srt",
        lines("Ines: Good day", "to all", "of you.", "Tom: Hi!", "One thing: no.", "Ines: Yes?"),
    )
    speakers = [cue.speaker for cue in transcript.cues]
    assert speakers == ["Ines", "Ines", "Ines", "Tom", "Tom", "Ines"]
    assert transcript.cues[4].text == "One thing: no."


def test_a_voice_at_the_change_holds_until_the_next(tmp_path):
    said = ["<v Ines>Good day", "to all", "of you.", "<v Tom>Hi!", "So.", "<v Ines>Yes?"]
    transcript = read(tmp_path, "a.vtt", "WEBVTT\n\n" + lines(*said).replace(",", "."))
    speakers = [cue.speaker for cue in transcript.cues]
    assert speakers == ["Ines", "Ines", "Ines", "Tom", "Tom", "Ines"]
    # Here each line has its voice, and one is not known.
    said = ["<v Ines>Good day", "<v Ines>to all", "of you.", "<v Tom>Hi!", "So."]
    transcript = read(tmp_path, "b.vtt", "WEBVTT\n\n" + lines(*said).replace(",", "."))
    assert [cue.speaker for cue in transcript.cues] == ["Ines", "Ines", None, "Tom", None]


def test_sentences_with_a_colon_in_every_cue_name_nobody(tmp_path):
    said = ["The question is: why?", "The answer was: jam.", "The question is: how?"]
    assert spoken(read(tmp_path, "a.srt", lines(*said))) == [(None, text) for text in said]


def test_capitals_before_a_colon_are_words_where_all_is_in_capitals(tmp_path):
    said = ["HERE IS MY RULE: NEVER RUN.", "IT HELD.", "PLACE OF BIRTH: A BOAT."]
    assert spoken(read(tmp_path, "a.srt", lines(*said))) == [(None, text) for text in said]


def test_arrows_mark_a_change_of_speaker(tmp_path):
    transcript = read(
        tmp_path, "a.srt", lines(">> BOB: HELLO.", "THE PLAN: WAIT.", ">> NO. >> AMY: YES.", "OK.")
    )
    assert spoken(transcript) == [
        ("BOB", "HELLO."),
        ("BOB", "THE PLAN: WAIT."),
        (None, "NO."),
        ("AMY", "YES."),
        ("AMY", "OK."),
    ]


def test_dialogue_dashes_and_lines_of_two_speakers(tmp_path):
    transcript = read(
        tmp_path, "a.srt", lines("- Eva: Come in.\n- Max: I will.", "- Eva: Sit.", "- Max: Ta.")
    )
    assert spoken(transcript) == [
        ("Eva", "Come in."),
        ("Max", "I will."),
        ("Eva", "Sit."),
        ("Max", "Ta."),
    ]


def test_names_in_scripts_without_capitals(tmp_path):
    transcript = read(tmp_path, "a.srt", lines("张伟：你好。", "李娜：早上好。", "张伟：再见。"))
    assert spoken(transcript) == [("张伟", "你好。"), ("李娜", "早上好。"), ("张伟", "再见。")]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("a.json", '[{"text": "%s", "start": 0, "duration": 2}]'),
        ("a.tsv", "start\tend\ttext\n0\t2000\t%s\n"),
        ("a.lrc", "[00:00.00]%s\n[00:02.00]\n"),
        ("a.txt", "%s\n"),
        (
            "a.dfxp",
            '<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="0s" end="2s">%s</p>'
            "</div></body></tt>",
        ),
    ],
)
@pytest.mark.parametrize("times", [1, 2])
def test_entities_are_characters_in_every_format(tmp_path, name, file, times):
    """Programs that take texts from pages leave them escaped; XML takes one level away itself."""
    text = "salt & pepper, it's <3"
    for _ in range(times + name.endswith(".dfxp")):
        text = text.replace("&", "&amp;").replace("'", "&#39;").replace("<", "&lt;")
    transcript = read(tmp_path, name, file % text)
    assert [cue.text for cue in transcript.cues] == ["salt & pepper, it's <3"]


def test_the_language_may_stand_in_a_note(tmp_path):
    noted = 'WEBVTT\n\nNOTE duration:"00:00:09"\n\nNOTE language:de-DE\n\n'
    transcript = read(tmp_path, "a.vtt", noted + lines("Ja.", "Nein.").replace(",", "."))
    assert (transcript.language, texts(transcript)) == ("de", ["Ja.", "Nein."])
    said = "WEBVTT\n\nNOTE languages are hard\n\n" + lines("Ja.").replace(",", ".")
    assert read(tmp_path, "b.vtt", said).language is None
