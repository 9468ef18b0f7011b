"""Rival structures: the mechanisms of a scenario with one of them replaced by its alternative.

Spread by mixing (Bass 1969) or by social thresholds (Granovetter 1978; Watts 2002), and each
friction or feedback that a simpler theory leaves out. Not among them are positions that are limits
for analysis (everybody informed, adopting always, no production), and the governments, which are
the policy that is studied.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.scenario import Scenario


@dataclass(frozen=True)
class Structure:
    """One alternative: the switch it sets, and what it claims."""

    setting: str
    zh: str
    en: str


STRUCTURES = {
    "as_it_is": Structure("", "模型原样", "as it is"),
    "bass": Structure('information="bass"', "均匀混合传播", "news spreads by complete mixing"),
    "threshold": Structure('information="threshold"', "从众门槛", "news spreads past thresholds"),
    "no_beliefs": Structure("beliefs=false", "不从伙伴学习收益", "no learning of gains from partners"),
    "no_finance": Structure("finance=false", "无融资约束", "finance is no limit"),
    "no_capacity": Structure("provider_capacity=false", "服务供给无限", "providers are no limit"),
    "no_skills": Structure("skills=false", "技能不构成障碍", "skills are no limit"),
    "no_spillovers": Structure("spillovers=false", "生产率无外溢", "productivity does not spill over"),
    "no_labour_market": Structure("labour_market=false", "工资由外部给定", "wages come from outside"),
    "no_turnover": Structure("entry_exit=false", "企业不进不出", "no firm closes or is founded"),
}  # fmt: skip


def structured(scenario: Scenario, name: str) -> Scenario:
    """A scenario under a rival structure."""
    setting = STRUCTURES[name].setting
    return scenario.with_settings([f"mechanisms.{setting}"]) if setting else scenario
