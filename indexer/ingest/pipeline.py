"""One source to one document: transcript, cues, segments and frozen features."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from hilbert.model.features import Features
from indexer.base.errors import QueryError
from indexer.base.languages import language_code
from indexer.base.types import (
    NO_SPEECH,
    NOT_TRANSCRIBED,
    RECOGNISED,
    TIMED,
    UNTIMED,
    Chapter,
    Cue,
    Segment,
    SegmentSettings,
    Sound,
)
from indexer.encoders import AUTO, NEVER, Encoders, is_recogniser_choice, recogniser_choices
from indexer.ingest.discover import Source
from indexer.ingest.fit_length import fit_to_length
from indexer.ingest.plausibility import choose_moments
from indexer.ingest.segment import (
    cut_segments,
    sound_segments,
    split_with_sounds,
    token_bounds,
)
from indexer.ingest.spoken_text import spoken_text
from indexer.ingest.transcribe import MIN_SPEECH_SECONDS, AudioAnalysis, transcribe
from indexer.media.decode import Recording, open_recording
from indexer.media.vad import Span, windows_of_spans
from indexer.transcripts.sentences import split_sentences
from indexer.transcripts.transcript import Transcript

# Whisper's mean log-probability over good English speech is about -0.3; under this the words
# are mostly guesses.
_DOUBTFUL_LOGPROB = -0.9


@dataclass(frozen=True)
class ProcessSettings:
    """How recordings are processed.

    Attributes:
        asr: Who recognises the words of recordings without a transcript: `auto` (the library's
            recogniser), `never` (nobody), or `NAME` or `NAME:MODEL` of a registered recogniser.
        language: ISO 639 code of the spoken language where no file names one.
        segments: Lengths of segments.
    """

    asr: str = AUTO
    language: str = "en"
    segments: SegmentSettings = field(default_factory=SegmentSettings)


def parse_settings(asr: str, language: str) -> ProcessSettings:
    """Check how recordings are to be processed.

    Raises:
        QueryError: `asr` is no choice, or `language` no language code.
    """
    code = language_code(language)
    if code is None:
        raise QueryError(f"'{language}' is no language code such as en or de")
    if not is_recogniser_choice(asr):
        raise QueryError(f"asr is {', '.join(recogniser_choices())} or NAME:MODEL, not '{asr}'")
    return ProcessSettings(asr=asr, language=code)


@dataclass(frozen=True)
class AnalysedDocument:
    """What a source was made into.

    `text_source` is one of the sources of text of `indexer.base.types`; `recogniser` is the
    fingerprint of a recogniser that was chosen by name, else empty; `description` is a text that
    stood beside the recording and is not what is spoken; `unchecked` says why nobody could tell
    whether a timed transcript is the recording's; `sounds` are those that the transcript
    notes, `chapters` those of the container.
    """

    cues: tuple[Cue, ...]
    segments: tuple[Segment, ...]
    features: Features
    seconds: float
    text_source: str
    language: str
    tags: dict[str, str]
    warnings: tuple[str, ...]
    recogniser: str = ""
    description: str | None = None
    unchecked: str | None = None
    sounds: tuple[Sound, ...] = ()
    chapters: tuple[Chapter, ...] = ()


def analyse_document(
    source: Source,
    transcript: Transcript | None,
    encoders: Encoders,
    settings: ProcessSettings,
    on_share: Callable[[float], None] | None = None,
    opened: Recording | None = None,
) -> AnalysedDocument:
    """Transcribe a recording, read its transcript, whichever there is, and compute features.

    Args:
        source: recording, transcript or both.
        transcript: the source's, as read.
        encoders: compute the features.
        settings: how recordings are processed.
        on_share: called with the share of the recording that is done, 0 to 1.
        opened: the recording, where it is open already; it is read to its end or closed.

    Raises:
        AudioError: the recording cannot be decoded.
    """
    if source.recording is None:
        assert transcript is not None
        language = spoken_language(source, transcript, settings)
        return _transcript_only(transcript, encoders, settings, language)
    recording = opened or open_source(source, transcript, settings)
    try:
        language = spoken_language(source, transcript, settings, recording.tags)
        return _recording(recording, transcript, encoders, settings, language, on_share)
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
    """Return the language by table, else by transcript, tags of the recording, or settings."""
    named = language_code(source.metadata.get("language"))
    if not named and transcript:
        named = language_code(transcript.language)
    if not named and tags:
        named = language_code(tags.get("language"))
    return named or settings.language


def _transcript_only(
    transcript: Transcript, encoders: Encoders, settings: ProcessSettings, language: str
) -> AnalysedDocument:
    cues, sounds = split_with_sounds(
        transcript.cues, transcript.sounds, settings.segments, language
    )
    segments = cut_segments(cues, settings.segments, timed=transcript.timed)
    features = _features(segments, None, encoders, language)
    return AnalysedDocument(
        cues if transcript.timed else tuple(_without_times(cues)),
        segments,
        features,
        seconds=segments[-1].end if segments else 0.0,
        text_source=TIMED if transcript.timed else UNTIMED,
        language=language,
        tags={},
        warnings=transcript.warnings,
        sounds=sounds,
    )


def _without_times(cues: Sequence[Cue]) -> list[Cue]:
    return [Cue(c.text, None, None, c.speaker) for c in cues]


def _recording(
    recording: Recording,
    transcript: Transcript | None,
    encoders: Encoders,
    settings: ProcessSettings,
    language: str,
    on_share: Callable[[float], None] | None,
) -> AnalysedDocument:
    def on_seconds(seconds: float) -> None:
        if on_share and recording.estimated:
            on_share(min(1.0, seconds / recording.estimated))

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
    heard = transcribe(
        recording,
        encoders.speech,
        recogniser=recogniser,
        language=language,
        spans=spans,
        moments=moments,
        on_seconds=on_seconds,
    )
    text = spoken_text(transcript, heard, language)
    text_source = text.source
    warnings.extend(text.warnings)
    warnings.extend(_sound_warnings(heard, text_source, transcript is not None))
    cues, sounds = split_with_sounds(text.cues, text.sounds, settings.segments, language)
    segments = cut_segments(cues, settings.segments, whole_sentences=text.source == RECOGNISED)
    if not segments:
        text_source = NO_SPEECH if recogniser or transcript else NOT_TRANSCRIBED
        segments = sound_segments(heard.windows)
    return AnalysedDocument(
        cues,
        segments,
        _features(segments, heard, encoders, language),
        heard.seconds,
        text_source,
        language,
        heard.tags,
        tuple(warnings),
        "" if timed or not recogniser or settings.asr in (AUTO, NEVER) else recogniser.fingerprint,
        text.description,
        text.unchecked,
        sounds,
        recording.facts.chapters,
    )


def _where(timed: Transcript, recording: Recording) -> tuple[list[Span], tuple[float, ...]]:
    """Return where to listen to a recording with a timed transcript, and where for words.

    Before it is decoded its length is only announced: the times of the cues are fitted to that.
    """
    length = recording.facts.announced or recording.estimated
    expected = fit_to_length(timed, length).transcript if length else timed
    spans = [(c.start, c.end) for c in expected.cues if c.start is not None and c.end]
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
    return found


def _features(
    segments: Sequence[Segment], heard: AudioAnalysis | None, encoders: Encoders, language: str
) -> Features:
    """Frozen features of the segments; sentences are those of each segment's own text."""
    n = len(segments)
    width = encoders.text.width
    has_text = any(s.text for s in segments)
    text = np.zeros((0, width), np.float32)
    sentences: list[str] = []
    owners: list[int] = []
    if has_text:
        text = encoders.text.encode([s.text for s in segments])
        for i, segment in enumerate(segments):
            for sentence in split_sentences(segment.text, language):
                sentences.append(sentence)
                owners.append(i)
    if heard is None:
        tokens = np.zeros((0, encoders.speech.width), np.float16)
        bounds = np.zeros((n, 2), np.int64)
    else:
        tokens, bounds = heard.tokens, token_bounds(segments, heard.token_times)
    return Features(
        audio_tokens=tokens,
        audio_bounds=bounds,
        text=text,
        sentences=encoders.text.encode(sentences).astype(np.float16).reshape(-1, width),
        sentence_segments=np.array(owners, np.int64),
        times=np.array([(s.start, s.end) for s in segments], np.float32).reshape(-1, 2),
    )
