"""Scenario files from a person's disk: what is fit becomes a plan, all else is one clear message."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import solara
from hypothesis import example as case
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.circumstances import parameters_of
from sim.core.errors import InputError
from sim.scenario import DIRECTORY, Scenario
from sim.scenario_files import toml
from sim.view import plans, uploads
from sim.view.address import decode, encode
from sim.view.choice import Choice, Plan
from sim.view.controls import upload
from sim.view.copying import plan_toml
from sim.view.levers import lever, levers
from sim.view.live import Answer
from sim.view.looking import View
from sim.view.problems import plain
from sim.view.reading import File
from sim.view.snapshot import Snapshot
from sim.view.uploads import LARGEST, read_plan

RATE = "instruments.equipment_subsidy.rate"


def example() -> Plan:
    plan = Plan("core_programme")
    for key, value, month in ((RATE, 0.2, ""), ("training", 2.0, ""), (RATE, 0.3, "2015-06")):
        one = lever(plan.preset, key)
        assert one is not None
        plan = one.write(plan, value, month)
    return plan


def test_what_was_taken_away_comes_back() -> None:
    for plan in (example(), plans.named(example(), "甲"), Plan(), Plan("only_a2")):
        assert read_plan(plan_toml(plan, "zh").encode()) == plan


def test_a_scenario_written_out_whole_comes_back() -> None:
    scenario = Scenario.load("contest_allocation")
    plan = read_plan(scenario.to_toml().encode())
    assert plan.preset == "document_2014"
    assert plan.scenario().hash == scenario.hash
    assert plans.name_of(plan) == scenario.title.zh


def test_what_a_file_holds_at_the_presets_own_value_is_not_drawn(tmp_path: Path) -> None:
    value = Scenario().adoption.reviews_per_year
    file = tmp_path / "own.toml"
    content = f'extends = "document_2014"\nadoption.reviews_per_year = {value}\n'
    file.write_text(content, encoding="utf-8")
    plan = read_plan(file.read_bytes())
    assert dict(plan.settings)["adoption.reviews_per_year"] == value
    page, line = plan.scenario(), Scenario.load(file)
    assert page.held == line.held == ("adoption.reviews_per_year",)
    assert parameters_of("posterior").of(page, 5).adoption.reviews_per_year == value
    # The address and the file that is taken away hold it too.
    choice = Choice(plan=plan, lang="en")
    assert decode(encode(choice))[0].plan == plan
    assert read_plan(plan_toml(plan, "zh").encode()).scenario().held == page.held


def test_a_whole_file_holds_all_that_it_says_as_on_the_command_line(tmp_path: Path) -> None:
    content = Scenario.load("document_2014").model_dump(mode="json", exclude={"name", "held"})
    file = tmp_path / "own.toml"
    file.write_text(toml(content), encoding="utf-8")
    assert read_plan(file.read_bytes()).scenario().held == Scenario.load(file).held


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("x" * (LARGEST + 1), "", "at most 65,536"),
        ("= nonsense", "", "valid TOML"),
        ("a = " + "[" * 30_000, "", "valid TOML"),
        ("a = " + "9" * 6000, "", "valid TOML"),
        ("a" + ".a" * 3000 + " = 1", "", ""),
        ('extends = "../../etc/passwd"', "extends", "document_2014"),
        ('extends = "/tmp/x.toml"', "extends", "document_2014"),
        ('extends = "document_2014.toml"', "extends", "document_2014"),
        ("extends = 3", "extends", "document_2014"),
        ('extends = "outlook_2025"', "extends", "document_2014"),
        ('extends = "document_2014"\n[programme]\nfunding = "much"', "programme.funding", "a number"),
        ('extends = "document_2014"\n[programme]\nfunding = nan', "programme.funding", "a number"),
        ('extends = "document_2014"\n[programme]\nfund = 2', "programme.fund", "funding"),
        ('extends = "document_2014"\n[time]\nend = "2016-12"', "time.end", "2017-12"),
        ('extends = "document_2014"\n[population]\nbelow_scale_rows = 1000000',
         "population.below_scale_rows", "as in the preset"),
        ('extends = "no_programme"\n[instruments.x]\nkind = "training"', "instruments.x", "of the preset"),
        ('extends = "document_2014"\n[instruments.training_staff]\nkind = "project_grant"',
         "instruments.training_staff", ""),
        ('extends = "document_2014"\n[[exogenous.demand_shocks]]\nstart = "2015-01"\nend = "2015-02"\n'
         "factor = 0.5", "exogenous.demand_shocks", "as in the preset"),
        ('extends = "document_2014"\n[[revisions]]\nfrom = "2015-06"\nset = {"time.end" = "2045-12"}',
         "revisions", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_key(text: str, key: str, said: str) -> None:
    with pytest.raises(InputError) as found:
        read_plan(text.encode())
    assert found.value.key.startswith(key)
    assert said in str(found.value)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 28_000 + " = 1",
        "[" + "a." * 28_000 + "a]",
        "extends" + ".a" * 28_000 + " = 1",
        "a = " + "[" * 57_000,
        "a = " + "{b = " * 11_000,
        "\n".join(f"[{'a.' * 10}a{one}]" for one in range(2_000)),
        "[[revisions]]\nfrom = '2015-06'\nset = {'a" + ".a" * 28_000 + "' = 1}",
        "a = 0x" + "f" * 57_000,
        "technologies = [" + '"erp",' * 10_000 + "]",
        "\n".join(["[[revisions]]"] * 4_000),
        "\n".join(f"a{one} = 1" for one in range(5_200)),
        '"""\\"' * 9_000 + "\\",
    ],
    ids=lambda text: text[:12],
)
def test_levels_and_parts_without_end_cost_little_more_than_a_scenario(text: str) -> None:
    whole = Scenario.load("contest_allocation").to_toml().encode()
    read_plan(whole)
    ordinary = cpu(lambda: read_plan(whole))

    def refused() -> None:
        with pytest.raises(InputError) as found:
            read_plan(text.encode())
        assert found.value.where == "file"
        assert "\n" not in str(found.value)
        assert len(str(found.value)) < 1_000

    assert len(text) < LARGEST
    assert cpu(refused) < 20 * ordinary


def cpu(task: Callable[[], object]) -> float:
    began = time.process_time()
    task()
    return time.process_time() - began


def test_what_is_shipped_and_what_the_page_writes_is_far_within_bounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("LEVELS", "MOST_PARTS", "LONGEST_WORD"):
        monkeypatch.setattr(uploads, name, getattr(uploads, name) // 2)
    for path in DIRECTORY.glob("*.toml"):
        uploads._tables(path.read_bytes())
        whole = Scenario.load(path).to_toml().encode()
        if len(whole) <= LARGEST:
            uploads._tables(whole)
    for name in plans.presets():
        plan = Plan(name)
        months = [f"{year}-0{month}" for year in range(2013, 2017) for month in (1, 4, 7)]
        for place, month in enumerate(["", *months]):
            for one in levers(name):
                value = one.options[-1] if one.options else one.low + (place % 2) * one.step
                plan = one.write(plan, value, month)
        uploads._check_shape(plan_toml(plan, "zh"))


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(InputError, match="valid TOML in UTF-8"):
        read_plan(b"\xff\xfe\x00")


PIECES = st.sampled_from(
    [
        "extends", "programme", "funding", "revisions", "month", "set", "title", "zh", "held", "time",
        "instruments", "=", ".", "[", "]", "[[", "]]", "{", "}", ",", '"', "'", "\n", " ", "#", "0x",
        "F" * 40, "1e999", "nan", "-inf", "true", "2015-06", "1979-05-27T07:32:00Z", "99999999999",
        '"document_2014"', "\\u0000", "\ud7ff", "équipement", "a.a.a.a",
    ]
)  # fmt: skip


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    data=st.one_of(
        st.binary(max_size=200), st.lists(PIECES, max_size=30).map("".join).map(str.encode)
    )
)
@case(data=b"a = 0x" + b"F" * 20_000)
@case(data=b'extends = "document_2014"\n[programme]\nfunding = 0x' + b"F" * 20_000)
@case(data=b"extends = 0x" + b"F" * 20_000)
@case(data=b"extends" + b".a" * 20_000 + b" = 1")
@case(data=b"extends = " + b"[" * 20_000)
@case(data=b"programme" + b".a" * 400 + b" = 1")
def test_any_file_is_a_plan_or_one_clear_message(data: bytes) -> None:
    try:
        assert isinstance(read_plan(data), Plan)
        said = ""
    except InputError as error:
        said = str(error)
    assert "\n" not in said
    assert len(said) < 3_000


class Files:
    """Stands in for the control that takes a file: hands on what a test gives it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(upload, "take_file", self._take)

    def _take(self, label: str, take: Any, *rest: Any) -> None:
        self.take, self.says = take, rest[-1]


@pytest.mark.parametrize(
    "bad", ["a = 0x" + "F" * 20_000, "extends" + ".a" * 20_000 + " = 1", "broken"],
    ids=["number", "names", "reader"],
)  # fmt: skip
def test_the_message_is_of_the_file_given_now(bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: dict[Any, Answer] = {None: Answer()}

    def answered(file: File | None, pool: object) -> Answer:
        """In place of the worker that reads."""
        if file not in answers:
            try:
                if file.text == "broken":
                    raise OSError("/srv/secret/place")
                answers[file] = Answer(file.read(), question=file)
            except Exception as error:
                answers[file] = Answer(error=plain(error), question=file)
        return answers[file]

    monkeypatch.setattr(upload, "use_answer", answered)
    files, chosen = Files(monkeypatch), []
    view = View(Snapshot(Choice()), chosen.append)
    _, context = solara.render(upload.Upload(view), handle_error=False)
    files.take("good.toml", 'extends = "document_2014"')
    assert "good.toml" in files.says
    files.take("bad.toml", bad)
    assert "bad.toml" in files.says
    assert "good.toml" not in files.says
    assert "/srv" not in files.says
    assert len(chosen) == 1
    context.close()
