"""Results: tidy series with their origin, recorded month by month, saved whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.core.clock import Clock
from sim.core.errors import InputError
from sim.core.files import Folder
from sim.core.table import Array
from sim.instruments import Account
from sim.outputs import BY_NAME, in_table
from sim.world.tables import TIERS

MANIFEST = b"lianghua"
"""Key of the manifest in the metadata of a Parquet file."""
KEYS = {
    "month": "月份", "city": "城市", "sector": "行业", "tier": "规模层级", "instrument": "政策工具",
    "budget": "预算", "available": "可用", "committed": "已承诺", "paid": "已支付", "lapsed": "失效",
    "scenario": "情景", "replicate": "重复", "output": "指标", "mean": "均值", "sd": "标准差",
    "baseline": "基准", "difference": "差异", "low": "下限", "high": "上限",
}  # fmt: skip
ACCOUNT = ("budget", "available", "committed", "paid", "lapsed")


class Recorder:
    """Series of a run as they grow, by table."""

    def __init__(self, cities: tuple[str, ...], sectors: tuple[str, ...]) -> None:
        self.labels = {"cities": cities, "sectors": sectors, "tiers": TIERS}
        self.months: list[str] = []
        self.values: dict[str, dict[str, list[Any]]] = {
            table: {} for table in ("province", "cities", "sectors", "tiers", "programme")
        }

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
        names = ("province", "cities", "sectors", "tiers", "programme")
        return {name: getattr(self, name) for name in names}

    def save(self, out: Path | str, lang: str = "en", force: bool = False) -> list[Path]:
        """Write every table as Parquet and CSV and the manifest into a folder; returns the paths."""
        with Folder(Path(out), force) as folder:
            for name, frame in self.frames.items():
                write_table(frame, folder.path / name, self.manifest, lang)
            write_manifest(self.manifest, folder.path)
        return folder.written

    @staticmethod
    def load(out: Path | str) -> Results:
        """Results as `save` wrote them."""
        folder = Path(out)
        frames: dict[str, pd.DataFrame] = {}
        for name in ("province", "cities", "sectors", "tiers", "programme"):
            path = folder / f"{name}.parquet"
            try:
                frames[name] = pd.read_parquet(path)
            except (OSError, pa.ArrowInvalid) as error:
                raise InputError(path, "", str(error), "a folder written by a run") from None
        return Results(**frames, manifest=read_manifest(folder / "province.parquet"))


def write_table(frame: pd.DataFrame, path: Path, manifest: dict[str, Any], lang: str) -> None:
    """A frame as `path`.parquet (with its manifest) and `path`.csv (opens in Excel)."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    kept = {MANIFEST: json.dumps(manifest, ensure_ascii=False, sort_keys=True).encode()}
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **kept})
    pq.write_table(table, path.with_suffix(".parquet"))
    headed = frame.rename(columns={name: header(name, lang) for name in frame.columns})
    # The byte-order mark is how Excel knows that Chinese headers are UTF-8.
    headed.to_csv(path.with_suffix(".csv"), index=False, encoding="utf-8-sig", lineterminator="\n")


def header(name: str, lang: str) -> str:
    """Column header: the code in English, label and unit in Chinese."""
    if lang != "zh":
        return name
    if name in BY_NAME:
        return f"{BY_NAME[name].zh}({BY_NAME[name].unit})"
    return KEYS.get(name, name)


def write_manifest(manifest: dict[str, Any], folder: Path) -> None:
    """manifest.json: where the results of a folder come from."""
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest that a Parquet file of results carries."""
    try:
        metadata = pq.read_schema(path).metadata or {}
        content: dict[str, Any] = json.loads(metadata[MANIFEST])
    except (OSError, pa.ArrowInvalid, KeyError, ValueError) as error:
        raise InputError(path, "", str(error), "a Parquet file written by lianghua") from None
    return content


def headline_names() -> tuple[str, ...]:
    """Outputs that belong in a headline table, in order."""
    return tuple(output.name for output in in_table("province") if output.headline)
