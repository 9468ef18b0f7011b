"""Audit trail of an index: from firms to items, classes, total and rank, for one place and year.

`audit("document_2014", city="Hangzhou", year=2016)` runs the scenario up to the end of the data
year. The figures are those of the yearly table; the firms are those of its last month.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.circumstances import POSTERIOR, Parameters
from sim.comparison import prepared
from sim.contributions import Part, parts
from sim.core.errors import InputError
from sim.core.files import Folder
from sim.given import settings_of
from sim.indices import informatization, two_integration
from sim.indices.ranking import PROVINCES
from sim.indices.yearly import CLASSES, INDICES, PROVINCE
from sim.outputs import BY_NAME, PROVIDER_EN, PROVIDER_ZH
from sim.outputs.indices import fed_by_model
from sim.results import write_manifest, write_table
from sim.scale import USUAL_SCALE
from sim.scenario import Scenario
from sim.scenario_files import closest
from sim.seeds import SeedLike
from sim.words import CLASS_ZH, UNITS, circumstances, few_rows_note, instrument_titles
from sim.world.data import city_rows
from sim.world.index_tables import Item

WEIGHTS: dict[str, Sequence[float]] = {
    "two_integration": two_integration.WEIGHTS.tolist(),
    "informatization": informatization.WEIGHTS["zhejiang"],
}
TOP = 3
"""Sectors, firms or other contributors named for each item."""

WORDS = {
    "en": {
        "two_integration": "two-integration index", "informatization": "informatization index",
        "year": "data year", "edition": "edition", "rank": "rank",
        "latent": "latent", "reported": "reported", "outside": "path from outside",
        "output": "model output", "sectors": "sectors", "largest": "largest",
        "firms": "firms", "providers": "providers", "lines": "instruments that paid", "note": "note",
        "national": "on the scale of the national edition (31 provinces)",
        "provincial": "on the scale of the provincial edition, never to be compared with provinces",
        "log2": "items: 50 log2(1 + X/X0), X0/X for minus items; a reconstruction, open scale",
        "ends": "goalposts", "goalposts": "items: (X - low)/(high - low), on logarithms where so marked; goalposts tied",
        "chance": "5-95 %", "tied": "tied", "national_2010": "national 2010",
        "published_item": "from a published item value",
    },
    "zh": {
        "two_integration": "两化融合指数", "informatization": "信息化发展指数",
        "year": "数据年", "edition": "版次", "rank": "位次",
        "latent": "实际", "reported": "上报", "outside": "外生走势",
        "output": "模型指标", "sectors": "行业", "largest": "最大",
        "firms": "家企业", "providers": "家服务商", "lines": "项工具有支付", "note": "说明",
        "national": "按全国版口径(31个省份)",
        "provincial": "按浙江省版口径,不可与各省比较",
        "log2": "指标值:50 log2(1 + X/X0),逆指标取X0/X;为重构算法,不设上限",
        "ends": "端点", "goalposts": "指标值:(X - 下限)/(上限 - 下限),标注者取对数;端点为定锚值",
        "chance": "5-95%", "tied": "定锚", "national_2010": "2010年全国值",
        "published_item": "按公布的分项值推算",
    },
}  # fmt: skip


@dataclass
class Audit:
    """Rows of the yearly table for one place, year and index, with who stands behind each item.

    `frame` has the columns of the yearly table, then labels, weight of a class, number of places
    ranked, goalposts (low, high, log), unit, feeds (output or outside path), basis, source and
    confidence of X0 or goalposts, notes, class, outside and its source, contributors (number),
    their kind (firms, providers or lines), sectors and largest (names with shares, zh and en).
    """

    frame: pd.DataFrame
    manifest: dict[str, Any] = field(default_factory=dict)

    def text(self, lang: str = "en") -> str:
        """The trail as lines: total, classes, items and contributors."""
        words, total = WORDS[lang], self.frame.iloc[0]
        index, province = total["index"], total["region"] == PROVINCE
        scale = "national" if province else "provincial"
        lines = [
            f"{total[f'label_{lang}']} · {words[index]} · {words['year']} {total['year']} · "
            f"{words['edition']} {total['edition']} · {self.manifest['scenario']}",
            words["log2" if index == "two_integration" else "goalposts"],
        ]
        if index == "two_integration":
            lines.append(words[scale])
        lines.append(circumstances(self.manifest, lang))
        lines.append(f"{_figure(total, words)}{_rank(total, words, province)}")
        classes, items = (self.frame[self.frame["level"] == one] for one in ("class", "item"))
        for _, row in classes.iterrows():
            lines.append(f"  {row[f'label_{lang}']} × {row['weight']:g}: {_figure(row, words)}")
            for _, item in items[items["class"] == row["code"]].iterrows():
                lines += _item(item, lang)
        rows = {} if province else self.manifest.get("few_rows", {})
        few = few_rows_note(rows, lang, total["region"])
        return "\n".join([*lines, few] if few else lines)

    def save(self, out: Path | str, lang: str = "en", force: bool = False) -> list[Path]:
        """Write audit.parquet, audit.csv, audit.txt and the manifest, whole or not at all."""
        with Folder(Path(out), force) as folder:
            write_table(self.frame, folder.path / "audit", self.manifest, lang)
            (folder.path / "audit.txt").write_text(self.text(lang) + "\n", encoding="utf-8")
            write_manifest(self.manifest, folder.path)
        return folder.written


def audit(
    scenario: Scenario | str | Path,
    *,
    year: int,
    city: str | None = None,
    index: str = "two_integration",
    scale: float = USUAL_SCALE,
    seed: SeedLike = 1,
    settings: Iterable[str] = (),
    parameters: str | Path | Parameters = POSTERIOR,
    progress: Any = None,
) -> Audit:
    """Run a scenario up to the end of a data year and trace an index of a city or the province.

    `city` is a name in English or Chinese; none or Zhejiang is the province. `parameters` as in
    `sim.comparison.run`. Raises InputError for
    an unknown city or index, or a year that the scenario does not run through.
    """
    from sim.model import Province

    pairs = settings_of(settings)
    chosen = prepared(scenario, pairs, None)
    if index not in INDICES:
        raise InputError("audit", "index", index, closest(index, INDICES))
    province = Province(chosen, scale=scale, seed=seed, parameters=parameters)
    place = _place(province, city)
    months = (year + 1) * 12 - province.clock.start
    if not 12 <= months <= province.clock.months:
        raise InputError("audit", "year", year, _years(province))
    for month in range(months):
        province.step()
        if progress is not None:
            progress(month + 1, months)
    found = traced(province, place, index)
    found.manifest["set"] = list(pairs)
    return found


def traced(province: Any, place: int, index: str) -> Audit:
    """The trail at the end of a data year, of the province (0) or a city (1 and up)."""
    results, tables = province.results(), province.data.indices
    region = (PROVINCE, *province.labels.cities)[place]
    frame = results.indices
    last = frame["year"] == frame["year"].max()
    frame = frame[last & (frame["region"] == region) & (frame["index"] == index)]
    items = {item.code: item for item in tables.items(index)}
    behind = parts(province.context, place, _paid(results.programme))
    rows = [_details(row, items, behind, province, index) for row in frame.to_dict("records")]
    manifest = results.manifest | {"command": "audit", "region": region, "index": index}
    return Audit(pd.DataFrame(rows), manifest)


def _paid(programme: pd.DataFrame) -> dict[str, float]:
    """What every instrument paid in the last twelve months, 10k CNY."""
    if programme.empty:
        return {}
    months = list(dict.fromkeys(programme["month"]))
    paid = programme.pivot(index="instrument", columns="month", values="paid")
    year = paid[months[-1]] - (paid[months[-13]] if len(months) > 12 else 0.0)
    return {str(name): float(value) for name, value in year.items()}


def _place(province: Any, city: str | None) -> int:
    if city is None or city in (PROVINCE, "浙江省", "浙江"):
        return 0
    rows = city_rows(province.data.cities)
    if city.casefold() not in rows:
        raise InputError("audit", "city", city, closest(city, (PROVINCE, *province.labels.cities)))
    return 1 + rows[city.casefold()]


def _years(province: Any) -> str:
    """The data years that a run covers from January to December, in words."""
    clock = province.clock
    first, last = -(-clock.start // 12), (clock.start + clock.months) // 12 - 1
    return f"{first} to {last}" if last >= first else "a scenario that runs a whole year"


def _details(
    row: dict[str, Any], items: dict[str, Item], behind: dict[str, Part], province: Any, index: str
) -> dict[str, Any]:
    """A row of the yearly table with its label and, for an item, what stands behind it."""
    zh, en, weight = _label(row, items, province, index)
    row |= {"label_zh": zh, "label_en": en, "weight": weight}
    row["places"] = PROVINCES if row["region"] == PROVINCE else len(province.labels.cities)
    item = items.get(row["code"]) if row["level"] == "item" else None
    part = behind.get(item.feeds) if item is not None else None
    classes = CLASSES[index]
    row |= {key: getattr(item, key, None) for key in ("low", "high", "log")}
    row |= {
        key: getattr(item, key, "")
        for key in ("unit", "feeds", "basis", "source", "confidence", "note", "note_zh")
    }
    row["class"] = classes[item.kind] if item is not None else ""
    path = None if item is None or fed_by_model(item) else province.data.indices.paths[item.feeds]
    row |= {"outside": path is not None, "outside_source": path.source if path else ""}
    row |= {"contributors": part.number if part else np.nan, "kind": part.kind if part else ""}
    for lang in ("zh", "en"):
        names = _names(province, lang)
        for key in ("sectors", "largest"):
            row[f"{key}_{lang}"] = _shares(getattr(part, key), names) if part else ""
    return row


def _label(
    row: dict[str, Any], items: dict[str, Item], province: Any, index: str
) -> tuple[str, str, float]:
    """Label of a total (its place), class or item in Chinese and English, and a class's weight."""
    if row["level"] == "item":
        return items[row["code"]].zh, items[row["code"]].en, np.nan
    if row["level"] == "class":
        weights = WEIGHTS[index]
        place = CLASSES[index].index(row["code"])
        return CLASS_ZH[row["code"]], str(row["code"]), weights[place]
    names = dict(zip(province.labels.cities, province.data.cities["name_zh"], strict=True))
    return names.get(row["region"], "浙江省"), row["region"], np.nan


def _names(province: Any, lang: str) -> dict[str, str]:
    """Names of sectors, kinds of providers and instruments by code."""
    economy = province.data.economy
    sectors = zip(economy.codes, getattr(economy, f"names_{lang}"), strict=True)
    kinds = PROVIDER_ZH if lang == "zh" else PROVIDER_EN
    titles = instrument_titles({"settings": province.settings.model_dump(mode="json")}, lang)
    return dict(sectors) | kinds | titles


def _shares(shares: list[tuple[str, float]], names: dict[str, str]) -> str:
    return ", ".join(f"{names.get(name, name)} {share:.0%}" for name, share in shares[:TOP])


def _figure(row: pd.Series, words: dict[str, str]) -> str:
    text = f"{row['latent']:.4g} {words['latent']}"
    if row["reported"] != row["latent"]:
        text += f", {row['reported']:.4g} {words['reported']}"
    return text


def _rank(row: pd.Series, words: dict[str, str], province: bool) -> str:
    if np.isnan(row["rank"]):
        return ""
    text = f"; {words['rank']} {row['rank']:.0f}"
    if province:
        text += f" ({words['chance']}: {row['rank_low']:.0f}-{row['rank_high']:.0f})"
    return f"{text} / {row['places']:.0f}"


def _item(row: pd.Series, lang: str) -> list[str]:
    """Two or three lines of an item: value, where it comes from, who contributes."""
    words = WORDS[lang]
    if np.isnan(row["x0"]):
        scale = f"{row['low']:.4g} … {row['high']:.4g}" + (" log" if row["log"] else "")
    else:
        scale = f"X0 {row['x0']:.4g}, {words[row['basis']]}"
    unit = UNITS.get(row["unit"], row["unit"]) if lang == "zh" else row["unit"]
    lines = [f"    {row[f'label_{lang}']}: {row['latent']:.4g}  (X {row['x']:.4g} {unit}; {scale})"]
    origin = words["outside"] if row["outside"] else words["output"]
    name = BY_NAME[row["feeds"]] if not row["outside"] else None
    label = f"{row['feeds']} {getattr(name, lang)}" if name else f"[{row['outside_source']}]"
    lines.append(f"      X: {origin} {label}")
    lines.append(
        f"      {'X0' if row['basis'] else words['ends']}: [{row['source']}; {row['confidence']}]"
    )
    if row["kind"]:
        text = f"      {row['contributors']:,.0f} {words[row['kind']]}"
        for key in ("sectors", "largest"):
            shares = row[f"{key}_{lang}"]
            text += f"; {words[key]}: {shares}" if shares else ""
        lines.append(text)
    note = row["note_zh" if lang == "zh" else "note"]
    return [*lines, f"      {words['note']}: {note}"] if note else lines
