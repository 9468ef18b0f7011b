"""Undo, redo and reset of choices."""

from __future__ import annotations

from dataclasses import replace

from sim.view.choice import Choice, Plan
from sim.view.history import MOST, History

FIRST = Choice()


def with_preset(name: str) -> Choice:
    return replace(FIRST, plan=Plan(name))


def test_undo_and_redo_walk_the_plans() -> None:
    history = History(FIRST).chosen(with_preset("a")).chosen(with_preset("b"))
    back = history.undone()
    assert back.present.plan.preset == "a"
    assert back.redone() == history
    assert history.redone() is history
    assert back.undone().undone().present == FIRST
    assert back.chosen(with_preset("c")).future == ()


def test_where_a_page_looks_is_no_step_and_stays() -> None:
    history = History(FIRST).chosen(with_preset("a"))
    played = history.chosen(replace(history.present, month="2015-06"))
    played = played.chosen(replace(played.present, month="2015-07", panel="map", lang="en"))
    assert played.past == history.past
    back = played.undone().present
    assert (back.plan, back.month, back.panel, back.lang) == (FIRST.plan, "2015-07", "map", "en")


def test_playing_keeps_what_was_taken_back() -> None:
    back = History(FIRST).chosen(with_preset("a")).undone()
    assert back.chosen(replace(back.present, month="2015-06")).redone().present.plan.preset == "a"


def test_history_is_bounded() -> None:
    history = History(FIRST)
    for number in range(MOST + 20):
        history = history.chosen(with_preset(f"p{number}"))
    assert len(history.past) == MOST
    assert history.past[-1].plan.preset == f"p{MOST + 18}"


def test_reset_is_a_step_that_can_be_taken_back() -> None:
    history = History(FIRST).chosen(replace(with_preset("a"), lang="en"))
    reset = history.reset()
    assert reset.present == replace(FIRST, lang="en")
    assert reset.undone().present == history.present
    assert History(FIRST).reset().past == ()
