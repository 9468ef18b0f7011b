"""Kernels run with a full disk, a broken one and none: a cache costs time, never a result."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

resource = pytest.importorskip("resource")

ASK = """
import numpy as np
from sim.core.streams import month_key, uniforms
print(uniforms(month_key(1, "test", 0), np.arange(3, dtype=np.uint32)).tolist())
"""


def ask(folder: Path | str, before: str = "") -> str:
    """Draws of a process that keeps its kernels in a folder."""
    around = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", before + ASK], capture_output=True, text=True,
        timeout=300, env=around | {"LIANGHUA_CACHE_DIR": str(folder)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def limited(size: int) -> str:
    """No file may grow beyond `size` bytes, as on a disk that is full."""
    return f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("cache")
    found = ask(folder)
    assert list(folder.rglob("*.nbc"))
    return found


@pytest.mark.parametrize("size", [0, 2_000])
def test_a_full_disk_costs_time_only(expected: str, tmp_path: Path, size: int) -> None:
    assert ask(tmp_path, limited(size)) == expected
    assert ask(tmp_path) == expected
    assert list(tmp_path.rglob("*.nbc"))


def test_without_a_folder_kernels_are_kept_nowhere_else(expected: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    beside = {path: path.stat().st_mtime_ns for path in kernels_beside_the_source()}
    assert ask(tmp_path / "file") == expected
    assert {path: path.stat().st_mtime_ns for path in kernels_beside_the_source()} == beside


def kernels_beside_the_source() -> list[Path]:
    import sim.core

    return sorted(Path(sim.core.__file__).parent.rglob("*.nb?"))


def test_a_broken_cache_is_an_empty_one(expected: str, tmp_path: Path) -> None:
    assert ask(tmp_path) == expected
    for path in tmp_path.rglob("*.nb?"):
        path.write_bytes(path.read_bytes()[:5])
    assert ask(tmp_path) == expected
    assert min(path.stat().st_size for path in tmp_path.rglob("*.nbi")) > 5


def test_a_user_without_a_home_keeps_nothing(expected: str) -> None:
    nobody = (
        "import os; from pathlib import Path\n"
        "def none(): raise RuntimeError('no home')\n"
        "Path.home = none; os.environ.pop('LIANGHUA_CACHE_DIR')\n"
        "os.environ.pop('XDG_CACHE_HOME', None)\n"
    )
    assert ask("unused", nobody) == expected


def test_every_kernel_has_this_cache() -> None:
    import sim

    folder = Path(sim.__file__).parent
    own = [path for path in folder.rglob("*.py") if "numba import njit" in path.read_text("utf-8")]
    assert own == [folder / "core" / "kernels.py"]
