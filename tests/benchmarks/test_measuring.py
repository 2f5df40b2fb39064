"""What the model is measured with: sides by episode, noisy copies, word errors, tables, plots."""

import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import noisy_copies
from benchmarks.common.ablation_report import print_tables
from benchmarks.common.plots import draw_ablation, draw_curve
from benchmarks.common.runs import first_segments
from hilbert.model.features import Features
from indexer.media.decode import open_recording
from indexer.store.catalog import Document
from tools.speech_corpus.corpus import episode_of, hours_of, part
from tools.speech_corpus.sound import RATE, speech_power


def _document(name: str, label: str = "gotime", seconds: float = 120.0) -> Document:
    return Document(
        name, name, name, None, None, label, "en", seconds, None, None, None, "timed", "", ()
    )


def _made(episodes: int = 60, excerpts: int = 5) -> list[Document]:
    return [
        _document(f"gotime-go-time-{e}-{n:03}") for e in range(episodes) for n in range(excerpts)
    ]


def test_an_episode_is_on_one_side_only_whatever_is_made_later() -> None:
    some, more = part(_made(60, 3)), part(_made(90, 5))
    sides = {}
    for side in ("learn", "validation", "test"):
        chosen = getattr(more, side)
        assert chosen
        for document in chosen:
            assert sides.setdefault(episode_of(document.name), side) == side
        assert {d.name for d in getattr(some, side)} <= {d.name for d in chosen}
    assert len(sides) == 90
    assert 0.05 < len(more.test) / 450 < 0.25


def test_real_speech_is_learned_from_only_and_the_first_hours_are_a_beginning() -> None:
    corpus = part([*_made(), _document("speechocean-0001", "speechocean")])
    assert [d.name for d in corpus.real] == ["speechocean-0001"]
    three, five = corpus.first_hours(3.0), corpus.first_hours(5.0)
    assert five[: len(three)] == three
    assert hours_of(three) == pytest.approx(3.0, abs=0.04)
    assert corpus.first_hours(1000.0) == corpus.learn


def _segments(count: int, without_audio: tuple[int, ...] = ()) -> Features:
    ends = np.cumsum([0 if n in without_audio else 2 for n in range(count)])
    starts = np.concatenate([[0], ends[:-1]])
    return Features(
        audio_tokens=np.zeros((ends[-1], 4), np.float16),
        audio_bounds=np.stack([starts, ends], axis=1),
        text=np.eye(count, 3, dtype=np.float32),
        sentences=np.zeros((0, 3), np.float16),
        sentence_segments=np.zeros(0, np.int64),
        times=np.zeros((count, 2), np.float32),
    )


def test_candidates_are_segments_with_sound_and_words_up_to_the_count() -> None:
    silent = replace(_segments(2), text=np.zeros((0, 3), np.float32))
    chosen = first_segments([_segments(4, (1,)), silent, _segments(5), _segments(5)], 6)
    assert [features.n_segments for features in chosen] == [3, 3]


def test_words_are_compared_without_case_and_punctuation() -> None:
    assert noisy_copies.count_errors("The cat, sat.", "the cat sat") == (0, 3)
    # One substituted, one left out, one too many.
    assert noisy_copies.count_errors("a b c d", "a x c d e") == (2, 4)
    assert noisy_copies.count_errors("a b c", "") == (3, 3)


def test_noisy_copies_hold_noise_at_the_wanted_level_and_are_made_once(tmp_path: Path) -> None:
    folder, out = tmp_path / "clean", tmp_path / "noisy"
    folder.mkdir()
    time = np.arange(3 * RATE) / RATE
    tone = 0.2 * np.sin(2 * np.pi * 440 * time)
    with wave.open(str(folder / "tone.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((tone * 32767).astype("<i2").tobytes())
    (folder / "tone.vtt").write_text("WEBVTT\n")
    assert [path.name for path in noisy_copies.copy_all(folder, out, 0.0)] == ["tone.opus"]
    copy = np.concatenate(list(open_recording(out / "tone.opus").blocks()))
    # Noise of the same power as the tone, of which the codec takes a little away.
    spectrum = np.abs(np.fft.rfft(copy)) ** 2
    frequency = np.fft.rfftfreq(len(copy), 1 / RATE)
    signal = spectrum[np.abs(frequency - 440) < 5].sum()
    assert 10 * np.log10(signal / (spectrum.sum() - signal)) == pytest.approx(1.5, abs=2.5)
    assert speech_power(copy) > 0
    before = (out / "tone.opus").stat().st_mtime_ns
    list(noisy_copies.copy_all(folder, out, 0.0))
    assert (out / "tone.opus").stat().st_mtime_ns == before
    assert noisy_copies.noisy(folder / "tone.wav", 0.0) == (out / "tone.opus").read_bytes()


def _result(row: str, seed: int, value: float) -> dict:
    pairs = ("audio->text", "text->audio", "audio->joint", "text->joint")
    directions = {
        f"{level}/{pair}": {"recall@1": value, "mrr@10": value}
        for level in ("segment", "document")
        for pair in pairs
    }
    typed = {"clean": {"text": 0.9, "audio": value, "joint": 0.9}}
    return {"row": row, "seed": seed, "seconds": 9.0, "directions": directions, "typed": typed}


@pytest.mark.slow
def test_tables_and_plots_show_mean_and_spread(capsys, tmp_path: Path) -> None:
    results = {"one": [_result("one", s, v) for s, v in enumerate((0.1, 0.2, 0.3))]}
    results["two"] = [_result("two", 0, 0.5)]
    print_tables(["two", "missing", "one"], results)
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith("| two | 0.500 | 0.500")
    assert lines[3].startswith("| one | 0.200 ± 0.100 |")
    assert lines[5] == "| trained with | clean: text | clean: audio | clean: joint | s |"
    assert lines[8] == "| one | 0.900 ± 0.000 | 0.200 ± 0.100 | 0.900 ± 0.000 | 9 |"
    draw_ablation(["one", "two"], results, tmp_path / "a.svg")
    draw_curve([3, 10], {"made": [0.1, 0.2]}, tmp_path / "b.svg")
    assert all((tmp_path / name).read_text().count("<path") > 5 for name in ("a.svg", "b.svg"))
