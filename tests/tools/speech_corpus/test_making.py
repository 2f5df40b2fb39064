"""Made speech: the seed tells all of it, times are exact, a stop costs one document."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.ingest.discover import scan
from indexer.media.decode import open_recording
from indexer.transcripts import read_transcript
from tools.speech_corpus import cast
from tools.speech_corpus.cast import ENGINE_SHARES, VoiceError, available, draw_cast, speak
from tools.speech_corpus.collection import existing, fill, in_order
from tools.speech_corpus.conditions import Condition
from tools.speech_corpus.document import Plan, make_document, plan_document, read_record, render
from tools.speech_corpus.errors import SpeechError
from tools.speech_corpus.excerpts import Excerpt, episodes, excerpts
from tools.speech_corpus.real import copy_documents, real_documents
from tools.speech_corpus.sound import RATE, speech_power
from tools.speech_corpus.summary import check_mix, counts, write_summary

pytestmark = pytest.mark.extras  # a machine speaks, for minutes

ROOT = Path(__file__).resolve().parents[3]
MAKE = [sys.executable, "-m", "tools.speech_corpus"]


@pytest.fixture
def texts(small_data: Path) -> list[Excerpt]:
    """Excerpts of a few sentences, quickly said."""
    paths = episodes(small_data / "changelog-text", small_data / "changelog-speech")
    whole = [excerpt for path in paths for excerpt in excerpts(path)]
    return [replace(excerpt, sentences=excerpt.sentences[:5]) for excerpt in whole]


def clean_plan(texts: list[Excerpt], engines: list[str], **condition: float | str) -> Plan:
    plan = plan_document(texts[0], texts, engines, seed=0)
    return replace(plan, condition=Condition("clean", 1.0), **condition)


def files(folder: Path) -> dict[str, bytes]:
    """All documents of a folder: their names and bytes."""
    found = sorted(path for path in folder.rglob("*") if path.suffix in (".opus", ".vtt"))
    return {path.name: path.read_bytes() for path in found}


def made(
    out: Path, texts: Sequence[Excerpt], engines: list[str], seconds: float, jobs: int = 1
) -> dict[str, bytes]:
    records = existing(out, {text.show for text in texts}, seed=0)
    fill(out, seconds / 3600, texts, engines, records, seed=0, jobs=jobs)
    return files(out)


def test_a_plan_depends_on_seed_and_name_and_not_on_order(
    texts: list[Excerpt], engines: list[str]
) -> None:
    plans = [plan_document(text, texts, engines, 0) for text in texts]
    again = [plan_document(text, texts, engines, 0) for text in reversed(texts)]
    assert plans == again[::-1]
    assert plans != [plan_document(text, texts, engines, 1) for text in texts]
    assert in_order(texts, 0) == in_order(texts[::-1], 0)


def test_speakers_of_a_dialogue_have_different_voices(
    texts: list[Excerpt], engines: list[str]
) -> None:
    for seed in range(20):
        roles = plan_document(texts[0], texts, engines, seed).cast.values()
        assert len({role.label for role in roles}) == len(roles) == 2


@pytest.mark.parametrize("engine", ENGINE_SHARES)
def test_every_engine_speaks_trimmed_and_at_the_same_level(engine: str) -> None:
    if engine == "hibari":
        pytest.importorskip("hibari", reason="hibari-tts is not installed")
    elif not shutil.which(engine):
        pytest.skip(f"{engine} is not installed")
    role = draw_cast(["Ann"], [engine], random.Random(0))["Ann"]
    spoken = speak(role, 1.0, "We mended the old harbour wall.")
    assert 1 < len(spoken) / RATE < 4
    assert 10 * np.log10(speech_power(spoken)) == pytest.approx(-20, abs=0.1)


def test_an_engine_that_is_missing_is_left_out_and_said_so(
    engines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise VoiceError("the hibari voice is missing; run: pip install hibari-tts")

    monkeypatch.setitem(cast.ENGINES, "hibari", missing)
    found, reasons = available()
    assert found == engines
    assert "the hibari voice is missing; run: pip install hibari-tts" in reasons
    drawn = [draw_cast(["Ann"], found, random.Random(seed))["Ann"] for seed in range(20)]
    assert {role.voice.engine for role in drawn} == set(engines)


def test_babble_is_of_other_episodes(texts: list[Excerpt], engines: list[str]) -> None:
    plans = [plan_document(texts[0], texts, engines, seed) for seed in range(60)]
    loud = [plan for plan in plans if plan.condition.noise == "babble"]
    assert loud
    for plan in loud:
        said = " ".join(text for _, spoken in plan.background for text in spoken)
        assert "garden" in said and "railway" in said
        assert "harbour" not in said


def test_cues_stand_where_words_begin_and_end(
    texts: list[Excerpt], engines: list[str], tmp_path: Path
) -> None:
    make_document(clean_plan(texts, engines), tmp_path)
    (recording,) = tmp_path.glob("*.opus")
    heard = np.concatenate(list(open_recording(recording).blocks()))
    frames = heard[: len(heard) // 160 * 160].reshape(-1, 160)  # 10 ms each
    loud = np.mean(frames**2, axis=1) > 1e-5  # 30 dB below the speech
    transcript = read_transcript(recording.with_suffix(".vtt"))
    assert transcript.timed
    said = texts[0].sentences
    assert [cue.text for cue in transcript.cues] == [sentence.text for sentence in said]
    for before, cue in zip([None, *transcript.cues], transcript.cues, strict=False):
        assert cue.start is not None and cue.end is not None
        quiet_since = round(100 * (before.end or 0)) + 5 if before else 0
        onset = quiet_since + np.flatnonzero(loud[quiet_since:])[0]
        assert onset / 100 == pytest.approx(cue.start, abs=0.1)
        last = np.flatnonzero(loud[: round(100 * cue.end) + 10])[-1] + 1
        assert last / 100 == pytest.approx(cue.end, abs=0.1)


def test_conditions_leave_the_times_as_they_are(texts: list[Excerpt], engines: list[str]) -> None:
    plan = clean_plan(texts, engines)
    clean, cues, _ = render(plan)
    noisy = Condition("room+noise", 1.0, rt60=0.4, direct_db=4, noise="pink", snr_db=10)
    heard, same, _ = render(replace(plan, condition=noisy))
    assert len(heard) == len(clean)
    assert same == cues
    # Before the first word there is only noise: 10 dB below the speech, which is at -20 dB.
    assert cues[0].start is not None and cues[-1].end is not None
    lead = heard[: round(cues[0].start * RATE)].astype(np.float64)
    assert 10 * np.log10(np.mean(lead**2)) == pytest.approx(-30, abs=2.5)


def test_faster_speech_is_shorter(texts: list[Excerpt], engines: list[str]) -> None:
    plan = clean_plan(texts, engines)
    slow = len(render(replace(plan, condition=Condition("clean", 0.85)))[0])
    fast = len(render(replace(plan, condition=Condition("clean", 1.2)))[0])
    assert 1.15 < slow / fast < 1.45


def test_workers_make_the_same_bytes_and_more_hours_only_add(
    texts: list[Excerpt], engines: list[str], tmp_path: Path
) -> None:
    short = made(tmp_path / "one", texts, engines, seconds=20)
    alone = made(tmp_path / "one", texts, engines, seconds=50)
    together = made(tmp_path / "two", texts, engines, seconds=50, jobs=2)
    assert alone == together
    assert 0 < len(short) < len(alone)
    assert short.items() < alone.items()


def test_a_second_run_makes_only_what_is_missing(
    texts: list[Excerpt], engines: list[str], tmp_path: Path
) -> None:
    first = made(tmp_path, texts, engines, seconds=50)
    kept, lost = sorted(tmp_path.rglob("*.opus"))[:2]
    stamp = kept.stat().st_mtime_ns
    lost.unlink()
    partial = kept.with_name(f"{kept.name}.123.partial")
    partial.write_bytes(b"half")
    records = existing(tmp_path, ["one", "two"], seed=0)
    assert not partial.exists()
    # Alone it would be indexed as a text that nobody speaks.
    assert not lost.with_suffix(".vtt").exists()
    assert kept.stem in records and lost.stem not in records
    assert made(tmp_path, texts, engines, seconds=50) == first
    assert kept.stat().st_mtime_ns == stamp


def test_a_folder_of_another_seed_or_of_somebody_else_is_refused(
    texts: list[Excerpt], engines: list[str], tmp_path: Path
) -> None:
    made(tmp_path, texts, engines, seconds=5)
    with pytest.raises(SpeechError, match="was made with --seed 0"):
        existing(tmp_path, ["one", "two"], seed=7)
    (tmp_path / "one" / "mine.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n")
    with pytest.raises(SpeechError, match="was not made by this script"):
        existing(tmp_path, ["one", "two"], seed=0)


def test_the_record_tells_hours_by_engine_voice_and_condition(
    texts: list[Excerpt], engines: list[str], tmp_path: Path
) -> None:
    written = make_document(plan_document(texts[0], texts, engines, 0), tmp_path)
    (transcript,) = tmp_path.glob("*.vtt")
    assert read_record(transcript) == written
    told = counts([written] * 200)
    assert told["documents"] == 200
    assert told["hours"] == pytest.approx(200 * written.seconds / 3600, abs=0.01)
    assert 0 < sum(told["hours_by_engine"].values()) < told["hours"]
    assert list(told["hours_by_condition"]) == [written.condition["name"]]


def test_made_and_real_speech_is_found_with_its_transcripts(
    texts: list[Excerpt], engines: list[str], tmp_path: Path, data_folder: Path
) -> None:
    real = real_documents(data_folder)
    chosen = [*real[:2], *[document for document in real if document.label == "short"]]
    seconds = copy_documents(chosen, tmp_path)
    assert 200 < seconds < 600
    make_document(plan_document(texts[0], texts, engines, 0), tmp_path)
    found = scan([tmp_path])
    assert not found.failures
    assert len(found.sources) == len(chosen) + 1
    for source in found.sources:
        assert source.recording and source.transcript
        transcript = read_transcript(source.transcript)
        # Sonnets have lines without times.
        assert transcript.timed == ("short-p0" not in source.name)
    sonnet = next(document for document in real if document.name == "short-p001")
    assert "From fairest creatures we desire increase" in sonnet.transcript
    assert "|" not in sonnet.transcript


def test_without_the_data_the_script_says_what_to_set(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "HILBERT_DATA"}
    command = [*MAKE, "--out", str(tmp_path / "out")]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: HILBERT_DATA is not set")
    assert not (tmp_path / "out").exists()


def test_after_ctrl_c_documents_are_whole_and_the_summary_tells_them(
    small_data: Path, engines: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    command = [*MAKE, "--out", str(out), "--hours", "1", "--jobs", "1"]
    environment = {**os.environ, "HILBERT_DATA": str(small_data)}
    # A group of its own, as a terminal's: the interrupt reaches workers and engines too.
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while not list(out.rglob("*.opus")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=120)
    recordings = list(out.rglob("*.opus"))
    assert recordings
    assert process.returncode == 130 or "all text is used up" in said
    assert "Traceback" not in said
    assert all(path.with_suffix(".vtt").exists() for path in recordings)
    assert not list(out.rglob("*.partial"))
    told = json.loads((out / "made.json").read_text(encoding="utf-8"))
    assert told["made"]["documents"] == len(recordings)
    assert told["settings"]["seed"] == 0
    assert len({document.name for document in scan([out]).sources}) == len(recordings)


def test_a_folder_is_not_gone_on_with_in_another_mix_of_conditions(tmp_path: Path) -> None:
    check_mix(tmp_path, "harsh")  # nothing is there yet
    write_summary(tmp_path, {"settings": {"seed": 0, "mix": "usual"}})
    check_mix(tmp_path, "usual")
    with pytest.raises(SpeechError, match="made with --mix usual"):
        check_mix(tmp_path, "harsh")


def test_the_harsh_mix_changes_conditions_and_not_what_is_said(
    texts: list[Excerpt], engines: list[str]
) -> None:
    usual = [plan_document(text, texts, engines, 0) for text in texts]
    harsh = [plan_document(text, texts, engines, 0, "harsh") for text in texts]
    assert [plan.cast for plan in usual] == [plan.cast for plan in harsh]
    assert [plan.condition for plan in usual] != [plan.condition for plan in harsh]
