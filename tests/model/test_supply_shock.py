"""A cluster that stops: its customers lose output, later, and recover; others hardly notice."""

from __future__ import annotations

import numpy as np

from sim.model import Province
from sim.scenario import Scenario

CLUSTER = ("Shaoxing", "TEX")
QUIET = ["technologies=[]", "mechanisms.entry_exit=false", "productivity.shock=0.0",
         "time.start=2014-10", "time.end=2015-10"]  # fmt: skip


def province(share: float | None) -> Province:
    """A run in which the cluster lost `share` of its capacity from January to March 2015."""
    city, sector = CLUSTER
    shock = f"{{city='{city}', sector='{sector}', start='2015-01', end='2015-03', share={share}}}"
    settings = [f"exogenous.supply_shocks=[{shock}]"] if share is not None else []
    quiet = Scenario.load("no_programme", [*QUIET, *settings])
    return Province(quiet, scale=0.03, check=True, parameters="central")


def test_a_shock_travels_to_customers_and_passes() -> None:
    calm, hit = province(None), province(1.0)
    firms, edges = calm.tables["firms"], calm.world.edges
    place = [calm.labels.cities.index(CLUSTER[0]), calm.labels.sectors.index(CLUSTER[1])]
    shocked = (firms.city == place[0]) & (firms.sector == place[1])
    buyer = np.repeat(np.arange(edges.rows), np.diff(edges.supplier_start))
    customers = np.zeros(edges.rows, dtype=bool)
    customers[buyer[shocked[edges.suppliers]]] = True
    customers &= ~shocked
    others = ~shocked & ~customers
    assert shocked.sum() > 20
    assert customers.sum() > 100
    lost: dict[str, list[float]] = {"shocked": [], "customers": [], "others": []}
    while not calm.clock.finished:
        calm.step()
        hit.step()
        before, after = (one.tables["firms"].output * firms.weight for one in (calm, hit))
        for name, rows in (("shocked", shocked), ("customers", customers), ("others", others)):
            lost[name].append(float(1.0 - after[rows].sum() / before[rows].sum()))
    # Months 0-2 are before the shock, 3-5 in it; stocks of inputs last for a while.
    assert max(abs(value) for one in lost.values() for value in one[:3]) < 1e-12
    assert lost["shocked"][3:6] == [1.0, 1.0, 1.0]
    worst = int(np.argmax(lost["customers"]))
    assert 4 <= worst <= 7
    assert lost["customers"][worst] > 0.1
    assert lost["customers"][worst] > 3 * lost["others"][worst]
    assert abs(np.mean(lost["customers"][-3:])) < 0.25 * lost["customers"][worst]


def test_a_shock_of_nothing_changes_nothing() -> None:
    calm, same = province(None).run(), province(0.0).run()
    assert calm.province.equals(same.province)
    assert not calm.province.equals(province(0.1).run().province)
