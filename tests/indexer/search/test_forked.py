"""Workers that are forked after a search in the parent answer as the parent does.

Servers such as gunicorn with --preload and multiprocessing's fork do so. Threads of the parent do
not exist in a child: whoever waits for one there waits for ever, so every child has a deadline.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.index.library_store import LibraryStore
from tests import warm

PROGRAM = """
import multiprocessing, sys
from pathlib import Path
from indexer import Library

library = Library.open(sys.argv[1])
clip = Path(sys.argv[2])

def answers():
    typed = library.search("the tide comes late after the moon", limit=3)
    heard = library.search(clip=clip, limit=3)
    library.documents()
    return [[(hit.segment, round(hit.score, 4)) for hit in r.hits] for r in (typed, heard)]

wanted = answers()
assert all(wanted)
context = multiprocessing.get_context("fork")
with context.Pool(2) as pool:
    found = [pool.apply_async(answers) for _ in range(2)]
    for answer in found:
        assert answer.get(timeout=300) == wanted, (answer.get(), wanted)
assert answers() == wanted  # and the parent goes on
print("the same answers")
"""


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="no fork on this system")
def test_forked_workers_answer(small_library: LibraryStore, demo_folder: Path) -> None:
    clip = next((demo_folder / "clips").glob("*.opus"))
    done = warm.run("-c", PROGRAM, small_library.folder, clip, timeout=600)
    assert done.stdout.strip() == "the same answers", done.stderr[-2000:]
