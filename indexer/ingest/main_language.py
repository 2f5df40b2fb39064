"""The language of most of what is to be indexed: by tables, names, words, and by what is heard."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from typing import TypeVar

from hilbert.encoders.protocols import Guide, GuidedRecogniser
from hilbert.encoders.resolve import MULTILINGUAL_RECOGNISER, is_installed
from indexer.base.errors import HilbertError
from indexer.base.languages import language_code
from indexer.base.text_language import language_of_text
from indexer.base.types import NO_SPEECH, NOT_TRANSCRIBED
from indexer.encoders import AUTO, DEFAULT_TEXT, NEVER, Encoders, EncoderSettings
from indexer.ingest.source import Source
from indexer.media.decode import open_recording
from indexer.media.vad import speech_windows
from indexer.store.catalog import Document
from indexer.transcripts.guarded import read_guarded
from indexer.transcripts.name_tags import language_of_name
from indexer.transcripts.transcript import TranscriptError

log = logging.getLogger(__name__)

# Of those that nothing names the language of. One window of each recording is heard: 2 s or so.
_MOST_READ, _MOST_HEARD = 12, 4
# Fewer words than these say no language: a greeting before music.
_MIN_WORDS = 5
_ENGLISH = "en"

T = TypeVar("T")


def main_language(sources: Iterable[Source], asr: str = AUTO) -> str | None:
    """Return the ISO 639 code of the language of most documents, `en` where half are in English.

    A table or the name of a transcript (`talk.de.vtt`) names it. Of the others a few tell for all:
    transcripts by their words, recordings by those that a recogniser of many languages hears.

    Args:
        sources: The documents to be.
        asr: Who recognises words; see `indexer.ingest.pipeline.ProcessSettings`.

    Returns:
        None where nothing tells.
    """
    counts: Counter[str] = Counter()
    written: list[Source] = []
    spoken: list[Source] = []
    for source in sources:
        if code := _named(source):
            counts[code] += 1
        else:
            (written if source.transcript else spoken).append(source)
    # In shares of the documents that a sample stands for.
    shares: dict[str, float] = dict(counts)
    if len(written) + len(spoken) >= abs(counts.total() - 2 * counts[_ENGLISH]):
        read, heard = _spread(written, _MOST_READ), _spread(spoken, _MOST_HEARD)
        for sample, group, told in (
            (read, written, _languages_read(read)),
            (heard, spoken, _languages_heard(heard, asr)),
        ):
            for code in told:
                shares[code] = shares.get(code, 0.0) + len(group) / len(sample)
    return _most(shares)


def library_language(documents: Iterable[Document]) -> str | None:
    """Return the language of most documents that have words, likewise; None where there are none.

    Args:
        documents: As a catalog has them.
    """
    spoken = (d for d in documents if d.text_source not in (NO_SPEECH, NOT_TRANSCRIBED))
    return _most(Counter(filter(None, (language_code(d.language) for d in spoken))))


def describe_unread(documents: Iterable[Document], text_encoder: str) -> str | None:
    """Return what is to be said where most of a library is in no language of its text encoder."""
    most = library_language(documents)
    if text_encoder != DEFAULT_TEXT or most in (None, _ENGLISH):
        return None
    return (
        f"most of this library is in '{most}', and its text encoder reads English: words are "
        "found, other words for the same hardly; for those index the files into a new library, "
        f"with --language {most}"
    )


def _named(source: Source) -> str | None:
    return (
        language_code(source.metadata.get("language"))
        or source.transcript_language
        or (language_of_name(source.transcript) if source.transcript else None)
    )


def _most(shares: Mapping[str, float]) -> str | None:
    """Return the language of most, `en` where the others together are no more."""
    others = {code: share for code, share in shares.items() if code != _ENGLISH}
    if sum(others.values()) > shares.get(_ENGLISH, 0.0):
        return max(others, key=lambda code: others[code])
    return _ENGLISH if shares.get(_ENGLISH) else None


def _spread(items: Sequence[T], most: int) -> list[T]:
    """Return so many items at most, from all over a sequence."""
    count = min(most, len(items))
    return [items[i * len(items) // count] for i in range(count)]


def _languages_read(sources: Sequence[Source]) -> Iterator[str]:
    """Yield the languages of transcripts by what they say of themselves, or by their words."""
    short: list[str] = []
    for source in sources:
        assert source.transcript is not None
        try:
            read = read_guarded(source.transcript)
        except (TranscriptError, OSError):  # when it is indexed, it is reported
            log.debug("could not read %s", source.transcript, exc_info=True)
            continue
        text = " ".join(cue.text for cue in read.cues)
        if code := language_code(read.language) or language_of_text(text):
            yield code
        else:
            short.append(text)
    # A few words say nothing alone, and much together.
    if code := language_of_text(" ".join(short)):
        yield from [code] * len(short)


def _languages_heard(sources: Sequence[Source], asr: str) -> Iterator[str]:
    """Yield the languages of recordings by their tags, or by the first words that are heard."""
    if not sources or asr == NEVER or (asr == AUTO and not is_installed(MULTILINGUAL_RECOGNISER)):
        return
    recogniser = Encoders(EncoderSettings()).recogniser_for(asr)
    if not recogniser.multilingual or not isinstance(recogniser, GuidedRecogniser):
        return
    windows, guides = [], []
    for source in sources:
        assert source.recording is not None
        try:
            with closing(open_recording(source.recording)) as recording:
                if code := language_code(recording.tags.get("language")):
                    yield code
                    continue
                speech = (w for w in speech_windows(recording.blocks()) if w.is_speech)
                for window in islice(speech, 1):
                    windows.append(window.samples)
                    guides.append(Guide(detect=True, recording=str(source.recording)))
        except (HilbertError, OSError):  # when it is indexed, it is reported
            log.debug("could not hear %s", source.recording, exc_info=True)
    for heard in recogniser.transcribe_guided(windows, guides):
        if heard.language and len(heard.words) >= _MIN_WORDS:
            yield heard.language
