"""Recognisers of the extra onnx-asr: tiny ones with random weights, in the forms of NeMo."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hilbert.encoders.onnx_recogniser import OnnxRecogniser, _words
from hilbert.encoders.protocols import SAMPLE_RATE
from hilbert.encoders.registry import load_encoder
from hilbert.encoders.resolve import EncoderError
from hilbert.extras import MissingExtraError
from indexer.base.assets import demo_folder
from indexer.base.errors import HilbertError
from indexer.encoders import is_recogniser_choice
from indexer.library import Library
from indexer.media.decode import open_recording

IS_HERE = importlib.util.find_spec("onnx_asr") is not None
extra = [
    pytest.mark.extras,
    pytest.mark.skipif(not IS_HERE, reason="the extra onnx-asr is not installed"),
]
Samples = NDArray[np.float32]


def write(folder: Path, kind: str = "ctc", **options: object) -> Path:
    pytest.importorskip("onnx")
    from tests.hilbert.encoders import tiny_onnx_asr

    writer: Callable[..., Path] = getattr(tiny_onnx_asr, f"write_{kind}")
    return writer(folder, **options)


def load(folder: Path) -> OnnxRecogniser:
    found: OnnxRecogniser = load_encoder("recogniser", f"onnx-asr:{folder}")
    return found


@pytest.fixture(scope="module")
def tides() -> Samples:
    folder = demo_folder()
    assert folder is not None
    recording = open_recording(folder / "recordings" / "why-tides-lag.opus")
    return np.concatenate(list(recording.blocks()))[: 40 * SAMPLE_RATE]


def test_tokens_are_joined_to_words_with_times_and_probabilities() -> None:
    tokens = [" wa", "ter", ",", " the", " sea", "."]
    starts = [0.0, 0.4, 0.5, 2.0, 2.1, 2.9]
    words = _words(tokens, starts, np.log([0.5, 0.9, 1.0, 0.2, 1.0, 1.0]).tolist(), 3.0)
    assert [(w.text, w.start, pytest.approx(w.end)) for w in words] == [
        *(("water,", 0.0, 0.74), ("the", 2.0, 2.1), ("sea.", 2.1, 3.0)),
    ]
    assert [w.probability for w in words] == pytest.approx([0.8, 0.2, 1.0])
    spread = _words(tokens, None, None, 16.0)
    assert [(w.start, w.end) for w in spread] == [(0.0, 7.0), (7.0, 11.0), (11.0, 16.0)]
    assert all(w.probability is None for w in spread)
    assert _words([" .", "?"], [0.0, 1.0], None, 2.0) == _words([], None, None, 2.0) == ()


@pytest.mark.skipif(IS_HERE, reason="the extra onnx-asr is installed")
def test_without_the_extra_the_command_that_installs_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingExtraError, match=r"of the extra 'onnx-asr'; install it with: .*pip"):
        load(write(tmp_path / "model"))


class TestModels:
    pytestmark = extra

    @pytest.mark.parametrize("kind", ["ctc", "tdt"])
    def test_words_of_a_window_lie_in_it_in_order(
        self, kind: str, tmp_path: Path, tides: Samples
    ) -> None:
        recogniser = load(write(tmp_path / "model", kind))
        windows = [tides[: 20 * SAMPLE_RATE], tides[20 * SAMPLE_RATE :], tides[:SAMPLE_RATE]]
        heard = recogniser.transcribe(windows)
        for window, one in zip(windows, heard, strict=True):
            times = [t for word in one.words for t in (word.start, word.end)]
            assert times == sorted(times) and times[-1] <= len(window) / SAMPLE_RATE
            assert all(0 < word.probability <= 1 for word in one.words)
            assert one.avg_logprob < 0 and not one.tokens.size
        assert len(heard[0].words) > 5
        assert [w.text for w in recogniser.transcribe(windows[1:2])[0].words] == [
            w.text for w in heard[1].words
        ]
        assert not recogniser.multilingual and recogniser.times.totals()["recognition"].wall > 0
        other = load(write(tmp_path / "other", kind, seed=5))
        assert other.fingerprint != recogniser.fingerprint

    def test_a_vocabulary_tells_whether_other_languages_than_english_are_known(
        self, tmp_path: Path
    ) -> None:
        assert load(write(tmp_path / "a", pieces=("▁Wä", "s", "ser"))).multilingual
        assert load(write(tmp_path / "b", pieces=("<|en|>", "<|de|>", "▁s"))).multilingual

    def test_what_is_no_model_is_refused_in_words(self, tmp_path: Path) -> None:
        folder = write(tmp_path / "model")
        (folder / "model.onnx").write_bytes(b"no graph")
        with pytest.raises(EncoderError, match="cannot be loaded by onnx-asr"):
            load(folder)
        (folder / "config.json").write_text(json.dumps({"model_type": "../x"}))
        with pytest.raises(EncoderError, match="cannot be loaded by onnx-asr"):
            load(folder)
        (folder / "vocab.txt").unlink()
        with pytest.raises(EncoderError, match=r"holds no model of onnx-asr \(config\.json"):
            load(folder)

    def test_a_language_that_it_must_be_told_and_does_not_know_is_refused(
        self, tmp_path: Path, tides: Samples
    ) -> None:
        recogniser = load(write(tmp_path / "model"))
        recogniser.languages = frozenset({"en", "de"})  # as those of Canary
        with pytest.raises(HilbertError, match="does not know the language 'sw', but de, en"):
            recogniser.transcribe([tides[:SAMPLE_RATE]], "sw")

    @pytest.mark.usefixtures("models")
    def test_a_library_is_indexed_with_it(self, tmp_path: Path) -> None:
        folder = write(tmp_path / "model", "tdt")
        demo = demo_folder()
        assert demo is not None and is_recogniser_choice(f"onnx-asr:{folder}")
        clip = demo / "clips" / "beetle-in-the-fog-excerpt.opus"
        with Library.open(tmp_path / "library", create=True) as library:
            report = library.add(clip, asr=f"onnx-asr:{folder}", language="en")
            assert not report.failed
            [document] = library.documents()
            assert document.text_source == "asr"
            cues = library.transcript(document.name).to_dict()["cues"]
            assert all(word["confidence"] is not None for cue in cues for word in cue["words"])
            said = cues[0]["text"].split()[0]
            assert library.search(said).hits[0].document == document.id
