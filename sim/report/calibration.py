"""Figures and page of a calibration, from its tables."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

from sim.report.html import page, picture
from sim.report.style import COLOURS, rc, save
from sim.report.text import figure as number
from sim.words import worded

WORDS = {
    "en": {
        "title": "Calibration", "fit": "Observed and fitted",
        "fit_how": "Gap to the observation in its tolerances (one standard error). Dot: mean of runs "
        "at the fitted parameters; bar: 90 % of runs at posterior draws; all with luck that nothing "
        "was fitted to. Shaded: one tolerance. Hollow: a target that did not count.",
        "gap": "gap, tolerances", "posterior": "Prior and posterior of each parameter",
        "posterior_how": "Bars: 90 % (thin) and 50 % (thick) interval on the quantiles of the "
        "prior, so that the prior itself reaches from 0.05 to 0.95; dot: median, cross: fitted value. "
        "A bar as wide as the prior's says that the targets tell nothing about the parameter.",
        "quantile": "quantile of the prior", "parameter": "parameter", "fitted": "fitted",
        "median": "median", "posterior_90": "90 % interval", "prior_90": "90 % of the prior",
        "learned": "narrower by", "trace": "Search",
        "trace_how": "Best distance so far: typical gap in standard deviations; far gaps count less and less.",
        "evaluated": "points searched", "distance": "best distance",
        "recovery": "Recovery of known parameters",
        "recovery_how": "Data made by the model itself at known parameters, plus errors as large as "
        "the tolerances. Left: medians and 90 % intervals against the truth, on quantiles of the "
        "prior. Right: share of 90 % intervals that hold the truth.",
        "truth": "truth", "found": "found", "covered": "share of 90 % intervals",
        "within": "{n} of {m} targets that count lie within one tolerance, {k} within two.",
        "covers": "90 % intervals hold the truth in {share:.0f} % of {n} cases.",
        "uncertainty": "The posterior is over parameters, given the targets' tolerance, the chance "
        "of one history, the emulator's error and a misfit factor of each series. A series that the "
        "model misses by far says little; the posterior cannot know of mechanisms that are not in the model.",
    },
    "zh": {
        "title": "校准", "fit": "观测值与拟合值",
        "fit_how": "与观测值之差,以容差(一个标准误)为单位。点:拟合参数下各次运行的均值;线:后验抽样下90%的运行;"
        "随机种子均未用于拟合。阴影:一个容差。空心:未计入的目标。",
        "gap": "差距(容差倍数)", "posterior": "各参数的先验与后验",
        "posterior_how": "横轴为先验分位数,先验的90%区间即0.05至0.95。细线90%、粗线50%后验区间,"
        "点:中位数,叉:拟合值。与先验同宽表示目标未提供该参数的信息。",
        "quantile": "先验分位数", "parameter": "参数", "fitted": "拟合值", "median": "中位数",
        "posterior_90": "90%区间", "prior_90": "先验90%区间", "learned": "收窄", "trace": "搜索过程",
        "trace_how": "迄今最小距离:以标准差计的典型差距,远离的目标影响递减。",
        "evaluated": "已搜索点数", "distance": "最小距离",
        "recovery": "已知参数的恢复",
        "recovery_how": "由模型在已知参数下生成数据,并加上与容差同大的误差。左:中位数和90%区间对真值(先验分位数)。"
        "右:90%区间包含真值的比例。",
        "truth": "真值", "found": "估计", "covered": "90%区间包含真值的比例",
        "within": "计入的{m}个目标中,{n}个在一个容差之内,{k}个在两个容差之内。",
        "covers": "{n}例中90%区间包含真值的占{share:.0f}%。",
        "uncertainty": "后验反映参数的不确定性,已计入目标容差、单一历史的偶然性、替代模型误差和各序列的失配系数。"
        "模型远达不到的序列提供的信息很少;模型之外的机制无法反映。",
    },
}  # fmt: skip


def write(
    tables: Mapping[str, pd.DataFrame], units: Mapping[str, np.ndarray], labels: Mapping[str, str],
    manifest: dict[str, Any], folder: Path, lang: str, lost: str = "",
) -> None:  # fmt: skip
    """figures/*.png, figures/*.svg and report.html of a calibration into an open folder.

    `lost` is what is said of failed runs.

    tables: fit, intervals, trace and perhaps recovery, coverage; units: for each parameter the
    quantiles of the prior at which its posterior has low_90, low_50, median, high_50, high_90 and
    the fitted value, (6,); labels: of targets and parameters by name.
    """
    words = WORDS[lang]
    drawn = {
        "fit": lambda: _fit(tables["fit"], labels, words),
        "posterior": lambda: _posterior(units, labels, words),
        "trace": lambda: _trace(tables["trace"], words),
    }
    if "recovery" in tables:
        drawn["recovery"] = lambda: _recovery(tables["recovery"], tables["coverage"], labels, words)
    said = dict(zip(("fit", "recovery"), says(tables, lang), strict=False))
    shown = {"fit": "fit", "posterior": "intervals", "recovery": "coverage"}
    parts = []
    with rc_context(rc()):  # type: ignore[arg-type]
        for key, draw in drawn.items():
            png = save(draw(), folder / "figures", key)
            parts.append(f"<h2>{escape(words[key])}</h2>")
            parts += [
                f"<p>{escape(text)}</p>"
                for text in (said.get(key, ""), words[f"{key}_how"])
                if text
            ]
            parts.append(picture(png, f"{words[key]} {said.get(key, '')}"))
            if key in shown:
                parts.append(_table(tables[shown[key]], labels, manifest, lang))
    command = (
        f"lianghua calibrate --budget {manifest['budget']} --replicates {manifest['replicates']} "
        f"--scale {manifest['scale']:g} --method {manifest['method']} --seed {manifest['seed']} "
        f"{'--recovery ' if 'recovery' in tables else ''}--lang {lang} --out out/repeat"
    )
    if lost:
        parts.append(f"<p>{escape(lost)}</p>")
    made = page(words["title"], parts, words["uncertainty"], manifest, lang, command)
    (folder / "report.html").write_text(made, encoding="utf-8")


def says(tables: Mapping[str, pd.DataFrame], lang: str) -> list[str]:
    """How many targets are met, and how often known parameters were found, if that was tested."""
    words = WORDS[lang]
    found = [_within(tables["fit"], words)]
    return [*found, _covers(tables["coverage"], words)] if "coverage" in tables else found


def _within(fit: pd.DataFrame, words: Mapping[str, str]) -> str:
    used = fit[fit["counted"]]
    twice = int((used["gap"].abs() <= 2.0).sum())
    return words["within"].format(n=int(used["within"].sum()), m=len(used), k=twice)


def _covers(coverage: pd.DataFrame, words: Mapping[str, str]) -> str:
    whole, each = coverage.iloc[-1], len(coverage) - 1
    return words["covers"].format(share=100 * whole["covered_90"], n=int(whole["truths"]) * each)


def _fit(fit: pd.DataFrame, labels: Mapping[str, str], words: Mapping[str, str]) -> Figure:
    """Gap of every target with the span of runs at posterior draws, cut off at ten tolerances."""
    figure = Figure(figsize=(10, 1.2 + 0.24 * len(fit)), layout="constrained")
    axes = figure.subplots()
    place = np.arange(len(fit))[::-1]
    axes.axvspan(-1, 1, color="#e3eef5")
    axes.axvline(0, color="#333333", linewidth=0.8)
    low, high = (
        ((fit[end] - fit["observed"]) / fit["tolerance"]).clip(-10, 10)
        for end in ("low_90", "high_90")
    )
    gap, used = fit["gap"].clip(-10, 10), fit["counted"].to_numpy()
    axes.hlines(place, low, high, color="#9a9a9a", linewidth=2)
    axes.plot(gap[used], place[used], "o", color=COLOURS[0], markersize=5)
    axes.plot(gap[~used], place[~used], "o", color="#7a7a7a", markersize=5, markerfacecolor="white")
    names = [f"{labels[row.target]} {row.year}" for row in fit.itertuples()]
    axes.set_yticks(place, names, fontsize=8)
    axes.set_xlabel(words["gap"])
    axes.set_xlim(-10.5, 10.5)
    return figure


def _posterior(
    units: Mapping[str, np.ndarray], labels: Mapping[str, str], words: Mapping[str, str]
) -> Figure:
    """Posterior intervals of every parameter on the quantiles of its prior."""
    figure = Figure(figsize=(9, 1.2 + 0.32 * len(units)), layout="constrained")
    axes = figure.subplots()
    place = np.arange(len(units))[::-1]
    axes.axvspan(0.05, 0.95, color="#eeeeee")
    found = np.array(list(units.values()))
    axes.hlines(place, found[:, 0], found[:, 4], color=COLOURS[0], linewidth=1.5)
    axes.hlines(place, found[:, 1], found[:, 3], color=COLOURS[0], linewidth=5)
    axes.plot(found[:, 2], place, "o", color="white", markeredgecolor=COLOURS[0], markersize=6)
    axes.plot(found[:, 5], place, "x", color=COLOURS[1], markersize=6)
    axes.set_yticks(place, [labels[name] for name in units], fontsize=9)
    axes.set_xlim(0, 1)
    axes.set_xlabel(words["quantile"])
    return figure


def _trace(trace: pd.DataFrame, words: Mapping[str, str]) -> Figure:
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    axes = figure.subplots()
    axes.step(trace["point"], trace["distance"], where="post", color=COLOURS[0])
    axes.set_xlabel(words["evaluated"])
    axes.set_ylabel(words["distance"])
    return figure


def _recovery(
    recovered: pd.DataFrame, coverage: pd.DataFrame, labels: Mapping[str, str],
    words: Mapping[str, str],
) -> Figure:  # fmt: skip
    """All intervals against the truth, and coverage by parameter."""
    each = coverage.iloc[:-1]
    figure = Figure(figsize=(11, 1.6 + max(3.0, 0.3 * len(each))), layout="constrained")
    left, right = figure.subplots(1, 2)
    reach = recovered[["low_90", "high_90"]].to_numpy().T
    middle = recovered["median"].to_numpy()
    inside = recovered["covered_90"].to_numpy()
    for flag, colour in ((True, COLOURS[0]), (False, COLOURS[1])):
        mine = inside == flag
        left.vlines(recovered["true"][mine], *reach[:, mine], color=colour, alpha=0.35, linewidth=1)
        left.plot(recovered["true"][mine], middle[mine], ".", color=colour, markersize=4)
    left.plot([0, 1], [0, 1], color="#333333", linewidth=0.8)
    left.set_xlabel(words["truth"])
    left.set_ylabel(words["found"])
    place = np.arange(len(each))[::-1]
    right.barh(place, each["covered_90"], color=COLOURS[0], height=0.7)
    right.axvline(0.9, color="#333333", linewidth=0.8)
    right.set_yticks(place, [labels[name] for name in each["parameter"]], fontsize=8)
    right.set_xlim(0, 1)
    right.set_xlabel(words["covered"])
    return figure


def _table(
    frame: pd.DataFrame, labels: Mapping[str, str], manifest: dict[str, Any], lang: str
) -> str:
    """A frame with the labels of its first column and headers of the language."""
    shown = frame.copy()
    first = shown.columns[0]
    shown[first] = [labels.get(name, name) for name in shown[first]]
    shown = worded(shown, manifest, lang)
    made = shown.to_html(index=False, float_format=lambda value: number(float(value)))
    return f'<div class="wide">{made}</div>'
