"""Processor time and memory of process trees."""

from collections.abc import Iterable
from contextlib import suppress

import psutil


def tree(process: psutil.Process) -> list[psutil.Process]:
    """A process and all its living descendants."""
    with suppress(psutil.NoSuchProcess):
        return [process, *process.children(recursive=True)]
    return []


def cpu_seconds(roots: Iterable[psutil.Process]) -> float:
    """Processor time of these trees so far, with that of children that ended and were reaped."""
    total = 0.0
    for root in roots:
        for process in tree(root):
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total


def memory_mb(root: psutil.Process) -> float:
    """Proportional set size of a tree: pages shared by several processes are counted once."""
    total = 0
    for process in tree(root):
        with suppress(psutil.NoSuchProcess):
            total += process.memory_full_info().pss
    return total / 1e6
