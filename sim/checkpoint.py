"""Checkpoints: columns, books and clock of a run in a folder, as plain arrays and JSON.

Nothing in a checkpoint is code: it is read with `allow_pickle=False`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import warnings
import zipfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim import initial
from sim.accounts import Account
from sim.core.errors import InputError
from sim.core.table import Array
from sim.instruments import GrantCall
from sim.source import source_hash
from sim.timetable import in_force

BOOKS = ("awards", "projects", "outlays")


@dataclass
class Saved:
    """What was read: manifest and arrays by name."""

    folder: Path
    manifest: dict[str, Any]
    arrays: dict[str, Array]


def folder_of(given: Any) -> Path:
    """The folder of a checkpoint by its path; InputError for what is no path."""
    if not isinstance(given, str | Path):
        raise InputError("checkpoint", "", repr(given), "the path of a folder")
    return Path(given)


def write(model: Any, folder: Path) -> None:
    """Write a new folder with state.npz and manifest.json, whole or not at all."""
    if folder.exists():
        raise InputError(folder, "", "an existing folder", "a folder that does not exist yet")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise InputError(folder, "", str(error.strerror), "a folder that can be written") from None
    try:
        np.savez(temporary / "state.npz", allow_pickle=False, **_arrays(model))
        digest = hashlib.sha256((temporary / "state.npz").read_bytes()).hexdigest()
        text = json.dumps(_manifest(model, digest), ensure_ascii=False, indent=1)
        (temporary / "manifest.json").write_text(text, encoding="utf-8")
        temporary.chmod(0o755)
        temporary.rename(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def read(folder: Path) -> Saved:
    """Read a checkpoint; refuses one that is damaged or was made by another version."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        content = (folder / "state.npz").read_bytes()
    except (OSError, ValueError) as error:
        raise InputError(folder, "checkpoint", str(error), "a folder made by save()") from None
    if hashlib.sha256(content).hexdigest() != manifest.get("state_sha256"):
        raise InputError(folder, "state.npz", "a damaged file", "the file as it was saved")
    if manifest.get("version") != initial.program_version():
        raise InputError(
            folder, "version", manifest.get("version"), f"version {initial.program_version()}"
        )
    code = manifest.get("versions", {}).get("code")
    if code != (now := source_hash()):
        told = f"made by other code ({code}, now {now}): it may go on otherwise than it would"
        warnings.warn(f"{folder}: {told}", stacklevel=3)
    try:
        with np.load(folder / "state.npz", allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise InputError(folder, "state.npz", str(error), "arrays as they were saved") from None
    return Saved(folder, manifest, arrays)


def restore(model: Any, saved: Saved) -> None:
    """Put the saved columns, books and clock into a freshly made province."""
    context, arrays = model.context, saved.arrays
    for name, table in model.tables.items():
        for column in table:
            stored = arrays[f"table.{name}.{column}"]
            if stored.shape != table[column].shape:
                raise InputError(
                    saved.folder, f"{name}.{column}", stored.shape,
                    f"{table[column].shape}: pass the same supply_graph or economy",
                )  # fmt: skip
            if not table.columns[column].fixed:
                table.writable(column)[...] = stored
    for name in BOOKS:
        book = {k.split(".")[1]: v for k, v in arrays.items() if k.startswith(f"{name}.")}
        getattr(context, name).restore(book)
    for name in [key for key in arrays if key.startswith("measure.")]:
        value = arrays[name]
        context.measures[name[8:]] = float(value) if value.ndim == 0 else value
    context.provider_density = arrays["provider_density"]
    for name, account in saved.manifest["public"].items():
        context.public[name] = Account(**account)
    context.pending[:] = [_call(model, *entry) for entry in saved.manifest["pending"]]
    model.recorder.restore({k[9:]: v for k, v in arrays.items() if k.startswith("recorder.")})
    model.clock.month = saved.manifest["month"]
    model.running = not model.clock.finished


def _call(model: Any, due: int, name: str, money: float, months: int) -> tuple[int, GrantCall]:
    """A call that is decided in month `due`, by the terms of the month in which it was open."""
    policy = in_force(model.timetable, due - months)[name]
    # Leading groups may have shortened the time that the instrument allows.
    return due, replace(policy.call(name, money, model.codes), decision_months=months)


def _arrays(model: Any) -> dict[str, Array]:
    context = model.context
    arrays: dict[str, Array] = {}
    for name, table in model.tables.items():
        arrays |= {f"table.{name}.{key}": array for key, array in table.arrays().items()}
    for name in BOOKS:
        columns = getattr(context, name).columns()
        arrays |= {f"{name}.{key}": array for key, array in columns.items()}
    for name, value in context.measures.items():
        if isinstance(value, np.ndarray | float):
            arrays[f"measure.{name}"] = np.asarray(value)
    arrays["provider_density"] = context.provider_density
    arrays |= {f"recorder.{key}": array for key, array in model.recorder.arrays().items()}
    return arrays


def _manifest(model: Any, digest: str) -> dict[str, Any]:
    context = model.context
    return initial.manifest(model) | {
        "month": model.clock.month,
        "check": model.check,
        "public": {name: asdict(account) for name, account in context.public.items()},
        "pending": [
            [due, call.instrument, call.money, call.decision_months]
            for due, call in context.pending
        ],
        "state_sha256": digest,
    }
