"""One source to one document: transcript, cues, segments and frozen features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from hilbert.encoders.protocols import Guide, GuidedRecogniser
from hilbert.stage_times import StageTimes
from indexer.base.errors import QueryError
from indexer.base.languages import language_code
from indexer.base.limits import limits
from indexer.base.text_language import language_of_text
from indexer.base.types import (
    NO_SPEECH,
    NOT_TRANSCRIBED,
    RECOGNISED,
    TIMED,
    UNTIMED,
    Cue,
    SegmentSettings,
)
from indexer.encoders import AUTO, NEVER, Encoders, is_recogniser_choice, recogniser_choices
from indexer.ingest.analysed import AnalysedDocument
from indexer.ingest.expected_names import names_for
from indexer.ingest.fit_length import expect_length
from indexer.ingest.plausibility import choose_moments
from indexer.ingest.segment import (
    cut_segments,
    segment_languages,
    sound_segments,
    split_with_sounds,
    word_times,
)
from indexer.ingest.source import Source
from indexer.ingest.spoken_text import spoken_text
from indexer.ingest.text_vectors import DocumentDraft, audio_features
from indexer.ingest.transcribe import MIN_SPEECH_SECONDS, AudioAnalysis, Hearing, hear
from indexer.media.decode import Recording, open_recording
from indexer.media.vad import Span, windows_of_spans
from indexer.transcripts.transcript import Transcript

if TYPE_CHECKING:
    from hilbert.encoders.protocols import Recogniser, SpeechEncoder

# Whisper's mean log-probability over good English speech is about -0.3; under this the words
# are mostly guesses.
_DOUBTFUL_LOGPROB = -0.9
# Under this a language that was found out is told to be in doubt.
_DOUBTFUL_LANGUAGE = 0.5


@dataclass(frozen=True)
class ProcessSettings:
    """How recordings are processed.

    Attributes:
        asr: Who recognises the words of recordings without a transcript: `auto` (the library's
            recogniser), `never` (nobody), or `NAME` or `NAME:MODEL` of a registered recogniser.
        language: ISO 639 code of the spoken language where no file names one.
        detect: Whether the language is found out where no file names one: by a recogniser that
            can, else by the words of a transcript; `language` where neither tells.
        segments: Lengths of segments.
        again: Whether words that another recogniser recognised are recognised again.
        expected: ISO 639 code of the language of most of the library, which is the likeliest where
            the sound of a recording leaves doubt; None for `language`.
    """

    asr: str = AUTO
    language: str = "en"
    segments: SegmentSettings = field(default_factory=SegmentSettings)
    again: bool = False
    detect: bool = False
    expected: str | None = None


def parse_settings(asr: str, language: str) -> ProcessSettings:
    """Check how recordings are to be processed.

    Raises:
        QueryError: `asr` is no choice, or `language` no language code.
    """
    detect = language == AUTO
    code = "en" if detect else language_code(language)
    if code is None:
        raise QueryError(f"'{language}' is no language code such as en or de, nor {AUTO}")
    if not is_recogniser_choice(asr):
        raise QueryError(
            f"asr is {', '.join(recogniser_choices())}, NAME:MODEL or a model that 'hilbert "
            f"models' lists, not '{asr}'"
        )
    return ProcessSettings(asr=asr, language=code, detect=detect)


def draft_document(
    source: Source,
    transcript: Transcript | None,
    encoders: Encoders,
    settings: ProcessSettings,
    opened: Recording | None = None,
) -> DocumentDraft:
    """Transcribe a recording, read its transcript, whichever there is, and compute features.

    Args:
        source: recording, transcript or both.
        transcript: the source's, as read.
        encoders: compute the features.
        settings: how recordings are processed.
        opened: the recording, where it is open already; it is read to its end or closed.

    Raises:
        AudioError: the recording cannot be decoded.
    """
    if source.recording is None:
        assert transcript is not None
        language = spoken_language(source, transcript, settings)
        return draft_transcript(transcript, encoders, settings, language)
    recording = opened or open_source(source, transcript, settings)
    try:
        prepared = prepare(source, recording, transcript, encoders, settings)
        return draft_recording(prepared, hear(prepared.hearing))
    finally:
        recording.close()


def open_source(
    source: Source, transcript: Transcript | None, settings: ProcessSettings
) -> Recording:
    """Open a source's recording, of several sound tracks that of the wanted language.

    Raises:
        AudioError: the recording cannot be decoded.
    """
    assert source.recording is not None
    wanted = spoken_language(source, transcript, settings)
    return open_recording(source.recording, language=wanted)


def spoken_language(
    source: Source,
    transcript: Transcript | None,
    settings: ProcessSettings,
    tags: Mapping[str, str] | None = None,
) -> str:
    """Return the language by table, else by transcript, tags of the recording, or settings.

    Where these leave it to be found out, the words of a transcript tell.
    """
    named = named_language(source, transcript, tags)
    if named is None and settings.detect and transcript:
        named = language_of_text(" ".join(cue.text for cue in transcript.cues))
    return named or settings.language


def named_language(
    source: Source, transcript: Transcript | None, tags: Mapping[str, str] | None = None
) -> str | None:
    """Return the language that a table, a transcript or the tags of a recording name."""
    named = language_code(source.metadata.get("language"))
    if not named and transcript:
        named = language_code(transcript.language)
    if not named and tags:
        named = language_code(tags.get("language"))
    return named


def draft_transcript(
    transcript: Transcript, encoders: Encoders, settings: ProcessSettings, language: str
) -> DocumentDraft:
    """Cut a transcript without a recording into segments."""
    cues, sounds = split_with_sounds(
        transcript.cues, transcript.sounds, settings.segments, language
    )
    segments = cut_segments(cues, settings.segments, timed=transcript.timed)
    document = AnalysedDocument(
        cues if transcript.timed else tuple(_without_times(cues)),
        segments,
        audio_features(segments, None, encoders.speech.width),
        seconds=segments[-1].end if segments else 0.0,
        text_source=TIMED if transcript.timed else UNTIMED,
        language=language,
        tags={},
        warnings=transcript.warnings,
        sounds=sounds,
    )
    return DocumentDraft(document)


def _without_times(cues: Sequence[Cue]) -> list[Cue]:
    return [Cue(c.text, None, None, c.speaker) for c in cues]


@dataclass(frozen=True)
class PreparedRecording:
    """A recording that is open, and how it is to be heard.

    Attributes:
        hearing: What is to be heard of it.
        transcript: Its transcript, where it has one.
        settings: How it is processed.
        warnings: What was noticed so far.
    """

    hearing: Hearing
    transcript: Transcript | None
    settings: ProcessSettings
    warnings: tuple[str, ...]


def prepare(
    source: Source,
    recording: Recording,
    transcript: Transcript | None,
    encoders: Encoders,
    settings: ProcessSettings,
    times: StageTimes | None = None,
) -> PreparedRecording:
    """Decide who hears a recording, and where; `times` counts the time of decoding it."""
    language = spoken_language(source, transcript, settings, recording.tags)
    warnings = list(transcript.warnings) if transcript else []
    timed = transcript if transcript and transcript.timed else None
    recogniser = None
    if transcript or settings.asr != NEVER:
        recogniser = encoders.recogniser_for(settings.asr)
        if language != "en" and not recogniser.multilingual:
            recogniser = None
            if not timed:
                warnings.append(
                    f"spoken in '{language}', but the recogniser knows English only: indexed by "
                    "its sound" + (" and its transcript" if transcript else "; add a transcript")
                )
    spans, moments = _where(timed, recording) if timed else (None, None)
    is_found_out = _is_found_out(source, transcript, recording, recogniser, settings)
    hearing = Hearing(
        recording,
        encoders.speech,
        recogniser,
        Guide(
            (settings.expected or language) if is_found_out else language,
            detect=is_found_out,
            names=() if transcript else names_for(source, recording.tags),
            recording=str(source.path),
        ),
        spans,
        moments,
        times if times is not None else StageTimes(),
    )
    return PreparedRecording(hearing, transcript, settings, tuple(warnings))


def _is_found_out(
    source: Source,
    transcript: Transcript | None,
    recording: Recording,
    recogniser: Recogniser | None,
    settings: ProcessSettings,
) -> bool:
    """Whether the recogniser finds out the language of a recording."""
    if not settings.detect or transcript or recogniser is None or not recogniser.multilingual:
        return False
    named = named_language(source, transcript, recording.tags)
    return named is None and isinstance(recogniser, GuidedRecogniser)


def draft_recording(prepared: PreparedRecording, heard: AudioAnalysis) -> DocumentDraft:
    """Make what was heard of a recording, and its transcript, into cues and segments."""
    transcript, settings = prepared.transcript, prepared.settings
    hearing, recogniser = prepared.hearing, prepared.hearing.recogniser
    language = heard.language
    text = spoken_text(transcript, heard, language)
    text_source = text.source
    warnings = [*prepared.warnings, *text.warnings]
    warnings.extend(_sound_warnings(heard, text_source, transcript is not None))
    cues, sounds = split_with_sounds(text.cues, text.sounds, settings.segments, language)
    segments = cut_segments(cues, settings.segments, whole_sentences=text.source == RECOGNISED)
    if not segments:
        text_source = NO_SPEECH if recogniser or transcript else NOT_TRANSCRIBED
        segments = sound_segments(heard.windows)
    timed = transcript is not None and transcript.timed
    document = AnalysedDocument(
        cues,
        segments,
        audio_features(segments, heard, hearing.encoder.width),
        heard.seconds,
        text_source,
        language,
        heard.tags,
        tuple(warnings),
        "" if timed or recogniser is None else other_recogniser(recogniser, hearing.encoder),
        text.description,
        text.unchecked,
        sounds,
        hearing.recording.facts.chapters,
        word_times(cues, heard.words or ()) if text_source == RECOGNISED else (),
        segment_languages(segments, heard.languages, language),
    )
    return DocumentDraft(document)


def other_recogniser(recogniser: Recogniser, encoder: SpeechEncoder) -> str:
    """Return the fingerprint of a recogniser; empty where it is the speech encoder itself."""
    return "" if recogniser.fingerprint == encoder.fingerprint else recogniser.fingerprint


def _where(timed: Transcript, recording: Recording) -> tuple[list[Span], tuple[float, ...]]:
    """Return where to listen to a recording with a timed transcript, and where for words.

    Before it is decoded its length is only announced: the times of the cues are fitted to that.
    """
    length = recording.facts.announced or recording.estimated
    expected = expect_length(timed, length).transcript if length else timed
    # An announced length may be too short, so cues behind it are looked for; not those for years.
    longest = 3600 * limits().hours
    spans = [
        (c.start, min(c.end, longest))
        for c in expected.cues
        if c.start is not None and c.start < longest and c.end
    ]
    return spans, choose_moments(expected.cues, windows_of_spans(spans), length)


def _sound_warnings(heard: AudioAnalysis, text_source: str, has_transcript: bool) -> list[str]:
    found = [f"the file is {heard.damage}"] if heard.damage else []
    found.extend(heard.notes)
    if not heard.windows:
        found.append("silence: nothing to search in it")
    elif heard.seconds < MIN_SPEECH_SECONDS:
        found.append(f"only {heard.seconds:.1f} s long: too short to recognise words in")
    elif not heard.speech and not has_transcript:
        found.append("no speech found: indexed by its sound alone")
    if text_source == RECOGNISED and heard.words:
        mean = float(np.mean([w.avg_logprob for w in heard.words]))
        if mean < _DOUBTFUL_LOGPROB:
            found.append(
                "the words were recognised with little confidence: noisy, or not in English?"
            )
        sure = heard.language_probability
        if sure is not None and sure < _DOUBTFUL_LANGUAGE:
            found.append(
                f"its language is in doubt: taken for '{heard.language}', which sounds {sure:.0%} "
                "probable; where that is wrong, name it with --language or in a table"
            )
    return found
