"""What is searched for and how it is shown: read from the address, and written to it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any
from urllib.parse import parse_qs, urlencode

import streamlit as st

from app.markdown import CHANNEL_NAMES, SIMILARITY_NAMES
from app.state.clips import keep_clip
from indexer.search.filters import Filters
from indexer.search.fusion import AUTO
from indexer.search.results import Hit
from indexer.search.sorting import SCORE, SORTS

# Each search fetches this many hits; the page shows the first of them, so that more cost nothing.
MOST_HITS = 50
COUNTS = (5, 10, 20, MOST_HITS)
GROUPINGS: Mapping[str, str] = {"recordings": "Recordings", "moments": "Moments"}
# Filters of several values, and of one; the parameters of an address that stand for them.
LIST_FILTERS = {
    "documents": "recording",
    "labels": "label",
    "folders": "folder",
    "speakers": "speaker",
    "languages": "language",
}
_LONGEST_NAME = 200
_LONGEST_BEFORE = 4000
# Ids of segments have 63 bits (`indexer.store.catalog.segment_id`).
_IDS = re.compile(r"[0-9]{1,19}")
_LONGEST_SECONDS = 1e6

Parameters = dict[str, str | list[str]]


@dataclass(frozen=True)
class UserQuery:
    """What a visitor searches with; equal queries have one answer.

    Attributes:
        words: Typed words.
        clip: SHA-256 of a clip's bytes.
        clip_name: Its file's name.
        document: Id of the document to find neighbours of, or that holds the moment.
        seconds: Time of the moment; None for a whole document.
        segment: Id of the moment's segment, where the document has no times.
    """

    words: str = ""
    clip: str = ""
    clip_name: str = field(default="", compare=False)
    document: str = ""
    seconds: float | None = None
    segment: int | None = None

    @property
    def is_similar(self) -> bool:
        """Whether it asks for neighbours of a document or a moment."""
        return bool(self.document)

    @property
    def is_moment(self) -> bool:
        """Whether it asks for neighbours of a moment."""
        return self.is_similar and (self.seconds is not None or self.segment is not None)


@dataclass(frozen=True)
class SearchState:
    """A search and the way its results are shown, as the address names them.

    Attributes:
        query: What is searched for; None before the first search.
        channel: Channel of a search for words or a clip.
        same: What has to be similar, of a search for neighbours.
        grouping: Key of `GROUPINGS`.
        sort: Order of the results.
        count: How many are shown.
        all_moments: Whether all moments of one recording are shown.
        filters: What passes.
        linked: Id of the document that holds the moment which a link to this search names.
        linked_at: Second of that moment.
        before: Parameters of the search from which neighbours are asked for, encoded as in an
            address; empty where there was none.
    """

    query: UserQuery | None = None
    channel: str = AUTO
    same: str = "both"
    grouping: str = "recordings"
    sort: str = SCORE
    count: int = 10
    all_moments: bool = False
    filters: Filters = field(default_factory=Filters)
    linked: str = ""
    linked_at: float | None = None
    before: str = ""


_NOTHING = SearchState()


def parse(given: Mapping[str, Sequence[str]]) -> SearchState:
    """Read the parameters of an address; what they cannot mean counts as not given.

    Args:
        given: All values of each parameter.
    """
    one = {name: values[-1] for name, values in given.items() if values}
    lists = {name: tuple(given.get(key, ())) for name, key in LIST_FILTERS.items()}
    return SearchState(
        query=_query(one),
        channel=_among(one.get("channel"), CHANNEL_NAMES, _NOTHING.channel),
        same=_among(one.get("same"), SIMILARITY_NAMES, _NOTHING.same),
        grouping=_among(one.get("show"), GROUPINGS, _NOTHING.grouping),
        sort=_among(one.get("sort"), SORTS, _NOTHING.sort),
        count=int(_among(one.get("most"), [str(n) for n in COUNTS], str(_NOTHING.count))),
        all_moments=one.get("all") == "1",
        filters=Filters(
            **{name: tuple(filter(None, values)) for name, values in lists.items()},
            since=one.get("since", "").strip() or None,
            until=one.get("until", "").strip() or None,
            min_seconds=60.0 * (number_in(one.get("minutes"), 600) or 0),
        ),
        linked=one.get("doc", ""),
        linked_at=number_in(one.get("t")),
        before=one.get("before", "")[:_LONGEST_BEFORE] if one.get("like") else "",
    )


def parameters(search: SearchState) -> Parameters:
    """Return the parameters that `parse` reads back; what is as usual is left out.

    The moment of a link is not among them: it is of one page.
    """
    query, filters = search.query or UserQuery(), search.filters
    found: dict[str, str | list[str] | None] = {
        "q": query.words,
        "clip": query.clip,
        "name": query.clip_name if query.clip else "",
        "like": query.document,
        "at": None if query.seconds is None else f"{query.seconds:.10g}",
        "segment": None if query.segment is None else str(query.segment),
        "channel": _unusual(search.channel, _NOTHING.channel),
        "same": _unusual(search.same, _NOTHING.same),
        "show": _unusual(search.grouping, _NOTHING.grouping),
        "sort": _unusual(search.sort, _NOTHING.sort),
        "most": _unusual(str(search.count), str(_NOTHING.count)),
        "all": "1" if search.all_moments else "",
        **{key: list(getattr(filters, name)) for name, key in LIST_FILTERS.items()},
        "since": filters.since,
        "until": filters.until,
        "minutes": f"{filters.min_seconds / 60:g}" if filters.min_seconds else "",
        "before": search.before,
    }
    return {name: value for name, value in found.items() if value}


def _query(one: Mapping[str, str]) -> UserQuery | None:
    if document := one.get("like", ""):
        segment = one.get("segment", "")
        return UserQuery(
            document=document,
            seconds=number_in(one.get("at")),
            segment=int(segment) if _IDS.fullmatch(segment) else None,
        )
    words, clip = " ".join(one.get("q", "").split()), one.get("clip", "")
    if not words and not clip:
        return None
    return UserQuery(words=words, clip=clip, clip_name=one.get("name", "")[:_LONGEST_NAME])


def _among(value: str | None, allowed: Mapping[str, Any] | Sequence[str], usual: str) -> str:
    return value if value is not None and value in allowed else usual


def _unusual(value: str, usual: str) -> str:
    return "" if value == usual else value


def number_in(text: str | None, most: float = _LONGEST_SECONDS) -> float | None:
    """Return the number that a parameter names, 0 to `most`; None where it names no such."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number <= most and math.isfinite(number) else None


def is_unusual(search: SearchState) -> bool:
    """Return whether another channel, likeness or number of results is chosen than usual."""
    chosen = (search.channel, search.same, search.count)
    return chosen != (_NOTHING.channel, _NOTHING.same, _NOTHING.count)


def current() -> SearchState:
    """Return the search of this visit."""
    search: SearchState = st.session_state.search
    return search


def adopt(search: SearchState) -> None:
    """Make a search the current one, and show it in the form."""
    state = st.session_state
    if "answers" not in state:
        state.answers, state.queries = {}, {}
    state.search = search
    state.typed = search.query.words if search.query else ""
    _show_choices(search)


def _show_choices(search: SearchState) -> None:
    """Give the widgets of the form what is chosen, typed words left out.

    In every run: what opens in a window is drawn when it is first opened, with the values of the
    last run alone, and else sends back values of its own as if the visitor had chosen them.
    """
    state = st.session_state
    state.channel, state.same, state.grouping = search.channel, search.same, search.grouping
    state.sort, state["count"], state.all_moments = search.sort, search.count, search.all_moments
    for name in LIST_FILTERS:
        state[f"filter-{name}"] = list(getattr(search.filters, name))
    state["filter-since"] = search.filters.since or ""
    state["filter-until"] = search.filters.until or ""
    state["filter-minutes"] = round(search.filters.min_seconds / 60)


def read_form() -> None:
    """Take up what the visitor changed in the form: all but the typed words, which are sent."""
    state, search = st.session_state, current()

    def chosen(key: str, before: Any) -> Any:
        """A widget that is not drawn has no value; one without a choice has the usual one."""
        return state.get(key, before)

    lists = {
        name: tuple(chosen(f"filter-{name}", getattr(search.filters, name)) or ())
        for name in LIST_FILTERS
    }
    state.search = replace(
        search,
        channel=chosen("channel", search.channel) or _NOTHING.channel,
        same=chosen("same", search.same) or _NOTHING.same,
        grouping=chosen("grouping", search.grouping) or _NOTHING.grouping,
        sort=chosen("sort", search.sort) or _NOTHING.sort,
        count=chosen("count", search.count) or _NOTHING.count,
        all_moments=bool(chosen("all_moments", search.all_moments)),
        filters=Filters(
            **lists,
            since=chosen("filter-since", search.filters.since or "").strip() or None,
            until=chosen("filter-until", search.filters.until or "").strip() or None,
            min_seconds=60.0 * (chosen("filter-minutes", search.filters.min_seconds / 60) or 0),
        ),
    )
    _show_choices(state.search)


def clear_filters() -> None:
    """Reset all filters."""
    for name in LIST_FILTERS:
        st.session_state[f"filter-{name}"] = []
    st.session_state["filter-since"] = st.session_state["filter-until"] = ""
    st.session_state["filter-minutes"] = 0


def submit(query: UserQuery | None) -> None:
    """Search for something else, shown in the same way."""
    st.session_state.search = replace(current(), query=query, linked="", linked_at=None, before="")
    answers: dict[Any, Any] = st.session_state.answers
    for key in [k for k, answer in answers.items() if query in k and answer.error]:
        del answers[key]  # an error may be gone at the second try


def submit_words() -> None:
    """Search for the typed words, and with the clip where there is one."""
    words, query = " ".join(st.session_state.typed.split()), current().query
    if query and query.clip:
        submit(replace(query, words=words))
    elif words:
        submit(UserQuery(words=words))


def submit_clip(name: str, content: IO[bytes]) -> None:
    """Search with a clip, and for the words that stand in the box, as `submit_words` does.

    Raises:
        QueryError: The clip cannot be kept.
    """
    words = " ".join(st.session_state.typed.split())
    submit(UserQuery(words=words, clip=keep_clip(content), clip_name=name[:_LONGEST_NAME]))


def remove_clip() -> None:
    """Search for the typed words alone, or for nothing."""
    query = current().query
    submit(UserQuery(words=query.words) if query and query.words else None)


def neighbours(search: SearchState, query: UserQuery) -> SearchState:
    """Return the search for neighbours, which leads back to where the first were asked for.

    Args:
        search: Where they are asked for; one for neighbours itself leads back to where it does.
        query: For the neighbours.
    """
    before = search.before or urlencode(parameters(search) if search.query else {}, doseq=True)
    return replace(
        search,
        query=query,
        linked="",
        linked_at=None,
        before=before if len(before) <= _LONGEST_BEFORE else "",
    )


def search_before(search: SearchState) -> SearchState | None:
    """Return the search from which neighbours are asked for; None where there was none."""
    before = parse(parse_qs(search.before))
    return before if before.query else None


def similar_moment(hit: Hit) -> UserQuery:
    """Return the query for the neighbours of a moment."""
    if hit.start is None:
        return UserQuery(document=hit.document, segment=hit.segment)
    middle = (hit.start + (hit.end or hit.start)) / 2
    return UserQuery(document=hit.document, seconds=round(middle, 1))
