"""The report of a search: what stands out, whether it holds, money, front, robustness."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from experiments.search_figures import write_figures
from experiments.search_words import (
    TEXT,
    group_name,
    measure_name,
    role_name,
    verdict_name,
)
from experiments.split import FEN, fixed
from sim.report.html import page, picture
from sim.report.text import TEXT as REPORT
from sim.report.text import figure

if TYPE_CHECKING:
    from experiments.packages import Optimised


def write_page(made: Optimised, tables: dict[str, pd.DataFrame], folder: Path, lang: str) -> None:
    """figures/*.png, figures/*.svg and report.html of a search into an open folder."""
    pictures = write_figures(made, tables, folder / "figures", lang)
    words = TEXT[lang]
    split = made.inquiry.split
    parts = [f"<p>{escape(_what(made, lang))}</p>", f"<h2>{escape(words['answer'])}</h2>"]
    parts += [f"<p>{escape(line)}</p>" for line in answers(made, tables["check"], lang)]
    if made.lost(lang):
        parts.append(f"<p>{escape(made.lost(lang))}</p>")
    checked = len(made.found.checked.seeds)
    parts += _section("check", words["check_how"].format(n=checked), lang)
    parts.append(_check(tables["check"], lang))
    parts += _section("money", words["money_how"], lang, pictures["money"])
    parts.append(_money(made, tables["money"], lang))
    if "rules" in tables:
        parts += _section("rules", "", lang)
        parts.append(_rules(tables["rules"], lang))
    summary = words[made.inquiry.settings.summary]
    parts += _section("parallel", words["parallel_how"], lang, pictures["parallel"])
    parts += _section("front", words["front_how"].format(summary=summary), lang, pictures["front"])
    limits = made.inquiry.settings.thresholds
    said = "; ".join(f"{measure_name(name, lang)} {limit:g}" for name, limit in limits.items())
    threshold = "; ".join(text for text in (said, words["threshold_own"]) if text)
    parts += _section("robustness", words["robustness_how"].format(threshold=threshold), lang)
    parts.append(_robustness(tables["robustness"], lang))
    parts += _section("trace", words["trace_how"], lang, pictures["trace"])
    title = f"{words['title']} {getattr(split.scenario.title, lang) or split.scenario.name}"
    text = page(title, parts, _uncertainty(made, lang), made.inquiry.manifest, lang,
                command(made, lang))  # fmt: skip
    (folder / "report.html").write_text(text, encoding="utf-8")


def answers(made: Optimised, check: pd.DataFrame, lang: str) -> list[str]:
    """A line a package: whether it beats the document's own split on what it was chosen for."""
    words, lines = TEXT[lang], []
    mark = "、" if lang == "zh" else ", "
    for one in made.found.chosen:
        role = role_name(one.role, lang)
        if one.row == 0:
            lines.append(words["own"].format(role=role))
            continue
        rows = check[check["role"] == one.role]
        stated = rows[rows["stated"]]
        good = stated["verdict"] == "better"
        line = []
        for key, part in (("beats", stated[good]), ("fails", stated[~good])):
            if len(part):
                names = mark.join(measure_name(name, lang) for name in part["measure"])
                line.append(words[key].format(role=role, names=names))
        lost = rows[(rows["verdict"] == "worse") & rows["measure"].isin(made.inquiry.task.names)]
        if len(lost):
            names = mark.join(measure_name(name, lang) for name in lost["measure"])
            line.append(words["loses"].format(names=names))
        lines.append(("" if lang == "zh" else " ").join(line))
    return lines


def _section(key: str, how: str, lang: str, png: Path | None = None) -> list[str]:
    title = TEXT[lang][key]
    parts = [f"<h2>{escape(title)}</h2>"] + ([f"<p>{escape(how)}</p>"] if how else [])
    return parts + ([picture(png, title)] if png is not None else [])


def _what(made: Optimised, lang: str) -> str:
    words, split = TEXT[lang], made.inquiry.split
    settings = made.inquiry.settings
    names = settings.kept if settings.kept is not None else fixed(split.scenario)
    titles = [getattr(split.scenario.instruments[name].title, lang) or name for name in names]
    mark = "、" if lang == "zh" else ", "
    kept = words["kept"].format(names=mark.join(titles)) if titles else ""
    years = f"{split.years[0]}-{split.years[-1]}"
    money = split.document.sum() / FEN
    return words["what"].format(years=years, money=money, groups=len(split.groups), kept=kept)


def _uncertainty(made: Optimised, lang: str) -> str:
    words, found, known = TEXT[lang], made.found, made.inquiry
    lost = len(known.searched.seeds) - len(found.searched.seeds)
    lost += len(known.fresh.seeds) - len(found.checked.seeds)
    return words["uncertainty"].format(
        n=len(found.searched.seeds), fresh=len(found.checked.seeds),
        draws=words[known.searched.kind], lost=lost,
    )  # fmt: skip


def _table(heads: list[str], rows: list[list[str]], fold: str = "") -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    made = f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'
    return f"<details><summary>{escape(fold)}</summary>{made}</details>" if fold else made


def check_rows(check: pd.DataFrame, lang: str) -> tuple[list[str], list[list[str]]]:
    """Heads and cells of the check; what a package was chosen for is marked."""
    words = TEXT[lang]
    heads = [words[key] for key in ("role", "measure", "document", "package", "searched",
                                    "difference", "interval", "verdict")]  # fmt: skip
    rows = [
        [
            role_name(row.role, lang),
            measure_name(row.measure, lang, unit=True) + (" *" if row.stated else ""),
            figure(row.document), figure(row.package), figure(row.searched),
            figure(row.difference), f"{figure(row.low)} … {figure(row.high)}",
            verdict_name(row.verdict, lang),
        ]
        for row in check.itertuples()
    ]  # fmt: skip
    return heads, rows


def _check(check: pd.DataFrame, lang: str) -> str:
    return _table(*check_rows(check, lang))


def _money(made: Optimised, money: pd.DataFrame, lang: str) -> str:
    """A row a group: the document's money, then money and multiple of each package."""
    words, roles = TEXT[lang], made.roles
    heads = [words["group"], words["document"]]
    for role in roles:
        heads += [role_name(role, lang), words["multiple"]]
    rows = []
    for one in made.inquiry.split.groups:
        mine = money[money["group"] == one.name].set_index("role")
        row = [group_name(one, lang), figure(mine["document"].iloc[0])]
        for role in roles:
            row += [figure(mine.loc[role, "package"]), f"{mine.loc[role, 'multiple']:.2f}"]
        rows.append(row)
    return _table(heads, rows)


def _rules(rules: pd.DataFrame, lang: str) -> str:
    words = TEXT[lang]
    heads = [words[key] for key in ("role", "rule", "document", "package")]
    rows = [
        [role_name(row.role, lang), row.rule, row.document, row.package]
        for row in rules.itertuples()
    ]
    return _table(heads, rows)


def _robustness(table: pd.DataFrame, lang: str) -> str:
    """Rows of the packages that stand out and of the document; the others unfold."""
    words = TEXT[lang]
    keys = ("mean_value", "worst", "mean_regret", "largest_regret", "satisficing_share", "all_met")
    heads = [words["role"], words["measure"], *(words[key] for key in keys)]
    columns = ("mean", "worst", "mean_regret", "largest_regret")

    def cells(frame: pd.DataFrame) -> list[list[str]]:
        return [
            [", ".join(role_name(role, lang) for role in row["role"].split()) or str(row["package"]),
             measure_name(row["measure"], lang, unit=True),
             *(figure(row[name]) for name in columns),
             figure(row["satisficing"], "share"), figure(row["all_met"], "share")]
            for row in frame.to_dict("records")
        ]  # fmt: skip

    named = table[table["role"] != ""]
    return _table(heads, cells(named)) + _table(
        heads, cells(table[table["role"] == ""]), REPORT[lang]["table"]
    )


def command(made: Optimised, lang: str) -> str:
    """The command that makes the same search again."""
    known = made.inquiry
    pairs = "".join(f" --set '{pair}'" for pair in known.pairs)
    return (
        f"lianghua optimise {known.source} --budget {known.plan.budget} --scale {known.scale:g} "
        f"--seed {known.seed} --until {known.split.scenario.time.end}{pairs} --lang {lang} "
        "--out out/repeat"
    )
