"""Columns of the firm panel and of the list of applications, each declared once, with a codebook."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from sim.outputs.declaration import TECHNOLOGY_EN, TECHNOLOGY_ZH
from sim.world.tables import TECHNOLOGIES

KEY, SEEN, TRUTH = "key", "seen", "truth"
"""Kinds of column: what a row is of; what statistics and files would show; what nobody can see."""
KIND_ZH = {KEY: "键", SEEN: "可观测", TRUTH: "真值(现实中不可见)"}


class Column(NamedTuple):
    """One column: unit in English and Chinese, label in Chinese and English."""

    name: str
    kind: str
    unit: tuple[str, str]
    zh: str
    en: str


_FLAG = ("0 or 1", "0或1")
_PERSONS = ("persons", "人")
_MONEY = ("10k CNY", "万元")
_YEARLY = ("10k CNY/year", "万元/年")
_HEAD = ("10k CNY/person/year", "万元/人·年")
_COUNT = ("count", "个")
_LOG = ("log points", "对数点")
_NONE = ("", "")

PANEL = (
    Column("firm", KEY, ("id", "编号"), "企业编号", "firm id; a newcomer has a new one"),
    Column("year", KEY, ("year", "年"), "年份", "year"),
    Column("city", SEEN, ("name", "名称"), "城市", "city"),
    Column("sector", SEEN, ("code", "代码"), "行业代码", "sector"),
    Column("tier", SEEN, ("code", "代码"), "规模层级", "size tier"),
    Column("ownership", SEEN, ("code", "代码"), "所有制:私营、国有、外资", "ownership"),
    Column("founded", SEEN, ("year", "年"), "成立年份", "year of foundation"),
    Column("weight", SEEN, ("firms", "家"), "抽样权重:代表的真实企业数", "real firms the row stands for"),
    Column("in_operation", SEEN, _FLAG, "年末在营", "in operation in December"),
    Column("eligible", SEEN, _FLAG, "年末符合申报条件", "meets the published conditions in December"),
    Column("employees", SEEN, _PERSONS, "全年平均用工人数", "employees, mean of the months in operation"),
    Column("output", SEEN, _YEARLY, "总产值,按在营月份折年", "output a year, from the months in operation"),
    Column("output_per_employee", SEEN, _HEAD, "人均产值", "output over employees"),
    Column("capital", SEEN, _MONEY, "年末资本存量", "capital stock in December"),
    Column("automation", SEEN, ("share", "占比"), "年末自动化水平", "share of tasks automated in December"),
    *(
        Column(f"uses_{code}", SEEN, _FLAG, f"年末应用{TECHNOLOGY_ZH[code]}",
               f"uses {TECHNOLOGY_EN[code]} in December")
        for code in TECHNOLOGIES
    ),
    Column("adopted", SEEN, _COUNT, "年末已用的受补助技术数", "technologies in use of those the grant pays for"),
    Column("applied", SEEN, _COUNT, "当年申请数", "applications handed in during the year"),
    Column("score", SEEN, ("score", "分"), "当年首个裁定申请的评审得分",
           "jury's score of the first application decided in the year"),
    Column("cut_off", SEEN, ("score", "分"), "该批次入围线", "cut-off of its call"),
    Column("award", SEEN, _MONEY, "当年批准金额", "money granted in decisions of the year"),
    Column("treated_since", SEEN, ("year", "年"), "首次获批年份(空:从未)",
           "year of the first award, empty if there is none"),
    Column("counterfactual_in_operation", TRUTH, _FLAG, "无该工具时年末在营",
           "in operation in December without the instrument"),
    Column("counterfactual_adopted", TRUTH, _COUNT, "无该工具时已用的受补助技术数",
           "technologies in use of those the grant pays for, without the instrument"),
    Column("counterfactual_employees", TRUTH, _PERSONS, "无该工具时的用工人数",
           "employees without the instrument"),
    Column("counterfactual_output", TRUTH, _YEARLY, "无该工具时的总产值",
           "output a year without the instrument"),
    Column("effect_adopted", TRUTH, _COUNT, "真实效应:受补助技术数",
           "true effect on the technologies in use"),
    Column("effect_employees", TRUTH, _LOG, "真实效应:用工人数(对数差)", "true effect on log employees"),
    Column("effect_output_per_employee", TRUTH, _LOG, "真实效应:人均产值(对数差)",
           "true effect on log output per employee"),
)  # fmt: skip

APPLICATIONS = (
    Column("firm", KEY, ("id", "编号"), "企业编号", "firm id"),
    Column("decided", KEY, ("YYYY-MM", "年-月"), "裁定月份,即批次", "month of the decision: the call"),
    Column("applied", SEEN, ("YYYY-MM", "年-月"), "申请月份", "month of the application"),
    Column("technology", SEEN, ("code", "代码"), "技术", "technology"),
    Column("asked", SEEN, _MONEY, "申请金额", "money asked for"),
    Column("score", SEEN, ("score", "分"), "评审得分", "jury's score"),
    Column("cut_off", SEEN, ("score", "分"), "入围线:末位获批与首位落选得分的中点",
           "half-way from the last winner's to the first loser's score"),
    Column("distance", SEEN, ("standard deviations", "标准差"), "得分与入围线之差",
           "score less cut-off, over the standard deviation of the call's scores"),
    Column("won", SEEN, _FLAG, "获批", "an award was granted"),
    Column("award", SEEN, _MONEY, "批准金额", "money granted"),
    Column("true_score", TRUTH, ("saving a yuan", "每元节约"), "无评审误差的得分",
           "score without the jury's error"),
)  # fmt: skip

NOTES = {
    "en": (
        "Every firm that is in operation in December here or in the twin has a row; what it lacks is "
        "empty. Effects are given where it is in operation in both.",
        "The twin is the same province on the same luck from the instrument's first month on, but "
        "without the instrument for anybody. An effect is therefore the total effect of there being "
        "the instrument: of the firm's own award and of everybody else's, through prices and waits "
        "of providers, wages, neighbours and customers, and of hoping for an award. Firms without "
        "an award have an effect too, which is all interference.",
        "A twin that lacks only one firm's award would give that award's own effect with all others "
        "in place; it takes a run for every firm and is not made. The mean effect on firms with an "
        "award less that on firms without one is what a comparison of firms can find at best.",
        "Twins differ a little in everything once markets connect firms, so a single firm's effect "
        "holds chance; means over many firms are what counts.",
    ),
    "zh": (
        "凡在本运行或对照运行中十二月在营的企业各占一行,缺者留空;两边都在营时才给出效应。",
        "对照运行自该工具首月起在同样的运气下重跑全省,但任何企业都没有该工具。因此效应是“有该工具”的总效应:"
        "既含企业自己获批,也含他人获批经服务商价格与等待、工资、邻近企业和客户的影响,以及等待获批的影响。"
        "未获批企业也有效应,全部属于干扰(溢出)。",
        "只取消一家企业获批的对照运行可给出该笔补助自身的效应,但每家企业都要重跑一次,故不做。"
        "获批企业的平均效应减去未获批企业的平均效应,是企业间比较至多能找到的。",
        "市场把企业连在一起后,两次运行处处略有不同,单个企业的效应含偶然成分,应看多家企业的均值。",
    ),
}  # fmt: skip


def codebook() -> pd.DataFrame:
    """Table, column, kind, unit and label of every column, in English and Chinese."""
    rows = [
        (table, one.name, one.kind, KIND_ZH[one.kind], *one.unit, one.en, one.zh)
        for table, columns in (("panel", PANEL), ("applications", APPLICATIONS))
        for one in columns
    ]
    names = ["table", "column", "kind", "kind_zh", "unit", "unit_zh", "label", "label_zh"]
    return pd.DataFrame(rows, columns=names)
