"""What a short yearly series alone would forecast: the rivals of the model.

Every baseline gives a Student t distribution by horizon. The spread of a year's innovation mixes
the residuals with a weak prior, as in the conjugate analysis of a normal variance (scaled inverse
chi-square, `PRIOR_DEGREES` degrees, standard deviation `PRIOR_CHANGE` of the series' size), whose
predictive distribution is a t with the prior's degrees added to those of the residuals. With one
or two observations nothing better can be said; with six the prior hardly counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import t as student

from sim.core.table import Array

PRIOR_DEGREES = 2.0
"""Weight of the prior spread, in observations: the least for which a mean exists."""
PRIOR_CHANGE = 0.1
"""Prior standard deviation of a yearly change, as a share of the series' mean size (prior)."""
NO_CHANGE = "no_change"


@dataclass(frozen=True)
class Predictive:
    """Forecasts by horizon: t with `degrees` about `centre` (H,) with `spread` (H,).

    `method` is what was really used, `note` why it is not what was asked for. Values outside
    `bounds` are moved to the bound.
    """

    method: str
    centre: Array
    spread: Array
    degrees: float
    bounds: tuple[float, float]
    note: str = ""

    def quantiles(self, levels: Sequence[float] | Array) -> Array:
        """Quantiles (H, L) at `levels` between 0 and 1."""
        units = student.ppf(np.asarray(levels, dtype=np.float64), self.degrees)
        found: Array = np.clip(self.centre[:, None] + self.spread[:, None] * units, *self.bounds)
        return found

    def sample(self, size: int = 399) -> Array:
        """Evenly spread quantiles (H, size) that stand for the distribution."""
        return self.quantiles((np.arange(size) + 0.5) / size)


def predict(
    method: str,
    years: Sequence[int],
    values: Sequence[float],
    horizons: Sequence[int],
    *,
    ceiling: float | None = None,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Predictive:
    """Forecast a series by a baseline (`METHODS`), `horizons` years after its last year.

    `years` ascend, gaps allowed. `ceiling` is that of cumulative adoption, for Bass. Falls back to
    no change, with a note, where the series is too short for the method. Raises ValueError for an
    unknown method or a series that is empty, unordered or not finite.
    """
    when, level = np.asarray(years, dtype=np.int64), np.asarray(values, dtype=np.float64)
    ahead = np.asarray(horizons, dtype=np.float64)
    if method not in METHODS:
        raise ValueError(f"baseline {method}: one of {', '.join(METHODS)}")
    if not len(when) or len(when) != len(level) or not np.isfinite(level).all():
        raise ValueError("a baseline needs one finite value or more, each with its year")
    if (np.diff(when) <= 0).any() or (ahead <= 0).any():
        raise ValueError("years ascend and horizons are positive")
    why = _unfit(method, when, level, ceiling)
    if why:
        return Predictive(NO_CHANGE, *_no_change(when, level, ahead, None), bounds, why)
    return Predictive(method, *METHODS[method](when, level, ahead, ceiling), bounds)


def _unfit(method: str, years: Array, values: Array, ceiling: float | None) -> str:
    """Why a method cannot be used on a series, or nothing."""
    if method == "linear_trend" and len(years) < 3:
        return "a linear trend needs 3 observations"
    if method == "ar1" and (len(years) < 4 or years[-1] - years[0] != len(years) - 1):
        return "AR(1) needs 4 consecutive observations"
    if method == "bass":
        if ceiling is None:
            return "Bass needs cumulative adoption with a ceiling"
        if len(years) < 4:
            return "Bass needs 4 observations"
        if values.min() < 0 or values.max() >= ceiling:
            return "Bass needs values from 0 to below the ceiling"
    return ""


def _pooled(residuals: Array, parameters: int, size: float) -> tuple[float, float]:
    """Spread of a yearly innovation and its degrees of freedom, the prior included."""
    free = max(len(residuals) - parameters, 0)
    squares = float((residuals**2).sum()) if free else 0.0
    prior = (PRIOR_CHANGE * size) ** 2
    degrees = PRIOR_DEGREES + free
    return float(np.sqrt((PRIOR_DEGREES * prior + squares) / degrees)), degrees


def _size(values: Array) -> float:
    return float(np.abs(values).mean())


def _no_change(
    years: Array, values: Array, ahead: Array, ceiling: float | None
) -> tuple[Array, Array, float]:
    """Random walk: the last value, changes of a year as independent innovations."""
    steps = np.diff(values) / np.sqrt(np.diff(years))
    spread, degrees = _pooled(steps, 0, _size(values))
    return np.full(len(ahead), values[-1]), spread * np.sqrt(ahead), degrees


def _linear_trend(
    years: Array, values: Array, ahead: Array, ceiling: float | None
) -> tuple[Array, Array, float]:
    """Least squares on the year, with the error of the fitted line in the spread."""
    when = years - years.mean()
    squares = float((when**2).sum())
    slope = float((when * values).sum()) / squares
    spread, degrees = _pooled(values - values.mean() - slope * when, 2, _size(values))
    then = years[-1] + ahead - years.mean()
    wide = np.sqrt(1.0 + 1.0 / len(years) + then**2 / squares)
    return values.mean() + slope * then, spread * wide, degrees


def _ar1(
    years: Array, values: Array, ahead: Array, ceiling: float | None
) -> tuple[Array, Array, float]:
    """x(t) = c + phi x(t-1) + e by least squares, phi held within -1 and 1.

    A growing series ends at phi = 1, a random walk with drift.
    """
    before, after = values[:-1], values[1:]
    gap = before - before.mean()
    squares = float((gap**2).sum())
    phi = float((gap * (after - after.mean())).sum()) / squares if squares > 0 else 0.0
    phi = float(np.clip(phi, -1.0, 1.0))
    constant = float((after - phi * before).mean())
    spread, degrees = _pooled(after - constant - phi * before, 2, _size(values))
    powers = phi ** np.arange(int(ahead.max()))
    steps = ahead.astype(np.int64) - 1
    centre = phi**ahead * values[-1] + constant * np.cumsum(powers)[steps]
    return centre, spread * np.sqrt(np.cumsum(powers**2)[steps]), degrees


def _bass(
    years: Array, values: Array, ahead: Array, ceiling: float | None
) -> tuple[Array, Array, float]:
    """Bass (1969): innovation p and imitation q fitted to the steps between observations."""
    assert ceiling is not None  # _unfit has seen to it
    level, gaps = values / ceiling, np.diff(years)

    def missed(rates: Array) -> Array:
        found: Array = level[1:] - bass_step(level[:-1], gaps, *rates)
        return found / np.sqrt(gaps)

    fit = least_squares(missed, (0.02, 0.3), bounds=((1e-6, 0.0), (0.5, 2.0)))
    spread, degrees = _pooled(fit.fun * ceiling, 2, _size(values))
    centre = ceiling * bass_step(np.full(len(ahead), level[-1]), ahead, *fit.x)
    return centre, spread * np.sqrt(ahead), degrees


def bass_step(level: Array, gap: Array, innovation: float, imitation: float) -> Array:
    """Share of adopters `gap` years after `level`: the solution of F' = (p + q F)(1 - F)."""
    decay = np.exp(-(innovation + imitation) * gap)
    left = (1.0 - level) / (innovation + imitation * level)
    found: Array = (1.0 - innovation * left * decay) / (1.0 + imitation * left * decay)
    return found


Forecast = Callable[[Array, Array, Array, float | None], tuple[Array, Array, float]]
METHODS: dict[str, Forecast] = {
    NO_CHANGE: _no_change, "linear_trend": _linear_trend, "ar1": _ar1, "bass": _bass,
}  # fmt: skip
"""Every baseline by name: (years, values, horizons, ceiling) -> centre, spread, degrees."""
