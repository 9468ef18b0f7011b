"""Studies: what is read, crossed and made of a file; the same file gives the same cases."""

from __future__ import annotations

import itertools
import json
import pickle
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calibration.priors import priors, select
from experiments.changes import Start, changed, with_values
from experiments.factor_words import INSTRUMENT_WORDS
from experiments.study import Study, load_study
from experiments.study_file import STUDIES, json_schema
from sim.core.errors import InputError
from sim.policies import INSTRUMENTS
from sim.scale import USUAL_SCALE
from sim.scenario import Scenario
from tests.experiments.conftest import Command

HEAD = 'study = {title = {zh = "试", en = "trial"}}\n'
RATE = "instruments.equipment_subsidy.rate"
RULE = "instruments.equipment_subsidy.allocation"


def study_of(folder: Path, body: str, **more: object) -> Study:
    file = folder / "trial.toml"
    file.write_text(HEAD + body, encoding="utf-8")
    return load_study(file, **more)  # type: ignore[arg-type]


CROSSED = f"""
run = {{replicates = 3, seed = 5, until = "2012-06", scale = 0.01}}
scenarios = {{names = ["document_2014"], baseline = "no_programme"}}
levers."{RATE}" = {{low = 0.0, high = 0.3}}
levers.{RULE} = {{values = ["formula", "contest"]}}
uncertainties."adoption.reviews_per_year" = {{prior = true}}
[design]
method = "grid"
levels = 4
[design.uncertainties]
method = "latin_hypercube"
points = 5
"""


def test_scenarios_of_different_populations_are_no_pair(tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text('extends = "no_programme"\npopulation.seed = 5\n', encoding="utf-8")
    with pytest.raises(InputError, match="1 in document_2014, 5 in other"):
        study_of(tmp_path, 'scenarios.names = ["document_2014", "other.toml"]\n')


def test_levers_are_crossed_with_uncertainties_and_a_baseline_has_the_uncertainties_alone(
    tmp_path: Path,
) -> None:
    study = study_of(tmp_path, CROSSED)
    design = study.design()
    assert list(design) == ["point", "scenario", RATE, RULE, "adoption.reviews_per_year"]
    whole, bare = design[design["scenario"] == "document_2014"], design[40:]
    assert len(whole) == 4 * 2 * 5
    assert list(bare["scenario"]) == ["no_programme"] * 5
    assert bare[RATE].isna().all()
    assert bare[RULE].isna().all()
    drawn = whole["adoption.reviews_per_year"].to_numpy().reshape(8, 5)
    assert (drawn == bare["adoption.reviews_per_year"].to_numpy()).all()
    assert study.runs == 45 * 3
    assert study.method == "grid x latin_hypercube"
    assert [len(one.rows) for one in study.layout.parts] == [8, 5]
    assert sorted(set(whole[RATE])) == pytest.approx([0.0, 0.1, 0.2, 0.3])


def test_cases_come_by_point_then_replicate_on_common_random_numbers(tmp_path: Path) -> None:
    cases = list(study_of(tmp_path, CROSSED).cases(points=[7, 44]))
    assert [(one.point, one.replicate, one.seed) for one in cases] == [
        (7, 0, 5), (7, 1, 6), (7, 2, 7), (44, 0, 5), (44, 1, 6), (44, 2, 7),
    ]  # fmt: skip
    row = study_of(tmp_path, CROSSED).design().iloc[7]
    first = cases[0].scenario
    assert first.name == "document_2014"
    assert first.time.end == "2012-06"
    assert first.adoption.reviews_per_year == row["adoption.reviews_per_year"]
    assert first.instruments["equipment_subsidy"].rate == row[RATE]
    assert first.instruments["equipment_subsidy"].allocation == row[RULE]
    assert cases[3].scenario.name == "no_programme"
    assert pickle.loads(pickle.dumps(cases[0])).run == cases[0].run


def test_cases_are_made_when_it_is_their_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = study_of(tmp_path, CROSSED.replace("points = 5", "points = 100"))
    made: list[object] = []

    def counted(start: Start, values: dict[str, object]) -> Scenario:
        made.append(values)
        return changed(start, values)

    monkeypatch.setattr("experiments.study.changed", counted)
    cases = study.cases()
    assert made == []
    assert [one.point for one in itertools.islice(cases, 4)] == [0, 0, 0, 1]
    assert len(made) == 4


def test_the_same_file_gives_the_same_design_and_another_seed_another(tmp_path: Path) -> None:
    one, two = study_of(tmp_path, CROSSED), study_of(tmp_path, CROSSED)
    assert one.design().equals(two.design())
    assert one.hash == two.hash
    assert [case.run for case in one.cases([3])] == [case.run for case in two.cases([3])]
    other = study_of(tmp_path, CROSSED, settings=["run.seed=6"])
    assert not one.design().equals(other.design())
    assert one.hash != other.hash


@pytest.mark.parametrize(
    "setting",
    ["run.replicates=2", "run.scale=0.02", "run.populations=2", 'outcomes.tier="detail"',
     "design.levels=3", 'outcomes.names=["wage"]', "settings.programme.funding=2.0"],
)  # fmt: skip
def test_whatever_changes_runs_or_what_is_kept_changes_the_hash(
    tmp_path: Path, setting: str
) -> None:
    assert study_of(tmp_path, CROSSED).hash != study_of(tmp_path, CROSSED, settings=[setting]).hash


def test_words_do_not_change_the_hash(tmp_path: Path) -> None:
    named = study_of(tmp_path, CROSSED, settings=['study.title.en="another"'])
    assert named.title.en == "another"
    assert named.hash == study_of(tmp_path, CROSSED).hash


def test_settings_are_in_the_text_of_a_study_and_the_text_reads_back(tmp_path: Path) -> None:
    study = study_of(tmp_path, CROSSED, settings=["design.levels=3", "run.replicates=1"])
    again = tmp_path / "again.toml"
    again.write_text(study.text, encoding="utf-8")
    assert load_study(again).hash == study.hash
    plain = study_of(tmp_path, CROSSED)
    assert plain.text == plain.where.read_text(encoding="utf-8")


def test_a_pattern_stands_for_the_priors_it_fits_and_a_key_of_its_own_goes_first(
    tmp_path: Path,
) -> None:
    body = """
    scenarios.names = ["document_2014"]
    run.until = "2012-03"
    uncertainties."adoption.*" = {prior = true}
    uncertainties."adoption.reviews_per_year" = {low = 1.0, high = 2.0}
    design = {method = "latin_hypercube", points = 16}
    """
    study = study_of(tmp_path, body)
    there = {one.key: one for one in study.factors}
    assert set(there) == {one.name for one in select(["adoption.*"])}
    own = there["adoption.reviews_per_year"]
    assert (own.prior, own.low, own.high) == (None, 1.0, 2.0)
    design = study.design()
    assert design["adoption.reviews_per_year"].between(1.0, 2.0).all()
    shift = there["adoption.payback_shift"].prior
    assert shift is not None
    assert design["adoption.payback_shift"].between(shift.low, shift.high).all()
    assert study.uncertainties == study.factors


def test_scenarios_by_pattern_and_paths_beside_the_study(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('extends = "document_2014"\nprogramme.funding = 2.0\n')
    study = study_of(tmp_path, 'scenarios.names = ["only_a?", "mine.toml"]\n')
    names = [one.name for one in study.scenarios]
    assert names == [*(f"only_a{number}" for number in range(1, 10)), "mine"]
    assert study.method == "list"
    assert list(study.design()["scenario"]) == names
    assert study.scenario_at({"scenario": "mine"}) == Scenario.load(tmp_path / "mine.toml")
    assert study.baseline is None


def test_rows_may_be_bound_to_a_scenario(tmp_path: Path) -> None:
    body = f"""
    scenarios.names = ["document_2014", "contest_allocation"]
    levers."{RATE}" = {{}}
    design.rows = [{{}}, {{scenario = "contest_allocation", "{RATE}" = 0.2}}]
    """
    design = study_of(tmp_path, body).design()
    assert list(design["scenario"]) == ["document_2014", "contest_allocation", "contest_allocation"]
    assert list(design[RATE].fillna(-1.0)) == [-1.0, -1.0, 0.2]


def test_a_table_of_the_users_sets_rows_and_leaves_empty_cells_alone(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(
        f"{RATE},{RULE},programme.delay,instruments.cloud_purchase.enabled\n"
        "0.1,contest,12,false\n0.2,,,\n",
        encoding="utf-8-sig",
    )
    body = f"""
    scenarios.names = ["document_2014"]
    levers = {{"{RATE}" = {{low = 0, high = 0.3}}, "{RULE}" = {{}}, "programme.delay" = {{}}, "instruments.cloud_purchase.enabled" = {{}}}}
    design = {{method = "table", file = "rows.csv"}}
    """
    study = study_of(tmp_path, body)
    first, second = (study.scenario_at(row) for row in study.design().to_dict("records"))
    document = Scenario.load("document_2014")
    assert first.diff(document) == {
        RATE: (0.1, 0.12), RULE: ("contest", "formula"), "programme.delay": (12, 0),
        "instruments.cloud_purchase.enabled": (False, True),
    }  # fmt: skip
    assert second.diff(document) == {RATE: (0.2, 0.12)}


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("gbk"),
        lambda text: text.encode("utf-16"),
        lambda text: ("\ufeff\ufeff" + text).encode(),
        lambda text: ("sep=;\n" + text.replace(",", ";").replace("0.", "0,")).encode(),
        lambda text: (text.replace("\n", ",,\n") + ",,,\n").encode(),
    ],
    ids=["gbk", "utf-16", "two marks", "sep and decimal commas", "blanks"],
)
def test_tables_of_a_study_are_read_as_excel_writes_them(tmp_path: Path, encode: Any) -> None:
    fit = tmp_path / "fit"
    fit.mkdir()
    (fit / "fitted.toml").write_text("[provenance]\nlast_year = 2015\n")
    draws = "adoption.reviews_per_year,accounts.payout\n1.5,0.2\n2.5,0.4\n"
    (fit / "draws.csv").write_bytes(encode(draws.replace("1.5", "0.75").replace("2.5", "0.5")))
    (tmp_path / "rows.csv").write_bytes(encode(f"{RATE},programme.delay\n0.1,12\n0.25,\n"))
    body = f"""
    scenarios.names = ["document_2014"]
    run.parameters = "fit"
    levers = {{"{RATE}" = {{low = 0, high = 0.3}}, "programme.delay" = {{}}}}
    design = {{method = "table", file = "rows.csv"}}
    """
    study = study_of(tmp_path, body)
    assert list(study.design()[RATE]) == [0.1, 0.25]
    assert list(study.design()["programme.delay"].fillna(-1)) == [12, -1]
    draws = study.parameters.draws.values()
    assert [one["adoption"]["reviews_per_year"] for one in draws] == [0.75, 0.5]
    assert [one["accounts"]["payout"] for one in draws] == [0.2, 0.4]


def test_draws_go_by_replicate_and_a_factor_overrides_them(tmp_path: Path) -> None:
    fit = tmp_path / "fit"
    fit.mkdir()
    (fit / "fitted.toml").write_text("[provenance]\nlast_year = 2015\n")
    (fit / "draws.csv").write_text("adoption.reviews_per_year,accounts.payout\n1.5,0.2\n2.5,0.4\n")
    body = CROSSED.replace("scale = 0.01", 'scale = 0.01, parameters = "fit"')
    study = study_of(tmp_path, body)
    cases = list(study.cases([0, 44]))
    payouts = [one.scenario.accounts.payout for one in cases]
    assert payouts == [0.2, 0.4, 0.2] * 2
    row = study.design().iloc[0]
    assert cases[0].scenario.adoption.reviews_per_year == row["adoption.reviews_per_year"]
    assert study.manifest()["draws"]["2"]["accounts"] == {"payout": 0.4}
    central = study_of(tmp_path, CROSSED.replace("scale", 'parameters = "central", scale'))
    assert central.manifest()["parameters"] == "central"
    assert {one.scenario.accounts.payout for one in central.cases([0])} == {0.3}


def test_a_setting_of_the_study_at_the_models_value_is_not_drawn(tmp_path: Path) -> None:
    body = "settings.accounts.payout = 0.3\n" + CROSSED
    drawn, held = (study_of(tmp_path, one) for one in (CROSSED, body))
    assert 0.3 not in {one.scenario.accounts.payout for one in drawn.cases([0])}
    assert {one.scenario.accounts.payout for one in held.cases([0])} == {0.3}


def test_replicates_take_populations_in_turn_as_many_as_the_study_says(tmp_path: Path) -> None:
    def seeds(study: Study) -> list[int]:
        return [one.scenario.population.seed for one in study.cases([0])]

    assert seeds(study_of(tmp_path, CROSSED)) == [5, 6, 7]
    assert seeds(study_of(tmp_path, CROSSED, settings=["run.seed=7"])) == [7, 8, 1]
    assert seeds(study_of(tmp_path, CROSSED, settings=["run.populations=1"])) == [1, 1, 1]
    assert seeds(study_of(tmp_path, CROSSED, settings=["run.populations=2"])) == [1, 2, 1]


def test_money_of_an_instrument_and_of_a_clause_is_multiplied_with_its_places(
    tmp_path: Path,
) -> None:
    body = """
    scenarios.names = ["document_2014"]
    levers."clauses.A2.funding" = {low = 0.0, high = 3.0}
    levers."instruments.machine_demonstration.funding" = {low = 0.0, high = 3.0}
    design.rows = [{"clauses.A2.funding" = 2.0, "instruments.machine_demonstration.funding" = 0.5}]
    """
    found = study_of(tmp_path, body).scenario_at(study_of(tmp_path, body).design().iloc[0])
    document = Scenario.load("document_2014")
    doubled = found.instruments["equipment_subsidy"].budget
    assert doubled == {
        year: 2 * amount
        for year, amount in document.instruments["equipment_subsidy"].budget.items()
    }
    demonstration = "machine_demonstration"
    assert found.instruments[demonstration] == document.instruments[demonstration]
    assert found.instruments["green_subsidy"] == document.instruments["green_subsidy"]
    # The programme's own multiplier makes the same of it.
    whole = document.with_settings(["programme.funding=2.0"])
    ran = whole.programme.applied(whole.instruments)
    one = changed(Start.of(document), {f"instruments.{name}.funding": 2.0 for name in ran})
    assert one.instruments == ran


def test_validating_what_is_touched_gives_the_whole_scenario() -> None:
    document = Scenario.load("demand_slump")
    values = {
        RATE: 0.2, RULE: "lottery", "programme.without": ("A1", "A3"), "adoption.payback_shift": 0.5,
        "exogenous.demand_shocks.0.factor": 0.7, "technology_factors.automation.cost": 1.2,
        "clauses.A5.funding": 1.5, "instruments.equipment_subsidy.tiers": ("backbone",),
        "mechanisms.beliefs": False, "instruments.equipment_subsidy.budget.2015": 1.0,
    }  # fmt: skip
    start = Start.of(document)
    whole = Scenario.from_dict(with_values(start.content, values), document.name)
    found = changed(start, values)
    assert found == whole
    assert found.hash == whole.hash
    assert Start.of(document) == start
    coded = changed(start, {"instruments.equipment_subsidy.cities": ("Hangzhou",)})
    assert coded.instruments["equipment_subsidy"].cities == ["Hangzhou"]
    with pytest.raises(InputError, match="cities"):
        changed(start, {"instruments.equipment_subsidy.cities": ("nowhere",)})


def test_every_setting_of_an_instrument_has_words() -> None:
    written = {"kind", "title", "clause", "source"}
    assert {key for kind in INSTRUMENTS for key in kind.model_fields} - written <= set(
        INSTRUMENT_WORDS
    )


@pytest.mark.parametrize("file", sorted(STUDIES.glob("*.toml")), ids=lambda file: file.stem)
def test_a_shipped_study_can_be_run(file: Path) -> None:
    study = load_study(file.stem)
    assert study.name == file.stem
    assert all((study.title.zh, study.title.en, study.question.zh, study.question.en))
    assert 0 < study.runs <= 5000
    assert study.scale == USUAL_SCALE
    case = next(study.cases([len(study.design()) - 1]))
    assert case.scenario.time.end == "2017-12"
    assert all(one.zh != one.key and one.en != one.key and one.unit for one in study.factors)
    told = study.manifest()
    assert [one["key"] for one in told["factors"]] == list(study.design().columns[2:])
    assert [one["name"] for one in told["outcomes"]] == list(study.outcomes)


def test_the_shipped_studies_are_those_that_are_promised() -> None:
    assert {file.stem for file in STUDIES.glob("*.toml")} >= {
        "action_contributions", "subsidy_rates", "budget_split", "failure", "scorecard_sensitivity",
    }  # fmt: skip


def test_the_schema_knows_every_key_of_the_shipped_studies() -> None:
    schema = json_schema()

    def keys(reference: dict[str, str]) -> set[str]:
        return set(schema["$defs"][reference["$ref"].rpartition("/")[2]]["properties"])

    designs = set().union(*(keys(one) for one in schema["properties"]["design"]["anyOf"]))
    for file in STUDIES.glob("*.toml"):
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        assert set(content) <= set(schema["properties"])
        for name in ("study", "run", "scenarios", "outcomes"):
            assert set(content.get(name, {})) <= keys(schema["properties"][name])
        assert set(content.get("design", {})) <= designs
    assert Study.json_schema() == schema


def test_a_whole_number_takes_each_of_its_values_equally_often(tmp_path: Path) -> None:
    body = """
    scenarios.names = ["document_2014"]
    levers."instruments.equipment_subsidy.decision_months" = {low = 1, high = 4}
    design = {method = "latin_hypercube", points = 40}
    """
    study = study_of(tmp_path, body)
    column = study.design()["instruments.equipment_subsidy.decision_months"]
    assert column.value_counts().to_dict() == {1.0: 10, 2.0: 10, 3.0: 10, 4.0: 10}
    months = study.scenario_at(study.design().iloc[0]).instruments["equipment_subsidy"]
    assert type(months.decision_months) is int


def test_all_parameters_together_are_a_design(tmp_path: Path) -> None:
    body = """
    scenarios.names = ["document_2014"]
    uncertainties."*" = {prior = true}
    design = {method = "morris", trajectories = 2}
    """
    study = study_of(tmp_path, body)
    assert len(study.factors) == len(priors())
    design = study.design().drop(columns=["point", "scenario"])
    steps = (design.diff().iloc[1 : len(priors()) + 1] != 0).sum(axis=1)
    assert np.all(steps == 1)


def test_the_schema_for_editors_is_the_one_beside_the_studies(lianghua: Command) -> None:
    shipped = json.loads((STUDIES / "schema.json").read_text(encoding="utf-8"))
    assert shipped == json_schema()
    code, out, _ = lianghua("schema", "--study")
    assert (code, json.loads(out)) == (0, shipped)
