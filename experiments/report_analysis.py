"""Sections of a report that analyses fill: which factors matter, where it fails, who contributed what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.analysis import attribution, decisions, figures, prim, scoring, sensitivity
from experiments.analysis import attribution_figures as shapley_figures
from experiments.analysis.coalitions import WITHOUT
from experiments.analysis.conditions import condition
from experiments.analysis.words import Word, label, worded
from experiments.report_facts import Facts
from experiments.report_parts import Picture, Section, paragraph, table
from experiments.report_words import number
from sim.core.errors import InputError

if TYPE_CHECKING:
    from experiments.reading import Batch

MOST_SHOWN, MOST_SAID = 4, 2
"""Outcomes with a figure of their own, and those that the answer speaks of."""
LEAST_SCORED = 40
"""Futures from which factors are scored."""

TEXT = {
    "en": {
        "effects": "What the outcomes hang on",
        "morris_how": "Morris: what an outcome moves by, on average over all other factors, when a "
        "factor crosses its range (mu*); the grey tick is what chance alone would show.",
        "sobol_how": "Sobol: share of an outcome's variance that goes with a factor alone (first) and "
        "with all that it does together with others (total), with 95 % intervals.",
        "dropped": "Left out: {n} of {all} blocks of the design and {r} of {of} replicates, {why}.",
        "dropped_failed": "because {failed} runs failed",
        "dropped_missing": "because runs have no value of an outcome",
        "dropped_both": "because {failed} runs failed and others have no value of an outcome",
        "dropped_few": "Too few whole blocks are left for: {outcomes}.",
        "most": "{outcome} hangs most on {factor}.",
        "scores": "Which factors matter", "scores_how": "Share of what extra trees make of each factor; "
        "in brackets what they would make of it if it were shuffled. A factor counts if it is beyond "
        "that.",
        "discovery": "In which futures it fails",
        "discovery_how": "Scenario discovery (PRIM): a box of factors in which failures are dense and "
        "that holds many of all failures.",
        "limits": "Limits of the boxes", "quantile": "No failure is named in the study; the worst 20 % "
        "of {outcome} are taken.",
        "attribution": "What each action contributed", "attribution_figure": "Shares of the actions",
        "interactions": "What two actions do together beyond each alone",
        "largest": "Of the effect on {outcome}, {action} contributes most: {value} ({low} … {high}).",
        "ranking": "How sure the ranking is",
        "ranking_how": "Chance that a scenario is the best in one province, sureness that its mean is, "
        "and how many more replicates would settle each difference.",
        "option": "scenario", "mean": "mean", "best": "best in a run, %", "sure": "mean is best, %",
        "place": "place of the mean", "pairs": "Differences by pairs", "a": "A", "b": "B",
        "difference": "A less B", "beats": "A better, %", "more": "more replicates",
        "outcome": "outcome", "settled": "settled", "never": "out of reach",
    },
    "zh": {
        "effects": "结果取决于什么",
        "morris_how": "Morris:一个因素穿过其取值范围时,结果的平均变动(mu*,对其他因素平均);灰线为仅凭偶然的大小。",
        "sobol_how": "Sobol:结果的方差中由一个因素单独(一阶)及其与其他因素共同(总效应)带来的份额,附95%区间。",
        "dropped": "{why}，略去设计的{all}个区组中的{n}个、{of}次重复中的{r}次。",
        "dropped_failed": "因{failed}次运行失败", "dropped_missing": "因部分运行没有某项指标的数值",
        "dropped_both": "因{failed}次运行失败、另有运行没有某项指标的数值",
        "dropped_few": "剩余完整区组过少，无法分析：{outcomes}。",
        "most": "{outcome}最取决于{factor}。",
        "scores": "哪些因素重要", "scores_how": "极端随机树归于各因素的份额;括号内为打乱后的大小,超过它才算数。",
        "discovery": "在哪些未来会落空", "discovery_how": "情景发现(PRIM):失败密集、又包含大部分失败的因素区域。",
        "limits": "各区域的界限", "quantile": "研究未定义失败,取{outcome}最差的20%。",
        "attribution": "各行动的贡献", "attribution_figure": "各行动的份额",
        "interactions": "两项行动一起、超出各自单独的部分",
        "largest": "对{outcome}的效果中,{action}贡献最大:{value}({low} … {high})。",
        "ranking": "排序有多可靠",
        "ranking_how": "一个情景在一次运行中最好的概率、其均值最好的把握,以及还需多少次重复才能分出高下。",
        "option": "情景", "mean": "均值", "best": "单次最好(%)", "sure": "均值最好(%)",
        "place": "均值名次", "pairs": "两两差异", "a": "甲", "b": "乙",
        "difference": "甲减乙", "beats": "甲较好(%)", "more": "还需重复",
        "outcome": "指标", "settled": "已分明", "never": "无法达到",
    },
}  # fmt: skip


def effects(batch: Batch, lang: str) -> Section | None:
    """Morris or Sobol, where the design is one of theirs."""
    facts = Facts(batch, lang)
    if facts.method not in ("morris", "sobol") or facts.done.empty:
        return None
    text, words = TEXT[lang], words_of(facts)
    names = list(facts.headlines)
    if facts.method == "morris":
        found = sensitivity.morris(batch.varied, batch.runs, names, listed=_listed(batch))
    else:
        found = sensitivity.sobol(batch.varied, batch.runs, names)
    parts: list[str | Picture] = [paragraph(text[f"{facts.method}_how"])]
    parts += [paragraph(one) for one in _dropped(facts, found.used, text)]
    says = []
    shown = [name for name in names if (found.table["outcome"] == name).any()]
    measure = "mu_star" if facts.method == "morris" else "total"
    several = len(facts.varied) > 1
    for number_of, scenario in enumerate(facts.varied):
        own = found.table[found.table["scenario"] == scenario]
        title = f"{facts.titles[scenario]}{facts.words['colon']}" if several else ""
        for place, name in enumerate(shown[:MOST_SHOWN]):
            rows = own[own["outcome"] == name]
            if rows.empty:
                continue
            file = f"{facts.method}_{_file(name)}" + (f"_{number_of + 1}" if several else "")
            figure = figures.tornado(rows, name, words, lang)
            parts.append(Picture(file, figure, title + label(name, words, lang)))
            if place < MOST_SAID:
                first = str(rows.loc[rows[measure].idxmax(), "factor"])
                said = {"outcome": label(name, words, lang), "factor": label(first, words, lang)}
                says.append(title + text["most"].format(**said))
    parts.append(_frame(worded(found.table, words, lang), lang, folded=True))
    return Section(text["effects"], tuple(parts), tuple(says), {"sensitivity": found.table})


def _dropped(facts: Facts, used: pd.DataFrame, text: Mapping[str, str]) -> list[str]:
    """What was left out, of the outcome that lost most, and for which outcomes too little is left."""
    lost = used[["blocks_out", "replicates_out"]].groupby(used["scenario"]).max()
    said = []
    if lost.to_numpy().any():
        there = used.iloc[0]
        done = facts.done.loc[facts.done["scenario"].isin(facts.varied), list(facts.headlines)]
        failed, missing = len(facts.failed), bool(done.isna().to_numpy().any())
        why = "both" if failed and missing else "failed" if failed else "missing"
        blocks = int(there["blocks"] + there["blocks_out"]) * len(lost)
        said.append(
            text["dropped"].format(
                why=text[f"dropped_{why}"].format(failed=failed),
                n=int(lost["blocks_out"].sum()), all=blocks, r=int(lost["replicates_out"].max()),
                of=int(there["replicates"] + there["replicates_out"]),
            )
        )  # fmt: skip
    few = list(dict.fromkeys(used.loc[used["note"] == "too few", "outcome"]))
    if few:
        names = facts.words["join"].join(facts.measure(name).label for name in few)
        said.append(text["dropped_few"].format(outcomes=names))
    return said


def scores(batch: Batch, lang: str) -> Section | None:
    """Which factors of a sample matter for which outcome."""
    facts = Facts(batch, lang)
    if not _sampled(facts):
        return None
    text, words = TEXT[lang], words_of(facts)
    made = scoring.scores(batch.varied, batch.runs, outcomes=list(facts.headlines))
    if made.empty:
        return None
    picture = Picture("scores", figures.score_map(made, words, lang), text["scores"])
    rows = _frame(worded(made, words, lang), lang, folded=True)
    return Section(
        text["scores"], (paragraph(text["scores_how"]), picture, rows), (), {"scores": made}
    )


def discovery(batch: Batch, lang: str) -> Section | None:
    """Boxes of futures in which the programme fails, as the study says what failing is."""
    facts = Facts(batch, lang)
    if not _sampled(facts):
        return None
    text, words = TEXT[lang], words_of(facts)
    better = better_of(batch)
    named = str(batch.manifest.get("failure") or "")
    mine = facts.done[facts.done["scenario"].isin(facts.varied)]
    judged = [name for name in facts.headlines if name in better and mine[name].nunique() > 1]
    if not named and not judged:
        return None
    chosen = named or f"worst 20% of {judged[0]}"
    parts: list[str | Picture] = [paragraph(text["discovery_how"])]
    if not named:
        parts.append(paragraph(text["quantile"].format(outcome=label(judged[0], words, lang))))
    failing = condition(chosen, list(batch.outcomes), better)
    found = prim.discover(batch.varied, batch.runs, failing)
    said = found.said(words, lang)
    parts += [paragraph(one) for one in said]
    tables = {"boxes": found.summary(), "box_limits": found.limits(), "box_paths": found.paths()}
    if found.boxes:
        parts += [
            Picture("box_limits", figures.box_limits(found, words, lang), text["limits"]),
            Picture("box_path", figures.peeling(found, words, lang), text["discovery"]),
        ]
        scatter = figures.box_scatter(found, words, lang)
        if scatter is not None:
            parts.append(Picture("box_scatter", scatter, text["discovery"]))
        parts.append(_frame(worded(found.limits(), words, lang), lang, folded=True))
    return Section(text["discovery"], tuple(parts), tuple(said[:1] + said[-1:]), tables)


def contributions(batch: Batch, lang: str) -> Section | None:
    """Shapley shares of the actions, where the design has their coalitions."""
    facts = Facts(batch, lang)
    if WITHOUT not in batch.design or facts.done.empty:
        return None
    text, words = TEXT[lang], words_of(facts)
    labels = {name: (one.zh, one.en) for name, one in words.items()}
    design: Mapping[str, Any] = batch.manifest.get("design") or {}
    try:
        found = attribution.attribute(
            batch.design, batch.runs, list(facts.headlines), labels=labels,
            better=better_of(batch), permutations=int(design.get("sampled") or 0),
            seed=int(batch.manifest.get("seed") or 1),
        )  # fmt: skip
    except InputError as error:
        # Runs that are missing or failed in every replicate leave no game to share out.
        return Section(text["attribution"], (paragraph(str(error)),))
    parts: list[str | Picture] = [paragraph(attribution.READING[lang == "en"])]
    parts += [paragraph(getattr(note, lang)) for note in found.notes]
    parts.append(
        Picture("contributions", shapley_figures.waterfall(found, lang), text["attribution_figure"])
    )
    parts.append(_frame(attribution.printed(found, lang), lang, shown=True))
    tables = {"contributions": found.shares}
    if len(found.pairs):
        figure = shapley_figures.heat_maps(found, lang)
        parts.append(Picture("interactions", figure, text["interactions"]))
        tables["interactions"] = found.pairs
    says = []
    for name in facts.headlines[:MOST_SAID]:
        rows = found.of(name).loc[list(found.actions)]
        top = rows.loc[rows["shapley"].abs().idxmax()]
        scale = facts.measure(name).scale
        value, low, high = (number(float(top[key]) * scale) for key in ("shapley", "low", "high"))
        told = {"outcome": label(name, words, lang), "action": top[lang]}
        says.append(text["largest"].format(value=value, low=low, high=high, **told))
    return Section(text["attribution"], tuple(parts), tuple(says), tables)


def ranking(batch: Batch, lang: str) -> Section | None:
    """How sure it is which of a few scenarios is best."""
    facts = Facts(batch, lang)
    single = batch.design["scenario"].is_unique and len(batch.design) >= 2
    if not single or facts.replicates < 3 or facts.done.empty:
        return None
    text, words = TEXT[lang], words_of(facts)
    labels = {name: (one.zh, one.en) for name, one in words.items()}
    names = {name: (title, title) for name, title in facts.titles.items()}
    better = better_of(batch)
    judged = [name for name in facts.headlines if better.get(name)]
    if not judged:
        return None
    kept: dict[str, Any] = {"better": better, "labels": labels, "names": names}
    ranked = decisions.ranking(batch.runs, judged, **kept)
    paired = decisions.pairs(batch.runs, judged, **kept)
    heads = [text[key] for key in ("outcome", "option", "mean", "best", "sure", "place")]
    rows = [
        [row[f"outcome_{lang}"], row[lang], _scaled(facts, row["outcome"], row["mean"]),
         number(100 * row["best"]), number(100 * row["sure"]), number(row["mean_place"])]
        for row in ranked.to_dict("records")
    ]  # fmt: skip
    more = [text[key] for key in ("outcome", "a", "b", "difference", "beats", "more")]
    others = [
        [row[f"outcome_{lang}"], names[row["a"]][0], names[row["b"]][0],
         _scaled(facts, row["outcome"], row["difference"]), number(100 * row["beats"]),
         _more(row["more"], text)]
        for row in paired.to_dict("records")
    ]  # fmt: skip
    parts = (
        paragraph(text["ranking_how"]),
        table(heads, rows, lang, (0, 1)),
        f"<h3>{text['pairs']}</h3>",
        table(more, others, lang, (0, 1, 2)),
    )
    return Section(text["ranking"], parts, (), {"ranking": ranked, "pairs": paired})


# ------------------------------------------------------------------ helpers
def words_of(facts: Facts) -> dict[str, Word]:
    """Labels and units of the batch's outcomes and factors, as its manifest has them."""
    found: dict[str, Word] = {}
    for kind, key in (("outcomes", "name"), ("factors", "key")):
        listed = facts.batch.manifest.get(kind)
        for one in listed if isinstance(listed, list) else []:
            if isinstance(one, Mapping) and isinstance(one.get(key), str):
                name = one[key]
                found[name] = Word(
                    str(one.get("zh") or name),
                    str(one.get("en") or name),
                    str(one.get("unit") or ""),
                )
    return found


def better_of(batch: Batch) -> dict[str, str]:
    """Whether more or less of an outcome is better, of those that have a direction."""
    listed = batch.manifest.get("outcomes")
    return {
        str(one["name"]): str(one["better"])
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, Mapping) and one.get("better") in ("more", "less")
    }


def _listed(batch: Batch) -> dict[str, list[Any]]:
    """Choices of factors in the study's order."""
    listed = batch.manifest.get("factors")
    return {
        str(one["key"]): list(one["values"])
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, Mapping) and isinstance(one.get("values"), list)
    }


def _sampled(facts: Facts) -> bool:
    """Whether the design is a sample of futures large enough to learn from."""
    enough = len(facts.batch.varied) >= LEAST_SCORED
    return enough and bool(facts.of_shape("sample")) and not facts.done.empty


def _scaled(facts: Facts, name: str, value: float) -> str:
    return number(value * facts.measure(name).scale)


def _more(count: float, text: Mapping[str, str]) -> str:
    """Replicates still needed, in words where there is no number."""
    if np.isnan(count) or np.isinf(count):
        return text["never"]
    return text["settled"] if count <= 0 else number(count)


def _frame(frame: pd.DataFrame, lang: str, folded: bool = False, shown: bool = False) -> str:
    """A frame as a table of the page."""
    texts = [
        [one if isinstance(one, str) else "" if pd.isna(one) else number(float(one)) for one in row]
        for row in frame.itertuples(index=False, name=None)
    ]
    words = [
        place for place, name in enumerate(frame)
        if any(isinstance(one, str) for one in frame[name])
    ] if not shown else [0, 1, 2]  # fmt: skip
    return table([str(name) for name in frame], texts, lang, words, folded)


def _file(name: str) -> str:
    """An outcome's name as part of a file's."""
    return "".join(one if one.isalnum() else "_" for one in name)
