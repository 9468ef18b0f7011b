"""Words of the stories in Chinese and English; both catalogues have the same keys."""

from __future__ import annotations

EVENTS: dict[str, dict[str, str]] = {
    "en": {
        "start": "Knows {knows}; uses {uses}.",
        "founded": "Founded in the place of a firm that closed, with {cash} of cash{award}.",
        "closed": "Closes with {cash} of cash.",
        "heard": "Hears of {technology}: hazard {hazard} a year, from {channels}.",
        "told": "Hears of {technology} (information spreads by {mode}).",
        "visit": "Visited by advisers of {instrument}{heard}.",
        "pilot": "Named a pilot of {instrument}, award {paid}{heard}.",
        "client": "Advised by a firm named by {instrument}{heard}.",
        "pulled": "Hears of {technology} from a customer named as pilot or demonstration.",
        "inspection": "Inspected under {instrument} and charged until it complies{heard}.",
        "training": "Sends people to {instrument}, paid with {paid} of public money.",
        "demonstration": "Named a demonstration firm of {instrument}, award {paid}.",
        "region": "Shown with its county, named by {instrument}; award {paid}.",
        "complied": "Complies with the standard; the charge ends.",
        "applied": "Applies to {instrument} with {technology}: asks {asked} ({rate} of the price); "
        "decision due {decision}.",
        "granted": "Is granted {granted} of {asked} asked by {instrument} for {technology}; the city hands "
        "it over in {ready}.",
        "offered": "Is awarded {granted} of {asked} asked by {instrument} for {technology}, paid "
        "{in_advance}, to be used by {until}.",
        "matched": "The city adds {granted} for {technology} through {instrument}.",
        "refused": "Is refused {asked} by {instrument} for {technology}.",
        "lapsed": "An award of {granted} by {instrument} for {technology} lapses.",
        "paid": "Is paid {paid} by {instrument} for {technology}.",
        "decision": "Weighs {technology}: {provider} asks {quote} of the list price, cost {cost}"
        "{award}; net benefit {benefit} a year at a belief of {belief}; {payback} against a limit "
        "of {limit} years, chance {chance}; it could pay with {sources}. Result: {result}.",
        "ordered": "Orders {technology} from {provider} for {cost}, paid with {sources}{queue}.",
        "started": "{technology}: the project starts after {waited} in the queue.",
        "accepted": "{technology} accepted after {months} of work: realises {realised} of "
        "what was promised{automation}.",
        "failed": "{technology}: the project fails after {months} of work; {cost} is lost.",
    },
    "zh": {
        "start": "已知晓{knows};已使用{uses}。",
        "founded": "在一家已关闭企业的位置上新设,现金{cash}{award}。",
        "closed": "关闭,现金{cash}。",
        "heard": "得知{technology}:年知晓强度{hazard},来自{channels}。",
        "told": "得知{technology}(信息传播方式:{mode})。",
        "visit": "“{instrument}”上门服务{heard}。",
        "pilot": "被列为“{instrument}”试点,奖励{paid}{heard}。",
        "client": "得到“{instrument}”命名企业的服务{heard}。",
        "pulled": "从被列为试点或示范的客户得知{technology}。",
        "inspection": "接受“{instrument}”检查,达标前须缴费{heard}。",
        "training": "派人参加“{instrument}”,财政支付{paid}。",
        "demonstration": "被评为“{instrument}”示范企业,奖励{paid}。",
        "region": "所在县被“{instrument}”命名,一同展示,奖励{paid}。",
        "complied": "达到标准,不再缴费。",
        "applied": "以{technology}申报“{instrument}”:申请{asked}(价款的{rate}),{decision}评审。",
        "granted": "“{instrument}”就{technology}同意给予{granted}(申请{asked}),{ready}由市里下达。",
        "offered": "“{instrument}”就{technology}批准{granted}(申请{asked}),{in_advance}支付,{until}前使用。",
        "matched": "所在市通过“{instrument}”为{technology}配套{granted}。",
        "refused": "“{instrument}”未批准{technology}的申请({asked})。",
        "lapsed": "“{instrument}”给予{technology}的{granted}补助失效。",
        "paid": "收到“{instrument}”对{technology}的补助{paid}。",
        "decision": "评估{technology}:{provider}报价为目录价的{quote},费用{cost}{award};"
        "按预期{belief}计年净收益{benefit};{payback},上限{limit}年,实施概率{chance};可用资金:{sources}。"
        "结果:{result}。",
        "ordered": "向{provider}订购{technology},{cost},资金:{sources}{queue}。",
        "started": "{technology}项目排队{waited}后开工。",
        "accepted": "{technology}施工{months}后验收:实现承诺的{realised}{automation}。",
        "failed": "{technology}项目施工{months}后失败,损失{cost}。",
    },
}  # fmt: skip
"""A sentence for each kind of event; the words in braces are filled in by `phrases`."""

CHANNELS: dict[str, dict[str, str]] = {
    "en": {
        "innovation": "outside", "cluster_peers": "peers in the city and sector",
        "demonstrations": "demonstration firms", "marketing": "marketing by providers",
        "public_services": "digital public services", "suppliers": "suppliers",
        "customers": "customers",
    },
    "zh": {
        "innovation": "外部", "cluster_peers": "同城同业", "demonstrations": "示范企业",
        "marketing": "服务商推广", "public_services": "智慧公共服务", "suppliers": "供应商",
        "customers": "客户",
    },
}  # fmt: skip

STATES: dict[str, dict[str, str]] = {
    "en": {"in_use": "in use", "on_order": "on order", "not_reviewed": "known, not yet reviewed",
           "ordered": "ordered"},
    "zh": {"in_use": "使用中", "on_order": "已下单", "not_reviewed": "已知晓,尚未评估",
           "ordered": "下单"},
}  # fmt: skip
"""States beside the barriers, which are named in sim/outputs.py."""

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "firm": "Firm {uid}", "city": "The city of {city}",
        "who": "{city}, {county}; {sector}; {tier}, {ownership}; {people} people at the start; "
        "stands for {weight} real firms; {suppliers} suppliers (largest: {supplier_ids}) and "
        "{customers} customers (largest: {customer_ids}).",
        "run": "{title} (scenario {scenario}), scale {scale}, seed {seed}, {start} to {end}; "
        "{circumstances}.",
        "month_by_month": "Month by month", "by_technology": "What held each technology",
        "end": "At the end", "none": "nothing",
        "end_text": "Uses {uses}; {automated} of tasks are automated; {people} people (at the start {people_before}); output per "
        "employee {productivity} a year ({productivity_before}); public money received {received}.",
        "not_applicable": "Does not apply in its sector: {technologies}.",
        "period": "{start} to {end}: {state}", "period_one": "{start}: {state}",
        "further": "a further step: {state}",
        "reviews": "{count} reviews", "review": "1 review",
        "terms": "{payback} against a limit of {limit} years, chance {chance}",
        "payback": "payback {years} years", "paybacks": "payback {first}, at last {last} years",
        "no_payback": "it never pays back",
        "postponed": "worth it, but put off",
        "provider": "provider {uid} ({kind}, {city})", "no_provider": "no provider", "queue": "; the queue there is {wait} months",
        "award": ", award {award}", "own": "cash {amount}", "loan": "bank loan {amount}",
        "lease": "lease {amount}", "advance": "award in advance {amount}", "unpaid": "none found",
        "heard": " and hears of {technologies}", "automation": "; automation now {level}",
        "in_advance": "in advance", "after_acceptance": "after acceptance",
        "parts": "{share} in advance, the rest after acceptance",
        "comma": ", ", "then": ", ", "stop": ".",
        "year": "Year {year}", "effort": "Effort of the administration {effort}",
        "rank": "rank {rank}", "index": "index {latent} latent, {reported} reported",
        "no_rank": "not ranked",
        "smart": "digital public services for {share} of residents",
        "mix": "Policy mix of its own funds: {mix}.", "budget": "Its own fund: {budget}, promised {used}.",
        "received": "Firms received {total}: {parts}.",
        "in_kind": "Paid for services to firms {total}: {parts}.", "no_money": "Its firms received nothing.",
        "adoption": "Adoption against the province", "winners": "Biggest winners",
        "winner": "firm {uid} ({sector}, {tier}): {total}, from {parts}",
        "no_winner": "No firm received public money.",
        "adopted": "{technology}: {here_first} in {first} (province {province_first}), {here_last} in "
        "{last} (province {province_last}).",
        "examples": "Firms worth a look",
        "award_won": "paid the largest award", "waited": "waited longest for a provider",
        "never_adopted": "a large firm that never adopted anything new",
        "most_projects": "most projects", "showed": "demonstration firm",
        "shut": "closed", "refused_most": "refused most often",
        "span": "{count} month", "spans": "{count} months",
        "year_end": "The year ends with {people} people, output per employee {productivity} a year, "
        "profit {profit} a month, {automated} of tasks automated.",
        "strip": "What held each technology, month by month",
    },
    "zh": {
        "firm": "企业{uid}", "city": "{city}",
        "who": "{city}{county};{sector};{tier},{ownership};期初{people}人;代表{weight}家真实企业;"
        "供应商{suppliers}家(最大:{supplier_ids}),客户{customers}家(最大:{customer_ids})。",
        "run": "{title}（情景{scenario}），规模{scale}，种子{seed}，{start}至{end}；{circumstances}。",
        "month_by_month": "逐月经过", "by_technology": "各项技术卡在哪里", "end": "期末", "none": "无",
        "end_text": "使用{uses};{automated}的工序已自动化;{people}人(期初{people_before});人均年产值{productivity}"
        "(期初{productivity_before});累计获得财政资金{received}。",
        "not_applicable": "不适用于本行业:{technologies}。",
        "period": "{start}至{end}:{state}", "period_one": "{start}:{state}",
        "further": "再上一步:{state}",
        "reviews": "{count}次评估", "review": "1次评估",
        "terms": "{payback},上限{limit}年,实施概率{chance}",
        "payback": "回收期{years}年", "paybacks": "回收期{first}年,最后{last}年",
        "no_payback": "永远收不回", "postponed": "划算但暂缓",
        "provider": "服务商{uid}({kind},{city})", "no_provider": "没有服务商", "queue": ";对方排队{wait}个月",
        "award": ",补助{award}", "own": "现金{amount}", "loan": "银行贷款{amount}",
        "lease": "融资租赁{amount}", "advance": "预付补助{amount}", "unpaid": "无着落",
        "heard": ",得知{technologies}", "automation": ";自动化水平达{level}",
        "in_advance": "预先", "after_acceptance": "验收后", "parts": "预先{share}、其余验收后", "comma": "、", "then": ",", "stop": "。",
        "year": "{year}年", "effort": "推进力度{effort}", "rank": "排名第{rank}",
        "index": "指数:实际{latent},上报{reported}", "no_rank": "未排名",
        "smart": "智慧公共服务覆盖{share}居民",
        "mix": "自有资金的政策组合:{mix}。", "budget": "自有资金:{budget},已承诺{used}。",
        "received": "企业获得{total}:{parts}。", "in_kind": "为企业购买服务{total}:{parts}。", "no_money": "企业没有获得资金。",
        "adoption": "应用率与全省比较", "winners": "受益最多的企业",
        "winner": "企业{uid}({sector},{tier}):{total},其中{parts}",
        "no_winner": "没有企业获得财政资金。",
        "adopted": "{technology}:{first}年{here_first}(全省{province_first}),{last}年{here_last}"
        "(全省{province_last})。",
        "examples": "值得一看的企业",
        "award_won": "获得最大一笔补助", "waited": "等服务商最久",
        "never_adopted": "始终没有新采用任何技术的大企业", "most_projects": "项目最多",
        "showed": "示范企业", "shut": "已关闭", "refused_most": "申报被拒最多",
        "span": "{count}个月", "spans": "{count}个月",
        "year_end": "年末{people}人,人均年产值{productivity},月利润{profit},{automated}的工序已自动化。",
        "strip": "各项技术逐月卡在哪里",
    },
}  # fmt: skip

OWNERSHIP_ZH = {"private": "民营", "state": "国有", "foreign": "外资"}
