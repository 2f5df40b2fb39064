"""Workers ask for shares of a cluster's GPUs, and compute there only where that can be done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hilbert.encoders import devices
from hilbert.encoders.devices import device_for, onnx_providers

pytest.importorskip("ray", reason="needs the extra 'ray': make test-extras")

from indexer.engines.ray_engine import gpu_share
from tests.indexer.engines.running import ROOT, run, some_talks, started_cluster
from tests.sharing import copy_library

pytestmark = pytest.mark.extras
# What workers are given of the GPUs of a cluster that they ask for: half of one, twice, and none.
_GIVEN = """
import sys
from indexer.engines.ray_cluster import cluster
with cluster(sys.argv[1]):
    import ray
    from indexer.engines.ray_engine import gpu_share
    from indexer.engines.ray_worker import n_gpus
    for share in (gpu_share(1, 2), gpu_share(1, 2), gpu_share(0, 2)):
        print(ray.get(ray.remote(num_cpus=1, num_gpus=share)(n_gpus).remote()))
"""


@pytest.mark.parametrize(
    ("gpus", "workers", "share"),
    [(0, 4, 0), (0.5, 4, 0), (1, 1, 1), (1, 3, 0.3333), (2, 3, 0.5), (4, 2, 1), (1, 16, 0.0625)],
)
def test_all_workers_fit_on_the_gpus_that_there_are(
    gpus: float, workers: int, share: float
) -> None:
    assert gpu_share(gpus, workers) == share
    if share:
        assert int(gpus) * int(1 / share) >= workers


def test_a_gpu_is_used_where_one_was_given_and_ctranslate2_finds_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import ctranslate2

    for given, found, device in ((0, 1, "cpu"), (1, 0, "cpu"), (1, 1, "cuda")):
        monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda n=found: n)
        assert device_for(given) == device


def test_onnx_runtime_computes_on_a_gpu_where_its_package_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import onnxruntime

    assert onnx_providers(devices.CUDA) == ["CPUExecutionProvider"]  # of the usual package
    both = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: both)
    assert onnx_providers(devices.CUDA) == both
    assert onnx_providers(devices.CPU) == ["CPUExecutionProvider"]


@pytest.mark.usefixtures("models")
def test_a_cluster_of_its_own_is_joined_with_its_token_and_left_running(
    talks: Path, empty_library_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = copy_library(empty_library_folder, tmp_path / "library")
    folder = some_talks(talks, tmp_path / "some")
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", "of-this-test-" + 40 * "a")
    with started_cluster("--num-cpus", "1", "--num-gpus", "1") as (address, process):
        done = run(folder, "--library", library, "--address", address, "--json")
        assert done.returncode == 0, done.stderr
        assert len(json.loads(done.stdout)["added"]) == 3
        # Ray counts a GPU that is not there: the worker was given it, and computed without.
        assert "the cluster has GPUs, and CTranslate2 can use none" in done.stderr
        assert process.poll() is None
        given = subprocess.run(
            [sys.executable, "-c", _GIVEN, address],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert given.stdout.split() == ["1", "1", "0"], given.stderr  # it answers still
        monkeypatch.setenv("RAY_AUTH_TOKEN", "of-another-" + 40 * "b")
        other = copy_library(empty_library_folder, tmp_path / "other")
        refused = run(folder, "--library", other, "--address", address)
        assert refused.returncode == 1 and "cannot be joined" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert process.poll() is None
