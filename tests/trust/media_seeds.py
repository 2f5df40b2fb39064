"""A second of speech in as many containers as PyAV writes."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import av

from indexer.base.assets import demo_folder

_SECONDS = 0.6
_BIT_RATE = {name: {"b": "32000"} for name in ("wmav1", "wmav2")}  # they have no default
# Extension: container, codec, sampling rate, and channels of what is written.
KINDS = {
    "pcm.wav": ("wav", "pcm_s16le", 16_000, "mono"),
    "float.wav": ("wav", "pcm_f32le", 8_000, "mono"),
    "adpcm.wav": ("wav", "adpcm_ima_wav", 16_000, "stereo"),
    "mulaw.wav": ("wav", "pcm_mulaw", 8_000, "mono"),
    "pcm.w64": ("w64", "pcm_s24le", 8_000, "mono"),
    "pcm.aiff": ("aiff", "pcm_s16be", 16_000, "mono"),
    "pcm.caf": ("caf", "pcm_s16be", 16_000, "mono"),
    "alac.caf": ("caf", "alac", 16_000, "mono"),
    "pcm.au": ("au", "pcm_s16be", 8_000, "mono"),
    "pcm.voc": ("voc", "pcm_u8", 8_000, "mono"),
    "flac.flac": ("flac", "flac", 16_000, "mono"),
    "wavpack.wv": ("wv", "wavpack", 16_000, "mono"),
    "tta.tta": ("tta", "tta", 16_000, "mono"),
    "mp3.mp3": ("mp3", "libmp3lame", 16_000, "mono"),
    "mp2.mp2": ("mp2", "mp2", 16_000, "mono"),
    "aac.aac": ("adts", "aac", 16_000, "mono"),
    "ac3.ac3": ("ac3", "ac3", 32_000, "mono"),
    "eac3.eac3": ("eac3", "eac3", 32_000, "mono"),
    "vorbis.ogg": ("ogg", "vorbis", 44_100, "stereo"),
    "opus.opus": ("ogg", "libopus", 16_000, "mono"),
    "amrnb.amr": ("amr", "libopencore_amrnb", 8_000, "mono"),
    "aac.m4a": ("ipod", "aac", 16_000, "mono"),
    "alac.m4a": ("ipod", "alac", 16_000, "mono"),
    "aac.mp4": ("mp4", "aac", 16_000, "stereo"),
    "opus.mp4": ("mp4", "libopus", 48_000, "mono"),
    "pcm.mov": ("mov", "pcm_s16le", 16_000, "mono"),
    "aac.3gp": ("3gp", "aac", 16_000, "mono"),
    "opus.mka": ("matroska", "libopus", 16_000, "mono"),
    "pcm.mkv": ("matroska", "pcm_s16le", 16_000, "mono"),
    "vorbis.webm": ("webm", "vorbis", 44_100, "stereo"),
    "mp3.avi": ("avi", "libmp3lame", 16_000, "mono"),
    "pcm.avi": ("avi", "pcm_s16le", 8_000, "mono"),
    "aac.flv": ("flv", "aac", 16_000, "mono"),
    "aac.ts": ("mpegts", "aac", 16_000, "mono"),
    "mp2.mpg": ("mpeg", "mp2", 16_000, "mono"),
    "wmav2.wma": ("asf", "wmav2", 16_000, "mono"),
    "wmav1.wma": ("asf", "wmav1", 16_000, "mono"),
    "ac3.rm": ("rm", "ac3", 32_000, "mono"),
}


@cache
def media_seeds() -> dict[str, bytes]:
    """Return recordings by name, those that the installed FFmpeg can write."""
    demo = demo_folder()
    assert demo is not None
    (speech, *_) = sorted((demo / "clips").glob("*.opus"))
    made = {}
    for name, (container, codec, rate, layout) in KINDS.items():
        if data := _encoded(speech, container, codec, rate, layout):
            made[name] = data
    return made


def _encoded(speech: Path, container: str, codec: str, rate: int, layout: str) -> bytes:
    """Encode the beginning of a recording; empty where this FFmpeg has no such encoder."""
    target = io.BytesIO()
    try:
        with (
            av.open(str(speech)) as source,
            # Without it Ogg and Matroska number streams at random.
            av.open(target, "w", format=container, options={"fflags": "+bitexact"}) as output,
        ):
            output.metadata["title"] = "Beetle in the fog"
            options = {"strict": "experimental"} | _BIT_RATE.get(codec, {})
            stream = output.add_stream(codec, rate=rate, options=options, layout=layout)
            kind = stream.codec_context.codec.audio_formats[0].name
            resampler = av.AudioResampler(kind, layout, rate, frame_size=stream.frame_size or 1024)
            for frame in source.decode(audio=0):
                if (frame.time or 0.0) > _SECONDS:
                    break
                frame.pts = None
                for piece in resampler.resample(frame):
                    output.mux(stream.encode(piece))
            output.mux(stream.encode(None))
    except (av.error.FFmpegError, ValueError):
        return b""
    return target.getvalue()
