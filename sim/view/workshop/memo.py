"""A team's memo: A4 pages, one if the plan is short; one HTML file, nothing fetched, every text
escaped, and nothing cut: the plan in it is the team's whole plan."""

from __future__ import annotations

import time
from html import escape

from sim.view.copying import plan_toml
from sim.view.plans import named
from sim.view.workshop.common_board import interval_said
from sim.view.workshop.limits import YEARS
from sim.view.workshop.moves import budget_of, city_name, plan_cost, prefix_of
from sim.view.workshop.said import Words, action, sentence
from sim.view.workshop.scores import COST, OUTCOMES, outcome, rank_of, ranks
from sim.view.workshop.state import Rules, Session, Team, TeamScores, plan_of

STYLE = """
@page{size:A4;margin:11mm 13mm}
*{box-sizing:border-box}
body{font:8.7pt/1.3 system-ui,"Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif;color:#1f2933;
background:#fff;margin:0 auto;max-width:184mm;padding:0;overflow-wrap:anywhere}
h1{font-size:15pt;line-height:1.2;margin:0 0 .5mm;color:#0b4f8a}
h2{font-size:9.8pt;margin:1.8mm 0 .5mm;padding-bottom:.3mm;border-bottom:.3mm solid #0b4f8a;color:#0b4f8a}
p{margin:.5mm 0}.soft{color:#52606d}table{border-collapse:collapse;width:100%}
th,td{padding:.35mm 1.4mm;text-align:right;vertical-align:top;border-bottom:.2mm solid #e4e7eb;
font-variant-numeric:tabular-nums}
th{font-weight:600;white-space:nowrap;color:#52606d}th:first-child,td:first-child,.text{text-align:left}
table.came td{white-space:nowrap}table.came td:first-child{white-space:normal}
td.year{white-space:nowrap;font-weight:600;width:14mm}
pre{columns:2;column-gap:4mm;font:6.6pt/1.22 ui-monospace,Consolas,"Noto Sans SC",monospace;background:#f5f7fa;margin:.6mm 0;
padding:1mm 1.6mm;white-space:pre-wrap}
h2{break-after:avoid}tr{break-inside:avoid}section.plan{break-inside:avoid-page}
@media screen{body{padding:8mm 5mm;font-size:11pt}h2{font-size:12.5pt}pre{font-size:9pt}}
@media screen and (max-width:600px){body{font-size:10pt}main{overflow-x:auto}pre{columns:1}
th,td{padding:.35mm .8mm;overflow-wrap:normal}th{white-space:normal}table.came{font-size:9pt}}
"""


def memo(session: Session, key: str, lang: str) -> str:
    """The memo of a team of a session (as the facilitator sees it); raises KeyError for none.

    Only what has been revealed stands in it.
    """
    team = session.team(key)
    if team is None:
        raise KeyError(key)
    words = Words(lang)
    last = session.revealed
    shown = Team(
        key, team.name, team.city, tuple(one for one in team.moves if one.year <= last), team.vote
    )
    scores = next((one for one in session.scores_of(last) if one.team == key), None)
    name = team.name + (f" · {city_name(team.city, lang)}" if team.city else "")
    heading = words("memo_title", name=name)
    parts = [
        f"<h1>{escape(heading)}</h1>",
        f'<p class="soft">{escape(_about(session, lang))}</p>',
        _chosen(session, shown, last, words),
        _came(session, shown, scores, words),
        _cost(session.rules, shown, words),
        _anyway(session, scores, words),
        _ranks(session, shown, scores, words),
        _repeat(session.rules, shown, words),
    ]
    body = "\n".join(part for part in parts if part)
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}"><head>'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>{escape(heading)}</title><style>{STYLE}</style></head>\n"
        f"<body><main>{body}</main></body></html>\n"
    )


def filename(session: Session, key: str, lang: str) -> str:
    """A file's name for a memo: letters, digits and Chinese only."""
    team = session.team(key)
    kept = "".join(one for one in (team.name if team else key) if one.isalnum())
    return f"lianghua-{session.code}-{kept or key}-{lang}.html"


def _about(session: Session, lang: str) -> str:
    first = session.events[0].time if session.events else 0.0
    date = time.strftime("%Y-%m-%d", time.localtime(first)) if first else ""
    words = Words(lang)
    mode = words(f"mode_{session.rules.mode}")
    return " · ".join([words("memo_made", title=session.rules.title, date=date).strip(", "), mode])


def _heading(words: Words, key: str, **values: object) -> str:
    return f"<h2>{escape(words(key, **values))}</h2>"


def _chosen(session: Session, team: Team, last: int, words: Words) -> str:
    """A row a year: what was set, and the team's reason."""
    rows = []
    for year in YEARS:
        if year > last:
            break
        move = team.move(year)
        said = sentence(session.rules, move.settings, words.lang, 4) if move else ""
        if not said:
            first = "as_document" if session.rules.mode == "package" else "as_none"
            said = words(first if year == YEARS[0] else "nothing_set")
        note = " ".join(move.note.split()) if move and move.note else words("memo_no_note")
        rows.append(
            f'<tr><td class="year">{escape(words("year_short", year=year))}</td>'
            f'<td class="text"><div>{escape(said)}</div>'
            f'<div class="soft">{escape(note)}</div></td></tr>'
        )
    return _heading(words, "memo_chose") + f"<table>{''.join(rows)}</table>" if rows else ""


def _came(session: Session, team: Team, scores: TeamScores | None, words: Words) -> str:
    against = words(f"against_{session.rules.mode}")
    head = _heading(words, "memo_came", year=session.revealed, against=against)
    if scores is None:
        return head + f"<p>{escape(words('memo_no_results'))}</p>"
    lang = words.lang
    columns = ("outcome", "anyway", "value", "more", "interval")
    rows = ["".join(f"<th>{escape(words(one))}</th>" for one in columns)]
    for score in scores.scores:
        one = outcome(session.rules.mode, score.outcome)
        cost = score.outcome == COST
        unit = one.unit(lang, difference=True)
        cells = (
            f"{one.label(lang)} ({unit})" if unit else one.label(lang),
            one.bare(score.anyway),
            "–" if cost else one.bare(score.value),
            one.bare(score.more, not cost),
            interval_said(one, score, words),
        )
        rows.append("".join(f"<td>{escape(cell)}</td>" for cell in cells))
    table = "".join(f"<tr>{row}</tr>" for row in rows)
    limits = f'<p class="soft">{escape(words("memo_limits"))}</p>'
    if session.revealed in session.from_file:
        limits = f"<p>{escape(words('from_file'))}</p>" + limits
    return head + f'<table class="came">{table}</table>' + limits


def _cost(rules: Rules, team: Team, words: Words) -> str:
    cost = plan_cost(
        plan_of(rules, team.moves), prefix_of(team.city) if rules.mode == "city" else ""
    )
    said = words(
        "memo_cost_text", budget=_money(budget_of(rules, team.city)), total=_money(cost.total)
    )
    stop, colon = (", ", ": ") if words.lang == "en" else ("、", ":")
    years = stop.join(
        f"{words('year_short', year=year)} {words('memo_money', amount=_money(amount))}"
        for year, amount in cost.by_year.items()
    )
    parts = [said, f"{words('memo_by_year')}{colon}{years}"]
    actions = sorted(cost.by_action.items(), key=lambda row: -row[1])[:4]
    actions = [(code, amount) for code, amount in actions if amount > 0 and code]
    if actions:
        most = stop.join(
            f"{action(code, words.lang)} {words('memo_money', amount=_money(amount))}"
            for code, amount in actions
        )
        parts.append(f"{words('memo_by_action')}{colon}{most}")
    text_of = "".join(f"<p>{escape(part)}</p>" for part in parts)
    return _heading(words, "memo_cost") + text_of


def _anyway(session: Session, scores: TeamScores | None, words: Words) -> str:
    if scores is None:
        return ""
    said = [
        f"{outcome(session.rules.mode, one.outcome).label(words.lang)} "
        f"{outcome(session.rules.mode, one.outcome).written(one.anyway, words.lang)}"
        for one in scores.scores
        if one.anyway is not None
        and one.outcome in ("adoption_automation", "adoption_erp", "adopters")
    ]
    if not said:
        return ""
    stop = "、" if words.lang == "zh" else ", "
    line = words("memo_anyway_text", year=session.revealed, said=stop.join(said))
    return _heading(words, "memo_anyway") + f"<p>{escape(line)}</p>"


def _ranks(session: Session, team: Team, scores: TeamScores | None, words: Words) -> str:
    lines = []
    if scores is not None:
        places = []
        for one in OUTCOMES[session.rules.mode]:
            rank = rank_of(session, session.revealed, one.name, team.key)
            if rank is not None:
                mark = " ≈" if rank.level and rank.place > 1 else ""
                label = one.label(words.lang)
                places.append(words("memo_place", outcome=label, place=rank.place, mark=mark))
        of = max(
            len(ranks(session, session.revealed, one.name)) for one in OUTCOMES[session.rules.mode]
        )
        stop = ";" if words.lang == "zh" else "; "
        lines.append(stop.join(places) + words("memo_of", of=of))
        if any("≈" in place for place in places):
            lines.append(words("level_mark"))
    if session.phase == "closed":
        votes = session.votes()
        lines.append(words("memo_votes", votes=votes.get(team.key, 0), of=sum(votes.values())))
    elif session.phase == "vote":
        lines.append(words("memo_secret"))
    if not lines:
        return ""
    return _heading(words, "memo_rank") + "".join(f"<p>{escape(line)}</p>" for line in lines)


def _repeat(rules: Rules, team: Team, words: Words) -> str:
    lines = plan_toml(named(plan_of(rules, team.moves), team.name), words.lang).splitlines()
    code = "\n".join(line for line in lines if line and not line.startswith("#"))
    said = words("memo_toml", baseline=rules.baseline)
    said += words("memo_toml_joint") if rules.mode == "city" else ""
    made = _heading(words, "memo_repeat") + f"<p>{escape(said)}</p><pre>{escape(code)}</pre>"
    return f'<section class="plan">{made}</section>'


def _money(amount: float) -> str:
    """10k CNY as 100m CNY."""
    return f"{amount / 1e4:,.2f}"
