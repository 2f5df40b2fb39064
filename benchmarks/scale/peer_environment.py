"""An environment of their own for txtai, LanceDB and tantivy, beside this one.

They share its packages: what it has already, torch above all, is not installed again.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

_REQUIRED = ("txtai", "lancedb", "tantivy")


def peer_python(work: Path) -> Path:
    """Return the interpreter of the environment; it is made where it is not there.

    Args:
        work: Folder in which the environment lies.
    """
    folder = work / "peers"
    python = folder / "bin" / "python"
    marker, packages = folder / "installed", " ".join(_REQUIRED)
    if marker.exists() and marker.read_text(encoding="utf-8") == packages:
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    there = subprocess.run([python, "-c", asked], check=True, capture_output=True, text=True)
    link = Path(there.stdout.strip()) / "shared.pth"
    link.write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    subprocess.run([python, "-m", "pip", "install", "--quiet", *_REQUIRED], check=True)
    marker.write_text(packages, encoding="utf-8")
    return python
