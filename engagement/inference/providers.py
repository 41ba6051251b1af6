"""Where a model runs: on CUDA where a device, its driver and its libraries are there, else on the CPU."""

import ctypes
import io
from contextlib import redirect_stdout
from functools import lru_cache
from typing import Any

import onnxruntime

CUDA = "CUDAExecutionProvider"
_GPU_ARENA_BYTES = 2 << 30


def providers(*, device: int) -> list[Any]:
    """Return what onnxruntime is to try in order, CUDA on the device of that number first.

    A new input shape costs a search: HEURISTIC takes 2 ms for it, the default 0.6 s. The arena is bounded
    for the tasks that share a device.
    """
    if _driver_fault():
        return ["CPUExecutionProvider"]
    _missing_library()
    settings = {
        "device_id": str(device),
        "cudnn_conv_algo_search": "HEURISTIC",
        "arena_extend_strategy": "kSameAsRequested",
        "gpu_mem_limit": str(_GPU_ARENA_BYTES),
    }
    return [(CUDA, settings), "CPUExecutionProvider"]


def cuda_fault() -> str | None:
    """Return what keeps models from running on CUDA; None: nothing that can be seen beforehand."""
    return _driver_fault() or _missing_library()


def why_no_cuda() -> str:
    """Return why a session that was to run on CUDA does not."""
    return cuda_fault() or "onnxruntime could not start it and does not say why"


@lru_cache(maxsize=1)
def _driver_fault() -> str | None:
    """Ask the driver: onnxruntime would only write a page of errors and go on without."""
    if CUDA not in onnxruntime.get_available_providers():
        return "this onnxruntime is built without CUDA (install onnxruntime-gpu)"
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError as error:
        return f"there is no NVIDIA driver ({error})"
    count = ctypes.c_int(0)
    if driver.cuInit(0) != 0 or driver.cuDeviceGetCount(ctypes.byref(count)) != 0 or count.value == 0:
        return "the NVIDIA driver has no device to offer"
    return None


@lru_cache(maxsize=1)
def _missing_library() -> str | None:
    """Load CUDA's and cuDNN's libraries, from NVIDIA's packages or the machine; name one that is missing."""
    said = io.StringIO()
    with redirect_stdout(said):  # preload_dlls prints what it could not load, and tells it in no other way
        onnxruntime.preload_dlls()
    failed = [line for line in said.getvalue().splitlines() if line.startswith("Failed to load")]
    return f"a library of CUDA {onnxruntime.cuda_version} is missing ({failed[0]})" if failed else None
