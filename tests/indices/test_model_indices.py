"""The indices in the model: monthly, yearly, reported, audited; evaluation by the reported index."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.audit import audit, traced
from sim.cli import main
from sim.contributions import firm_parts
from sim.core.errors import InputError
from sim.indices.two_integration import evaluate
from sim.indices.yearly import INDICES, of_year, values
from sim.model import Province
from sim.outputs import BY_NAME
from sim.outputs.indices import fed_by_model
from sim.processes.indicators import POSITION
from sim.results import Results
from sim.words import worded
from sim.world.data import load_data
from sim.world.tables import ABOVE_SCALE

TABLES = load_data().indices


@pytest.fixture(scope="module")
def province() -> Province:
    """A province under the whole programme up to the end of 2015."""
    model = Province("document_2014", scale=0.03, time__end="2015-12")
    model.run()
    return model


@pytest.fixture(scope="module")
def results(province: Province) -> Results:
    """Its results."""
    return province.results()


def test_every_item_is_fed_by_an_output_or_a_path() -> None:
    for index in INDICES:
        for item in TABLES.items(index):
            assert fed_by_model(item) != (item.feeds in TABLES.paths), item.code
    assert set(TABLES.paths) - {
        item.feeds for index in INDICES for item in TABLES.items(index)
    } == {"patents", "older_fund", "population"}


def test_paths_meet_published_years_and_flows_their_mean() -> None:
    internet = TABLES.paths["internet"].monthly(2014 * 12, 12)
    assert internet[-1] == pytest.approx(62.9)
    grants = TABLES.paths["patents"].monthly(2011 * 12, 12)
    assert grants.mean() == pytest.approx(130190, rel=0.06)
    assert all(path.first_year + len(path.values) > 2025 for path in TABLES.paths.values())


def test_yearly_rows_are_the_figures_of_the_year(province: Province, results: Results) -> None:
    frame = results.indices
    assert sorted(set(frame["year"])) == [2012, 2013, 2014, 2015]
    assert (frame["edition"] == frame["year"] + 1).all()
    items = province.recorder.values["items"]
    x = of_year(np.array(items["two_integration"][24:36]), "two_integration", TABLES)
    one = frame[(frame["year"] == 2014) & (frame["index"] == "two_integration")]
    shown = one[one["level"] == "item"]["x"].to_numpy().reshape(12, 23)
    assert np.array_equal(shown, x)
    total = one[one["level"] == "total"]["latent"].to_numpy()
    assert np.array_equal(total, values("two_integration", x, TABLES).total)


def test_monthly_outputs_follow_from_the_items(province: Province, results: Results) -> None:
    x = province.recorder.values["items"]["two_integration"][-1]
    found = values("two_integration", x, TABLES)
    last = results.cities[results.cities["month"] == "2015-12"]
    assert last["two_integration_index"].to_numpy() == pytest.approx(found.total[1:])
    assert results.province["two_integration_benefit"].iloc[-1] == pytest.approx(
        found.classes[0, 2]
    )
    assert "national edition" in BY_NAME["two_integration_index"].note_en


def test_items_show_the_outputs_that_feed_them(province: Province, results: Results) -> None:
    x = province.recorder.values["items"]["two_integration"][-1][0]
    last = results.province.iloc[-1]
    for item, value in zip(TABLES.two_integration, x, strict=True):
        if fed_by_model(item):
            assert value == pytest.approx(item.factor * last[item.feeds]), item.code


def test_reported_is_latent_with_inflation_and_ranks_follow_it(results: Results) -> None:
    frame, cities = results.indices, results.cities
    now = frame[(frame["year"] == 2015) & (frame["index"] == "two_integration")]
    inflation = cities[cities["month"] == "2015-12"].set_index("city")["reporting_inflation"]
    assert inflation.max() > 0
    for city, rows in now.groupby("region"):
        if city != "Zhejiang":
            lift = rows["reported"] / rows["latent"]
            assert lift[rows["latent"] > 0].to_numpy() == pytest.approx(1 + inflation[city])
    total = now[(now["level"] == "total") & (now["region"] != "Zhejiang")]
    order = total.sort_values("reported", ascending=False)["rank"].tolist()
    assert order == sorted(order)
    bureau = frame[frame["index"] == "informatization"]
    assert (bureau["reported"] == bureau["latent"]).all()


def test_governments_rank_the_cities_on_what_they_report() -> None:
    model = Province("document_2014", scale=0.02, time__end="2014-10")
    while model.clock.name != "2014-10":
        model.step()
    index = np.linspace(50.0, 60.0, 11)[::-1].copy()
    model.context.measures["city_index"] = index
    inflation = model.tables["cities"].writable("reporting_inflation")
    inflation[10] = 0.5
    model.step()
    rank = model.tables["cities"].rank
    assert rank[10] == 1.0
    assert rank[:10].tolist() == list(range(2, 12))


def test_city_index_is_last_months_output(province: Province, results: Results) -> None:
    last = results.cities[results.cities["month"] == "2015-12"]["two_integration_index"]
    assert np.array_equal(province.context.measures["city_index"], last)


def test_checkpoint_and_branch_go_on_with_the_same_indices(tmp_path: Path) -> None:
    whole = Province("document_2014", scale=0.02, time__end="2014-12")
    for _ in range(30):
        whole.step()
    branch = whole.branch()
    whole.save(tmp_path / "saved")
    later = Province.load(tmp_path / "saved")
    frames = [one.run().indices for one in (whole, branch, later)]
    pd.testing.assert_frame_equal(frames[0], frames[1], check_exact=True)
    pd.testing.assert_frame_equal(frames[0], frames[2], check_exact=True)
    assert len(frames[0]) == 3 * 12 * (27 + 18)


def test_table_is_saved_and_has_chinese_names(results: Results, tmp_path: Path) -> None:
    results.save(tmp_path / "out")
    again = Results.load(tmp_path / "out")
    pd.testing.assert_frame_equal(again.indices, results.indices)
    shown = worded(results.indices, results.manifest, "zh")
    assert {"数据年", "版次", "地区", "指数", "上报值"} <= set(shown.columns)
    assert {"浙江省", "杭州市"} <= set(shown["地区"])
    assert not [word for word in shown["指标"] if word.isascii() and len(word) > 4]


@pytest.mark.parametrize(
    ("output", "variable", "tiers"),
    [
        ("key_firm_erp", "adopters_erp", 1),
        ("key_firm_scm", "supply_chain", 1),
        ("key_firm_procurement", "procurement", 1),
        ("key_firm_plan", "plan", 1),
        ("numerical_control_rate_key_firms", "key_automation", 1),
        ("labour_productivity", "value_added", ABOVE_SCALE),
        ("profit_over_cost", "profit", ABOVE_SCALE),
        ("energy_per_gdp", "energy", 4),
    ],
)
def test_firms_parts_add_to_the_sums_behind_an_item(
    province: Province, output: str, variable: str, tiers: int
) -> None:
    # The clock stands a month after the sums; energy is the one that it moves.
    province.clock.month -= 1
    mine = firm_parts(province.context)[output]
    province.clock.month += 1
    cube = province.context.measures["cube"]
    city = np.bincount(province.tables["firms"].city, weights=mine, minlength=11)
    assert city == pytest.approx(cube[:, :, :tiers, POSITION[variable]].sum(axis=(1, 2)), rel=1e-6)


def test_audit_adds_up_from_items_to_total(province: Province) -> None:
    trail = traced(province, 1, "two_integration")
    frame = trail.frame
    assert frame["region"].unique().tolist() == ["Hangzhou"]
    items = frame[frame["level"] == "item"]
    found = evaluate(
        items["x"].to_numpy(float), items["x0"].to_numpy(float), TABLES.two_integration
    )
    assert frame.iloc[0]["latent"] == pytest.approx(float(found.total))
    assert items["latent"].to_numpy() == pytest.approx(found.items)
    erp = items.set_index("code").loc["erp"]
    firms = province.tables["firms"]
    users = (firms.alive == 1) & (firms.city == 0) & (firms.tier == 0) & (firms.adopted >> 2 & 1)
    assert erp["contributors"] == pytest.approx(firms.weight[users == 1].sum())
    for lang, words in (("en", "path from outside"), ("zh", "外生走势")):
        text = trail.text(lang)
        assert words in text
        assert text.count("X0") >= 23


def test_fund_is_what_was_paid_in_twelve_months(province: Province, results: Results) -> None:
    paid = results.province["public_spending"].to_numpy()
    older = TABLES.paths["older_fund"].values[0]
    year = results.province["integration_fund"].to_numpy()
    assert paid[-1] > paid[-13] > 0
    assert year[-1] == pytest.approx(paid[-1] - paid[-13] + older)
    assert year[23] == pytest.approx(older)
    text = traced(province, 0, "two_integration").text()
    assert "instruments that paid; largest:" in text


def test_audit_runs_a_scenario_to_the_year_and_saves(tmp_path: Path) -> None:
    trail = audit("no_programme", city="宁波", year=2012, index="informatization", scale=0.02)
    assert trail.frame.iloc[0]["region"] == "Ningbo"
    assert len(trail.frame) == 18
    paths = trail.save(tmp_path / "trail", "zh")
    assert {path.name for path in paths} >= {"audit.csv", "audit.txt", "manifest.json"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"city": "Paris", "year": 2014}, "city; given 'Paris'; allowed: Zhejiang, Hangzhou"),
        ({"city": "Hangzhou", "year": 2030}, "year; given 2030; allowed: 2012 to 2017"),
        ({"year": 2014, "index": "gini"}, "index; given 'gini'"),
    ],
)
def test_audit_refuses_what_it_does_not_know(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        audit("document_2014", scale=0.02, **wrong)  # type: ignore[arg-type]


def test_audit_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["audit", "no_programme", "--scale", "0.02", "--quiet", "--lang", "zh"]
    with pytest.raises(SystemExit) as end:
        main([*command, "--city", "Ningbo", "--year", "2012", "--out", "trail"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("宁波市 · 两化融合指数 · 数据年 2012 · 版次 2013")
    assert "重点企业ERP普及率" in (tmp_path / "trail" / "audit.txt").read_text(encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        main([*command, "--year", "2011", "--out", "other"])
    assert end.value.code == 2
    assert "year; given 2011; allowed: 2012 to 2017" in capsys.readouterr().err
    assert not (tmp_path / "other").exists()
