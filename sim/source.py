"""Which code a result comes from: a hash of the program's source, and the commit where there is one."""

from __future__ import annotations

import hashlib
import os
import subprocess
from functools import cache
from pathlib import Path

PACKAGES = ("sim", "calibration", "experiments", "scenarios")
SHOWING = ("sim/cli", "sim/view")
"""Folders of the command line and the page: they ask for runs, and change none, nor what is stored."""
_ROOT = Path(__file__).resolve().parent.parent


@cache
def source_hash() -> str:
    """Hash of the Python files that make results: 16 hexadecimal digits, the same wherever they stand.

    Those of `SHOWING` are not in it, nor files of data; a manifest has their own checksums.
    """
    digest = hashlib.sha256()
    shown = [_ROOT / name for name in SHOWING]
    for path in sorted(path for name in PACKAGES for path in (_ROOT / name).rglob("*.py")):
        if any(folder in path.parents for folder in shown):
            continue
        # Git may change the ends of lines, which mean nothing.
        text = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0" + text + b"\0")
    return digest.hexdigest()[:16]


@cache
def commit() -> str:
    """The commit that is checked out, followed by `+changes` if the source differs; else nothing.

    A repository around an installed copy is not the program's.
    """
    if not (_ROOT / ".git").exists():
        return ""
    sources = [f":(glob){name}/**/*.py" for name in PACKAGES]
    command = ["git", "--no-optional-locks", "status", "--porcelain=v2", "--branch",
               "--untracked-files=all", "--", *sources]  # fmt: skip
    around = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    try:
        found = subprocess.run(
            command, cwd=_ROOT, env=around, capture_output=True, text=True, encoding="utf-8",
            errors="replace", timeout=60, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    told = dict(line[2:].split(" ", 1) for line in found.stdout.splitlines() if line[:2] == "# ")
    name = told.get("branch.oid", "")
    if not name.isalnum():  # "(initial)": nothing was ever committed
        return ""
    changed = any(not line.startswith("#") for line in found.stdout.splitlines())
    return f"{name}+changes" if changed else name
