"""What is written on the page shows what was said and does nothing else."""

from __future__ import annotations

import sys
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

from app.markdown import escape, excerpt, highlight, split_highlights, time_range
from app.media.facts import media_type
from app.state.clips import safe_name


def test_plain_takes_the_meaning_from_markup() -> None:
    assert escape("a *b* [c](d) :red[e] $f$ <g> `h`") == (
        r"a \*b\* \[c\]\(d\) \:red\[e\] \$f\$ \<g\> \`h\`"
    )
    assert escape("two\n\n  lines") == "two lines"


def test_words_are_marked_however_they_are_written() -> None:
    assert highlight("Tides run.", {"tides"}) == r":orange-background[**Tides**] run\."
    assert highlight("Tideless", {"tides"}) == "Tideless"
    assert highlight("a Café", {"cafe"}) == "a :orange-background[**Café**]"
    assert highlight("the bee's dance", {"bee"}) == "the :orange-background[**bee's**] dance"


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("they showed GPT-4 and 4 others", {"gpt 4"}, ["GPT-4"]),
        ("an e-mail, no mail", {"email"}, ["e-mail"]),
        ("他喜欢吃寿司和豆腐", {"寿 司", "司 和"}, ["寿司和"]),
        ("C++ and C", {"c++"}, ["C++"]),
        ("in nineteen ninety two", {"1992"}, ["nineteen ninety two"]),
        ("this is talk 2900", {"talk number 2900", "2900"}, ["2900"]),
        ("nothing", set(), []),
    ],
)
def test_words_that_belong_together_are_marked_together(
    text: str, words: set[str], marked: list[str]
) -> None:
    assert [p.text for p in split_highlights(text, words) if p.found] == marked
    assert "".join(p.text for p in split_highlights(text, words)) == text


def test_a_doubtful_word_has_its_mark_behind_it_once() -> None:
    text = "why the heron's nest\n was late"
    assert highlight(text, set(), [2, 5]) == r"why the heron's:small[(?)] nest was late:small[(?)]"
    assert highlight(text, {"nest"}, [2]) == (
        "why the heron's:small[(?)] :orange-background[**nest**] was late"
    )
    # Highlighted in part, and among others.
    assert highlight("they showed GPT-4.", {"gpt"}, [2]) == (
        r"they showed :orange-background[**GPT**]\-4\.:small[(?)]"
    )
    assert highlight("they showed GPT-4.", {"showed gpt"}, [1]) == (
        r"they :orange-background[**showed**]:small[(?)]:orange-background[** GPT**]\-4\."
    )


@pytest.mark.parametrize("found", [0, 7, 60, 119])
def test_in_an_excerpt_the_same_words_are_doubtful(found: int) -> None:
    words = [f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(120)]
    doubtful = [n for n in range(120) if n % 3 == 0]
    pieces = excerpt(" ".join(words), {words[found]}, doubtful)
    shown = "".join(piece.text for piece in pieces)
    assert words[found] in shown.split() and len(shown) <= 162
    doubted = {piece.text for piece in pieces if piece.doubtful}
    assert doubted == {words[n] for n in doubtful if words[n] in shown.split()}


def test_times_are_clocks_and_no_time_is_nothing() -> None:
    assert time_range(32.6, 3671) == "0:32 – 1:01:11"
    assert time_range(None, None) == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\music\\a song.mp3", "a song.mp3"),
        ("..", "clip-"),
        ("a/b\x00c?.ogg", "b_c_-"),
    ],
)
def test_an_uploaded_name_stays_in_its_folder(name: str, expected: str) -> None:
    found = safe_name(name)
    assert found.startswith(expected) and Path(found).name == found


def test_every_recording_has_a_type_that_browsers_know() -> None:
    assert media_type(Path("a.OPUS")) == "audio/ogg"
    assert media_type(Path("a.mp3")) == "audio/mpeg"
    assert media_type(Path("a.mp4")) == "video/mp4"


def test_no_script_is_named_like_a_package() -> None:
    # Streamlit puts the folder of the page first on sys.path: a page named like an installed
    # package would be imported in its place.
    spec = find_spec("app")
    assert spec and spec.submodule_search_locations
    scripts = {p.stem for p in Path(spec.submodule_search_locations[0], "start").glob("*.py")}
    assert "hilbert_app" in scripts
    taken = set(packages_distributions()) | set(sys.stdlib_module_names)
    assert not (scripts - {"__init__"}) & taken


@pytest.mark.parametrize(
    "text", ["https://example.org", "www.example.org", "a@b.example", "a -> b <- c", ":streamlit:"]
)
def test_nothing_becomes_a_link_an_arrow_or_a_logo(text: str) -> None:
    written = escape(text).replace("\\", "")
    assert written != text and written.replace("\u2060", "") == text


def test_files_of_one_stem_keep_one_and_others_differ() -> None:
    long = "x" * 200
    assert Path(safe_name(f"{long}.flac")).stem == Path(safe_name(f"{long}.vtt")).stem
    assert safe_name("a?.mp3") != safe_name("a*.mp3")
    assert safe_name("talk.de.vtt") == "talk.de.vtt"
    assert safe_name("/etc/../x.opus") == "x.opus"
