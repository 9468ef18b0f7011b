"""The model itself: known parameters are found again; the command, its files and its errors."""

import re
import tomllib

import numpy as np
import pandas as pd
import pytest
from scipy.stats import qmc

from calibration import emulator, fitted
from calibration.calibrate import Plan
from calibration.evaluation import Setting
from calibration.priors import select
from calibration.recovery import coverage, recover
from calibration.store import Store
from sim.cli import main
from sim.core.errors import InputError

KEYS = ("accounts.cash_target", "accounts.exit_rate")
SETTING = Setting(scale=0.01, replicates=2, last_year=2013)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Moments of a small design and of ten truths, all of one set of evaluations."""
    simulate = fitted.ModelRun(SETTING.base(), tuple(select(KEYS)), SETTING)
    design, truths = (qmc.LatinHypercube(2, seed=seed).random(n) for seed, n in ((1, 24), (2, 10)))
    with Store(tmp_path_factory.mktemp("runs"), {}, False) as store:
        made = store.evaluate(simulate, "design", design, np.arange(48).reshape(24, 2))
        seen = store.evaluate(simulate, "truths", truths, 100 + np.arange(10)[:, None])[:, 0]
    return design, made, truths, seen


def test_chosen_parameters_have_priors():
    assert tuple(one.name for one in select(fitted.PARAMETERS)) == fitted.PARAMETERS
    assert 10 <= len(fitted.PARAMETERS) <= 20


def test_known_parameters_of_the_model_are_found(runs):
    design, made, truths, seen = runs
    deviation = np.array([fitted.deviation(one) for one in SETTING.targets])
    usable = np.isfinite(deviation) & np.isfinite(made).all(axis=(0, 1)) & np.isfinite(seen).all(0)
    assert usable.sum() >= 5
    surrogate = emulator.fit(design, made[..., usable])
    _, series = np.unique([one.series for one in SETTING.targets], return_inverse=True)
    seen, deviation, series = seen[:, usable], deviation[usable], series[usable]
    frame = recover(surrogate, truths, seen, deviation, series, KEYS)
    table = coverage(frame).set_index("parameter")
    assert table.loc["all", "truths"] == 10
    assert table.loc["all", "covered_90"] >= 0.8
    # The prior's own interval is 0.9 wide: the data have said something about each.
    assert table.loc[list(KEYS), "spread_90"].max() < 0.87
    assert table.loc["all", "spread_90"] < 0.8


def test_points_of_the_model_differ_and_repeat(runs):
    design, made, _, _ = runs
    simulate = fitted.ModelRun(SETTING.base(), tuple(select(KEYS)), SETTING)
    again = simulate(design[0], 0)
    assert np.array_equal(again, made[0, 0], equal_nan=True)
    assert not np.array_equal(again, made[1, 0], equal_nan=True)


def test_command_writes_its_files(tmp_path, monkeypatch, capsys):
    """The whole command with runs that a formula stands in for."""
    monkeypatch.setattr(fitted.ModelRun, "__call__", _formula)
    out = tmp_path / "calibration"
    words = ["calibrate", "--budget", "160", "--scale", "0.01", "--workers", "1", "--lang", "zh",
             "--parameter", KEYS[0], "--parameter", KEYS[1], "--recovery", "--out", str(out)]  # fmt: skip
    assert _exit(words) == 0
    shown = capsys.readouterr()
    assert "90%区间" in shown.out
    assert "180 of 180 runs, best distance" in shown.err
    content = tomllib.loads((out / "fitted.toml").read_text(encoding="utf-8"))
    assert set(content["parameters"]) == set(KEYS)
    assert content["provenance"]["budget"] == 160
    assert content["parameters"][KEYS[0]]["low_90"] < content["parameters"][KEYS[0]]["high_90"]
    draws = pd.read_csv(out / "draws.csv")
    assert list(draws) == list(KEYS)
    assert len(draws) == fitted.KEPT_DRAWS
    one = select(KEYS)[0]
    assert draws[KEYS[0]].between(one.low * 0.999, one.high * 1.001).all()
    assert len(pd.read_parquet(out / "evaluations.parquet")) == 180
    assert {"fit.png", "posterior.png", "trace.png", "recovery.png"} <= {
        path.name for path in (out / "figures").iterdir()
    }
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "<th>单位</th>" in page
    assert "target_unit" not in page
    assert not re.search(r"<td>[^<]*(CNY|persons|employees|[a-z]/year)[^<]*</td>", page)
    before = (out / "fitted.toml").read_bytes()
    assert (
        _exit(["calibrate", "--resume", "--out", str(out), "--lang", "zh", "--workers", "1"]) == 0
    )
    assert (out / "fitted.toml").read_bytes() == before
    capsys.readouterr()
    assert _exit(words) == 2
    assert "not empty" in capsys.readouterr().err
    assert _exit(["calibrate", "--resume", "--out", str(out), "--scale", "0.02"]) == 2
    assert "given '0.02 now, 0.01 where it was begun'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--budget", "10"], "--budget; given 10; allowed: 220 to"),
        (["--replicates", "1"], "--replicates; given 1"),
        (["--parameter", "accounts.cash_targe"], "cash_target"),
        (["--last-year", "2016"], "2012 to 2015"),
        (["--resume"], "no calibration there"),
    ],
)
def test_wrong_words_write_nothing(tmp_path, capsys, words, said):
    out = tmp_path / "out"
    assert _exit(["calibrate", *words, "--out", str(out)]) == 2
    assert said in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(("last_year", "where"), [(2015, ""), (2013, "vintage_2013")])
def test_install_takes_a_finished_calibration(tmp_path, monkeypatch, last_year, where):
    with pytest.raises(InputError, match=r"no fitted.toml"):
        fitted.install(tmp_path)
    (tmp_path / "fitted.toml").write_text(f"[provenance]\nlast_year = {last_year}\n")
    (tmp_path / "draws.csv").write_text(f"{KEYS[0]}\n1.0\n")
    (tmp_path / "here").mkdir()
    monkeypatch.setattr(fitted, "HERE", tmp_path / "here")
    written = fitted.install(tmp_path)
    assert [path.parent for path in written] == [tmp_path / "here" / where] * 2
    assert [path.read_text() for path in written] == [
        (tmp_path / name).read_text() for name in fitted.INSTALLED
    ]


def test_plan_spends_its_budget():
    plan = Plan(budget=2000)
    assert plan.runs == 2000
    assert Plan(budget=2000, recovery=True).runs == 2020


def _formula(self, point, seed):
    """Something like every observation, moved by the point and chance."""
    chance = np.random.default_rng(seed).standard_normal(len(self.setting.targets))
    slope = np.arange(len(chance)) % 3 - 1.0
    return np.array(
        [
            one.value + one.tolerance * (0.3 * chance[place] + 3 * slope[place] * (point[0] - 0.4)
                                         + 2 * (place % 2) * (point[1] - 0.6))
            for place, one in enumerate(self.setting.targets)
        ]
    )  # fmt: skip


def _exit(words):
    with pytest.raises(SystemExit) as end:
        main(words)
    return end.value.code or 0
