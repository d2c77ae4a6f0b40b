"""Runs onnxruntime with one thread per text and several texts in parallel.

A passage is always run alone, never in a batch. Dynamic quantisation uses one scale for a whole batch, so in a
batch the vector of a text would depend on the other texts; alone, equal texts give equal vectors. It is also
faster for passages: no padding, the activations stay in the core's own cache, and threads that never wait
for each other do not stall when another process takes a core.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class Lazy(Generic[_Result]):
    """A value that is made once, by the first of several threads that need it. Calling it returns the value."""

    def __init__(self, make: Callable[[], _Result]) -> None:
        self._make, self._lock = make, threading.Lock()

    def __call__(self) -> _Result:
        with self._lock:
            if not hasattr(self, "_made"):
                self._made = self._make()
        return self._made


def open_session(model: bytes) -> InferenceSession:
    """An onnxruntime session that computes in the calling thread. The graph is not optimised."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.enable_mem_pattern = False  # patterns are cached by shape, and nearly every text has its own
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def physical_cores() -> int:
    """Number of cores that this process may use; hyper-threads of a core are counted once where the system reports them (Linux)."""
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    cores = set()
    for cpu in os.sched_getaffinity(0):
        siblings = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        try:
            cores.add(siblings.read_text(encoding="ascii").strip())
        except OSError:  # not reported: the logical processor counts as a core
            cores.add(str(cpu))
    return max(1, len(cores))


def map_in_threads(
    work: Callable[[_Item], _Result],
    items: Sequence[_Item],
    *,
    size: Callable[[_Item], int],
    threads: int,
    progress: Callable[[int], None] | None = None,
) -> list[_Result]:
    """Applies `work` to every item in `threads` threads; returns the results in the order of `items`. The largest items
    by `size` go first, so that all threads end at about the same time. `progress` is called with 1 for every item, in
    the calling thread. An error cancels the items that have not begun, and is raised."""
    order = sorted(range(len(items)), key=lambda index: size(items[index]), reverse=True)
    results: list[Any] = [None] * len(items)
    pool = ThreadPoolExecutor(max(1, min(threads, len(items))), thread_name_prefix="embedding")
    mapped = pool.map if len(items) > 1 else map  # no thread is started for a single item
    try:
        for index, result in zip(order, mapped(lambda index: work(items[index]), order), strict=True):
            results[index] = result
            if progress is not None:
                progress(1)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return results
