"""What an address says of a search is read back as it was."""

from __future__ import annotations

import pytest

from app.state.search_state import SearchState, UserQuery, parameters, parse
from indexer.search.filters import Filters
from indexer.store.catalog import segment_id


@pytest.mark.parametrize(
    "search",
    [
        SearchState(),
        SearchState(UserQuery(words="tea in a cup"), filters=Filters(speakers=("Anna", "Ben"))),
        SearchState(UserQuery(words="tea", clip="a" * 64, clip_name="talk.opus"), count=50),
        SearchState(UserQuery(document="b" * 64, seconds=123_456.7), same="both"),
        SearchState(UserQuery(document="b" * 64), before="q=tea+%26+milk&most=50"),
        *(SearchState(UserQuery(document="b" * 64, segment=segment_id("b", n))) for n in range(9)),
        SearchState(UserQuery(words="x"), filters=Filters(since="2023-01", min_seconds=90.0)),
    ],
)
def test_a_search_is_read_back_from_its_address(search: SearchState) -> None:
    written = {k: [v] if isinstance(v, str) else list(v) for k, v in parameters(search).items()}
    assert parse(written) == search
    if search.query:
        assert parse(written).query == search.query


@pytest.mark.parametrize("segment", ["-1", "9" * 40, "x", "\u0661"])
def test_what_is_no_segment_is_left_out(segment: str) -> None:
    found = parse({"like": ["b" * 64], "segment": [segment]}).query
    assert found == UserQuery(document="b" * 64)
