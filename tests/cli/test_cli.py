"""The command line: exit codes, one-line errors, whole outputs, equal bits for any workers."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from sim import cli

SMALL = ["--scale", "0.01", "--until", "2012-06", "--quiet"]


def lianghua(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sim.cli", *arguments],
        capture_output=True, text=True, encoding="utf-8", timeout=300,
        env={**os.environ, **environment},
    )  # fmt: skip


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_run_writes_tables_that_open_and_repeat(tmp_path: Path) -> None:
    out = tmp_path / "run"
    done = lianghua("run", "document_2014", *SMALL, "--out", str(out), "--lang", "zh", "--check")
    assert done.returncode == 0, done.stderr
    assert "从业人员" in done.stdout
    written = contents(out)
    for name in ("province", "cities", "sectors", "tiers", "programme"):
        assert f"{name}.parquet" in written
        assert (out / f"{name}.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert "月份" in (out / "province.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["scenario"] == "document_2014"
    assert manifest["data"]["sectors.csv"]
    frame = pd.read_parquet(out / "province.parquet")
    assert list(frame["month"]) == [f"2012-{m:02d}" for m in range(1, 7)]
    again = tmp_path / "again"
    done = lianghua("run", str(out / "province.parquet"), "--quiet", "--out", str(again))
    assert done.returncode == 0, done.stderr
    pd.testing.assert_frame_equal(frame, pd.read_parquet(again / "province.parquet"))


def test_same_files_with_one_and_two_workers_and_another_hash_seed(tmp_path: Path) -> None:
    common = ["compare", "document_2014", "no_programme", *SMALL, "--replicates", "2"]
    for name, workers, seed in (("one", "1", "0"), ("two", "2", "0"), ("other", "2", "12345")):
        done = lianghua(
            *common, "--workers", workers, "--out", str(tmp_path / name), PYTHONHASHSEED=seed
        )
        assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "one") == contents(tmp_path / "two") == contents(tmp_path / "other")
    assert any(name.endswith("adoption.svg") for name in contents(tmp_path / "one"))
    other = lianghua(*common, "--workers", "1", "--seed", "9", "--out", str(tmp_path / "seed9"))
    assert other.returncode == 0
    assert (
        contents(tmp_path / "seed9")["province.csv"] != contents(tmp_path / "one")["province.csv"]
    )


WRITERS = ("run", "compare", "scorecard", "story")
SECTORS = "instruments.green_subsidy.sectors"
MISTAKES = [
    (["run", "document2014"], "document_2014"),
    (["run", "nowhere.toml"], "No such file"),
    (["run", "document_2014", "--scale", "0"], "0.01 to 25"),
    (["run", "document_2014", "--scale", "0.009"], "0.01 to 25"),
    (["run", "document_2014", "--scale", "90"], "0.01 to 25"),
    (["run", "document_2014", "--scale", "much"], "a valid number"),
    (["run", "document_2014", "--until", "2011-01"], "2012-01, when document_2014 starts"),
    (["run", "document_2014", "--set", "adoption.x=1"], "reviews_per_year"),
    (
        ["run", "document_2014", "--set", f"{SECTORS}=['TXE']"],
        "given 'TXE'; allowed: did you mean TEX",
    ),
    (["run", "document_2014", "--lang", "fr"], "zh"),
    (["run", "document_2014", "--no-such-option"], "no-such-option"),
    (["run"], "scenario"),
    (["walk", "document_2014"], "walk"),
    (["compare", "document_2014"], "two or more"),
    (["compare", "document_2014", "document_2014"], "different"),
    (["compare", "document_2014", "no_programme", "--replicates", "0"], "1 to"),
    (["compare", "document_2014", "no_programme", "--workers", "0"], "1 or more"),
    (["compare", "document_2014", "no_programme", "--baseline", "x"], "no_programme"),
    (["scorecard"], "scenarios"),
    (["scorecard", "no_programme", "--replicates", "0"], "1 to"),
    (["scorecard", "no_programme", "--baseline", "x"], "no_programme"),
    (["describe", "nothing"], "document_2014"),
    (["story", "firm"], "--example"),
    (["story", "firm", "twelve"], "an id such as 1207"),
    (["story", "firm", "999999", "--scale", "0.01"], "such as"),
    (["story", "city", "Hangzou", "--scale", "0.01"], "did you mean Hangzhou"),
    (["run", "province.parquet"], "no such file"),
    (["compare", "province.parquet", "no_programme"], "one alone, to repeat it"),
    (["laboratory", "document_2014"], "equipment_subsidy"),
]


@pytest.mark.parametrize(("arguments", "message"), MISTAKES)
def test_a_mistake_is_one_line_and_exit_two(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    out = tmp_path / "out"
    more = ["--out", str(out)] if arguments[0] in WRITERS else []
    done = lianghua(*arguments, *more)
    assert done.returncode == 2, done.stdout + done.stderr
    assert message in done.stderr
    assert done.stderr.startswith("lianghua: ")
    assert done.stderr.count("\n") == 1
    assert not out.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_full_folder_is_refused_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    refused = lianghua("run", "no_programme", *SMALL, "--out", str(tmp_path))
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    forced = lianghua("run", "no_programme", *SMALL, "--out", str(tmp_path), "--force")
    assert forced.returncode == 0, forced.stderr
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "manifest.json").exists()


def test_a_place_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    began = time.monotonic()
    done = lianghua("run", "no_programme", "--scale", "1", "--out", str(blocked / "out"))
    assert done.returncode == 2
    assert "writ" in done.stderr or "folder" in done.stderr
    assert time.monotonic() - began < 60
    assert done.stderr.count("\n") == 1


def test_a_corrupt_cache_is_made_again_with_one_note(tmp_path: Path) -> None:
    cache = {"LIANGHUA_CACHE_DIR": str(tmp_path / "cache")}
    cache["NUMBA_CACHE_DIR"] = os.environ.get("NUMBA_CACHE_DIR", str(_kernels()))
    assert lianghua("run", "no_programme", *SMALL, **cache).returncode == 0
    folder = next((tmp_path / "cache" / "populations").iterdir())
    (folder / "firms.cash.npy").write_bytes(b"")
    done = lianghua("run", "no_programme", *SMALL, "--out", str(tmp_path / "out"), **cache)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("firms.cash.npy is damaged") == 1
    assert (tmp_path / "out").exists()


def _kernels() -> Path:
    from sim.core.compile import cache_directory, source_key

    return cache_directory() / "kernels" / source_key()


def test_interrupt_leaves_nothing_half_written(tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-m", "sim.cli", "compare", "document_2014", "no_programme", "--scale",
         "0.05", "--replicates", "400", "--workers", "2", "--out", str(out)],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True,
        # A test run in the background may have inherited that interrupts are ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert process.stderr is not None
    line = process.stderr.readline()
    deadline = time.monotonic() + 120
    while "of 800 runs" not in line and time.monotonic() < deadline:
        line = process.stderr.readline()
    os.killpg(process.pid, signal.SIGINT)
    rest = process.stderr.read()
    assert process.wait(timeout=60) == 130, rest
    process.stderr.close()
    assert "interrupted" in rest
    assert list(tmp_path.iterdir()) == []


def test_help_is_quick_because_it_loads_nothing_heavy() -> None:
    code = (
        "import sys, sim, sim.cli\n"
        "try: sim.cli.main(['--help'])\n"
        "except SystemExit as end: assert end.code == 0, end.code\n"
        "heavy = {'numba', 'mesa', 'pandas', 'matplotlib', 'networkx', 'scipy', 'pyarrow'}\n"
        "heavy |= {'optuna', 'calibration'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert done.stderr.strip() == "[]"
    for verb in ("run", "compare", "scenarios", "story", "describe", "schema", "warm-up"):
        assert verb in done.stdout


def test_describe_and_scenarios_speak_from_the_declarations() -> None:
    month = lianghua("describe", "month", "--scale", "0.01")
    assert month.returncode == 0, month.stderr
    assert "firms writes:" in month.stdout
    shares = [
        float(part.rstrip("%"))
        for line in month.stdout.splitlines()
        if not line.startswith("   ")
        for part in line.split()
        if part.endswith("%")
    ]
    assert len(shares) == 12
    assert sum(shares) == pytest.approx(100, abs=1)
    outputs = lianghua("describe", "outputs", "--lang", "zh")
    assert "装备数控化率" in outputs.stdout
    supply = lianghua("describe", "supply", "--scale", "0.05")
    assert "ccdf_exponent_customers" in supply.stdout
    scenario = lianghua("describe", "robot_subsidy_high")
    assert "instruments.equipment_subsidy.rate = 0.3   (there: 0.12)" in scenario.stdout
    listed = lianghua("scenarios", "--lang", "zh")
    assert "工资快涨" in listed.stdout
    schema = lianghua("schema")
    assert json.loads(schema.stdout)["title"] == "Lianghua scenario"


def test_a_story_and_the_model_card_are_written_whole(tmp_path: Path) -> None:
    found = lianghua("story", "firm", "no_programme", "--example", *SMALL)
    assert found.returncode == 0, found.stderr
    uid = found.stdout.split()[0]
    told = lianghua("story", "firm", uid, "no_programme", *SMALL, "--out", str(tmp_path / "firm"))
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith(f"Firm {uid}\n")
    text = (tmp_path / "firm" / "story.txt").read_text(encoding="utf-8")
    assert told.stdout.startswith(text.rstrip())
    card = lianghua("describe", "model-card", "--scale", "0.01", "--out", str(tmp_path / "card"))
    assert card.returncode == 0, card.stderr
    assert [path.name for path in (tmp_path / "card").iterdir()] == ["model-card.md"]


def test_what_is_printed_does_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli._say("a\x1b[2J\x9b1m\u202e\nb 文件", 2) == 2
    assert capsys.readouterr().err == "lianghua: a[2J1m b 文件\n"
