"""The frames of a recording in order, each with the silence that goes before it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.base.limits import limits
from indexer.media.amr import pause_seconds
from indexer.media.bounds import check_length, check_sound
from indexer.media.containers import open_av
from indexer.media.mpeg_frames import HEADER_BYTES, frame_length
from indexer.media.ogg_links import LinkFile, next_link
from indexer.media.tags import tag_bytes
from indexer.media.timeline import FrameTime, Timeline, clock_offset, has_times

if TYPE_CHECKING:
    import av

# Seconds of silence to put before the frame, and the frame, without its time.
TimedFrame = tuple[float, "av.AudioFrame"]

# Packets that fail one after the other without an end: the demuxer stands still.
_MAX_STUCK = 100
_MAX_BAD_PACKETS = 10_000
# Damage that is longer than this is not measured.
_SEARCHED_BYTES = 1 << 23
# Shorter pauses are no loss: rounding, and where silence is not sent (DTX), a few packets.
_NOTED_GAP_SECONDS = 0.25
_NOTED_GAP_SECONDS_DTX = 1.0
_CODECS_WITH_DTX = frozenset({"opus", "speex", "amrnb", "amrwb", "amr_nb", "amr_wb", "evs"})


@dataclass(frozen=True)
class Losses:
    """What could not be decoded, and where silence stands for it.

    Attributes:
        bad_packets: Packets passed over because they could not be decoded.
        is_last_cut: Whether the last packet ends before it should.
        gaps: Pauses within the sound that were filled with silence, the shortest not counted.
        gap_seconds: Their length, all together.
        first_gap: Seconds at which the first begins.
        has_lead: Whether sound before second 0 was left out.
    """

    bad_packets: int = 0
    is_last_cut: bool = False
    gaps: int = 0
    gap_seconds: float = 0.0
    first_gap: float = 0.0
    has_lead: bool = False


class Frames:
    """Decoded frames of one sound track, on the recording's clock.

    Attributes:
        channels: Channels of the track as its header names them.
    """

    def __init__(self, path: Path, container: Any, stream: Any) -> None:
        self._path = path
        self._container = container
        self._stream = stream
        self._stream.thread_type = "AUTO"
        self._kind = (0, 0)  # channels and sampling rate, as far as they were checked
        self.channels: int = stream.channels
        name = container.format.name
        self._is_ogg = name == "ogg"
        self._by_bytes = not has_times(name)
        self._timeline = Timeline(container_offset(container), by_bytes=self._by_bytes)
        self._longest = 3600 * limits().hours
        self._codec: str = stream.codec_context.name
        has_dtx = self._codec in _CODECS_WITH_DTX
        self._noted_gap = _NOTED_GAP_SECONDS_DTX if has_dtx else _NOTED_GAP_SECONDS
        self._begun = False
        self._bad = 0
        self._bad_before = 0  # of them, before the last packet that was good
        self._is_last_cut = False
        self._paused = 0.0  # since the last frame, in packets that say so
        self._gaps, self._gap_seconds, self._first_gap = 0, 0.0, 0.0
        self._has_lead = False
        self._end_byte = 0
        self._shift = 0  # bytes by which the demuxer is behind in its count

    @property
    def losses(self) -> Losses:
        """What was lost so far."""
        return Losses(
            self._bad,
            self._is_last_cut,
            self._gaps,
            self._gap_seconds,
            self._first_gap,
            self._has_lead,
        )

    def __iter__(self) -> Iterator[TimedFrame]:
        link = yield from self._read(self._container, self._stream, 0)
        while link is not None:
            import av

            self._timeline.restart()
            with self._path.open("rb") as file:
                try:
                    container: Any = open_av(LinkFile(file, link))
                except (OSError, ValueError, av.error.FFmpegError):
                    self._bad += 1
                    link = next_link(self._path, link)
                    continue
                with container:
                    streams = [s for s in container.streams.audio if s.codec_context]
                    begin = link
                    link = next_link(self._path, begin)
                    if streams:
                        link = yield from self._read(container, streams[0], begin)

    def _read(
        self, container: Any, stream: Any, begin: int
    ) -> Generator[TimedFrame, None, int | None]:
        """Yield the frames of a container; return where the next link of a chain begins."""
        import av

        packets = container.demux(stream)
        stuck, position = 0, begin
        last, failed = None, None
        while self._bad <= _MAX_BAD_PACKETS:
            try:
                packet = next(packets)
            except StopIteration:
                if last is not None:
                    self._is_last_cut = last is failed or self._is_cut(last)
                return None
            except IndexError:  # PyAV does not know a track that begins later: it is another one
                stuck += 1
                if stuck > _MAX_STUCK:
                    return None
                packets = container.demux(stream)
                continue
            except av.error.FFmpegError:
                if self._is_ogg and (link := next_link(self._path, position)) is not None:
                    return link
                self._bad += 1
                stuck += 1
                if stuck > _MAX_STUCK:
                    return None
                packets = container.demux(stream)  # a generator that raised has ended
                continue
            stuck = 0
            if packet.pos is not None:
                position = begin + packet.pos
            last = packet if packet.size else last
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                self._pass_over(packet)
                failed = packet
                continue
            for frame in frames:
                if not self._begun and self._is_before_start(frame):
                    self._has_lead = True
                else:
                    yield self._placed(frame, packet), frame
        return None

    def _is_before_start(self, frame: Any) -> bool:
        return self._timeline.is_before_start(frame_seconds(frame), frame.time)

    def _pass_over(self, packet: Any) -> None:
        """Count a packet that was not decoded: damage, or a pause."""
        seconds = pause_seconds(self._codec, bytes(packet))
        self._paused += seconds
        if not seconds:
            self._bad += 1
        elif self._by_bytes:
            self._timeline.pass_over(packet.size, seconds)
            self._end_byte += packet.size

    def _is_cut(self, packet: Any) -> bool:
        """Whether the last packet is not whole, by its own header."""
        if not self._by_bytes or packet.pos is None:
            return False
        begin = int(packet.pos) + self._shift
        end, size = begin + int(packet.size), self._path.stat().st_size
        if end < begin + (length := frame_length(bytes(packet)[:HEADER_BYTES])):
            return begin + length > size
        with self._path.open("rb") as file:  # a parser may keep what is no whole frame
            file.seek(end)
            return end + frame_length(file.read(HEADER_BYTES)) > size

    def _placed(self, frame: Any, packet: Any) -> float:
        """Return the silence that goes before a frame, and take its time off.

        Raises:
            AudioError: The recording has become too long, too fast or too wide.
        """
        kind = (frame.layout.nb_channels, frame.sample_rate)
        if kind != self._kind:
            check_sound(self._path, *kind)
            self._kind = kind
        time, frame.pts = frame.time, None
        first = last = None
        if self._by_bytes and packet.pos is not None:
            if self._bad > self._bad_before:
                self._shift = find_bytes(self._path, bytes(packet), packet.pos) - packet.pos
            first = packet.pos + self._shift
            last = first + packet.size
            if self._begun and first > self._end_byte:
                self._pass_over_tags(first)
            self._end_byte = last
        self._bad_before = self._bad
        timeline = self._timeline
        silence = timeline.silence_before(FrameTime(frame_seconds(frame), time, first, last))
        if timeline.position > self._longest:
            check_length(self._path, timeline.position)
        unexplained = silence - self._paused
        self._paused = 0.0
        if self._begun and unexplained >= self._noted_gap:
            if not self._gaps:
                self._first_gap = timeline.position - frame_seconds(frame) - silence
            self._gaps += 1
            self._gap_seconds += unexplained
        self._begun = True
        return silence

    def _pass_over_tags(self, until: int) -> None:
        """Tags between joined files are no sound, and a packet of their bytes is no damage."""
        tags = tag_bytes(self._path, self._end_byte, until)
        if tags:
            self._timeline.pass_over(tags)
            self._bad = self._bad_before


def frame_seconds(frame: av.AudioFrame) -> float:
    """Return the length of a frame."""
    return frame.samples / frame.sample_rate


def find_bytes(path: Path, wanted: bytes, near: int) -> int:
    """Return where a file holds a packet, at `near` or after it; `near` where it is not found.

    FFmpeg's ADTS demuxer does not count the bytes that it passes over to find the next frame.
    """
    with path.open("rb") as file:
        file.seek(near)
        found = file.read(_SEARCHED_BYTES).find(wanted)
    return near + max(0, found)


def container_offset(container: Any) -> float:
    """Return the seconds that are taken off a container's times."""
    import av

    return clock_offset(container.format.name, (container.start_time or 0) / av.time_base)
