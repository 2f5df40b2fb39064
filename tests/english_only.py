"""For tests of what is told where nothing recognises but the embedded English Whisper."""

import pytest

from hilbert.encoders.resolve import MULTILINGUAL_RECOGNISER, is_installed

ENGLISH_ONLY = pytest.mark.skipif(
    is_installed(MULTILINGUAL_RECOGNISER),
    reason="the extra multilingual is installed, which knows the language",
)
