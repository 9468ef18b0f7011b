"""The report of a batch: what it says, that nothing in it is fetched or run, and what it refuses."""

from __future__ import annotations

import html.parser
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import experiments.report as report
from experiments import report_study
from experiments.factor_figures import places
from experiments.factor_words import UNITS_ZH
from experiments.figures import folded
from experiments.reading import Batch
from experiments.report import SECTIONS, write_report
from experiments.report_facts import Facts
from experiments.report_labels import measure
from experiments.report_parts import Section, paragraph
from experiments.report_words import WORDS
from sim.cli import _run
from sim.core.errors import InputError
from sim.report.style import ASSETS
from tests.experiments.folders import (
    FUNDING,
    RATE,
    STUDIES,
    grid_study,
    head,
    line_study,
    make_folder,
    measured,
    scenario_study,
)

NAMES = 'names = ["adoption_automation", "labour_productivity", "public_money", '
VOID = {"meta", "img", "br"}
HOSTILE = '<script>alert("x")</script> & $a_b$ "\' 两化'


class Reader(html.parser.HTMLParser):
    """Checks that tags close in order; keeps attributes that fetch and all text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.sources: list[str] = []
        self.handlers: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.sources += [str(value) for key, value in attrs if key in ("src", "href", "srcset")]
        self.handlers += [key for key, _ in attrs if key.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data


def read(page: Path) -> Reader:
    """A page that is well formed and fetches nothing."""
    text = page.read_text(encoding="utf-8")
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    assert all(source.startswith("data:image/png;base64,") for source in reader.sources)
    assert not reader.handlers
    assert not reader.tags & {"script", "link", "iframe", "object", "embed", "form", "base"}
    style = text[text.index("<style>") : text.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    return reader


def told(folder: Path, lang: str = "en") -> Reader:
    """The report of a folder, read."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return read(write_report(folder, folder / "report.html", lang))


@pytest.fixture
def unpainted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are made but not painted, which takes most of the time."""

    def saved(figure: Figure, folder: Path, name: str) -> Path:
        (folder / f"{name}.png").write_bytes(b"")
        return folder / f"{name}.png"

    monkeypatch.setattr(report, "save", saved)


FIGURES = {
    "scenarios": ["differences", "levels", "months"], "grid": ["grid"],
    "line": ["differences", "lines"], "one_at_a_time": ["tornado"], "sample": ["scatter", "scores"],
}  # fmt: skip


LANGUAGES = {
    "scenarios": "en", "grid": "zh", "line": "zh", "one_at_a_time": "en", "sample": "zh"
}  # fmt: skip


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Reader]]:
    """A painted report of every kind of study, in the one or the other language."""
    made = {}
    for kind, lang in LANGUAGES.items():
        folder = STUDIES[kind](tmp_path_factory.mktemp(kind) / "batch")
        made[kind] = (folder, told(folder, lang))
    return made


@pytest.mark.parametrize("kind", list(STUDIES))
def test_a_report_is_one_file_with_its_figures_inside_and_beside_it(
    kind: str, reports: dict[str, tuple[Path, Reader]]
) -> None:
    folder, reader = reports[kind]
    lang = LANGUAGES[kind]
    for suffix in ("png", "svg"):
        assert sorted(p.stem for p in (folder / "figures").glob(f"*.{suffix}")) == FIGURES[kind]
    assert len(reader.sources) == len(FIGURES[kind])
    words = WORDS[lang]
    place = [
        reader.text.index(words[key])
        for key in ("question", "answer", "method", "design", "study_file")
    ]
    assert place == sorted(place)
    study = (folder / "study.toml").read_text(encoding="utf-8").strip()
    assert study in reader.text
    assert f"--lang {lang} --out" in reader.text
    assert "lianghua batch study.toml --out" in reader.text
    # No key of a catalogue, no value without one.
    assert not re.search(r"\{\w*\}|\bnan\b|None", reader.text.replace(study, ""))


def test_the_answer_names_what_is_furthest_from_the_baseline(
    reports: dict[str, tuple[Path, Reader]],
) -> None:
    answer = _answer(reports["scenarios"][1])
    assert "No programme comes to" in answer
    assert "Twice the money lies above it by 180,000 × 10k CNY" in answer
    assert "95 % interval" in answer
    assert "48 of 48 runs are done." in answer
    assert re.search(r"Of 35 contrasts with an interval, \d+ have one that holds zero", answer)


def test_the_answer_of_a_grid_names_its_best_and_worst_point(
    reports: dict[str, tuple[Path, Reader]],
) -> None:
    answer = _answer(reports["grid"][1])
    assert "机器换人补助率 = 0.3, 资金倍数 = 4时最高(288,000万元)" in answer
    assert "机器换人补助率 = 0.05, 资金倍数 = 0.5时最低(16,971万元)" in answer


@pytest.mark.usefixtures("unpainted")
def test_the_second_language_has_a_file_of_its_own(tmp_path: Path) -> None:
    folder = line_study(tmp_path / "batch", replicates=2)
    for code in (0, 2):  # the second time the file is there
        assert [
            _run(["report", str(folder), "--quiet", "--lang", one]) for one in ("en", "zh")
        ] == [code, code]
    assert WORDS["en"]["answer"] in read(folder / "report.html").text
    assert WORDS["zh"]["answer"] in read(folder / "report.zh.html").text


@pytest.mark.usefixtures("unpainted")
@pytest.mark.parametrize(
    ("lang", "none", "best"),
    [
        ("en", "no difference can be told between", "is highest at"),
        ("zh", "之间看不出差异", "时最高"),
    ],
)
@pytest.mark.parametrize("kind", ["equal", "chance", "apart"])
def test_the_answer_of_a_grid_names_no_best_of_what_cannot_be_told_apart(
    kind: str, lang: str, none: str, best: str, tmp_path: Path
) -> None:
    def outcomes(row: Mapping[str, Any], rng: np.random.Generator) -> dict[str, float]:
        rate = float(row[RATE])
        own = np.random.default_rng([int(row["point"]), int(rng.integers(1000))]).normal()
        met = {"equal": 27.03 + 1e-6 * rate, "chance": 27.0 + own, "apart": 27.0 + 100 * rate + own}
        return {"targets_met": met[kind]}

    text = (
        head("补助率", "Rate")
        + f'[levers."{RATE}"]\nvalues = [0.0, 0.3]\n[design]\nmethod = "grid"\n'
    )
    design = pd.DataFrame({"point": [0, 1], "scenario": ["document_2014"] * 2, RATE: [0.0, 0.3]})
    folder = make_folder(tmp_path / "batch", text.replace(NAMES, "names = ["), design, outcomes)
    answer = _answer(told(folder, lang))
    assert (none in answer) == (kind != "apart")
    assert (best in answer) == (kind == "apart")


def test_the_answer_one_at_a_time_names_the_factors_that_matter(
    reports: dict[str, tuple[Path, Reader]],
) -> None:
    answer = _answer(reports["one_at_a_time"][1])
    assert "Public money paid moves most with equipment subsidy, rate: +144,000 × 10k CNY" in answer


def test_the_answer_of_a_sample_names_the_factors_that_go_with_an_outcome(
    reports: dict[str, tuple[Path, Reader]],
) -> None:
    answer = _answer(reports["sample"][1])
    assert "与设备投资补助 · rate关系最密切(秩相关+0.8" in answer


@pytest.mark.usefixtures("unpainted")
def test_failed_runs_and_runs_not_yet_made_are_shown(tmp_path: Path) -> None:
    failed = {(0, 1): "ValueError: the money ran out", (3, 0): "ValueError: the money ran out",
              (5, 2): HOSTILE}  # fmt: skip
    folder = scenario_study(tmp_path / "batch", failed=failed, missing=[(7, 5)])
    reader = told(folder)
    assert "44 of 48 runs are done, 3 failed, 1 are still to be made" in _answer(reader)
    assert "ValueError: the money ran out20, 3" in reader.text  # reason, count, points
    assert " ".join(HOSTILE.split()) in reader.text


@pytest.mark.usefixtures("unpainted")
def test_no_done_run_is_no_mistake(tmp_path: Path) -> None:
    points = [(point, r) for point in range(8) for r in range(2)]
    gone = dict.fromkeys(points, "MemoryError")
    reader = told(scenario_study(tmp_path / "failed", replicates=2, failed=gone), "zh")
    assert WORDS["zh"]["no_runs"] in _answer(reader)
    assert "MemoryError" in reader.text
    assert not reader.sources
    reader = told(scenario_study(tmp_path / "begun", replicates=2, missing=points))
    assert "0 of 16 runs are done, 16 are still to be made" in _answer(reader)


@pytest.mark.usefixtures("unpainted")
def test_one_replicate_is_told_to_have_no_interval(tmp_path: Path) -> None:
    reader = told(scenario_study(tmp_path / "batch", replicates=1))
    assert WORDS["en"]["no_interval"] in _answer(reader)
    assert "from one run each" in _answer(reader)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_texts_of_others_are_shown_as_they_are_and_never_run(tmp_path: Path, lang: str) -> None:
    name = "_<i>evil</i>"
    design = pd.DataFrame(
        {
            "point": range(4),
            "scenario": [name, name, "base", "base"],
            "<b>$x$</b>": ["<u>", "$", "<u>", "$"],
        }
    )
    quoted = HOSTILE.replace("\\", "\\\\").replace('"', '\\"')
    study = f'[study]\ntitle = {{ zh = "{quoted}", en = "{quoted}" }}\nquestion = {{ zh = "{quoted}", en = "{quoted}" }}\n'
    folder = make_folder(
        tmp_path / "a b; rm -rf", study, design,
        lambda row, rng: {"<img src=x>": rng.normal() + (row["scenario"] == "base")}, 3,
        manifest={"baseline": "base", "data": {HOSTILE: "<s>"}},
    )  # fmt: skip
    reader = told(folder, lang)
    assert reader.text.count(HOSTILE) >= 3  # title of the window and the page, question
    for text in (name, "<b>$x$</b>", "<u>", "<img src=x>"):
        assert text in reader.text
    assert reader.tags & {"b", "u", "i", "s"} == set()
    # The command can be pasted into a shell.
    assert f"'{folder}'" in reader.text


@pytest.mark.usefixtures("unpainted")
def test_what_is_not_toml_is_still_shown(tmp_path: Path) -> None:
    folder = scenario_study(tmp_path / "batch", replicates=2)
    (folder / "study.toml").write_text("= <broken>", encoding="utf-8")
    assert "= <broken>" in told(folder).text


def test_the_same_bytes_twice(tmp_path: Path) -> None:
    folder = line_study(tmp_path / "batch")
    pages = []
    for _ in range(2):
        told(folder)
        files = [folder / "report.html", *sorted((folder / "figures").iterdir())]
        pages.append([file.read_bytes() for file in files])
    assert pages[0] == pages[1]


@pytest.mark.usefixtures("unpainted")
def test_an_analysis_adds_a_section_and_its_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = grid_study(tmp_path / "batch", replicates=2)
    seen = []

    def extra(batch: Batch, lang: str) -> Section | None:
        seen.append((batch.factors, lang))
        return Section("Shares <of>", (paragraph("A1 & A2"),), ("A1 brings most.",))

    def nothing(batch: Batch, lang: str) -> Section | None:
        return None

    monkeypatch.setattr(report, "SECTIONS", [*SECTIONS, extra, nothing])
    reader = told(folder)
    assert seen == [((RATE, FUNDING), "en")]
    assert "A1 brings most." in _answer(reader)
    assert "Shares <of>" in reader.text
    assert "A1 & A2" in reader.text


@pytest.mark.usefixtures("unpainted")
def test_parameters_drawn_from_a_posterior_are_told(tmp_path: Path) -> None:
    folder = scenario_study(
        tmp_path / "batch", replicates=2, manifest={"draws": {"1": {}, "2": {}}}
    )
    batch = Batch.load(folder)
    assert "posterior" in report_study.uncertainty(batch, "en")
    central = Batch.load(scenario_study(tmp_path / "central", replicates=2))
    assert "posterior" not in report_study.uncertainty(central, "en")
    assert "5 %" not in report_study.uncertainty(central, "en")


def test_labels_of_the_manifest_come_first(tmp_path: Path) -> None:
    made = {
        "outcomes": [{"name": "targets_met", "zh": "目标", "en": "targets met", "unit": "share", "unit_zh": ""}],
        "factors": [{"key": FUNDING, "kind": "lever", "zh": "钱", "en": "money", "unit": "1"}],
    }  # fmt: skip
    facts = Facts(Batch.load(line_study(tmp_path / "batch", manifest=made)), "en")
    of = facts.measure("targets_met")
    assert (of.title, of.scale, of.gap_unit) == ("targets met (%)", 100.0, "percentage points")
    assert facts.factors[FUNDING].title == "money"
    assert facts.factors[FUNDING].kind == "levers"


def test_outcomes_are_labelled_by_what_they_are_read_from() -> None:
    assert measure("employees@2015-12", "en").title == "employees in 2015-12 (10k persons)"
    assert measure("value_added.sum", "zh").title.endswith(":合计(亿元)")
    assert measure("adoption_erp.mean", "en").unit == "%"
    assert measure("targets_met", "zh").title == "达成目标数(项)"
    assert measure("what_is_this", "zh").title == "what_is_this"


def test_labels_are_folded_between_words_and_keys_at_their_dots() -> None:
    assert folded("rate of grants = 0.5, money = 2", 20) == "rate of\ngrants = 0.5,\nmoney = 2"
    assert folded("information.cluster_peers", 14) == "information.\ncluster_peers"
    assert folded("机器换人补助率", 8) == "机器换人\n补助率"
    assert folded("one two three four", 5, 2) == "one\ntw…"
    assert not folded("_hidden", 20).startswith("_")


def test_places_of_numbers_are_numbers_and_of_words_are_counted() -> None:
    at, texts = places(pd.Series([3.0, 1.0]))
    assert (list(at), texts) == ([3.0, 1.0], None)
    at, texts = places(pd.Series([True, False, True]))
    assert (list(at), texts) == ([1.0, 0.0, 1.0], ["false", "true"])
    at, texts = places(pd.Series(["lottery", "contest", "lottery"]))
    assert (list(at), texts) == ([0.0, 1.0, 0.0], ["lottery", "contest"])


def test_words_have_equal_keys_and_every_glyph() -> None:
    from matplotlib.ft2font import FT2Font

    assert set(WORDS["zh"]) == set(WORDS["en"])
    known = FT2Font(str(ASSETS / "NotoSansSC-subset.otf")).get_charmap()
    texts = [*WORDS["zh"].values(), *WORDS["en"].values(), *UNITS_ZH.values()]
    assert {one for text in texts for one in text if ord(one) not in known} == set()
    fields = [
        {key: sorted(re.findall(r"\{(\w+)\}", text)) for key, text in words.items()}
        for words in WORDS.values()
    ]
    assert fields[0] == fields[1]


@pytest.mark.usefixtures("unpainted")
def test_the_command_writes_a_page_and_refuses_what_it_cannot_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from sim.cli.report import report_command

    folder = line_study(tmp_path / "batch", replicates=2)
    page = tmp_path / "page.html"
    report_command(folder, out=page, lang="zh", force=False)
    out, errors = capsys.readouterr()
    assert out.strip() == str(page)
    last = errors.splitlines()[-1].split()
    assert last[0] == last[2].rstrip(",")
    assert "资金倍数" in read(page).text
    with pytest.raises(InputError, match="--force"):
        report_command(folder, out=page, lang="zh", force=False)
    with pytest.raises(InputError, match=r"ends in \.html"):
        report_command(folder, out=tmp_path / "page.pdf", lang="zh", force=False)
    with pytest.raises(InputError, match="batch"):
        report_command(tmp_path / "none", out=tmp_path / "new.html", lang="zh", force=False)
    assert not (tmp_path / "none").exists()
    assert not (tmp_path / "new.html").exists()


@pytest.mark.usefixtures("unpainted")
def test_a_study_of_one_point_has_a_report(tmp_path: Path) -> None:
    design = pd.DataFrame({"point": [0], "scenario": ["document_2014"]})
    folder = make_folder(
        tmp_path / "batch", head("一点", "One point", 3), design,
        lambda row, rng: measured(1.0, rng.normal()), 3,
    )  # fmt: skip
    assert len(told(folder).sources) == 1


def _answer(reader: Reader) -> str:
    """What stands between the answer's heading and the next one."""
    text = reader.text
    for words in WORDS.values():
        if words["answer"] in text and words["method"] in text:
            return text[text.index(words["answer"]) : text.index(words["method"])]
    raise AssertionError("no answer")
