"""The programme as a whole: how much money, when, and which of its clauses are in force."""

from __future__ import annotations

from typing import Any, NamedTuple

from pydantic import Field, model_validator

from sim.core.clock import month_name, month_number
from sim.parameters import Section, number


class Clause(NamedTuple):
    """A clause of the 2014 document: where it stands there, its heading, the heading in English."""

    place: str
    zh: str
    en: str


CLAUSES = {
    "A1": Clause("二(一)", "产品与装备智能化开发", "smart products and equipment"),
    "A2": Clause("二(二)", "机器换人", "machines for labour"),
    "A3": Clause("二(三)", "重点行业与区域绿色安全制造", "green and safe production"),
    "A4": Clause("二(四)", "电商换市及相关产业发展", "e-commerce and its industries"),
    "A5": Clause("二(五)", "中小微企业信息化服务", "services for small and micro firms"),
    "A6": Clause("二(六)", "骨干企业信息化提升", "informatization of backbone firms"),
    "A7": Clause("二(七)", "智慧城市建设示范试点", "smart-city pilots"),
    "A8": Clause("二(八)", "云服务产业培育", "cloud services"),
    "A9": Clause("二(九)", "专用电子及软件产业基地建设", "electronics and software bases"),
    "A10": Clause("二(十)", "网络信息产业技术创新", "innovation in information technology"),
    "S1": Clause("三(一)", "加强组织领导", "leadership"),
    "S2": Clause("三(二)", "分层开展培训", "training"),
    "S3": Clause("三(三)", "分级分类示范", "tiered demonstrations"),
    "S4": Clause("三(四)", "创新体制机制", "rules of support and purchase"),
    "S5": Clause("三(五)", "加大财政金融支持", "public money and finance"),
    "S6": Clause("三(六)", "健全评价机制", "evaluation and ranking"),
}
"""Ten special actions and six safeguards of the 2014 document."""
_MONTHS = ("start", "end", "city_from", "province_from")
_PLACES = ("places", "platforms")
"""Fields of instruments that are months, and those that count what the budget pays for."""


class Programme(Section):
    """Changes to all instruments of a scenario together.

    `funding` multiplies every budget and the places it pays for; `delay` moves every start, end,
    stage and budget year by months (12 a year, earlier below 0); `only` and `without` name clauses:
    an instrument belongs to the first of its clauses, one without a clause to none.
    """

    funding: float = number(
        1.0,
        "ratio",
        "资金倍数",
        "multiplies every budget and its places",
        "scenario choice",
        0,
        100,
    )
    delay: int = Field(0, ge=-48, le=120, description="months by which everything starts later")
    only: tuple[str, ...] = Field((), strict=False)
    without: tuple[str, ...] = Field((), strict=False)

    @model_validator(mode="after")
    def _known(self) -> Programme:
        for code in (*self.only, *self.without):
            if code not in CLAUSES:
                raise ValueError(f"clause {code}; allowed: {', '.join(CLAUSES)}")
        if self.only and self.without:
            raise ValueError("both only and without; allowed: one of them")
        if self.delay % 12:
            raise ValueError(f"delay {self.delay}; allowed: whole years, such as -12 or 24")
        return self

    def applied(self, instruments: dict[str, Any]) -> dict[str, Any]:
        """The instruments as they run, by name."""
        return {name: self._one(policy) for name, policy in instruments.items()}

    def _one(self, policy: Any) -> Any:
        chosen = not self.only or clauses_of(policy)[:1] in [(code,) for code in self.only]
        chosen = chosen and clauses_of(policy)[:1] not in [(code,) for code in self.without]
        if chosen and self.funding == 1.0 and self.delay == 0:
            return policy
        years = self.delay // 12
        changed: dict[str, Any] = {
            "enabled": policy.enabled and chosen,
            "budget": {
                str(int(year) + years): self.funding * amount
                for year, amount in policy.budget.items()
            },
        }
        for name in _MONTHS:
            if hasattr(policy, name):
                changed[name] = month_name(month_number(getattr(policy, name)) + self.delay)
        for name in _PLACES:
            if hasattr(policy, name):
                changed[name] = self.funding * getattr(policy, name)
        return policy.model_copy(update=changed)


def clauses_of(policy: Any) -> tuple[str, ...]:
    """Clauses of an instrument, the one it belongs to first."""
    return tuple(code.strip() for code in policy.clause.split(",") if code.strip())
