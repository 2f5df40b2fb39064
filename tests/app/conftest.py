"""A small real library (timed, recognised, and a transcript without times) and its visitors."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

import indexer.search.searcher
from indexer.base.assets import demo_folder
from indexer.encoders import Encoders
from indexer.index.library_store import LibraryStore
from indexer.ingest.discover import scan
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.run import index
from indexer.maintenance.manage import remove
from indexer.maintenance.relink import relink
from tests.conftest import TALKS
from tests.sharing import copy_library, shared_folder

RECORDINGS = ("why-tides-lag", "the-waggle-dance", "fog-on-the-namib")

# What people may say that Markdown, HTML or Streamlit would read as something else.
HOSTILE = """# Heading [link](javascript:alert(1)) <script>alert(1)</script> **bold** $x^2$ `code`
The mountain goat eats :red[thistles] and :smile: under a :material/home: roof, for five_times_six
dollars. A goat climbs very well, and its hooves are soft in the middle and hard at the edge.

The second paragraph is about a printer that has no ink. Somebody in the office ordered the wrong
cartridge twice, and then the paper jammed, and then the whole department went out to lunch.

The third paragraph tells of an accordion. Its bellows were mended with cloth tape, the reeds were
tuned by filing, and the left hand still has one button that will not come up again by itself.
""" + " ".join(["Accordions wheeze, and so does the man who plays this one every Sunday."] * 12)


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    demo = demo_folder()
    if demo is None:
        pytest.skip("the demo collection (assets/demo) is not here")

    def build(folder: Path) -> None:
        folder.mkdir()
        for name in RECORDINGS:
            for file in (demo / "recordings").glob(f"{name}.*"):
                shutil.copy(file, folder)
        shutil.copy(demo / "recordings" / "metadata.csv", folder)
        (folder / "odd-words.txt").write_text(HOSTILE, encoding="utf-8")

    return shared_folder(tmp_path_factory, "app-recordings", build)


@pytest.fixture(scope="session")
def library(
    recordings: Path,
    small_library: LibraryStore,
    encoders: Encoders,
    talks: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A library of `recordings`; those that `small_library` has are not heard once more."""

    def build(folder: Path) -> None:
        made = LibraryStore.open(copy_library(small_library.folder, folder))
        made.encoders = encoders
        remove(made, [name for name in TALKS if name not in RECORDINGS])
        relink(made, str(talks), recordings)
        summary = index(made, scan([recordings]), ProcessSettings())
        made.close()
        assert not summary.failed, summary.failed

    return shared_folder(tmp_path_factory, "app-library", build)


@pytest.fixture(scope="session")
def clip() -> Path:
    demo = demo_folder()
    assert demo is not None
    return demo / "clips" / "beetle-in-the-fog-excerpt.opus"


@pytest.fixture(scope="session", autouse=True)
def packages_are_searched_once() -> Iterator[None]:
    """Streamlit's tester reads the metadata of all installed packages at each start: a second."""
    with pytest.MonkeyPatch.context() as patch:
        once = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", once)
        yield


@pytest.fixture(autouse=True)
def cache_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clips are kept, but not among those of whoever runs the tests."""
    monkeypatch.setenv("HILBERT_CACHE", str(tmp_path / "cache"))


Visit = Callable[..., AppTest]


@pytest.fixture
def open_page() -> Visit:
    """Open the page, with an address and session values."""

    def start(address: dict[str, str] | None = None, **session: Any) -> AppTest:
        spec = find_spec("app")
        assert spec and spec.submodule_search_locations
        page = AppTest.from_file(
            Path(spec.submodule_search_locations[0]) / "start" / "hilbert_app.py"
        )
        page.default_timeout = 120
        for name, value in (address or {}).items():
            page.query_params[name] = value
        for name, value in session.items():
            page.session_state[name] = value
        page.run()
        assert not page.exception, page.exception
        return page

    return start


@pytest.fixture
def visit(open_page: Visit, library: Path, monkeypatch: pytest.MonkeyPatch) -> Visit:
    """Open the page on the small library."""
    monkeypatch.setenv("HILBERT_LIBRARY", str(library))
    return open_page


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts how often a query was embedded."""
    counts: Counter[str] = Counter()

    def counting(name: str) -> None:
        real = getattr(indexer.search.searcher, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            counts[name] += 1
            return real(*args, **kwargs)

        monkeypatch.setattr(indexer.search.searcher, name, counted)

    counting("typed_query")
    counting("clip_query")
    return counts
