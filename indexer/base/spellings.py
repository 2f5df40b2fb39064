"""Words of two spellings: British and American, traditional Chinese and simplified."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files


@lru_cache
def american_spellings() -> Mapping[str, str]:
    """Return British words, in lower case, to what Americans write.

    The list of Whisper's normaliser of English (OpenAI, MIT licence), without the words of which
    Snowball makes one stem in both spellings.
    """
    return dict(line.split() for line in _read("british.txt").splitlines())


@lru_cache
def simplified_characters() -> Mapping[int, str]:
    """Return traditional Chinese characters to simplified ones, for `str.translate`.

    `TSCharacters` of OpenCC (Apache-2.0), the first choice for each: several traditional characters
    may be one.
    """
    return {ord(pair[0]): pair[1] for pair in _read("traditional.txt").split()}


def _read(name: str) -> str:
    return (files("indexer.base") / name).read_text(encoding="utf-8")
