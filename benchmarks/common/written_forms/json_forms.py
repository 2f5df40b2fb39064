"""JSON of players, of programs around Whisper and of recognition services."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.common.written_forms.form import Form, Turn


def _data(make: Callable[[Sequence[Turn]], Any]) -> Callable[..., str]:
    return lambda turns: json.dumps(make(turns))


def _words_of(turn: Turn) -> list[tuple[float, float, str]]:
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
    return [make(*word, turn[2]) for turn in turns for word in _words_of(turn)]


def _seconds(value: float) -> str:
    return f"{value:.3f}s"


JSON: dict[str, Form] = {
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
                            for a, b, w in _words_of(turn)
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
                                    for a, b, w in _words_of(turn)
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
}
