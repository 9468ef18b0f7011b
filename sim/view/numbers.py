"""How figures are written: shares as per cent, differences of shares in points, few digits."""

from __future__ import annotations

from sim.outputs import BY_NAME
from sim.words import unit_of

SHARES = ("share", "share of firms")
"""Units that are shown as per cent."""


def factor(output: str) -> float:
    """What an output's figures are multiplied with to be shown: 100 for shares."""
    return 100.0 if BY_NAME[output].unit in SHARES else 1.0


def unit(output: str, lang: str, difference: bool = False) -> str:
    """Unit of an output as shown; a difference of shares is in percentage points."""
    if BY_NAME[output].unit not in SHARES:
        return unit_of(output, lang)
    if difference:
        return "个百分点" if lang == "zh" else "percentage points"
    return "%"


def plain(value: float, signed: bool = False) -> str:
    """A figure with three to four digits that count, thousands set apart; a dash for none."""
    if value != value:
        return "–"
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2
    written = f"{value:{'+' if signed else ''},.{digits}f}"
    if not written.strip("+-0.,"):
        written = written.lstrip("+-")  # no sign on what rounds to nothing
    return written.replace("-", "−")


def parts(output: str, value: float, lang: str, difference: bool = False) -> tuple[str, str]:
    """A figure of an output and its unit, which follows it; an index has none."""
    written = plain(value * factor(output), signed=difference)
    name = unit(output, lang, difference)
    if BY_NAME[output].unit == "index":
        return written, ""
    if name == "%" or lang == "zh":
        return written, name
    # "111 × 10k persons": a unit that begins with a number would run into the figure.
    return written, f" × {name}" if name[0].isdigit() else f" {name}"


def shown(output: str, value: float, lang: str, difference: bool = False) -> str:
    """A figure of an output with its unit."""
    return "".join(parts(output, value, lang, difference))


def month_words(month: str, lang: str) -> str:
    """A month (YYYY-MM) in a sentence."""
    year, _, number = month.partition("-")
    return f"{year}年{int(number)}月" if lang == "zh" and number else month
