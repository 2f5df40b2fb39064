"""Transcripts written in the forms that exporters and people use, for reading them back."""

from __future__ import annotations

import html
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from indexer.base.timecode import caption_clock
from indexer.base.types import NOT_TRANSCRIBED, Cue
from indexer.transcripts.document_transcript import DocumentTranscript
from indexer.transcripts.export import TRANSCRIPT_EXPORTS

Turn = tuple[float, float, str, str]
"""Start and end in seconds, speaker, words."""
_TTML = '<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata">'
_ASS = "[Script Info]\n\n[Events]\nFormat: Layer, Start, End, Style, Name, Effect, Text\n"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@dataclass(frozen=True)
class Form:
    """A form of transcripts.

    Attributes:
        extension: Of its files, with the dot.
        write: Gives the content of a file.
        speakers: Whether it names them.
        precision: The largest difference of a start, in seconds; None for a form without times.
    """

    extension: str
    write: Callable[[Sequence[Turn]], str | bytes]
    speakers: bool = True
    precision: float | None = None


def clock(seconds: float) -> str:
    """Write `00:01:02`."""
    return caption_clock(int(seconds))[:-4]


def short(seconds: float) -> str:
    """Write `1:02`, with hours where there are any."""
    minutes, rest = divmod(int(seconds), 60)
    return (
        f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
        if minutes > 59
        else f"{minutes}:{rest:02d}"
    )


def exact(seconds: float, decimal: str = ".") -> str:
    """Write `00:01:02.500`."""
    return caption_clock(seconds, decimal)


def _each(
    turn: Callable[[float, float, str, str], str], head: str = "", tail: str = ""
) -> Callable[..., str]:
    return lambda turns: head + "".join(turn(*each) for each in turns) + tail


def _data(make: Callable[[Sequence[Turn]], Any]) -> Callable[..., str]:
    return lambda turns: json.dumps(make(turns))


def words_of(turn: Turn) -> list[tuple[float, float, str]]:
    """Cut a turn into words, each with a share of its time by its letters."""
    start, end, _, text = turn
    total = sum(len(word) for word in text.split())
    cut = []
    for word in text.split():
        until = start + (end - turn[0]) * len(word) / total
        cut.append((round(start, 3), round(until, 3), word))
        start = until
    return cut


def _every_word(turns: Sequence[Turn], make: Callable[..., Any]) -> list[Any]:
    return [make(*word, turn[2]) for turn in turns for word in words_of(turn)]


def _export(name: str, timed: bool) -> Callable[[Sequence[Turn]], str]:
    def write(turns: Sequence[Turn]) -> str:
        cues = tuple(Cue(w, a if timed else None, b if timed else None, n) for a, b, n, w in turns)
        document = DocumentTranscript("a", "en", NOT_TRANSCRIBED, (), cues, ())
        return TRANSCRIPT_EXPORTS[name].write(document)

    return write


def _docx(paragraphs: Callable[[Turn], Sequence[str]]) -> Callable[[Sequence[Turn]], bytes]:
    def write(turns: Sequence[Turn]) -> bytes:
        body = "".join(
            f"<w:p><w:r><w:t>{html.escape(text)}</w:t></w:r></w:p>"
            for turn in turns
            for text in paragraphs(turn)
        )
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            document = f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
            archive.writestr("word/document.xml", document)
        return stream.getvalue()

    return write


PLAIN: dict[str, Form] = {
    "hilbert txt": Form(".txt", _export("txt", False)),
    "hilbert md": Form(".md", _export("md", False)),
    "hilbert json": Form(".json", _export("json", False)),
    "Name: words": Form(".txt", _each(lambda a, b, n, w: f"{n}: {w}\n\n")),
    "Name: words, a line each": Form(".txt", _each(lambda a, b, n, w: f"{n}: {w}\n")),
    "NAME: words": Form(".txt", _each(lambda a, b, n, w: f"{n.upper()}: {w}\n\n")),
    "- Name: words": Form(".txt", _each(lambda a, b, n, w: f"- {n}: {w}\n")),
    ">> Name: words": Form(".txt", _each(lambda a, b, n, w: f">> {n}: {w}\n\n")),
    "[Name] words": Form(".txt", _each(lambda a, b, n, w: f"[{n}] {w}\n\n")),
    "name above": Form(".txt", _each(lambda a, b, n, w: f"{n}\n{w}\n\n")),
    "name in its paragraph": Form(".txt", _each(lambda a, b, n, w: f"{n}\n\n{w}\n\n")),
    "Name - words": Form(".txt", _each(lambda a, b, n, w: f"{n} - {w}\n\n")),
    "columns by tabs": Form(".txt", _each(lambda a, b, n, w: f"{n}\t{w}\n")),
    "**Name:** words": Form(".md", _each(lambda a, b, n, w: f"**{n}:** {w}\n\n")),
    "**Name** words": Form(".md", _each(lambda a, b, n, w: f"**{n}** {w}\n\n")),
    "heading": Form(".md", _each(lambda a, b, n, w: f"## {n}\n\n{w}\n\n")),
    "cite": Form(".html", _each(lambda a, b, n, w: f"<cite>{n}:</cite><p>{html.escape(w)}</p>\n")),
    "page": Form(".html", _each(lambda a, b, n, w: f"<p><b>{n}:</b> {html.escape(w)}</p>\n")),
    "docx": Form(".docx", _docx(lambda turn: [f"{turn[2]}: {turn[3]}"])),
    "docx, name above": Form(".docx", _docx(lambda turn: [turn[2], turn[3], ""])),
}
CLOCKED: dict[str, Form] = {
    "Name  0:05": Form(".txt", _each(lambda a, b, n, w: f"{n}  {short(a)}\n{w}\n\n"), True, 1),
    "Name (00:00:05):": Form(
        ".txt", _each(lambda a, b, n, w: f"{n} ({clock(a)}):\n{w}\n\n"), True, 1
    ),
    "[00:00:05] Name:": Form(".txt", _each(lambda a, b, n, w: f"[{clock(a)}] {n}: {w}\n"), True, 1),
    "00:00:05 Name:": Form(".txt", _each(lambda a, b, n, w: f"{clock(a)} {n}: {w}\n"), True, 1),
    "[a --> b] words": Form(
        ".txt", _each(lambda a, b, n, w: f"[{exact(a)} --> {exact(b)}] {w}\n"), False, 0.001
    ),
    "clock above": Form(".txt", _each(lambda a, b, n, w: f"{short(a)}\n{w}\n"), False, 1),
    "clock behind": Form(".txt", _each(lambda a, b, n, w: f"{n}: {w} [{clock(a)}]\n"), True, 1),
    "00h00m05s": Form(
        ".txt",
        _each(
            lambda a, b, n, w: f"[{clock(a).replace(':', 'h', 1).replace(':', 'm')}s] {n}: {w}\n"
        ),
        True,
        1,
    ),
    "columns": Form(".txt", _each(lambda a, b, n, w: f"{clock(a)}\t{n}\t{w}\n"), True, 1),
    "columns of spaces": Form(
        ".txt", _each(lambda a, b, n, w: f"{clock(a)}   {n:24}  {w}\n"), True, 1
    ),
    "frames, name below": Form(
        ".txt", _each(lambda a, b, n, w: f"{clock(a)}:00 - {clock(b)}:00\n{n}\n{w}\n\n"), True, 1
    ),
    "**Name:** (0:05)": Form(
        ".md", _each(lambda a, b, n, w: f"**{n}:** ({short(a)})\n{w}\n\n"), True, 1
    ),
    "## Name (0:05)": Form(
        ".md", _each(lambda a, b, n, w: f"## {n} ({short(a)})\n\n{w}\n\n"), True, 1
    ),
    "table": Form(
        ".md",
        _each(
            lambda a, b, n, w: f"| {clock(a)} | {n} | {w} |\n", "| Time | Who | Text |\n|-|-|-|\n"
        ),
        True,
        1,
    ),
    "cite, time": Form(
        ".html",
        _each(
            lambda a, b, n, w: f"<cite>{n}:</cite><time>{short(a)}</time><p>{html.escape(w)}</p>\n"
        ),
        True,
        1,
    ),
    "page with clocks": Form(
        ".html", _each(lambda a, b, n, w: f"<p>[{clock(a)}] {n}: {html.escape(w)}</p>\n"), True, 1
    ),
    "docx (Teams)": Form(
        ".docx", _docx(lambda turn: [f"{turn[2]}   {short(turn[0])}", turn[3], ""]), True, 1
    ),
}


def _arrow(turn: Callable[[str, str], str], decimal: str, head: str = "") -> Callable[..., str]:
    return _each(
        lambda a, b, n, w: f"{exact(a, decimal)} --> {exact(b, decimal)}\n{turn(n, w)}\n\n", head
    )


def _ass(seconds: float) -> str:
    return exact(seconds)[1:-1]


def _seconds(value: float) -> str:
    return f"{value:.3f}s"


TIMED: dict[str, Form] = {
    **{
        f"hilbert {n}": Form(f".{n}", _export(n, True), True, 0.001) for n in ("vtt", "srt", "json")
    },
    "hilbert txt": Form(".txt", _export("txt", True), True, 1),
    "hilbert md": Form(".md", _export("md", True), True, 1),
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
        ".sbv", _each(lambda a, b, n, w: f"{exact(a)[1:]},{exact(b)[1:]}\n{w}\n\n"), False, 0.001
    ),
    "lrc": Form(".lrc", _each(lambda a, b, n, w: f"[{exact(a)[3:-1]}]{w}\n"), False, 0.01),
    "ass": Form(
        ".ass",
        _each(lambda a, b, n, w: f"Dialogue: 0,{_ass(a)},{_ass(b)},Default,{n},,{w}\n", _ASS),
        True,
        0.01,
    ),
    "ttml": Form(
        ".ttml",
        _each(
            lambda a, b, n, w: f'<p begin="{a}s" end="{b}s" ttm:agent="{n}">{html.escape(w)}</p>\n',
            f"{_TTML}<body><div>\n",
            "</div></body></tt>\n",
        ),
        True,
        0.001,
    ),
    "tsv (Whisper)": Form(
        ".tsv",
        _each(lambda a, b, n, w: f"{a * 1000:.0f}\t{b * 1000:.0f}\t{w}\n", "start\tend\ttext\n"),
        False,
        0.001,
    ),
    "Audacity labels": Form(
        ".txt", _each(lambda a, b, n, w: f"{a:.6f}\t{b:.6f}\t{w}\n"), False, 0.001
    ),
    "json3": Form(
        ".json3",
        _data(
            lambda turns: {
                "events": [
                    {
                        "tStartMs": round(a * 1000),
                        "dDurationMs": round((b - a) * 1000),
                        "segs": [{"utf8": w}],
                    }
                    for a, b, _, w in turns
                ]
            }
        ),
        False,
        0.001,
    ),
    "Podcasting 2.0": Form(
        ".json",
        _data(
            lambda turns: {
                "version": "1.0.0",
                "segments": [
                    {"startTime": a, "endTime": b, "speaker": n, "body": w} for a, b, n, w in turns
                ],
            }
        ),
        True,
        0.001,
    ),
    "Podcasting 2.0, words": Form(
        ".json",
        _data(
            lambda turns: {
                "segments": _every_word(
                    turns,
                    lambda a, b, w, n: {"startTime": a, "endTime": b, "speaker": n, "body": w},
                )
            }
        ),
        True,
        0.001,
    ),
    "Whisper": Form(
        ".json",
        _data(
            lambda turns: {"segments": [{"start": a, "end": b, "text": w} for a, b, _, w in turns]}
        ),
        False,
        0.001,
    ),
    "WhisperX": Form(
        ".json",
        _data(
            lambda turns: {
                "segments": [
                    {
                        "start": turn[0],
                        "end": turn[1],
                        "text": turn[3],
                        "words": [
                            {"word": w, "start": a, "end": b, "speaker": turn[2]}
                            for a, b, w in words_of(turn)
                        ],
                    }
                    for turn in turns
                ]
            }
        ),
        True,
        0.001,
    ),
    "whisper.cpp": Form(
        ".json",
        _data(
            lambda turns: {
                "transcription": [
                    {"offsets": {"from": round(a * 1000), "to": round(b * 1000)}, "text": f" {w}"}
                    for a, b, _, w in turns
                ]
            }
        ),
        False,
        0.001,
    ),
    "Hugging Face": Form(
        ".json",
        _data(lambda turns: {"chunks": [{"timestamp": [a, b], "text": w} for a, b, _, w in turns]}),
        False,
        0.001,
    ),
    "youtube-transcript-api": Form(
        ".json",
        _data(lambda turns: [{"text": w, "start": a, "duration": b - a} for a, b, _, w in turns]),
        False,
        0.001,
    ),
    "Amazon": Form(
        ".json",
        _data(
            lambda turns: {
                "results": {
                    "items": _every_word(
                        turns,
                        lambda a, b, w, n: {
                            "type": "pronunciation",
                            "start_time": str(a),
                            "end_time": str(b),
                            "speaker_label": n,
                            "alternatives": [{"content": w}],
                        },
                    )
                }
            }
        ),
        True,
        0.001,
    ),
    "Google": Form(
        ".json",
        _data(
            lambda turns: {
                "results": [
                    {
                        "alternatives": [
                            {
                                "transcript": turn[3],
                                "words": [
                                    {"word": w, "startTime": _seconds(a), "endTime": _seconds(b)}
                                    for a, b, w in words_of(turn)
                                ],
                            }
                        ]
                    }
                    for turn in turns
                ]
            }
        ),
        False,
        0.001,
    ),
    "Deepgram": Form(
        ".json",
        _data(
            lambda turns: {
                "results": {
                    "channels": [
                        {
                            "alternatives": [
                                {
                                    "words": _every_word(
                                        turns,
                                        lambda a, b, w, n: {
                                            "punctuated_word": w,
                                            "start": a,
                                            "end": b,
                                            "speaker": n,
                                        },
                                    )
                                }
                            ]
                        }
                    ]
                }
            }
        ),
        True,
        0.001,
    ),
    "AssemblyAI": Form(
        ".json",
        _data(
            lambda turns: {
                "audio_url": "x",
                "words": _every_word(
                    turns,
                    lambda a, b, w, n: {
                        "text": w,
                        "start": round(a * 1000),
                        "end": round(b * 1000),
                        "speaker": n,
                    },
                ),
            }
        ),
        True,
        0.001,
    ),
    "another service": Form(
        ".json",
        _data(
            lambda turns: {
                "phrases": [
                    {
                        "offsetMilliseconds": round(a * 1000),
                        "durationMilliseconds": round((b - a) * 1000),
                        "speaker": n,
                        "text": w,
                    }
                    for a, b, n, w in turns
                ]
            }
        ),
        True,
        0.001,
    ),
    **{name: form for name, form in CLOCKED.items() if form.extension != ".docx"},
}
