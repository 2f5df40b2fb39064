"""One question that nobody would ask, and what is wrong with the answer."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from hilbert.errors import HilbertError
from indexer import Library
from indexer.base.assets import demo_folder
from indexer.search.searcher import similarity_methods
from tests.trust.fuzzing import Input, wrong_message

_WORDS = (
    *(
        "the",
        "tide",
        "lens of a lighthouse",
        "fog",
        "Namib",
        "violin",
        "1759",
        "3.5",
        "don't",
        "eel",
    ),
    *(
        "die Flut",
        "潮汐",
        "المد",
        "прилив",
        "น้ำขึ้น",
        "e\u0301toile",
        "ÉTOILE",
        "ß",
        "ﬁsh",
        "Ⅷ",
        "👩‍👩‍👧",
    ),
)
_OPERATORS = (
    *(
        '"',
        '""',
        "“",
        "”",
        "«",
        "'",
        "-",
        "--",
        "*",
        "**",
        "+",
        "|",
        "&",
        "~",
        "^",
        "!",
        "\\",
        "/",
        "%",
    ),
    *(
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "<",
        ">",
        ":",
        ",",
        ";",
        ".",
        "?",
        "#",
        "@",
        "=",
        "$",
        "`",
        "_",
    ),
    *("AND", "OR", "NOT", "NEAR", "NEAR(", "title:", "text:", "rowid:", "speaker:", "-speaker:"),
    *("in:", "label:", "folder:", "language:", "since:", "until:", "sound:", "-sound:", "-in:"),
    *("since:2023", "until:9999-12-31", "since:0000", "since:-1", "until:now", "sound:music"),
    *(
        'speaker:""',
        'speaker:"a',
        'in:"the',
        "language:xx",
        "language:en",
        "in:*",
        "folder:/",
        "folder:..",
    ),
    *(
        "'; DROP TABLE cues; --",
        "%s%n",
        "{0}",
        "${x}",
        "../../etc",
        "NULL",
        "nan",
        "1e999",
        "-" * 50,
    ),
)
_ODD = (
    *("\0", "\x1b[31m", "\x07", "\x7f", "\x85", "\ufeff", "\u200b", "\u200d", "\u202e", "\u2028"),
    *(
        "\ud800",
        "\udfff",
        "\U0010ffff",
        "\ufffe",
        "\u0345",
        "\u0e33",
        "\t",
        "\r\n",
        "\xa0",
        "\u3000",
    ),
    *("\u0301" * 300, "a" * 3000, "ab " * 1000, '"a ' * 200, "-a " * 300, "speaker:a " * 200),
)
_KINDS = (_WORDS, _WORDS, _OPERATORS, _OPERATORS, _ODD)


def make(number: int) -> Input:
    """Make a question; the same number gives the same one."""
    rng = random.Random(f"query {number}")
    parts = []
    for _ in range(rng.choice((1, 1, 2, 3, 5, 8, 20))):
        if rng.random() < 0.2:
            most = rng.choice((0x7F, 0x7FF, 0xFFFF, 0x10FFFF))
            parts.append("".join(chr(rng.randint(1, most)) for _ in range(rng.choice((1, 3, 30)))))
        else:
            parts.append(rng.choice(rng.choice(_KINDS)))
    text = rng.choice((" ", " ", "", "\n")).join(parts)
    if rng.random() < 0.03:
        text = (text or " ") * (10_000 // max(1, len(text)) + 1)
    return Input("question.txt", text[:10_000].encode("utf-8", "surrogatepass"))


def prepare(work: Path) -> Callable[[Path], Iterator[str]]:
    """Make a library of the demo's transcripts in a folder, and return what asks it."""
    folder = work / "library"
    demo = demo_folder()
    assert demo is not None
    library = Library.open(folder, create=not folder.exists())
    if not library.documents():
        library.add(*sorted((demo / "recordings").glob("*.vtt")))
    return asking(library)


def asking(library: Library) -> Callable[[Path], Iterator[str]]:
    """Return what asks a library the question in a file, and yields what is wrong."""
    channels = sorted(similarity_methods())

    def findings(path: Path) -> Iterator[str]:
        text = path.read_bytes().decode("utf-8", "surrogatepass")
        rng = random.Random(text.encode("utf-8", "surrogatepass"))
        options = {
            "limit": rng.choice((1, 10, 100)),
            "channel": rng.choice(("auto", "auto", "rrf", *channels)),
            "sort": rng.choice(("score", "score", "date", "time")),
            "per_document": rng.choice((0, 1, 3)),
        }
        try:
            result = library.search(text, **options)
        except HilbertError as error:
            yield from wrong_message(str(error))
            return
        json.dumps(result.to_dict(), allow_nan=False)
        for hit in result:
            if not 0 <= hit.start <= hit.end < math.inf or not math.isfinite(hit.score):
                yield f"{options}: impossible numbers: {hit}"

    return findings
