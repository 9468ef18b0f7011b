"""Outputs of the two official indices, and what feeds their items and stands nowhere else.

Every month's latent index: the province on the scale of the national edition, cities on that of the
provincial edition. Which output or outside path feeds an item is said in the items' tables.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from sim.core.table import Array
from sim.indices import informatization, two_integration
from sim.indices.two_integration import Values
from sim.outputs import administration, economy, green, industry, providers, technology
from sim.outputs.declaration import PLACES, Output, Value, divided, summed
from sim.outputs.economy import industry as all_industry
from sim.outputs.economy import other
from sim.outputs.month import KEY, Month
from sim.outputs.providers import CLOUD, CONSULTANCY, PLATFORM, software
from sim.world.index_tables import TWO_INTEGRATION_CLASSES, IndexTables, Item
from sim.world.tables import PROVIDER_KINDS, TECHNOLOGIES

PLATFORMS = (CLOUD, PLATFORM, CONSULTANCY, PROVIDER_KINDS.index("training"))
"""Kinds of providers that serve small firms as platforms do."""

UNIFORM = ("population", "televisions", "education", "research", "port_speed")
"""Outside paths that are the same in every city; the others follow the city's broadband."""


def _of(table: str, by_city: Array) -> Any:
    return by_city.sum() if table == "province" else by_city


def _fund(month: Month) -> Array:
    """Paid in twelve months by city (C,) by public revenue, on top of an older fund, 100m CNY."""
    paid = float(np.sum(month.context.measures.get("paid_months", 0.0))) * 1e-4
    share = month.context.world.shared["revenue_share"]
    whole: Array = (paid + month.path("index older_fund")) * share
    return whole


def _platforms(month: Month) -> Array:
    """Public platforms and the providers that serve small firms, by city (C,)."""
    providers = month.by_city(month.providers.weight.astype(np.float64), PLATFORMS)
    whole: Array = providers + month.cities.platforms
    return whole


def _backbone(month: Month, table: str) -> Any:
    """Technologies in use over those that apply, summed over backbone firms."""
    used = sum(month.part(table, f"adopters_{code}", KEY) for code in TECHNOLOGIES)
    return divided(used, month.part(table, "firms", KEY, "applicable"))


def _patents(month: Month, table: str) -> Any:
    granted = month.path("index patents") * month.context.world.indices.patent_share
    return divided(_of(table, granted), 12.0 * _of(table, month.once(all_industry)))


def _profit_on_cost(month: Month, table: str) -> Any:
    profit, output = month.sum(table, "profit"), month.sum(table, "output")
    return divided(profit, output - profit)


def _residents(month: Month) -> Array:
    """Residents by city (C,), 10k persons: those of 2013 on the province's path."""
    residents = month.context.world.shared["residents"]
    people: Array = residents / residents.sum() * month.path("index population")
    return people


def _gdp(month: Month) -> Array:
    return month.once(all_industry) + month.once(other)


def _gdp_per_head(month: Month, table: str) -> Any:
    return divided(12.0 * _of(table, _gdp(month)), _of(table, month.once(_residents)))


def _electronics(month: Month, table: str, *names: str) -> Any:
    return sum(month.part(table, name, weights="ICT") for name in names)


def _information_share(month: Month, table: str) -> Any:
    revenue = _electronics(month, table, "output") * 1e-4 + _of(table, month.once(software))
    return divided(revenue, _of(table, _gdp(month)))


def _information_employment(month: Month, table: str) -> Any:
    """Over all employed, who are spread as residents."""
    base = month.measures.base
    years = (month.context.clock.start + month.number) / 12.0 - 2014.0
    employed = base["employed_persons"] * (1.0 + base["employed_persons_growth"]) ** years * 1e4
    residents = month.context.world.shared["residents"]
    whole = _of(table, employed * residents / residents.sum())
    return divided(_electronics(month, table, "skilled", "unskilled"), whole)


def _broadband(month: Month, table: str) -> Any:
    residents = month.context.world.shared["residents"]
    lines = month.cities.broadband
    return (lines * residents).sum() / residents.sum() if table == "province" else lines


FEEDS = (
    Output("integration_fund", "100m CNY/year", "两化融合引导资金", "public funds for integration",
           PLACES, summed(_fund),
           note_zh="近12个月已支付资金加既有资金(先验);城市按财政收入分摊",
           note_en="paid in the last twelve months, and an older fund, a prior; cities by public "
           "revenue"),
    Output("service_institutions", "platforms", "信息化服务机构", "informatization service institutions",
           PLACES, summed(_platforms),
           note_zh="代理:公共平台和在营的云服务、电商、咨询、培训机构",
           note_en="proxy: public platforms and cloud, e-commerce, consulting and training providers"),
    Output("backbone_integration", "share", "骨干企业融合水平",
           "technologies used by backbone firms over those that apply", PLACES, _backbone),
    Output("patent_intensity", "patents/100m CNY", "单位工业增加值专利量",
           "patents per industrial value added", PLACES, _patents,
           note_zh="专利授权为外生走势,城市按高新技术产值分摊",
           note_en="grants are a path from outside; cities by output of high technology"),
    Output("profit_over_cost", "share", "成本费用利润率", "profit over cost", PLACES,
           _profit_on_cost),
    Output("broadband", "lines/100 people", "固定宽带普及率", "fixed-broadband penetration", PLACES,
           _broadband),
    Output("gdp_per_head", "10k CNY/person", "人均GDP", "GDP per head", PLACES, _gdp_per_head,
           note_zh="2013年不变价,工业以外随全国服务业走势",
           note_en="prices of 2013; the rest of the economy is on the national path of services"),
    Output("information_industry_share", "share", "信息产业收入与GDP之比",
           "revenue of the information industry over GDP", PLACES, _information_share,
           note_zh="电子信息制造与软件收入,代替增加值",
           note_en="revenue of electronics and software, in place of value added"),
    Output("information_employment_share", "share", "信息产业从业比重",
           "information-industry employment", PLACES, _information_employment,
           note_zh="代理:规上电子信息制造业用工;城市就业按常住人口分摊",
           note_en="proxy: above-scale electronics makers; a city's employed by its residents"),
)  # fmt: skip

_SOURCES: dict[str, Output] = {
    output.name: output
    for output in (
        *FEEDS, *technology.OUTPUTS, *providers.OUTPUTS, *economy.OUTPUTS, *industry.OUTPUTS,
        *green.OUTPUTS, *administration.OUTPUTS,
    )
    if set(PLACES) <= set(output.where)
}  # fmt: skip
"""Outputs that can feed an item."""


def fed_by_model(item: Item) -> bool:
    """True if an output of the model feeds the item, false for a path from outside."""
    return item.feeds in _SOURCES


def of_backbone_firms(item: Item) -> bool:
    """True if an item is a share or mean of backbone firms."""
    return item.survey or item.feeds == "backbone_integration"


class _Items(NamedTuple):
    """Items of both indices, one after the other: positions (n,) of those that outputs feed, and of the others by kind.

    `sources` are the outputs, `paths` the names of the outside paths; `spread` are those of the
    paths that differ by city, `limit` (n, 1) their highest values; `factor` (items, 1).
    """

    fed: Array
    sources: tuple[Output, ...]
    backbone: Array
    outside: Array
    paths: tuple[str, ...]
    spread: Array
    limit: Array
    factor: Array


@lru_cache(maxsize=8)
def _items(tables: IndexTables) -> _Items:
    items = (*tables.two_integration, *tables.informatization)
    fed = [place for place, item in enumerate(items) if fed_by_model(item)]
    outside = [place for place in range(len(items)) if place not in fed]
    spread = [place for place in outside if items[place].feeds not in UNIFORM]
    return _Items(
        np.array(fed),
        tuple(_SOURCES[items[place].feeds] for place in fed),
        np.array([place for place in fed if of_backbone_firms(items[place])], dtype=np.intp),
        np.array(outside),
        tuple(f"index {items[place].feeds}" for place in outside),
        np.array(spread),
        np.array([[100.0 if items[place].unit == "%" else np.inf] for place in spread]),
        np.array([[item.factor] for item in items]),
    )


def _shown(month: Month) -> Array:
    """What the items of both indices show, (n, 1 + C)."""
    items = _items(month.context.world.indices)
    x = np.empty((len(items.factor), 1 + month.context.world.cities))
    x[items.fed, 0] = [month.value(output, "province") for output in items.sources]
    x[items.fed, 1:] = [month.value(output, "cities") for output in items.sources]
    x[items.outside] = np.array([[month.path(name)] for name in items.paths])
    x *= items.factor
    x[items.spread] = np.minimum(x[items.spread] * _spread(month), items.limit)
    # A small sample may leave a city without backbone firms: it shows the province's.
    without = 1 + np.flatnonzero(month.part("cities", "firms", KEY) <= 0)
    x[items.backbone[:, None], without] = x[items.backbone, :1]
    return x


def _spread(month: Month) -> Array:
    """Broadband over the province's, (1 + C,)."""
    whole = _broadband(month, "province")
    return np.append(1.0, divided(month.cities.broadband, whole))


def figures(month: Month) -> dict[str, Array]:
    """What the items of both indices show this month, (1 + C, n) by index."""
    return {
        "two_integration": month.once(_two_integration_figures),
        "informatization": month.once(_informatization_figures),
    }


def _two_integration_figures(month: Month) -> Array:
    count = len(month.context.world.indices.two_integration)
    return month.once(_shown)[:count].T


def _informatization_figures(month: Month) -> Array:
    count = len(month.context.world.indices.two_integration)
    return month.once(_shown)[count:].T


def _two_integration(month: Month) -> Array:
    """Total and classes, (1 + C, 4)."""
    tables = month.context.world.indices
    found: Values = two_integration.evaluate(
        month.once(_two_integration_figures), two_integration.bases(tables), tables.two_integration
    )
    return np.column_stack([found.total, found.classes])


def _informatization(month: Month) -> Array:
    items = month.context.world.indices.informatization
    found = informatization.evaluate(month.once(_informatization_figures), items)
    return found.total[:, None]


def _column(figure: Any, place: int) -> Value:
    def value(month: Month, table: str) -> Any:
        column = month.once(figure)[:, place]
        return column[0] if table == "province" else column[1:]

    return value


def _declare() -> tuple[Output, ...]:
    names = ("index", *TWO_INTEGRATION_CLASSES)
    zh = ("两化融合指数", "两化融合:基础环境", "两化融合:工业应用", "两化融合:应用效益")
    en = ("two-integration index", *(f"two-integration: {one}" for one in TWO_INTEGRATION_CLASSES))
    made = [
        Output(f"two_integration_{name}", "index", zh[place], en[place], PLACES,
               _column(_two_integration, place), headline=place == 0,
               note_zh="未虚报的当期值;重构的算法;全省按全国版口径,城市按浙江省版口径,不可混用",
               note_en="latent, month by month; a reconstruction; the province is on the scale of "
               "the national edition, cities on that of the provincial one: never to be mixed")
        for place, name in enumerate(names)
    ]  # fmt: skip
    made.append(
        Output("informatization_index", "index", "信息化发展指数", "informatization development index",
               PLACES, _column(_informatization, 0), headline=True,
               note_zh="各端点值未公布,按宁波2010年数定锚;多数指标为外生走势",
               note_en="goalposts are tied to Ningbo 2010; most items are paths from outside")
    )  # fmt: skip
    return tuple(made)


OUTPUTS = (*FEEDS, *_declare())
