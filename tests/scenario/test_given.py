"""What is given in the wrong form, at every function of the package: one line, never a bare error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim import (
    InputError,
    Province,
    Scenario,
    compare,
    laboratory,
    ledger,
    run,
    scorecard,
)
from sim.scenario_files import alike, closest

LIST: list[Any] = []
LIST.append(LIST)
TABLE: dict[str, Any] = {}
TABLE["exogenous"] = TABLE
GRANT = ("document_2014", "equipment_subsidy")

WRONG: dict[str, tuple[Callable[[], Any], str]] = {
    "compare none": (lambda: compare(None), "compare: scenarios; given 'None'"),
    "compare one": (lambda: compare("no_programme"), "given 'no_programme'; allowed: two or more"),
    "compare a number": (lambda: compare(3), "scenario; given 3; allowed: a Scenario"),
    "scorecard none": (lambda: scorecard(None), "scorecard: scenarios; given 'None'"),
    "scorecard one": (lambda: scorecard("no_such"), "scenario; given 'no_such'"),
    "ledger none": (lambda: ledger("document_2014", None), "--instrument; given 'None'"),
    "ledger one": (lambda: ledger("document_2014", "equip"), "given 'equip'; .*did you mean equip"),
    "ledger a number": (lambda: ledger("document_2014", [3]), "--instrument; given 3"),
    "ledger a list": (lambda: ledger("document_2014", [[]]), r"--instrument; given \[\]"),
    "laboratory rule": (lambda: laboratory(*GRANT, rules="contes"), "did you mean contest"),
    "laboratory none": (lambda: laboratory(*GRANT, rules=None), "--rules; given 'None'"),
    "laboratory list": (lambda: laboratory("document_2014", [GRANT[1]]), "--instrument; given"),
    "laboratory noise": (lambda: laboratory(*GRANT, noise=-1), "--noise; given -1"),
    "laboratory text": (lambda: laboratory(*GRANT, noise=["x"]), "--noise; given 'x'"),
    "setting": (lambda: run("no_programme", settings="adoption=x"), "--set adoption=x: adoption"),
    "settings": (lambda: run("no_programme", settings=None), "settings; given 'None'"),
    "settings of numbers": (lambda: run("no_programme", settings=[3]), "settings; given 3"),
    "settings on top": (lambda: Scenario().with_settings(3), "settings; given 3"),
    "load": (lambda: Province.load(3), "checkpoint; given '3'; allowed: the path of a folder"),
    "list": (lambda: Scenario.from_dict([]), r"scenario scenario; given \[\]; allowed: a table"),
    "key": (lambda: Scenario.from_dict({3: 1}), "allowed: a table: a mapping with texts as keys"),
    "list in itself": (
        lambda: Province(exogenous__demand_shocks=LIST),
        r"exogenous__demand_shocks; given \[\[...\]\]; allowed: a value that does not hold itself",
    ),
    "table in itself": (lambda: Province(exogenous=TABLE), "a value that does not hold itself"),
    "scale": (lambda: Province(scale=None), "scale; given 'None'; allowed: 0.01 to 25"),
    "long number": (lambda: Province(seed=10**400), "seed; given a whole number of about 400 digi"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_has_the_wrong_form_is_one_line(name: str) -> None:
    act, message = WRONG[name]
    with pytest.raises(InputError, match=message) as caught:
        act()
    assert len(str(caught.value).splitlines()) == 1


def test_a_branch_goes_on_under_a_scenario_by_its_name(tmp_path: Path) -> None:
    province = Province("no_programme", scale=0.01, parameters="central")
    # Before the first month as well, when no account has been opened yet.
    named, fresh = (
        province.branch("document_2014"),
        Province("document_2014", scale=0.01, parameters="central"),
    )
    assert named.settings == Scenario.load("document_2014")
    for one in (named, fresh):
        one.step()
    assert named.results().province.equals(fresh.results().province)
    assert named.results().programme.equals(fresh.results().programme)
    for wrong, message in (("document_2104", "did you mean document_2014"), (3, "given 3")):
        with pytest.raises(InputError, match=message):
            province.branch(wrong)
    with pytest.raises(InputError, match="checkpoint; given '3'"):
        province.save(3)


def test_one_alone_is_a_row_of_one() -> None:
    short: dict[str, Any] = {"scale": 0.01, "replicates": 1, "workers": 1, "until": "2012-02"}
    short |= {"parameters": "central"}
    both = [compare(one, **short) for one in ("without_a1*", ["without_a1*"])]
    assert both[0].names == both[1].names
    assert scorecard("no_programme", **short).names == ("no_programme",)
    money = ledger("document_2014", "equipment_subsidy", follow=0, **short)
    assert money.manifest["instruments"] == ["equipment_subsidy"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("MONTH", ["month"]), ("Document_2014", ["document_2014"]), ("doc", ["document_2014"]),
        ("Mont", ["month"]), ("DOCUMENT_2104", ["document_2014"]), ("do", []), ("", []), (3, []),
    ],
)  # fmt: skip
def test_what_was_meant_is_found_whatever_its_case_and_by_its_beginning(
    word: Any, meant: list[str]
) -> None:
    assert alike(word, ("month", "document_2014", "Zhejiang")) == meant
    hint = f"did you mean {meant[0]}? " if meant else ""
    assert closest(word, ("month", "document_2014")).startswith(f"{hint}month")
