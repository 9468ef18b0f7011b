"""Every manifest names the code: a hash of the source, and the commit where there is one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import sim
from experiments.folder import check_same
from sim.core.errors import InputError
from sim.initial import manifest, versions
from sim.model import Province
from sim.results import METADATA_KEY, read_manifest
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
    for showing in ("cli", "view"):
        page = copy / "sim" / showing / "__init__.py"
        page.write_text(page.read_text() + "# other\n")
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
        "from pathlib import Path; import sim.initial as one; from sim.scenario import Scenario;"
        "file = Path('sim/scale.py'); scenario = Scenario(name='no_programme');"
        "one.make(scenario, one.Clock.between('2012-01', '2012-02'), 0.01);"
        "file.write_text('changed = 1'); print(one.versions()['code'])"
    )
    before = ask(copy)[:1]
    assert ask(copy, code) == before != ask(copy)[:1]


def test_loading_the_program_reads_no_source() -> None:
    code = (
        "import sim.initial, sim.model; from sim.source import source_hash;"
        "print(source_hash.cache_info().currsize)"
    )
    assert ask(ROOT, code) == ["0"]


def test_a_repeated_result_of_other_code_says_so(tmp_path: Path) -> None:
    Province("no_programme", scale=0.01, time__end="2012-01").run().save(tmp_path / "run")
    file = tmp_path / "run" / "province.parquet"
    made = read_manifest(file)
    for changes, said in (({"commit": "other"}, ""), ({"code": "other"}, "changed: code\n")):
        table = pq.read_table(file)
        kept = {**made, "versions": made["versions"] | changes}
        metadata = {**table.schema.metadata, METADATA_KEY: json.dumps(kept).encode()}
        pq.write_table(table.replace_schema_metadata(metadata), file)
        done = subprocess.run(
            [sys.executable, "-m", "sim.cli", "run", str(file), "--quiet"], capture_output=True,
            text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stderr.endswith(said)
        assert bool(said) == bool(done.stderr)


def test_a_checkpoint_of_other_code_is_loaded_with_a_warning(tmp_path: Path) -> None:
    Province("no_programme", scale=0.01, time__end="2012-02").save(tmp_path / "saved")
    file = tmp_path / "saved" / "manifest.json"
    file.write_text(file.read_text().replace(versions()["code"], "0123456789abcdef"))
    with pytest.warns(UserWarning, match="made by other code"):
        province = Province.load(tmp_path / "saved")
    assert province.clock.month == 0


def test_runs_of_two_codes_are_not_put_together(tmp_path: Path) -> None:
    one, other = ({"versions": {"code": code}} for code in ("one", "other"))
    check_same(tmp_path, one, one)
    with pytest.raises(InputError, match="code; given 'other now, one where it was begun'"):
        check_same(tmp_path, one, other)
