"""Text, Markdown, pages and Word documents: without times, and with clocks in the text."""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Callable, Sequence

from benchmarks.common.written_forms.form import Form, Turn, clock, each, exact, export, short

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


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
    "hilbert txt": Form(".txt", export("txt", False)),
    "hilbert md": Form(".md", export("md", False)),
    "hilbert json": Form(".json", export("json", False)),
    "Name: words": Form(".txt", each(lambda a, b, n, w: f"{n}: {w}\n\n")),
    "Name: words, a line each": Form(".txt", each(lambda a, b, n, w: f"{n}: {w}\n")),
    "NAME: words": Form(".txt", each(lambda a, b, n, w: f"{n.upper()}: {w}\n\n")),
    "- Name: words": Form(".txt", each(lambda a, b, n, w: f"- {n}: {w}\n")),
    ">> Name: words": Form(".txt", each(lambda a, b, n, w: f">> {n}: {w}\n\n")),
    "[Name] words": Form(".txt", each(lambda a, b, n, w: f"[{n}] {w}\n\n")),
    "name above": Form(".txt", each(lambda a, b, n, w: f"{n}\n{w}\n\n")),
    "name in its paragraph": Form(".txt", each(lambda a, b, n, w: f"{n}\n\n{w}\n\n")),
    "Name - words": Form(".txt", each(lambda a, b, n, w: f"{n} - {w}\n\n")),
    "columns by tabs": Form(".txt", each(lambda a, b, n, w: f"{n}\t{w}\n")),
    "**Name:** words": Form(".md", each(lambda a, b, n, w: f"**{n}:** {w}\n\n")),
    "**Name** words": Form(".md", each(lambda a, b, n, w: f"**{n}** {w}\n\n")),
    "heading": Form(".md", each(lambda a, b, n, w: f"## {n}\n\n{w}\n\n")),
    "cite": Form(".html", each(lambda a, b, n, w: f"<cite>{n}:</cite><p>{html.escape(w)}</p>\n")),
    "page": Form(".html", each(lambda a, b, n, w: f"<p><b>{n}:</b> {html.escape(w)}</p>\n")),
    "docx": Form(".docx", _docx(lambda turn: [f"{turn[2]}: {turn[3]}"])),
    "docx, name above": Form(".docx", _docx(lambda turn: [turn[2], turn[3], ""])),
}
CLOCKED: dict[str, Form] = {
    "Name  0:05": Form(".txt", each(lambda a, b, n, w: f"{n}  {short(a)}\n{w}\n\n"), True, 1),
    "Name (00:00:05):": Form(
        ".txt", each(lambda a, b, n, w: f"{n} ({clock(a)}):\n{w}\n\n"), True, 1
    ),
    "[00:00:05] Name:": Form(".txt", each(lambda a, b, n, w: f"[{clock(a)}] {n}: {w}\n"), True, 1),
    "00:00:05 Name:": Form(".txt", each(lambda a, b, n, w: f"{clock(a)} {n}: {w}\n"), True, 1),
    "[a --> b] words": Form(
        ".txt", each(lambda a, b, n, w: f"[{exact(a)} --> {exact(b)}] {w}\n"), False, 0.001
    ),
    "clock above": Form(".txt", each(lambda a, b, n, w: f"{short(a)}\n{w}\n"), False, 1),
    "clock behind": Form(".txt", each(lambda a, b, n, w: f"{n}: {w} [{clock(a)}]\n"), True, 1),
    "00h00m05s": Form(
        ".txt",
        each(lambda a, b, n, w: f"[{clock(a).replace(':', 'h', 1).replace(':', 'm')}s] {n}: {w}\n"),
        True,
        1,
    ),
    "columns": Form(".txt", each(lambda a, b, n, w: f"{clock(a)}\t{n}\t{w}\n"), True, 1),
    "columns of spaces": Form(
        ".txt", each(lambda a, b, n, w: f"{clock(a)}   {n:24}  {w}\n"), True, 1
    ),
    "frames, name below": Form(
        ".txt", each(lambda a, b, n, w: f"{clock(a)}:00 - {clock(b)}:00\n{n}\n{w}\n\n"), True, 1
    ),
    "**Name:** (0:05)": Form(
        ".md", each(lambda a, b, n, w: f"**{n}:** ({short(a)})\n{w}\n\n"), True, 1
    ),
    "## Name (0:05)": Form(
        ".md", each(lambda a, b, n, w: f"## {n} ({short(a)})\n\n{w}\n\n"), True, 1
    ),
    "table": Form(
        ".md",
        each(
            lambda a, b, n, w: f"| {clock(a)} | {n} | {w} |\n", "| Time | Who | Text |\n|-|-|-|\n"
        ),
        True,
        1,
    ),
    "cite, time": Form(
        ".html",
        each(
            lambda a, b, n, w: f"<cite>{n}:</cite><time>{short(a)}</time><p>{html.escape(w)}</p>\n"
        ),
        True,
        1,
    ),
    "page with clocks": Form(
        ".html", each(lambda a, b, n, w: f"<p>[{clock(a)}] {n}: {html.escape(w)}</p>\n"), True, 1
    ),
    "docx (Teams)": Form(
        ".docx", _docx(lambda turn: [f"{turn[2]}   {short(turn[0])}", turn[3], ""]), True, 1
    ),
}
