"""Transcripts read in a guarded process, and their errors as those of transcripts.

What recognises and reads formats is much code, and what somebody wrote may keep it busy for hours,
or fill the memory: no cap on a size says how long a pattern looks for its end.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from indexer.base.errors import HilbertError
from indexer.base.types import Cue, Sound
from indexer.guard.children import FileFaultError, run_guarded
from indexer.transcripts.errors import TranscriptError
from indexer.transcripts.transcript import Transcript

TASKS = "indexer.transcripts.tasks"


def read_guarded(path: Path, language: str = "en", named: str | None = None) -> Transcript:
    """Read a transcript; see `indexer.transcripts.reader.read_transcript`.

    Raises:
        TranscriptError: It cannot be read, or what read it crashed or passed a limit, which its
            cause tells.
    """
    values = _run("read", path, {"language": language, "named": named})
    cues = tuple(Cue(*cue) for cue in values.pop("cues"))
    sounds = tuple(Sound(*sound) for sound in values.pop("sounds"))
    return Transcript(cues, sounds=sounds, warnings=tuple(values.pop("warnings")), **values)


def is_recognised_guarded(path: Path, extension: str) -> bool:
    """Return whether one of the formats of an extension recognises the beginning of a file.

    Raises:
        TranscriptError: What looked at it crashed or passed a limit.
    """
    return bool(_run("recognise", path, {"extension": extension})["is_recognised"])


def _run(task: str, path: Path, arguments: dict[str, Any]) -> dict[str, Any]:
    arguments = {"path": str(path.absolute()), **arguments}
    try:
        ((values, _),) = run_guarded(f"{TASKS}:{task}", path, arguments)
    except FileFaultError as error:
        raise TranscriptError(str(error)) from error
    except HilbertError as error:
        raise TranscriptError(str(error)) from error
    return values
