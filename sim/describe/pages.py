"""The month, the outputs, the supply graph and scenarios in words, from the declarations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sim.describe.layout import first_sentence, padded, wrapped
from sim.outputs import OUTPUTS
from sim.scenario import DIRECTORY, Scenario, find, read
from sim.scenario_files import matching
from sim.words import unit_of

WORDS = {
    "en": {
        "reads": "reads", "writes": "writes", "speed": "ms a month at", "rows": "firm rows",
        "star": "* headline; province, city and sector figures are of above-scale industry",
        "fact": "fact", "here": "here", "low": "low", "central": "central", "high": "high",
        "unit": "unit", "margin": "margin", "cells": "cells", "error": "largest error",
        "extends": "extends", "there": "there",
        "patterns": 'Compare takes patterns: lianghua compare "without_a*" document_2014',
    },
    "zh": {
        "reads": "读", "writes": "写", "speed": "毫秒/月,企业行数", "rows": "",
        "star": "* 主要指标;全省、城市、行业数为规模以上工业",
        "fact": "网络特征", "here": "本模型", "low": "下限", "central": "中值", "high": "上限",
        "unit": "单位", "margin": "边际", "cells": "格数", "error": "最大误差",
        "extends": "继承", "there": "原为",
        "patterns": 'compare 可用通配符:lianghua compare "without_a*" document_2014',
    },
}  # fmt: skip
GROUPS = {
    "whole": ("整套方案", "Whole programmes"),
    "only": ("只有一项专项行动", "One action alone"),
    "without": ("去掉一项", "One action or safeguard left out"),
    "rates": ("设备补助率", "Rate of the equipment subsidy"),
    "funding": ("资金多少", "How much money"),
    "timing": ("早晚", "When it starts"),
    "design": ("怎样花钱", "How the money is spent"),
    "outside": ("外部冲击", "Shocks from outside"),
    "outlook": ("展望", "Outlook"),
    "limits": ("解析极限", "Analytic limits"),
}
"""Headings of the groups of shipped scenarios, in their order."""


def month(settings: Iterable[str] = (), lang: str = "en", scale: float = 0.05) -> str:
    """The phases of the month with what they read and write, and their share of the time.

    Measured from the second month, when every kernel is compiled, to the programme's second year.
    """
    from sim.model import PHASES, Province

    words = WORDS[lang]
    chosen = Scenario.load("document_2014", ['time.end="2015-06"', *settings])
    province = Province(chosen, scale=scale)
    province.step()
    province.seconds = dict.fromkeys(province.seconds, 0.0)
    while not province.clock.finished:
        province.step()
    total = sum(province.seconds.values())
    lines = []
    for phase in PHASES:
        share = province.seconds[phase.name] / total
        title = phase.zh if lang == "zh" else phase.en
        lines.append(f"{phase.number:2} {padded(title, 24)} {phase.name:14} {share:6.1%}")
        for table in phase.views:
            written = phase.writes.get(table, frozenset())
            read_only = [name for name in phase.reads(table) if name not in written]
            if read_only:
                lines.append(wrapped(f"     {table} {words['reads']}: ", read_only))
            if written:
                lines.append(wrapped(f"     {table} {words['writes']}: ", sorted(written)))
    speed = 1000 * total / (province.clock.months - 1)
    rows = province.tables["firms"].rows
    lines.append(f"   {speed:.2f} {words['speed']} {rows:,} {words['rows']}".rstrip())
    return "\n".join(lines)


def outputs(settings: Iterable[str] = (), lang: str = "en", scale: float = 0.05) -> str:
    """Every output with its unit, the tables it stands in and what is weak about it.

    The same for all settings.
    """
    lines = []
    for output in OUTPUTS:
        star = "*" if output.headline else " "
        title = padded(output.zh if lang == "zh" else output.en, 40)
        unit = padded(unit_of(output.name, lang), 22)
        lines.append(f"{star} {output.name:34} {title} {unit} {', '.join(output.where)}")
        note = output.note_zh if lang == "zh" else output.note_en
        if note:
            lines.append(f"{' ' * 37}({note})")
    return "\n".join([*lines, WORDS[lang]["star"]])


def supply(settings: Iterable[str] = (), lang: str = "en", scale: float = 0.05) -> str:
    """The generated supply graph beside real networks, and the population's margins."""
    from sim.initial import population_parameters
    from sim.model import Province
    from sim.world.cache import cached_population
    from sim.world.supply import margins

    words = WORDS[lang]
    province = Province(Scenario.load("no_programme", settings), scale=scale)
    numbers = ("here", "low", "central", "high")
    titles = " ".join(padded(words[name], 8, right=True) for name in numbers)
    lines = [f"{padded(words['fact'], 28)} {titles}  {words['unit']}"]
    for row in province.supply.summary():
        lines.append(
            f"{row['fact']:28} {row['value']:8.3g} {row['low']:8.3g} {row['central']:8.3g} "
            f"{row['high']:8.3g}  {row['unit']}"
        )
    titles = " ".join(padded(words[name], 14, right=True) for name in ("cells", "error"))
    lines += ["", f"{padded(words['margin'], 22)} {titles}"]
    # The population at the level of the base year; a run scales it to its first month.
    chosen = province.settings.population
    parameters = population_parameters(chosen)
    table = margins(cached_population(province.data, scale, chosen.seed, parameters), province.data)
    for dimension in dict.fromkeys(row["dimension"] for row in table):
        errors = [abs(row["error"]) for row in table if row["dimension"] == dimension]
        lines.append(f"{dimension:22} {len(errors):14} {max(errors):14.2%}")
    return "\n".join(lines)


def scenario(name: str, settings: Sequence[str] = (), lang: str = "en") -> str:
    """A scenario: its text, what it extends, what it changes there, and all of its settings."""
    words = WORDS[lang]
    one = Scenario.load(name, settings)
    lines = [f"{one.name}: {getattr(one.title, lang)}", getattr(one.rationale, lang), ""]
    layers = read(find(name))
    if len(layers) > 1:
        ancestors = " <- ".join(_short(layer.where) for layer in reversed(layers[:-1]))
        lines.append(f"{words['extends']} {ancestors}")
    if len(layers) > 1 or settings:
        # Without a parent the settings are all that differs.
        below = Scenario.load(layers[-2].where if len(layers) > 1 else name)
        for path, (mine, theirs) in one.diff(below).items():
            lines.append(f"  {path} = {mine}   ({words['there']}: {theirs})")
        lines.append("")
    return "\n".join(lines) + one.to_toml().rstrip()


def scenarios(lang: str = "en") -> str:
    """Every shipped scenario by group: name, title and the first sentence of its rationale."""
    lines = []
    listed = [Scenario.load(name) for name in matching("*")]
    for group, (zh, en) in GROUPS.items():
        lines.append(f"\n{zh if lang == 'zh' else en}")
        for one in listed:
            if one.group == group:
                title, why = (getattr(text, lang) for text in (one.title, one.rationale))
                lines.append(f"  {one.name:24} {title}\n      {first_sentence(why)}")
    return "\n".join([*lines, "", WORDS[lang]["patterns"]]).lstrip()


def _short(where: str) -> str:
    """A shipped scenario by its name, any other by its path."""
    path = Path(where)
    return path.stem if path.resolve().parent == DIRECTORY else where
