"""Words of a batch's report in Chinese and English; both catalogues have the same keys."""

from __future__ import annotations

from sim.report.text import figure


def one_line(text: str) -> str:
    """A text of somebody else's on one line, fit for a figure."""
    return " ".join(text.split())


def number(value: float, signed: bool = False) -> str:
    """A number with four significant digits; a difference with its sign."""
    text = figure(float(value))
    return f"+{text}" if signed and value > 0 else text.replace("-", "−") if value < 0 else text


def span(low: float, high: float, signed: bool = False) -> str:
    """An interval; a dash where there is none."""
    if low != low or high != high:
        return "-"
    return f"{number(low, signed)} … {number(high, signed)}"


def sentence(text: str, lang: str) -> str:
    """A text as a sentence of its own."""
    return text[:1].upper() + text[1:] + WORDS[lang]["stop"].strip()


WORDS: dict[str, dict[str, str]] = {
    "en": {
        "untitled": "Study", "join": "; ", "colon": ": ", "stop": ". ",
        "question": "Question", "answer": "Answer", "hash": "hash",
        "method_sample": "sample", "method_one_at_a_time": "one factor at a time",
        "method_grid": "grid, all combinations", "method_scenarios": "scenarios side by side",
        "method_list": "list of points", "method_table": "table of points",
        "method_latin_hypercube": "Latin hypercube", "method_sobol": "Saltelli's sample for Sobol indices",
        "method_morris": "Morris trajectories", "method_coalitions": "coalitions of actions",
        # ---- answer
        "no_runs": "No run is done yet, so there is nothing to answer with.",
        "first_contrast": "{outcome}: {baseline} comes to {level}",
        "contrast_up": "{scenario} lies above it by {gap} ({interval}{relative})",
        "contrast_down": "{scenario} lies below it by {gap} ({interval}{relative})",
        "contrast_alone": "{scenario} differs by {gap}, from one run each",
        "contrast_none": "no scenario can be told from it beyond {over}",
        "over_chance": "chance", "over_points": "what is varied",
        "interval_chance": "95 % interval {span}", "interval_points": "middle 90 % of points {span}",
        "relative": "; {percent} %",
        "unclear": "Of {n} contrasts with an interval, {m} have one that holds zero.",
        "unclear_none": "The intervals of all {n} contrasts lie on one side of zero.",
        "no_interval": "With one replicate there are no intervals: chance cannot be told from effect.",
        "few": "With {n} replicates the intervals are wide and rough.",
        "says_swing": "{outcome} moves most with {factor}: {gap} at {value}{interval}",
        "says_swing_then": "then with {factor}: {gap} at {value}{interval}",
        "says_best": "{outcome} is highest at {best} ({high}) and lowest at {worst} ({low})",
        "says_no_best": "{outcome}: no difference can be told between {best} ({high}) and {worst} ({low}), "
        "which are furthest apart",
        "says_rank": "{outcome} goes most with {factor} (rank correlation {rank})",
        "says_rank_then": ", then with {factor} ({rank})",
        "says_rank_none": "{outcome} goes with no factor more than chance would make it",
        "says_counts": "{done} of {expected} runs are done",
        "says_failed": ", {failed} failed",
        "says_missing": ", {missing} are still to be made: figures may change.",
        # ---- method
        "method": "Method and data", "model": "Model", "data": "Data files, with SHA-256",
        "scale": "Scale", "scale_text": "{scale} of the province's firms",
        "until": "Last month", "replicates": "Replicates of each point", "seed": "Seed",
        "random": "Common random numbers",
        "random_text": "replicate r of every point has seed {seed} + r and draw r of the parameters, so "
        "that points are compared pair by pair",
        "parameters": "Parameters",
        "posterior": "posterior: replicate r runs with draw r of {n} from the calibration",
        "posterior_named": "draws from the posterior of the calibration",
        "central": "central: one set of values for all runs",
        "tier": "What is kept of a run",
        "design": "Design", "points": "points", "method_of": "Kind of design",
        "design_text": "{points} points × {replicates} replicates = {expected} runs; scenarios: {scenarios}, "
        "factors: {factors}.",
        "factor": "factor", "levers": "lever", "uncertainties": "uncertainty", "kind": "kind",
        "range": "values", "source": "source", "unit": "unit", "key": "key", "as_is": "as the scenario has it",
        "runs": "Runs", "expected": "expected", "done": "done", "failed": "failed", "missing": "not yet made",
        "reason": "reason", "count": "runs", "where": "points", "failed_how": "Failed runs are left out of "
        "every figure and table; where one has failed, its point has fewer replicates.",
        "mean_seconds": "Seconds a run, mean",
        # ---- sections
        "levels": "Outcomes", "levels_how": "Mean over replicates with a 95 % t-interval.",
        "scenario": "scenario", "point": "point", "outcome": "outcome", "mean_": "mean", "interval": "interval",
        "n": "runs", "baseline": "baseline", "difference": "difference", "percent": "% of baseline",
        "contrasts": "Differences to the baseline: {baseline}",
        "contrasts_how_chance": "Paired differences by replicate on common random numbers, with a 95 % "
        "t-interval over replicates. Hollow and grey: the interval holds zero.",
        "contrasts_how_points": "Paired differences at the same values of the factors; dot: mean over "
        "points, bar: the middle 90 % of points. Hollow and grey: the bar holds zero.",
        "fans": "Month by month", "fans_how": "Line: mean; bands: 25-75 % and 5-95 % of all runs of a "
        "scenario, over its points and replicates.",
        "shown_of": "Shown: {shown} of {all} scenarios, the baseline and those that differ most.",
        "grid_title": "Outcomes over the grid", "grid_how": "Mean over replicates at every combination.",
        "line_how": "Mean over replicates with a 95 % t-interval at every value.",
        "averaged": "Other factors are averaged over: {factors}.",
        "tornado": "One factor at a time", "tornado_how": "Difference to the point where no factor is "
        "changed, paired by replicate, with a 95 % t-interval; the factors that move the outcome most come "
        "first. Figures at the bars are the factor's values, in brackets that of the smaller bar in the larger.",
        "tornado_mean": "There is no point at which no factor is changed: differences are to the mean.",
        "scatter": "Outcomes over factors", "scatter_how": "Each dot is the mean of a point's replicates; "
        "line: mean of ten equal parts of the points. ρ is Spearman's rank correlation; grey: |ρ| is no "
        "larger than chance makes it in 95 % of cases ({edge}).",
        "top_factors": "Shown: the {shown} of {all} factors with the largest |ρ|.",
        "targets": "Targets of the 2014 document", "targets_how": "Chance that each target is met, mean over "
        "runs.", "chance": "chance", "target": "target",
        "scenario_is": "scenario: {scenario}",
        "table": "As a table", "more_rows": "{n} more rows stand in the batch's files.",
        # ---- end
        "uncertainty_central": "The intervals are over {over}: {n} replicates. Parameters are held at "
        "one set of values but for the factors; the true uncertainty is larger.",
        "uncertainty_posterior": "The intervals are over {over}: "
        "{n} replicates, each with a draw of its own from the posterior of the calibration.",
        "uncertainty_factors": "Over factors the report shows what happens within their ranges; how likely "
        "values are is in the ranges' sources only.",
        "uncertainty_many": "Intervals are for each contrast alone: among {k} of them about {wrong} would "
        "exclude zero by chance, if there were no effects.",
        "uncertainty_not": "What the model leaves out, errors of the data and other structures of the model "
        "are not in them.",
        "uncertainty_scale": "Runs are at {scale} of the province's size: chance is larger than at full size.",
        "study_file": "The study, as a file",
        "repeat_text": "# save the text above as study.toml",
        "note_study": "study", "note_points": "points", "note_runs": "runs", "note_scale": "scale",
        "note_seed": "seed",
        # ---- outcomes
        "points_pp": "percentage points",
    },
    "zh": {
        "untitled": "研究", "join": ";", "colon": ":", "stop": "。",
        "question": "问题", "answer": "结论", "hash": "哈希",
        "method_sample": "抽样", "method_one_at_a_time": "单因素逐一变动",
        "method_grid": "网格(全部组合)", "method_scenarios": "情景并列",
        "method_list": "逐点列出", "method_table": "点表",
        "method_latin_hypercube": "拉丁超立方", "method_sobol": "用于Sobol指数的Saltelli抽样",
        "method_morris": "Morris轨迹", "method_coalitions": "行动组合",
        "no_runs": "尚无完成的运行,暂无结论。",
        "first_contrast": "{outcome}:{baseline}为{level}",
        "contrast_up": "{scenario}高{gap}({interval}{relative})",
        "contrast_down": "{scenario}低{gap}({interval}{relative})",
        "contrast_alone": "{scenario}相差{gap}(各一次运行)",
        "contrast_none": "没有情景与其差异超出{over}",
        "over_chance": "偶然性", "over_points": "变动因素的影响",
        "interval_chance": "95%区间{span}", "interval_points": "中间90%的点{span}",
        "relative": ";{percent}%",
        "unclear": "有区间的{n}项差异中,{m}项的区间含零。",
        "unclear_none": "全部{n}项差异的区间都在零的一侧。",
        "no_interval": "只有一次重复,没有区间:无法区分偶然与效果。",
        "few": "仅{n}次重复,区间宽而粗略。",
        "says_swing": "{outcome}受{factor}影响最大:取{value}时{gap}{interval}",
        "says_swing_then": "其次是{factor}:取{value}时{gap}{interval}",
        "says_best": "{outcome}在{best}时最高({high}),在{worst}时最低({low})",
        "says_no_best": "{outcome}：相差最远的{best}（{high}）与{worst}（{low}）之间看不出差异",
        "says_rank": "{outcome}与{factor}关系最密切(秩相关{rank})",
        "says_rank_then": ",其次是{factor}({rank})",
        "says_rank_none": "{outcome}与各因素的关系均未超出偶然",
        "says_counts": "{expected}次运行中完成{done}次",
        "says_failed": ",失败{failed}次",
        "says_missing": ",尚有{missing}次未运行:数字可能变动。",
        "method": "方法与数据", "model": "模型", "data": "数据文件及SHA-256",
        "scale": "规模", "scale_text": "全省企业的{scale}",
        "until": "最后月份", "replicates": "每点重复次数", "seed": "种子",
        "random": "共同随机数",
        "random_text": "各点第r次重复的种子为{seed}+r,并取第r组参数抽样,因此各点逐对比较",
        "parameters": "参数",
        "posterior": "后验:第r次重复取校准后验的第r组抽样(共{n}组)",
        "posterior_named": "从校准的后验中抽样",
        "central": "中间值:所有运行取同一组值",
        "tier": "每次运行保留的内容",
        "design": "设计", "points": "点", "method_of": "设计类型",
        "design_text": "{points}个点×{replicates}次重复={expected}次运行,{scenarios}个情景,{factors}个因素。",
        "factor": "因素", "levers": "政策杠杆", "uncertainties": "不确定因素", "kind": "类型",
        "range": "取值", "source": "出处", "unit": "单位", "key": "键", "as_is": "依情景原值",
        "runs": "运行", "expected": "应有", "done": "完成", "failed": "失败", "missing": "未运行",
        "reason": "原因", "count": "次数", "where": "点", "failed_how": "失败的运行不计入任何图表;该点的重复次数因此较少。",
        "mean_seconds": "每次运行平均秒数",
        "levels": "结果", "levels_how": "重复的均值及95%t区间。",
        "scenario": "情景", "point": "点", "outcome": "指标", "mean_": "均值", "interval": "区间",
        "n": "运行数", "baseline": "基准", "difference": "差异", "percent": "占基准%",
        "contrasts": "与基准({baseline})之差",
        "contrasts_how_chance": "共同随机数下按重复配对的差异及95%t区间。灰色空心:区间含零。",
        "contrasts_how_points": "因素取值相同时的配对差异;点:各点均值,线:中间90%的点。灰色空心:含零。",
        "fans": "逐月走势", "fans_how": "线:均值;色带:情景全部运行(各点、各重复)的25-75%与5-95%。",
        "shown_of": "图中为{all}个情景中的{shown}个:基准及差异最大者。",
        "grid_title": "网格上的结果", "grid_how": "每个组合为重复的均值。",
        "line_how": "每个取值为重复的均值及95%t区间。",
        "averaged": "对其他因素取平均:{factors}。",
        "tornado": "单因素影响", "tornado_how": "与因素均不变的点之差,按重复配对,附95%t区间;影响最大的因素在上。"
        "条旁数字为因素取值,括号内为内侧较小条的取值。",
        "tornado_mean": "没有因素均不变的点:差异相对于均值。",
        "scatter": "结果与因素", "scatter_how": "每点为重复的均值;线:将各点十等分后的均值。ρ为Spearman秩相关;"
        "灰色:|ρ|未超过偶然情形下95%的界限({edge})。",
        "top_factors": "图中为{all}个因素中|ρ|最大的{shown}个。",
        "targets": "2014年文件的目标", "targets_how": "各目标达成的概率,运行平均。",
        "chance": "概率", "target": "目标",
        "scenario_is": "情景:{scenario}",
        "table": "数据表", "more_rows": "另有{n}行,见批次文件。",
        "uncertainty_central": "区间反映{over}：{n}次重复。除各因素外，参数取同一组值；真实的不确定性更大。",
        "uncertainty_posterior": "区间反映{over}：{n}次重复，每次取校准后验的一组抽样。",
        "uncertainty_factors": "对各因素,报告给出其取值范围内的结果;各取值有多大可能,只见于范围的出处。",
        "uncertainty_many": "区间各自单独成立:若全无效果,{k}项中约有{wrong}项会偶然地不含零。",
        "uncertainty_not": "模型未涵盖的内容、数据误差和模型的其他结构不在其中。",
        "uncertainty_scale": "运行规模为全省的{scale}:偶然性大于全规模。",
        "study_file": "研究文件",
        "repeat_text": "# 将上面的文本存为 study.toml",
        "note_study": "研究", "note_points": "点", "note_runs": "次运行", "note_scale": "规模",
        "note_seed": "种子",
        "points_pp": "百分点",
    },
}  # fmt: skip
