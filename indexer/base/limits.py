"""What a file of a stranger may cost: caps on its content, its time and its memory."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass, fields

from hilbert.errors import HilbertError

VARIABLE = "HILBERT_LIMITS"
"""Environment variable that changes limits: `hours=100 channels=128`."""
_MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Caps on one file; the defaults leave room around what recorders and programs write.

    Attributes:
        hours: Length of a recording.
        channels: Channels of one sound track.
        lowest_rate: Samples a second; all sound is brought to 16,000, so fewer are a bomb.
        highest_rate: DSD512, the fastest that is sold, is decoded at 2,822,400; some
            instruments have more.
        gigabytes: Size of a recording.
        transcript_megabytes: Size of a transcript, of a table or of a file of chapters.
        memory_gigabytes: Memory (address space) of the process that decodes and parses.
        open_files: Files that it has open.
        processor_seconds: Processor time that it spends on a file of any size.
        processor_seconds_per_megabyte: Further processor time by the size of the file.
        wall_seconds: Time until the next piece of a file is there.
        wall_seconds_per_megabyte: Further time by the size of the file.
    """

    hours: float = 36.0
    channels: float = 64
    lowest_rate: float = 1_000
    highest_rate: float = 12_000_000
    gigabytes: float = 200.0
    transcript_megabytes: float = 64.0
    memory_gigabytes: float = 3.0
    open_files: float = 64
    processor_seconds: float = 60.0
    processor_seconds_per_megabyte: float = 20.0
    wall_seconds: float = 300.0
    wall_seconds_per_megabyte: float = 1.0

    @property
    def transcript_bytes(self) -> int:
        """Size of a transcript in bytes."""
        return round(self.transcript_megabytes * _MIB)

    def processor_budget(self, size: int) -> float:
        """Return the processor seconds that a file of `size` bytes may take."""
        return self.processor_seconds + self.processor_seconds_per_megabyte * size / _MIB

    def wall_budget(self, size: int) -> float:
        """Return the seconds until the next piece of a file of `size` bytes must be there."""
        return self.wall_seconds + self.wall_seconds_per_megabyte * size / _MIB


def limits() -> Limits:
    """Return the limits that hold: the defaults, or what the environment variable changes.

    Raises:
        HilbertError: The variable cannot be read.
    """
    return parse_limits(os.environ.get(VARIABLE, ""))


@functools.lru_cache(maxsize=8)
def parse_limits(text: str) -> Limits:
    """Read limits, `name=number` with spaces or commas between; the others are the defaults.

    Raises:
        HilbertError: A name or a number cannot be.
    """
    known = [field.name for field in fields(Limits)]
    values: dict[str, float] = {}
    for entry in text.replace(",", " ").split():
        name, _, number = entry.partition("=")
        try:
            values[name] = float(number)
        except ValueError:
            values[name] = 0.0
        if name not in known or not 0 < values[name] < float("inf"):
            raise HilbertError(
                f"{VARIABLE}: '{entry}' is no limit; write NAME=NUMBER with one of "
                f"{', '.join(known)}"
            )
    return Limits(**values)


def raised(name: str, limit: float) -> str:
    """Say how a limit is raised, for the end of a message."""
    return f"at most {limit:,.10g} by default; {VARIABLE}={name}=NUMBER allows more"
