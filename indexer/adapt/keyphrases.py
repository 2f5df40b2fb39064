"""Keyphrases of segments: what somebody who half remembers one would type."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_WORDS = 4
# Words of at least three letters, in any script.
_WORD = r"(?u)\b[^\W\d_]{3,}\b"


def keyphrases(texts: Sequence[str], language: str = "en") -> list[str]:
    """Return the words of each text with the highest tf-idf, in the order of the text.

    Args:
        texts: All segments, among which words are weighed (`TfidfVectorizer` of scikit-learn).
        language: ISO 639 code; stop words are known for English only.

    Returns:
        A phrase a text; "" where it has no word that few others have.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        token_pattern=_WORD,
        stop_words="english" if language == "en" else None,
        max_df=0.5 if len(texts) > 2 else 1.0,
        sublinear_tf=True,
    )
    try:
        weights = vectorizer.fit_transform(texts)  # [texts, vocabulary], sparse
    except ValueError:  # no word at all, or stop words only
        return [""] * len(texts)
    vocabulary = vectorizer.get_feature_names_out()
    words_of = vectorizer.build_analyzer()
    phrases = []
    for row, text in enumerate(texts):
        weight = weights[[row]]
        order = np.argsort(-weight.data, kind="stable")[:_WORDS]
        chosen = set(vocabulary[weight.indices[order]])
        phrases.append(" ".join(word for word in dict.fromkeys(words_of(text)) if word in chosen))
    return phrases
