"""Answers to questions that need a run of their own; worked out in worker processes."""
