"""Compiled kernels, kept on disk where a disk can be had.

What cannot be written or read there is compiled again: a cache costs time, never a result. So every
kernel takes its `njit` from here, where numba's own would end the run.
"""

from __future__ import annotations

from collections.abc import Callable
from pickle import UnpicklingError
from typing import Any

from numba import njit
from numba.core import dispatcher
from numba.core.caching import FunctionCache, NullCache

from sim.core.compile import kernel_directory

__all__ = ["njit"]


class _KernelCache(FunctionCache):
    """numba's cache of one function, for which a full or broken disk is an empty one."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except (EOFError, UnpicklingError):
            self._try(self.flush)
        except OSError:
            self.disable()  # type: ignore[no-untyped-call]
        return None

    def save_overload(self, sig: Any, data: Any) -> None:
        self._try(super().save_overload, sig, data)

    def _try(self, write: Callable[..., None], *what: Any) -> None:
        """Write to the disk, or never again."""
        try:
            write(*what)
        except OSError:
            self.disable()  # type: ignore[no-untyped-call]


def _cache_of(function: Any) -> Any:
    """The cache of a function, none where no directory can be written.

    Beside the source, where numba would then go, a kernel is not made anew when one that it calls
    has changed in another file.
    """
    try:
        cache = _KernelCache(function)  # type: ignore[no-untyped-call]
    except RuntimeError:  # numba found no directory at all
        return NullCache()
    ours = function.__module__.startswith("sim.")
    return NullCache() if ours and not cache.cache_path.startswith(kernel_directory()) else cache


# What a dispatcher makes its cache with.
dispatcher.FunctionCache = _cache_of  # type: ignore[attr-defined]
