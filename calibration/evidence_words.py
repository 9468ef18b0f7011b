"""Words of the evidence page in Chinese and English; both languages have the same keys."""

from __future__ import annotations

PARTS = (
    "problem", "description", "data", "concept", "implementation", "output", "analysis",
    "corroboration", "weaknesses",
)  # fmt: skip
"""The eight elements of TRACE (Grimm et al. 2014) in their order, then what is weak."""

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Evidence: why and how far to trust lianghua {version}",
        "about": "After TRACE (Grimm et al. 2014, transparent and comprehensive model evaluation). Every "
        "table is made from the data, the declarations and the results of commands; nothing is typed "
        "in for this page.",
        "problem": "Problem formulation", "description": "Model description",
        "data": "Data evaluation", "concept": "Conceptual evaluation",
        "implementation": "Implementation verification", "output": "Output verification: fit",
        "analysis": "Model analysis: sensitivity", "weaknesses": "Known weaknesses",
        "corroboration": "Output corroboration: forecasts against other data",
        "card": "The ODD description: lianghua describe model-card. The rules on one page: "
        "docs/model.md. {phases} phases a month, {instruments} kinds of instruments, {outputs} outputs, "
        "{free} open and {fixed} fixed parameters.",
        "data_said": "{rows} rows in {tables} tables; by confidence: {marks}. Recalled figures are "
        "believed published and are to be checked again; derived ones are computed.",
        "data_table": "Data tables", "observed": "Observed moments up to {last}",
        "observed_said": "{count} observed moments: {used} count in a fit, {tied} are tied, i.e. the "
        "model was set up with the same figure, so that agreement says nothing. Definition: {near}; "
        "selected ones are shown and not fitted. A tolerance is one standard error: the source's own, "
        "else {rule} of the value by confidence.",
        "parameters_said": "{free} parameters are open to calibration, by source of the prior: {marks}; "
        "{fixed} are fixed, each with a reason.",
        "priors": "Open parameters and their priors", "fixed": "Fixed parameters",
        "concept_said": "Each mechanism has a cause at the level of the firm; what rivals to it are "
        "there, and what the design concepts are:",
        "concepts": "Design concepts", "rivals": "Rival mechanisms that can be switched to",
        "checks_said": "{count} checks, each a test of the repository that fails if it is lost: {kinds}.",
        "limit": "analytic limits", "conservation": "conservation of money, goods and people",
        "determinism": "determinism", "monotone": "direction of effects", "check": "check",
        "checks": "What tests hold the code to", "kind": "kind", "test": "test",
        "not_fitted": "Nothing is fitted: no calibration is shipped and none was given (--fit FOLDER). "
        "The model stands here at its central values, means of {replicates} runs at scale {scale:g}.",
        "fitted": "Fitted to observations up to {last_year}: {count} parameters, distance {distance}, "
        "{budget} points at scale {scale:g} ({method}), {effective} effective posterior draws.",
        "fit_said": "Of {count} targets that count, {one} lie within one tolerance, {two} within two; "
        "{missed} are missed by more. Of {tied} tied or weightless ones {tied_missed} are missed.",
        "misses": "Missed by more than {limit:g} tolerances, and why the mechanism falls short",
        "no_reason": "no reason declared yet", "nothing_missed": "No target is missed by more.",
        "unsaid": "{count} targets got no figure from the model.",
        "fit": "Every target: observed, tolerance, model", "fitted_values": "Fitted values",
        "facts_said": "{met} of {all} stylised facts are met (python -m tests.stylised).",
        "facts_missed": "Stylised facts that are missed, and why", "facts": "All stylised facts",
        "not_run": "No results of lianghua {command} were given (--{option} FOLDER): it was not run for "
        "this page. What an earlier run said: {doc}.",
        "made_by": "From lianghua {command}: {facts}.",
        "known_parameters": "A target identifies {known} of {all} parameters; the targets together leave "
        "less than half of the prior's spread for {half}.",
        "largest_morris": "Parameters with the largest effects on headline outputs (Morris, share of all)",
        "largest_sobol": "Parameters with the largest shares of variance (Sobol, total)",
        "split": "Variance of outputs due to parameters, structure and chance, per cent",
        "spread": "Parameters the data speak of most", "identified_by": "identified by",
        "spread_left": "prior spread left", "none": "none",
        "weak_said": "What a reader has to keep in mind; what is weak about single data is under 3.",
        "weak": "Weaknesses", "weak_outputs": "Outputs that are weak",
        "uncertainty": "Gaps are in tolerances, one standard error of the observation; the model's own "
        "error is not in them. Intervals of fitted values hold 90 % of posterior draws.",
        "table": "table", "rows": "rows", "content": "what", "marks": "confidence", "weakness": "weak points",
        "target": "target", "year": "year", "region": "region", "unit": "unit", "value": "observed",
        "tolerance": "tolerance", "weight": "weight", "definition": "definition", "tied": "tied to",
        "note": "difference of definition", "source": "source", "model": "model", "gap": "gap, tolerances",
        "interval": "90 % interval", "reason": "why", "parameter": "parameter", "name": "key",
        "low": "low", "central": "central", "high": "high", "distribution": "distribution",
        "fact": "fact", "statistic": "statistic", "band": "band", "measured": "measured", "met": "met",
        "yes": "yes", "no": "missed", "output_name": "output", "more": "{rows} rows in the page (--out FILE.html)",
        "prior": "prior", "to": " to ", "join": ", ", "fixed_central": "value", "year_ends": "fitted",
    },
    "zh": {
        "title": "证据:对lianghua {version}可信到什么程度、为什么",
        "about": "按TRACE(Grimm等2014,透明而全面的模型评价)编排。每张表都由数据、声明和命令结果生成,没有为本页手工填写的内容。",
        "problem": "问题", "description": "模型说明", "data": "数据评价", "concept": "概念评价",
        "implementation": "实现验证", "output": "输出验证:拟合", "analysis": "模型分析:敏感性",
        "corroboration": "输出佐证:对其他数据的预测", "weaknesses": "已知弱点",
        "card": "ODD说明:lianghua describe model-card --lang zh。规则一页:docs/model.md。每月{phases}个环节,{instruments}类工具,"
        "{outputs}个指标,{free}个开放参数,{fixed}个固定参数。",
        "data_said": "{tables}张表共{rows}行;按可信度:{marks}。凭记忆的数据信有公布,待复核;推算的由计算得出。",
        "data_table": "数据表", "observed": "到{last}年的观测",
        "observed_said": "{count}个观测:{used}个计入拟合,{tied}个已挂钩,即模型设定时用了同一数字,相符不说明问题。定义:{near};经挑选的只列出,不拟合。"
        "容差为一个标准误:用出处自报的,否则按可信度取值的{rule}。",
        "parameters_said": "{free}个参数可供校准,按先验的来源:{marks};{fixed}个固定,各有理由。",
        "priors": "开放参数及其先验", "fixed": "固定参数",
        "concept_said": "每个机制都有企业层面的原因;可替换的对立机制和设计概念如下:",
        "concepts": "设计概念", "rivals": "可以切换的对立机制",
        "checks_said": "{count}项检查,各为代码库中的一个测试,不成立即失败:{kinds}。",
        "limit": "解析极限", "conservation": "货币、货物、人员守恒", "determinism": "确定性",
        "monotone": "效应方向", "check": "检查", "checks": "测试对代码的要求", "kind": "类别", "test": "测试",
        "not_fitted": "没有任何拟合:没有随附校准结果,也没有给出(--fit 文件夹)。以下为模型取中间值时的结果,规模{scale:g},"
        "{replicates}次运行的均值。",
        "fitted": "按到{last_year}年的观测拟合:{count}个参数,距离{distance},规模{scale:g},{budget}个点({method}),"
        "有效后验抽样{effective}个。",
        "fit_said": "计入的{count}个目标中,{one}个在一个容差内,{two}个在两个容差内;{missed}个超出。"
        "挂钩或无权重的{tied}个中有{tied_missed}个超出。",
        "misses": "偏差超过{limit:g}个容差的目标,以及机制为何不足",
        "no_reason": "尚未声明原因", "nothing_missed": "没有目标超出。",
        "unsaid": "{count}个目标没有模型数。",
        "fit": "全部目标:观测、容差、模型", "fitted_values": "拟合值",
        "facts_said": "{all}个典型事实中符合{met}个(python -m tests.stylised)。",
        "facts_missed": "不符的典型事实及原因", "facts": "全部典型事实",
        "not_run": "没有给出lianghua {command}的结果(--{option} 文件夹):本页未运行。此前一次的结果见{doc}。",
        "made_by": "来自lianghua {command}:{facts}。",
        "known_parameters": "{all}个参数中有{known}个可由目标识别;全部目标合起来使{half}个参数的先验离散度剩下不到一半。",
        "largest_morris": "对主要指标影响最大的参数(Morris,占全部影响的份额)",
        "largest_sobol": "方差份额最大的参数(Sobol,总效应)",
        "split": "指标方差中参数、结构与偶然性的份额,%",
        "spread": "数据说明最多的参数", "identified_by": "由何识别", "spread_left": "剩余先验离散度", "none": "无",
        "weak_said": "读者须记住的;各项数据的弱点见第3节。",
        "weak": "弱点", "weak_outputs": "较弱的指标",
        "uncertainty": "偏差以容差(观测的一个标准误)计,模型自身的误差不在其中。拟合值的区间含90%的后验抽样。",
        "table": "数据表", "rows": "行数", "content": "内容", "marks": "可信度", "weakness": "弱点",
        "target": "目标", "year": "年", "region": "地区", "unit": "单位", "value": "观测",
        "tolerance": "容差", "weight": "权重", "definition": "定义", "tied": "挂钩于",
        "note": "定义的差别", "source": "出处(原文)", "model": "模型", "gap": "偏差(容差)",
        "interval": "90%区间", "reason": "原因", "parameter": "参数", "name": "键",
        "low": "下限", "central": "中间值", "high": "上限", "distribution": "分布",
        "fact": "事实", "statistic": "统计量", "band": "区间", "measured": "测得", "met": "符合",
        "yes": "是", "no": "不符", "output_name": "指标", "more": "{rows}行,见网页(--out 文件.html)",
        "prior": "先验", "to": "至", "join": "、", "fixed_central": "取值", "year_ends": "拟合值",
    },
}  # fmt: skip

CODES = {
    "official_table": ("官方表", "official table"), "official_text": ("官方文字", "official text"),
    "press_quoting_official": ("报刊引官方", "press quoting official"), "paper": ("论文", "paper"),
    "derived": ("推算", "derived"), "recalled": ("凭记忆", "recalled"), "prior": ("先验", "prior"),
    "same": ("相同", "same"), "near": ("相近", "near"), "proxy": ("代用", "proxy"),
    "selected": ("经挑选", "selected"),
    "uniform": ("均匀", "uniform"), "triangular": ("三角", "triangular"), "beta": ("贝塔", "beta"),
    "lognormal": ("对数正态", "lognormal"),
    "China": ("全国", "China"), "Wenling": ("温岭", "Wenling"), "Shaoxing County": ("绍兴县", "Shaoxing County"),
    "version": ("版本", "version"), "scenario": ("情景", "scenario"), "scale": ("规模", "scale"),
    "replicates": ("重复", "replicates"), "budget": ("次数预算", "budget"), "seed": ("种子", "seed"),
}  # fmt: skip
"""Chinese and English for codes of tables."""


def coded(code: str, lang: str) -> str:
    """A code in words; the code itself where it has none."""
    pair = CODES.get(code)
    return code if pair is None else pair[0 if lang == "zh" else 1]
