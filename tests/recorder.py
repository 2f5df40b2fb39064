"""Progress that remembers what was reported to it."""

from __future__ import annotations


class Recorder:
    """Implements `indexer.base.progress.Progress`.

    Attributes:
        stages: name, total and amounts done of each stage.
        details: all details that came with an update.
        summaries: of the stages that have one.
        notes: lines.
    """

    def __init__(self) -> None:
        self.stages: list[tuple[str, float, list[float]]] = []
        self.details: list[str] = []
        self.summaries: list[str] = []
        self.notes: list[str] = []

    def start(self, stage: str, total: float, summary: str = "") -> None:
        self.stages.append((stage, total, []))
        self.summaries += [summary] if summary else []

    def update(self, done: float, detail: str = "") -> None:
        self.stages[-1][2].append(done)
        self.details += [detail] if detail else []

    def note(self, text: str, seconds_left: float | None = None) -> None:
        self.notes.append(text)
