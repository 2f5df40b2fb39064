"""Libraries to ask with and without the answering documents: made once, parts of them taken out."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from pathlib import Path

from hilbert.files import write_atomically
from indexer.adapt.eval_queries import EvalQuery
from indexer.index.library_store import LibraryStore
from indexer.library import Library
from indexer.search.searcher import Searcher
from tools.speech_corpus.collection import in_order
from tools.speech_corpus.corpus import TEST_SHARE, episode_of, side_share
from tools.speech_corpus.excerpts import Excerpt, episodes, excerpts

# Of the made speech, seed 0, in the usual mix: those whose episodes no training learned from are
# what `known_items.jsonl` was written about.
_MADE = 902
_WORDS_PER_SECOND, _PAUSE_SECONDS = 2.8, 0.3
# Parts of the excerpts that are asked by themselves: how many there are, documents in each.
FOLDS, MIDDLES, SMALLS = 5, (3, 28), (6, 10)


class Libraries:
    """Libraries of transcripts below one folder, by name; each is made when it is first opened.

    Attributes:
        work: The folder.
        data: Where the transcripts lie.
        asked: Names of the excerpts that `known_items.jsonl` asks for.
    """

    def __init__(self, work: Path, data: Path, asked: Collection[str]) -> None:
        self.work, self.data, self.asked = work, data, asked
        self._open: dict[str, Searcher] = {}

    def whole(self, name: str, transcripts: Callable[[], Sequence[Path]]) -> Searcher:
        """Return a library of some transcripts."""
        if name not in self._open:
            with Library.open(self.work / name, create=True) as library:
                if not library.documents():
                    library.add(*transcripts())
            self._open[name] = Searcher(LibraryStore.open(self.work / name))
        return self._open[name]

    def part(self, name: str, of: Searcher, kept: Callable[[str], bool]) -> Searcher:
        """Return a library without the documents that are not `kept`: as if never indexed."""
        if name not in self._open:
            folder = self.work / name
            if not folder.exists():
                unfinished = folder.with_name(f"{name}.partial")
                shutil.rmtree(unfinished, ignore_errors=True)
                shutil.copytree(of.library.folder, unfinished)
                with Library.open(unfinished) as library:
                    names = [document.name for document in library.documents()]
                    library.remove(*(n for n in names if not kept(n)))
                unfinished.rename(folder)
            self._open[name] = Searcher(LibraryStore.open(folder))
        return self._open[name]

    @cached_property
    def excerpts(self) -> dict[str, Excerpt]:
        """The excerpts that `known_items.jsonl` was written about, and others, by name."""
        paths = episodes(self.data / "changelog-text", self.data / "changelog-speech")
        everything = in_order((e for path in paths for e in excerpts(path)), 0)
        kept = [e for e in everything[:_MADE] if side_share(episode_of(e.name)) < TEST_SHARE]
        asked = [e for e in everything if e.name in self.asked]
        return {e.name: e for e in (*kept, *asked)}

    def known(self) -> Searcher:
        """Return the library that the questions of `known_items.jsonl` were written about."""
        return self.whole("known", self._excerpt_files)

    def _excerpt_files(self) -> list[Path]:
        folder = self.work / "excerpts"
        folder.mkdir(parents=True, exist_ok=True)
        return [_write_cues(folder / f"{name}.vtt", e) for name, e in self.excerpts.items()]


def _write_cues(path: Path, excerpt: Excerpt) -> Path:
    """Write an excerpt with times as if it were said at an even pace."""
    lines, seconds = ["WEBVTT", ""], 0.0
    for sentence in excerpt.sentences:
        end = seconds + len(sentence.text.split()) / _WORDS_PER_SECOND + _PAUSE_SECONDS
        lines += [f"{_stamp(seconds)} --> {_stamp(end)}", sentence.text, ""]
        seconds = end
    write_atomically(path, lambda p: p.write_text("\n".join(lines), encoding="utf-8"))
    return path


def _stamp(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes // 60):02d}:{int(minutes % 60):02d}:{rest:06.3f}"


def folds_of(queries: Sequence[EvalQuery]) -> dict[str, int]:
    """Map each episode that is asked for to the fold in which it is taken out."""
    order = sorted({episode_of(query.document) for query in queries})
    random.Random(0).shuffle(order)
    return {episode: place % FOLDS for place, episode in enumerate(order)}


def groups_of(queries: Sequence[EvalQuery], count: int, size: int) -> list[Collection[str]]:
    """Draw `count` groups of `size` documents that are asked for."""
    order = sorted({query.document for query in queries})
    random.Random(1).shuffle(order)
    return [order[i * size : (i + 1) * size] for i in range(count)]
