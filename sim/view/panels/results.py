"""Finished batch studies: outcomes by scenario, and differences to the baseline. Read only."""

from __future__ import annotations

import html

import solara

from sim.core.errors import InputError
from sim.view import studies
from sim.view.controls.pick import Pick
from sim.view.echarts import Chart, packed
from sim.view.looking import View
from sim.view.panels.shared import ChartCard
from sim.view.problems import framed
from sim.view.studies import Study
from sim.view.study_charts import MOST, headline, interval_option, rows_of


@solara.component
def Panel(view: View) -> None:
    """The studies that the server was started with, one at a time."""
    names = studies.names()
    with solara.Div(classes=["lianghua-results"]):
        if names:
            Chosen(names, view)
        else:
            solara.Text(view.say("results.none"), classes=["lianghua-results-none"])


@solara.component
def Chosen(names: list[str], view: View) -> None:
    """One of the studies, and which."""
    say = view.say
    place, set_place = solara.use_state(0)
    found = solara.use_memo(lambda: _read(place, view.lang), [place, view.lang, tuple(names)])
    with solara.Column(gap="12px"):
        if len(names) > 1:
            options = [(str(at), name) for at, name in enumerate(names)]
            Pick(
                say("results.study"), options, str(place), lambda one: set_place(int(one)), "study"
            )
        if isinstance(found, str):
            solara.Error(say("results.broken", problem=found), classes=["lianghua-results-error"])
            return
        Shown(found, view)


def _read(place: int, lang: str) -> Study | str:
    try:
        return studies.read(place, lang)
    except InputError as error:
        return framed(error, lang)


@solara.component
def Shown(study: Study, view: View) -> None:
    """A study: what it asks, how far it is, and its charts for a chosen outcome."""
    say = view.say
    outcome, set_outcome = solara.use_state(study.outcomes[0] if study.outcomes else "")
    solara.HTML(tag="h2", unsafe_innerHTML=html.escape(study.title))
    if study.question:
        solara.Text(study.question)
    counts = say("results.counts", done=study.done, failed=study.failed, points=study.points,
                 scenarios=len(study.scenarios), replicates=study.replicates)  # fmt: skip
    solara.Text(counts, classes=["lianghua-results-counts"])
    if not study.outcomes:
        solara.Text(say("results.no_runs"))
        return
    chosen = outcome if outcome in study.outcomes else study.outcomes[0]
    options = [(name, study.measures[name].label) for name in study.outcomes]
    Pick(say("results.outcome"), options, chosen, set_outcome, "outcome")
    Intervals(study, chosen, False, view)
    if study.baseline is not None and len(study.scenarios) > 1:
        Intervals(study, chosen, True, view)


@solara.component
def Intervals(study: Study, outcome: str, difference: bool, view: View) -> None:
    """One chart with its table."""
    measure = study.measures[outcome]
    rows = rows_of(study, outcome, difference)
    key = "contrasts" if difference else "levels"
    against = study.scenarios.get(str(study.baseline), "")
    title = view.say(f"results.{key}", outcome=measure.label, baseline=against)
    unit = measure.gap_unit if difference else measure.unit
    note = view.say(f"results.{key}_how")
    if len(rows) > MOST:
        note += " " + view.say("results.shown", shown=MOST, all=len(rows))
    option = solara.use_memo(
        lambda: packed(interval_option(rows, unit, difference, study.baseline, view.large)),
        [id(study), outcome, difference, view.large],
    )
    columns = ["title", "value", "low", "high"]
    words = [view.say(f"results.{name}") for name in columns]
    table = rows[columns].set_axis(words, axis=1)
    table.insert(1, view.say("results.unit"), unit)
    height = f"{80 + 30 * max(3, min(MOST, len(rows)))}px"
    with ChartCard(title, view, frame=table, note=note, name=f"results-{key}"):
        Chart(option, headline(rows, title), f"results-{key}", height=height)
