"""Columns, keyed draws, graphs and phases: numpy and numba only, no economics."""

from sim.core.compile import use_kernel_cache

# Before any kernel is made: each keeps the cache directory it finds when it is decorated.
use_kernel_cache()
