"""Which submodels are in play."""

from __future__ import annotations

from typing import Literal

from sim.parameters.base import Section


class Mechanisms(Section):
    """Switches that turn a submodel off or into an analytic limit."""

    information: Literal["network", "bass", "threshold", "full"] = "network"
    decision: Literal["payback", "always"] = "payback"
    finance: bool = True
    provider_capacity: bool = True
    skills: bool = True
    entry_exit: bool = True
    labour_market: bool = True
    spillovers: bool = True
    governments: bool = True
    production: Literal["dynamic_io", "off"] = "dynamic_io"
    beliefs: bool = True
