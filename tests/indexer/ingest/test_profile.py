"""Where the time of an indexing went: every stage is named, and no processor second is lost."""

from __future__ import annotations

import pytest

from hilbert.stage_times import StageSeconds
from indexer.commands.index import print_profile, summary_to_dict
from indexer.ingest.profile import IngestProfile
from indexer.ingest.report import AddReport
from tests.indexer.ingest.conftest import Collection

STAGES = {"decoding": StageSeconds(2.0, 1.5), "text encoder": StageSeconds(4.0, 3.0)}


def test_a_run_names_its_stages_and_what_they_take_adds_up(collection: Collection) -> None:
    collection.write("clocks.vtt")
    profile = collection.index(collection.folder).profile
    assert profile is not None
    names = {"planning", "reading transcripts", "cutting into segments", "text encoder"}
    assert names | {"storing", "committing"} <= set(profile.stages)
    counted = sum(seconds.processor for seconds in profile.stages.values())
    assert counted == pytest.approx(profile.processor, abs=0.1)
    assert profile.stages["text encoder"].wall <= profile.wall


def test_the_table_has_a_line_a_stage_and_the_share_of_an_hour_of_audio(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_profile(IngestProfile(STAGES, wall=5.0, processor=4.5), audio_seconds=1800.0)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["decoding", "2.0", "1.5", "3.0"] in lines
    assert ["text", "encoder", "4.0", "3.0", "6.0"] in lines
    assert ["the", "whole", "run", "5.0", "4.5", "9.0"] in lines


def test_without_audio_there_is_no_share_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    print_profile(IngestProfile(STAGES, wall=5.0, processor=4.5), audio_seconds=0.0)
    assert "per hour" not in capsys.readouterr().out


def test_json_has_the_profile_only_where_it_is_wanted() -> None:
    report = AddReport(profile=IngestProfile(STAGES, wall=5.0, processor=4.5))
    assert "profile" not in summary_to_dict(report)
    found = summary_to_dict(report, profile=True)["profile"]
    assert found["processor_seconds"] == 4.5
    assert found["stages"]["decoding"] == {"wall_seconds": 2.0, "processor_seconds": 1.5}
