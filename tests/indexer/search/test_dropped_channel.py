"""A channel is one new file: indexed, searched by, explained, weighed, measured and drawn."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.dropping import ROOT, Copy, documented

TALKS = {"slow": ("one two", 20), "fast": ("words " * 60, 20), "middle": ("some more " * 10, 20)}
INSPECT = """
import json, sys
import numpy as np
from app.markdown import CHANNEL_HELP, CHANNEL_NAMES, channel_badges
from indexer.adapt.eval_queries import EvalQuery
from indexer.adapt.evaluate import evaluate
from indexer.adapt.tune_weights import Example, fit
from indexer.index.library_store import LibraryStore
from indexer.search.fusion import default_weights
from indexer.search.scoring import weighed
from indexer.search.searcher import Searcher

names = weighed()
right = np.arange(30) == 3
scores = np.zeros((30, len(names)))
scores[3, names.index("pace")] = 1.0  # only the pace tells which is right
example = Example("d", scores, right, scores, right)
start = np.full(len(names), 1 / len(names))
fitted = dict(zip(names, fit([example] * 20, start).tolist()))
measured = evaluate(
    Searcher(LibraryStore.open(sys.argv[1])), [EvalQuery("fast", text="anything at all")]
)
print(json.dumps({
    "weighed": names,
    "best": max(fitted, key=fitted.get),
    "measured": measured.document["pace"]["mrr@10"],
    "name": CHANNEL_NAMES["pace"],
    "help": CHANNEL_HELP,
    "badges": channel_badges(0.5, {"pace": 0.5}),
}))
"""
APP = """
import json, os, sys
os.environ["HILBERT_LIBRARY"] = sys.argv[2]
from streamlit.testing.v1 import AppTest

page = AppTest.from_file(sys.argv[1], default_timeout=200)
page.query_params["q"], page.query_params["channel"] = "anything", "pace"
page.run()
assert not page.exception and not page.error, (page.exception, page.error)
choice = page.segmented_control(key="channel")
print(json.dumps({
    "chosen": choice.value,
    "labels": choice.options,
    "drawn": [text.value for text in page.main.markdown],
}))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """The packages with one more file, a library that they indexed, and an old one."""
    folder = tmp_path_factory.mktemp("copy")
    made = Copy(folder)
    talks = folder / "talks"
    talks.mkdir()
    for name, (words, seconds) in TALKS.items():
        cue = f"WEBVTT\n\n00:00:00.000 --> 00:00:{seconds}.000\n{words.strip()}\n"
        (talks / f"{name}.vtt").write_text(cue, encoding="utf-8")
    made.drop(documented("channel"))
    after = made.run("-m", "indexer", "index", talks, "--library", folder / "library")
    assert after.returncode == 0, after.stderr
    shutil.copytree(ROOT / "tests/fixtures/library-0.1", folder / "old")
    return made


def search(copy: Copy, library: str, *arguments: str) -> list[dict]:
    ran = copy.run(
        *("-m", "indexer", "search", "anything", "--library", copy.folder / library, "--json"),
        *arguments,
    )
    assert ran.returncode == 0, ran.stderr
    hits: list[dict] = json.loads(ran.stdout)["hits"]
    return hits


def test_it_is_offered_and_scores_by_what_it_stored(copy: Copy) -> None:
    told = copy.run("-m", "indexer", "search", "--help").stdout
    assert "joint|pace" in told and "how fast it is said" in " ".join(told.split())
    hits = search(copy, "library", "--channel", "pace")
    assert [hit["name"] for hit in hits] == ["fast", "middle", "slow"]
    assert hits[0]["channels"] == {"pace": pytest.approx(60 / 20 / 10)}


def test_auto_explains_its_share(copy: Copy) -> None:
    shares = {hit["name"]: hit["channels"] for hit in search(copy, "library")}
    assert {"text", "pace"} <= set(shares["fast"])
    assert shares["fast"]["pace"] > shares["middle"]["pace"] > shares["slow"]["pace"] > 0


def test_it_is_weighed_measured_and_drawn(copy: Copy) -> None:
    ran = copy.run("-c", INSPECT, copy.folder / "library")
    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stdout)
    builtin = ["lexical", "text", "audio", "joint"]
    assert seen["weighed"] == [*builtin, "pace", "document", "document words"]
    assert seen["best"] == "pace" and seen["measured"] == 1
    assert seen["name"] == "By pace" and "**By pace**: how fast it is said (`pace`)" in seen["help"]
    assert ":red-badge[By pace +0.50]" in seen["badges"]


def test_the_app_offers_it_and_draws_its_scores(copy: Copy, models: None) -> None:
    start = copy.folder / "app" / "start" / "hilbert_app.py"
    ran = copy.run("-c", APP, start, copy.folder / "library")
    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stdout)
    assert seen["chosen"] == "pace"
    ways = ["By words", "By title or name", "By meaning", "By sound", "By sound and words"]
    assert seen["labels"] == ["All together", *ways, "By pace"]
    titles = [text for text in seen["drawn"] if text.startswith("**")]
    names = [title.partition("[")[2].partition("]")[0] for title in titles]
    assert names == ["fast", "middle", "slow"]
    badges = [text for text in seen["drawn"] if "score" in text]
    assert len(badges) == 3 and all(":red-badge[By pace +" in text for text in badges)


def test_a_library_indexed_before_answers_without_it_until_it_is_rebuilt(copy: Copy) -> None:
    asked = ("-m", "indexer", "search", "anything", "--library", copy.folder / "old")
    refused = copy.run(*asked, "--channel", "pace")
    assert refused.returncode == 1 and "run 'hilbert rebuild" in refused.stderr
    assert all("pace" not in hit["channels"] for hit in search(copy, "old"))
    assert copy.run("-m", "indexer", "rebuild", "--library", copy.folder / "old").returncode == 0
    paces = [hit["channels"]["pace"] for hit in search(copy, "old", "--channel", "pace")]
    assert paces == sorted(paces, reverse=True) and paces[0] > 0.1
