"""Folders written whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType

from sim.core.errors import InputError


class Folder:
    """Fill `path` (a temporary folder) inside a `with`; it takes the target's place at the end.

    A target with something in it is refused unless `force`, which replaces files of the same name
    and touches no others. If anything goes wrong nothing is written.
    """

    def __init__(self, target: Path, force: bool = False) -> None:
        self.target, self.force = target, force
        self.path = target
        self.written: list[Path] = []

    def check(self) -> None:
        """Refuse a target that cannot be used, before any work is done."""
        target = self.target
        if target.exists() and not target.is_dir():
            raise InputError(target, "--out", "a file", "a folder")
        if target.is_dir() and any(target.iterdir()) and not self.force:
            raise InputError(
                target, "--out", "a folder that is not empty", "an empty one, or --force"
            )
        parent = target
        while not parent.exists():
            parent = parent.parent
        if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
            raise InputError(target, "--out", "a place that cannot be written", "a writable folder")

    def __enter__(self) -> Folder:
        self.check()
        try:
            self.target.parent.mkdir(parents=True, exist_ok=True)
            name = tempfile.mkdtemp(prefix=f".{self.target.name}-", dir=self.target.parent)
        except OSError as error:
            raise InputError(
                self.target, "--out", str(error.strerror), "a writable folder"
            ) from None
        self.path = Path(name)
        self.path.chmod(0o755)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._put_in_place()
        finally:
            shutil.rmtree(self.path, ignore_errors=True)
        if isinstance(error, OSError):
            raise InputError(
                self.target, "--out", str(error.strerror or error), "a folder with room"
            ) from error

    def _put_in_place(self) -> None:
        files = sorted(p.relative_to(self.path) for p in self.path.rglob("*") if p.is_file())
        if not self.target.exists():
            self.path.rename(self.target)
        elif not any(self.target.iterdir()):
            self.target.rmdir()
            self.path.rename(self.target)
        else:
            # The manifest goes last: a folder whose manifest is old is seen to be unfinished.
            for file in sorted(files, key=lambda p: (p.name == "manifest.json", str(p))):
                (self.target / file).parent.mkdir(parents=True, exist_ok=True)
                (self.path / file).replace(self.target / file)
        self.written = [self.target / file for file in files]
