"""Columns, keyed draws, graphs and phases: numpy and numba only, no economics."""
