"""The common board: who is in, what came out, who ranks where, what it was traded for, the vote."""

from __future__ import annotations

from html import escape
from typing import Any

import solara

from sim.view.colours import GRID, MUTED, TEXT
from sim.view.controls.pick import Pick
from sim.view.echarts import Chart, packed
from sim.view.snapshot import FEWEST_PAIRS
from sim.view.workshop.limits import YEARS
from sim.view.workshop.looks import Countdown, button, colour_of, dot, html, phase_said, raw, region
from sim.view.workshop.moves import city_name
from sim.view.workshop.said import Words, sentence
from sim.view.workshop.scores import (
    COST,
    MONEY,
    OUTCOMES,
    Outcome,
    outcome,
    ranks,
    told,
)
from sim.view.workshop.state import Score, Session, Team

FIRST = "adopters"
"""Outcome that the board shows first."""


@solara.component
def CommonBoard(session: Session, lang: str, large: bool = False, address: str = "") -> None:
    """Everything that the room sees; in large type the code and the address are huge."""
    words = Words(lang)
    with solara.Div(classes=["lianghua-room-board"]):
        Head(session, lang, large, address)
        Teams(session, lang)
        if session.scores_of(session.revealed):
            if session.revealed in session.from_file:
                html("p", words("from_file"), "lh-status lianghua-room-from-file", role="status")
            Results(session, lang, large)
        elif session.phase in ("reveal", "vote", "closed"):
            html("p", words("waiting_results"), "lh-soft lianghua-room-waiting", role="status")
        else:
            html("p", words("no_results"), "lh-soft")
        if session.phase in ("vote", "closed"):
            Votes(session, lang)
        if session.revealed >= YEARS[0]:
            Moves(session, lang)


@solara.component
def Head(session: Session, lang: str, large: bool, address: str) -> None:
    """Title, phase, clock, and how to join."""
    words = Words(lang)
    with solara.Div(classes=["lh-card"]):
        html("h1", session.rules.title)
        with solara.Div(classes=["lh-row"]):
            html("span", phase_said(session, words), "lh-status lianghua-room-phase", role="status",
                 data_phase=session.phase, data_year=str(session.year))  # fmt: skip
            if session.phase == "commit":
                Countdown(session.deadline, words)
        html(
            "div",
            session.code,
            "lh-code lianghua-room-code",
            aria_label=f"{words('code')} {session.code}",
        )
        if address:
            html("div", words("join_at", address=address), "lh-soft lh-address")
        if not large:
            how = words(f"mode_{session.rules.mode}_how")
            html("p", how, "lh-soft")


@solara.component
def Teams(session: Session, lang: str) -> None:
    """The teams, and in a round who has committed, in a vote who has voted."""
    words = Words(lang)
    if not session.teams:
        html("p", words("no_teams"), "lh-soft")
        return
    parts = [
        f'<span class="lh-team">{team_mark(session, one, lang)}</span>' for one in session.teams
    ]
    raw("div", "".join(parts), "lianghua-room-teams")


def team_mark(session: Session, team: Team, lang: str) -> str:
    """Markup of a team: its colour, its name, its city, and where it stands in the round."""
    words = Words(lang)
    said = escape(team.name)
    if team.city:
        said += f' <span class="lh-soft">{escape(city_name(team.city, lang))}</span>'
    if session.phase in ("commit", "locked"):
        done = team.move(session.year) is not None
        said += " · " + escape(words("committed" if done else "waiting"))
    if session.phase == "vote":
        said += " · " + escape(words("voted" if team.voted or team.vote else "not_voted"))
    return dot(colour_of(session, team.key)) + f" <span>{said}</span>"


@solara.component
def Results(session: Session, lang: str, large: bool) -> None:
    """Ranks by a chosen outcome, and two outcomes against each other."""
    words, mode = Words(lang), session.rules.mode
    year = session.revealed
    by, set_by = solara.use_state(FIRST)
    across, set_across = solara.use_state(MONEY[mode])
    up, set_up = solara.use_state(FIRST)
    with solara.Div(classes=["lh-card"]):
        against = words(f"against_{mode}")
        html("h2", f"{words('results')} · {words('year_short', year=year)} · {against}")
        with solara.Div(classes=["lh-row"]):
            pick(words("rank_by"), by, set_by, OUTCOMES[mode], lang, "by")
        shown = outcome(mode, by).label(lang)
        raw("div", rank_table(session, by, lang), "lh-scroll lianghua-room-ranks",
            data_year=str(year), **region(shown))  # fmt: skip
        html("p", words("level_mark"), "lh-soft")
    with solara.Div(classes=["lh-card"]):
        html("h2", words("trade_off"))
        with solara.Div(classes=["lh-row"]):
            pick(words("across"), across, set_across, OUTCOMES[mode], lang, "across")
            pick(words("up"), up, set_up, OUTCOMES[mode], lang, "up")
        option = trade_option(session, across, up, lang, large)
        Chart(
            option=packed(option), label=trade_label(session, across, up, lang), name="room-trade",
            height="560px" if large else "400px",
        )  # fmt: skip
        table = trade_table(session, across, up, lang)
        raw("div", table, "lh-scroll", **region(words("trade_off")))


def pick(
    label: str, value: str, on_value: Any, among: tuple[Outcome, ...], lang: str, name: str
) -> None:
    """A list of outcomes."""
    Pick(label, [(one.name, one.label(lang)) for one in among], value, on_value, f"room-{name}")


def rank_table(session: Session, name: str, lang: str) -> str:
    """Markup: place, team, difference to the baseline, interval, level, what there is anyway."""
    words, one = Words(lang), outcome(session.rules.mode, name)
    year = session.revealed
    scores = {row.team: row.of(name) for row in session.scores_of(year)}
    order = ranks(session, year, name)
    rows = []
    for rank in order:
        team, score = session.team(rank.team), scores[rank.team]
        if team is None or score is None:
            continue
        mark = " ≈" if rank.level and rank.place > 1 else ""
        rows.append([f"{rank.place}{mark}", _named(session, team), *_figures(one, score, words)])
    placed = {rank.team for rank in order}
    rows += [
        ["–", _named(session, team), "–", "–", "–", "–"]
        for team in session.teams
        if team.key not in placed
    ]
    head = ("rank", "team", "more", "interval", "value", "anyway")
    return _table([words(key) for key in head], rows, one.label(lang), texts=2, said=True)


def _named(session: Session, team: Team) -> str:
    return f"{dot(colour_of(session, team.key))} {escape(team.name)}"


def _figures(one: Outcome, score: Score, words: Words) -> list[str]:
    """Escaped: difference, interval, level, baseline."""
    lang, cost = words.lang, score.outcome == COST
    more = one.written(score.more, lang, not cost)
    interval = interval_said(one, score, words)
    value = "–" if cost else one.written(score.value, lang)
    return [escape(each) for each in (more, interval, value, one.written(score.anyway, lang))]


def interval_said(one: Outcome, score: Score, words: Words) -> str:
    """The interval of a difference, and whether it can be told from nothing; with few pairs neither."""
    interval = interval_of(one, score)
    if score.outcome == COST or score.more is None:
        return interval
    verdict = told(score)
    if verdict == "few":
        return words("few_mark", pairs=score.pairs, least=FEWEST_PAIRS)
    return f"{interval} ({words('uncertain_mark')})" if verdict == "uncertain" else interval


def interval_of(one: Outcome, score: Score) -> str:
    """The interval of a difference, in its unit; a dash where there is none."""
    if score.low is None or score.high is None:
        return "–"
    signed = score.outcome != COST
    return " … ".join(one.bare(end, signed) for end in (score.low, score.high))


def _table(
    head: list[str], rows: list[list[str]], caption: str, texts: int = 1, said: bool = False
) -> str:
    """Markup of a table; heads are escaped here, cells are markup already.

    A caption that stands above the table already (`said`) is there for screen readers alone.
    """
    look = "lianghua-unseen" if said else "lh-soft"
    above = "".join(
        f'<th scope="col"{' class="lh-text"' if place < texts else ""}>{escape(one)}</th>'
        for place, one in enumerate(head)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="lh-text">{cell}</td>' if place < texts else f"<td>{cell}</td>"
            for place, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<table><caption class="{look}" style="text-align:left">{escape(caption)}</caption>'
        f"<thead><tr>{above}</tr></thead><tbody>{body}</tbody></table>"
    )


def _points(session: Session, across: str, up: str) -> list[tuple[Team, Score, Score]]:
    """Teams with both outcomes."""
    found = []
    for row in session.scores_of(session.revealed):
        team, x, y = session.team(row.team), row.of(across), row.of(up)
        if team is not None and x is not None and y is not None and None not in (x.more, y.more):
            found.append((team, x, y))
    return found


def trade_option(
    session: Session, across: str, up: str, lang: str, large: bool = False
) -> dict[str, Any]:
    """Differences to the baseline by team: a named point with its two 95 % intervals."""
    mode = session.rules.mode
    x_axis, y_axis = outcome(mode, across), outcome(mode, up)
    size = 22 if large else 14
    points = _points(session, across, up)
    middle = _middle(
        [end for _, x, _ in points for end in (x.more, x.low, x.high) if end is not None]
    )
    series: list[dict[str, Any]] = []
    for team, x, y in points:
        colour = colour_of(session, team.key)
        fx, fy = x_axis.factor, y_axis.factor
        place = [fx * (x.more or 0.0), fy * (y.more or 0.0)]
        for ends in (
            [[fx * x.low, place[1]], [fx * x.high, place[1]]] if _spread(x) else [],  # type: ignore[operator]
            [[place[0], fy * y.low], [place[0], fy * y.high]] if _spread(y) else [],  # type: ignore[operator]
        ):
            if ends:
                series.append({
                    "type": "line", "data": ends, "symbol": "none", "silent": True,
                    "lineStyle": {"color": colour, "width": 3 if large else 2, "opacity": 0.55},
                })  # fmt: skip
        series.append({
            "type": "scatter", "name": team.name, "data": [place], "symbolSize": size,
            "itemStyle": {"color": colour},
            # Towards the middle, where there is room, and above the interval's line.
            "label": {"show": True, "formatter": "{a}", "fontSize": size, "color": TEXT,
                      "position": "right" if (x.more or 0.0) <= middle else "left",
                      "offset": [0, -0.8 * size], "width": 11 * size, "overflow": "truncate"},
            "labelLayout": {"moveOverlap": "shiftY"},
        })  # fmt: skip
    return {
        "animation": False, "tooltip": {"show": False},
        "grid": {"left": 16, "right": 24, "top": 44 if large else 34, "bottom": 40 if large else 30,
                 "containLabel": True},
        "xAxis": _axis(x_axis, lang, size, "middle", 40 if large else 28),
        "yAxis": _axis(y_axis, lang, size, "end", 16 if large else 12),
        "series": series,
    }  # fmt: skip


def _middle(values: list[float]) -> float:
    """Half way between the smallest and the largest."""
    return 0.5 * (min(values) + max(values)) if values else 0.0


def _spread(score: Score) -> bool:
    return score.low is not None and score.high is not None


def _axis(one: Outcome, lang: str, size: int, where: str, gap: int) -> dict[str, Any]:
    unit = one.unit(lang, difference=True)
    align = {"align": "left"} if where == "end" else {}
    return {
        "type": "value", "scale": True, "name": f"{one.label(lang)} ({unit})" if unit else one.label(lang),
        "nameLocation": where, "nameGap": gap,
        "nameTextStyle": {"color": MUTED, "fontSize": size - 1, **align},
        "axisLabel": {"color": MUTED, "fontSize": size - 2, "hideOverlap": True},
        "axisLine": {"onZero": False, "lineStyle": {"color": MUTED}},
        "splitLine": {"lineStyle": {"color": GRID}},
    }  # fmt: skip


def trade_label(session: Session, across: str, up: str, lang: str) -> str:
    """What the chart says, for who cannot see it."""
    words, mode = Words(lang), session.rules.mode
    x_axis, y_axis = outcome(mode, across), outcome(mode, up)
    said = (";" if lang == "zh" else "; ").join(
        f"{team.name} {x_axis.written(x.more, lang, across != COST)}, "
        f"{y_axis.written(y.more, lang, up != COST)}"
        for team, x, y in _points(session, across, up)
    )
    return words(
        "trade_label", up=y_axis.label(lang), across=x_axis.label(lang), year=session.revealed,
        said=said,
    )  # fmt: skip


def trade_table(session: Session, across: str, up: str, lang: str) -> str:
    """The chart as a table."""
    words, mode = Words(lang), session.rules.mode
    axes = (outcome(mode, across), outcome(mode, up))
    rows = []
    for team, *pair in _points(session, across, up):
        cells = [
            escape(
                f"{one.written(score.more, lang, score.outcome != COST)} ({interval_of(one, score)})"
            )
            for one, score in zip(axes, pair, strict=True)
        ]
        rows.append([_named(session, team), *cells])
    return _table([words("team"), *(one.label(lang) for one in axes)], rows, words("interval"))


@solara.component
def Votes(session: Session, lang: str) -> None:
    """How many have voted; once the session is closed, for whom."""
    words = Words(lang)
    with solara.Div(classes=["lh-card", "lianghua-room-votes"]):
        html("h2", words("votes"))
        if session.phase == "vote":
            html(
                "p",
                words("votes_in", count=sum(one.voted or bool(one.vote) for one in session.teams)),
            )
            return
        order = sorted(session.votes().items(), key=lambda row: -row[1])
        rows = [
            [_named(session, team), str(count)]
            for key, count in order
            if (team := session.team(key))
        ]
        raw("div", _table([words("team"), words("votes")], rows, ""))


@solara.component
def Moves(session: Session, lang: str) -> None:
    """What every team decided, year by year, opened on demand."""
    words = Words(lang)
    opened, set_opened = solara.use_state(False)
    with solara.Div(classes=["lh-card"]):
        mark = "▾ " if opened else "▸ "
        button(mark + words("moves"), lambda: set_opened(not opened), "moves")
        if opened:
            raw("div", moves_table(session, lang), "lh-scroll", **region(words("moves")))


def moves_table(session: Session, lang: str) -> str:
    """Markup: a row a team, a column a revealed year, settings and reasons."""
    words = Words(lang)
    years = [year for year in YEARS if year <= session.revealed]
    rows = []
    for team in session.teams:
        cells = [_named(session, team)]
        for year in years:
            move = team.move(year)
            said = sentence(session.rules, move.settings, lang, 4) if move else ""
            first = "as_document" if session.rules.mode == "package" else "as_none"
            said = said or words(first if year == YEARS[0] else "nothing_set")
            note = (
                f'<br><span class="lh-soft">{escape(move.note)}</span>'
                if move and move.note
                else ""
            )
            cells.append(escape(said) + note)
        rows.append(cells)
    head = [words("team"), *(words("year_short", year=year) for year in years)]
    return _table(head, rows, words("moves"), texts=len(years) + 1, said=True)
