"""What models compute on: the processor, or a GPU that this process may use."""

from __future__ import annotations

CPU, CUDA = "cpu", "cuda"


def device_for(gpus: int) -> str:
    """Return `cuda` where this process was given GPUs and CTranslate2 can use one, else `cpu`.

    Args:
        gpus: How many it was given.
    """
    import ctranslate2

    return CUDA if gpus > 0 and ctranslate2.get_cuda_device_count() > 0 else CPU


def onnx_providers(device: str) -> list[str]:
    """Return the execution providers of ONNX Runtime for a device, in the order of preference.

    CUDA's is in another package (`onnxruntime-gpu`); without it all runs on the processor.
    """
    from onnxruntime import get_available_providers

    wanted = ["CUDAExecutionProvider"] if device == CUDA else []
    return [*(p for p in wanted if p in get_available_providers()), "CPUExecutionProvider"]
