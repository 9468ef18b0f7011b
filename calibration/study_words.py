"""Words of the identification study in Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from calibration.ensemble import ADDITIONAL
from calibration.forces import FORCES, REGIONS
from calibration.priors import Prior
from calibration.structures import STRUCTURES
from calibration.targets import targets
from calibration.variance import PARTS
from sim.outputs import BY_NAME
from sim.report.failures import failed_runs

if TYPE_CHECKING:
    from calibration.study import Lost

TEXT = {
    "en": {
        "title": "What moves what: identification of",
        "morris": "Effects of parameters on headline outputs",
        "morris_how": "Mean absolute effect of crossing a parameter's prior, all other parameters "
        "anywhere within theirs (Morris), as a share of the output's mean; bars: 95 % interval; "
        "grey tick: what chance alone would show. The largest ten of each output.",
        "informs": "Which targets inform which parameters",
        "informs_how": "Share of each target's total effect that a parameter has, chance left out, "
        "in per cent. Rows: targets; columns: the parameters that matter most.",
        "identification": "Identification by parameter",
        "identification_how": "A target identifies a parameter if crossing the prior moves it by "
        "more than its tolerance and beyond chance, and if the parameter has a tenth of the "
        "target's total effect. Spread left: the share of the prior's standard deviation that would "
        "remain if every target were known to within its tolerance, all parameters unknown together "
        "(linear and Gaussian); 1 is not identified, whatever single targets move.",
        "sobol": "Shares of variance of headline outputs",
        "sobol_how": "Sobol indices over the priors: dark first order (the parameter alone), light "
        "total (with all interactions), with 95 % intervals; grey tick: the total index that chance "
        "alone would show. Intervals wider than the index mean that the budget was too small.",
        "phase": "Phase diagram",
        "phase_how": "Share of above-scale firms that use the technology. Stagnation: it rises by "
        "no more than two points over the run. Saturation: its yearly rise falls to less than half "
        "of what it was. Lines part the regions; the star is the scenario as it is.",
        "variance": "Where the spread of outputs comes from",
        "variance_how": "Law of total variance over rival structures, draws from the {draws} and "
        "seeds, crossed. Each structure is as likely as another, so that the share of structure "
        "depends on which rivals are named. Chance is that of the scale shown; it is smaller at a "
        "larger scale. Shares are unbiased and can come out below 0; intervals are 95 % bootstrap.",
        "prior": "priors", "posterior": "posterior of the calibration",
        "structures": "Outputs by structure",
        "structures_how": "Mean over draws and seeds, and the difference to the model as it is.",
        "uncertainty": "Intervals are of the sampling of parameters and seeds, {n} replicates a "
        "point. Priors are wide: what a parameter moves depends on how wide its prior is.",
        "identified": "parameters that a target identifies",
        "none": "none: the prior stays", "scale": "scale", "replicates": "replicates",
        "budget": "runs a method", "per_cent": "per cent", "of_mean": "per cent of the mean",
        "share": "share of variance, per cent", "users": "more users of machines than without",
        "left_out": "left out for that in {method}: {n} of {all} parts of the design, {r} of {of} "
        "replicates",
    },
    "zh": {
        "title": "哪些参数影响哪些结果:识别分析——",
        "morris": "参数对主要指标的影响",
        "morris_how": "参数走完其先验区间、其余参数任取时的平均绝对效应(Morris),占指标均值的百分比;"
        "横线为95%区间;灰色竖线为仅凭偶然会出现的效应。每项指标列最大的十个。",
        "informs": "哪些目标能说明哪些参数",
        "informs_how": "参数占各目标总效应的份额(已扣除偶然),百分比。行为目标,列为影响最大的参数。",
        "identification": "逐个参数的识别",
        "identification_how": "若参数走完先验区间使目标的变动超过其容差且超出偶然,并占该目标总效应的"
        "十分之一以上,则该目标识别该参数。剩余离散度:若各目标都在容差内已知而全部参数同时未知,"
        "先验标准差还剩的比例(线性高斯近似);等于1表示无论单个目标如何变动都未识别。",
        "sobol": "主要指标的方差份额",
        "sobol_how": "先验上的Sobol指数:深色为一阶(参数单独),浅色为总效应(含全部交互),附95%区间;"
        "灰色竖线为仅凭偶然会出现的总效应。区间宽于指数说明运行次数太少。",
        "phase": "相图",
        "phase_how": "使用该技术的规模以上企业占比。停滞:全程上升不超过两个百分点。饱和:年升幅降到原来"
        "一半以下。线条分隔各区;星号为情景原样。",
        "variance": "结果的离散来自何处",
        "variance_how": "对备选结构、{draws}抽样和种子交叉设计,按全方差公式分解。各结构同等可能,因此结构的"
        "份额取决于列出了哪些备选。偶然性是所示规模下的,规模越大越小。份额无偏,可能小于0;区间为95%自助法。",
        "prior": "先验", "posterior": "校准后验",
        "structures": "各结构下的结果",
        "structures_how": "对抽样和种子的均值,以及与模型原样之差。",
        "uncertainty": "区间反映参数与种子的抽样,每点{n}次重复。先验较宽:参数的影响大小取决于先验的宽度。",
        "identified": "有目标可识别的参数", "none": "无:保留先验", "scale": "规模", "replicates": "重复次数", "budget": "每法运行次数",
        "per_cent": "百分比", "of_mean": "占均值百分比", "share": "方差份额(%)",
        "users": "比没有方案时多出的机器换人企业",
        "left_out": "{method}因此略去：设计的{all}个部分中的{n}个，{of}次重复中的{r}次",
    },
}  # fmt: skip
"""Titles and explanations; both languages have the same keys."""


def losses(lost: Lost, lang: str) -> list[str]:
    """What is said of failed runs and of what was left out for them; nothing where none failed."""
    said = failed_runs(lost.reasons, lost.runs, lang)
    text = TEXT[lang]["left_out"]
    return ([said] if said else []) + [
        text.format(method=method, n=parts, all=all_parts, r=replicates, of=of)
        for method, (parts, all_parts, replicates, of) in lost.left_out.items()
    ]


def figure_labels(lang: str) -> dict[str, str]:
    """Labels of outputs and targets by name."""
    found = {name: getattr(output, lang) for name, output in BY_NAME.items()}
    found |= {one.name: f"{getattr(one, lang)} {one.year}" for one in targets()}
    return found | {ADDITIONAL: TEXT[lang]["users"]}


def parameter_labels(priors: Sequence[Prior], lang: str) -> dict[str, str]:
    """Labels of parameters by dotted key."""
    return {prior.name: getattr(prior, lang) for prior in priors}


def labelled(frame: pd.DataFrame, priors: Sequence[Prior], lang: str) -> pd.DataFrame:
    """A table of the study for readers: a column of labels behind each column of codes."""
    place = 0 if lang == "zh" else 1
    known = {
        "output": figure_labels(lang),
        "parameter": parameter_labels(priors, lang),
        "part": {code: pair[place] for code, pair in PARTS.items()},
        "structure": {code: getattr(one, lang) for code, one in STRUCTURES.items()},
        "region": {code: pair[place] for code, pair in REGIONS.items()},
    }
    shown = frame.copy()
    for column, labels in known.items():
        if column in shown:
            texts = [labels[code] for code in shown[column]]
            shown.insert(list(shown.columns).index(column) + 1, f"{column}_label", texts)
    if "identified_by" in shown:
        texts = [text or TEXT[lang]["none"] for text in shown["identified_by"]]
        shown["identified_by"] = texts
    forces = {code: getattr(force, lang) for code, force in FORCES.items()}
    return shown.rename(columns={"output": "figure", "output_label": "figure_label"} | forces)
