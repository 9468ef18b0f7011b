"""The seed chooses a run's parameters and population: one rule, whoever asks for the run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim import Province, compare, scorecard
from sim.additionality import ledger
from sim.allocation_rules import laboratory
from sim.audit import audit
from sim.circumstances import parameters_of
from sim.cli import main
from sim.comparison import run
from sim.core.errors import InputError
from sim.report.origin import uncertainty_of
from sim.report.score_rows import notes
from sim.results import METADATA_KEY, Results, read_manifest
from sim.scenario import Scenario
from sim.story import city_story
from sim.words import circumstances

SMALL: dict[str, Any] = {"scale": 0.01, "until": "2012-03"}
OPTIONS = ("--scale", "0.01", "--until", "2012-03", "--quiet")
PAIR = ["document_2014", "no_programme"]
PAYOUT = Scenario().accounts.payout


def lianghua(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sim.cli", *words], capture_output=True, text=True, encoding="utf-8"
    )


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(one, other, check_exact=True)


@pytest.fixture(scope="module")
def nine() -> Any:
    return compare(PAIR, replicates=9, workers=1, **SMALL)


def of(frame: pd.DataFrame, scenario: str, replicate: int) -> pd.DataFrame:
    rows = frame[(frame["scenario"] == scenario) & (frame["replicate"] == replicate)]
    return rows.drop(columns=["scenario", "replicate"]).reset_index(drop=True)


# ------------------------------------------------------------------ one run, one result
@pytest.mark.parametrize("command", ["run", "compare", "scorecard"])
def test_python_and_the_command_line_say_the_same(command: str, tmp_path: Path) -> None:
    out = tmp_path / command
    names = PAIR[:1] if command == "run" else PAIR
    more = () if command == "run" else ("--replicates", "2")
    done = lianghua(command, *names, *OPTIONS, *more, "--out", str(out))
    assert done.returncode == 0, done.stderr
    if command == "run":
        found = run(PAIR[0], **SMALL)
        tables, manifest = found.frames, dict(found.manifest)
        province = Province(PAIR[0], scale=0.01, time__end="2012-03").run()
        for name, frame in province.frames.items():
            same(frame, tables[name])
    elif command == "compare":
        pairs = compare(PAIR, replicates=2, workers=1, **SMALL)
        tables = {"province": pairs.province, "cities": pairs.cities, "programme": pairs.programme}
        manifest = pairs.manifest
    else:
        scored = scorecard(PAIR, replicates=2, workers=1, **SMALL)
        tables, manifest = {"runs": scored.runs, "scorecard": scored.table("en")}, scored.manifest
    for name, frame in tables.items():
        # Texts have another type when read; the figures' bits count.
        read = pd.read_parquet(out / f"{name}.parquet")
        pd.testing.assert_frame_equal(read, frame, check_exact=True, check_dtype=False)
    written = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert {key: written[key] for key in manifest} == json.loads(json.dumps(manifest))
    assert circumstances(manifest, "en") in " ".join(done.stdout.split())
    page = out / "report.html"
    assert circumstances(manifest, "en").replace("'", "&#x27;") in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("replicate", [0, 3, 8])
def test_a_run_of_a_seed_is_the_replicate_of_that_seed(nine: Any, replicate: int) -> None:
    seed = 1 + replicate
    for name in PAIR:
        results = run(name, seed=seed, **SMALL)
        same(results.province, of(nine.province, name, replicate))
        assert list(results.manifest["draws"]) == [str(seed)]
        assert results.manifest["draws"][str(seed)] == nine.manifest["draws"][str(seed)]
        assert results.manifest["populations"] == [1 + replicate % 8]


def test_the_first_seed_moves_draws_and_populations(nine: Any) -> None:
    later = compare(PAIR, replicates=2, seed=8, workers=1, **SMALL)
    for replicate in (0, 1):
        there = of(nine.province, PAIR[0], 7 + replicate)
        same(of(later.province, PAIR[0], replicate), there)
    assert list(later.manifest["draws"]) == ["8", "9"]
    assert later.manifest["populations"] == [1, 8]


def test_eight_populations_in_turn_that_a_pair_shares() -> None:
    def firms(scenario: str, seed: int, **more: Any) -> bytes:
        table = Province(scenario, scale=0.01, seed=seed, parameters="central", **more)
        return np.asarray(table.tables["firms"].skilled).tobytes()

    populations = [firms("no_programme", seed) for seed in range(1, 10)]
    assert len(set(populations[:8])) == 8
    assert populations[8] == populations[0]
    assert firms("document_2014", 3) == populations[2]
    pinned = {firms("no_programme", seed, population__count=1) for seed in (1, 2, 3)}
    assert pinned == {populations[0]}


@pytest.mark.parametrize("key", ["seed", "count"])
@pytest.mark.parametrize("work", [compare, scorecard])
def test_scenarios_of_different_populations_are_no_pair(work: Any, key: str) -> None:
    other = Scenario.load("no_programme", [f"population.{key}=5"])
    with pytest.raises(InputError, match="document_2014, 5 in no_programme") as refused:
        work(["document_2014", other], replicates=2, workers=1, **SMALL)
    assert refused.value.key == f"population.{key}"


# ------------------------------------------------------------------ what wins over a draw
@pytest.mark.parametrize("how", ["setting", "keyword", "file", "file of settings", "some values"])
def test_what_is_set_to_the_models_value_is_not_drawn(how: str, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    content = f'extends = "document_2014"\n[accounts]\npayout = {PAYOUT}\n'
    path.write_text(content, encoding="utf-8")
    if how == "setting":
        one = Scenario.load("document_2014", [f"accounts.payout={PAYOUT}"])
    elif how == "keyword":
        one = Province("document_2014", scale=0.01, accounts__payout=PAYOUT).settings
    elif how == "some values":
        values = {"accounts": {"payout": PAYOUT}}
        assert Scenario.from_dict(values).held == ("accounts.payout",)
        one = Scenario.load("document_2014").with_tables(values, "values")
    else:
        one = Scenario.load(path)
        if how == "file of settings":
            one = Scenario.from_dict(json.loads(json.dumps(one.model_dump(mode="json"))))
    plain, fit = Scenario.load("document_2014"), parameters_of("posterior")
    assert fit.of(plain, 5).accounts.payout != PAYOUT
    drawn = fit.of(one, 5)
    assert drawn.accounts.payout == PAYOUT
    assert drawn.accounts.exit_rate == fit.of(plain, 5).accounts.exit_rate
    # Another result, so another hash; written out and read back it is the same scenario.
    assert one.hash != plain.hash
    path.write_text(one.to_toml(), encoding="utf-8")
    assert Scenario.load(path).hash == one.hash
    path.write_text(plain.to_toml(), encoding="utf-8")
    assert Scenario.load(path).hash == plain.hash


def test_a_draw_leaves_what_is_no_parameter_alone() -> None:
    """An endless number has no word in JSON."""
    key = "instruments.equipment_subsidy.contest_noise"
    one = Scenario.load("core_programme", [f"{key}=inf"])
    drawn = parameters_of("posterior").of(one, 1)
    assert drawn.instruments == one.instruments
    assert drawn.accounts != one.accounts


def test_what_holds_no_parameter_is_refused() -> None:
    with pytest.raises(InputError, match=r"accounts\.pay.*allowed"):
        Scenario.load("document_2014", ['held=["accounts.pay"]'])


# ------------------------------------------------------------------ hash, manifest, headings
def test_a_scenario_has_one_hash(nine: Any) -> None:
    """That of the scenario as given, whatever is drawn."""
    hash_ = Scenario.load("document_2014", ['time.end="2012-03"']).hash
    assert nine.manifest["scenarios"]["document_2014"] == hash_
    for regime in ("central", "posterior"):
        made = run("document_2014", parameters=regime, seed=4, **SMALL)
        assert made.manifest["scenario_hash"] == hash_
        shown = Province("document_2014", scale=0.01, parameters=regime, time__end="2012-03")
        assert shown.settings.hash == hash_


def test_a_result_repeats_from_its_own_file(tmp_path: Path) -> None:
    """With its draw, its population, its settings and its last month."""
    first = lianghua(
        "run", "document_2014", "--scale", "0.01", "--seed", "11", "--until", "2012-02", "--quiet",
        "--set", f"accounts.payout={PAYOUT}", "--set", 'time.end="2012-06"', "--out",
        str(tmp_path / "one"),
    )  # fmt: skip
    assert first.returncode == 0, first.stderr
    table = tmp_path / "one" / "province.parquet"
    again = lianghua("run", str(table), "--quiet", "--out", str(tmp_path / "two"))
    assert again.returncode == 0, again.stderr
    one, two = (Results.load(tmp_path / name) for name in ("one", "two"))
    assert one.manifest == two.manifest
    assert "draw 11 of the fit" in again.stdout
    assert f"accounts.payout={PAYOUT}" in again.stdout
    for name, frame in one.frames.items():
        same(frame, two.frames[name])
    # The shipped fit has the draws of other seeds too; of another fit, only its own are in it.
    assert lianghua("run", str(table), "--quiet", "--seed", "12").returncode == 0
    of_another_fit(table)
    assert lianghua("run", str(table), "--quiet").returncode == 0
    other = lianghua("run", str(table), "--quiet", "--seed", "12")
    assert other.returncode == 2
    assert len(other.stderr.strip().splitlines()) == 1
    assert "draw 12" in other.stderr
    assert "allowed: seeds of draws 11, or --parameters for others" in other.stderr


def of_another_fit(path: Path) -> None:
    """Let a result say that its draws are of a fit that is not shipped."""
    import pyarrow.parquet as pq

    made = read_manifest(path)
    made["fit"]["hash"] = "0" * 16
    table = pq.read_table(path)
    metadata = {**table.schema.metadata, METADATA_KEY: json.dumps(made).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), path)


def test_a_result_of_an_older_version_says_in_a_line_that_it_cannot_be_repeated(
    tmp_path: Path,
) -> None:
    import pyarrow.parquet as pq

    run("no_programme", **SMALL).save(tmp_path / "one", formats=("parquet",))
    path = tmp_path / "one" / "province.parquet"
    made = read_manifest(path)
    for key in ("parameters", "fit", "draws", "populations"):
        made.pop(key)
    table = pq.read_table(path)
    old = {**table.schema.metadata, METADATA_KEY: json.dumps(made).encode()}
    pq.write_table(table.replace_schema_metadata(old), path)
    done = lianghua("run", str(path), "--quiet")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "older version" in done.stderr


def test_a_checkpoint_goes_on_with_its_draw(tmp_path: Path) -> None:
    whole = Province("document_2014", scale=0.01, seed=12, time__end="2012-04")
    whole.step()
    whole.save(tmp_path / "saved")
    loaded = Province.load(tmp_path / "saved")
    assert loaded.results().manifest == whole.results().manifest
    same(loaded.run().province, whole.run().province)


def test_headings_say_which_parameters_and_which_population() -> None:
    made = run("document_2014", seed=10, settings=["accounts.payout=0.25"], **SMALL).manifest
    assert circumstances(made, "en") == (
        "parameters: draw 10 of the fit to observations up to 2015; population 2; "
        "set: accounts.payout=0.25"
    )
    assert "2015" in circumstances(made, "zh")
    assert "第10组" in circumstances(made, "zh")
    central = run("document_2014", parameters="central", **SMALL).manifest
    assert circumstances(central, "en").startswith("parameters: the scenario's own")
    assert central["draws"] == {}
    story = city_story("document_2014", "Hangzhou", seed=2, **SMALL)
    assert "draw 2 of the fit" in story.text("en")
    assert "第2组" in story.text("zh")
    year = {"year": 2012, "scale": 0.01, "settings": ['time.end="2012-12"']}
    trail = audit("no_programme", parameters="central", **year)
    assert "parameters: the scenario's own" in trail.text("en")


@pytest.mark.parametrize("given", ["nowhere", "posteriour", "", None, 3])
def test_what_is_no_fit_is_one_line(given: str) -> None:
    with pytest.raises(InputError, match="posterior, central, or the folder"):
        Province("no_programme", scale=0.01, parameters=given)


WORK: list[Any] = [
    lambda **given: compare(**{"scenarios": PAIR} | given),
    lambda **given: scorecard(**{"scenarios": PAIR} | given),
    lambda **given: ledger(PAIR[0], **given),
    lambda **given: laboratory(PAIR[0], "equipment_subsidy", **given),
]


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("parameters", None), ("parameters", 3), ("replicates", 1.5), ("replicates", None),
        ("workers", "x"), ("workers", 1.5),
    ],
)  # fmt: skip
@pytest.mark.parametrize("work", WORK)
def test_what_no_command_can_use_is_an_input_error(work: Any, key: str, given: Any) -> None:
    with pytest.raises(InputError, match=key):
        work(**SMALL, **{key: given})


@pytest.mark.parametrize("work", WORK[:2])
def test_a_baseline_that_is_no_name_is_an_input_error(work: Any) -> None:
    with pytest.raises(InputError, match="document_2014, no_programme"):
        work(baseline=3, **SMALL)
    with pytest.raises(InputError, match="name or path"):
        work(scenarios=[3, "no_programme"], **SMALL)


@pytest.mark.parametrize("work", WORK[2:])
def test_months_that_are_no_number_are_an_input_error(work: Any) -> None:
    with pytest.raises(InputError, match="--follow"):
        work(follow=None, **SMALL)


@pytest.mark.parametrize(
    ("command", "allowed"), [("validate", "the folder"), ("sensitivity", "posterior, prior, or")]
)
def test_draws_that_are_not_there_are_told_of_the_option_that_asks(
    command: str, allowed: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    method = ("--method", "variance") if command == "sensitivity" else ()
    with pytest.raises(SystemExit) as end:
        main([command, *method, "--draws", "nowhere", "--out", str(tmp_path / "out")])
    said = capsys.readouterr().err
    assert end.value.code == 2
    assert f"allowed: {allowed}" in said
    assert "--draws" in said
    assert "--parameters" not in said
    assert "central" not in said


def test_pages_say_in_one_sentence_what_intervals_are_over() -> None:
    for parameters, over in (
        ("posterior", "chance, the population and what the data leave open of 20 parameters"),
        ("central", "chance and the population"),
    ):
        card = scorecard(PAIR, replicates=2, workers=1, parameters=parameters, **SMALL)
        made = card.manifest
        for said in (uncertainty_of(made, "en"), notes(card, "en")[-1]):
            assert f"over {over}: 2 paired replicates" in said
        assert "偶然性" in notes(card, "zh")[-1]
        # Chinese punctuation, but between digits.
        assert not set(uncertainty_of(made, "zh")) & set(":;,()")
