"""Media that no honest program writes: bombs, lists that name other files, odd headers."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]
_ID3 = b"ID3\x03\x00\x00\x00\x00\x00\x0a" + b"\0" * 10


def write_wav(path: Path, samples: Samples, rate: int, *, extensible: bool = False) -> Path:
    """Write 16-bit samples, `[n, channels]`, as WAV with a header of any rate and channels."""
    channels = samples.shape[1]
    data = np.ascontiguousarray(samples, "<i2").tobytes()
    tag = 0xFFFE if extensible else 1
    format_chunk = struct.pack(
        "<HHIIHH", tag, channels, rate, min(rate * channels * 2, 2**32 - 1), channels * 2, 16
    )
    if extensible:  # a channel mask of 0: nobody says where the loudspeakers stand
        subformat = b"\x01\x00\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"
        format_chunk += struct.pack("<HHI", 22, 16, 0) + subformat
    body = b"WAVEfmt " + struct.pack("<I", len(format_chunk)) + format_chunk
    body += b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


def noise(n: int, channels: int = 1, seed: int = 1) -> Samples:
    """Return loud noise, `[n, channels]` of 16 bits."""
    return np.random.default_rng(seed).integers(-9000, 9000, (n, channels), dtype=np.int16)


def two_hertz(folder: Path) -> Path:
    """Write 480 KB at 2 samples a second: 33 hours."""
    return write_wav(folder / "two-hertz.wav", noise(240_000), 2)


def many_channels(folder: Path, channels: int = 12) -> Path:
    """Write a second of channels that nothing names."""
    return write_wav(folder / f"channels-{channels}.wav", noise(16_000, channels), 16_000)


def too_many_channels(folder: Path) -> Path:
    """Write a second of 300 channels."""
    return write_wav(folder / "channels-300.wav", noise(8_000, 300), 8_000)


def fast_alac(folder: Path) -> Path:
    """Write ALAC whose header says 2 GHz."""
    path = folder / "fast.m4a"
    _encode(path, "ipod", "alac", 44_100, 44_100 * 2)
    data = path.read_bytes()
    # The cookie's sampling rate (Apple Lossless, ALACSpecificConfig), the sample entry's (16.16)
    # and the time scale of the track.
    old, new = struct.pack(">I", 44_100), struct.pack(">I", 2_000_000_000)
    assert data.count(old) >= 2
    path.write_bytes(data.replace(old, new))
    return path


def long_flac(
    folder: Path, seconds: float = 100 * 3600.0, rate: int = 1_000, *, announce: bool = True
) -> Path:
    """Write silence that lasts 100 hours in 100 KB.

    Args:
        folder: Where `long.flac` is written.
        seconds: How long it lasts.
        rate: Samples a second.
        announce: Whether its header says so.
    """
    block = 65_535
    frames = int(seconds * rate) // block
    info = struct.pack(">HH", block, block) + b"\0" * 6
    total = frames * block if announce else 0
    packed = (rate << 44) | (0 << 41) | (15 << 36) | total
    info += packed.to_bytes(8, "big") + b"\0" * 16
    parts = [b"fLaC", b"\x80" + (34).to_bytes(3, "big"), info]
    parts += [_silent_flac_frame(number, rate, block) for number in range(frames)]
    path = folder / "long.flac"
    path.write_bytes(b"".join(parts))
    return path


def concat_list(folder: Path, neighbour: Path) -> Path:
    """Write FFmpeg's own list of files under the name of a recording."""
    path = folder / "list.mp3"
    path.write_text(f"ffconcat version 1.0\nfile '{neighbour}'\n")
    return path


def tagged_concat_list(folder: Path, neighbour: Path) -> Path:
    """Write such a list behind a tag, which FFmpeg passes over to look at what a file is."""
    path = folder / "tagged.mp3"
    path.write_bytes(_ID3 + f"ffconcat version 1.0\nfile '{neighbour}'\n".encode())
    return path


def tagged_hls_list(folder: Path, neighbour: Path) -> Path:
    """Write an HLS list behind a tag."""
    path = hls_list(folder, neighbour, "tagged-hls.mp3")
    path.write_bytes(_ID3 + path.read_bytes())
    return path


def recursive_concat(folder: Path, neighbour: Path) -> Path:
    """Write a list that names itself."""
    path = folder / "loop.mp3"
    path.write_text("ffconcat version 1.0\nfile 'loop.mp3'\nfile 'loop.mp3'\n")
    return path


def hls_list(folder: Path, neighbour: Path, name: str = "list.m3u8") -> Path:
    """Write an HLS list that names a file by its absolute path."""
    path = folder / name
    path.write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{neighbour.absolute()}\n#EXT-X-ENDLIST\n"
    )
    return path


def _encode(path: Path, container: str, codec: str, rate: int, n: int) -> None:
    with av.open(str(path), "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(noise(n).T.copy(), "s16p", "mono")
        frame.sample_rate = rate
        to_codec = av.AudioResampler(stream.format.name, "mono", rate, frame_size=4096)
        for piece in [*to_codec.resample(frame), *to_codec.resample(None)]:
            output.mux(stream.encode(piece))
        output.mux(stream.encode(None))


def _silent_flac_frame(number: int, rate: int, block: int) -> bytes:
    """Return a frame of one channel whose only subframe is the constant 0 (RFC 9639, 9)."""
    # Block size in 16 bits, sampling rate in 16 bits of Hz or of ten; one channel of 16 bits.
    unit = 1 if rate < 1 << 16 else 10
    header = b"\xff\xf8" + bytes([0x7D if unit == 1 else 0x7E, 0x08]) + _coded_number(number)
    header += struct.pack(">HH", block - 1, rate // unit)
    header += bytes([_crc(header, 8, 0x07)])
    body = header + b"\x00" + b"\x00\x00"
    return body + _crc(body, 16, 0x8005).to_bytes(2, "big")


def _coded_number(number: int) -> bytes:
    """Return a number in the extended UTF-8 of FLAC (RFC 9639, 9.1.5)."""
    if number < 0x80:
        return bytes([number])
    return chr(number).encode("utf-8", "surrogatepass")


def _crc(data: bytes, bits: int, polynomial: int) -> int:
    value, top, mask = 0, 1 << (bits - 1), (1 << bits) - 1
    for byte in data:
        value ^= byte << (bits - 8)
        for _ in range(8):
            value = ((value << 1) ^ polynomial if value & top else value << 1) & mask
    return value


BOMBS: dict[str, Callable[[Path], Path]] = {
    "two hertz": two_hertz,
    "2 GHz": fast_alac,
    "100 hours": long_flac,
    "300 channels": too_many_channels,
}
"""Small files that would take the memory or the time of a machine."""
LISTS: dict[str, Callable[[Path, Path], Path]] = {
    "ffconcat named .mp3": concat_list,
    "ffconcat behind a tag": tagged_concat_list,
    "ffconcat of itself": recursive_concat,
    "HLS named .m3u8": hls_list,
    "HLS named .mp3": lambda folder, neighbour: hls_list(folder, neighbour, "list.mp3"),
    "HLS behind a tag": tagged_hls_list,
}
"""Lists that name another file, which FFmpeg would open."""
