"""The story of one city: its budget and choices, what its firms received, rank and adoption."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.circumstances import POSTERIOR, Parameters
from sim.comparison import prepared
from sim.core.clock import month_name
from sim.core.errors import InputError
from sim.model import Province
from sim.results import Results
from sim.scale import USUAL_SCALE
from sim.scenario import Scenario
from sim.scenario_files import closest
from sim.seeds import SeedLike
from sim.story.firm import sector_names
from sim.story.page import Part, Progress, Story, run_line, run_options, run_through
from sim.story.phrases import Phrases, share
from sim.words import TIER_ZH, few_rows_note
from sim.world.data import city_rows
from sim.world.tables import TECHNOLOGIES, TIERS

INDICES = ("two_integration_index", "informatization_index")
"""Outputs that count as a city's index where the run has them; else the mean use of technology."""
IN_KIND = ("visit", "inspection", "training")
"""Meetings that are paid to others for the firm; everything else is money in its hands."""
PAYMENT = ("year", "instrument", "in_kind", "city", "row", "uid", "money")


@dataclass
class CityStory(Story):
    """What a city's government chose and what its firms had of the programme.

    `months`: effort, rank, reporting inflation, latent and reported index, cover of digital
    services, `mix_*`, money of its own fund a year (10k CNY) and what of it is promised;
    `received`: 10k CNY by year, instrument and whether in kind; `winners`: firms by what one real
    firm received (10k CNY); `adoption`: share of above-scale firms here and in the province.
    """

    city: str
    months: pd.DataFrame
    received: pd.DataFrame
    winners: pd.DataFrame
    adoption: pd.DataFrame
    manifest: dict[str, Any]

    def parts(self, lang: str) -> list[Part]:
        """Year by year, adoption against the province, and who received most."""
        phrases = Phrases(lang, self.manifest)
        words = phrases.words
        name = phrases.cities.get(self.city, self.city)
        said = [run_line(self.manifest, lang)]
        said += filter(None, [few_rows_note(self.manifest.get("few_rows", {}), lang, self.city)])
        made = [Part(words["city"].format(city=name), [(0, line) for line in said])]
        for year, rows in self.months.groupby(self.months["month"].str[:4]):
            lines = self._year(rows.iloc[-1], str(year), phrases)
            made.append(Part(words["year"].format(year=year), [(0, line) for line in lines]))
        won = [_winner(row, phrases) for row in self.winners.head(5).to_dict("records")]
        won = won or [words["no_winner"]]
        made.append(Part(words["adoption"], [(0, line) for line in self._adoption(phrases)]))
        made.append(Part(words["winners"], [(0, line) for line in won]))
        return made

    @property
    def command(self) -> str:
        """The command line that tells this story again."""
        return f"lianghua story city {self.city} {run_options(self.manifest)}"

    def frames(self) -> dict[str, pd.DataFrame]:
        """Tables by name."""
        return {"months": self.months, "received": self.received, "winners": self.winners,
                "adoption": self.adoption}  # fmt: skip

    def _year(self, row: pd.Series, year: str, phrases: Phrases) -> list[str]:
        """One year: administration, own fund, money received."""
        words = phrases.words
        rank = words["rank"].format(rank=int(row["rank"])) if row["rank"] > 0 else words["no_rank"]
        index = words["index"].format(
            latent=f"{row['index_latent']:.1f}", reported=f"{row['index_reported']:.1f}"
        )
        state = [words["effort"].format(effort=share(row["effort"])), rank, index]
        if row["smart_city"] > 0:
            state.append(words["smart"].format(share=share(row["smart_city"])))
        lines = [words["then"].join(state) + words["stop"]]
        if row["fund"] > 0:
            mix = sorted(TECHNOLOGIES, key=lambda code: -row[f"mix_{code}"])[:3]
            parts = (f"{phrases.technologies[code]} {share(row[f'mix_{code}'])}" for code in mix)
            lines.append(
                words["budget"].format(
                    budget=phrases.money(row["fund"]), used=phrases.money(row["fund_promised"])
                )
            )
            lines.append(words["mix"].format(mix=phrases.listed(parts)))
        money = self.received[self.received["year"] == int(year)]
        if money.empty:
            return [*lines, words["no_money"]]
        for kind, key in ((False, "received"), (True, "in_kind")):
            part = money[money["in_kind"] == kind].sort_values("money", ascending=False)
            if len(part):
                named = (
                    f"{phrases.instruments[one]} {phrases.money(amount)}"
                    for one, amount in zip(part["instrument"], part["money"], strict=True)
                )
                total = phrases.money(part["money"].sum())
                lines.append(words[key].format(total=total, parts=phrases.listed(named)))
        return lines

    def _adoption(self, phrases: Phrases) -> list[str]:
        """First and last year of each technology, here and in the province."""
        lines = []
        for code, rows in self.adoption.groupby("technology", sort=False):
            first, last = rows.iloc[0], rows.iloc[-1]
            lines.append(
                phrases.words["adopted"].format(
                    technology=phrases.technologies[str(code)],
                    first=first["year"],
                    last=last["year"],
                    here_first=share(first["here"]),
                    here_last=share(last["here"]),
                    province_first=share(first["province"]),
                    province_last=share(last["province"]),
                )
            )
        return lines


def city_story(
    scenario: Scenario | str | Path,
    city: str,
    *,
    scale: float = USUAL_SCALE,
    seed: SeedLike = 1,
    until: str | None = None,
    settings: Iterable[str] = (),
    parameters: str | Path | Parameters = POSTERIOR,
    progress: Progress | None = None,
) -> CityStory:
    """Run a scenario and tell what a city (by its English or Chinese name) chose and received.

    Raises InputError for a city that is not there.
    """
    chosen = prepared(scenario, settings, until)
    province = Province(chosen, scale=scale, seed=seed, parameters=parameters)
    return tell_cities(province, [city_place(province, city)], progress)[0]


def tell_cities(
    province: Province, places: Sequence[int], progress: Progress | None = None
) -> list[CityStory]:
    """Run a province that stands at its start and tell the stories of cities by position."""
    province.context.watch.on = True
    rows: dict[int, list[dict[str, Any]]] = {place: [] for place in places}

    def look(phase: str) -> None:
        if phase == "identities":
            for place in places:
                rows[place].append(_month(province, place))

    province.watchers.append(look)
    run_through(province, progress)
    results, paid = province.results(), payments(province)
    return [_told(province, place, rows[place], results, paid) for place in places]


def _told(
    province: Province, place: int, rows: list[dict[str, Any]], results: Results, paid: pd.DataFrame
) -> CityStory:
    """One city's story from what was noted of its months and from all payments."""
    name = province.labels.cities[place]
    months = pd.DataFrame(rows)
    months.insert(1, "index_latent", _index(results, name))
    reported = months["index_latent"] * (1.0 + months["reporting_inflation"])
    months.insert(2, "index_reported", reported)
    here = paid[paid["city"] == place]
    received = here.groupby(["year", "instrument", "in_kind"], as_index=False)["money"].sum()
    return CityStory(
        name, months, received, _winners(province, here), _adoption(results, name), results.manifest
    )


def city_place(province: Province, city: str) -> int:
    """Position of a city by any of its names."""
    rows = city_rows(province.data.cities)
    if city.casefold() not in rows:
        raise InputError("story", "city", city, closest(city, province.labels.cities))
    return rows[city.casefold()]


def payments(province: Province) -> pd.DataFrame:
    """Public money that reached firms so far, columns as in PAYMENT.

    `money` is 10k CNY over all the real firms a row stands for. Needs `context.watch.on` from the
    start of the run.
    """
    firms, start = province.tables["firms"], province.clock.start
    parts = [
        pd.DataFrame(
            {
                "year": (start + meeting.month) // 12,
                "instrument": meeting.instrument,
                "in_kind": meeting.how in IN_KIND,
                "city": firms.city[meeting.rows],
                "row": meeting.rows,
                "uid": meeting.uids,
                "money": meeting.paid,
            }
        )
        for meeting in province.context.watch.meetings
        if len(meeting.rows)
    ]
    if not parts:
        return pd.DataFrame(columns=list(PAYMENT))
    whole = pd.concat(parts, ignore_index=True)
    return whole[whole["money"] > 0].reset_index(drop=True)


def _month(province: Province, place: int) -> dict[str, Any]:
    """The city's administration at the end of a month."""
    context, cities = province.context, province.tables["cities"]
    clock = context.clock
    made: dict[str, Any] = {"month": month_name(clock.start + clock.month)}
    for name in ("effort", "rank", "reporting_inflation", "smart_city", "wage"):
        made[name] = float(cities[name][place])
    made["fund"] = made["fund_promised"] = 0.0
    for name, policy in province.policies.items():
        if policy.kind == "city_fund":
            part = context.world.shared[f"{policy.divided_by}_share"][place]
            made["fund"] += policy.year_budget(clock.year) * float(part)
            if context.measures.get(f"matched year {name}") == clock.year:
                made["fund_promised"] += float(context.measures[f"matched {name}"][place].sum())
    for k, code in enumerate(TECHNOLOGIES):
        made[f"mix_{code}"] = float(cities.mix[place, k])
    return made


def _index(results: Results, city: str) -> np.ndarray:
    """The city's latent index by month."""
    here = results.cities[results.cities["city"] == city]
    for name in INDICES:
        if name in here:
            return here[name].to_numpy()
    use = here[[f"adoption_{code}" for code in TECHNOLOGIES]]
    return 100.0 * use.mean(axis=1).to_numpy()


def _adoption(results: Results, city: str) -> pd.DataFrame:
    """Share of above-scale firms that use each technology at year ends, here and in the province."""
    here = results.cities[results.cities["city"] == city].set_index("month")
    province = results.province.set_index("month")
    months = [m for m in province.index if m.endswith("-12") or m == province.index[-1]]
    return pd.DataFrame(
        {
            "year": int(month[:4]),
            "technology": code,
            "here": here.loc[month, f"adoption_{code}"],
            "province": province.loc[month, f"adoption_{code}"],
        }
        for code in TECHNOLOGIES
        for month in months
    )


def _winners(province: Province, paid: pd.DataFrame) -> pd.DataFrame:
    """Firms by the money that one real firm received, with its parts, the largest first."""
    columns = ["uid", "sector", "sector_zh", "sector_en", "tier", "money", "parts"]
    # Without a payment the column has no type of its own, and ~ would not be a condition.
    money = paid[~paid["in_kind"].astype(bool)]
    firms, rows = province.tables["firms"], []
    for (uid, row), part in money.groupby(["uid", "row"], sort=True):
        each = part.groupby("instrument", sort=False)["money"].sum() / float(firms.weight[row])
        named = ";".join(f"{name}={amount:.4f}" for name, amount in each.items())
        sector = sector_names(province, int(firms.sector[row]))
        rows.append([uid, *sector.values(), TIERS[firms.tier[row]], float(each.sum()), named])
    frame = pd.DataFrame(rows, columns=columns)
    return (
        frame.sort_values(["money", "uid"], ascending=[False, True])
        .head(100)
        .reset_index(drop=True)
    )


def _winner(row: dict[Any, Any], phrases: Phrases) -> str:
    zh = phrases.lang == "zh"
    parts = dict(part.split("=") for part in row["parts"].split(";"))
    largest = sorted(parts, key=lambda name: -float(parts[name]))[:3]
    return phrases.words["winner"].format(
        uid=row["uid"],
        sector=row["sector_zh"] if zh else row["sector_en"],
        tier=TIER_ZH[row["tier"]] if zh else row["tier"].replace("_", " "),
        total=phrases.money(row["money"]),
        parts=phrases.listed(
            f"{phrases.instruments[name]} {phrases.money(float(parts[name]))}" for name in largest
        ),
    )
