"""Exit status of the commands here: user errors print one line."""

from __future__ import annotations

import sys
from collections.abc import Callable

from hilbert.errors import HilbertError
from hilbert.training.trainer import OtherTrainingError
from tools.speech_corpus.errors import SpeechError


def exit_status(work: Callable[[], None]) -> int:
    """Do it; 0 when done, 1 on a failure, 130 after Ctrl-C."""
    try:
        work()
    except (SpeechError, HilbertError, OtherTrainingError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on", file=sys.stderr)
        return 130
    return 0
