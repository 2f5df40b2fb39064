"""Where decoded sound lies on a recording's clock: how much silence goes before each frame.

A player shows packet times, so a moment's seconds are packet times as well: sound that begins late,
a pause in which nothing was sent, and packets that are missing leave silence, not a shift of all
that follows. What Chromium's `<audio>` plays at a second is held by a browser test.
"""

from __future__ import annotations

from typing import NamedTuple

# Packet times are rounded, and an encoder's delay moves the first: differences up to this are
# none, so that an undamaged recording keeps its samples as they are decoded.
_TOLERANCE = 0.1
# Times that go back further than frames overlap: joined recordings, each with a clock of its own.
_STEP_BACK = 1.0
# Earlier than this before second 0 nothing is left out: that is a clock gone wrong.
_LONGEST_LEAD = 10.0
# A longer pause is a clock that was set anew.
_LONGEST_PAUSE = 6 * 3600.0
# So much silence is filled into a recording at most: what is longer is a clock gone wrong.
_MOST_FILLED = 12 * 3600.0
# From here on a container's first time is the hour of the day or of a stream, not a late start.
_LATE_CLOCK = 300.0
# MPEG streams count from anywhere by design; every player takes the start off.
_ANY_START = frozenset({"mpegts", "mpeg"})
# Elementary streams carry no times: the demuxer counts frames, and forgets what it cannot read.
_WITHOUT_TIMES = frozenset(
    {"mp3", "aac", "loas", "ac3", "eac3", "dts", "truehd", "amr", "amrnb", "amrwb"}
)


def clock_offset(container_format: str, first: float) -> float:
    """Return the seconds at which a container's clock begins, where players take them off.

    Args:
        container_format: FFmpeg's names of the format, with commas between: `mov,mp4,m4a`.
        first: Seconds of the earliest packet of any of its streams.
    """
    return first if first > _LATE_CLOCK or begins_anywhere(container_format) else 0.0


def begins_anywhere(container_format: str) -> bool:
    """Return whether the clock of a format has no meaning but for differences."""
    return bool(set(container_format.split(",")) & _ANY_START)


def has_times(container_format: str) -> bool:
    """Return whether packets of a format carry times, rather than being counted."""
    return not set(container_format.split(",")) & _WITHOUT_TIMES


class FrameTime(NamedTuple):
    """What is known of where a decoded frame belongs.

    Attributes:
        seconds: Length of the frame.
        time: Presentation time in seconds; None where there is none.
        first_byte: Where its packet begins in the file; None where that is unknown.
        last_byte: Where its packet ends.
    """

    seconds: float
    time: float | None = None
    first_byte: int | None = None
    last_byte: int | None = None


class Timeline:
    """A recording's clock, followed frame by frame.

    Attributes:
        position: Seconds from the start of the recording that are filled so far.
        filled: Seconds of silence that were put in after the first sound.
    """

    def __init__(self, offset: float = 0.0, *, by_bytes: bool = False) -> None:
        """Start at second 0.

        Args:
            offset: Seconds at which the container's clock begins (`clock_offset`).
            by_bytes: The packets carry no times (`has_times`): what is lost is measured by the
                bytes that were passed over, at the mean rate until then.
        """
        self.position = 0.0
        self.filled = 0.0
        self._offset = offset
        self._by_bytes = by_bytes
        self._begun = False
        self._restarted = False
        self._end_byte: int | None = None
        self._bytes = 0
        self._seconds = 0.0
        self._paused = 0.0
        self._drops = False

    def is_before_start(self, seconds: float, time: float | None) -> bool:
        """Return whether a frame ends before second 0, where players do not play it.

        A recording that was cut without encoding it anew has such frames: all of the page or group
        in which the cut lies.

        Args:
            seconds: Length of the frame.
            time: Its presentation time in seconds; None where there is none.
        """
        if self._begun or self._by_bytes or time is None:
            return False
        begins = time - self._offset
        self._drops |= -_LONGEST_LEAD < begins < -_TOLERANCE
        return self._drops and begins + seconds <= 0.0

    def silence_before(self, frame: FrameTime) -> float:
        """Return the seconds of silence to put before a frame, and count both as filled."""
        lost = self._lost_bytes(frame) + self._paused if self._by_bytes else self._pause(frame)
        self._paused = 0.0
        if self._begun:
            lost = lost if self.filled + lost <= _MOST_FILLED else 0.0
            self.filled += lost
        self._begun = True
        self.position += lost + frame.seconds
        return lost

    def restart(self) -> None:
        """Let the next frame follow the last, whatever its time: another clock begins."""
        self._restarted = True

    def pass_over(self, count: int, seconds: float = 0.0) -> None:
        """Pass over bytes between two frames that hold no sound.

        Args:
            count: How many bytes: tags, or a packet without sound.
            seconds: The pause that they stand for.
        """
        self._paused += seconds
        if self._end_byte is not None:
            self._end_byte += count

    def _pause(self, frame: FrameTime) -> float:
        if frame.time is None:
            return 0.0
        ahead = frame.time - self._offset - self.position
        if self._restarted or ahead < -_STEP_BACK or ahead > _LONGEST_PAUSE:
            self._restarted = False
            self._offset += ahead
            return 0.0
        return ahead if ahead > _TOLERANCE else 0.0

    def _lost_bytes(self, frame: FrameTime) -> float:
        if frame.first_byte is None or frame.last_byte is None:
            return 0.0
        lost = 0.0
        if self._end_byte is not None and self._bytes:
            between = frame.first_byte - self._end_byte
            lost = between * self._seconds / self._bytes
        self._end_byte = frame.last_byte
        self._bytes += frame.last_byte - frame.first_byte
        self._seconds += frame.seconds
        return lost if _TOLERANCE < lost <= _LONGEST_PAUSE else 0.0
