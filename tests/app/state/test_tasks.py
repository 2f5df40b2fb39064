"""A job shows the stages of its work as one share."""

from __future__ import annotations

import pytest

from app.state.jobs import Job, Stopped
from app.state.tasks import JobProgress


def test_stages_are_weighed_into_one_share() -> None:
    job = Job("Adding")
    progress = JobProgress(job, {"indexing": (0.0, 0.9), "building the index": (0.9, 1.0)})
    shares = []
    for stage, total in (("indexing", 60.0), ("building the index", 2)):
        progress.start(stage, total)
        for done in (0.0, total / 2, total):
            progress.update(done)
            shares.append(round(job.share, 3))
    assert shares == [0.0, 0.45, 0.9, 0.9, 0.95, 1.0]
    assert job.text == "building the index"


def test_a_stage_alone_is_the_whole_job_and_its_detail_is_shown() -> None:
    job = Job("Rebuilding")
    progress = JobProgress(job)
    progress.start("building the index", 4)
    progress.update(1, "a talk (1 of 4)")
    assert (job.text, job.share) == ("a talk (1 of 4)", 0.25)
    progress.start("nothing", 0)
    assert job.share == 1.0


def test_a_stopped_job_ends_its_work_at_the_next_update() -> None:
    job = Job("Adding")
    progress = JobProgress(job)
    progress.start("indexing", 1.0)
    job.stop()
    with pytest.raises(Stopped):
        progress.update(0.5)
