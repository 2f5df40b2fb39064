"""A page is one new file: dropped, it is in the navigation, draws, and links lead to it."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.dropping import ROOT, Copy, documented

VISIT = """
import sys
sys.path.append(sys.argv[2])
from streamlit.testing.v1 import AppTest
from visitor import assert_no_error, follow, menu, texts, turn_to

page = assert_no_error(AppTest.from_file(sys.argv[1], default_timeout=120).run())
print("menu:", list(menu(page)))
assert_no_error(turn_to(page, "hello").run())
print("drawn:", texts(page))
follow(page, "Leave")
print("fields:", [field.label for field in page.text_input])
"""


def test_a_dropped_page_is_in_the_navigation_and_draws(tmp_path: Path) -> None:
    library = tmp_path / "library"
    shutil.copytree(ROOT / "tests" / "fixtures" / "library-0.1", library)
    copy = Copy(tmp_path / "copy")
    copy.drop(documented("page"))
    script = tmp_path / "visit.py"
    script.write_text(f"import os\nos.environ['HILBERT_LIBRARY'] = {str(library)!r}\n{VISIT}")
    start = copy.folder / "app" / "start" / "hilbert_app.py"
    done = copy.run(script, start, ROOT / "tests" / "app")
    assert done.returncode == 0, done.stderr
    assert "menu: ['Search', 'Recordings', 'Hello', 'Library', 'Diagnostics']" in done.stdout
    assert "Hello to " in done.stdout
    assert "What was said, or what was meant" in done.stdout
