"""A new term of the loss is one new file: used by name, and in the help of `hilbert train`."""

from __future__ import annotations

from pathlib import Path

from tests.dropping import Copy

SILENCE = """
from hilbert.objectives.inputs import term


@term("silence")
def silence(inputs):
    return inputs.outputs.audio.sum() * 0.0
"""


def test_a_new_objective_is_one_new_file(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    copy.drop({"hilbert/objectives/silence.py": SILENCE})
    code = "from hilbert.training.presets import objective; print(objective('silence=2,direct'))"
    done = copy.run("-c", code)
    assert done.stdout.strip() == "{'silence': 2.0, 'direct': 1.0}", done.stderr
    assert "silence" in copy.run("-m", "indexer", "train", "--help").stdout
