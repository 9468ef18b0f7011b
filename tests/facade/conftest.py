"""A small model, its firms, and the same firms as ordinary Mesa agents."""

from __future__ import annotations

from typing import Any

import pytest

from sim.facade import ColumnAgentSet, ColumnModel, RowAgent
from tests.facade.small_model import PayingFirm, PayingProvince, PlainModel


@pytest.fixture
def model() -> PayingProvince:
    return PayingProvince(firms=11)


@pytest.fixture
def firms(model: PayingProvince) -> ColumnAgentSet:
    return model.agents_by_type[PayingFirm]


@pytest.fixture
def plain(firms: ColumnAgentSet) -> Any:
    return PlainModel(firms).agents


@pytest.fixture
def views(monkeypatch: pytest.MonkeyPatch) -> list[type]:
    """Grows by one for every view made."""
    made: list[type] = []
    make = RowAgent.__init__

    def counted(self: RowAgent, model: ColumnModel, row: int) -> None:
        made.append(type(self))
        make(self, model, row)

    monkeypatch.setattr(RowAgent, "__init__", counted)
    return made
