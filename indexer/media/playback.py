"""Whether browsers play a recording as it is, and what their players show at its second 0."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.media.constant_rate import has_constant_rate
from indexer.media.frames import container_offset
from indexer.media.guarded import guarded
from indexer.media.opening import check_decodable, open_container
from indexer.media.timeline import begins_anywhere
from indexer.media.tracks import choose_track

# FFmpeg's names of codecs as MIME types name them (RFC 6381). What a browser has no decoder for,
# its `canPlayType` refuses.
_SOUND = {
    **{"aac": "mp4a.40.2", "mp3": "mp3", "alac": "alac"},
    **{"opus": "opus", "vorbis": "vorbis", "flac": "flac"},
}
_PICTURE = {
    **{"h264": "avc1.4d401f", "hevc": "hvc1.1.6.L93.B0"},
    **{"vp8": "vp8", "vp9": "vp09.00.10.08", "av1": "av01.0.04M.08"},
}
# Containers of one kind of sound. Raw AAC, AC-3 and AMR are not among them: without an index, and
# at a varying bit rate, players guess where a second is.
_PLAIN = {
    "mp3": ("audio/mpeg", {"mp3"}),
    "flac": ("audio/flac", {"flac"}),
    "wav": ("audio/wav", {"pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_f32le"}),
}
_CONTAINERS = {"ogg": "ogg", "mov": "mp4", "matroska": "webm"}
_WEBM = {"opus", "vorbis"}


@dataclass(frozen=True)
class Playback:
    """How browsers play a recording.

    Attributes:
        media_type: MIME type with codecs; empty where no browser plays the sound that was indexed
            at the times that it has here.
        has_video: Whether there is a picture that browsers show, more than a cover.
        offset: Seconds that a browser's player adds to a recording's own: one whose clock begins
            at 10 h is indexed from second 0; Chromium shows 10 h there.
    """

    media_type: str
    has_video: bool
    offset: float


def playback(path: Path, language: str | None = None) -> Playback:
    """Look up how browsers play a recording.

    Args:
        path: The recording.
        language: Code of the language wanted, where there are several sound tracks.

    Raises:
        AudioError: The file cannot be read, or is no media file.
    """
    arguments = {"path": str(path.absolute()), "language": language}
    ((values, _),) = guarded("playback", path, arguments)
    return Playback(**values)


def playback_of(path: Path, language: str | None) -> Playback:
    """Return the same; in a guarded process, as all that FFmpeg reads."""
    with open_container(path) as container:
        check_decodable(path, container)
        names = container.format.name.split(",")
        # Players take the start of such clocks off themselves.
        offset = 0.0 if begins_anywhere(container.format.name) else container_offset(container)
        track = choose_track(path, container, language)
        if track.index != container.streams.audio[0].index:
            return Playback("", False, offset)  # players take the first
        sound = track.codec_context.codec.canonical_name
        picture = next((p for p in map(_picture, container.streams.video) if p), "")
        for name in names:
            if name in _PLAIN:
                media_type, codecs = _PLAIN[name]
                is_exact = sound in codecs and (name != "mp3" or has_constant_rate(path))
                return Playback(media_type if is_exact else "", False, offset)
            if name in _CONTAINERS:
                media_type = _media_type(_CONTAINERS[name], _SOUND.get(sound, ""), picture)
                return Playback(media_type, bool(media_type and picture), offset)
        return Playback("", False, offset)


def _picture(stream: Any) -> str:
    if any(flag.name == "attached_pic" for flag in stream.disposition):
        return ""
    return (
        _PICTURE.get(stream.codec_context.codec.canonical_name, "") if stream.codec_context else ""
    )


def _media_type(container: str, sound: str, picture: str) -> str:
    if not sound:
        return ""
    if container == "webm" and (sound not in _WEBM or picture.startswith(("avc1", "hvc1"))):
        container = "x-matroska"
    kind = "video" if picture else "audio"
    return f'{kind}/{container}; codecs="{", ".join(filter(None, (picture, sound)))}"'
