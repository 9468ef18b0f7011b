"""Memory of the server: what it holds, and giving back what pages that were left had.

A room of thirty pages comes and goes, and a few hundred small objects of the server stay between
all that they had. Python's own allocator keeps a megabyte for each of them; the C library's keeps a
page of memory, but in an arena for each thread unless told otherwise.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Timer

_ALLOCATOR = "PYTHONMALLOC"
_ARENAS, _MOST_ARENAS = -8, 2
"""M_ARENA_MAX of glibc's mallopt, and how many this process has."""
_PIECES_OF_THEIR_OWN, _LARGE = -3, 128 * 1024
"""M_MMAP_THRESHOLD, and the bytes from which a piece of memory stands for itself."""
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


def tune() -> None:
    """Have the C library, where it can, share arenas and give back large pieces once they are free.

    Before threads are begun. Without a word on it, it keeps ever larger pieces.
    """
    change = _of_the_library("mallopt")
    if change is not None:
        change(_ARENAS, _MOST_ARENAS)
        change(_PIECES_OF_THEIR_OWN, _LARGE)


def begin_anew() -> None:
    """Have the C library allocate all of this process's memory, where it can give it back.

    Python decides that when it starts, so the process begins again, as itself, with the same
    arguments. The workers, whose memory does not grow, keep Python's own, which is faster.
    """
    if os.environ.pop(_ALLOCATOR, None) is None and _of_the_library("malloc_trim") is not None:
        os.environ[_ALLOCATOR] = "malloc"
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def settle() -> None:
    """Have the collector of cycles pass by what is loaded and stays.

    Else it looks at half a million objects of libraries each time, and so seldom that a room's
    garbage piles up.
    """
    gc.collect()
    gc.freeze()


def give_back_later() -> None:
    """Give freed memory back to the system a little later, where the C library can."""
    timer = Timer(AFTER, _give_back)
    timer.daemon = True
    # The page's library has threads remember the page that they were begun by, and so keep it.
    timer.current_context = None  # type: ignore[attr-defined]
    timer.start()


def _give_back() -> None:
    gc.collect()
    trim = _of_the_library("malloc_trim")
    if trim is not None:
        trim(0)


def _of_the_library(name: str) -> Callable[..., int] | None:
    """A function of glibc; None elsewhere."""
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), name, None)
