"""Names above the words of captions, or before them in a form that needs no colon: `Anna - words`.

They count where few short texts recur so in nearly every cue.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from indexer.base.types import Cue
from indexer.transcripts.sounds import is_sound_label

NO_SPEECH = re.compile(r"\W*|\s*[\[(♪*][^\n]*[\])♪*]\s*")  # "[Music]"
"""Text of a caption in which nobody says a word."""
_LINE = re.compile(
    r"\s*(?P<name>[^\W_][^.?!,;:\n]{0,40}(?:\.\s[^.?!,;:\n]{1,30})?)[ \t]*\n(?=.*\w)"
)
_IN_BRACKETS = re.compile(
    r"\s*[\[(<«【［（](?P<name>[^\W_][^\[\]()<>«»【】［］（）?!:\n]{0,40})[\])>»】］）](?!\s*[:：])\s*(?=.*\w)"
)
# "Anna — words", "ANNA | words", "*Anna*: words", "@anna: words"; a colon alone is judged by what
# it stands behind (`_names`).
_AND_MARK = re.compile(
    r"\s*(?P<mark>[^\w\s\"'“”‘’«»¿¡()\[\]<>♪.,!?\-–—‐:：]{1,3}\s?|_)?"
    r"(?P<name>[^\W_][^:;|/*_—–?!,\n]{1,40}?)"
    r"(?:\s?[;/]|\s[-–—|]|(?(mark)[*_]{0,2}\s?(?:[:：]|(?<=_))|(?!)))\s+(?=.*\w)"
)
_LEAST_SHARE = 0.8  # of all cues
# Capitalised words before a colon that name no speaker, however often they stand there.
_LABELS = """
    caution chapter date duration edit example exercise fact figure hint http https important
    music note notes part ps quote reminder remember section source step subject summary table
    time tip title topic transcript update url warning
"""
NOT_NAMES = frozenset(_LABELS.split())


def with_name_lines(cues: list[Cue], before_colons: bool) -> list[Cue]:
    """Cues whose names stand above the words, or before them in some form, in nearly every cue.

    Teams and Premiere write names on lines of their own, others `[Anna] words`, `Anna — words`.

    Args:
        cues: In order.
        before_colons: Whether names of any form stand before colons, so that brackets, dashes and
            bars are parts of them: `Anna | Acme: words`.
    """
    for form in (_LINE, _IN_BRACKETS, _AND_MARK):
        if before_colons and form is _IN_BRACKETS:
            continue
        leads = [None if cue.speaker else form.match(cue.text) for cue in cues]
        if before_colons and form is _AND_MARK:
            leads = [lead if lead and lead["mark"] else None for lead in leads]
        names = [m["name"].strip() for m in leads if m and not is_sound_label(m["name"])]
        uses = Counter(name for name in names if name.lower() not in NOT_NAMES)
        recurring = sum(n for n in uses.values() if n >= 2)
        spoken = sum(not cue.speaker and not NO_SPEECH.fullmatch(cue.text) for cue in cues)
        few = recurring >= 2 and 3 * len(uses) <= 2 * len(names)
        if form is _AND_MARK and len(uses) < 2:
            continue  # what one line after the other begins with
        if few and len(names) >= max(3, _LEAST_SHARE * spoken) and recurring >= 0.6 * len(names):
            return [
                replace(cue, text=cue.text[match.end() :], speaker=match["name"].strip())
                if match and match["name"].strip() in uses
                else cue
                for cue, match in zip(cues, leads, strict=True)
            ]
    return cues
