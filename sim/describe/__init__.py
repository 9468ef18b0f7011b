"""Texts of `lianghua describe`: made from the declarations, never written twice."""

from __future__ import annotations

from sim.describe.card import model_card
from sim.describe.clauses import programme
from sim.describe.pages import month, outputs, scenario, scenarios, supply

__all__ = ["model_card", "month", "outputs", "programme", "scenario", "scenarios", "supply"]
