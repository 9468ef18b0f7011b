"""The palette keeps its contrast, and says the same as reports do."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest

from sim.outputs import TECHNOLOGY_EN
from sim.view import colours
from sim.view.panels.barriers import NAMES

LINES = (
    colours.BASELINE, colours.CURRENT, *colours.SAVED, *colours.TECHNOLOGIES.values(),
    *colours.TIERS[:2],
)  # fmt: skip


def test_contrast_is_that_of_the_guidelines() -> None:
    """WCAG 2: black on white is 21, equal colours 1, the order does not matter."""
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert colours.contrast("#123456", "#123456") == 1.0
    assert colours.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert colours.contrast("#ffffff", "#767676") == colours.contrast("#767676", "#ffffff")


@pytest.mark.parametrize("words", [colours.TEXT, colours.MUTED, colours.MORE, colours.LESS,
                                   colours.UNCERTAIN, colours.CURRENT])  # fmt: skip
def test_words_can_be_read_on_white_and_on_a_card(words: str) -> None:
    """AA for text asks for 4.5 to 1."""
    assert colours.contrast(words, colours.SURFACE) >= 4.5
    assert colours.contrast(words, colours.SOFT) >= 4.5


@pytest.mark.parametrize("line", LINES)
def test_lines_stand_out_from_a_projector_s_white(line: str) -> None:
    """AA for graphics asks for 3 to 1; two warm lines are a little lighter and always labelled."""
    assert colours.contrast(line, colours.SURFACE) >= (2.5 if line == "#d08700" else 3.0)


def seen(colour: str, kind: str) -> tuple[float, float, float]:
    """A colour as the colour-blind see it (Viénot, Brettel & Mollon 1999), linear RGB."""
    red, green, blue = ((int(colour[one : one + 2], 16) / 255) ** 2.2 for one in (1, 3, 5))
    if kind == "protan":
        flat = 0.1124 * red + 0.8876 * green
        return flat, flat, 0.0040 * red - 0.0040 * green + blue
    flat = 0.2928 * red + 0.7072 * green
    return flat, flat, -0.0223 * red + 0.0223 * green + blue


@pytest.mark.parametrize("kind", ["protan", "deutan"])
def test_plans_are_told_apart_by_the_colour_blind(kind: str) -> None:
    """The plan, the baseline (also dashed) and what is more and less differ without red and green."""
    pairs = [
        *itertools.combinations((colours.CURRENT, *colours.SAVED[:2]), 2),
        (colours.MORE, colours.LESS),
    ]
    for first, second in pairs:
        gap = [abs(a - b) for a, b in zip(seen(first, kind), seen(second, kind), strict=True)]
        assert max(gap) > 0.05, (first, second)


def test_every_technology_and_obstacle_has_its_own_colour() -> None:
    """Complete, and no colour twice."""
    assert set(colours.TECHNOLOGIES) == set(TECHNOLOGY_EN)
    assert set(colours.BARRIERS) == set(NAMES)
    for palette in (colours.TECHNOLOGIES, colours.BARRIERS):
        assert len(set(palette.values())) == len(palette)


def test_the_palette_does_not_load_matplotlib() -> None:
    """Pages start without it."""
    code = "import sys, sim.view.colours; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
