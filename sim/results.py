"""Results: tidy series with their origin, recorded month by month, saved whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.core.clock import Clock
from sim.core.errors import InputError
from sim.core.files import MANIFEST, Folder, checksums
from sim.core.table import Array
from sim.instruments import Account
from sim.outputs import BY_NAME, in_table
from sim.policies import INSTRUMENTS
from sim.world.data import load_data
from sim.world.tables import TIERS

METADATA_KEY = b"lianghua"
"""Key of the manifest in the metadata of a Parquet file."""
TABLES = ("province", "cities", "sectors", "tiers", "programme")
FORMATS = ("parquet", "csv")
KEYS = {
    "month": "月份", "city": "城市", "sector": "行业", "tier": "规模层级", "instrument": "政策工具",
    "budget": "预算", "available": "可用", "committed": "已承诺", "paid": "已支付", "lapsed": "失效",
    "beneficiaries": "受益数",
    "scenario": "情景", "replicate": "重复", "output": "指标", "mean": "均值", "sd": "标准差",
    "baseline": "基准", "difference": "差异", "low": "95%区间下限", "high": "95%区间上限",
    "label": "名称", "unit": "单位", "q05": "5%分位", "q25": "25%分位", "q50": "中位数",
    "q75": "75%分位", "q95": "95%分位",
}  # fmt: skip
UNITS = {
    "0-1": "0-1", "100m CNY": "亿元", "100m CNY/month": "亿元/月",
    "10k CNY/person/year": "万元/人·年", "10k persons": "万人", "2012 = 1": "2012年=1",
    "applications": "项", "firms": "家", "firms/month": "家/月", "log points": "对数点",
    "months": "月", "projects": "项", "projects/month": "项/月", "share": "占比",
    "share of firms": "占企业比重", "2013 = 1": "2013年=1", "number/month": "个/月", "rank": "位",
    "ratio": "比值", "tce/10k CNY": "吨标准煤/万元", "teams": "个", "workshops": "个",
}  # fmt: skip
"""Chinese for the units of outputs."""
TIER_ZH = dict(zip(TIERS, ("骨干企业", "其他规模以上企业", "小型企业", "微型企业"), strict=True))
ACCOUNT = ("budget", "available", "committed", "paid", "lapsed", "beneficiaries")


class Recorder:
    """Series of a run as they grow, by table."""

    def __init__(self, cities: tuple[str, ...], sectors: tuple[str, ...]) -> None:
        self.labels = {"cities": cities, "sectors": sectors, "tiers": TIERS}
        self.months: list[str] = []
        self.values: dict[str, dict[str, list[Any]]] = {table: {} for table in TABLES}

    def record(
        self,
        clock: Clock,
        province: Mapping[str, float],
        cities: Mapping[str, Array],
        sectors: Mapping[str, Array],
        tiers: Mapping[str, Array],
        programme: Mapping[str, Account],
    ) -> None:
        """Add this month."""
        self.months.append(clock.name)
        tables = {"province": province, "cities": cities, "sectors": sectors, "tiers": tiers}
        for table, series in tables.items():
            for name, value in series.items():
                kept = value if table == "province" else np.array(value, dtype=np.float64)
                self.values[table].setdefault(name, []).append(kept)
        for name, account in programme.items():
            row = [getattr(account, key) for key in ACCOUNT]
            self.values["programme"].setdefault(name, []).append(np.array(row))

    def arrays(self) -> dict[str, Array]:
        """Everything recorded as arrays by `table.name`."""
        found = {
            f"{table}.{name}": np.array(values)
            for table, series in self.values.items()
            for name, values in series.items()
        }
        return found | {"months": np.array(self.months, dtype="U7")}

    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Take over what `arrays` gave."""
        self.months = [str(month) for month in arrays["months"]]
        for key, values in arrays.items():
            table, dot, name = key.partition(".")
            if dot:
                rows = values.tolist() if values.ndim == 1 else list(values)
                self.values[table][name] = rows

    def results(self, manifest: dict[str, Any]) -> Results:
        """The series as data frames."""
        frames = {"province": pd.DataFrame({"month": self.months, **self.values["province"]})}
        for table, key in (("cities", "city"), ("sectors", "sector"), ("tiers", "tier")):
            labels = self.labels[table]
            columns: dict[str, Any] = {
                "month": np.repeat(self.months, len(labels)),
                key: np.tile(labels, len(self.months)),
            }
            for name, values in self.values[table].items():
                columns[name] = np.concatenate(values) if values else []
            frames[table] = pd.DataFrame(columns)
        rows = [
            [month, name, *values]
            for place, month in enumerate(self.months)
            for name, series in self.values["programme"].items()
            for values in [series[place]]
        ]
        programme = pd.DataFrame(rows, columns=["month", "instrument", *ACCOUNT])
        return Results(**frames, programme=programme, manifest=manifest)


@dataclass
class Results:
    """One run: a frame a table (month first), and where it comes from."""

    province: pd.DataFrame
    cities: pd.DataFrame
    sectors: pd.DataFrame
    tiers: pd.DataFrame
    programme: pd.DataFrame
    manifest: dict[str, Any] = field(default_factory=dict)

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every table by name."""
        return {name: getattr(self, name) for name in TABLES}

    def save(
        self,
        out: Path | str,
        formats: Sequence[str] = FORMATS,
        lang: str = "en",
        force: bool = False,
    ) -> list[Path]:
        """Write every table and the manifest into a folder, whole or not at all.

        `formats` are any of parquet and csv. Returns the paths of what was written.
        """
        with Folder(Path(out), force) as folder:
            self.write(folder.path, formats, lang)
            write_manifest(self.manifest, folder.path)
        return folder.written

    def write(self, folder: Path, formats: Sequence[str] = FORMATS, lang: str = "en") -> None:
        """Every table into an open folder."""
        for name, frame in self.frames.items():
            write_table(frame, folder / name, self.manifest, lang, formats)

    @staticmethod
    def load(out: Path | str) -> Results:
        """Results as `save` wrote them."""
        folder = Path(out)
        frames: dict[str, pd.DataFrame] = {}
        for name in TABLES:
            path = folder / f"{name}.parquet"
            try:
                frames[name] = pd.read_parquet(path)
            except (OSError, pa.ArrowInvalid) as error:
                raise InputError(path, "", str(error), "a folder written by a run") from None
        return Results(**frames, manifest=read_manifest(folder / "province.parquet"))


def write_table(
    frame: pd.DataFrame,
    path: Path,
    manifest: dict[str, Any],
    lang: str,
    formats: Sequence[str] = FORMATS,
) -> None:
    """A frame as `path`.parquet (with its manifest) and `path`.csv (opens in Excel)."""
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown or not formats or lang not in ("en", "zh"):
        given = lang if not unknown and formats else ", ".join(unknown)
        raise InputError("results", "format", given, f"{', '.join(FORMATS)} in en or zh")
    if "parquet" in formats:
        table = pa.Table.from_pandas(frame, preserve_index=False)
        # Unsorted: the order of instruments is part of a scenario.
        kept = {METADATA_KEY: json.dumps(manifest, ensure_ascii=False).encode()}
        table = table.replace_schema_metadata({**(table.schema.metadata or {}), **kept})
        pq.write_table(table, path.with_suffix(".parquet"))
    if "csv" in formats:
        # The byte-order mark is how Excel knows that Chinese headers are UTF-8.
        worded(frame, manifest, lang).to_csv(
            path.with_suffix(".csv"), index=False, encoding="utf-8-sig", lineterminator="\n"
        )


def worded(frame: pd.DataFrame, manifest: dict[str, Any], lang: str) -> pd.DataFrame:
    """A frame for readers: outputs with label and unit; Chinese headers and names for `zh`."""
    shown = frame.copy()
    # A table of outputs by name; elsewhere a column of this name is gross output.
    if "output" in shown and set(shown["output"]) <= set(BY_NAME):
        place = shown.columns.get_loc("output") + 1
        shown.insert(place, "unit", [unit_of(code, lang) for code in frame["output"]])
        shown.insert(place, "label", [getattr(BY_NAME[code], lang) for code in frame["output"]])
    if lang == "zh":
        for column, names in _chinese(manifest).items():
            if column in shown:
                shown[column] = [names.get(code, code) for code in shown[column]]
    return shown.rename(columns={name: header(name, lang) for name in shown.columns})


def header(name: str, lang: str) -> str:
    """Column header: the code in English, label and unit in Chinese."""
    if lang != "zh":
        return name
    if name in BY_NAME:
        return f"{BY_NAME[name].zh}({unit_of(name, lang)})"
    return KEYS.get(name, name)


def unit_of(output: str, lang: str) -> str:
    """Unit of an output in a language."""
    unit = BY_NAME[output].unit
    return UNITS[unit] if lang == "zh" else unit


def _chinese(manifest: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Chinese names of what the cells of a column stand for, by column."""
    data = load_data()
    cities = zip(data.cities["name_en"], data.cities["name_zh"], strict=True)
    return {
        "city": {str(en): str(zh) for en, zh in cities},
        "sector": dict(zip(data.economy.codes, data.economy.names_zh, strict=True)),
        "tier": TIER_ZH,
        "instrument": instrument_titles(manifest, "zh"),
    }


def instrument_titles(manifest: dict[str, Any], lang: str) -> dict[str, str]:
    """Title of every instrument of a run's or a comparison's scenarios, by name."""
    # A comparison's manifest holds the settings of several scenarios by name.
    settings = manifest.get("settings", {})
    several = manifest.get("command") == "compare"
    labels = {kind.model_fields["kind"].default: kind.label for kind in INSTRUMENTS}
    return {
        name: table["title"][lang] or labels[table["kind"]][0 if lang == "zh" else 1]
        for one in (settings.values() if several else (settings,))
        for name, table in one.get("instruments", {}).items()
    }


def write_manifest(manifest: dict[str, Any], folder: Path) -> None:
    """manifest.json: where the results of a folder come from, and its other files' checksums."""
    text = json.dumps({**manifest, "files": checksums(folder)}, ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest that a Parquet file of results carries."""
    try:
        metadata = pq.read_schema(path).metadata or {}
        content: Any = json.loads(metadata[METADATA_KEY])
    except KeyError:
        raise InputError(path, "", "no manifest in it", "a Parquet file of lianghua") from None
    except (OSError, pa.ArrowInvalid, ValueError) as error:
        raise InputError(path, "", str(error), "a Parquet file of lianghua") from None
    if not isinstance(content, dict) or content.get("program") != "lianghua":
        raise InputError(path, "", "another manifest", "a Parquet file of lianghua")
    return content


def headline_names() -> tuple[str, ...]:
    """Outputs that belong in a headline table, in order."""
    return tuple(output.name for output in in_table("province") if output.headline)
