"""A diagnosis as one HTML file that needs nothing else: numbers, reading, figures, the card."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from hilbert.diagnostics import pca_map
from indexer.diagnostics.figures import histogram_figure, map_figure, recall_figure, spectrum_figure
from indexer.diagnostics.table import table_rows

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from indexer.diagnostics.diagnose import Diagnosis

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem;
  color: #1f2430; background: #fff; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th, td { text-align: left; padding: 0.3rem 0.6rem; border-bottom: 1px solid #d8dbe2; }
td.number { font-variant-numeric: tabular-nums; }
pre { white-space: pre-wrap; background: #f5f6f8; padding: 1rem; font-size: 0.85rem; }
li { margin: 0.3rem 0; }
"""
_COLUMNS = ("Measure", "As it is (95 %)", "Centred (95 %)", "Control", "Frozen", "Read as")


def html_report(diagnosis: Diagnosis, card: str = "") -> str:
    """Return the whole report.

    Args:
        diagnosis: The measures.
        card: The model's card, as text.
    """
    name = escape(Path(diagnosis.library).name)
    of_all = (
        "all"
        if diagnosis.measured_documents == diagnosis.documents
        else f"{diagnosis.measured_documents:,} of"
    )
    facts = (
        f"Model: {escape(diagnosis.model)}. {diagnosis.pairs:,} segments with sound and words, of "
        f"{of_all} {diagnosis.documents:,} recordings. The control takes two halves of each text "
        "for two modalities; frozen are the encoders' features before any model. Intervals: "
        "where the same numbers of other recordings of this kind may lie."
    )
    figures = (
        ("Cosines of pairs", histogram_figure(diagnosis.histograms["before"])),
        ("Cosines after centring", histogram_figure(diagnosis.histograms["after_centering"])),
        ("Map (PCA)", map_figure(pca_map(diagnosis.vectors), diagnosis.points)),
        ("Found first", recall_figure(spaces(diagnosis))),
        ("Singular values", spectrum_figure(diagnosis.before, diagnosis.control)),
    )
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f"<title>Diagnostics of {name}</title><style>{_STYLE}</style></head><body>",
        f"<h1>Diagnostics of {name}</h1><p>{facts}</p>",
        "<h2>Reading</h2><ul>",
        *(f"<li><b>{f.verdict}.</b> {escape(f.text)}</li>" for f in diagnosis.reading),
        "</ul><h2>Numbers</h2>",
        _table(diagnosis),
        *(
            f"<h2>{title}</h2>{_drawn(figure, first=number == 0)}"
            for number, (title, figure) in enumerate(figures)
        ),
        f"<h2>The model's card</h2><pre>{escape(card)}</pre>" if card else "",
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def spaces(diagnosis: Diagnosis) -> dict[str, dict[str, object]]:
    """Return the measures that the bars of recall compare, by space."""
    return {
        "before": diagnosis.before,
        "after_centering": diagnosis.after_centering,
        "control": diagnosis.control,
    }


def _table(diagnosis: Diagnosis) -> str:
    head = "".join(f'<th scope="col">{column}</th>' for column in _COLUMNS)
    lines = []
    for row in table_rows(diagnosis):
        cells = "".join(
            f'<td class="number">{escape(cell)}</td>'
            for cell in (row.before, row.after, row.control, row.frozen)
        )
        lines.append(f"<tr><td>{escape(row.name)}</td>{cells}<td>{escape(row.meaning)}</td></tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _drawn(figure: Figure, *, first: bool) -> str:
    """Return a figure as HTML; the first one carries plotly itself, so that nothing is fetched."""
    figure.update_layout(template="plotly_white")
    return str(figure.to_html(full_html=False, include_plotlyjs=first))
