"""Samples encoded into a file."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray


def encode(
    path: Path,
    pieces: Iterable[NDArray[np.float32]],
    rate: int,
    container_format: str,
    codec: str,
    options: Mapping[str, str] = MappingProxyType({}),
) -> int:
    """Write consecutive samples, as they come, into a file.

    Args:
        path: The file.
        pieces: Mono or stereo, `[channels, n]`; all have as many channels as the first.
        rate: Sampling rate; the codec takes it.
        container_format: FFmpeg's name of the container.
        codec: FFmpeg's name of the codec.
        options: Of the codec, as FFmpeg names them.

    Returns:
        How many samples of a channel were written; without any there is no file.
    """
    import av

    pieces = iter(pieces)
    first = next((piece for piece in pieces if piece.shape[1]), None)
    if first is None:
        return 0
    layout = "mono" if len(first) == 1 else "stereo"
    written = 0
    with av.open(str(path.absolute()), "w", format=container_format) as container:
        stream: Any = container.add_stream(codec, rate=rate, layout=layout, options=dict(options))
        frame_size = stream.codec_context.frame_size or 1024
        to_codec = av.AudioResampler(stream.format.name, layout, rate, frame_size=frame_size)
        for piece in itertools.chain([first], pieces):
            if not piece.shape[1]:
                continue
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece), "fltp", layout)
            frame.sample_rate = rate
            written += piece.shape[1]
            for encoded in to_codec.resample(frame):
                container.mux(stream.encode(encoded))
        for encoded in to_codec.resample(None):
            container.mux(stream.encode(encoded))
        container.mux(stream.encode(None))
    return written
