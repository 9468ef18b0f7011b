"""The evidence page says what data, fit, checks and studies say, and says plainly what is missing."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import sim
from calibration import evidence_page
from calibration.evidence import evidence
from calibration.evidence_fit import MISSED, missed
from calibration.evidence_page import html, show
from calibration.evidence_parts import Part, Table, place, unit
from calibration.evidence_tables import (
    FINDINGS,
    FitTable,
    Found,
    Said,
    data_tables,
    read_fit_table,
    read_results,
    reason,
    statements,
)
from calibration.evidence_words import CODES, PARTS, WORDS
from calibration.priors import fixed, priors
from calibration.targets import RELATIVE_ERROR, WEIGHT, targets
from sim.circumstances import SHIPPED
from sim.cli import app
from sim.core.errors import InputError
from sim.indices.targets import LAST_OUTCOME
from sim.results import write_table
from sim.world.data import DIRECTORY

ROOT = Path(sim.__file__).parents[1]
LANGUAGES = ("en", "zh")
CENTRAL = FitTable(
    tuple(
        Said(one, one.value + gap * one.tolerance)
        for one, gap in zip(targets(), [-3.0, 1.5, 0.5] + [0.0] * 99, strict=False)
    ),
    {}, {"scale": 0.01, "replicates": 1},
)  # fmt: skip
"""A model that misses the first target by three tolerances."""


def words(part: Part) -> str:
    """Everything a part says."""
    cells = [cell for one in part.tables for row in (one.head, *one.rows) for cell in row]
    return "\n".join([*part.statements, *cells])


def by_key(parts: Sequence[Part]) -> dict[str, Part]:
    return {part.key: part for part in parts}


def table(part: Part, title: str) -> Table:
    (found,) = [one for one in part.tables if one.title == title]
    return found


def fit_folder(folder: Path, *targets_toml: str) -> Path:
    folder.mkdir()
    text = "\n".join([
        "[provenance]", f"last_year = {LAST_OUTCOME}", "distance = 1.25", "scale = 0.05",
        "budget = 100", 'method = "tpe"', "effective_draws = 90.0",
        '[parameters."productivity.trend"]', "fitted = 0.0312", "low_90 = 0.0201", "high_90 = 0.0402",
        *targets_toml,
    ])  # fmt: skip
    (folder / "fitted.toml").write_text(text, encoding="utf-8")
    return folder


def target_toml(name: str, gap: float) -> str:
    one = next(one for one in targets() if one.name == name)
    return (
        f"[targets.{name}]\nobserved = {one.value}\ntolerance = {one.tolerance}\n"
        f"fitted = {one.value + gap * one.tolerance}\nlow_90 = 1.0\nhigh_90 = 2.0\n"
    )


# ------------------------------------------------------------------ statements
@pytest.mark.parametrize("path", sorted(FINDINGS.glob("*.csv")), ids=lambda path: path.stem)
def test_statements_are_whole_rows_in_both_languages(path: Path) -> None:
    rows = statements(path.stem)
    assert rows
    for row in rows:
        assert None not in row, row
        assert None not in row.values(), row
        for zh, en in (("zh", "en"), ("title_zh", "title_en"), ("statistic_zh", "statistic_en")):
            if zh in row:
                assert re.search(r"[\u4e00-\u9fff]", row[zh]), row
                assert row[en], row


def test_reasons_are_for_targets_and_no_two_for_one_miss() -> None:
    names = [one.name for one in targets()]
    for row in statements("misfits"):
        assert row["direction"] in ("high", "low")
        assert any(fnmatchcase(name, row["target"]) for name in names), row["target"]
    for name in names:
        for direction in ("high", "low"):
            hits = [
                row for row in statements("misfits")
                if row["direction"] == direction and fnmatchcase(name, row["target"])
            ]  # fmt: skip
            assert len(hits) <= 1, name


def unexplained(folder: Path) -> list[str]:
    """Targets that a fit misses without a declared reason."""
    fit = read_fit_table(folder)
    assert fit is not None
    return [one.target.name for one in missed(fit) if not reason(one.target.name, one.gap, "zh")]


def test_every_miss_of_a_shipped_fit_has_a_reason(tmp_path: Path) -> None:
    planted = fit_folder(
        tmp_path / "fit", target_toml("profit_2014", 4.0), target_toml("online_retail_2015", 4.0)
    )
    assert unexplained(planted) == ["online_retail_2015"]
    for folder in SHIPPED:
        if (folder / "fitted.toml").is_file():
            assert not unexplained(folder), folder


def test_every_check_is_a_test_and_no_limit_is_left_out() -> None:
    named = [row["test"] for row in statements("checks")]
    assert len(set(named)) == len(named)
    for test in named:
        file, function = test.split("::")
        assert f"\ndef {function}(" in (ROOT / file).read_text(encoding="utf-8"), test
    for path in (ROOT / "tests" / "limits").glob("test_*.py"):
        for function in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.M):
            assert f"tests/limits/{path.name}::{function}" in named


def test_the_readme_lists_the_same_weaknesses() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\* (.*)$", text.split("## Limits, plainly")[1], re.M)
    assert listed == [row["en"] for row in statements("weaknesses")]


def test_both_descriptions_of_the_data_name_every_table_once() -> None:
    files = {lang: [one[0] for one in data_tables(lang)] for lang in LANGUAGES}
    assert files["en"] == files["zh"]
    names = [name for row in files["en"] for name in row]
    assert sorted(names) == sorted(path.name for path in DIRECTORY.glob("*.csv"))
    assert all(content and weak for lang in LANGUAGES for _, content, weak in data_tables(lang))


def test_words_are_the_same_in_both_languages() -> None:
    assert WORDS["en"].keys() == WORDS["zh"].keys()
    for key in WORDS["en"]:
        fields = [set(re.findall(r"{(\w+)", WORDS[lang][key])) for lang in LANGUAGES]
        assert fields[0] == fields[1], key
    for one in targets():
        assert place(one.region, "en") == one.region
        assert re.search(r"[\u4e00-\u9fff]", place(one.region, "zh"))
        assert not re.search("[a-z]", unit(one.unit, "zh")), one.unit


def test_every_code_of_the_tables_has_words() -> None:
    used = {*RELATIVE_ERROR, *WEIGHT}
    used |= {word for one in priors() for word in (one.confidence, one.distribution)}
    assert used <= CODES.keys()


# ------------------------------------------------------------------ the page
@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_fit_and_studies_the_page_says_so(lang: str) -> None:
    parts = evidence(CENTRAL, lang)
    assert tuple(part.key for part in parts) == PARTS
    found = by_key(parts)
    assert WORDS[lang]["not_fitted"].format(scale=0.01, replicates=1) in found["output"].statements
    assert "--sensitivity" in words(found["analysis"])
    assert "--validation" in words(found["corroboration"])
    assert not found["analysis"].tables
    assert not found["corroboration"].tables


@pytest.mark.parametrize("lang", LANGUAGES)
def test_data_and_parameters_are_counted_from_the_tables(lang: str) -> None:
    part = by_key(evidence(CENTRAL, lang))["data"]
    lines = {}
    for path in DIRECTORY.glob("*.csv"):
        with path.open(encoding="utf-8") as file:
            lines[path.name] = len(list(csv.DictReader(file)))
    rows = table(part, WORDS[lang]["data_table"]).rows
    assert {row[0]: int(row[1]) for row in rows} == lines
    assert str(sum(lines.values())) in part.statements[0]
    observed = table(part, WORDS[lang]["observed"].format(last=LAST_OUTCOME)).rows
    assert [row[0] for row in observed] == [getattr(one, lang) for one in targets()]
    assert len(table(part, WORDS[lang]["priors"]).rows) == len(priors())
    assert [row[1] for row in table(part, WORDS[lang]["fixed"]).rows] == list(fixed())


def test_a_miss_is_listed_with_its_reason_or_with_the_lack_of_one() -> None:
    parts = by_key(evidence(CENTRAL, "en"))
    rows = table(parts["output"], WORDS["en"]["misses"].format(limit=MISSED)).rows
    assert [(row[0].rsplit(" ", 1)[0], row[4]) for row in rows] == [(targets()[0].en, "-3.0")]
    assert rows[0][-1] == WORDS["en"]["no_reason"]
    known = next(one for one in targets() if one.name == "profit_2014")
    high = replace(CENTRAL, said=(Said(known, known.value + 9 * known.tolerance),))
    low = replace(CENTRAL, said=(Said(known, known.value - 9 * known.tolerance),))
    assert "Costs outside production" in words(by_key(evidence(high, "en"))["output"])
    assert "Costs outside production" not in words(by_key(evidence(low, "en"))["output"])


def test_misses_are_worst_first_and_a_silent_model_is_no_miss() -> None:
    one = targets()
    said = [Said(one[0], one[0].value + 2.5 * one[0].tolerance),
            Said(one[1], one[1].value - 7.0 * one[1].tolerance), Said(one[2], float("nan"))]  # fmt: skip
    fit = replace(CENTRAL, said=tuple(said))
    assert [miss.target.name for miss in missed(fit)] == [one[1].name, one[0].name]
    said_of = by_key(evidence(fit, "en"))["output"].statements
    assert WORDS["en"]["unsaid"].format(count=1) in said_of


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_fit_is_shown_with_its_intervals(lang: str, tmp_path: Path) -> None:
    folder = fit_folder(
        tmp_path / "fit", target_toml("profit_2014", 4.0), target_toml("online_retail_2015", 0.4)
    )
    fit = read_fit_table(folder)
    assert fit is not None
    assert [round(one.gap, 6) for one in fit.said] == [4.0, 0.4]
    part = by_key(evidence(fit, lang))["output"]
    assert "1.25" in part.statements[0]
    (row,) = table(part, WORDS[lang]["fitted_values"]).rows
    assert row[1:4] == ["productivity.trend", "0.0312", "0.0201 … 0.0402"]
    lines = table(part, WORDS[lang]["fit"]).rows
    assert [line[7] for line in lines] == ["+4.00", "+0.40"]
    assert reason("profit_2014", 4.0, lang) in words(part)


def test_a_target_on_which_a_fit_is_silent_has_no_gap(tmp_path: Path) -> None:
    silent = "[targets.profit_2014]\nobserved = 3544.0\ntolerance = 354.4"
    fit = read_fit_table(fit_folder(tmp_path / "fit", silent))
    assert fit is not None
    part = by_key(evidence(fit, "en"))["output"]
    assert [row[7] for row in table(part, WORDS["en"]["fit"]).rows] == ["-"]
    assert not missed(fit)


def test_stylised_facts_that_are_missed_come_with_their_reason() -> None:
    part = by_key(evidence(CENTRAL, "zh"))["output"]
    short = [row for row in statements("stylised_facts") if row["met"] == "no"]
    rows = table(part, WORDS["zh"]["facts_missed"]).rows
    assert [row[-1] for row in rows] == [row["why_zh"] for row in short]
    assert len(table(part, WORDS["zh"]["facts"]).rows) == len(statements("stylised_facts"))


def test_a_study_saved_in_another_language_is_told_in_this_one() -> None:
    frames = {
        "identification": pd.DataFrame({
            "parameter": ["productivity.trend", "accounts.exit_rate"],
            "parameter_label": ["甲", "乙"],
            "identified_by": ["value_added_growth_2013, value_added_growth_2014", "无:保留先验"],
            "strongest": ["value_added_growth_2013"] * 2, "signal": [3.0, 0.1],
            "spread_left": [0.4, 1.0],
        }),
        "variance": pd.DataFrame({
            "figure": ["employees"] * 4, "figure_label": ["从业人员"] * 4,
            "part": ["parameters", "structure", "parameters_structure", "chance"],
            "part_label": ["参数"] * 4, "share": [0.6, 0.3, 0.02, 0.08],
        }),
    }  # fmt: skip
    found = Found(frames, {"scale": 0.02, "replicates": 2})
    part = by_key(evidence(CENTRAL, "en", sensitivity=found))["analysis"]
    assert WORDS["en"]["known_parameters"].format(known=1, all=2, half=1) in part.statements
    assert table(part, WORDS["en"]["split"]).rows == [["employees", "60", "30", "2", "8"]]
    assert not re.search(r"[\u4e00-\u9fff]", words(part))


class _Balance(HTMLParser):
    """Tags that are open, tables seen, addresses named."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.addresses += [str(value) for key, value in attrs if key in ("src", "href")]
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_one_file_that_fetches_nothing(lang: str) -> None:
    parts = evidence(CENTRAL, lang)
    text = html(parts, evidence_page.manifest(CENTRAL, None, None), lang, "lianghua")
    seen = _Balance()
    seen.feed(text)
    assert not seen.open
    assert not seen.addresses
    assert seen.seen.count("table") == sum(len(part.tables) for part in parts)
    folded = sum(not one.shown for part in parts for one in part.tables)
    assert seen.seen.count("details") == folded + 1
    assert text.count('<div class="wide">') == seen.seen.count("table")


def test_the_terminal_shows_misses_and_leaves_long_tables_to_the_page(capsys) -> None:
    show(evidence(CENTRAL, "en"), "en")
    said = capsys.readouterr().out
    assert WORDS["en"]["misses"].format(limit=MISSED) in said
    assert WORDS["en"]["more"].format(rows=len(priors())) in said
    assert "triangular" not in said


# ------------------------------------------------------------------ bad input
@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("", "no such table"),
        ("[targets.nothing]\nobserved = 1.0\ntolerance = 1.0\nfitted = 1.0", "nothing"),
        ("[targets.profit_2014]\nobserved = 1.0\ntolerance = 1.0\nfitted = 1.0", "3544"),
        ("[targets.profit_2014]\nobserved = 3544.0", "tolerance"),
        ("targets = [", "finished calibration"),
    ],
)
def test_a_fit_that_cannot_be_used_is_refused(toml: str, says: str, tmp_path: Path) -> None:
    folder = fit_folder(tmp_path / "fit", toml)
    with pytest.raises(InputError, match=says):
        read_fit_table(folder)


def test_folders_of_other_commands_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"morris\.parquet"):
        read_results(tmp_path, "sensitivity", ("morris",))
    made = {"program": "lianghua", "command": "validate"}
    write_table(pd.DataFrame({"a": [1]}), tmp_path / "points", made, "en")
    with pytest.raises(InputError, match="results of validate"):
        read_results(tmp_path, "sensitivity", ("points",))
    assert read_results(None, "validate", ("points",)) is None


def test_the_command_writes_a_file_and_never_over_another(tmp_path: Path) -> None:
    fit = fit_folder(tmp_path / "fit", target_toml("profit_2014", 4.0))
    out = tmp_path / "deep" / "evidence.html"
    arguments = ["describe", "evidence", "--fit", str(fit), "--lang", "zh", "--out"]
    run = CliRunner().invoke
    assert run(app, [*arguments, str(out)]).exit_code == 0
    assert "已知弱点" in out.read_text(encoding="utf-8")
    assert [path.name for path in out.parent.iterdir()] == ["evidence.html"]
    for given in (out, tmp_path / "page.txt", fit):
        done = run(app, [*arguments, str(given)])
        assert isinstance(done.exception, InputError), given
    assert run(app, [*arguments, str(out), "--force"]).exit_code == 0
    done = run(app, ["describe", "month", "--fit", str(fit)])
    assert isinstance(done.exception, InputError)


def test_units_of_parameters_and_moments_have_chinese() -> None:
    known = {one.unit for one in priors()} | {one.unit for one in targets()}
    english = re.compile(r"[a-z]{3}|CNY")
    assert [one for one in known if english.search(unit(one, "zh"))] == []
    assert all(unit(one, "en") == one for one in known)
