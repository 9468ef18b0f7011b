"""Employment and wages: who works, with what skill, at what pay, in which city."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import solara

from sim.outputs import BY_NAME
from sim.view.looking import View
from sim.view.numbers import factor, month_words, unit
from sim.view.panels.places import with_few_rows
from sim.view.panels.series import Series
from sim.view.panels.shared import ChartCard, table_of
from sim.view.snapshot import Snapshot
from sim.view.words import text
from sim.world.data import load_data

OUTPUTS = (
    "employees", "skilled_employees", "unskilled_employees", "wage", "unemployment",
    "labour_productivity", "wage_bill",
)  # fmt: skip
BY_CITY = ("employees", "skilled_employees", "unskilled_employees", "wage", "unemployment")


def cities_frame(snapshot: Snapshot) -> pd.DataFrame:
    """Cities at the month looked at: the plan's figures, and their differences to the baseline."""
    lang = snapshot.choice.lang
    assert snapshot.current is not None
    columns: dict[str, Any] = {text("work.city", lang): load_data().cities[f"name_{lang}"]}
    for output in BY_CITY:
        label, scale = getattr(BY_NAME[output], lang), factor(output)
        level = snapshot.level(snapshot.current, output, "cities").mean[snapshot.place]
        gap = snapshot.difference(snapshot.current, output, "cities").mean[snapshot.place]
        name = unit(output, lang)
        columns[f"{label} ({name})"] = np.asarray(level, dtype=np.float64) * scale
        columns[text("work.against", lang, label=label)] = gap * scale
    return pd.DataFrame(columns)


@solara.component
def Panel(view: View) -> None:
    """Seven series side by side where there is room, then the cities."""
    if not view.snapshot.ready:
        return
    with solara.Div(classes=["lianghua-grid"]):
        for output in OUTPUTS:
            Series(view, output, height="280px").key(output)
    month = month_words(view.snapshot.months[view.snapshot.place], view.lang)
    title = view.say("work.cities", month=month)
    with ChartCard(
        title, view, BY_CITY, note=with_few_rows("", view.snapshot, view.lang), name="cities"
    ):
        table_of(cities_frame(view.snapshot), title, view)
