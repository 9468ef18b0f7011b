"""Reading a batch: the folder of a study's runs as frames, whether the batch is done or still at work.

A chunk's shard of `runs` is written after its other tables and is what counts as done, so a detail
table is read for runs in `runs` only, and each run from one shard.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from sim.core.errors import InputError
from sim.core.files import MANIFEST
from sim.results import read_manifest
from sim.scenario_files import closest

DETAILS = ("series", "cities", "targets")
"""Tables of a study that has a tier for them, with a column `run`."""
TABLES = ("design", "runs", *DETAILS)
DESIGN_KEYS = ("point", "scenario")
RUN_KEYS = (
    "run", "point", "scenario", "replicate", "seed", "status", "reason", "attempts", "seconds",
)  # fmt: skip
"""Columns of `runs` before the outcomes."""
_TYPES = dict.fromkeys(("point", "replicate", "seed", "attempts"), "int64") | {"seconds": "float64"}
DONE = "done"
STUDY, DESIGN, SHARDS = "study.toml", "design.parquet", "shards"
_ALLOWED = "a folder of a batch"


@dataclass(frozen=True)
class Batch:
    """The folder of a batch; its tables are read when they are asked for, and then kept."""

    folder: Path
    manifest: dict[str, Any]

    @staticmethod
    def load(folder: Path | str) -> Batch:
        """The batch in a folder; InputError where there is none or its files are not a batch's."""
        path = Path(folder)
        file = path / MANIFEST
        for needed in (path, file, path / DESIGN):
            if not needed.exists():
                raise InputError(needed, "", "not there", _ALLOWED)
        try:
            content: Any = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(file, "", str(error), _ALLOWED) from None
        if not isinstance(content, dict) or content.get("program") != "lianghua":
            raise InputError(file, "program", "another program's manifest", _ALLOWED)
        return Batch(path, content)

    @cached_property
    def study_text(self) -> str:
        """The study as it was given, a TOML text."""
        file = self.folder / STUDY
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(file, "", _reason(error), _ALLOWED) from None

    @cached_property
    def design(self) -> pd.DataFrame:
        """A row a point: point, scenario, then a column a factor (levers, then uncertainties)."""
        file = self.folder / DESIGN
        frame = _frame(file, DESIGN_KEYS)
        if frame["point"].duplicated().any():
            twice = int(frame.loc[frame["point"].duplicated(), "point"].iloc[0])
            raise InputError(file, "point", twice, "each point once")
        return frame.sort_values("point", ignore_index=True)

    @property
    def varied(self) -> pd.DataFrame:
        """The points that factors are judged by: the design without the points of a baseline that
        is not among the scenarios it is made for, which are there to be compared with."""
        apart = self.design["scenario"] == self.manifest.get("baseline_apart")
        return self.design[~apart].reset_index(drop=True)

    @property
    def factors(self) -> tuple[str, ...]:
        """Dotted keys of the study's factors, in the order of the design."""
        return tuple(name for name in self.design.columns if name not in DESIGN_KEYS)

    @cached_property
    def runs(self) -> pd.DataFrame:
        """A row a run, failed ones included, by point and replicate; empty before the first shard.

        A run that stands in several shards counts once: as done if it ever was, else as it was last.
        """
        shards = self.shards("runs")
        if not shards:
            return pd.DataFrame(
                {name: pd.Series(dtype=_TYPES.get(name, "str")) for name in RUN_KEYS}
            )
        frame = pd.concat([_frame(shard, RUN_KEYS) for shard in shards], ignore_index=True)
        self._check_points(frame)
        order = np.lexsort((-np.arange(len(frame)), frame["status"] != DONE))
        frame = frame.iloc[order].drop_duplicates(["point", "replicate"])
        return frame.sort_values(["point", "replicate"], ignore_index=True)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names of the outcomes, in the order of the table of runs."""
        return tuple(name for name in self.runs.columns if name not in RUN_KEYS)

    @cached_property
    def done(self) -> pd.DataFrame:
        """Done runs with the factors of their points: run, point, scenario, replicate, seed, factors,
        outcomes."""
        runs = self.runs[self.runs["status"] == DONE]
        keys = ["run", "point", "scenario", "replicate", "seed"]
        factors = list(self.factors)
        joined = runs.merge(
            self.design[["point", *factors]], on="point", how="left", validate="many_to_one"
        )
        return joined[[*keys, *factors, *self.outcomes]]

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that this batch has."""
        return (
            "design",
            "runs",
            *(name for name in DETAILS if self.shards(name)),
        )

    def table(self, name: str) -> pd.DataFrame:
        """A whole table by name, a detail table by run (in the order of `runs`) and month."""
        self.check_table(name)
        if name == "design":
            return self.design
        if name == "runs":
            return self.runs
        source = self.dataset(name)
        try:
            frame = source.to_table().to_pandas()
        except (OSError, pa.ArrowException) as error:
            raise InputError(self.folder / SHARDS, name, _reason(error), "whole shards") from None
        place = dict(zip(self.runs["run"], range(len(self.runs)), strict=True))
        keys = [frame["month"]] if "month" in frame else []
        # The order within a run and month (of cities, of targets) is that of the shard.
        order = np.lexsort((np.arange(len(frame)), *keys, frame["run"].map(place)))
        return frame.iloc[order].reset_index(drop=True)

    def check_table(self, name: str) -> None:
        """Refuse a table that this batch does not have."""
        if name not in self.tables:
            raise InputError(self.folder, "table", name, closest(name, self.tables))

    def shards(self, name: str) -> list[Path]:
        """Files of a table's shards, by name."""
        folder = self.folder / SHARDS
        return sorted(folder.glob(f"{name}-*.parquet")) if folder.is_dir() else []

    def dataset(self, name: str) -> ds.Dataset:
        """A detail table as an Arrow dataset that is read as it is scanned, each counted run once."""
        self.check_table(name)
        if name not in DETAILS:
            return ds.dataset(pa.Table.from_pandas(self.table(name), preserve_index=False))
        left = set(self.runs.loc[self.runs["status"] == DONE, "run"])
        sources: list[Path | pa.Table] = []
        for shard, runs in self._runs_of(name):
            wanted = [run for run in runs if run in left]
            left.difference_update(wanted)
            # Part of a shard is rare, and taken into memory: a union of datasets forgets filters.
            whole = len(wanted) == len(runs)
            kind = pq.read_schema(shard).field("run").type
            mine = pc.field("run").isin(pa.array(wanted, kind))
            kept = None if whole else pq.read_table(shard, filters=mine)
            sources.append(shard if kept is None else kept)
        schemas = [pq.read_schema(one) if isinstance(one, Path) else one.schema for one in sources]
        schema = pa.unify_schemas(schemas, promote_options="permissive").remove_metadata()
        return ds.dataset([_part(one, schema) for one in sources])

    def _runs_of(self, name: str) -> Iterator[tuple[Path, Sequence[str]]]:
        """The shards of a detail table, each with the runs in it."""
        for shard in self.shards(name):
            read_manifest(shard)
            try:
                column = pq.read_table(shard, columns=["run"], read_dictionary=["run"])["run"]
            except (OSError, pa.ArrowException, KeyError) as error:
                raise InputError(shard, "", _reason(error), "a whole shard of a batch") from None
            yield shard, column.unique().to_pylist()

    def _check_points(self, runs: pd.DataFrame) -> None:
        unknown = runs.loc[~runs["point"].isin(self.design["point"]), "point"]
        if len(unknown):
            allowed = f"a point of {self.folder / DESIGN}"
            raise InputError(self.folder / SHARDS, "point", int(unknown.iloc[0]), allowed)


def _frame(file: Path, keys: Sequence[str]) -> pd.DataFrame:
    """A Parquet file of the program's as a frame that has at least the columns `keys`."""
    read_manifest(file)
    try:
        frame = pq.read_table(file).to_pandas()
    except (OSError, pa.ArrowException) as error:
        raise InputError(file, "", _reason(error), "a whole file of a batch") from None
    missing = [key for key in keys if key not in frame]
    if missing:
        raise InputError(file, "columns", f"no {', '.join(missing)}", ", ".join(keys))
    return frame


def _part(source: Path | pa.Table, schema: pa.Schema) -> ds.Dataset:
    """A shard, or what was taken of one, with the columns of all."""
    if isinstance(source, Path):
        return ds.dataset(source, schema=schema, format="parquet")
    parts = [schema.empty_table(), source]
    return ds.dataset(pa.concat_tables(parts, promote_options="permissive").cast(schema))


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or " ".join(str(error).split()) or repr(error)
