"""Results: tidy series with their origin, recorded month by month, saved whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.accounts import Account
from sim.core.clock import Clock
from sim.core.errors import InputError
from sim.core.files import MANIFEST, Folder, checksums
from sim.core.table import Array, owned
from sim.indices import yearly
from sim.outputs import in_table
from sim.words import for_spreadsheets, worded
from sim.world.data import load_data
from sim.world.tables import TIERS

METADATA_KEY = b"lianghua"
"""Key of the manifest in the metadata of a Parquet file."""
TABLES = ("province", "cities", "sectors", "tiers", "programme", "indices")
FIGURES = ("province", "cities", "sectors", "tiers")
"""Tables of outputs."""
ITEMS = "items"
"""Key of the monthly figures of the indices' items, from which the yearly table is made."""
FORMATS = ("parquet", "csv")
ACCOUNT = ("budget", "available", "committed", "paid", "lapsed", "beneficiaries")
_FIELDS = attrgetter(*ACCOUNT)
_PLACE = {output.name: place for place, output in enumerate(in_table("province"))}
"""Positions of the province's outputs."""


class Recorder:
    """Series of a run as they grow, in arrays for all its months: (months, outputs, rows)."""

    def __init__(
        self, months: int, cities: Sequence[str], sectors: Sequence[str], instruments: Sequence[str]
    ) -> None:
        self.labels = {"cities": cities, "sectors": sectors, "tiers": TIERS}
        self.months: list[str] = []
        self.names = {table: tuple(one.name for one in in_table(table)) for table in FIGURES}
        self.names["programme"] = tuple(instruments)
        rows: dict[str, tuple[int, ...]] = {"province": (), "programme": (len(ACCOUNT),)}
        rows |= {table: (len(labels),) for table, labels in self.labels.items()}
        self._figures = {
            table: np.zeros((months, len(names), *rows[table]))
            for table, names in self.names.items()
        }
        self._items: dict[str, Array] = {}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        for arrays in (self._figures, self._items):
            arrays.update({name: owned(array) for name, array in arrays.items()})

    def record(
        self,
        clock: Clock,
        tables: Mapping[str, Mapping[str, Any]],
        programme: Mapping[str, Account],
    ) -> None:
        """Add this month: figures by table and output, in their order, and the accounts."""
        place = len(self.months)
        self.months.append(clock.name)
        for table in FIGURES:
            self._figures[table][place] = list(tables[table].values())
        if programme:
            self._figures["programme"][place] = [_FIELDS(one) for one in programme.values()]
        for name, figures in tables[ITEMS].items():
            self._items_of(name, figures.shape)[place] = figures

    def not_finite(self) -> tuple[str, str] | None:
        """Table and name of a figure of the last month that is not finite, if there is one."""
        place = len(self.months) - 1
        for table, whole in self._figures.items():
            sound = np.isfinite(whole[place])
            if not sound.all():
                return table, self.names[table][int(np.argwhere(~sound)[0, 0])]
        for name, figures in self._items.items():
            if not np.isfinite(figures[place]).all():
                return ITEMS, name
        return None

    def latest(self, name: str) -> float:
        """The last month's value of a province output, 0 before the first month."""
        if not self.months:
            return 0.0
        return float(self._figures["province"][len(self.months) - 1, _PLACE[name]])

    @property
    def values(self) -> dict[str, dict[str, Array]]:
        """Everything recorded so far by table and name, months first."""
        done = len(self.months)
        found = {
            table: {name: whole[:done, place] for place, name in enumerate(self.names[table])}
            for table, whole in self._figures.items()
        }
        return found | {ITEMS: {name: whole[:done] for name, whole in self._items.items()}}

    def arrays(self) -> dict[str, Array]:
        """Everything recorded as arrays by `table.name`."""
        found = {
            f"{table}.{name}": values
            for table, series in self.values.items()
            for name, values in series.items()
        }
        return found | {"months": np.array(self.months, dtype="U7")}

    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Take over what `arrays` gave."""
        self.months = [str(month) for month in arrays["months"]]
        for key, values in arrays.items():
            table, dot, name = key.partition(".")
            if table == ITEMS:
                self._items_of(name, values.shape[1:])[: len(values)] = values
            elif dot:
                self._figures[table][: len(values), self.names[table].index(name)] = values

    def change_instruments(self, instruments: Sequence[str], past: Mapping[str, Array]) -> None:
        """Record other instruments; `past` (months so far, 6) of those that are new here."""
        done, before = len(self.months), self._figures["programme"]
        place = {name: position for position, name in enumerate(self.names["programme"])}
        whole = np.zeros((len(before), len(instruments), len(ACCOUNT)))
        for position, name in enumerate(instruments):
            known = past[name] if name in past else before[:done, place[name]]
            whole[:done, position] = known
        self._figures["programme"], self.names["programme"] = whole, tuple(instruments)

    def _items_of(self, name: str, shape: tuple[int, ...]) -> Array:
        if name not in self._items:
            self._items[name] = np.zeros((len(self._figures["province"]), *shape))
        return self._items[name]

    def results(self, manifest: dict[str, Any]) -> Results:
        """The series as data frames."""
        province = self._frame("province", {"month": np.array(self.months)})
        frames = {"province": province}
        for table, key in (("cities", "city"), ("sectors", "sector"), ("tiers", "tier")):
            frames[table] = self._frame(table, self._index(key, self.labels[table]))
        programme = pd.DataFrame(
            self._recorded("programme").reshape(-1, len(ACCOUNT)), columns=list(ACCOUNT)
        )
        index = self._index("instrument", self.names["programme"])
        programme = _led_by(index, programme)
        return Results(**frames, programme=programme, indices=self._indices(), manifest=manifest)

    def _recorded(self, table: str) -> Array:
        """(months so far, outputs, ...), a copy."""
        return self._figures[table][: len(self.months)].copy()

    def _index(self, key: str, labels: Sequence[str]) -> dict[str, Array]:
        """Columns that say what the rows of a table are of."""
        return {
            "month": np.repeat(self.months, len(labels)),
            key: np.tile(np.array(labels), len(self.months)),
        }

    def _frame(self, table: str, index: dict[str, Array]) -> pd.DataFrame:
        names = list(self.names[table])
        figures = np.moveaxis(self._recorded(table), 1, -1).reshape(-1, len(names))
        return _led_by(index, pd.DataFrame(figures, columns=names))

    def _indices(self) -> pd.DataFrame:
        """The yearly editions of both indices."""
        columns = yearly.table(
            self.months,
            self.values[ITEMS],
            self.values["cities"]["reporting_inflation"],
            self.labels["cities"],
            load_data().indices,
        )
        return pd.DataFrame(columns)


def _led_by(index: dict[str, Array], figures: pd.DataFrame) -> pd.DataFrame:
    """A frame with the columns of `index` in front."""
    return pd.concat([pd.DataFrame(index), figures], axis=1)


@dataclass
class Results:
    """One run: a frame a table (month first), and where it comes from.

    `indices` is by year: edition, region, index, level (total, class or item), code, x, x0, values
    latent and reported, rank (of a city among cities; of the province among 31, with the 5 % and
    95 % quantiles `rank_low` and `rank_high`).
    """

    province: pd.DataFrame
    cities: pd.DataFrame
    sectors: pd.DataFrame
    tiers: pd.DataFrame
    programme: pd.DataFrame
    indices: pd.DataFrame
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
        for_spreadsheets(worded(frame, manifest, lang)).to_csv(
            path.with_suffix(".csv"), index=False, encoding="utf-8-sig", lineterminator="\n"
        )


def write_manifest(manifest: dict[str, Any], folder: Path) -> None:
    """manifest.json: where the results of a folder come from, and its other files' checksums."""
    text = json.dumps({**manifest, "files": checksums(folder)}, ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest that a Parquet file of results carries."""
    if not path.is_file():
        raise InputError(path, "", "no such file", "a Parquet file of lianghua")
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
