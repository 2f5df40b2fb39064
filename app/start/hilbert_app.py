"""The script that Streamlit runs for `hilbert app`, again for each visit and each click."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import streamlit as st

st.set_page_config(page_icon="🎧", layout="wide")

# An `app.py` in the current folder would otherwise be imported as this package.
_PACKAGE = Path(__file__).parent.parent
_found = importlib.util.find_spec("app")
if _found is None or str(_PACKAGE) not in (_found.submodule_search_locations or []):
    sys.path.insert(0, str(_PACKAGE.parent))

from app.home import main  # noqa: E402
from indexer.commands.verbosity import log_as_started  # noqa: E402

log_as_started()
main()
