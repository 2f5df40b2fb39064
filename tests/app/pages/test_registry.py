"""A page is one new file: dropped, it is in the navigation, draws, and links lead to it."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.dropping import ROOT, Copy, documented

VISIT = """
import sys
from streamlit.testing.v1 import AppTest
from app.state.navigation import PAGES

page = AppTest.from_file(sys.argv[1], default_timeout=120).run()
assert not page.exception, page.exception
pages = page._registered_pages
print("navigation:", [info["url_pathname"] for info in pages.values()])
page._page_hash = next(key for key, info in pages.items() if info["url_pathname"] == "hello")
page.run()
assert not page.exception, page.exception
print("drawn:", [text.value for text in page.main.markdown])
page.button[0].click()
page.run()
assert not page.exception, page.exception
print("fields:", [field.label for field in page.text_input])
"""


def test_a_dropped_page_is_in_the_navigation_and_draws(tmp_path: Path) -> None:
    library = tmp_path / "library"
    shutil.copytree(ROOT / "tests" / "fixtures" / "library-0.1", library)
    copy = Copy(tmp_path / "copy")
    copy.drop(documented("page"))
    script = tmp_path / "visit.py"
    script.write_text(f"import os\nos.environ['HILBERT_LIBRARY'] = {str(library)!r}\n{VISIT}")
    done = copy.run(script, copy.folder / "app" / "start" / "hilbert_app.py")
    assert done.returncode == 0, done.stderr
    assert "navigation: ['', 'document', 'hello', 'library', 'diagnostics']" in done.stdout
    assert "Hello to " in done.stdout
    assert "What was said, or what was meant" in done.stdout
