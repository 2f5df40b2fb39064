"""The words of a recording: those of its transcript where it fits, else the recognised ones."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.base.types import ALIGNED, RECOGNISED, TIMED, Cue, Sound
from indexer.ingest.align import align
from indexer.ingest.fit_length import fit_to_length
from indexer.ingest.plausibility import Judgement, is_unspoken, judge_transcript
from indexer.ingest.segment import time_sounds, words_to_cues
from indexer.ingest.transcribe import AudioAnalysis
from indexer.transcripts.transcript import Transcript

_POORLY_MATCHED = 0.3


@dataclass(frozen=True)
class SpokenText:
    """The words of a recording.

    Attributes:
        cues: With times.
        source: Where they came from: one of the sources of text of `indexer.base.types`.
        warnings: What does not fit.
        unchecked: Why a timed transcript could not be compared with the recording, or None.
        sounds: What the transcript notes that is no speech, with times.
        description: A text beside the recording that is no transcript of it, or None.
    """

    cues: tuple[Cue, ...]
    source: str
    warnings: tuple[str, ...] = ()
    unchecked: str | None = None
    sounds: tuple[Sound, ...] = ()
    description: str | None = None


def spoken_text(transcript: Transcript | None, heard: AudioAnalysis, language: str) -> SpokenText:
    """Return the words of a recording, those of its transcript where that fits.

    Args:
        transcript: Its transcript, where it has one.
        heard: What was recognised; of a timed transcript in a few stretches.
        language: Spoken language.
    """
    if transcript is None:
        return SpokenText(words_to_cues(heard.words or ()), RECOGNISED)
    if transcript.timed:
        return _timed_text(transcript, heard, language)
    return _untimed_text(transcript, heard, language)


def _timed_text(transcript: Transcript, heard: AudioAnalysis, language: str) -> SpokenText:
    fitted = fit_to_length(transcript, heard.whole_seconds)
    cues = fitted.transcript.cues
    if heard.words is None:
        judged = Judgement(
            unchecked=f"spoken in '{language}', and the recogniser knows English only"
        )
    else:
        judged = judge_transcript(cues, heard.words_by_window(), language)
    found = (*fitted.warnings, *([judged.warning] if judged.warning else []))
    return SpokenText(cues, TIMED, found, judged.unchecked, fitted.transcript.sounds)


def _untimed_text(transcript: Transcript, heard: AudioAnalysis, language: str) -> SpokenText:
    words = heard.words or ()
    aligned = align(transcript.cues, words, heard.seconds)
    text = "\n".join(cue.text for cue in transcript.cues)
    if is_unspoken(text, words, language, aligned.matched):
        warning = (
            "hardly any words of the text beside it were heard: it is kept as a description, and "
            "the words are those recognised; is it the right transcript?"
        )
        return SpokenText(words_to_cues(words), RECOGNISED, (warning,), description=text)
    sounds = time_sounds(transcript.sounds, aligned.cues)
    if aligned.matched >= _POORLY_MATCHED:
        return SpokenText(aligned.cues, ALIGNED, sounds=sounds)
    share = f"only {aligned.matched:.0%}" if aligned.matched else "none"
    warning = (
        f"{share} of the transcript's words were heard: its times are rough; is it the right "
        "transcript?"
    )
    return SpokenText(aligned.cues, ALIGNED, (warning,), sounds=sounds)
