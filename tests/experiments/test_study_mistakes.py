"""Mistakes in study files: one line that names file, key, what was given and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.study import load_study
from experiments.study_file import find_study
from sim.core.errors import InputError

RATE = "instruments.equipment_subsidy.rate"
GOOD = {
    "study": '{title = {zh = "试", en = "trial"}}',
    "run": '{until = "2012-06"}',
    "scenarios": '{names = ["document_2014"]}',
    "levers": f'{{"{RATE}" = {{low = 0.0, high = 0.3}}}}',
    "design": '{method = "grid", levels = 3}',
}


def refused(folder: Path, on_top: tuple[str, ...] = (), /, **tables: str | None) -> InputError:
    """What a study is refused with; `tables` replace those of a good one, None leaves one out."""
    file = folder / "trial.toml"
    lines = [f"{key} = {value}" for key, value in (GOOD | tables).items() if value is not None]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_study(file, on_top)
    assert len(str(caught.value).splitlines()) == 1
    return caught.value


def one_factor(key: str, table: str) -> str:
    return f'{{"{key}" = {table}}}'


@pytest.mark.parametrize(
    ("tables", "key", "parts"),
    [
        ({"study": None}, "study.title", "given 'nothing'"),
        ({"study": '{titel = 1, title = {zh = "a", en = "b"}}'}, "study.titel", "title"),
        ({"study": '{title = {zh = "a"}}'}, "study.title.en", "nothing"),
        ({"scenarios": None}, "scenarios.names", "nothing"),
        ({"scenarios": '{names = ["document_2041"]}'}, "scenarios.names", "did you mean document_2014"),
        ({"scenarios": '{names = ["nothing*"]}'}, "scenarios.names.0", "pattern"),
        ({"scenarios": '{names = ["document_2014", "document_2014"]}'}, "scenarios.names.1", "twice"),
        ({"scenarios": '{names = ["document_2014"], baseline = "no_program"}'},
         "scenarios.baseline", "did you mean no_programme"),
        ({"scenarios": '{names = ["document_2014", "outlook_2025"]}', "run": "{}"},
         "scenarios.names", "same months"),
        ({"run": "{replicates = 0}"}, "run.replicates", "1 to 100000"),
        ({"run": "{scale = 100.0}"}, "run.scale", "0.01 to 25"),
        ({"run": "{replicas = 2}"}, "run.replicas", "did you mean replicates"),
        ({"run": '{until = "2011-12"}'}, "run.until", "2012-01"),
        ({"run": '{until = "2012-13"}'}, "run.until", "YYYY-MM"),
        ({"run": '{parameters = "nowhere"}'}, "run.parameters", "nowhere"),
        ({"settings": "{programme = {funding = -1.0}}"}, "settings.programme.funding", "0 to 100"),
        ({"settings": "{program = {}}"}, "settings.program", "programme"),
        ({"levers": "3"}, "levers", "a table"),
        ({"levers": one_factor("instruments.equipment_subsidy.rat", "{low = 0, high = 1}")},
         "levers.instruments.equipment_subsidy.rat",
         "did you mean instruments.equipment_subsidy.rate"),
        ({"levers": one_factor("instruments.equipment_subsid.rate", "{low = 0, high = 1}")},
         "levers.instruments.equipment_subsid.rate", "did you mean instruments.equipment_subsidy"),
        ({"levers": one_factor("instruments.equipment_subsidy", "{values = [1, 2]}")},
         "levers.instruments.equipment_subsidy", "one of its keys"),
        ({"levers": one_factor("clauses.A12.funding", "{low = 0, high = 1}")},
         "levers.clauses.A12.funding", "did you mean clauses.A"),
        ({"levers": one_factor("time.end", '{values = ["2012-03", "2012-04"]}')},
         "levers.time.end", "may differ"),
        ({"levers": one_factor("exogenous.demand_shocks.0.factor", "{low = 0, high = 1}")},
         "levers.exogenous.demand_shocks.0.factor", "an entry of exogenous.demand_shocks"),
        ({"levers": one_factor(RATE, "{low = 0.3, high = 0.3}")}, f"levers.{RATE}", "low below high"),
        ({"levers": one_factor(RATE, "{low = 0.3}")}, f"levers.{RATE}", "low or high alone"),
        ({"levers": one_factor(RATE, "{low = 0.1, high = 0.3, values = [0.1]}")},
         f"levers.{RATE}", "a range and values"),
        ({"levers": one_factor(RATE, "{values = []}")}, f"levers.{RATE}.values", "one value or more"),
        ({"levers": one_factor(RATE, "{values = [0.1, 0.2, 0.1]}")}, f"levers.{RATE}.values", "0.1 twice"),
        ({"levers": one_factor(RATE, '{values = [0.1, "much"]}')}, f"levers.{RATE}.values.1", "a number"),
        ({"levers": one_factor(RATE, "{}")}, f"levers.{RATE}", "low and high, or values"),
        ({"levers": one_factor(RATE, '{low = "little", high = 1}')}, f"levers.{RATE}.low", "a number"),
        ({"levers": one_factor(RATE, "{low = nan, high = 1}")}, f"levers.{RATE}.low", "a number"),
        ({"levers": one_factor(RATE, "{low = 0.1, heigh = 1}")}, f"levers.{RATE}.heigh", "high"),
        ({"levers": one_factor(RATE, "{low = 0.1, high = 1.5}")},
         f"levers.{RATE}.high", "a number from 0 to 1 (scenario document_2014)"),
        ({"levers": one_factor("instruments.equipment_subsidy.allocation", '{values = ["formula", "lots"]}')},
         "levers.instruments.equipment_subsidy.allocation.values.1", "lottery"),
        ({"levers": one_factor("instruments.equipment_subsidy.allocation", "{low = 1, high = 2}")},
         "levers.instruments.equipment_subsidy.allocation", "values, as it is a text"),
        ({"levers": one_factor("programme.delay", "{low = 0, high = 12.5}")},
         "levers.programme.delay", "whole numbers"),
        ({"levers": one_factor("adoption.payback_shift", "{prior = true}")},
         "levers.adoption.payback_shift", "low and high, or values"),
        ({"levers": None, "uncertainties": one_factor("adopton.*", "{prior = true}")},
         "uncertainties.adopton.*", "did you mean adoption."),
        ({"levers": None, "uncertainties": one_factor("labour.matchin", "{prior = true}")},
         "uncertainties.labour.matchin", "did you mean labour.matching"),
        ({"levers": None, "uncertainties": one_factor("adoption.*", "{low = 1, high = 2}")},
         "uncertainties.adoption.*", "prior = true and nothing else"),
        ({"uncertainties": one_factor(RATE, "{low = 0.1, high = 0.2}")},
         f"uncertainties.{RATE}", "a lever or an uncertainty"),
        ({"uncertainties": one_factor("adoption.payback_shift", "{prior = true}")},
         "design", "joint = true"),
        ({"scenarios": '{names = ["document_2014", "no_programme"]}'},
         f"levers.{RATE}", "no such key in scenario no_programme"),
        ({"design": '{method = "gird"}'}, "design.method", "did you mean grid"),
        ({"design": '{method = "grid"}'}, "design.levels", RATE),
        ({"design": '{method = "grid", level = 3}'}, "design.level", "did you mean levels"),
        ({"design": None}, "design.rows", RATE),
        ({"levers": None}, "design.method", "list"),
        ({"design": '{method = "sobol", base = 12}'}, "design.base", "a power of 2"),
        ({"design": '{method = "morris", trajectories = 5, levels = 5}'}, "design.levels", "even"),
        ({"design": '{method = "latin_hypercube"}'}, "design.points", "nothing"),
        ({"design": '{method = "list", rows = [{instruments.equipment_subsidy.rate = 0.4}]}'},
         f"design.rows.0.{RATE}", "a number from 0 to 0.3"),
        ({"design": '{method = "list", rows = [{rate = 0.4}]}'}, "design.rows.0.rate", RATE),
        ({"design": '{method = "list", rows = [{scenario = "x"}]}'},
         "design.rows.0.scenario", "document_2014"),
        ({"design": '{method = "coalitions"}'}, "design.method", RATE),
        ({"levers": None, "design": '{method = "coalitions", members = ["A1", "B1"]}'},
         "design.members.1", "A1"),
        ({"levers": None, "design": '{method = "coalitions", sampled = 3}'}, "design.sampled", "even"),
        ({"levers": None, "design": '{method = "coalitions"}', "scenarios": '{names = ["only_a1"]}'},
         "design", "one of them (scenario only_a1)"),
        ({"design": '{method = "grid", levels = 3, uncertainties = {method = "grid", levels = 2}}'},
         "design.uncertainties.method", "list"),
        ({"outcomes": '{names = ["adoption_automaton"]}'}, "outcomes.names.0",
         "did you mean adoption_automation"),
        ({"outcomes": '{names = ["wage@2016-12"]}'}, "outcomes", "2012-01 to 2012-06"),
        ({"outcomes": '{names = ["wage@May"]}'}, "outcomes.names.0", "YYYY-MM"),
        ({"outcomes": '{months = ["2013-12"]}'}, "outcomes", "2012-01 to 2012-06"),
        ({"outcomes": '{names = ["wage.most"]}'}, "outcomes.names.0", "output.mean"),
        ({"outcomes": '{names = ["target.A2x"]}'}, "outcomes.names.0", "A2a"),
        ({"outcomes": '{names = ["target.A2c"]}'}, "outcomes.names.0", "2017-12"),
        ({"outcomes": '{names = ["paid.equipment"]}'}, "outcomes.names.0", "paid.equipment_subsidy"),
        ({"outcomes": '{tier = "all"}'}, "outcomes.tier", "headline, detail, panel"),
        ({"outcome": "{}"}, "outcome", "did you mean outcomes"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_by_file_key_and_what_is_allowed(
    tmp_path: Path, tables: dict[str, str | None], key: str, parts: str
) -> None:
    error = refused(tmp_path, **tables)
    assert error.where == str(tmp_path / "trial.toml")
    assert error.key == key
    assert parts in str(error)
    assert len(str(error)) - len(error.where) < 1500


def test_a_setting_is_blamed_for_what_it_brought_in(tmp_path: Path) -> None:
    error = refused(tmp_path, ("run.replicates=none",))
    assert (error.where, error.key) == ("--set run.replicates=none", "run.replicates")
    error = refused(tmp_path, (f"levers.{RATE}.high=2.0",))
    assert error.where == f"--set levers.{RATE}.high=2.0"
    assert refused(tmp_path, ("rn.scale=1",)).where == "--set rn.scale=1"


def test_what_is_no_study_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean failure"):
        find_study("failures")
    with pytest.raises(InputError, match="readable study file"):
        load_study(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("study = [\n")
    with pytest.raises(InputError, match="valid TOML"):
        load_study(tmp_path / "bad.toml")


def test_too_many_runs_are_refused_before_any_row_is_made(tmp_path: Path) -> None:
    lever = "instruments.{}.rate"
    names = ("equipment_subsidy", "green_subsidy", "machine_networks", "backbone_software")
    levers = ", ".join(f'"{lever.format(name)}" = {{low = 0, high = 1}}' for name in names)
    error = refused(tmp_path, levers=f"{{{levers}}}", design='{method = "grid", levels = 1000}')
    assert error.key == "design"
    assert str(10 * 1000**4) in str(error)


def test_many_runs_are_allowed_if_they_are_meant(tmp_path: Path) -> None:
    error = refused(tmp_path, run="{replicates = 50000}")
    assert "150000 runs" in str(error)
    assert load_study(tmp_path / "trial.toml", yes=True).runs == 150_000


@pytest.mark.parametrize(
    ("text", "key", "parts"),
    [
        ("instruments.rate\n0.1\n", "line 1, column instruments.rate", RATE),
        (f"{RATE},{RATE}\n0.1,0.1\n", f"line 1, column {RATE}", "twice"),
        (f"{RATE}\n0.1\nmuch\n", f"line 3, column {RATE}", "a number from 0 to 0.3"),
        (f"{RATE}\n0.1\n0.5\n", f"line 3, column {RATE}", "a number from 0 to 0.3"),
        (f"{RATE}\nnan\n", f"line 2, column {RATE}", "a number from 0 to 0.3"),
        (f"{RATE}\n0.1,0.2\n", "line 2", "a cell for each column"),
        (f"scenario,{RATE}\nnone,0.2\n", "line 2, column scenario", "document_2014"),
        (f"{RATE}\n", "", "no rows"),
    ],
)
def test_a_table_is_refused_by_line_and_column(
    tmp_path: Path, text: str, key: str, parts: str
) -> None:
    (tmp_path / "rows.csv").write_text(text, encoding="utf-8")
    error = refused(tmp_path, design='{method = "table", file = "rows.csv"}')
    assert (error.where, error.key) == (str(tmp_path / "rows.csv"), key)
    assert parts in str(error)


def test_a_table_that_is_not_there(tmp_path: Path) -> None:
    error = refused(tmp_path, design='{method = "table", file = "rows.csv"}')
    assert error.where == str(tmp_path / "rows.csv")


def test_a_point_that_no_scenario_can_be_is_named(tmp_path: Path) -> None:
    """Each end is fine by itself; together the end lies before the start."""
    error = refused(
        tmp_path,
        levers='{"instruments.equipment_subsidy.start" = {values = ["2014-05", "2016-01"]}, '
        '"instruments.equipment_subsidy.end" = {values = ["2017-12", "2015-06"]}}',
        design='{method = "grid"}',
    )
    assert error.key == "design"
    assert "point 3" in str(error)
    assert "lies before" in str(error)
