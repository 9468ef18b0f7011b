"""Words of the scoreboard's tables, figures and page, in Chinese and English."""

from __future__ import annotations

FORECASTERS = {
    "model": ("模型", "model"),
    "model_anchored": ("模型(接在最后观测上)", "model, set off from the last observation"),
    "no_change": ("不变", "no change"),
    "linear_trend": ("直线趋势", "linear trend"),
    "ar1": ("一阶自回归", "AR(1)"),
    "bass": ("Bass曲线", "Bass curve"),
}
DRIVERS = {
    "frozen": ("外部条件只知到预测年", "drivers frozen at the vintage"),
    "known": ("外部条件已知", "known drivers"),
    "none": ("-", "-"),
}
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Forecasts against observations",
        "board": "Scoreboard of the forecasts made at the end of {vintage}",
        "about": "{outcomes} outcomes of {series} series; errors in per cent of the last value "
        "before the forecast",
        "nothing": "Vintage {vintage}: no outcome that the model was not set up with.",
        "forecaster": "forecaster", "drivers": "drivers", "own": "own", "own_crps": "own CRPS / model",
        "rmse": "RMSE %", "mae": "MAE %", "bias": "bias %", "crps": "CRPS %", "skill": "skill",
        "better": "better in", "in_50": "in 50 %", "in_90": "in 90 %", "width_90": "score 90 %",
        "dm": "DM", "series": "series", "region": "region", "year": "year", "unit": "unit",
        "observed": "observed", "median": "model", "interval": "90 % interval",
        "anchored": "set off", "plain": "no change", "used": "used in set-up",
        "points": "Outcomes, forecasts with frozen drivers, vintage {vintage}",
        "forecast": "Forecasts of {first}-{last} made at the end of {vintage}",
        "history": "observed before", "outcome": "observed after", "fan": "model, 50 and 90 %",
        "known_line": "model with known drivers", "anchored_line": "model from last observation",
        "trend_line": "linear trend", "no_change_line": "no change",
        "coverage": "Share of outcomes in the intervals", "loss": "CRPS, per cent of last value",
        "crps_axis": "CRPS, %", "cover_axis": "outcomes in the interval, %",
        "figure_board": "Scores by forecaster, vintage {vintage}",
        "figure_paths": "Model, observations and baselines, vintage {vintage}",
        "read": "All forecasters are scored on the same outcomes; the scales of the series are "
        "divided out by the last value before the forecast. CRPS is the error of a whole "
        "distribution and falls to the absolute error for a single number; skill is 1 less its "
        "ratio to that of no change. A 90 % interval should hold 90 % of the outcomes. 'own' "
        "counts the outcomes on which a method had enough history; elsewhere it is no change. The "
        "last column compares it with the model on those alone.",
        "central": "Parameters are central values of the literature, not fitted: the model's "
        "intervals are over {over} and are too narrow.",
        "fitted": "Parameters by vintage: {draws} draws from a posterior that used no later observation; "
        "0 means central values of the literature and intervals over {over}.",
        "frozen_text": "With frozen drivers nothing from outside is known after the vintage; the "
        "programme is taken as announced in 2014. With known drivers the national paths are those "
        "that came, so that only the province's answer is forecast.",
        "used_text": "Figures that the model was set up with are shown and left out of the scores.",
        "dm_text": "Diebold-Mariano, with the correction of Harvey, Leybourne and Newbold: on the "
        "CRPS against no change, one loss a series, series taken as independent; at least 8 are "
        "needed. No single series is long enough for a test of its own.",
        "left_out": "{count} outcomes without any history are left out.",
        "uncertainty": "Intervals of the model: {members} members of each ensemble.",
    },
    "zh": {
        "title": "预测与观测",
        "board": "{vintage}年末所作预测的记分板",
        "about": "{series}个序列的{outcomes}个结果;误差为占预测前最后一值的百分比",
        "nothing": "{vintage}年预测:没有模型设定时未用过的结果。",
        "forecaster": "预测方法", "drivers": "外部条件", "own": "自有", "own_crps": "自有CRPS/模型",
        "rmse": "RMSE %", "mae": "MAE %", "bias": "偏差 %", "crps": "CRPS %", "skill": "技能",
        "better": "更好的序列", "in_50": "50%区间内", "in_90": "90%区间内",
        "width_90": "90%区间得分", "dm": "DM", "series": "序列", "region": "地区", "year": "年",
        "unit": "单位", "observed": "观测", "median": "模型", "interval": "90%区间",
        "anchored": "接观测", "plain": "不变", "used": "设定时已用",
        "points": "结果与预测(外部条件只知到{vintage}年)",
        "forecast": "{vintage}年末对{first}-{last}年的预测",
        "history": "此前观测", "outcome": "此后观测", "fan": "模型,50%与90%",
        "known_line": "模型,外部条件已知", "anchored_line": "模型,接最后观测",
        "trend_line": "直线趋势", "no_change_line": "不变",
        "coverage": "区间内结果的占比", "loss": "CRPS,占最后一值的百分比",
        "crps_axis": "CRPS,%", "cover_axis": "区间内的结果,%",
        "figure_board": "各预测方法的得分,{vintage}年预测",
        "figure_paths": "模型、观测与基准方法,{vintage}年预测",
        "read": "各方法按同一批结果记分;各序列的量级以预测前最后一值除去。CRPS 是整个分布的误差,对单一数值即为绝对误差;"
        "技能为 1 减去它与“不变”之比。90%区间应包含90%的结果。“自有”为该方法有足够历史的结果数,其余以“不变”代替;最后一列只在这些结果上与模型比较。",
        "central": "参数取文献中间值，未经拟合：模型区间只反映{over}，偏窄。",
        "fitted": "各预测年的参数：{draws}个后验抽样，后验未用此后的观测；0表示取文献中间值，区间只反映{over}。",
        "frozen_text": "外部条件只知到预测年时,此后外部的一切均未知;政策按2014年公布的方案。外部条件已知时,"
        "全国路径用实际值,只预测本省的反应。",
        "used_text": "模型设定时用过的数字列出但不计分。",
        "dm_text": "Diebold-Mariano 检验(Harvey、Leybourne 与 Newbold 修正):以 CRPS 对“不变”,每个序列一个损失,"
        "序列视为相互独立,至少要有8个。单个序列都太短,不能单独检验。",
        "left_out": "没有任何历史的{count}个结果未计入。",
        "uncertainty": "模型区间:每个集合{members}次运行。",
    },
}  # fmt: skip


def forecaster(code: str, lang: str) -> str:
    """Name of a forecaster."""
    return FORECASTERS[code][0 if lang == "zh" else 1]


def drivers(code: str, lang: str) -> str:
    """Name of a way to take what comes from outside."""
    return DRIVERS[code][0 if lang == "zh" else 1]
