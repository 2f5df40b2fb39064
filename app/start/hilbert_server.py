"""The server of `hilbert app`: Streamlit, which reads the pages while the browser loads its own.

Streamlit runs a script for each visit, and imports what it needs at the first one. Here that is
imported once the server listens: a browser takes longer to load the front end.
"""

from __future__ import annotations

import gc

# Nothing that is imported becomes garbage: looking for some takes a tenth of the start.
gc.disable()

import functools  # noqa: E402
import importlib  # noqa: E402
import importlib.metadata  # noqa: E402
import importlib.util  # noqa: E402
import inspect  # noqa: E402
import logging  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

from streamlit import runtime  # noqa: E402
from streamlit.web import cli  # noqa: E402

log = logging.getLogger(__name__)
_HERE = Path(__file__).parent
_MOMENT = 0.01  # seconds
# Streamlit's lists of icons, which it reads for the first icon of a page.
_ICONS = ("streamlit.emojis", "streamlit.material_icon_names")


def main() -> None:
    """Serve `hilbert_app.py` with the options of `streamlit run` that follow."""
    _read_package_metadata_once()
    threading.Thread(target=_prepare_visits, name="Importing the pages", daemon=True).start()
    sys.argv = ["streamlit", "run", str(_HERE / "hilbert_app.py"), *sys.argv[1:]]
    cli.main(prog_name="streamlit")


def _read_package_metadata_once() -> None:
    """Keep what the metadata of an installed package says.

    Streamlit looks for components in all of them and asks each four times; each time the whole
    file is parsed, description included, which takes half a second with 150 packages.
    """
    read = importlib.metadata.Distribution.metadata
    if isinstance(read, property) and read.fget is not None:
        kept = property(functools.lru_cache(maxsize=None)(read.fget))
        importlib.metadata.Distribution.metadata = kept


def _prepare_visits() -> None:
    """Import the pages and open the library as soon as the server listens."""
    try:
        while not _listens():
            time.sleep(_MOMENT)
        _prepare_first_page()
        # Streamlit asks for it before the first element of a process, to tell a shell from a
        # script. Which module each frame is of is looked up once: a tenth of a second.
        inspect.stack()
    finally:
        gc.freeze()
        gc.enable()


def _listens() -> bool:
    return runtime.exists() and runtime.get_instance().state != runtime.RuntimeState.INITIAL


def _prepare_first_page() -> None:
    found = importlib.util.find_spec("app")
    if found is None or str(_HERE.parent) not in (found.submodule_search_locations or []):
        return  # another package of this name comes first; the script looks further
    try:
        importlib.import_module("app.home")
        importlib.import_module("app.state.navigation").PAGES.load()
        libraries = importlib.import_module("app.state.open_library")
        folder = libraries.default_library_folder()
        if folder:
            libraries.open_shared(folder)
        for name in _ICONS:
            if importlib.util.find_spec(name):
                importlib.import_module(name)
    except Exception:  # the first visit meets it again, and shows it
        log.debug("could not prepare the first page", exc_info=True)


if __name__ == "__main__":
    main()
