"""Terms of the ledger and of the laboratory, in Chinese and English, each declared once."""

from __future__ import annotations

Terms = dict[str, tuple[str, str]]
"""Code to (Chinese, English)."""

CLASSES: Terms = {
    "additional": ("新增", "additional"),
    "accelerated": ("提前", "accelerated"),
    "deadweight": ("无谓", "deadweight"),
    "displaced": ("挤出", "displaced"),
    "captured": ("涨价吸收", "captured by price"),
}
"""What a payment did, in the order in which it is shown."""

EFFECTS: Terms = {
    "adopters": ("技术采用者(家次)", "adopters (firms times technologies)"),
    "productivity": ("全员劳动生产率(%)", "labour productivity (per cent)"),
    "jobs": ("规上工业岗位(个)", "jobs in above-scale industry"),
}
"""Differences between twins that money is set against."""

VERDICTS: Terms = {
    "more": ("增加", "more"),
    "less": ("减少", "less"),
    "not distinguishable": ("与零无法区分", "not distinguishable from zero"),
}

RULES: Terms = {
    "formula": ("因素法", "formula"),
    "contest": ("竞争性评审", "contest"),
    "lottery": ("抽签", "lottery"),
    "threshold": ("门槛", "threshold"),
    "first_come": ("先到先得", "first come"),
}

QUINTILES: Terms = {
    "smallest": ("最小五分之一", "smallest fifth"),
    "second": ("第二", "second"),
    "third": ("第三", "third"),
    "fourth": ("第四", "fourth"),
    "largest": ("最大五分之一", "largest fifth"),
}
"""Fifths of the eligible firms by employees when the instrument begins."""

GROUPS: Terms = {
    "tier": ("规模层级", "tier"),
    "quintile": ("人员规模五等分", "size quintile"),
    "city": ("城市", "city"),
}

MEASURES: Terms = {
    "budget": ("预算(万元)", "budget (10k CNY)"),
    "granted": ("批准(万元)", "granted (10k CNY)"),
    "paid": ("已支付,含市县配套(万元)", "paid, with what cities add (10k CNY)"),
    "applications": ("申请(项)", "applications"),
    "awards": ("获批(项)", "awards"),
    "application_cost": ("企业申请成本(万元)", "cost of applications to firms (10k CNY)"),
    "gini": ("申请者间基尼系数", "Gini coefficient over applicants"),
    "top_decile": ("得款最多十分之一的份额", "share of the best-served tenth"),
    "effective_cities": ("有效城市数", "effective number of cities"),
    **{f"share_{code}": (f"{zh}份额", f"share {en}") for code, (zh, en) in CLASSES.items()},
    "months": ("提前月数", "months of acceleration"),
    **EFFECTS,
}

OTHERS: Terms = {
    "paid": ("已支付", "paid"),
    "programme": ("整个方案", "the whole programme"),
    "none": ("无", "none"),
}


def word(terms: Terms, code: str, lang: str) -> str:
    """A term in a language; a contest's noise stays behind its name."""
    first, blank, rest = code.partition(" ")
    known = terms.get(code) or terms.get(first, (first, first))
    return known[0 if lang == "zh" else 1] + (blank + rest if code not in terms else "")
