"""Recordings that are too large, too long, too fast or too wide to be what somebody recorded."""

from __future__ import annotations

from pathlib import Path

from indexer.base.errors import AudioError
from indexer.base.limits import VARIABLE, limits, raised


def check_size(path: Path, size: int) -> None:
    """Check the size of a file, in bytes.

    Raises:
        AudioError: It is larger than a recording may be.
    """
    most = limits().gigabytes
    if size > most * 1e9:
        raise AudioError(f"{path.name}: it has {size / 1e9:,.0f} GB; {raised('gigabytes', most)}")


def check_length(path: Path, seconds: float | None) -> None:
    """Check how long a recording is, or says that it is.

    Raises:
        AudioError: It is longer than a recording may be.
    """
    most = limits().hours
    if seconds is not None and seconds > most * 3600:
        raise AudioError(
            f"{path.name}: it has more than {most:g} hours of sound; {raised('hours', most)}"
        )


def check_sound(path: Path, channels: int, rate: int) -> None:
    """Check channels and sampling rate of a sound track, 0 where they are not known.

    Raises:
        AudioError: No recorder has so many, or so few samples a second.
    """
    bounds = limits()
    if channels > bounds.channels:
        raise AudioError(
            f"{path.name}: it has {channels} channels; {raised('channels', bounds.channels)}"
        )
    if rate > bounds.highest_rate:
        most = raised("highest_rate", bounds.highest_rate)
        raise AudioError(f"{path.name}: it has {rate:,} samples a second; {most}")
    if 0 < rate < bounds.lowest_rate:
        raise AudioError(
            f"{path.name}: it has only {rate:,} samples a second; at least "
            f"{bounds.lowest_rate:,g} by default; {VARIABLE}=lowest_rate=NUMBER allows fewer"
        )
