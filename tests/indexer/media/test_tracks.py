"""Of several sound tracks the right one is decoded, and the others are named."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from indexer.media.decode import SAMPLE_RATE, Part, decode_part, open_recording

# Each track has a tone of its own.
HERTZ = (500, 900, 1300)
DEFAULT = av.stream.Disposition.default
COMMENT = av.stream.Disposition.comment
NONE = av.stream.Disposition(0)


def write_tracks(
    path: Path,
    tags: list[dict[str, str]],
    flags: list[av.stream.Disposition],
    silent: tuple[int, ...] = (),
) -> Path:
    """Write a Matroska file with a track a tag, some of them silent."""
    t = np.arange(3 * 48_000) / 48_000
    with av.open(str(path), "w") as container:
        streams = []
        for about, flag in zip(tags, flags, strict=True):
            stream = container.add_stream("libopus", rate=48_000, layout="mono")
            stream.metadata.update(about)
            stream.disposition = flag
            streams.append(stream)
        for number, stream in enumerate(streams):
            sound = 0.0 * t if number in silent else 0.4 * np.sin(2 * np.pi * HERTZ[number] * t)
            frame = av.AudioFrame.from_ndarray(sound.astype(np.float32)[None], "fltp", "mono")
            frame.sample_rate = 48_000
            to_codec = av.AudioResampler(stream.format.name, "mono", 48_000, frame_size=960)
            for encoded in [*to_codec.resample(frame), *to_codec.resample(None)]:
                container.mux(stream.encode(encoded))
            container.mux(stream.encode(None))
    return path


def heard(path: Path, language: str | None = "en") -> int:
    """Number of the track that is decoded, whole and in parts."""
    samples = np.concatenate(list(open_recording(path, language=language).blocks()))
    part = decode_part(path, Part(0.5, 2.0, SAMPLE_RATE), language)[0]
    found = {
        round(float(np.argmax(np.abs(np.fft.rfft(x))) * SAMPLE_RATE / len(x)), -2)
        for x in (samples, part)
    }
    assert len(found) == 1
    return HERTZ.index(int(found.pop()))


GERMAN, ENGLISH, UNNAMED = {"language": "ger"}, {"language": "eng"}, {}
COMMENTARY = {"language": "eng", "title": "Director's commentary"}


@pytest.mark.parametrize(
    ("tags", "flags", "language", "expected"),
    [
        ([GERMAN, ENGLISH], [DEFAULT, NONE], "en", 1),
        ([GERMAN, ENGLISH], [DEFAULT, NONE], "de", 0),
        ([GERMAN, ENGLISH], [NONE, DEFAULT], "fr", 1),
        ([UNNAMED, UNNAMED], [NONE, DEFAULT], "en", 1),
        ([UNNAMED, UNNAMED], [NONE, NONE], None, 0),
        ([UNNAMED, UNNAMED], [COMMENT, DEFAULT], "en", 1),
        ([COMMENTARY, UNNAMED], [DEFAULT, NONE], "en", 1),
        ([COMMENTARY, GERMAN, ENGLISH], [NONE, NONE, NONE], "en", 2),
        ([ENGLISH, ENGLISH], [NONE, DEFAULT], "eng", 1),
    ],
)
def test_the_wanted_language_then_the_default_then_the_first_and_a_commentary_last(
    tmp_path: Path,
    tags: list[dict[str, str]],
    flags: list[av.stream.Disposition],
    language: str | None,
    expected: int,
) -> None:
    assert heard(write_tracks(tmp_path / "a.mkv", tags, flags), language) == expected


def test_a_silent_track_is_passed_over_for_one_with_sound(tmp_path: Path) -> None:
    tags, flags = [{}, {}, {}], [DEFAULT, NONE, NONE]
    assert heard(write_tracks(tmp_path / "a.mkv", tags, flags, silent=(0, 1))) == 2
    quiet = write_tracks(tmp_path / "b.mkv", tags, flags, silent=(0, 1, 2))
    assert not np.concatenate(list(open_recording(quiet).blocks())).any()


def test_the_language_is_the_decoded_tracks_and_the_others_are_named(tmp_path: Path) -> None:
    tags = [GERMAN, COMMENTARY, ENGLISH]
    recording = open_recording(
        write_tracks(tmp_path / "a.mkv", tags, [DEFAULT, NONE, NONE]), language="en"
    )
    recording.close()
    assert recording.tags["language"] == "eng"
    assert recording.notes == [
        "3 sound tracks: track 3 (eng) is used, not track 1 (ger), "
        "track 2 (Director's commentary, eng)"
    ]
