"""What came out of a team's plan against its baseline, with intervals, and who ranks where.

There is no single score: every outcome has its own order, and what does not differ is said not to.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.comparison import half_width
from sim.outputs import BY_NAME
from sim.terms import EFFECTS
from sim.view.numbers import factor, plain, shown, unit
from sim.view.snapshot import FEWEST_PAIRS, Member, Track
from sim.view.words import text
from sim.view.workshop.moves import cities, prefix_of
from sim.view.workshop.state import Mode, Score, Session, TeamScores
from sim.world.tables import TECHNOLOGIES

Figure = Callable[[Member, int, str], float]
"""(run, place of the month, city or "") -> figure; nan where the run does not tell it."""


@dataclass(frozen=True)
class Outcome:
    """Something teams are compared by; `better` is +1 where more is better, -1 where less is."""

    name: str
    better: int
    most: float
    """No level of it can be higher; none is below 0."""
    figure: Figure | None = None

    @property
    def factor(self) -> float:
        """What a figure is multiplied with to be shown in its unit."""
        return factor(self.name) if self.name in BY_NAME else 1.0

    def label(self, lang: str) -> str:
        """What it is called."""
        if self.name in BY_NAME:
            return str(getattr(BY_NAME[self.name], lang))
        if self.name == "adopters":
            return EFFECTS["adopters"][0 if lang == "zh" else 1]
        return text(f"workshop.outcome_{self.name}", lang)

    def written(self, value: float | None, lang: str, difference: bool = False) -> str:
        """A figure of it with its unit, signed when it is a difference."""
        if value is None:
            return "–"
        if self.name in BY_NAME:
            return shown(self.name, value, lang, difference)
        said, name = plain(value, signed=difference), self.unit(lang)
        if lang == "zh" or not name:
            return said + name
        return f"{said} × {name}" if name[0].isdigit() else f"{said} {name}"

    def bare(self, value: float | None, signed: bool = False) -> str:
        """A figure in its unit, without saying it; levels of shares keep their %."""
        if value is None:
            return "–"
        mark = "%" if self.factor == 100.0 and not signed else ""
        return plain(self.factor * value, signed=signed) + mark

    def unit(self, lang: str, difference: bool = False) -> str:
        """Its unit as shown."""
        if self.name in BY_NAME:
            return unit(self.name, lang, difference)
        return text(f"workshop.unit_{self.name}", lang)


def _output(name: str) -> Figure:
    def figure(member: Member, place: int, city: str) -> float:
        table = member.cities if city else member.province
        if name not in table:
            return math.nan
        value = table[name][place]
        return float(value[cities().index(city)] if city else value)

    return figure


def _adopters(member: Member, place: int, city: str) -> float:
    """Above-scale firms times the technologies they use."""
    firms = _output("firms")(member, place, city)
    used = [_output(f"adoption_{code}")(member, place, city) for code in TECHNOLOGIES]
    return firms * math.fsum(used)


def _targets(member: Member, place: int, city: str) -> float:
    """Expected number of the document's targets that are met over the whole run."""
    chances = [float(met) for _, _, met in member.targets.values()]
    return math.fsum(one for one in chances if one == one) if chances else math.nan


def _own_spending(member: Member, place: int, city: str) -> float:
    """What the city's own instruments have paid, 100m CNY."""
    mine = [name.startswith(prefix_of(city)) for name in member.instruments]
    return float(member.programme["paid"][place][mine].sum()) * 1e-4


COST = "cost_per_adopter"
"""Public money more than in the baseline over adopters more, 10k CNY."""
MOST_PAIRS = 16
"""Paired runs of a plan that the facilitator's page has worked out."""
_SHARED = (
    Outcome("adopters", 1, 1e6, _adopters),
    Outcome("adoption_automation", 1, 1.0, _output("adoption_automation")),
    Outcome("adoption_erp", 1, 1.0, _output("adoption_erp")),
    Outcome("employees", 1, 6e3, _output("employees")),  # 10k persons; 55 million live there
    Outcome("labour_productivity", 1, 1e4, _output("labour_productivity")),
    Outcome("two_integration_index", 1, 1e3, _output("two_integration_index")),
)
OUTCOMES: Mapping[Mode, tuple[Outcome, ...]] = {
    "package": (
        Outcome("targets", 1, 49.0, _targets), *_SHARED,
        Outcome("public_spending", -1, 1e5, _output("public_spending")), Outcome(COST, -1, 1e9),
    ),
    "city": (*_SHARED, Outcome("own_spending", -1, 1e5, _own_spending), Outcome(COST, -1, 1e9)),
}  # fmt: skip
"""What teams are compared by."""
MONEY = {"package": "public_spending", "city": "own_spending"}


def outcome(mode: Mode, name: str) -> Outcome:
    """An outcome by name."""
    return next(one for one in OUTCOMES[mode] if one.name == name)


def team_scores(
    mode: Mode, year: int, team: str, city: str, baseline: Track, track: Track
) -> TeamScores:
    """All outcomes of a team at the end of a year; `city` is empty in package mode."""
    both = sorted(set(baseline.replicates) & set(track.replicates))
    without = [baseline.members[baseline.replicates.index(one)] for one in both]
    having = [track.members[track.replicates.index(one)] for one in both]
    found = []
    for one in OUTCOMES[mode]:
        if one.figure is not None:
            found.append(_score(one, year, city, without, having))
    scores = {one.outcome: one for one in found}
    found.append(_cost(scores[MONEY[mode]], scores["adopters"]))
    return TeamScores(year, team, tuple(found))


def _score(
    one: Outcome, year: int, city: str, without: Sequence[Member], having: Sequence[Member]
) -> Score:
    assert one.figure is not None
    before = np.array([one.figure(run, _place(run, year), city) for run in without])
    after = np.array([one.figure(run, _place(run, year), city) for run in having])
    gap = after - before
    if not len(gap) or not np.isfinite(gap).all():
        return Score(one.name, None, None, None, None, None, len(gap))
    mean = float(gap.mean())
    half = half_width(len(gap)) * float(gap.std(ddof=1)) if len(gap) > 1 else math.nan
    low, high = (mean - half, mean + half) if math.isfinite(half) else (None, None)
    level, anyway = float(after.mean()), float(before.mean())
    return Score(one.name, level, anyway, mean, low, high, len(gap))


def _place(run: Member, year: int) -> int:
    """Place of a year's last month, or of the run's."""
    month = f"{year}-12"
    return run.months.index(month) if month in run.months else len(run.months) - 1


def _cost(money: Score, adopters: Score) -> Score:
    """Money (100m CNY) an additional adopter, in 10k CNY; nothing where none can be told from zero.

    The interval is that of the adopters: the spread of money is small beside it.
    """
    empty = Score(COST, None, None, None, None, None, adopters.pairs)
    if money.more is None or not adopters.more or adopters.low is None or adopters.high is None:
        return empty
    if adopters.low <= 0 or money.more <= 0 or adopters.pairs < FEWEST_PAIRS:
        return empty
    paid = 1e4 * money.more
    value = paid / adopters.more
    return Score(
        COST, value, None, value, paid / adopters.high, paid / adopters.low, adopters.pairs
    )  # fmt: skip


def implausible(mode: Mode, score: Score) -> str:
    """What of a score cannot come from runs: the name of its field; empty if all can."""
    most, rounding = outcome(mode, score.outcome).most, 1e-6
    value, more, low, high = score.value, score.more, score.low, score.high
    if not 0 <= score.pairs <= MOST_PAIRS:
        return "pairs"
    if value is None or more is None:
        return "value" if {value, score.anyway, more, low, high} != {None} else ""
    if not 0 <= value <= most:
        return "value"
    if score.outcome == COST:
        anyway = 0.0 if score.anyway is None else math.nan
    else:
        anyway = math.nan if score.anyway is None else score.anyway
    if not 0 <= anyway <= most:  # false for nan too
        return "anyway"
    if abs(value - anyway - more) > rounding * (1 + value + anyway):
        return "more"
    if low is None or high is None:
        return "low" if low is not high else ""
    if score.pairs < 2 or not low <= more <= high:
        return "low"
    # Half an interval is at most that of two runs which differ by all there can be.
    return "high" if max(-low, high) > (1 + 1.5 * half_width(score.pairs)) * most else ""


@dataclass(frozen=True)
class Rank:
    """A team's place by one outcome; `level` where its interval meets that of the first."""

    team: str
    place: int
    level: bool


def ranks(session: Session, year: int, name: str) -> tuple[Rank, ...]:
    """Teams in the order of an outcome's difference, the best first; those without it are left out."""
    better = outcome(session.rules.mode, name).better
    rows = [(one.team, one.of(name)) for one in session.scores_of(year)]
    known = [(team, score) for team, score in rows if score is not None and score.more is not None]
    known.sort(key=lambda row: (-better * _more(row[1]), row[0]))
    found: list[Rank] = []
    for place, (team, score) in enumerate(known):
        same = place > 0 and _more(score) == _more(known[place - 1][1])
        rank = found[-1].place if same else place + 1
        found.append(Rank(team, rank, _meet(score, known[0][1])))
    return tuple(found)


def rank_of(session: Session, year: int, name: str, team: str) -> Rank | None:
    """A team's place by an outcome."""
    return next((one for one in ranks(session, year, name) if one.team == team), None)


def _more(score: Score) -> float:
    return score.more if score.more is not None else math.nan


def _meet(one: Score, other: Score) -> bool:
    """Do two intervals meet? Without intervals, or with few pairs, nothing can be told apart."""
    if None in (one.low, one.high, other.low, other.high):
        return True
    if min(one.pairs, other.pairs) < FEWEST_PAIRS:
        return True
    return bool(one.low <= other.high and other.low <= one.high)  # type: ignore[operator]


def told(score: Score) -> str:
    """more, less or uncertain: can the difference be told from zero? `few` where pairs are too few
    to say."""
    if score.pairs < FEWEST_PAIRS:
        return "few"
    if score.low is None or score.high is None or score.low <= 0 <= score.high:
        return "uncertain"
    return "more" if score.low > 0 else "less"
