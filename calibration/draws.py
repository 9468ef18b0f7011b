"""Which fit a vintage may use: the one with the latest observations that are not after it.

So no forecast is fitted on what it forecasts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.circumstances import Parameters, latest, read_fit, shipped


@dataclass(frozen=True)
class Fits:
    """Every fit at hand."""

    fits: tuple[Parameters, ...]

    def of(self, vintage: int) -> Parameters:
        """The fit that a vintage may use; central values where every fit knows too much."""
        allowed = [one for one in self.fits if one.last_year <= vintage]
        return latest(allowed)


def read_fits(folders: Sequence[Path] = ()) -> Fits:
    """Fits in `folders`; without any, those that are shipped."""
    return Fits(tuple(read_fit(folder, "--draws") for folder in folders or shipped()))
