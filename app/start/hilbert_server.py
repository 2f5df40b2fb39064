"""The server of `hilbert app`: Streamlit, which reads the pages while the browser loads its own.

Streamlit runs a script for each visit, and imports what it needs at the first one. Here that is
imported behind the start of the server.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import sys
import threading
import time
from pathlib import Path

from streamlit import runtime
from streamlit.web import cli

log = logging.getLogger(__name__)
_HERE = Path(__file__).parent
_MOMENT = 0.01  # seconds


def main() -> None:
    """Serve `hilbert_app.py` with the options of `streamlit run` that follow."""
    threading.Thread(target=_import_pages, name="Importing the pages", daemon=True).start()
    sys.argv = ["streamlit", "run", str(_HERE / "hilbert_app.py"), *sys.argv[1:]]
    cli.main(prog_name="streamlit")


def _import_pages() -> None:
    """Import the pages once the server is up: caches ask it where they are kept."""
    while not runtime.exists():
        time.sleep(_MOMENT)
    found = importlib.util.find_spec("app")
    if found is None or str(_HERE.parent) not in (found.submodule_search_locations or []):
        return  # another package of this name comes first; the script looks further
    try:
        importlib.import_module("app.home")
        importlib.import_module("app.state.navigation").PAGES.load()
    except Exception:  # the first visit meets it again, and shows it
        log.debug("could not import the pages", exc_info=True)


if __name__ == "__main__":
    main()
