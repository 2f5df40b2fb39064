"""Sounds that a transcript describes, such as `[Music]`, `(applause)` and `*laughs*`.

They are heard, but nobody says them. The rules, of which the first that fits decides:

- `[SPEAKER_01]`, and brackets before a colon, name a speaker: no sound.
- Marks of an editor (`[unclear]`, `[sic]`) stay in the text: words were said there.
- A bracket of at most eight words, one of which names a sound (`music`, `laughs`, `Applaus`),
  is a sound wherever it stands. Between asterisks, which also stress words, only this counts.
- In a transcript with times a short square bracket that makes up its caption, or a line of it
  between whole sentences, is a sound; round brackets, which people also speak in, only in the
  form of a description (`(door slams)`, `(man whispering)`, `(DOOR SLAMS)`). Brackets within a
  sentence (`the [big] house`) are words.
- Notes without words (`♪ ♪`) are music; with words they are a song, whose words are said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from indexer.base.types import Cue, Sound

_SOUND_STEMS = """
    music musi[kcq] músi[ck] muzi[eck] muzy jingle theme song singing sing[st]? hum(?:s|ming)\\b
    instrumental guitar piano drum violin organ\\b orchest trumpet
    applau aplau appla clap cheer crowd audience ovation klatsch beifall
    laugh laughter chuckl giggl snicker guffaw lach gelächter rires?\\b rit\\b risa risos śmiech
    cough sneez sniff sigh gasp groan moan yawn snor sob(?:s|bing)\\b cry(?:ing)?\\b cries weep wail
    scream shout yell shriek husten seufz toux soupir tos\\b suspir
    breath inhal exhal pant(?:s|ing)\\b whistl whisper clears? throat clearing mumbl murmur chatter
    silen[ct] pause\\b stille noise lärm bruit ruido static\\b blank_audio background
    bell(?:s)?\\b ring(?:s|ing)\\b buzz beep chime click clatter knock bang(?:s|ing)?\\b thud crash
    slam creak footstep thunder siren explo gunshot rustl splash engine horn\\b honk
    bark(?:s|ing)\\b meow growl howl chirp birdsong crosstalk overlapping
    музык аплодисм смех смеё вздыха кашл 音楽 音乐 音樂 拍手 笑い 笑 掌声 掌聲 음악 박수 웃음
    موسيقى تصفيق ضحك מוזיקה צחוק מחיאות
"""
# Stems rather than words: laugh, laughs, laughing, laughter.
_SOUND = re.compile(r"(?<!\w)(?:" + "|".join(_SOUND_STEMS.split()) + r")|[音笑拍掌]", re.IGNORECASE)
_EDITORIAL = re.compile(
    r"\W*(?:unclear|inaudible|unintelligible|indistinct|sic|redacted|illegible|ph|phonetic|"
    r"unverständlich|inaudibles?|inintelligible|ininteligible|неразборчиво)\b.{0,20}",
    re.IGNORECASE,
)
_MACHINE_NAME = re.compile(r"\s*speaker[ _]?\w{1,3}\s*", re.IGNORECASE)
_GROUP = re.compile(
    r"\\?\[(?P<square>[^\[\]\n]{1,80}?)\\?\](?!\s*[:：(])"
    r"|\((?P<round>[^()\n]{1,80})\)(?!\s*[:：])"
    r"|【(?P<wide>[^【】\n]{1,80})】|（(?P<wideround>[^（）\n]{1,80})）"
    r"|(?<![\w*])\*(?P<stars>[^*\n]{1,60})\*(?![\w*])"
)
_NOTES = re.compile("[♩♪♫♬]+")
_SENTENCE_END = re.compile(r"[.!?…。！？:;,][\"'”’)\]]*\s*\Z")
_MAX_WORDS = 8
_MAX_WORDS_WITHOUT_STEM = 6
# Of all words: a file with more of them in brackets has its words there, as translations do.
_MOST_IN_BRACKETS = 1 / 3


def without_sounds(cues: Sequence[Cue], timed: bool) -> tuple[list[Cue], list[Sound]]:
    """Take the descriptions of sounds out of the words.

    Args:
        cues: In order; line breaks in their text are lines of the screen.
        timed: Whether they are captions. In running text only sounds known by name count.

    Returns:
        As many cues, some perhaps without text, and the sounds, each with the number of its cue.
    """
    kept, sounds = _without_sounds(cues, timed)
    if timed and _count_words(kept) < (1 - _MOST_IN_BRACKETS) * _count_words(cues):
        return _without_sounds(cues, timed=False)
    return kept, sounds


def _count_words(cues: Sequence[Cue]) -> int:
    return sum(len(cue.text.split()) for cue in cues)


def _without_sounds(cues: Sequence[Cue], timed: bool) -> tuple[list[Cue], list[Sound]]:
    kept: list[Cue] = []
    sounds: list[Sound] = []
    for number, cue in enumerate(cues):
        text, labels = _split(cue.text, timed)
        if labels or text != cue.text:
            cue = replace(cue, text=text)
        kept.append(cue)
        sounds += [Sound(label, cue.start, cue.end, number) for label in labels]
    return kept, sounds


def is_sound_label(text: str) -> bool:
    """Whether words in brackets would name a sound: `Music`, `audience laughs`."""
    return _SOUND.search(text) is not None


def is_editorial(text: str) -> bool:
    """Whether words in brackets would be an editor's: `unclear`, `sic`."""
    return _EDITORIAL.fullmatch(text) is not None


def renumbered(sounds: Iterable[Sound], kept: Sequence[bool]) -> tuple[Sound, ...]:
    """Sounds with the numbers that cues have once those without words are gone.

    Args:
        sounds: Numbered by all cues.
        kept: For each of all cues, whether it stays.
    """
    numbers = [0]
    for stays in kept:
        numbers.append(numbers[-1] + stays)
    return tuple(replace(sound, cue=numbers[sound.cue]) for sound in sounds)


def _split(text: str, timed: bool) -> tuple[str, list[str]]:
    """The words of a cue, and the labels of its sounds."""
    if not re.search(r"[\[(【（*♩♪♫♬]", text):
        return text, []
    labels: list[str] = []
    pieces: list[str] = []
    end = 0
    bare = _has_words(_NOTES.sub(" ", _GROUP.sub(" ", text)))
    for match in _GROUP.finditer(text):
        kind = str(match.lastgroup)
        inner = " ".join(_NOTES.sub(" ", match[kind]).split())
        alone = timed and (not bare or _is_own_line(text, match))
        if _is_sound(inner, kind, alone):
            pieces += [text[end : match.start()], " "]
            end = match.end()
            labels.append(inner.lower().replace("_", " ") if inner else "music")
    text = "".join([*pieces, text[end:]])
    if _NOTES.search(text):
        text = _NOTES.sub(" ", text)
        if not labels:
            labels.append("music")
    if labels:
        lines = (" ".join(line.split()) for line in text.split("\n"))
        text = "\n".join(line for line in lines if line)
        if not _has_words(text):
            text = ""
    return text, labels


def _is_sound(inner: str, kind: str, alone: bool) -> bool:
    words = inner.split()
    if not inner:
        return True  # only notes
    if _MACHINE_NAME.fullmatch(inner) or not _has_words(inner) or len(words) > _MAX_WORDS:
        return False
    if _EDITORIAL.fullmatch(inner):
        return False
    if _SOUND.search(inner) and not _SENTENCE_END.search(inner.rstrip(".!…")):
        return True
    if not alone or kind == "stars" or len(words) > _MAX_WORDS_WITHOUT_STEM:
        return False
    if _SENTENCE_END.search(inner) or not any(map(str.isalpha, inner)):
        return False
    return kind in ("square", "wide") or _describes(words)


def _describes(words: list[str]) -> bool:
    """Whether words have the form of a description: `DOOR SLAMS`, `man whispering`."""
    if len(words) < 2:
        return False
    return words[-1].lower().endswith(("s", "ing")) or " ".join(words).isupper()


def _is_own_line(text: str, match: re.Match[str]) -> bool:
    """Whether a bracket fills a line of the screen, with whole sentences before and after."""
    before, after = text[: match.start()], text[match.end() :]
    if before.strip(" \t") and not before.rstrip(" \t").endswith("\n"):
        return False
    if after.strip(" \t") and not after.lstrip(" \t").startswith("\n"):
        return False
    ended = not before.strip() or bool(_SENTENCE_END.search(before.strip()))
    following = after.strip().lstrip("-–— >\"'“‘[(")
    return ended and (not following or not following[0].islower())


def _has_words(text: str) -> bool:
    return any(map(str.isalnum, text))
