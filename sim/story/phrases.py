"""How a story says its figures: money, shares, names of things in either language."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sim.outputs import (
    BARRIER_EN,
    BARRIER_ZH,
    PROVIDER_EN,
    PROVIDER_ZH,
    TECHNOLOGY_EN,
    TECHNOLOGY_ZH,
)
from sim.story.record import Event
from sim.story.words import CHANNELS, EVENTS, STATES, WORDS
from sim.words import instrument_titles
from sim.world.data import load_data


def money(amount: float, lang: str) -> str:
    """An amount in 10k CNY for readers: thousands, millions and billions, or 万元 and 亿元."""
    size = abs(amount)
    if lang == "zh":
        return f"{amount / 1e4:,.2f}亿元" if size >= 1e4 else f"{_short(amount)}万元"
    if size >= 1e5:
        return f"{amount / 1e5:,.2f} bn CNY"
    if size >= 100:
        return f"{_short(amount / 100)}m CNY"
    return f"{amount * 1e4:,.0f} CNY"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def share(value: float) -> str:
    """A share in per cent; small ones keep a digit."""
    per_cent = 100 * value
    if 0 < per_cent < 0.05:
        return "< 0.1 %"
    return f"{per_cent:.1f} %" if 0 < abs(per_cent) < 9.95 else f"{per_cent:.0f} %"


class Phrases:
    """Names and sentences in one language; `manifest` is of the run that is told."""

    def __init__(self, lang: str, manifest: Mapping[str, Any]) -> None:
        self.lang, self.words = lang, WORDS[lang]
        zh = lang == "zh"
        self.technologies = TECHNOLOGY_ZH if zh else TECHNOLOGY_EN
        self.barriers = BARRIER_ZH if zh else BARRIER_EN
        self.providers = PROVIDER_ZH if zh else PROVIDER_EN
        given = manifest["settings"]["instruments"]
        self.instruments = {
            name: f"{title} ({given[name]['clause']})" if given[name]["clause"] else title
            for name, title in instrument_titles(dict(manifest), lang).items()
        }
        cities = load_data().cities
        names = cities["name_zh"] if zh else cities["name_en"]
        self.cities = dict(zip(cities["name_en"], names, strict=True))

    def money(self, amount: float) -> str:
        """An amount in 10k CNY."""
        return money(amount, self.lang)

    def listed(self, names: Iterable[str]) -> str:
        """Names in a row, or "nothing"."""
        return self.words["comma"].join(names) or self.words["none"]

    def techs(self, codes: Iterable[str]) -> str:
        """Names of technologies in a row."""
        return self.listed(self.technologies[code] for code in codes)

    def state(self, code: str) -> str:
        """A state of a technology or the result of a decision."""
        return STATES[self.lang].get(code) or self.barriers[code]

    def payback(self, years: float) -> str:
        """Years of payback, or that there is none."""
        if math.isinf(years):
            return self.words["no_payback"]
        return self.words["payback"].format(years=f"{years:.1f}")

    def when(self, in_advance: float) -> str:
        """When an award is paid, by the share that comes with the order."""
        if 0 < in_advance < 1:
            return self.words["parts"].format(share=share(in_advance))
        return self.words["in_advance" if in_advance else "after_acceptance"]

    def span(self, months: int) -> str:
        """A number of months."""
        return self.words["span" if months == 1 else "spans"].format(count=months)

    def sources(self, values: Mapping[str, float]) -> str:
        """How a project is paid, from own, loan, lease and advance."""
        named = [
            self.words[key].format(amount=self.money(values[key]))
            for key in ("own", "loan", "lease", "advance")
            if values[key] > 0.005
        ]
        return self.words["comma"].join(named) or self.words["unpaid"]

    def provider(self, values: Mapping[str, Any]) -> str:
        """The provider of a quote."""
        if "provider" not in values:
            return self.words["no_provider"]
        return self.words["provider"].format(
            uid=values["provider"],
            kind=self.providers[values["provider_kind"]],
            city=self.cities.get(values["provider_city"], values["provider_city"]),
        )

    def channels(self, values: Mapping[str, float]) -> str:
        """The three channels with the largest part of a hazard."""
        parts = {name: values[name] for name in CHANNELS[self.lang] if values[name] > 0}
        whole = sum(parts.values()) or 1.0
        first = sorted(parts, key=lambda name: -parts[name])[:3]
        return self.listed(
            f"{CHANNELS[self.lang][name]} {share(parts[name] / whole)}" for name in first
        )

    def event(self, event: Event) -> str:
        """One event as a sentence."""
        values = dict(event.values)
        filled: dict[str, str] = {}
        if event.technology is not None:
            filled["technology"] = self.technologies[event.technology]
        if event.instrument is not None:
            filled["instrument"] = self.instruments[event.instrument]
        for name, value in values.items():
            filled[name] = _SAID.get(name, _plain)(self, value)
        words = self.words
        if event.kind in ("decision", "ordered"):
            filled["provider"] = self.provider(values)
            filled["sources"] = self.sources(values)
        if event.kind == "ordered":
            known = "wait" in values
            filled["queue"] = words["queue"].format(wait=filled["wait"]) if known else ""
        if event.kind in ("decision", "founded"):
            known = values["award"] > 0
            filled["award"] = words["award"].format(award=filled["award"]) if known else ""
        if event.kind == "heard":
            filled["channels"] = self.channels(values)
        elif "heard" in values:
            new = values["heard"]
            said = words["heard"].format(technologies=self.techs(new)) if new else ""
            filled["heard"] = said
        if event.kind == "accepted":
            level = share(values["automation"])
            said = words["automation"].format(level=level)
            filled["automation"] = said if event.technology == "automation" else ""
        sentence = EVENTS[self.lang][event.kind].format(**filled)
        return sentence[0].upper() + sentence[1:]


def _plain(phrases: Phrases, value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _amount(phrases: Phrases, value: Any) -> str:
    return value if isinstance(value, str) else phrases.money(value)


_SAID: dict[str, Callable[[Phrases, Any], str]] = {
    **dict.fromkeys(
        ("cost", "benefit", "award", "advance", "own", "loan", "lease", "interest", "asked",
         "granted", "paid", "cash"),
        _amount,
    ),
    **dict.fromkeys(("rate", "chance", "realised"), lambda phrases, value: share(value)),
    **dict.fromkeys(("knows", "uses"), lambda phrases, value: phrases.techs(value)),
    "in_advance": lambda phrases, value: phrases.when(value),
    "limit": lambda phrases, value: f"{value:.1f}",
    "wait": lambda phrases, value: f"{value:.1f}",
    "people": lambda phrases, value: f"{value:.0f}",
    "payback": lambda phrases, value: phrases.payback(value),
    "waited": lambda phrases, value: phrases.span(value),
    "months": lambda phrases, value: phrases.span(value),
    "result": lambda phrases, value: phrases.state(value),
}  # fmt: skip
"""How a value of an event is said, by its name."""
