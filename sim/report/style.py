"""House style of figures: carried font, colours that survive projectors and colour blindness."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

ASSETS = Path(__file__).resolve().parent / "assets"
COLOURS = ("#0b5d8a", "#c8541b", "#2e7d4f", "#8e4585", "#7a6a00", "#4d4d4d")
"""Scenario colours in order; dark enough on white, apart in lightness and hue."""


@cache
def _fonts() -> dict[str, Any]:
    path = ASSETS / "NotoSansSC-subset.otf"
    font_manager.fontManager.addfont(str(path))
    name = font_manager.FontProperties(fname=str(path)).get_name()
    return {
        "font.family": [name, "DejaVu Sans"],
        "axes.unicode_minus": False,
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.color": "#e4e4e4",
        "axes.axisbelow": True,
        "axes.titlesize": 11,
        "axes.titlelocation": "left",
        "svg.hashsalt": "lianghua",
        "svg.fonttype": "path",
    }


def rc() -> dict[str, Any]:
    """Settings for `matplotlib.rc_context`."""
    return dict(_fonts())


def save(figure: Figure, folder: Path, name: str) -> Path:
    """Write name.png and name.svg with the same bytes every time; returns the PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure)
    figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": "lianghua"})
    png = folder / f"{name}.png"
    figure.savefig(png, dpi=144, metadata={"Software": "lianghua"})
    return png
