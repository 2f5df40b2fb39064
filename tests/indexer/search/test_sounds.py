"""`sound:music` in a query: only moments in which a transcript notes this sound."""

from __future__ import annotations

import shutil

import pytest

from indexer.base.errors import QueryError
from indexer.base.types import Segment, Sound
from indexer.commands.output import print_result
from indexer.encoders import Encoders
from indexer.index.fulltext_writer import segment_sounds
from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.run import index
from indexer.library import Library
from indexer.maintenance.manage import rebuild
from indexer.search.query_parser import parse_query
from indexer.search.searcher import Searcher
from tests.dropping import ROOT

LECTURE = """WEBVTT

00:00.000 --> 00:04.000
[Upbeat Music]

00:04.000 --> 00:20.000
<v Ann>Good evening, and welcome to the lecture on harbours.

00:20.000 --> 00:41.000
<v Ann>A harbour is where the tide meets the town, every single day. [laughter]

00:41.000 --> 00:63.000
<v Ann>Ships came in with the evening tide and left with the morning one.

01:03.000 --> 01:24.000
<v Ben>So the harbour was a clock for the whole town, and a calendar.

01:24.000 --> 01:30.000
(applause)
"""


def test_sounds_are_parsed_apart_from_words() -> None:
    parsed = parse_query('tide sound:music -SOUND:applause Sound:"door slams" "the town"')
    assert parsed.sounds == ("music", "door slams")
    assert parsed.excluded_sounds == ("applause",)
    assert (parsed.terms, parsed.text) == (("tide", "the", "town"), "tide the town")
    assert parsed.phrases == ("the town",)
    assert parse_query("sound:[laughter] sound:laugh*").sounds == ("laughter", "laugh")
    alone = parse_query("sound:“door slams”")
    assert (alone.text, alone.terms, alone.sounds) == ("", (), ("door slams",))


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("sound: music", ("sound", "music")),
        ("ultrasound:x", ("ultrasound", "x")),
        ("the sound of music", ("the", "sound", "of", "music")),
        ('"sound:music"', ("sound", "music")),
    ],
)
def test_what_only_looks_like_a_sound_is_words(typed: str, terms: tuple[str, ...]) -> None:
    parsed = parse_query(typed)
    assert (parsed.terms, parsed.sounds) == (terms, ())


def test_a_query_may_not_do_nothing_but_exclude_sounds() -> None:
    with pytest.raises(QueryError, match="only excludes"):
        parse_query("-sound:music")
    assert parse_query("-sound:music", alone=False).excluded_sounds == ("music",)


def test_a_sound_is_noted_in_the_segment_of_its_cue_and_wherever_it_lasts() -> None:
    segments = [Segment(20.0 * i, 20.0 * i + 20, "", 2 * i, 2 * i + 2) for i in range(3)]
    untimed = [Segment(20.0 * i, 20.0 * i + 20, "", i, i + 1, False) for i in range(2)]
    sounds = [
        Sound("music", 5.0, 25.0, 1),
        Sound("music", 21.0, 22.0, 2),
        Sound("knock", None, None, 3),
        Sound("bell", 40.0, 41.0, 4),
        Sound("applause", 60.0, 70.0, 6),
    ]
    assert segment_sounds(segments, sounds) == [["music"], ["music", "knock"], ["bell", "applause"]]
    assert segment_sounds(untimed, sounds[:1]) == [[], ["music"]]
    assert segment_sounds([], sounds) == []


@pytest.fixture(scope="module")
def searcher(encoders: Encoders, tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """A library of the first release that has grown by a transcript with sounds."""
    folder = tmp_path_factory.mktemp("sounds")
    (folder / "talks").mkdir()
    (folder / "talks" / "harbours.vtt").write_text(LECTURE, encoding="utf-8")
    library = LibraryStore.open(
        shutil.copytree(ROOT / "tests/fixtures/library-0.1", folder / "library")
    )
    library.encoders = encoders
    with pytest.raises(QueryError, match="no transcript in this library notes sounds"):
        Searcher(library).search("sound:music")
    report = index(library, scan([folder / "talks"]), ProcessSettings())
    assert (report.added, report.failed) == (["harbours"], {})
    return Searcher(library)


def test_words_and_a_sound_give_the_moments_that_have_both(searcher: Searcher) -> None:
    hit, *others = searcher.search("tide town sound:laugh").hits
    assert (hit.name, others) == ("harbours", [])
    assert "where the tide meets the town" in hit.text and "laughter" not in hit.text
    assert "laughter" in hit.sounds and "laughter" in hit.to_dict()["sounds"]
    everything = searcher.search("tide town", k=50)
    without = searcher.search("tide town -sound:laughter", k=50)
    assert {h.name for h in without.hits} >= {"harbours", "why-tides-lag"}
    assert not any("laughter" in h.sounds for h in without.hits)
    assert any("laughter" in h.sounds for h in everything.hits)


def test_a_sound_alone_lists_its_moments_in_order(searcher: Searcher) -> None:
    found = searcher.search("sound:applause", channel="lexical")
    assert [(h.name, h.score, h.channels) for h in found.hits] == [("harbours", 0, {})]
    assert found.hits[0].end == 84.0
    assert [d.name for d in found.documents] == ["harbours"]
    music = searcher.search("sound:music")
    assert [h.start for h in music.hits] == [4.0]
    assert not searcher.search("sound:music sound:applause").hits


@pytest.mark.parametrize("query", ["laughter", "(Upbeat music)"])
def test_a_sound_that_is_noted_answers_its_label(searcher: Searcher, query: str) -> None:
    found = searcher.search(query)
    assert found.hits[0].name == "harbours"
    assert found.answered and (found.confidence or 0) >= 0.88


def test_an_unknown_sound_is_refused_with_those_that_there_are(searcher: Searcher) -> None:
    with pytest.raises(QueryError, match=r"no sound 'usic' is noted .* there is .*upbeat music"):
        searcher.search("sound:usic")


def test_sounds_are_shown_apart_from_the_words(
    searcher: Searcher, capsys: pytest.CaptureFixture[str]
) -> None:
    print_result(searcher.search("tide town sound:laughter"))
    assert "    [laughter]\n" in capsys.readouterr().out


def test_sounds_are_no_words_of_the_index(searcher: Searcher) -> None:
    assert not searcher.search("applause", channel="lexical").hits


def test_sounds_outlast_a_rebuild_and_are_in_the_transcript(searcher: Searcher) -> None:
    rebuild(searcher.library)
    assert Searcher(searcher.library).search("sound:applause").hits
    transcript = Library(searcher.library).transcript("harbours")
    assert [(s.label, s.cue) for s in transcript.sounds] == [
        ("upbeat music", 0),
        ("laughter", 1),
        ("applause", 4),
    ]
    assert [c.speaker for c in transcript.cues] == ["Ann", "Ann", "Ann", "Ben"]
    assert Library(searcher.library).transcript("why-tides-lag").sounds == ()
