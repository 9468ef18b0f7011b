"""The example for users of Mesa and the EMA Workbench runs as it stands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "experiments" / "examples" / "for_mesa_and_ema_users.py"


def test_the_example_runs_as_it_stands(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], cwd=tmp_path, env=environment, capture_output=True,
        text=True, encoding="utf-8", timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "8 runs, 0 failed" in done.stdout
    assert "'value_added': (4,)" in done.stdout
    assert "'monthly_value_added': (4, 6)" in done.stdout
    assert (tmp_path / "out" / "for_mesa_and_ema_users" / "batch" / "manifest.json").is_file()
