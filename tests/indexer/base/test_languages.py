"""Language codes: the common ones are known without the register of all languages."""

from __future__ import annotations

import langcodes
import pytest

from indexer.base import languages
from indexer.base.languages import language_code


def test_common_codes_are_what_the_register_says() -> None:
    known = languages._COMMON
    assert {name: langcodes.get(name).language for name in known} == known
    assert {name: language_code(name) for name in known} == known


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("en", "en"),
        ("en-US", "en"),
        ("EN", "en"),
        ("eng", "en"),
        ("ger", "de"),
        ("iw", "he"),
        ("und", None),
        ("zxx", None),
        ("German", "de"),
        ("Deutsch", "de"),
        ("Portuguese (Brazil)", "pt"),
        ("日本語", "ja"),
        ("English, please", None),
        ("klingon", None),
        ("unknown", None),
        ("", None),
        (None, None),
    ],
)
def test_a_language_has_one_code_however_it_is_named(named: str | None, code: str | None) -> None:
    assert language_code(named) == code
