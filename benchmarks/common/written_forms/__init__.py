"""Transcripts written in the forms that exporters and people use, for reading them back."""

from __future__ import annotations

from benchmarks.common.written_forms.captions import CAPTIONS
from benchmarks.common.written_forms.form import Form, Turn
from benchmarks.common.written_forms.json_forms import JSON
from benchmarks.common.written_forms.text import CLOCKED, PLAIN

__all__ = ["CLOCKED", "PLAIN", "TIMED", "Form", "Turn"]

TIMED: dict[str, Form] = {
    **CAPTIONS,
    **JSON,
    **{name: form for name, form in CLOCKED.items() if form.extension != ".docx"},
}
