"""Captions, and tables and labels with a start and an end."""

from __future__ import annotations

import html
from collections.abc import Callable

from benchmarks.common.written_forms.form import Form, each, exact, export

_TTML = '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata">'
_ASS = "[Script Info]\n\n[Events]\nFormat: Layer, Start, End, Style, Name, Effect, Text\n"


def _arrow(turn: Callable[[str, str], str], decimal: str, head: str = "") -> Callable[..., str]:
    return each(
        lambda a, b, n, w: f"{exact(a, decimal)} --> {exact(b, decimal)}\n{turn(n, w)}\n\n", head
    )


def _ass(seconds: float) -> str:
    return exact(seconds)[1:-1]


CAPTIONS: dict[str, Form] = {
    **{f"hilbert {n}": Form(f".{n}", export(n, True), True, 0.001) for n in ("vtt", "srt", "json")},
    "hilbert txt": Form(".txt", export("txt", True), True, 1),
    "hilbert md": Form(".md", export("md", True), True, 1),
    "vtt, voices": Form(
        ".vtt",
        _arrow(lambda n, w: f"<v {n}>{html.escape(w, False)}</v>", ".", "WEBVTT\n\n"),
        True,
        0.001,
    ),
    "vtt (Zoom)": Form(
        ".vtt", _arrow(lambda n, w: f"{n}: {html.escape(w, False)}", ".", "WEBVTT\n\n"), True, 0.001
    ),
    "srt": Form(".srt", _arrow(lambda n, w: w, ","), False, 0.001),
    "srt, Name:": Form(".srt", _arrow(lambda n, w: f"{n}: {w}", ","), True, 0.001),
    "srt, name above": Form(".srt", _arrow(lambda n, w: f"{n}\n{w}", ","), True, 0.001),
    "sbv": Form(
        ".sbv", each(lambda a, b, n, w: f"{exact(a)[1:]},{exact(b)[1:]}\n{w}\n\n"), False, 0.001
    ),
    "lrc": Form(".lrc", each(lambda a, b, n, w: f"[{exact(a)[3:-1]}]{w}\n"), False, 0.01),
    "ass": Form(
        ".ass",
        each(lambda a, b, n, w: f"Dialogue: 0,{_ass(a)},{_ass(b)},Default,{n},,{w}\n", _ASS),
        True,
        0.01,
    ),
    "ttml": Form(
        ".ttml",
        each(
            lambda a, b, n, w: f'<p begin="{a}s" end="{b}s" ttm:agent="{n}">{html.escape(w)}</p>\n',
            f"{_TTML}<body><div>\n",
            "</div></body></tt>\n",
        ),
        True,
        0.001,
    ),
    "tsv (Whisper)": Form(
        ".tsv",
        each(lambda a, b, n, w: f"{a * 1000:.0f}\t{b * 1000:.0f}\t{w}\n", "start\tend\ttext\n"),
        False,
        0.001,
    ),
    "Audacity labels": Form(
        ".txt", each(lambda a, b, n, w: f"{a:.6f}\t{b:.6f}\t{w}\n"), False, 0.001
    ),
}
