"""Batch experiments: studies of many runs, their store, analyses, and the search for policies."""
