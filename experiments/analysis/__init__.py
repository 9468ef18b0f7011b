"""Analyses of a study's tables: pure functions on frames and arrays."""
