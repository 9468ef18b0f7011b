"""What the model card says that no declaration holds, in Chinese and English."""

from __future__ import annotations

HEADINGS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Model card (ODD)", "purpose": "Purpose and patterns",
        "entities": "Entities, state variables and scales", "process": "Process overview",
        "concepts": "Design concepts", "start": "Initialisation", "input": "Input data",
        "submodels": "Submodels", "instruments": "Instruments", "outputs": "Outputs",
        "switches": "Switches", "limits": "Limits",
        "column": "column", "label": "what", "unit": "unit", "range": "range",
        "written": "changed in phases", "fixed": "never", "each": "for each technology",
        "rows": "rows at scale {scale}: {rows:,}; bytes a row: {size}",
        "step": "One step is a month; `{scenario}` runs from {start} to {end}. A firm row stands for "
        "several real firms at scales below 1; totals are the province's at every scale.",
        "reads": "reads", "writes": "writes", "parameter": "parameter", "default": "value",
        "source": "source", "table": "table", "checksum": "SHA-256", "confidence": "confidence",
        "margin": "margin", "cells": "cells", "error": "largest error",
        "margins": "Margins of the generated population against the data, at scale {scale}:",
        "path": "path", "dates": "dates", "kind": "kind", "moves": "moves", "settings": "settings",
        "name": "name", "tables": "tables", "allowed": "allowed",
        "tables_text": "Every run starts from these tables; each row names its source.",
        "priors": "{priors} of {all} parameters are priors without a published figure:",
        "weak_outputs": "Outputs that are weak:", "shared": "Rules that phases share", "lines": "rows",
        "document": "The instruments of the 2014 document, by clause: `lianghua describe programme`.",
    },
    "zh": {
        "title": "模型说明卡(ODD)", "purpose": "目的与要再现的现象",
        "entities": "实体、状态变量与尺度", "process": "过程概览", "concepts": "设计概念",
        "start": "初始化", "input": "输入数据", "submodels": "子模型", "instruments": "政策工具",
        "outputs": "指标", "switches": "开关", "limits": "局限",
        "column": "列", "label": "含义", "unit": "单位", "range": "范围", "written": "由哪些环节改变",
        "fixed": "不变", "each": "每项技术一个",
        "rows": "规模{scale}时{rows:,}行;每行{size}字节",
        "step": "一步为一个月;`{scenario}`从{start}到{end}。规模小于1时一行企业代表若干真实企业;"
        "任何规模下合计都是全省数。",
        "reads": "读", "writes": "写", "parameter": "参数", "default": "取值", "source": "出处",
        "table": "数据表", "checksum": "SHA-256", "confidence": "可信度", "margin": "边际",
        "cells": "格数", "error": "最大误差",
        "margins": "规模{scale}时合成人口的边际与数据之差:",
        "path": "路径", "dates": "时间", "kind": "性质", "moves": "影响", "settings": "设置",
        "name": "名称", "tables": "所在表", "allowed": "可选",
        "tables_text": "每次运行都从这些表开始;每行都注明出处。",
        "priors": "{all}个参数中有{priors}个是没有公布数值的先验:",
        "weak_outputs": "较弱的指标:", "shared": "各环节共用的规则(原文为英文)", "lines": "行数",
        "document": "2014年文件的政策工具按条款列出:`lianghua describe programme --lang zh`。",
    },
}  # fmt: skip

PURPOSE = {
    "en": "Compares packages of industrial policy for Zhejiang from 2014 on by their effect on the "
    "adoption of technology, productivity, employment and the official indices, with what would "
    "have happened anyway kept apart. It is no forecast of the economy. It is judged by analytic "
    "limits (Bass, Leontief, thresholds, queues, learning), by conservation of money, goods and "
    "people, and by patterns: S-shaped diffusion, larger and more productive firms first, a heavy "
    "tail of sizes, Laplace growth rates, lumpy investment, clusters of adopters, additionality "
    "that falls with size, part of a subsidy caught by prices where providers are short.",
    "zh": "比较浙江2014年以来各种产业政策组合对技术应用、生产率、就业和官方指数的影响,并把本来就会发生的"
    "部分分开。它不是经济预测。评判依据:解析极限(Bass、列昂惕夫、门槛、排队、学习曲线),货币、货物、"
    "人员守恒,以及典型现象:S形扩散,大企业和高效率企业先用,规模厚尾,拉普拉斯增长率,投资成块,用户成群,"
    "额外性随规模下降,服务商紧缺时补助部分被价格吸收。",
}

CONCEPTS: dict[str, dict[str, str]] = {
    "en": {
        "Emergence": "Diffusion curves, employment, prices and waits of providers, who wins awards and "
        "the ranking of cities follow from the decisions of single firms, providers and cities; no "
        "curve is drawn to its target.",
        "Adaptation": "Firms decide on projects by payback and finance, on staff and output by expected "
        "orders; providers on teams and prices by their backlog; cities on effort and policy mix by "
        "their rank.",
        "Objectives": "A firm goes ahead with a project the likelier, the shorter its payback against "
        "the longest that it accepts.",
        "Learning": "Beliefs about a technology's gain follow what suppliers and customers realised; "
        "providers get cheaper with what they deliver.",
        "Prediction": "Expected orders adapt to orders received; nobody knows the future.",
        "Sensing": "A firm knows what partners, cluster, providers, demonstrations and advisers told it; "
        "governments see scores with noise and what cities report.",
        "Interaction": "Through supply links, the open market, the labour market of a city, queues of "
        "providers, credit that is rationed, budgets that run out, examples and rankings.",
        "Stochasticity": "Every random number belongs to seed, stream, month and firm, so runs that "
        "differ in a policy differ only by its effects.",
        "Collectives": "Clusters (a city's sector), cities, sectors and size tiers.",
        "Observation": "Monthly sums over firms by city, sector and tier; every output is declared once.",
    },
    "zh": {
        "涌现": "扩散曲线、就业、服务商价格与等待、谁得到补助、城市排名都由单个企业、服务商和城市的决策产生,"
        "没有一条曲线是照目标画出来的。",
        "适应": "企业按回收期和资金决定项目,按预期订单决定用工与产量;服务商按积压决定团队和价格;城市按排名决定"
        "力度和政策组合。",
        "目标": "项目回收期比可接受的上限越短,企业越可能实施。",
        "学习": "企业对技术收益的预期随供应商和客户的实际结果调整;服务商交付越多成本越低。",
        "预测": "预期订单随实际订单调整;没有人知道未来。",
        "感知": "企业只知道伙伴、集群、服务商、示范和上门服务告诉它的;政府看到的评分有误差,看到的是城市上报的数。",
        "互动": "通过供应链、公开市场、城市劳动力市场、服务商排队、信贷配给、用完即止的预算、示范与排名。",
        "随机性": "每个随机数属于种子、用途、月份和企业,因此只差一项政策的两次运行只差在它的影响上。",
        "集体": "集群(一市一业)、城市、行业、规模层级。",
        "观测": "每月按城市、行业、层级对企业求和;每个指标只声明一次。",
    },
}
"""The design concepts of ODD (Grimm et al. 2020)."""

PHASES_ZH = {
    "exogenous": "国内需求、出口、服务决定各行业最终需求;机器人价格、工资、利率沿全国路径变化。",
    "awards": "到期的申请按工具的规则评审;逾期未用的补助失效,资金释放。",
    "calls": "合格且知情的企业以回收最快的项目申报;培训名额抽签;评选示范与试点;上门服务、检查;城市评价与配套。",
    "information": "得知技术的强度由自发、同城同业、供应商、客户、示范(同城同业与同县)、服务商推广和智慧服务相加。",
    "adoption": "企业不定期评估已知而未用的技术:费用、收益、回收期、资金次序(现金、贷款、租赁);下单一项,"
    "其余记下第一个障碍。",
    "providers": "团队、先到先得的队列、几何分布的工期;干中学;积压加价;招人滞后;失败率随经验下降;验收后付补助。",
    "production": "企业网络上的动态投入产出:订单、产能、三种关键投入的库存取最小,短缺按比例分配。",
    "labour": "用工随预期订单与生产率调整,增快减慢;城市内两类技能匹配,工资随全国路径、工资曲线和最低工资变化。",
    "productivity": "人均产出=基础效率×技术增益/(1−自动化节省);增益先降后升;年度拉普拉斯冲击;向伙伴和集群追赶。",
    "accounts": "工资、运维、利息、税、设备更新、分红;信用耗尽或到寿命的企业关闭,新企业接替其位置。",
    "indicators": "一次遍历,按城市、行业、层级求和,全部指标由此得出。",
    "identities": "每月核对货币、货物和人员守恒。",
}
"""Each phase of the month in Chinese; the English is the docstring of its module."""

LIMITS = {
    "en": "Outside the model: relative prices of goods (all are 1), trade between provinces, firms' own "
    "research, migration beyond the labour market. Of the parameters marked prior twenty are fitted to "
    "observations up to 2015, the others keep their central values; intervals of `compare` hold chance and "
    "what the data leave open of those twenty (with `--parameters central` chance alone).",
    "zh": "不在模型内：商品相对价格（均为1）、省际贸易、企业自身研发、劳动力市场以外的人口迁移。标为先验的参数"
    "中有二十个拟合到2015年以前的观测，其余保持中间值；`compare`的区间包含偶然性和这二十个参数的不确定性"
    "（`--parameters central`时只含偶然性）。",
}
