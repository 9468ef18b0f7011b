"""What is described comes from declarations and leaves nothing out."""

from __future__ import annotations

import re

import pytest

from sim import describe
from sim.describe.card import PARAMETERS
from sim.describe.card_words import CONCEPTS, HEADINGS, PHASES_ZH
from sim.describe.clauses import MECHANISMS_ZH, OVERALL, WORDS, mechanism
from sim.indices.targets import load_targets
from sim.model import PHASES
from sim.outputs import BY_NAME, OUTPUTS
from sim.parameters import Mechanisms, Section
from sim.policies import INSTRUMENTS
from sim.programme import CLAUSES, clauses_of
from sim.scenario import Scenario
from sim.world.data import load_data
from sim.world.tables import TABLES

DOCUMENT = Scenario.load("document_2014")
KINDS = {str(kind.model_fields["kind"].default): kind for kind in INSTRUMENTS}


def test_no_clause_and_no_instrument_is_an_orphan() -> None:
    served = {code for one in DOCUMENT.instruments.values() for code in clauses_of(one)[:1]}
    assert served == set(CLAUSES)
    for name, one in DOCUMENT.instruments.items():
        assert clauses_of(one), name
        assert set(clauses_of(one)) <= set(CLAUSES), name
    assert {one.kind for one in DOCUMENT.instruments.values()} == set(KINDS)


def test_every_target_stands_in_the_clause_it_is_of() -> None:
    for target in load_targets().rows:
        assert target.measure in {*CLAUSES, OVERALL}
        if target.measure in CLAUSES:
            assert target.clause == CLAUSES[target.measure].place


@pytest.mark.parametrize("code", KINDS)
def test_every_kind_says_what_it_moves_and_how(code: str) -> None:
    one = KINDS[code](kind=code)
    assert one.moved()
    assert len({name for name, _ in one.moved()}) == len(one.moved())
    for name, sign in one.moved():
        assert sign in (-1, 1)
        assert name in BY_NAME
    assert mechanism(KINDS[code], "en").endswith(".")
    assert mechanism(KINDS[code], "zh").endswith("。")
    assert mechanism(KINDS[code], "zh") == MECHANISMS_ZH[code]


def test_instruments_move_what_they_are_for() -> None:
    moved = {name: dict(one.moved()) for name, one in DOCUMENT.instruments.items()}
    assert moved["machine_networks"]["adoption_networking"] == 1
    assert "adoption_automation" not in moved["machine_networks"]
    assert moved["bottleneck_projects"]["price_industrial_software"] == -1
    assert moved["bases"]["teams_robot_integrator"] == 1
    assert moved["leasing_support"]["barrier_no_finance"] == -1


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_programme_names_every_clause_instrument_and_target(lang: str) -> None:
    text = describe.programme(lang=lang)
    for code, clause in CLAUSES.items():
        assert f"\n{code}  {getattr(clause, lang)}  {clause.place}" in text
    for name in DOCUMENT.instruments:
        assert f"  {name}: " in text
    for target in load_targets().rows:
        assert f"    {target.code}  {getattr(target, lang)}" in text
    assert "equipment_subsidy" in text.split("\nA2 ")[1].split("\nA3 ")[0]
    # What a mechanism names by its setting shows the scenario's value.
    changed = describe.programme(["instruments.equipment_subsidy.rate=0.31"], lang)
    assert ("rate (0.31)" in changed) == (lang == "en")
    assert "rate 0.31" in changed.split("  equipment_subsidy: ")[1].split("\n  machine")[0]
    off = describe.programme(["instruments.equipment_subsidy.enabled=false"], lang)
    assert WORDS[lang]["off"] in off.split("equipment_subsidy: ")[1].splitlines()[0]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_model_card_names_every_declaration(lang: str) -> None:
    card = describe.model_card(["information.marketing=0.0321"], lang, scale=0.02)
    for name, columns in TABLES.items():
        part = card.split(f"### `{name}` ")[1].split("\n#")[0]
        for column in columns:
            assert f"| `{column.name}` | {getattr(column, lang)}" in part
    for phase in PHASES:
        assert f"{phase.number}. **{getattr(phase, lang)}** (`{phase.name}`)" in card
        assert f"### {phase.number}. {getattr(phase, lang)}\n" in card
    for section in PARAMETERS:
        assert f"### `[{section}]`" in card
        for key, value in getattr(DOCUMENT, section):
            inner = type(value).model_fields if isinstance(value, Section) else {}
            for name in [f"{key}.{one}" for one in inner] or [key]:
                assert f"| `{section}.{name}` |" in card
    for name in Mechanisms.model_fields:
        assert f"`mechanisms.{name}`" in card
    for code, kind in KINDS.items():
        assert f"### {kind.label[0 if lang == 'zh' else 1]} (`{code}`)" in card
    for output in OUTPUTS:
        assert f"| `{output.name}` | {getattr(output, lang)} |" in card
    for name, digest in load_data().checksums.items():
        assert re.search(rf"`{re.escape(name)}` .*`{digest[:16]}…`", card)
    for path in load_data().exogenous:
        assert f"| `{path}` |" in card
    assert "| 0.0321 |" in card
    assert "\n\n\n" not in card


def test_both_languages_have_the_same_words() -> None:
    for catalogue in (HEADINGS, WORDS):
        assert set(catalogue["en"]) == set(catalogue["zh"])
    assert len(CONCEPTS["en"]) == len(CONCEPTS["zh"])
    assert set(PHASES_ZH) == {phase.name for phase in PHASES}
