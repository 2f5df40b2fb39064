"""Documents side by side: together they give what each gives alone, and one that fails is alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hilbert.encoders.protocols import Guide, WindowTranscript, Word
from hilbert.model.features import Features
from indexer.base.progress import SilentProgress
from indexer.base.types import Cue
from indexer.encoders import Encoders
from indexer.ingest.job import DocumentJob, HashedFile
from indexer.ingest.pipeline import ProcessSettings
from indexer.ingest.process import ProcessedDocument, process
from indexer.ingest.source import Source
from indexer.ingest.window_batches import BATCH_WINDOWS, Request, hear_windows, in_batches
from indexer.media.decode import SAMPLE_RATE
from indexer.store.catalog import KnownPath
from indexer.transcripts.transcript import Transcript, TranscriptError

Samples = NDArray[np.float32]
WriteSound = Callable[..., Path]


class Ear:
    """Speech encoder, recogniser and text encoder in one, which counts how it is called."""

    name, fingerprint, width, tokens_per_second, multilingual = "ear", "ear", 2, 2.0, True

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.texts: list[list[str]] = []
        self.refused = ""

    def transcribe(
        self, windows: Sequence[Samples], language: str = "en"
    ) -> list[WindowTranscript]:
        self.batches.append(len(windows))
        return [self._heard(window) for window in windows]

    def _heard(self, window: Samples) -> WindowTranscript:
        level = float(np.abs(window).max())
        if level > 0.9:
            raise RuntimeError("too loud")
        tokens = np.full((max(1, 2 * len(window) // SAMPLE_RATE), 2), level, np.float32)
        return WindowTranscript(tokens, (Word("words", 0.0, 0.5),), -0.1, 0.0)

    def encode(self, texts: Sequence[object], kind: str = "document") -> NDArray[np.float32]:
        words = [str(text) for text in texts]
        self.texts.append(words)
        if self.refused and any(self.refused in text for text in words):
            raise RuntimeError("no such text")
        return np.array([[len(text), 1.0] for text in words], np.float32).reshape(-1, 2)


class Ears(Encoders):
    """Encoders that are all the same `Ear`."""

    def __init__(self, ear: Ear) -> None:
        self.speech = self.text = self.recogniser = ear  # type: ignore[misc, assignment]

    def recogniser_for(self, asr: str) -> Ear:  # type: ignore[override]
        return self.text  # type: ignore[return-value]


@pytest.fixture
def ear() -> Ear:
    return Ear()


def job(
    recording: Path | None = None, read: Callable[[], Transcript] | None = None, name: str = "a"
) -> DocumentJob:
    known = KnownPath(10, 0, name, None)
    path = recording or Path(f"{name}.vtt")
    file = HashedFile(path, known, None)
    source = Source(recording, Path(f"{name}.vtt") if read else None)
    return DocumentJob(
        source,
        name,
        file if recording else None,
        file if read else None,
        None,
        None,
        ProcessSettings(),
        read=read,
    )


def transcript(*texts: str) -> Callable[[], Transcript]:
    cues = tuple(Cue(text, 20.0 * i, 20.0 * i + 19.0) for i, text in enumerate(texts))
    return lambda: Transcript(cues, timed=True, format="vtt")


def unreadable() -> Transcript:
    raise TranscriptError("nothing to read")


def run(jobs: Sequence[DocumentJob], ear: Ear) -> list[ProcessedDocument]:
    return list(process(jobs, Ears(ear), SilentProgress()))


def features(done: ProcessedDocument) -> Features:
    assert done.error is None and done.analysed is not None
    return done.analysed.features


def assert_same(ours: Features, theirs: Features) -> None:
    for name in ("audio_tokens", "audio_bounds", "text", "sentences", "sentence_segments", "times"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))


def test_documents_come_in_order_and_each_is_as_it_is_alone(ear: Ear) -> None:
    texts = [("One. Two of them.",), ("Three.", "One. Two of them."), ("A last one. Three.",)]
    jobs = [job(read=transcript(*t), name=str(i)) for i, t in enumerate(texts)]
    together = run(jobs, ear)
    assert [done.job.document_id for done in together] == ["0", "1", "2"]
    for one, done in zip(jobs, together, strict=True):
        (alone,) = run([one], ear)
        assert_same(features(done), features(alone))


def test_a_transcript_that_cannot_be_read_costs_no_other(ear: Ear) -> None:
    first, second, third = run(
        [
            job(read=transcript("One."), name="1"),
            job(read=unreadable, name="2"),
            job(read=transcript("Three."), name="3"),
        ],
        ear,
    )
    assert isinstance(second.error, TranscriptError) and second.analysed is None
    assert first.analysed and third.analysed


def test_a_text_that_the_encoder_refuses_costs_no_other(ear: Ear) -> None:
    ear.refused = "Two"
    texts = ("One.", "Two.", "Three.")
    done = run([job(read=transcript(t), name=t) for t in texts], ear)
    assert [d.error is None for d in done] == [True, False, True]


@pytest.mark.usefixtures("models")
def test_a_recording_that_the_recogniser_refuses_costs_no_other(
    ear: Ear, tmp_path: Path, tides: Samples, write_sound: WriteSound
) -> None:
    quiet = 0.4 * tides[: 8 * SAMPLE_RATE] / np.abs(tides[: 8 * SAMPLE_RATE]).max()
    loud = quiet * 2.45
    paths = [
        write_sound(tmp_path / f"{i}.wav", sound) for i, sound in enumerate((quiet, loud, quiet))
    ]
    done = run([job(path, name=path.name) for path in paths], ear)
    assert [d.error is None for d in done] == [True, False, True]
    assert ear.batches[0] == 3  # first all of them together
    assert [d.analysed.text_source if d.analysed else "" for d in done] == ["asr", "", "asr"]
    assert_same(features(done[0]), features(done[2]))


@pytest.mark.usefixtures("models")
def test_a_recording_goes_on_without_a_transcript_that_cannot_be_read(
    ear: Ear, tmp_path: Path, tides: Samples, write_sound: WriteSound
) -> None:
    path = write_sound(tmp_path / "talk.wav", 0.5 * tides[: 8 * SAMPLE_RATE])
    (done,) = run([job(path, unreadable)], ear)
    assert isinstance(done.transcript_error, TranscriptError) and done.error is None
    assert done.analysed and done.analysed.text_source == "asr"


def test_transcripts_are_read_when_their_turn_comes(ear: Ear) -> None:
    read = []

    def reading(number: int) -> Callable[[], Transcript]:
        def one() -> Transcript:
            read.append(number)
            return transcript(f"Number {number}.")()

        return one

    jobs = [job(read=reading(i), name=str(i)) for i in range(300)]
    documents = process(jobs, Ears(ear), SilentProgress())
    next(documents)
    assert len(read) < 150
    documents.close()


def test_equal_texts_are_embedded_once(ear: Ear) -> None:
    run([job(read=transcript("Thank you.", "Thank you."), name=str(i)) for i in range(3)], ear)
    assert all(len(texts) == len(set(texts)) for texts in ear.texts)


def test_no_text_is_embedded_beside_those_of_another_document(ear: Ear) -> None:
    texts = [f"Number {i}." for i in range(30)]
    run([job(read=transcript(text), name=text) for text in texts], ear)
    assert sorted(ear.texts) == sorted([text] for text in texts)  # in company the last bits differ


def test_batches_are_of_windows_and_what_is_none_never_waits_without_them() -> None:
    stream = ["end", *["window"] * 20, "end", "end"]
    batches = list(in_batches(stream, lambda item: item == "window"))
    assert batches[0] == ["end"]
    assert [batch.count("window") for batch in batches] == [0, BATCH_WINDOWS, 4]
    assert batches[-1][-2:] == ["end", "end"]
    assert [item for batch in batches for item in batch] == stream


def test_windows_of_one_language_are_recognised_together_and_answers_keep_their_place(
    ear: Ear,
) -> None:
    levels = (0.1, 0.2, 0.3, 0.4)
    languages = ("en", "de", "en", "en")
    requests = [
        Request(np.full(SAMPLE_RATE, level, np.float32), ear, ear, Guide(language))  # type: ignore[arg-type]
        for level, language in zip(levels, languages, strict=True)
    ]
    heard = hear_windows(requests)
    assert sorted(ear.batches) == [1, 3]
    assert [tokens[0, 0] for tokens, _ in heard] == pytest.approx(levels)
