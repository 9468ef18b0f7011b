"""The two-integration index: published rows, normalisers, monotonicity, saturation."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from sim.core.errors import InputError
from sim.indices.two_integration import bases, combine, evaluate, relative
from sim.world.data import load_data
from sim.world.index_tables import TWO_INTEGRATION_SIZES, Published

TABLES = load_data().indices
ITEMS = TABLES.two_integration
X0 = np.array([item.x0 for item in ITEMS])
MINUS = np.array([item.minus for item in ITEMS])
LATEST = [row for row in TABLES.published if row.edition == 2015]


@pytest.mark.parametrize("row", LATEST, ids=lambda row: row.region)
def test_every_published_row_of_the_2015_edition_gives_its_total(row: Published) -> None:
    assert combine(row.classes) == pytest.approx(row.total, abs=0.1)


def test_there_are_eighteen_rows_of_the_2015_edition_and_no_later_edition() -> None:
    assert len(LATEST) == 18
    assert max(row.edition for row in TABLES.published) == 2015


@pytest.mark.parametrize(("edition", "within"), [(2014, 0.01), (2013, 0.05)])
def test_national_rows_give_their_total(edition: int, within: float) -> None:
    row = next(r for r in TABLES.published if (r.region, r.edition) == ("China", edition))
    assert combine(row.classes) == pytest.approx(row.total, abs=within)


def test_items_are_those_of_the_method() -> None:
    assert [sum(item.kind == kind for item in ITEMS) for kind in range(3)] == [8, 8, 7]
    assert sum(item.survey for item in ITEMS) == 8
    assert [item.code for item in ITEMS if item.minus] == ["energy_per_gdp"]


@pytest.mark.parametrize("normaliser", ["log2", "linear"])
def test_base_year_shows_fifty(normaliser: str) -> None:
    found = evaluate(X0, X0, ITEMS, normaliser)
    assert found.items == pytest.approx(50.0)
    assert found.classes == pytest.approx(50.0)
    assert found.total == pytest.approx(50.0)


def test_normaliser_changes_item_values_and_nothing_in_how_they_are_put_together() -> None:
    x = X0 * np.linspace(0.5, 3.0, len(X0))
    log, linear = evaluate(x, X0, ITEMS, "log2"), evaluate(x, X0, ITEMS, "linear")
    ratio = relative(x, X0, MINUS)
    assert log.items == pytest.approx(50.0 * np.log2(1.0 + ratio))
    assert linear.items == pytest.approx(50.0 * ratio)
    first = np.append(0, np.cumsum(TWO_INTEGRATION_SIZES))
    for one in (log, linear):
        means = [one.items[a:b].mean() for a, b in pairwise(first)]
        assert one.classes == pytest.approx(np.array(means))
        assert one.total == pytest.approx(0.25 * means[0] + 0.5 * means[1] + 0.25 * means[2])


@pytest.mark.parametrize("normaliser", ["log2", "linear"])
@pytest.mark.parametrize("place", range(len(ITEMS)))
def test_each_item_moves_its_class_and_the_total_its_own_way(normaliser: str, place: int) -> None:
    more = X0.copy()
    more[place] *= 1.5
    before, after = evaluate(X0, X0, ITEMS, normaliser), evaluate(more, X0, ITEMS, normaliser)
    sign = -1.0 if MINUS[place] else 1.0
    assert sign * (after.total - before.total) > 0
    moved = np.flatnonzero(after.classes != before.classes)
    assert moved.tolist() == [ITEMS[place].kind]


def test_a_bounded_rate_saturates_and_the_scale_is_open() -> None:
    full = evaluate(np.full(23, 1.0), np.full(23, 0.35), ITEMS)
    rates = [place for place, item in enumerate(ITEMS) if not item.minus]
    assert full.items[rates] == pytest.approx(50.0 * np.log2(1.0 + 1.0 / 0.35))
    assert full.items[rates].max() == pytest.approx(97.3, abs=0.1)
    assert evaluate(100 * X0, X0, ITEMS).total > 200


def test_no_figure_shows_nothing() -> None:
    assert evaluate(np.zeros(23), X0, ITEMS).total == 0.0


def test_unknown_normaliser_is_refused() -> None:
    with pytest.raises(InputError, match="normaliser; given 'square'; allowed: log2, linear"):
        evaluate(X0, X0, ITEMS, "square")


def test_provincial_scale_is_apart_from_the_national_one() -> None:
    base = bases(TABLES)
    assert base[0] == pytest.approx(X0)
    factor = TABLES.scale["provincial"]
    rates = np.array([not item.amount and not item.minus for item in ITEMS])
    assert base[1:, rates] == pytest.approx(np.tile(factor * X0[rates], (11, 1)))
    # Cities of average figures for their size add up to the province's amount.
    amounts = np.array([item.amount for item in ITEMS])
    assert base[1:, amounts].sum(axis=0) == pytest.approx(factor * X0[amounts])
    # A harder scale lowers every value, of minus items too.
    harder = replace(TABLES, scale=TABLES.scale | {"provincial": 2.0 * factor})
    x = np.tile(X0, (12, 1))
    values = evaluate(x, base, ITEMS).items[1:], evaluate(x, bases(harder), ITEMS).items[1:]
    assert (values[1] < values[0]).all()
