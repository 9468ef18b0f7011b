"""One palette for every page: told apart by the colour-blind, and on a projector's white.

Lines keep at least 3:1 against white and differ in lightness as well as hue, so that they survive a
print without colour; `TEXT` and `MUTED` keep 4.5:1. Technologies and barriers share hues with
reports (`sim.report.style`, which loads matplotlib and so is not imported here), so that a figure
there and here means the same.
"""

from __future__ import annotations

from sim.report.palette import BARRIER_COLOURS, CLASS_COLOURS

FONT = '"Lianghua Sans", system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif'
"""Font of charts: the page's own, which a canvas does not inherit."""

TEXT = "#1f2933"
MUTED = "#52606d"
"""Words of less weight: axis labels, captions."""
GRID = "#e4e7eb"
SURFACE = "#ffffff"
SOFT = "#f5f7fa"
"""Ground of a card."""

BASELINE = "#6b7280"
"""Grey, drawn dashed."""
CURRENT = "#0b4f8a"
SAVED = ("#b5471b", "#2e7d4f", "#8e4585", "#8a6d00")
"""Saved plans in their order."""
OBSERVED = "#111111"
"""Published figures, drawn as points."""

MORE = "#1b6ca8"
LESS = "#b5471b"
UNCERTAIN = "#52606d"
"""Above the baseline, below it, and not to be told from it; each also has its mark."""
MARKS = {"more": "▲", "less": "▼", "uncertain": "≈"}

TECHNOLOGIES = {
    "automation": "#0b4f8a",
    "networking": "#2a8fbd",
    "erp": "#b5471b",
    "plm": "#d08700",
    "ecommerce": "#8e4585",
    "cloud": "#5b5fc7",
    "green_iot": "#2e7d4f",
    "smart_product": "#7a5230",
}
TIERS = ("#0b4f8a", "#2a8fbd", "#d08700", "#b5471b")
"""Backbone, other above-scale, small and micro firms."""
BARRIERS, CLASSES = BARRIER_COLOURS, CLASS_COLOURS
"""What holds a firm back, and what a payment did: as in figures."""

SEQUENTIAL = ("#eef4fa", "#c6dcee", "#8fbbdc", "#5596c4", "#2371a8", "#0b4f8a", "#08335a")
"""From little to much."""
DIVERGING = ("#8c3312", "#c8693d", "#e8b595", "#f3f3f3", "#a9cbe4", "#4f93c4", "#0b4f8a")
"""From below the baseline to above it; the middle is none."""


def contrast(first: str, second: str) -> float:
    """Contrast of two colours (#rrggbb) by WCAG 2, from 1 to 21."""
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def faded(colour: str, share: float) -> str:
    """A colour with `share` of its opacity, for bands."""
    red, green, blue = _channels(colour)
    return f"rgba({red},{green},{blue},{share})"


def _channels(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    linear = [
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4
        for one in (channel / 255.0 for channel in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
