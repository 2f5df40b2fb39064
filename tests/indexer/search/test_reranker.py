"""A cross-encoder reads the best moments again; here a tiny one, of real code and small weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.base.errors import QueryError
from indexer.search.reranker import Reranker
from indexer.search.results import Hit
from indexer.search.searcher import Searcher

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "tea", "bone", "tide", "fog"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, models: None) -> Path:
    """A BERT of one layer of eight units, as `CrossEncoder` reads it."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("cross-encoder")
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        num_labels=1,
        initializer_range=1.0,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def hit(text: str, score: float) -> Hit:
    return Hit("a" * 64, "talk", "Talk", "/talk.opus", 0.0, 9.0, text, score, {"text": score})


def test_moments_are_put_in_the_order_of_the_model(model: Path) -> None:
    reranker = Reranker(str(model), depth=3)
    hits = [hit(text, 0.9 - i / 10) for i, text in enumerate(["fog", "bone tide", "tea", "tide"])]
    again = reranker.reorder("tea", hits)
    scores = [h.score for h in again]
    assert scores == sorted(scores, reverse=True) and all(0 < s < 1 for s in scores[:3])
    assert {h.text for h in again[:3]} == {"fog", "bone tide", "tea"} and again[3].text == "tide"
    assert all(h.channels == {"rerank": h.score} for h in again)
    assert again == reranker.reorder("tea", hits)


def test_a_search_reads_deeper_than_it_shows(model: Path, searcher: Searcher) -> None:
    plain = searcher.search("tea in a cup", k=20)
    again = searcher.search("tea in a cup", k=3, reranker=Reranker(str(model), depth=20))
    best = sorted((h for h in again.hits), key=lambda h: -h.score)
    assert len(again.hits) == 3 and list(again.hits) == best
    assert {h.segment for h in again.hits} <= {h.segment for h in plain.hits}
    assert [d.document for d in again.documents] == [d.document for d in plain.documents[:3]]


def test_what_is_no_cross_encoder_says_what_to_do(tmp_path: Path, models: None) -> None:
    with pytest.raises(QueryError, match=r"no folder and not in the hub's cache .* fetch it once"):
        Reranker("cross-encoder/nobody-has-this")
    with pytest.raises(QueryError, match=r"cannot be used: .* holds no weights"):
        Reranker(str(tmp_path))


def test_without_words_nothing_is_reranked(model: Path) -> None:
    with pytest.raises(QueryError, match="no words to rerank by"):
        Reranker(str(model)).reorder(" ", [hit("tea", 1.0)])
