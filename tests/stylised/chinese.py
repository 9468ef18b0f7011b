"""The stylised facts in Chinese, for readers of the evidence page."""

from __future__ import annotations

TITLES = {
    "s_curve": ("扩散呈S形", "Bass曲线的R2,最差的技术"),
    "size_slope": ("大企业先用", "对ln用工的logit斜率"),
    "size_ratio": ("大企业先用", "规模最大与最小五分之一之比"),
    "productive_first": ("同等规模下高效率企业先用", "对ln人均产出的logit斜率"),
    "wage_elasticity": ("工资推动应用", "首次订单的弹性"),
    "size_tail": ("企业规模厚尾", "500人以上的指数"),
    "growth_shape": ("增长率呈拉普拉斯分布", "Subbotin形状参数"),
    "growth_spread": ("大企业增长波动小", "ln标准差对ln产出的斜率"),
    "productivity_spread": ("行业内生产率差别大", "90/10分位比"),
    "productivity_persistence": ("生产率差别持续", "相隔一年的秩相关"),
    "lumpiness": ("投资成块", "无投资的企业月占比"),
    "cluster_odds": ("邻近企业一起应用", "按集群用户数的优势比"),
    "shock_loss": ("冲击沿供应链传递", "专用供应商客户的损失"),
    "additionality_slope": ("额外性随规模下降", "对ln用工的logit斜率"),
    "tight_pass_through": ("服务商紧缺时吸收补助", "涨价与补助率之比"),
    "slack_pass_through": ("服务商有余时不吸收", "涨价与补助率之比"),
    "j_dip": ("生产率先降", "对数点,使用ERP第1月"),
    "j_rise": ("而后上升", "对数点,使用ERP第36月"),
    "price_fall": ("价格随经验下降", "集成商,产量每翻一番的降幅"),
    "city_ranks": ("各市排名稳定", "2012-2017年秩相关"),
    "city_convergence": ("而水平趋同", "ln水平离散度,期末与期初之比"),
    "subsidy_share": ("补助占比小", "支付额与技改投资之比"),
    "adopters_output": ("应用企业产出上升", "与无机器换人的对照相差的对数点"),
    "others_output": ("未应用企业产出下降", "与无机器换人的对照相差的对数点"),
}
"""Title and statistic of each fact by code."""

WHY = {
    "cluster_odds": "附近的用户(与伙伴所用的一起)只使企业知道这项技术;知道后买不买与他们无关,预期也只向伙伴学习。",
    "shock_loss": "每家企业都备有一个半月的关键投入库存,供应商停工一个月几乎无感;同一货物的供应商可相互替代,"
    "缺少库存很少、易受短期冲击的企业。",
    "city_convergence": "期初应用率按层级和行业不同,而不按城市(2012年没有分市数据),各市起点几乎相同,差别由此扩大。",
    "adopters_output": "机器使应用企业单位成本只降约1%;商品价格不变,市场份额对成本反应慢,销售几乎不动。"
    "估计值中所含的质量提高和产能扩大不在模型内。",
}
"""Why a fact is missed, by code."""
