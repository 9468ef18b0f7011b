"""Every manifest names the code: a hash of the source, and the commit where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.initial import manifest, versions
from sim.model import Province
from sim.source import PACKAGES

ROOT = Path(sim.__file__).parent.parent
ASK = "from sim.source import commit, source_hash; print(source_hash(), commit() or '-')"


def ask(root: Path, code: str = ASK, **environment: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60,
        check=True, env={**os.environ, "PYTHONPATH": str(root), **environment},
    )  # fmt: skip
    return done.stdout.split()


def git(root: Path, *arguments: str) -> str:
    options = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main")
    around = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    done = subprocess.run(
        ["git", *options, *arguments], cwd=root, capture_output=True, text=True, check=True,
        env=around,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The program elsewhere."""
    root = tmp_path / "program"
    for name in PACKAGES:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def test_a_manifest_names_the_code() -> None:
    found = manifest(Province("no_programme", scale=0.01))["versions"]
    code, commit = ask(ROOT)
    assert found == versions()
    assert found["code"] == code
    assert found.get("commit", "-") == commit


def test_the_hash_is_of_the_source_wherever_it_stands(copy: Path) -> None:
    [code, commit] = ask(copy)
    assert [code, commit] == [ask(ROOT)[0], "-"]
    (copy / "docs").mkdir()
    (copy / "docs" / "notes.py").write_text("other = 1\n")
    (copy / "sim" / "notes.md").write_text("other\n")
    changed = copy / "sim" / "scale.py"
    changed.write_bytes(changed.read_bytes().replace(b"\n", b"\r\n"))
    assert ask(copy) == [code, "-"]
    changed.write_text(changed.read_text() + "# other\n")
    other = ask(copy)[0]
    assert other != code
    changed.rename(copy / "sim" / "scales.py")
    (copy / "sim" / "scale.py").write_text("from sim.scales import *\n")
    assert ask(copy)[0] not in (code, other)


@pytest.mark.skipif(shutil.which("git") is None, reason="asks git")
def test_the_commit_is_the_programs_own_and_says_if_the_source_differs(copy: Path) -> None:
    git(copy.parent, "init")  # somebody's repository, in which the program only lies
    assert ask(copy)[1] == "-"
    git(copy, "init")
    assert ask(copy)[1] == "-"
    git(copy, "add", ".")
    git(copy, "commit", "-m", "first")
    head = git(copy, "rev-parse", "HEAD")
    assert ask(copy)[1] == head
    # A hook's environment is of another repository.
    assert ask(copy, GIT_DIR=str(copy.parent / ".git"))[1] == head
    (copy / "out.csv").write_text("what a run wrote")
    (copy / "sim" / "notes.md").write_text("words")
    assert ask(copy)[1] == head
    (copy / "sim" / "scale.py").write_text("changed = 1\n")
    assert ask(copy)[1] == f"{head}+changes"
    git(copy, "checkout", "sim/scale.py")
    (copy / "experiments" / "new.py").write_text("new = 1\n")
    assert ask(copy)[1] == f"{head}+changes"


def test_code_that_is_edited_later_is_not_what_runs(copy: Path) -> None:
    code = (
        "from pathlib import Path; import sim.initial as one; file = Path('sim/scale.py');"
        "file.write_text('changed = 1'); print(one.versions()['code'])"
    )
    assert ask(copy, code) != ask(copy)[:1]
