"""Lianghua (两化): an agent-based simulator of a province's industrial transformation.

    from sim import Province, compare, run
    results = run("document_2014", scale=0.05)
    results.province.plot(x="month", y="adoption_erp")

Names are loaded when first used, so `import sim` is quick.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "City": "sim.facade",
    "Comparison": "sim.comparison",
    "Economy": "sim.world.economy",
    "Firm": "sim.facade",
    "InputError": "sim.core.errors",
    "Laboratory": "sim.allocation_rules",
    "Ledger": "sim.additionality",
    "OUTPUTS": "sim.outputs",
    "Province": "sim.model",
    "Provider": "sim.facade",
    "Results": "sim.results",
    "Scenario": "sim.scenario",
    "Scorecard": "sim.scoring",
    "SupplyGraph": "sim.world.network",
    "city_story": "sim.story",
    "compare": "sim.comparison",
    "firm_story": "sim.story",
    "laboratory": "sim.allocation_rules",
    "ledger": "sim.additionality",
    "load_data": "sim.world.data",
    "run": "sim.comparison",
    "scorecard": "sim.scoring",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version("lianghua")
        except PackageNotFoundError:
            return "0+unknown"
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__doc__", "__version__"]
