"""Colours that stand for one thing wherever it is drawn, in figures and in pages."""

from __future__ import annotations

BARRIER_COLOURS = {
    "unaware": "#d9d9d9", "unprofitable": "#c8541b", "no_skills": "#e8b04b",
    "waiting_for_award": "#0b5d8a", "no_finance": "#8e4585", "no_provider_capacity": "#2e7d4f",
    "other_project": "#7fb3d3",
}  # fmt: skip
CLASS_COLOURS = {
    "additional": "#2e7d4f", "accelerated": "#7fb3d3", "deadweight": "#d9d9d9",
    "displaced": "#8e4585", "captured": "#c8541b",
}  # fmt: skip
