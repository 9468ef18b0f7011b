"""Outputs of public money, city administrations and smart cities."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.outputs.declaration import PROVINCE, Output, city_column
from sim.outputs.month import Month
from sim.processes.awards import APPLIED

CITIES = ("cities",)


def _money(key: str) -> Any:
    """Sum over the instruments' accounts, 100m CNY."""
    return lambda month, table: (
        sum(getattr(account, key) for account in month.context.public.values()) * 1e-4
    )


def _best_county(month: Month, table: str) -> Any:
    """Cover of the best pilot's county: a city's cover goes to one county first."""
    return float(np.minimum(month.cities.smart_city * _counties(month), 1.0).max())


def _counties_covered(month: Month, table: str) -> Any:
    counties = _counties(month)
    return float((month.cities.smart_city * counties).sum() / max(counties.sum(), 1.0))


def _counties(month: Month) -> Any:
    return month.context.world.shared["counties"]


OUTPUTS = (
    Output("public_spending", "100m CNY", "累计财政支出", "public money paid so far", PROVINCE,
           _money("paid"), headline=True),
    Output("public_committed", "100m CNY", "已承诺未付", "public money promised, not yet paid",
           PROVINCE, _money("committed")),
    Output("applications", "applications", "待批申请", "applications pending", PROVINCE,
           lambda month, table: float((month.context.awards.status == APPLIED).sum())),
    Output("smart_city_one_county", "share", "智慧服务:示范县覆盖", "smart city: best pilot county",
           PROVINCE, _best_county,
           note_zh="各试点同步推进,取覆盖最高者", note_en="pilots move in step; the best is shown"),
    Output("smart_city_one_city", "share", "智慧服务:一市覆盖", "smart city: best city", PROVINCE,
           lambda month, table: float(month.cities.smart_city.max())),
    Output("smart_city_province", "share", "智慧服务:全省县市覆盖", "smart city: share of counties",
           PROVINCE, _counties_covered,
           note_zh="按各市居民覆盖率折算", note_en="by the cover of each city's residents"),
    Output("smart_city_cover", "share", "智慧服务覆盖率", "residents with digital services", CITIES,
           city_column("smart_city")),
    Output("effort", "share", "推进力度", "effort of the administration", CITIES,
           city_column("effort")),
    Output("reporting_inflation", "share", "虚报幅度", "reported over latent, less 1", CITIES,
           city_column("reporting_inflation")),
    Output("rank", "rank", "公布排名", "last published rank, 0 before the first", CITIES,
           city_column("rank")),
)  # fmt: skip
