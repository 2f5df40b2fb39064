"""A small data folder of a few episodes, and the engines that are installed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

_STORY = (
    "the old harbour wall was mended twice before a winter storm took half of it away and "
    "nobody could say who ought to pay for stones that were older than the town council itself"
)


def transcript(episode: int, turns: int = 36) -> str:
    """A dialogue in the form of `changelog-text`: about 500 words, another in each episode."""
    story = _STORY.replace("harbour", ("harbour", "garden", "railway")[episode]).split()
    lines = ["**Break:** \\[23:50\\]"]
    for turn in range(turns):
        shift = 7 * turn % len(story)
        words = [*story[shift:], *story[:shift]][:13]
        speaker = ("Ann Lee", "Bo Chan")[turn % 2]
        lines.append(f"**{speaker}:** {' '.join(words).capitalize()}. \\[laughs\\] Yes.")
    return "\n\n".join(lines) + "\n"


@pytest.fixture
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with three invented episodes of two shows; of real speech only the folders."""
    data = tmp_path_factory.mktemp("data")
    for number, place in enumerate(("one/talk-1.md", "one/talk-2.md", "two/chat-1.md")):
        path = data / "changelog-text" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(transcript(number), encoding="utf-8")
    for name in ("changelog-speech", "speechocean", "short"):
        (data / name).mkdir()
    (data / "changelog-speech" / "two-chat-9.opus").touch()
    (data / "speechocean" / "utterances.tsv").write_text("speaker\tgender\tage\tstart\tend\ttext\n")
    return data


@pytest.fixture(scope="session")
def engines() -> list[str]:
    """The fast engines, of those that are installed."""
    found = [name for name in ("flite", "espeak-ng") if shutil.which(name)]
    if not found:
        pytest.skip("neither flite nor espeak-ng is installed; apt install espeak-ng flite")
    return found
