"""Economies and supply graphs of the user's: named by scenarios, repeated from results, never lost."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import tomllib
from copy import deepcopy
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import sim
from sim import (
    City,
    Economy,
    Firm,
    InputError,
    Provider,
    Province,
    Scenario,
    SupplyGraph,
    compare,
    laboratory,
    ledger,
    run,
    scorecard,
)
from sim.results import read_manifest
from sim.view.uploads import read_plan
from sim.workers import Job, run_job
from sim.world.own_files import read_economy, read_graph

TABLE = "code,A,B,final_demand,skilled_share\nA,.15,.30,900,.2\nB,.25,.05,1500,.1\n"
LINKS = "supplier,customer,share,supplier_sector,customer_sector\na,b,.05,A,B\nb,c,.02,B,A\n"
SCENARIO = """extends = "no_programme"
economy = "data/table.csv"
supply_graph = { path = "data/links.csv", city = "宁波市" }
time.end = "2012-03"
"""
SHORT: dict[str, Any] = {"until": "2012-03", "scale": 0.01}
CODES = ["A", "B"]


def economy() -> Economy:
    table = [[0.15, 0.30], [0.25, 0.05]]
    return Economy.from_table(CODES, table, [900, 1500], skilled_share=[0.2, 0.1])


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """A scenario whose data lies beside it."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "table.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "data" / "links.csv").write_text(LINKS, encoding="utf-8")
    path = tmp_path / "own.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def lianghua(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sim.cli", *arguments, "--quiet"]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_the_door_of_the_package_opens_to_all_that_it_names() -> None:
    assert {"Firm", "City", "Provider", "Economy", "SupplyGraph", "InputError"} <= set(sim.__all__)
    assert all(getattr(sim, name) is not None for name in sim.__all__)
    province = Province("no_programme", scale=0.01)
    assert [len(province.agents_by_type[kind]) > 0 for kind in (Firm, City, Provider)] == [True] * 3
    assert isinstance(province.supply.graph, SupplyGraph)


def test_scenarios_that_name_no_data_keep_their_hash() -> None:
    known = {"document_2014": "5f9c3b910927be0e", "limit_bass": "d86e4044a3b8a103"}
    assert {name: Scenario.load(name).hash for name in known} == known


def test_a_scenario_names_files_and_hashes_what_is_in_them(scenario: Path) -> None:
    one = Scenario.load(scenario)
    assert Scenario.from_dict(tomllib.loads(one.to_toml()), "own") == one
    province = Province(one)
    assert province.labels.sectors == ("A", "B")
    assert province.supply.graph.nodes[0]["city"] == "Ningbo"
    assert [node["label"] for _, node in province.supply.graph.nodes(data=True)] == ["a", "b", "c"]
    moved = scenario.parent / "elsewhere.csv"
    moved.write_text(TABLE, encoding="utf-8")
    assert one.with_settings([f"economy={moved}"]).hash == one.hash
    moved.write_text(TABLE.replace("900", "901"), encoding="utf-8")
    other = one.with_settings([f"economy={moved}"])
    assert other.hash != one.hash
    assert list(one.diff(other)) == ["economy.sha256"]
    assert one.with_settings(["economy="]).economy is None


def test_a_run_on_own_files_is_repeated_or_says_why_not(scenario: Path) -> None:
    folder = scenario.parent
    first = lianghua("run", str(scenario), "--out", str(folder / "one"), "--parameters", "central")
    assert first.returncode == 0, first.stderr
    result = folder / "one" / "province.parquet"
    assert lianghua("run", str(result), "--out", str(folder / "two")).returncode == 0
    pd.testing.assert_frame_equal(
        pd.read_parquet(result), pd.read_parquet(folder / "two" / "province.parquet")
    )
    made = read_manifest(result)["settings"]
    assert Path(made["economy"]["path"]) == folder / "data" / "table.csv"
    assert len(made["economy"]["sha256"]) == len(made["supply_graph"]["sha256"]) == 64
    (folder / "data" / "table.csv").write_text(TABLE.replace("900", "90"), encoding="utf-8")
    changed = lianghua("run", str(result))
    assert (changed.returncode, len(changed.stderr.splitlines())) == (2, 1)
    assert "a changed file" in changed.stderr
    (folder / "data" / "table.csv").unlink()
    gone = lianghua("run", str(result))
    assert (gone.returncode, len(gone.stderr.splitlines())) == (2, 1)
    assert "table.csv" in gone.stderr


def test_a_run_on_an_object_is_not_repeated_as_another(tmp_path: Path) -> None:
    results = run("no_programme", economy=economy(), **SHORT)
    assert list(results.sectors["sector"].unique()) == CODES
    results.save(tmp_path / "saved")
    again = lianghua("run", str(tmp_path / "saved" / "province.parquet"))
    assert (again.returncode, len(again.stderr.splitlines())) == (2, 1)
    assert "economy handed over in Python" in again.stderr
    # Nor does any other way through plain values lose the economy without a word.
    with pytest.raises(InputError, match="handed over in Python"):
        Province(Scenario.from_dict(results.manifest["settings"]))


def test_objects_and_files_give_the_same_and_go_into_workers(scenario: Path) -> None:
    graph = nx.DiGraph(sector="A", city="Ningbo")
    graph.add_edge("a", "b", share=0.05)
    graph.add_edge("b", "c", share=0.02)
    graph.nodes["b"]["sector"] = "B"
    given: dict[str, Any] = {"economy": economy(), "supply_graph": graph}
    handed = run("no_programme", **given, parameters="central", **SHORT)
    filed = run(scenario, scale=0.01, parameters="central")
    pd.testing.assert_frame_equal(handed.province, filed.province)
    own = Scenario.load("no_programme").with_own(**given).with_settings(['time.end="2012-03"'])
    job = Job(own, 0, 1, 0.01, False)
    carried = run_job(pickle.loads(pickle.dumps(job)))
    pd.testing.assert_frame_equal(carried.province, handed.province)


def test_comparisons_scores_ledgers_and_laboratories_take_own_data(tmp_path: Path) -> None:
    graph = nx.DiGraph(sector="TEX", city="Ningbo")
    nx.add_path(graph, range(30), share=0.02)
    nx.write_graphml(graph, tmp_path / "graph.graphml")
    filed: dict[str, Any] = {"supply_graph": tmp_path / "graph.graphml", "replicates": 2}
    handed = filed | {"supply_graph": graph}
    pair = ["document_2014", "no_programme"]
    one = compare(pair, workers=2, **filed, **SHORT)
    other = compare(pair, workers=1, **handed, **SHORT)
    pd.testing.assert_frame_equal(one.province, other.province)
    kept = one.manifest["settings"]["document_2014"]["supply_graph"]
    assert kept["path"] == str(tmp_path / "graph.graphml")
    assert (
        scorecard(pair, workers=1, **filed, **SHORT).manifest["settings"]
        == one.manifest["settings"]
    )
    money = ledger("document_2014", ["equipment_subsidy"], workers=1, follow=0, **filed, **SHORT)
    assert money.manifest["settings"]["supply_graph"] == kept
    rules = laboratory(
        "document_2014", "equipment_subsidy", rules=["contest"], workers=1, follow=0,
        **filed, **SHORT,
    )  # fmt: skip
    assert rules.manifest["settings"]["supply_graph"] == kept


def test_a_batch_takes_own_files(scenario: Path) -> None:
    from experiments.runner import run_study
    from experiments.study import load_study

    (scenario.parent / "study.toml").write_text(
        """[study]
title = { zh = "一", en = "One" }
question = { zh = "二?", en = "Two?" }
[run]
scale = 0.01
replicates = 1
until = "2012-12"
[scenarios]
names = ["own.toml", "no_programme"]
[settings]
supply_graph = { path = "data/plain.csv", city = "Ningbo", sector = "TEX" }
economy = ""
[levers]
"adoption.reviews_per_year" = { values = [1.0] }
[design]
method = "grid"
[outcomes]
names = ["output"]
""",
        encoding="utf-8",
    )
    (scenario.parent / "data" / "plain.csv").write_text(
        "supplier,customer\na,b\n", encoding="utf-8"
    )
    study = load_study(scenario.parent / "study.toml")
    assert {one.supply_graph.sector for one in study.scenarios if one.supply_graph} == {"TEX"}
    summary = run_study(study, scenario.parent / "batch", workers=1)
    assert (summary.failed, summary.total) == (0, 2), summary.reasons


def test_a_checkpoint_needs_the_same_object_again(tmp_path: Path) -> None:
    province = Province("no_programme", economy=economy(), time__end="2012-03")
    province.step()
    province.save(tmp_path / "there")
    with pytest.raises(InputError, match="handed over in Python"):
        Province.load(tmp_path / "there")
    with pytest.raises(InputError, match="another supply_graph or economy"):
        Province.load(tmp_path / "there", economy=Economy.from_table(["A"], [[0.1]], [5]))
    again = Province.load(tmp_path / "there", economy=economy())
    again.step()
    province.step()
    np.testing.assert_array_equal(again.tables["firms"].cash, province.tables["firms"].cash)


def test_a_plan_of_the_page_reaches_no_file() -> None:
    for key in ("economy", "supply_graph"):
        with pytest.raises(InputError, match=key):
            read_plan(f'extends = "no_programme"\n{key} = "/etc/hostname"\n'.encode())


BAD_TABLES = [
    ("name,A\nA,.1\n", "code"),
    ("code,A,final_demand\nA,.1,5\nB,.1,5\n", "column B"),
    ("code,A,demand\nA,.1,5\n", "column demand"),
    ("code,A,final_demand\nA,much,5\n", "line 2, column A"),
    ("code,A\nA,.1\n", "final_demand or output"),
    ("code,A,final_demand\nA,1.1,5\n", "coefficients"),
    ("code,A,output\nA,5,0\n", "above 0, as the sector buys inputs"),
]


@pytest.mark.parametrize(("text", "message"), BAD_TABLES)
def test_a_table_that_cannot_be_used_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "table.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message) as error:
        run("no_programme", economy=tmp_path / "table.csv", **SHORT)
    assert str(tmp_path / "table.csv") in str(error.value)


BAD_GRAPHS = [
    ("graph.xlsx", "", ".graphml, .gexf, .gml, .json, .csv"),
    ("graph.graphml", "<graphml><node", "a whole graphml file"),
    ("graph.gml", "graph [ node [ id", "a whole gml file"),
    ("graph.json", "{}", "given 'an object with nothing'; allowed: a whole json file"),
    ("graph.json", "[1, 2]", r"JSON that is no object but \[1, 2\]'; allowed: a whole json file"),
    ("graph.json", '{"nodes": 3, "links": []}', "an object with nodes, links'; allowed: a whole"),
    ("graph.json", "{", "a whole json file"),
    (
        "graph.gexf",
        '<gexf xmlns="http://gexf.net/1.3" version="1.3"><graph></graph></gexf>',
        "given 'GEXF 1.3'; allowed: GEXF 1.1 or 1.2, or the graph as GraphML",
    ),
    ("graph.csv", "source,target\na,b\n", "only source, target"),
    ("graph.csv", "supplier,customer\na,b\n", "node 'a': sector"),
    ("graph.csv", "supplier,customer\na,b\na,b\n", "each link once"),
    ("graph.csv", "supplier,customer,supplier_sector\na,b,TEX\na,c,APP\n", "TEX, as before"),
    ("graph.csv", "supplier,customer,money\na,b,3\n", "column money"),
    (
        "graph.csv",
        "supplier,customer,share,supplier_sector,supplier_city,customer_sector,customer_city\n"
        "a,b,-1,TEX,Ningbo,TEX,Ningbo\n",
        "given -1.0; allowed: a number of 0 or more, not infinite",
    ),
]


@pytest.mark.parametrize(("name", "text", "message"), BAD_GRAPHS)
def test_a_graph_that_cannot_be_used_is_one_line(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        run("no_programme", supply_graph=tmp_path / name, **SHORT)


def test_what_a_weight_may_be_has_no_empty_word(tmp_path: Path) -> None:
    (tmp_path / "graph.csv").write_text("supplier,customer\na,b\n", encoding="utf-8")
    graph = {"path": str(tmp_path / "graph.csv"), "weight": "tons"}
    with pytest.raises(InputError, match="weight; given 'tons'; allowed: share, flow, none"):
        Scenario.from_dict({"supply_graph": graph})


def test_every_format_of_graph_is_read(tmp_path: Path) -> None:
    graph = nx.DiGraph(city="Ningbo", sector="TEX")
    graph.add_edge("a", "b", share=0.02)
    nx.set_node_attributes(graph, {"a": 50, "b": 70}, "employees")
    nx.set_node_attributes(graph, "Ningbo", "city")
    nx.set_node_attributes(graph, "TEX", "sector")
    nx.write_graphml(graph, tmp_path / "graph.graphml")
    nx.write_gexf(graph, tmp_path / "graph.gexf")
    nx.write_gml(graph, tmp_path / "graph.gml")
    for key in ("links", "edges"):
        text = json.dumps(nx.node_link_data(graph, edges=key))
        (tmp_path / f"{key}.json").write_text(text, encoding="utf-8")
    (tmp_path / "graph.csv").write_text(
        "supplier,customer,share,supplier_sector,supplier_city,supplier_employees,customer_sector,"
        "customer_city,customer_employees\na,b,.02,TEX,Ningbo,50,TEX,Ningbo,70\n",
        encoding="utf-8",
    )
    plain = run("no_programme", supply_graph=graph, **SHORT).province
    for path in sorted(tmp_path.iterdir()):
        pd.testing.assert_frame_equal(
            run("no_programme", supply_graph=path, **SHORT).province, plain
        )


FOREIGN = """code;name_en;AGR;MAN;OIL;NIL;output
AGR;Agriculture;10;20,5;0;0;100
MAN;Manufacturing;15;60;5;0;200
OIL;Oil;5;40;1;0;{oil}
NIL;Nothing made;0;0;0;0;0
"""


def test_every_number_of_a_table_of_links_has_its_decimal_mark(tmp_path: Path) -> None:
    """The share's comma says that points part thousands, in the attributes of firms as well."""
    (tmp_path / "links.csv").write_text(
        "supplier;customer;share;supplier_employees;customer_employees;supplier_output;"
        "customer_output;supplier_capability;supplier_label\n"
        "a;b;0,05;1.200;900;8.000;6.500,5;0,25;7.610\n",
        encoding="utf-8",
    )
    graph = read_graph(tmp_path / "links.csv")
    assert graph.edges["a", "b"]["share"] == 0.05
    assert graph.nodes["a"] == {
        "employees": 1200.0, "output": 8000.0, "capability": 0.25, "label": "7.610"
    }  # fmt: skip
    assert graph.nodes["b"] == {"employees": 900.0, "output": 6500.5}
    text = (tmp_path / "links.csv").read_text(encoding="utf-8").replace("1.200", "many")
    (tmp_path / "links.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="line 2, column supplier_employees; given 'many'"):
        read_graph(tmp_path / "links.csv")


def foreign(path: Path, oil: int) -> Any:
    """A run on the table, or the error that says why there is none."""
    path.write_text(FOREIGN.format(oil=oil), encoding="gb18030")
    still = ["exogenous.frozen=true"]
    try:
        return run("no_programme", economy=path, check=True, settings=still, until="2012-12")
    except InputError as error:
        return error


def test_a_foreign_table_of_purchases_runs(tmp_path: Path) -> None:
    """Money instead of coefficients, decimal commas, a sector without output."""
    output = foreign(tmp_path / "table.csv", 72).province["output"]
    np.testing.assert_allclose(output, output[0], rtol=0.1)


def test_net_imports_in_a_foreign_table_run_or_are_one_line(tmp_path: Path) -> None:
    """More oil is bought than made, so that its final demand is below 0."""
    found = foreign(tmp_path / "table.csv", 20)
    if isinstance(found, InputError):
        assert found.where == str(tmp_path / "table.csv")
        assert "final_demand" in str(found)
    else:
        output = found.province["output"]
        np.testing.assert_allclose(output, output[0], rtol=0.1)


MONEY = "code,A,B,output,final_demand\nA,15,30,{output},{final}\nB,25,5,200,170\n"


@pytest.mark.parametrize(
    ("output", "final"),
    [("100", "55"), ("100", "55.9"), ("99.1", "55"), ("44", "-1"), ("100", "54.1")],
)
def test_outputs_and_final_demands_that_agree_but_for_rounding_are_read(
    tmp_path: Path, output: str, final: str
) -> None:
    (tmp_path / "table.csv").write_text(MONEY.format(output=output, final=final), encoding="utf-8")
    made = read_economy(tmp_path / "table.csv").output
    np.testing.assert_allclose(made, [float(output), 200.0], rtol=0.02)


@pytest.mark.parametrize(
    ("output", "final", "uses"),
    [("150", "55", "100"), ("100", "65", "110"), ("100", "-30", "15"), ("1000", "55", "100")],
)
def test_an_output_that_its_own_row_contradicts_is_refused(
    tmp_path: Path, output: str, final: str, uses: str
) -> None:
    (tmp_path / "table.csv").write_text(MONEY.format(output=output, final=final), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_economy(tmp_path / "table.csv")
    assert caught.value.key == "line 2: output"
    assert caught.value.given == f"{output} for sector A"
    assert str(caught.value.allowed).startswith(f"{uses}, as its row says: 45 bought by sectors")
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("code,A,final_demand\nA,.1,5\nTotal,.1,5\n", "line 3: code; given 'Total'"),
        ("code,A,合计,final_demand\nA,.1,.1,5\n", "column 合计; given 'an unknown column'"),
        ("code,A,SUM,final_demand\nA,.1,.1,5\nSUM,.1,.1,5\n", "line 3: code; given 'SUM'"),
    ],
)
def test_a_table_with_totals_says_that_they_are_left_out(
    tmp_path: Path, text: str, where: str
) -> None:
    (tmp_path / "table.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=f"{where}; allowed: sectors only: .* totals are left out"):
        read_economy(tmp_path / "table.csv")


def test_what_is_hashed_does_not_change_any_more() -> None:
    table = np.array([[0.15, 0.30], [0.25, 0.05]])
    one = Economy.from_table(CODES, table, [900.0, 1500.0])
    for kept in (one, pickle.loads(pickle.dumps(one)), deepcopy(one)):
        with pytest.raises(ValueError, match="read-only"):
            kept.coefficients[0, 0] = 0.5
    table[0, 0] = 0.5
    assert one.coefficients[0, 0] == 0.15
    masked = np.ma.masked_array([900.0, 1500.0], mask=[False, True])
    with pytest.raises(InputError, match="final_demand; given 'masked entries'"):
        Economy.from_table(CODES, table, masked)
    graph = nx.DiGraph(sector="TEX", city="Ningbo")
    graph.add_edge("a", "b", share=0.01)
    scenario = Scenario.load("no_programme").with_own(supply_graph=graph)
    graph.nodes["a"]["employees"] = 5000
    graph.add_edge("b", "c")
    firms = Province(scenario).tables["firms"]
    assert (firms.rows, firms.skilled[0] + firms.unskilled[0]) == (2, pytest.approx(100.0))


def test_an_attribute_without_a_text_of_its_own_is_refused() -> None:
    graph = nx.DiGraph(sector="TEX", city="Ningbo")
    graph.add_edge("a", "b", share=np.float32(0.01))
    graph.nodes["a"].update(adopted={"erp"}, size=np.ones(2))
    hashes = {Scenario.load("no_programme").with_own(supply_graph=one).hash
              for one in (graph, deepcopy(graph))}  # fmt: skip
    assert len(hashes) == 1
    graph.nodes["b"]["owner"] = object()
    with pytest.raises(InputError, match="node 'b': owner; given 'a value of type object'"):
        Scenario.load("no_programme").with_own(supply_graph=graph)


@pytest.mark.parametrize("setting", ['economy.path=""', 'supply_graph.sector="TEX"'])
def test_own_data_without_a_file_says_that_none_is_named(setting: str) -> None:
    with pytest.raises(InputError, match="path; given 'no file'"):
        Province(Scenario.load("no_programme", [setting]))


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("code,output,B,final_demand", "line 2: code; given 'output'; .*reserved"),
        ("Code,A,B,final_demand", "did you mean Code"),
    ],
)
def test_a_table_says_what_is_wrong_with_its_names(tmp_path: Path, header: str, words: str) -> None:
    first = header.split(",")[1]
    table = f"{header}\n{first},.1,.2,900\nB,.2,.1,900\n"
    (tmp_path / "table.csv").write_text(table, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        Province("no_programme", economy=tmp_path / "table.csv")


def test_sectors_that_cannot_pay_inputs_and_labour_are_refused() -> None:
    table = [[0.5, 0.4], [0.3, 0.3]]
    Economy.from_table(["A", "B"], table, [100, 100], imported_share=[0.1, 0.1],
                       labour_share=[0.1, 0.2])  # fmt: skip
    with pytest.raises(InputError, match=r"0\.9 for inputs and 1 for labour in sector B"):
        Economy.from_table(["A", "B"], table, [100, 100], imported_share=[0.1, 0.2],
                           labour_share=[0.1, 1.0])  # fmt: skip
    # A table that does not speak of labour leaves it what inputs leave.
    assert Economy.from_table(["A", "B"], table, [100, 100]).labour_share[0] == pytest.approx(0.2)
    dear = Economy.from_table(["A", "B"], table, [100, 100], imported_share=[0.1, 0.2])
    assert dear.labour_share == pytest.approx([0.1, 0.1])


@pytest.mark.parametrize("words", [("story", "city", "Ningbo"), ("audit",)])
def test_stories_and_audits_print_the_notes_of_their_data(
    scenario: Path, words: tuple[str, ...]
) -> None:
    """Links of this share carry more than the table says that sectors need."""
    links = "supplier,customer,share,supplier_sector,customer_sector\na,b,.9,TEX,TEX\n"
    (scenario.parent / "data" / "links.csv").write_text(links, encoding="utf-8")
    text = SCENARIO.replace('economy = "data/table.csv"\n', "").replace("2012-03", "2012-12")
    scenario.write_text(text, encoding="utf-8")
    more = ("--year", "2012") if words == ("audit",) else ()
    told = lianghua(*words, str(scenario), *more, "--parameters", "central")
    assert told.returncode == 0, told.stderr
    assert "note: links of the supply graph carry" in told.stderr
    assert "links of the supply graph" not in told.stdout
