"""Memory of the server: what it holds, and giving back what pages that were left had.

The C library keeps freed memory in an arena for each thread; a room of pages has a thread each, so
that after an hour most of the process would be memory that nobody uses.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Timer

_ARENAS, _MOST_ARENAS = -8, 2
"""M_ARENA_MAX of glibc's mallopt, and how many this process has."""
AFTER = 5.0
"""Seconds after a page is left until its memory is given back: its cycles are collected by then."""


def held() -> int:
    """Bytes of memory that this process holds; at its most, where the system tells no more."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "win32":
        return 0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def few_arenas() -> None:
    """Have threads share arenas, where the C library has them; before threads are begun."""
    tune = _of_the_library("mallopt")
    if tune is not None:
        tune(_ARENAS, _MOST_ARENAS)


def give_back_later() -> None:
    """Give freed memory back to the system a little later, where the C library can."""
    trim = _of_the_library("malloc_trim")
    if trim is not None:
        timer = Timer(AFTER, trim, args=(0,))
        timer.daemon = True
        # The page's library has threads remember the page that they were begun by, and so keep it.
        timer.current_context = None  # type: ignore[attr-defined]
        timer.start()


def _of_the_library(name: str) -> Callable[..., int] | None:
    """A function of glibc; None elsewhere."""
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), name, None)
