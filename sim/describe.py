"""Texts of `lianghua describe`: made from the declarations, never written twice."""

from __future__ import annotations

from collections.abc import Iterable

from sim.outputs import OUTPUTS
from sim.scenario import Scenario, find, read


def month(lang: str = "en", scale: float = 0.05) -> str:
    """The phases of the month with what they read and write, and their share of a year's time."""
    from sim.model import PHASES, Province

    province = Province("document_2014", scale=scale, time__end="2015-06")
    province.step()
    province.seconds = dict.fromkeys(province.seconds, 0.0)
    while not province.clock.finished:
        province.step()
    total = sum(province.seconds.values())
    lines = []
    for phase in PHASES:
        share = province.seconds[phase.name] / total
        title = phase.zh if lang == "zh" else phase.en
        lines.append(f"{phase.number:2} {title:24} {phase.name:14} {share:6.1%}")
        for table in phase.views:
            written = phase.writes.get(table, frozenset())
            read_only = [name for name in phase.reads(table) if name not in written]
            if read_only:
                lines.append(_wrapped(f"     {table} reads: ", read_only))
            if written:
                lines.append(_wrapped(f"     {table} writes: ", sorted(written)))
    months = province.clock.months - 1
    rows = province.tables["firms"].rows
    lines.append(f"   {1000 * total / months:.2f} ms a month at {rows:,} rows")
    return "\n".join(lines)


def outputs(lang: str = "en", scale: float = 0.05) -> str:
    """Every output with its unit and the tables it stands in."""
    lines = []
    for output in OUTPUTS:
        star = "*" if output.headline else " "
        title = output.zh if lang == "zh" else output.en
        lines.append(
            f"{star} {output.name:34} {title:38} {output.unit:22} {', '.join(output.where)}"
        )
    note = "* headline; province, city and sector figures are of above-scale industry"
    zh = "* 主要指标;全省、城市、行业数为规模以上工业"
    return "\n".join([*lines, zh if lang == "zh" else note])


def supply(lang: str = "en", scale: float = 0.05) -> str:
    """The generated supply graph beside real networks, and the population's margins."""
    from sim.model import Province
    from sim.world.cache import cached_population
    from sim.world.supply import margins
    from sim.world.synthesis import PopulationParameters

    province = Province("no_programme", scale=scale)
    lines = [f"{'fact':28} {'here':>8} {'low':>8} {'central':>8} {'high':>8}  unit"]
    for row in province.supply.summary():
        lines.append(
            f"{row['fact']:28} {row['value']:8.3g} {row['low']:8.3g} {row['central']:8.3g} "
            f"{row['high']:8.3g}  {row['unit']}"
        )
    lines.append("")
    lines.append(f"{'margin':22} {'cells':>5} {'largest error':>14}")
    # The population at the level of the base year; a run scales it to its first month.
    base = cached_population(province.data, scale, 1, PopulationParameters())
    table = margins(base, province.data)
    for dimension in dict.fromkeys(row["dimension"] for row in table):
        errors = [abs(row["error"]) for row in table if row["dimension"] == dimension]
        lines.append(f"{dimension:22} {len(errors):5} {max(errors):14.2%}")
    return "\n".join(lines)


def scenario(name: str, settings: Iterable[str] = (), lang: str = "en") -> str:
    """A scenario: its text, what it extends, what it changes there, and all of its settings."""
    one = Scenario.load(name, settings)
    lines = [f"{one.name}: {getattr(one.title, lang)}", getattr(one.rationale, lang), ""]
    layers = read(find(name))
    if len(layers) > 1:
        lines.append("extends " + " <- ".join(layer.where for layer in reversed(layers[:-1])))
        parent = Scenario.load(layers[-2].where)
        for path, (mine, theirs) in one.diff(parent).items():
            lines.append(f"  {path} = {mine}   (there: {theirs})")
        lines.append("")
    return "\n".join(lines) + one.to_toml()


def _wrapped(before: str, words: Iterable[str], width: int = 100) -> str:
    lines, line = [], before
    for word in words:
        if len(line) + len(word) + 1 > width:
            lines.append(line.rstrip())
            line = " " * len(before)
        line += word + " "
    return "\n".join([*lines, line.rstrip()])
