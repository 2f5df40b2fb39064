"""Lists of words by language: how often everyday words are said, and which are function words."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from indexer.base.text_analysis import exact_words

# Stop lists also hold what people ask about, such as fire and free. A word that is said less
# often than once in so many is as likely to be that.
_RARE = 5_000
# Lists that are kept under the code of several languages together.
_LISTED_AS = {"nb": "no", "nn": "no", "in": "id", "iw": "he"}


@lru_cache
def everyday_words(language: str) -> Mapping[str, int] | None:
    """Return the words of a language in small letters, and how often films say them.

    Of `spellchecker` the lists alone are used: its own class takes twice as long to load one.

    Returns:
        Word to a count; None where there is no list of them.
    """
    path = files("spellchecker") / "resources" / f"{language}.json.gz"
    if not path.is_file():
        return None
    words: dict[str, int] = json.loads(gzip.decompress(path.read_bytes()))
    return words


@lru_cache
def function_words(language: str) -> frozenset[str]:
    """Return the words of a language that say nothing by themselves: `does`, `something`, `else`.

    Returns:
        Exact words (`indexer.base.text_analysis.exact_words`), those that are several of them with
        spaces between; no numbers. Empty for a language without a list.
    """
    import stopwordsiso

    listed = stopwordsiso.stopwords(_LISTED_AS.get(language, language))
    counts = everyday_words(language)
    if counts is not None:
        least = sum(counts.values()) / _RARE
        # Words with an apostrophe were counted as two: quelqu'un, l'.
        listed = {word for word in listed if "'" in word or counts.get(word, least) >= least}
    words = (" ".join(exact_words(word)) for word in listed)
    return frozenset(word for word in words if word and not any(c.isdigit() for c in word))
