"""Stories of firms and cities: examples, one firm, one city with its counties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.core.errors import InputError
from sim.core.table import Array
from sim.story import tell_firm
from sim.story.city import city_place
from sim.story.page import Story
from sim.story.phrases import Phrases
from sim.story.words import WORDS
from sim.view import runs
from sim.view.answers import watched as once
from sim.view.answers.watched import Moment, argument, firm_id, watched
from sim.view.questions import Question
from sim.view.words import text
from sim.world.tables import TECHNOLOGIES

MOST_EVENTS = 400
"""Lines of a story that travel to the page."""
MOST_WINNERS = 10


def firms(question: Question) -> dict[str, Any]:
    """Firms worth a look: `examples` of id, kind and words; `lowest` and `highest` id at the start."""
    run = watched(question)
    words = WORDS[question.lang]
    return {
        "examples": [
            {"firm": one.uid, "why": one.why, "text": words[one.why]} for one in run.examples
        ],
        "lowest": int(run.uid.min()),
        "highest": int(run.uid.max()),
    }


def firm(question: Question) -> dict[str, Any]:
    """The story of the firm `firm`: told, its page, its months and what held each technology."""
    uid = firm_id(question)
    province = runs.whole_run(question.plan, question.replicate, once.SCALE)
    story = tell_firm(province, uid)
    months = story.months
    phrases = Phrases(question.lang, story.manifest)
    shown = {state for code in TECHNOLOGIES for state in months[code].unique()}
    return {
        "firm": uid,
        **_told(story, question.lang),
        "months": [str(month) for month in months["month"]],
        "states": {code: [str(one) for one in months[code]] for code in TECHNOLOGIES},
        "state_names": {
            state: "" if state == "not_applicable" else phrases.state(state)
            for state in sorted(shown)
        },
        "figures": {
            name: _numbers(months[name])
            for name in ("employees", "productivity", "automated_share", "subsidy", "profit")
        },
    }


def city(question: Question) -> dict[str, Any]:
    """The story of the city `city` (name in either language) with its counties and its money."""
    run = watched(question)
    given = argument(question, "city")
    if not isinstance(given, str) or len(given) > 100:
        raise InputError("story", "city", str(given)[:100], "the name of a city")
    place = city_place(run.province, given)
    story = run.cities[place]
    phrases = Phrases(question.lang, story.manifest)
    received = story.received.groupby(["instrument", "in_kind"], as_index=False)["money"].sum()
    received = received.sort_values("money", ascending=False)
    months = story.months
    return {
        "city": story.city,
        **_told(story, question.lang),
        "months": [str(month) for month in months["month"]],
        "figures": {
            name: _numbers(months[name])
            for name in ("rank", "effort", "reporting_inflation", "index_latent", "index_reported",
                         "fund", "fund_promised", "smart_city")
        },
        "received": [
            {"instrument": phrases.instruments[str(row["instrument"])],
             "in_kind": bool(row["in_kind"]), "money": float(row["money"])}
            for row in received.to_dict("records")
        ],
        "winners": [int(uid) for uid in story.winners["uid"].head(MOST_WINNERS)],
        "counties": counties(run.province.data.counties, run.moments[0], run.moments[-1], place),
        "ranked": int(np.isfinite(run.moments[-1].county_use).sum()),
    }  # fmt: skip


def counties(known: dict[str, Any], first: Moment, last: Moment, city: int) -> list[dict[str, Any]]:
    """Counties of a city by their place in the province: real firms, use and rank, first and last.

    A county without above-scale firms in this run has no use and no rank (None).
    """
    before, after = ranks(first.county_use), ranks(last.county_use)
    rows = [
        {
            "county": str(known["name_zh"][one]),
            "firms": float(last.county_firms[one]),
            "use_first": _number(first.county_use[one]),
            "use_last": _number(last.county_use[one]),
            "rank_first": before[one],
            "rank_last": after[one],
        }
        for one in np.flatnonzero(known["city"] == city)
    ]
    return sorted(rows, key=lambda row: row["rank_last"] or len(after) + 1)


def ranks(values: Array) -> list[int | None]:
    """Places from the largest (1) on; equals share the better one, nan has none."""
    placed = pd.Series(values).rank(ascending=False, method="min")
    return [None if place != place else int(place) for place in placed]


def _told(story: Story, lang: str) -> dict[str, Any]:
    """Title, parts with lines as (depth, text), and the page to take along."""
    parts = story.parts(lang)
    return {
        "title": parts[0].title,
        "parts": [
            {"title": part.title, "lines": _most(part.lines, lang)}
            for part in parts
        ],
        "html": story.html(lang),
    }  # fmt: skip


def _most(lines: Sequence[tuple[int, str]], lang: str) -> list[tuple[int, str]]:
    """Lines as far as they travel; the last one says how many more the story's own page has."""
    shown = list(lines)[:MOST_EVENTS]
    if len(lines) > MOST_EVENTS:
        shown.append((0, text("story.more_lines", lang, count=len(lines) - MOST_EVENTS)))
    return shown


def _numbers(column: pd.Series) -> list[float | None]:
    return [_number(value) for value in column]


def _number(value: float) -> float | None:
    """A plain number with the digits that a chart can show; none for nan."""
    return None if value != value else float(f"{float(value):.6g}")
