"""A diagnostic measure is one new file: it is measured, and shows in tables."""

from __future__ import annotations

import json
from pathlib import Path

from tests.dropping import Copy, documented

_USE = """
import json
import numpy as np
from hilbert.diagnostics import Space, jackknife, measure, measure_frozen
from indexer.diagnostics.diagnose import Diagnosis
from indexer.diagnostics.table import table_rows

x = np.random.default_rng(0).standard_normal((12, 4))
x /= np.linalg.norm(x, axis=1, keepdims=True)
groups = np.arange(12) // 4
space = Space(*[x] * 9, groups, x[:3], x[:3], np.arange(3.0))
numbers, frozen = measure(space), measure_frozen(x, x, groups)
diagnosis = Diagnosis(
    library="", model="", documents=3, segments=12, measured_documents=3, pairs=12,
    before=numbers, after_centering=measure(space.centred()), control={},
    control_after_centering={}, frozen={"before": frozen}, intervals={}, reading=(),
    histograms={}, vectors={}, points=(),
)
rows = {row.name: vars(row) for row in table_rows(diagnosis)}
found = jackknife(space, numbers, measure)
intervals = [name for name in ("alignment", "size.rows") if name in found]
print(json.dumps({"numbers": numbers, "frozen": frozen, "rows": rows, "intervals": intervals}))
"""


def test_a_new_file_adds_a_measure_to_the_numbers_and_the_table(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    copy.drop(documented("measure"))
    ran = copy.run("-c", _USE)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found["numbers"]["size"] == found["frozen"]["size"] == {"rows": 12}
    assert found["intervals"] == ["alignment"]  # a count has none
    assert found["rows"]["Number of segments"] == {
        "name": "Number of segments",
        "meaning": "more is better",
        "before": "12.00",
        "after": "12.00",
        "control": "",
        "frozen": "12.00",
    }
    assert found["rows"]["Alignment"]["before"] == "0.00"
    assert list(found["numbers"])[:3] == ["centroid_gap", "relative_gap", "alignment"]
