"""Words of figures and report in Chinese and English; both catalogues have the same keys."""

from __future__ import annotations

TEXT: dict[str, dict[str, str]] = {
    "en": {
        "adoption": "Adoption by technology, above-scale firms",
        "adoption_how": "Share of above-scale firms that use the technology. A firm uses it from "
        "the month its project is accepted.",
        "control": "Numerical-control rate of equipment",
        "control_how": "Share of tasks automated, weighted by the capital of the firm.",
        "jobs": "Employment in above-scale industry",
        "jobs_how": "People employed, by skill. Staff follows expected orders over productivity.",
        "product": "Value added and productivity",
        "product_how": "Value added a month and value added a year per employee, constant prices.",
        "barriers": "What holds firms back",
        "barriers_how": "First binding barrier of each technology a firm does not use, over all "
        "technologies and above-scale firms.",
        "cities": "Adoption of machines for labour by city, last month",
        "cities_how": "Left: level in the first scenario. Right: difference to the baseline with a "
        "95 % interval over replicates.",
        "money": "Public money paid so far",
        "money_how": "Paid to date by instrument, mean over replicates.",
        "headline": "Differences to the baseline, last month",
        "headline_how": "Paired differences in per cent of the baseline, 95 % t-interval over "
        "replicates on common random numbers.",
        "contributions": "What each part of the programme contributed",
        "contributions_how": "The full programme less the programme without the part, in per cent "
        "of the full programme; 95 % t-interval over replicates on common random numbers; grey where "
        "it holds zero. Parts work on each other, so contributions need not add up.",
        "without": "Without ",
        "differences": "Differences to the baseline by scenario",
        "differences_how": "Paired differences in per cent of the baseline, 95 % t-interval over "
        "replicates on common random numbers; grey where it holds zero.",
        "prices": "Price and wait of providers",
        "prices_how": "Mean over providers of a kind; 1 is the 2012 list price.",
        "share": "share", "persons": "10k persons", "all": "all firms", "key": "backbone firms",
        "skilled": "skilled", "unskilled": "unskilled", "total": "total",
        "value_added": "value added, 100m CNY a month",
        "productivity": "productivity, 10k CNY a person a year",
        "million": "100m CNY", "level": "level", "difference": "difference, percentage points",
        "price": "price index", "wait": "wait, months", "per_cent": "per cent of the baseline",
        "band": "line: mean; bands: 25-75 % and 5-95 % of replicates", "line": "line: mean of replicates",
        "t_interval": "95 % t-intervals over replicates", "points": "points", "other": "other ({n})",
        "report": "Report", "against": "against", "baseline": "baseline", "unit": "unit",
        "output": "output", "interval": "95 % interval", "provenance": "Where this comes from",
        "repeat": "To repeat it, in this folder", "table": "Figures as a table", "how": "How this is made",
        "method": "Method",
        "method_text": "Firms, providers and cities of Zhejiang decide month by month; the month, "
        "its rules and sources are in docs/model.md. Replicate r of every scenario has the same "
        "seed, and a random number belongs to a firm and a month, so that scenarios differ only by "
        "what differs between them.",
        "uncertainty": "Uncertainty",
        "uncertainty_one": "One run, of one seed: luck, population and parameters of other seeds give "
        "other figures. A comparison of paired replicates gives intervals.",
        "uncertainty_text": "Intervals are over {over}: {n} paired replicates over {p} "
        "synthetic populations. Parameters are held at one set of values; the true "
        "uncertainty is larger.",
        "uncertainty_drawn": "Intervals are over {over}: "
        "{n} paired replicates, each with a draw of its own from the posterior of the calibration, "
        "over {p} synthetic populations. What the model leaves out is not in them.",
        "limits": "Limits",
        "limits_text": "Not a forecast. Sector and city data are good to 15-50 %. Prices of goods "
        "are constant. Many behavioural parameters are priors.",
        "seed": "seed", "scale": "scale", "replicates": "replicates",
        "ledger": "What public money did, by instrument switched off",
        "ledger_how": "Each payment is set against the same firm in a twin run without the "
        "instrument: additional (it would not have ordered), accelerated (later), deadweight (as "
        "soon anyway), displaced (another project instead), captured by price. Money that pays for "
        "no project is set against the projects it brought about in all firms, beyond chance; there "
        "deadweight means no effect on projects that can be told from chance.",
        "paid": "paid, 10k CNY", "of_paid": "per cent of what was paid",
        "costs": "Effects and what a unit of them cost", "cost": "10k CNY a unit",
        "laboratory": "One budget, handed out by each rule",
        "laboratory_how": "The same instrument, budget and luck under each allocation rule, against "
        "a run without the instrument. Concentration is over all who applied; the effective number "
        "of cities is how many equal parts would be as concentrated.",
        "means": "bars: means of replicates, intervals in the tables", "areas": "means of replicates",
        "did": "What the money did", "tiers": "Who has the money: tier",
        "quintiles": "Who has the money: size of the eligible", "spread": "Concentration",
    },
    "zh": {
        "adoption": "规模以上企业各技术应用率",
        "adoption_how": "使用该技术的规模以上企业占比;自项目验收之月起计为使用。",
        "control": "装备数控化率",
        "control_how": "自动化的工序占比,按企业资本加权。",
        "jobs": "规模以上工业从业人员",
        "jobs_how": "按技能分的从业人员;用工随预期订单与劳动生产率变化。",
        "product": "增加值与劳动生产率",
        "product_how": "月增加值和人均年增加值,不变价。",
        "barriers": "企业为什么不采用",
        "barriers_how": "规模以上企业对每项未用技术的首要障碍,全部技术合计。",
        "cities": "期末各市机器换人应用率",
        "cities_how": "左:第一个情景的水平;右:与基准之差及95%区间。",
        "money": "财政资金累计支付",
        "money_how": "按政策工具的累计支付,重复平均。",
        "headline": "期末与基准之差",
        "headline_how": "配对差异占基准的百分比,共同随机数下重复的95%t区间。",
        "contributions": "各项行动的贡献",
        "contributions_how": "全部方案减去没有该项的方案,占全部方案的百分比;共同随机数下重复的95%t区间,"
        "区间含零者为灰色。各项相互影响,贡献不必相加等于总和。",
        "without": "去掉",
        "differences": "各情景与基准之差",
        "differences_how": "配对差异占基准的百分比,共同随机数下重复的95%t区间,区间含零者为灰色。",
        "prices": "服务商价格与等待时间",
        "prices_how": "同类服务商平均;2012年目录价为1。",
        "share": "占比", "persons": "万人", "all": "全部企业", "key": "骨干企业",
        "skilled": "技能员工", "unskilled": "普通员工", "total": "合计",
        "value_added": "增加值(亿元/月)", "productivity": "劳动生产率(万元/人·年)",
        "million": "亿元", "level": "水平", "difference": "差异(百分点)",
        "price": "价格指数", "wait": "等待(月)", "per_cent": "占基准的百分比",
        "band": "线：均值；色带：重复的25-75%与5-95%", "line": "线：各次重复的均值",
        "t_interval": "95% t区间，按各次重复计算", "points": "个百分点", "other": "其他（{n}项）",
        "report": "报告", "against": "对比", "baseline": "基准", "unit": "单位", "output": "指标",
        "interval": "95%区间", "provenance": "来源", "repeat": "重复本结果的命令(在本文件夹中运行)",
        "table": "数据表", "how": "口径与方法", "method": "方法",
        "method_text": "浙江的企业、服务商和城市逐月决策;每月的规则与出处见 docs/model.md。各情景第 r "
        "次重复用同一随机种子,随机数属于企业和月份,因此情景之间只差在政策本身。",
        "uncertainty": "不确定性",
        "uncertainty_one": "只有一个种子的一次运行:换一个种子,运气、合成人口和参数都不同,数字也不同。配对重复的比较才给出区间。",
        "uncertainty_text": "区间反映{over}：{n}次配对重复，使用{p}个合成人口。参数取同一组值；真实的不确定性更大。",
        "uncertainty_drawn": "区间反映{over}：{n}次配对重复，每次从校准的后验分布中抽取一组参数，使用{p}个合成人口。模型未涵盖的不在其中。",
        "limits": "局限",
        "limits_text": "不是预测。行业和城市数据误差约15-50%。商品价格不变。许多行为参数是先验。",
        "seed": "种子", "scale": "规模", "replicates": "重复次数",
        "ledger": "财政资金起了什么作用(逐项关闭工具)",
        "ledger_how": "每笔支付与没有该工具的对照运行中的同一家企业比较:新增(本来不会订购)、提前(本来更晚)、"
        "无谓(本来就会同时或更早)、挤出(替代了另一个项目)、涨价吸收。不为项目付款的资金与它在全部企业中带来的、"
        "超出偶然的项目相对照;其中无谓指对项目没有可与偶然区分的效果。",
        "paid": "已支付(万元)", "of_paid": "占已支付的百分比",
        "costs": "效果与单位成本", "cost": "单位成本(万元)",
        "laboratory": "同一笔预算,不同分配规则",
        "laboratory_how": "同一工具、同样预算和运气,只换分配规则,与没有该工具的运行比较。集中度按全部申请者计;"
        "有效城市数指同等集中度下等份的个数。",
        "means": "条形：重复的均值，区间见表", "areas": "各次重复的均值",
        "did": "资金起了什么作用", "tiers": "谁得到资金:规模层级",
        "quintiles": "谁得到资金:符合条件企业的规模", "spread": "集中度",
    },
}  # fmt: skip


def figure(value: float, unit: str = "") -> str:
    """A number with three to four significant digits; shares in per cent."""
    if value != value:
        return "-"
    if is_share(unit):
        return f"{100 * value:.2f} %"
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if size >= 0.0005 or size == 0 else f"{value:.1e}"


def gap(value: float, unit: str, lang: str) -> str:
    """A difference with its sign; of shares in percentage points."""
    if value != value:
        return "-"
    sign = "+" if value > 0 else ""
    if is_share(unit):
        return f"{sign}{100 * value:.2f} {TEXT[lang]['points']}"
    return sign + figure(value)


def is_share(unit: str) -> bool:
    """True for units such as share of firms."""
    return unit == "share" or unit.startswith("share of ")
