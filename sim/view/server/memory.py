"""Memory of the server: what it holds, and giving back what pages that were left had.

A room of thirty pages comes and goes, and a few hundred small objects of the server stay between
all that they had. Python's own allocator keeps a megabyte for each of them; the C library's keeps a
page of memory, unless threads have arenas of their own and put by what they have freed.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Lock, Timer

_ALLOCATOR, _TUNABLES = "PYTHONMALLOC", "GLIBC_TUNABLES"
_TUNED = "glibc.malloc.arena_max=2:glibc.malloc.mmap_threshold=131072:glibc.malloc.tcache_count=0"
"""Few arenas; a piece of its own, given back once free, for what is large; nothing put by."""
AFTER = 8.0
"""Seconds after the last page was left until memory is given back: its threads have ended by then."""
_waiting: list[Timer] = []
_lock = Lock()


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


def begin_anew() -> None:
    """Begin this process again, as itself, with memory that can be given back by the page.

    That is for the start of a process to decide: the C library allocates what Python else would,
    from two arenas, and its threads put nothing by. The workers, whose memory does not grow, keep
    the usual way, which is faster. Where the library is another, nothing is done.
    """
    if os.environ.pop(_ALLOCATOR, None) is not None:
        others = os.environ.pop(_TUNABLES, "").removesuffix(_TUNED).rstrip(":")
        if others:
            os.environ[_TUNABLES] = others
    elif sys.executable and _trim() is not None:
        others = os.environ.get(_TUNABLES, "")
        os.environ |= {_ALLOCATOR: "malloc", _TUNABLES: f"{others}:{_TUNED}".lstrip(":")}
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def give_back_later() -> None:
    """Give freed memory back to the system a little later, where the C library can.

    Once for all pages of a room that are left in the meantime.
    """
    timer = Timer(AFTER, _give_back)
    timer.daemon = True
    # The page's library has threads remember the page that they were begun by, and so keep it.
    timer.current_context = None  # type: ignore[attr-defined]
    with _lock:
        if _waiting:
            _waiting.pop().cancel()
        _waiting.append(timer)
        timer.start()


def _give_back() -> None:
    gc.collect()
    trim = _trim()
    if trim is not None:
        trim(0)


def _trim() -> Callable[[int], int] | None:
    """The function of glibc that gives memory back; None elsewhere."""
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
