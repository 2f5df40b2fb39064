"""Tasks on recordings in a guarded process, and their errors as those of recordings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.base.errors import AudioError, HilbertError
from indexer.guard.children import FileFaultError, run_guarded

TASKS = "indexer.media.tasks"


def guarded(
    task: str, path: Path, arguments: Mapping[str, Any]
) -> Iterator[tuple[dict[str, Any], NDArray[np.float32] | None]]:
    """Run a task of `indexer.media.tasks`.

    Raises:
        AudioError: What the task says, or that it crashed or passed a limit, which its cause tells.
    """
    try:
        yield from run_guarded(f"{TASKS}:{task}", path, arguments)
    except FileFaultError as error:
        raise AudioError(f"{path.name}: {error}") from error
    except HilbertError as error:
        raise AudioError(str(error)) from error
