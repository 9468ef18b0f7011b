"""Names of a scenario in a run on an economy of the user's; the values of such an economy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from sim.comparison import compare, run
from sim.core.errors import InputError
from sim.model import Province
from sim.scenario import Scenario
from sim.scenario_files import toml_value
from sim.story.firm import sector_names
from sim.world.data import load_data
from sim.world.economy import Economy

CODES = ("WHEAT", "IND", "TEXT")
TABLE = [[0.1, 0.2, 0.0], [0.2, 0.2, 0.3], [0.0, 0.1, 0.1]]
SHOCK = {"start": "2012-02", "end": "2012-12", "factor": 0.5}
LOSS = {"start": "2012-02", "end": "2012-12", "city": "Hangzhou", "share": 0.9}


def own(**fields: Any) -> Economy:
    return Economy.from_table(CODES, TABLE, [100.0, 2000.0, 300.0], **fields)


def zhejiang_reversed() -> Economy:
    have, back = load_data().economy, slice(None, None, -1)
    return replace(
        have,
        **{
            name: value[back, back] if value.ndim == 2 else value[back]
            for name, value in vars(have).items()
            if isinstance(value, np.ndarray)
        },
        codes=have.codes[back], names_en=have.names_en[back],
        names_zh=tuple(f"自有{code}" for code in have.codes[back]),
    )  # fmt: skip


def column(province: Province, name: str) -> dict[str, float]:
    values = np.array(province.tables["sectors"][name])
    return dict(zip(province.labels.sectors, values.tolist(), strict=True))


def buying(sector: str) -> Scenario:
    """Nothing but goods of one sector, bought with 120 million a year."""
    purchase = {
        "kind": "procurement", "start": "2012-01", "goods_sectors": [sector], "goods_share": 1.0,
        "budget": {"2012": 12_000.0},
    }  # fmt: skip
    return Scenario.from_dict({"instruments": {"buying": purchase}})


def test_support_goes_to_the_sector_it_names_in_any_order() -> None:
    economy = zhejiang_reversed()
    plain, bought = (Province(one, economy=economy) for one in ("no_programme", buying("TEX")))
    for province in (plain, bought):
        province.step()
    before, after = column(plain, "final_demand"), column(bought, "final_demand")
    assert {code for code in before if after[code] != before[code]} == {"TEX"}
    assert list(bought.codes["sectors"]) == list(economy.codes)
    named = Scenario.load("document_2014").instruments["green_subsidy"].sectors
    whole = Province("document_2014", economy=economy)
    rows = whole.policies["green_subsidy"].eligibility(whole.codes).rows(whole.tables["firms"])
    sectors = whole.tables["firms"].sector[rows]
    assert {whole.labels.sectors[place] for place in sectors} == set(named)
    assert sector_names(whole, whole.codes["sectors"]["TEX"])["sector_zh"] == "自有TEX"


def test_shocks_and_support_find_sectors_of_ones_own() -> None:
    plain = Province("no_programme", economy=own())
    shocks = {"sectors": ["IND"], **SHOCK}
    less = Province("no_programme", economy=own(), exogenous__demand_shocks=[shocks])
    loss = Province(
        "no_programme", economy=own(), exogenous__supply_shocks=[{"sector": "TEXT", **LOSS}]
    )
    more = Province(buying("IND"), economy=own())
    for province in (plain, less, loss, more):
        province.step()
        province.step()
    demand = column(plain, "final_demand")
    assert column(less, "final_demand") == demand | {"IND": pytest.approx(0.5 * demand["IND"])}
    assert column(more, "final_demand")["IND"] == pytest.approx(demand["IND"] + 1000.0, rel=0.01)
    assert column(loss, "output")["TEXT"] < 0.5 * column(plain, "output")["TEXT"]


def test_a_scenario_for_other_sectors_says_what_to_change() -> None:
    with pytest.raises(InputError) as caught:
        Province("document_2014", economy=own())
    error, text = caught.value, str(caught.value)
    assert error.where.endswith("document_2014.toml")
    assert error.key == "instruments.design_centres_province.sectors.0"
    assert error.given == "GEN"
    assert "WHEAT, IND, TEXT" in text
    assert len(text.splitlines()) == 1
    # It names every list to change, so that one more call runs.
    lists = str(error.allowed).partition(" in ")[2].split(", ")
    assert len(lists) == 6
    emptied = {key.replace(".", "__"): [] for key in lists}
    province = Province("document_2014", economy=own(), check=True, **emptied)
    for _ in range(36):
        province.step()
    with pytest.raises(
        InputError, match=r"outage\.toml: exogenous\.supply_shocks\.0\.sector; .*TEX"
    ):
        Province("cluster_outage", economy=own(), **emptied)
    plain = Province("no_programme", economy=own())
    with pytest.raises(InputError, match="WHEAT"):
        plain.branch(buying("ICT"))


def test_a_scenario_with_own_sectors_is_loaded_and_refused_where_they_are_not(
    tmp_path: Path,
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        'extends = "no_programme"\n[[exogenous.demand_shocks]]\nstart = "2012-02"\n'
        'end = "2012-03"\nfactor = 0.5\nsectors = ["IND"]\n',
        encoding="utf-8",
    )
    loaded = Scenario.load(path)
    Province(loaded, economy=own()).step()
    message = r"own\.toml: exogenous\.demand_shocks\.0\.sectors\.0; given 'IND'; .*did you mean MIN or INS"
    drawn = loaded.with_draw({"adoption": {"reviews_per_year": 2.0}})
    shorter = loaded.with_settings(['time.end="2012-03"'])
    for scenario in (path, loaded, drawn, shorter):
        with pytest.raises(InputError, match=message):
            Province(scenario, scale=0.01)
    with pytest.raises(InputError, match=message):
        compare([loaded, "no_programme"], replicates=1, scale=0.01, workers=1)


def test_an_own_economy_has_no_clusters_of_zhejiang() -> None:
    province = Province("no_programme", economy=zhejiang_reversed())
    with pytest.raises(InputError, match="Zhejiang's sectors"):
        province.supply.clusters()


def test_settings_are_values() -> None:
    plain = Province("no_programme", economy=own())
    same = Province(
        "no_programme", economy=own(), technologies=plain.settings.technologies,
        population__seed=np.int64(1), exogenous__demand_shocks=[],
        instruments=buying("IND").instruments,
    )  # fmt: skip
    assert same.settings.hash == Scenario.load("no_programme", [
        f"instruments={toml_value(buying('IND').model_dump(mode='json')['instruments'])}"
    ]).with_own(economy=own()).hash  # fmt: skip
    with pytest.raises(
        InputError, match=r"Province adoption__reviews: adoption\.reviews; .*did you"
    ):
        Province("no_programme", adoption__reviews=3)


FOREIGN = [[0.05, 0.30, 0.0, 0.0], [0.10, 0.15, 0.2, 0.0], [0.10, 0.10, 0.1, 0.0], [0.0] * 4]
"""Farming, which imports more than it sells to final users; a row and column of nothing."""


def test_net_imports_and_empty_sectors_keep_the_outputs_of_the_table() -> None:
    codes, demand = ("FARM", "FOOD", "SERV", "NONE"), np.array([-150.0, 900.0, 1500.0, 0.0])
    table = np.array(FOREIGN)
    economy = Economy.from_table(codes, table, demand)
    np.testing.assert_allclose(economy.output, np.linalg.solve(np.eye(4) - table, demand))
    assert (economy.final_demand >= 0).all()
    bought = economy.coefficients.sum(axis=0) + economy.imported_share
    np.testing.assert_allclose(bought, table.sum(axis=0))
    assert economy.coefficients[1:].tolist() == FOREIGN[1:]
    province = Province("no_programme", economy=economy, check=True)
    first = None
    for _ in range(24):
        province.step()
        output = np.array(province.tables["sectors"].output)
        first = output if first is None else first
    assert (output[:3] > 0.7 * first[:3]).all()
    assert output[3] == 0
    with pytest.raises(InputError, match="final_demand; given '-900 for sector FARM, whose output"):
        Economy.from_table(codes, table, [-900.0, 900.0, 1500.0, 0.0])


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"capital_output_ratio": [0, 0, 1]}, "capital_output_ratio; given '0 for sector WHEAT'"),
    ({"skilled_share": [0, 3, 0]}, "skilled_share; given '3 for sector IND'; allowed: .* 0 to 1"),
    ({"imported_share": [0.9, 0, 0]}, "coefficients and imported_share; given 'a sum of 1.2 for"),
    ({"export_share": [0.6] * 3, "service_share": [0.6] * 3}, "export_share and service_share"),
    ({"labour_share": [10**400] * 3}, "labour_share; given 'list'; allowed: finite numbers"),
    ({"energy_share": [np.nan, 0, 0]}, "energy_share; given 'nan for sector WHEAT'"),
    ({"names_zh": ["一"]}, "names_zh; given '1 names'; allowed: 3 names"),
    ({"names_en": 3}, "names_en; given 'int'"),
]


@pytest.mark.parametrize(("fields", "message"), WRONG)
def test_wrong_values_name_field_and_sector(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        own(**fields)
    with pytest.raises(InputError, match=message):
        replace(own(), **fields)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"economy": {}}, "economy; given 'dict'; allowed: an Economy"),
        ({"scale": "x"}, "scale; given 'x'; allowed: 0.01 to 25"),
        ({"scale": float("nan")}, "scale; given nan"),
        ({"scale": 10**400}, "scale; given a whole number of about 400 digits; allowed: 0.01"),
        ({"check": "no"}, "check; given 'no'; allowed: True or False"),
        ({"scenario": 3}, "scenario; given 3; allowed: a Scenario"),
        ({"scenario": "x" * 300}, "scenario; given 'xxx"),
    ],
)
def test_wrong_keywords_are_named(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Province(**{"scenario": "no_programme", "economy": own()} | keywords)


def test_a_run_on_an_economy_says_where_its_firms_are() -> None:
    short = {"economy": own(), "until": "2012-02", "parameters": "central"}
    (note,) = run("no_programme", **short).manifest["notes"]
    assert "one firm a sector, all in Hangzhou: scale changes nothing" in note
    # The note of one scenario stands beside that of the data, once for all runs.
    purchase = {"cities": ["Ningbo", "Hangzhou"], **buying("IND").instruments["buying"].model_dump(
        mode="json", exclude={"cities"})}  # fmt: skip
    there = Scenario.from_dict({"instruments": {"buying": purchase}}, "there")
    pair = compare(["no_programme", there], replicates=1, workers=1, scale=0.01, **short)
    first, second = (one for one in pair.manifest["notes"] if "Zhejiang's" not in one)
    assert first == note
    assert second == (
        "scenario there: this run has no firm in Ningbo, which instruments.buying.cities names:"
        " no firm there is reached"
    )
    assert len(pair.manifest["notes"]) == len(set(pair.manifest["notes"])) <= 3


def test_a_loss_where_own_data_has_no_firm_is_refused() -> None:
    loss = [{"sector": "TEXT", **LOSS, "city": "Shaoxing"}]
    with pytest.raises(InputError) as caught:
        Province("no_programme", economy=own(), exogenous__supply_shocks=loss)
    assert caught.value.key == "exogenous.supply_shocks.0"
    assert "Shaoxing TEXT, where this run has no firm" in str(caught.value)
    assert "Hangzhou IND, Hangzhou TEXT, Hangzhou WHEAT" in str(caught.value)
    graph = nx.path_graph(3, create_using=nx.DiGraph)
    graph.graph.update(sector="TEX", city="Ningbo")
    with pytest.raises(
        InputError, match=r"outage\.toml: .*Shaoxing TEX, where this run .*Ningbo T"
    ):
        Province("cluster_outage", supply_graph=graph)
    graph.graph["city"] = "Shaoxing"
    Province("cluster_outage", supply_graph=graph)
