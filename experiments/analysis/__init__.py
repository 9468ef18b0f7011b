"""Analyses of a study: pure functions on its tables, or on arrays."""
