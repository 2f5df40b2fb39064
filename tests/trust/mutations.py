"""Inputs that nobody wrote, made of seeds: by bytes, and by the structure of a text, JSON or ZIP.

A mutator of our own: what reads the files runs in a guarded process, where no fuzzer sees which
lines an input reaches, and an input is told by its number, so that a run goes on where it stopped.
"""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

_NUMBERS = (
    *("0", "-1", "00", "1e9", "3000000000", "1e308", "1e400", "-0", "NaN", "Infinity", "0x1f", "²"),
    *(
        "٣",
        "99",
        "59.9999999",
        "2147483648",
        "18446744073709551616",
        "1" * 400,
        "1,5",
        "1_0",
        ".",
        "",
    ),
)
_TOKENS = (
    *(
        "-->",
        "<",
        ">",
        "<v ",
        "<v Ann>",
        "</v>",
        "<c.",
        "{\\",
        "{\\an8}",
        "&amp;",
        "&#0;",
        "&lt;",
        "&",
    ),
    *(
        "&#x110000;",
        "\0",
        "\u202e",
        "\ufeff",
        "\u2028",
        "\x85",
        "\x1b]52;c;YQ==\x07",
        "\ud7ff",
        "💧",
    ),
    *(
        "[",
        "]",
        "[[",
        "(",
        ")",
        '"',
        "'",
        '""',
        "“",
        ":",
        "::",
        ">>",
        "- ",
        "* ",
        "#",
        "---",
        "|",
        ",",
    ),
    *("\t", ";", "NOTE", "STYLE", "REGION", "WEBVTT", "<![CDATA[", "]]>", "<!--", "-->", "<br/>"),
    *(
        "<p>",
        "</p>",
        "<tt>",
        "<script>",
        "Ann: ",
        "ANN:",
        "[music]",
        "♪",
        "\r",
        "\n",
        "\n\n",
        "\r\n\r\n",
    ),
    *("00:00:01.000 --> 00:00:02.000", "[00:01.00]", "1:02", "00:00:01;12", "(0:01)", "e\u0301"),
    *("\u0627\u0644", "\u0e01", "\u3042", "\U000e0041", "\u200b", "a" * 3000, "{", "}", "null"),
)
_ENCODINGS = (
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "cp1252",
    "cp1251",
    "utf-7",
)
_VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        [],
        {},
        "",
        " ",
        0,
        -1,
        1e308,
        float("nan"),
        float("inf"),
        10**400,
        "1e400",
        "-1",
    ),
    *([[]], {"a": []}, "\0", "NaN", "00:00:01.5", "12s", "\ud800", [None], [1, 2], "x" * 3000, 3e9),
)
_MOST_BYTES = 200_000
_CLOCK = re.compile(r"\d+(?=[:.,]\d)|(?<=\d[:.,])\d+")

Change = Callable[[random.Random, bytes], bytes]


def mutated_text(rng: random.Random, seeds: Sequence[bytes], data: bytes) -> bytes:
    """Return a transcript with one to four changes, most of them in its structure."""
    if data.startswith(b"PK"):
        return _mutated_zip(rng, seeds, data)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        data = rng.choice(_TEXT_CHANGES)(rng, data)
    if rng.random() < 0.1:
        data = _spliced(rng, data, rng.choice(seeds))
    return data[:_MOST_BYTES]


def mutated_times(rng: random.Random, data: bytes) -> bytes:
    """Return a transcript with other digits in its clock times; its words stay as they are."""
    text = data.decode("utf-8", "surrogateescape")
    chosen = rng.choice((0.02, 0.1, 0.5))
    return _CLOCK.sub(
        lambda found: (
            "".join(rng.choice("0123456789") for _ in found[0])
            if rng.random() < chosen
            else found[0]
        ),
        text,
    ).encode("utf-8", "surrogateescape")


def mutated_bytes(rng: random.Random, seeds: Sequence[bytes], data: bytes) -> bytes:
    """Return a recording with a few changed bytes, more of them near its beginning."""
    for _ in range(rng.choice((1, 1, 2, 3, 5, 9))):
        data = rng.choice(_BYTE_CHANGES)(rng, data)
    if rng.random() < 0.05:
        data = _spliced(rng, data, rng.choice(seeds))
    return data


def _at(rng: random.Random, data: bytes) -> int:
    """A place, near the beginning as often as anywhere: headers lie there."""
    most = len(data) if rng.random() < 0.5 else min(len(data), 400)
    return rng.randrange(max(1, most))


def _flip(rng: random.Random, data: bytes) -> bytes:
    out = bytearray(data or b"\0")
    out[_at(rng, out)] ^= 1 << rng.randrange(8)
    return bytes(out)


def _byte(rng: random.Random, data: bytes) -> bytes:
    out = bytearray(data or b"\0")
    out[_at(rng, out)] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
    return bytes(out)


def _field(rng: random.Random, data: bytes) -> bytes:
    """Put a number of four or eight bytes somewhere, as lengths and times are written."""
    number = rng.choice(
        (0, 1, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**64 - 1, rng.getrandbits(32))
    )
    size = 8 if number >= 2**32 else rng.choice((4, 8))
    at = _at(rng, data)
    return data[:at] + number.to_bytes(size, rng.choice(("big", "little"))) + data[at + size :]


def _remove(rng: random.Random, data: bytes) -> bytes:
    at = _at(rng, data)
    return data[:at] + data[at + rng.choice((1, 2, 7, 64, rng.randrange(1, 4096))) :]


def _repeat(rng: random.Random, data: bytes) -> bytes:
    at = _at(rng, data)
    piece = data[at : at + rng.choice((1, 4, 64, rng.randrange(1, 2048)))]
    times = rng.choice((1, 2, 10, min(1000, 60_000 // max(1, len(piece)))))
    return data[:at] + piece * times + data[at:]


def _cut(rng: random.Random, data: bytes) -> bytes:
    return data[: _at(rng, data)]


def _noise(rng: random.Random, data: bytes) -> bytes:
    at = _at(rng, data)
    return data[:at] + rng.randbytes(rng.choice((1, 2, 16, 300))) + data[at:]


def _spliced(rng: random.Random, data: bytes, other: bytes) -> bytes:
    return data[: _at(rng, data)] + other[_at(rng, other) :]


def _number(rng: random.Random, data: bytes) -> bytes:
    """Put another number in the place of one."""
    found = list(re.finditer(rb"-?\d+(?:\.\d+)?", data))
    if not found:
        return _token(rng, data)
    one = rng.choice(found)
    return data[: one.start()] + rng.choice(_NUMBERS).encode() + data[one.end() :]


def _token(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data) + 1)
    token = rng.choice(_TOKENS).encode("utf-8", "surrogatepass")
    times = rng.choice((1, 1, 1, 2, 50, 20_000 // len(token)))
    return data[:at] + token * times + data[at:]


def _lines(rng: random.Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    first = rng.randrange(len(lines))
    block = lines[first : first + rng.choice((1, 2, 3, 8))]
    rest = lines[:first] + lines[first + len(block) :]
    where = rng.randrange(len(rest) + 1)
    many = block * rng.choice((0, 1, 2, 100))
    if rng.random() < 0.2:
        rng.shuffle(rest)
    return b"".join(rest[:where] + many + rest[where:])


def _ends_of_lines(rng: random.Random, data: bytes) -> bytes:
    return rng.choice((b"\r\n", b"\r", b"\n\n", b"\r\r\n", b" ", b"")).join(data.splitlines())


def _encoded(rng: random.Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    encoded = text.encode(rng.choice(_ENCODINGS), "replace")
    return encoded if rng.random() < 0.7 else encoded[: rng.randrange(len(encoded) + 1)]


def _json(rng: random.Random, data: bytes) -> bytes:
    """Put another value, or none, in a place of a document in JSON."""
    try:
        value = json.loads(data)
        for _ in range(rng.choice((1, 1, 2, 4))):
            value = _with_other_value(rng, value)
        return json.dumps(value, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):
        return _number(rng, data)


def _with_other_value(rng: random.Random, value: Any) -> Any:
    if not isinstance(value, dict | list) or not value or rng.random() < 0.15:
        new = rng.choice(_VALUES)
        return rng.choice((new, [value], {"text": value}, [value] * 3, _deep(value, rng)))
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = rng.choice(keys)
    out = value.copy()
    if rng.random() < 0.1:
        del out[key]
    else:
        out[key] = _with_other_value(rng, value[key])
    return out


def _deep(value: Any, rng: random.Random) -> Any:
    for _ in range(rng.choice((5, 400))):
        value = [value]
    return value


def _mutated_zip(rng: random.Random, seeds: Sequence[bytes], data: bytes) -> bytes:
    """Change a document in a ZIP, or the ZIP itself."""
    if rng.random() < 0.3:
        return mutated_bytes(rng, seeds, data)
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            for _ in range(rng.choice((1, 2, 3))):
                content = rng.choice(_TEXT_CHANGES)(rng, content)
            new.writestr(name if rng.random() < 0.95 else "../" + name, content)
    return out.getvalue()


_BYTE_CHANGES: tuple[Change, ...] = (
    _flip,
    _flip,
    _byte,
    _field,
    _field,
    _remove,
    _repeat,
    _cut,
    _noise,
)
_TEXT_CHANGES: tuple[Change, ...] = (
    *(_flip, _byte, _remove, _repeat, _cut, _noise, _encoded, _ends_of_lines),
    *(_number, _number, _number, _token, _token, _token, _lines, _lines, _json, _json),
)
