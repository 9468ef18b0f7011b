"""The two official indices: totals, classes, the cities' ranks over the years, and an audit trail."""

from __future__ import annotations

from typing import Any

import solara

from sim.indices.yearly import INDICES
from sim.view import ranks
from sim.view.echarts import Chart, packed
from sim.view.looking import View
from sim.view.panels.audit_trail import AuditCard
from sim.view.panels.index_charts import (
    bump_option,
    chances_frame,
    chances_option,
    classes_frame,
    classes_option,
    index_name,
    national_frame,
    national_option,
    path_frame,
    path_option,
    place_names,
    ranks_frame,
    sentence,
    year_looked_at,
)
from sim.view.panels.ledger import Pick
from sim.view.panels.shared import ChartCard, Choose

OUTPUT = {"two_integration": "two_integration_index", "informatization": "informatization_index"}


@solara.component
def Panel(view: View) -> None:
    """The two indices and where their numbers come from."""
    snapshot = view.snapshot
    years = ranks.years_of(snapshot.compared[0]) if snapshot.ready else ()
    if years:
        Indices(view, years)
    else:
        solara.Text(view.say("indices.waiting"))


@solara.component
def Indices(view: View, years: tuple[int, ...]) -> None:
    """Which index, place and data year is chosen here."""
    index, set_index = solara.use_state(INDICES[0])
    place, set_place = solara.use_state(0)
    picked, set_year = solara.use_state(0)
    snapshot, say, lang = view.snapshot, view.say, view.lang
    year = picked if picked in years else year_looked_at(snapshot, years)
    names = place_names(lang)
    with solara.Row(gap="16px", style={"flex-wrap": "wrap", "align-items": "center"}):
        Choose([(one, index_name(one, lang)) for one in INDICES], index, set_index,
               say("indices.which"), "index")  # fmt: skip
        Pick(say("indices.place"), place, list(enumerate(names)), set_place, "index-place")
        Choose([(str(one), str(one)) for one in years], str(year), lambda one: set_year(int(one)),
               say("indices.year"), "index-year")  # fmt: skip
    Totals(view, index, place, year)
    Ranks(view, index, place, year, set_place)
    AuditCard(view, index, place, year, names[place], index_name(index, lang))


@solara.component
def Totals(view: View, index: str, place: int, year: int) -> None:
    """Totals over the years, and the classes of one."""
    snapshot, say = view.snapshot, view.say
    shown = [
        snapshot.baseline,
        snapshot.current,
        snapshot.saved,
        view.lang,
        view.large,
        index,
        place,
    ]
    path = solara.use_memo(lambda: packed(path_option(snapshot, index, place, view.large)), shown)
    bars = solara.use_memo(
        lambda: packed(classes_option(snapshot, index, place, year, view.large)), [*shown, year]
    )
    said = sentence(snapshot, index, place, year)
    scale = (
        say(f"indices.scale_{'province' if place == 0 else 'city'}") if index == INDICES[0] else ""
    )
    with ChartCard(
        say("indices.total"), view, OUTPUT[index], lambda: path_frame(snapshot, index, place),
        note=f"{said} {say('indices.total_note')} {scale}", name="index-path",
    ):  # fmt: skip
        Chart(path, said, "index-path", height="320px")
    with ChartCard(
        say("indices.classes", year=year), view, OUTPUT[index],
        lambda: classes_frame(snapshot, index, place, year), note=say(f"indices.classes_{index}"),
        name="index-classes",
    ):  # fmt: skip
        Chart(bars, say("indices.classes", year=year), "index-classes", height="280px")


@solara.component
def Ranks(view: View, index: str, place: int, year: int, choose: Any) -> None:
    """The cities' places over the years, chances of ranks, and the province among provinces."""
    snapshot, say = view.snapshot, view.say
    shown = [snapshot.baseline, snapshot.current, snapshot.saved, view.lang, view.large, index]
    bump = solara.use_memo(
        lambda: packed(bump_option(snapshot, index, place, view.large)), [*shown, place]
    )
    chances = solara.use_memo(
        lambda: packed(chances_option(snapshot, index, year, view.large)), [*shown, year]
    )

    def clicked(mark: dict[str, Any]) -> None:
        if mark.get("series") in place_names(view.lang)[1:]:
            choose(place_names(view.lang).index(str(mark["series"])))

    with ChartCard(
        say("indices.bump"), view, "rank", lambda: ranks_frame(snapshot, index),
        note=say("indices.bump_note"), name="index-bump",
    ):  # fmt: skip
        Chart(bump, say("indices.bump"), "index-bump", height="380px", on_click=clicked)
    with ChartCard(
        say("indices.chances", year=year), view, "rank",
        lambda: chances_frame(snapshot, index, year), note=say("indices.chances_note"),
        name="index-chances",
    ):  # fmt: skip
        Chart(chances, say("indices.chances", year=year), "index-chances", height="360px")
    if index == INDICES[0]:
        National(view, year)


@solara.component
def National(view: View, year: int) -> None:
    """The province among the 31."""
    snapshot, say = view.snapshot, view.say
    option = solara.use_memo(
        lambda: packed(national_option(snapshot, year, view.large)),
        [snapshot.baseline, snapshot.current, snapshot.saved, view.lang, view.large, year],
    )
    with ChartCard(
        say("indices.national", year=year), view, "two_integration_index",
        lambda: national_frame(snapshot, year), note=say("indices.national_note"),
        name="index-national",
    ):  # fmt: skip
        Chart(option, say("indices.national", year=year), "index-national", height="260px")
