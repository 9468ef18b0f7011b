"""Whatever is told by kind has words in both languages, and a misspelt name gets a hint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from calibration.panel import check_instrument
from sim.additionality import ledger
from sim.allocation_rules import laboratory
from sim.cli import main
from sim.core.errors import InputError
from sim.describe import card, clauses
from sim.describe.card_words import PHASES_ZH
from sim.describe.clauses import MECHANISMS_ZH, mechanism
from sim.model import PHASES
from sim.policies import INSTRUMENTS
from sim.scenario import Scenario
from sim.story import words as story_words
from sim.words import instrument_titles

KINDS = [str(kind.model_fields["kind"].default) for kind in INSTRUMENTS]


def chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


@pytest.mark.parametrize("kind", INSTRUMENTS, ids=KINDS)
def test_every_kind_of_instrument_is_told_in_both_languages(kind: Any) -> None:
    zh, en = kind.label
    assert chinese(zh)
    assert en
    assert not chinese(en)
    assert chinese(mechanism(kind, "zh"))
    told = mechanism(kind, "en")
    assert told
    assert not chinese(told)


def test_no_words_are_kept_for_what_is_not_there() -> None:
    assert set(MECHANISMS_ZH) == set(KINDS)
    assert set(PHASES_ZH) == {phase.name for phase in PHASES}
    assert set(story_words.EVENTS["zh"]) == set(story_words.EVENTS["en"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_kind_or_phase_without_chinese_is_told_in_english(
    lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clauses, "MECHANISMS_ZH", {})
    monkeypatch.setattr(card, "PHASES_ZH", {})
    text = card.model_card(lang=lang, scale=0.01)
    for kind in INSTRUMENTS:
        assert f"### {kind.label[0 if lang == 'zh' else 1]} (" in text
        assert mechanism(kind, lang) == mechanism(kind, "en")


def test_every_instrument_of_the_document_has_a_title_in_both_languages() -> None:
    scenario = Scenario.load("document_2014")
    manifest = {"settings": scenario.model_dump(mode="json")}
    assert all(chinese(title) for title in instrument_titles(manifest, "zh").values())
    assert not any(chinese(title) for title in instrument_titles(manifest, "en").values())


@pytest.mark.parametrize(
    "ask",
    [
        lambda: ledger("document_2014", ["equipment_subsid"]),
        lambda: laboratory("document_2014", "equipment_subsid"),
        lambda: check_instrument(Scenario.load("document_2014"), "equipment_subsid"),
        lambda: Scenario.load("document_2014", ["instruments.equipment_subsid.rate=0.3"]),
        lambda: Scenario.load("document_2014", ["instruments.equipment_subsid={}"]),
    ],
    ids=["ledger", "laboratory", "panel", "set", "set a table"],
)
def test_an_instrument_misspelt_is_met_with_the_one_meant(ask: Callable[[], Any]) -> None:
    with pytest.raises(InputError, match=r"allowed: did you mean equipment_subsidy"):
        ask()


def test_a_kind_misspelt_is_met_with_the_one_meant() -> None:
    with pytest.raises(InputError, match=r"did you mean project_grant\?") as caught:
        Scenario.load("document_2014", ['instruments.mine.kind="project_grand"'])
    assert caught.value.key == "instruments.mine.kind"
    with pytest.raises(InputError, match=r"did you mean contest\?"):
        Scenario.load("document_2014", ['instruments.equipment_subsidy.allocation="contests"'])


@pytest.mark.parametrize(
    ("topic", "meant"),
    [
        ("modelcard", "model-card"), ("programm", "programme"), ("evidense", "evidence"),
        ("months", "month"), ("document_2041", "document_2014"),
    ],
)  # fmt: skip
def test_a_topic_misspelt_is_met_with_the_one_meant(
    topic: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["describe", topic])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"given '{topic}'; allowed: did you mean {meant}" in said
    assert "supply" in said
