"""Importing the package costs nothing: `hilbert --help` must answer at once."""

import subprocess
import sys


def test_importing_the_package_loads_no_heavy_library() -> None:
    code = "import sys, hilbert; print({'torch', 'numpy', 'safetensors'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "set()"
