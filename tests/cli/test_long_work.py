"""Long work says first what it costs; what took long is kept though nobody said where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sim.cli
from calibration.evidence_tables import FitTable
from sim.cli import work
from sim.scale import USUAL_SCALE, understated
from sim.terminal import Bar

SMALL = ("--scale", "0.01", "--until", "2012-02", "--workers", "1")
COST = r"\d[\d,]* runs of about [\d.]+ s: about [\d.,]+ minutes with 1 worker, about [\d.,]+ MB"
KEYS = ("adoption.payback_shift", "adoption.reviews_per_year")


def called(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    assert sim.cli._run(list(arguments)) == 0
    return tuple(capsys.readouterr())


def first_lines(said: str) -> list[str]:
    return said.splitlines()[:2]


def test_one_place_says_at_which_scales_effects_are_understated() -> None:
    assert understated(USUAL_SCALE) == understated(1.0, "zh") == ""
    for lang in ("en", "zh"):
        assert "0.05" in understated(0.05, lang)
        assert f"{USUAL_SCALE:g}" in understated(0.05, lang)


def test_sensitivity_says_what_it_costs(capsys: pytest.CaptureFixture[str]) -> None:
    keys = [part for key in KEYS for part in ("--parameter", key)]
    _, said = called(
        capsys, "sensitivity", "--method", "morris", *keys, "--budget", "6", "--replicates", "1",
        "--against", "no_programme", *SMALL,
    )  # fmt: skip
    note, cost = first_lines(said)
    assert note == understated(0.01)
    assert re.match(COST, cost)
    # A run with a twin is two.
    assert cost.startswith("12 runs")


def test_calibrate_and_optimise_say_what_they_cost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class BegunError(Exception):
        pass

    def begin(*given: object, **named: object) -> None:
        raise BegunError

    monkeypatch.setenv("LIANGHUA_TRACEBACK", "1")
    monkeypatch.setattr("calibration.fitted.calibrate_model", begin)
    monkeypatch.setattr("experiments.packages.optimise_model", begin)
    keys = [part for key in KEYS for part in ("--parameter", key)]
    for command in (
        ["calibrate", *keys, "--budget", "200", "--last-year", "2012"],
        ["optimise", "document_2014", "--budget", "2000", "--until", "2014-02"],
    ):
        with pytest.raises(BegunError):
            sim.cli._run(
                [*command, "--scale", "0.01", "--workers", "1", "--out", str(tmp_path / command[0])]
            )
        note, cost = first_lines(capsys.readouterr().err)
        assert note == understated(0.01)
        assert re.match(COST, cost)
        assert "0.0 MB" not in cost


def test_results_of_long_work_are_kept_without_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ("compare", "document_2014", "no_programme", "--replicates", "2", *SMALL, "--quiet")
    quick, said = called(capsys, *asked)
    assert said == ""
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(work, "LONG", 0.0)
    long, said = called(capsys, *asked)
    assert long.startswith(quick)
    (folder,) = (tmp_path / "out").iterdir()
    assert re.fullmatch(r"compare-\d{8}-\d{6}", folder.name)
    assert f"the results are kept in out/{folder.name}" in said
    assert f"out/{folder.name}/differences.csv" in long
    assert (folder / "differences.csv").exists()
    _, said = called(capsys, "story", "city", "Ningbo", "no_programme", *SMALL[:4], "--quiet")
    (story,) = (tmp_path / "out").glob("story-*")
    assert f"the results are kept in out/{story.name}" in said
    assert any(story.iterdir())
    # Where there is no place here, the system's folder for temporary files is one.
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "out").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setattr(work.tempfile, "tempdir", str(tmp_path))
    _, said = called(capsys, "run", "no_programme", *SMALL[:4], "--quiet")
    (other,) = tmp_path.glob("lianghua-run-*")
    assert str(other) in said
    assert (other / "province.csv").exists()


def test_commands_that_begin_in_the_same_second_keep_results_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(work, "LONG", 0.0)
    outputs = [work.Output("compare", None, False) for _ in range(3)]
    for output in outputs:
        output._at = outputs[0]._at
        output.save(lambda folder: [write(folder / "manifest.json")])
    assert len(list(tmp_path.glob("out/compare-*/manifest.json"))) == 3


def write(path: Path) -> Path:
    path.write_text("{}", encoding="utf-8")
    return path


def test_an_evidence_page_of_long_work_is_kept_without_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    fit = FitTable((), {}, {"scale": 0.01, "replicates": 1})
    monkeypatch.setattr("calibration.evidence_tables.central_fit", lambda *_: fit)
    monkeypatch.setattr("calibration.evidence_tables.read_fit_table", lambda folder: None)
    monkeypatch.setattr(work, "LONG", 0.0)
    _, said = called(capsys, "describe", "evidence")
    (page,) = (tmp_path / "out").glob("describe-evidence-*/evidence.html")
    assert f"the results are kept in out/{page.parent.name}" in said


def test_the_time_left_is_of_the_work_that_is_done_now(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 0.0, 10.0, 20.0])
    monkeypatch.setattr("sim.terminal.monotonic", lambda: next(clock))
    with Bar("runs", quiet=False) as bar:
        # 900 were there before: ten seconds a run, not a ninetieth of one.
        bar.update(900, 1000)
        bar.update(901, 1000)
        bar.update(1000, 1000)
    assert "900 of 1000 runs\n" in capsys.readouterr().err
    monkeypatch.setattr("sim.terminal.monotonic", lambda: 0.0)
    bar = Bar("runs", quiet=False)
    bar.update(0, 10)
    monkeypatch.setattr("sim.terminal.monotonic", lambda: 60.0)
    bar.update(5, 10)
    assert "5 of 10 runs, 1:00 left" in capsys.readouterr().err
