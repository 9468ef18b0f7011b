"""The programme as a chain: clause -> instrument -> mechanism -> outputs -> targets."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from typing import Any

from sim.describe.layout import first_sentence
from sim.indices.targets import Target, load_targets
from sim.outputs import BY_NAME
from sim.policies.base import Instrument
from sim.programme import CLAUSES, clauses_of
from sim.scenario import Scenario

OVERALL = "overall"
"""Measure of the targets that stand for the programme as a whole."""

WORDS = {
    "en": {
        "title": "clause -> instrument -> mechanism -> outputs -> targets",
        "instruments": "instruments", "targets": "targets", "money": "{total} in {years}",
        "moves": "moves", "also": "also", "off": "off", "programme": "beneficiaries of {pattern}",
        "weak": "weak proxy", "none": "no target of its own", OVERALL: "The programme as a whole",
        "up": "rises", "down": "falls", "mechanism": "how", "with": "with",
    },
    "zh": {
        "title": "条款 -> 政策工具 -> 机制 -> 指标 -> 目标",
        "instruments": "政策工具", "targets": "目标", "money": "{years}共{total}",
        "moves": "影响", "also": "另属", "off": "停用", "programme": "{pattern}的受益数",
        "weak": "弱代理", "none": "没有单列目标", OVERALL: "总体目标",
        "up": "上升", "down": "下降", "mechanism": "机制", "with": "设置",
    },
}  # fmt: skip

_ELSEWHERE = {"kind", "title", "clause", "enabled", "start", "end", "budget", "source"}
"""Settings that are not repeated: they stand in the heading, or say where a figure comes from."""

MECHANISMS_ZH = {
    "project_grant": "按项目价款的一定比例补助,有上限和下限。",
    "training": "年度预算按月平均用于培训,普通员工转为技能员工,派员企业能力提高。",
    "leasing_support": "降低租赁利率,并为租赁提供担保,扩大租赁公司可用资金。",
    "online_finance": "凭网上销售记录放贷,无需抵押,风险由预算补偿。",
    "demonstration": "每年评选收益最高的用户企业(或用户最多的县)作为示范,给予奖励,同城同业和同县企业由此得知。",
    "service_platform": "年度预算按月平均用于上门服务,被访企业得知技术并提高能力。",
    "management_pilot": "每年评选能力最强的申报企业为试点,给予奖励,提高能力,并带动供应商。",
    "inspection": "年度预算按月平均用于检查,未达标企业须缴费,直至采用绿色安全控制。",
    "provider_support": "每年扶持一批服务商,提高质量、团队或降低成本,或新设服务商。",
    "entry_rule": "评估服务商,质量不达标者须自费达标方可留在市场。",
    "procurement": "以年度预算购买服务商的项目和企业的产品。",
    "smart_city": "公共服务数字化,先试点县、再全市、后全省,工程由本地及邻近服务商承担。",
    "start_up_support": "每年资助一批新设企业,在原有新设之外。",
    "leading_group": "各市办公室提高推进力度,缩短审批时间。",
    "city_fund": "各市按比例为省级补助配套,按财力分摊,用完为止。",
    "evaluation": "每年按指数评价各市并公布排名,排名靠后者加大力度,也更想虚报。",
}
"""What each kind of instrument does, in Chinese; the English is its docstring's first sentence."""


def programme(settings: Iterable[str] = (), lang: str = "en", scale: float = 0.05) -> str:
    """Every clause with its instruments, how each works, what it moves, and the clause's targets."""
    scenario, words = Scenario.load("document_2014", settings), WORDS[lang]
    lines = [f"{getattr(scenario.title, lang)}: {words['title']}"]
    for code, clause in CLAUSES.items():
        lines += ["", f"{code}  {clause.zh if lang == 'zh' else clause.en}  {clause.place}"]
        for name, one in scenario.instruments.items():
            if clauses_of(one)[:1] == (code,):
                lines += _instrument(name, one, lang)
        others = [name for name, one in scenario.instruments.items() if code in clauses_of(one)[1:]]
        if others:
            lines.append(f"  {words['also']}: {', '.join(others)}")
        lines += _targets(code, lang)
    lines += ["", words[OVERALL], *_targets(OVERALL, lang)]
    return "\n".join(lines)


def mechanism(kind: type[Instrument], lang: str) -> str:
    """What a kind of instrument does, in a sentence; settings stand in backticks."""
    if lang == "zh":
        known = MECHANISMS_ZH.get(str(kind.model_fields["kind"].default))
        # A kind of somebody's own may have no Chinese: its English then.
        if known is not None:
            return known
    return first_sentence(inspect.getdoc(kind) or "")


def _filled(one: Instrument, lang: str) -> str:
    """The mechanism with the value of every setting that it names."""

    def value(found: re.Match[str]) -> str:
        shown = _shown(getattr(one, found[1]))
        return f"{found[1]} ({shown})" if shown else found[1]

    return re.sub(r"`(\w+)`", value, mechanism(type(one), lang))


def _settings(one: Instrument) -> str:
    """Settings that differ from those of the kind."""
    return "; ".join(
        f"{name} {_shown(getattr(one, name))}"
        for name, field in type(one).model_fields.items()
        if name not in _ELSEWHERE
        and getattr(one, name) != field.get_default(call_default_factory=True)
    )


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def moved(one: Instrument, lang: str) -> str:
    """What an instrument moves and in which direction."""
    return ", ".join(
        f"{getattr(BY_NAME[name], lang)} {'+' if sign > 0 else '-'}" for name, sign in one.moved()
    )


def _instrument(name: str, one: Any, lang: str) -> list[str]:
    words, place = WORDS[lang], 0 if lang == "zh" else 1
    years = sorted(year for year, money in one.budget.items() if money > 0)
    total = sum(one.budget.values())
    amount = f"{total / 1e4:.2f}亿元" if lang == "zh" else f"{total / 100:,.1f}m CNY"
    money = words["money"].format(total=amount, years=f"{years[0]}-{years[-1]}") if years else ""
    state = "" if one.enabled else f", {words['off']}"
    title = getattr(one.title, lang) or one.label[place]
    kind = "" if title == one.label[place] else f"{one.label[place]}; "
    said = {"mechanism": _filled(one, lang), "with": _settings(one), "moves": moved(one, lang)}
    lines = [f"    {words[key]}: {text}" for key, text in said.items() if text]
    return [f"  {name}: {title} ({kind}{money}{state})", *lines]


def _targets(measure: str, lang: str) -> list[str]:
    words = WORDS[lang]
    rows = [row for row in load_targets().rows if row.measure == measure]
    if not rows:
        return [f"  {words['targets']}: {words['none']}"]
    return [f"  {words['targets']}:", *(f"    {_target(row, lang)}" for row in rows)]


def _target(row: Target, lang: str) -> str:
    """One target: what is asked, by when, and which outputs answer."""
    words, zh = WORDS[lang], lang == "zh"
    unit = row.unit_zh if zh else row.unit
    asked = words[row.operator] if row.value is None else f"{row.operator} {row.value:,g} {unit}"
    if row.table == "programme":
        answer = words["programme"].format(pattern=row.outputs[0].replace(":", " "))
    else:
        answer = ", ".join(row.outputs)
    proxy = row.proxy_zh if zh else row.proxy_en
    weak = f" ({words['weak']}: {proxy})" if proxy else ""
    return f"{row.code}  {row.zh if zh else row.en}: {asked}, {row.year} <- {answer}{weak}"
