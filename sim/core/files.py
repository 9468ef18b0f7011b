"""Folders written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from pathlib import Path
from types import TracebackType
from typing import Any

from sim.core.errors import InputError

MANIFEST = "manifest.json"
"""Says what is in a folder and where it comes from; it is put in place last."""


class Folder:
    """Fill `path` (a temporary folder) inside a `with`; its files take their places at the end.

    A new target appears in one rename. A target with something in it is refused unless `force`,
    which replaces files of the same name one by one, the manifest last, and removes what the
    manifest found there lists and nobody has changed since; no other file is touched. Whatever
    goes wrong, the target is left as it was.
    """

    def __init__(self, target: Path, force: bool = False) -> None:
        self.target, self.force = target, force
        self.path = target
        self.written: list[Path] = []
        self._whole, self._work = target, target
        self._parents: list[Path] = []

    def check(self) -> None:
        """Refuse a target that cannot be used, before any work is done."""
        try:
            # Through symbolic links, so that the folder behind one is filled and the link stays.
            self._whole = self.target.resolve()
            parent = self._whole
            while not parent.exists():
                parent = parent.parent
            if not parent.is_dir():
                what = "a file" if parent == self._whole else f"{parent} is a file"
                raise self._refusal(what, "a folder")
            if parent == self._whole and any(parent.iterdir()) and not self.force:
                raise self._refusal("a folder that is not empty", "an empty one, or --force")
        except (OSError, RuntimeError) as error:
            # A circle of links is an OSError or a RuntimeError, by Python version.
            raise self._refusal(getattr(error, "strerror", None) or str(error)) from None
        if not os.access(parent, os.W_OK | os.X_OK):
            raise self._refusal(f"{parent} cannot be written")

    def __enter__(self) -> Folder:
        self.check()
        there = self._whole.exists()
        # Inside a target that exists: its parent may be read-only or another file system.
        base = self._whole if there else self._whole.parent
        self._parents = [p for p in (base, *base.parents) if not p.exists()]
        self._work = base / f".{self._whole.name}-{secrets.token_hex(6)}"
        self.path = self._work / "new"
        try:
            self.path.mkdir(parents=True)
        except OSError as error:
            self._clean_up(failed=True)
            raise self._refusal(str(error.strerror)) from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        failed = True
        try:
            if kind is None:
                self._put_in_place()
                failed = False
        except OSError as problem:
            raise self._refusal(problem.strerror or str(problem)) from problem
        finally:
            self._clean_up(failed)
        if isinstance(error, OSError) and self._concerns(error):
            raise self._refusal(error.strerror or str(error)) from error

    def _put_in_place(self) -> None:
        files = sorted(p.relative_to(self.path) for p in self.path.rglob("*") if p.is_file())
        if self._whole.exists():
            self._replace(sorted(files, key=lambda file: file == Path(MANIFEST)))
        else:
            self.path.rename(self._whole)
        self.written = [self.target / file for file in files]

    def _replace(self, files: list[Path]) -> None:
        """Move files into a folder that exists; on any failure put back what was there."""
        strangers = [p for p in self._whole.iterdir() if p != self._work]
        if strangers and not self.force:
            raise self._refusal("a folder that is not empty", "an empty one, or --force")
        stale = [file for file in listed_files(self._whole) if file not in files]
        touched: list[tuple[Path, Path | None]] = []
        try:
            for file in [*stale, *files]:
                goal, kept = self._whole / file, self._work / "old" / file
                goal.parent.mkdir(parents=True, exist_ok=True)
                had = os.path.lexists(goal)
                if had:
                    kept.parent.mkdir(parents=True, exist_ok=True)
                    _second_name(goal, kept)
                touched.append((goal, kept if had else None))
                if file in stale:
                    goal.unlink()
                else:
                    (self.path / file).replace(goal)
        except BaseException:
            for goal, before in reversed(touched):
                if before is not None:
                    before.replace(goal)
                else:
                    goal.unlink(missing_ok=True)
            self._remove_empty(files)
            raise
        self._remove_empty(stale)

    def _remove_empty(self, files: list[Path]) -> None:
        """Folders under the target that held these files and hold nothing now."""
        for parent in sorted({p for file in files for p in file.parents}, reverse=True):
            if parent.parts:
                _remove_if_empty(self._whole / parent)

    def _clean_up(self, failed: bool) -> None:
        shutil.rmtree(self._work, ignore_errors=True)
        if failed:
            for parent in self._parents:
                _remove_if_empty(parent)

    def _concerns(self, error: OSError) -> bool:
        """True if an error is about writing here: no file named, or one in this folder."""
        return error.filename is None or str(error.filename).startswith(str(self._work))

    def _refusal(self, given: str, allowed: str = "a folder that can be written") -> InputError:
        return InputError(self.target, "--out", given, allowed)


def content_of(path: Path, kind: str = "a file", most: int | None = None) -> bytes:
    """A file's bytes; InputError if it cannot be read, or has more than `most` MB.

    `kind` says what is asked for in a message.
    """
    try:
        if most is not None and path.stat().st_size > most * 1_000_000:
            raise InputError(path, "", f"more than {most} MB", f"{kind} of at most {most} MB")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(path, "", reason, f"{kind} that can be read") from None


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes; InputError if it cannot be read."""
    return hashlib.sha256(content_of(path)).hexdigest()


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in a folder but its manifest, by relative path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / MANIFEST
    }


def listed_files(folder: Path) -> list[Path]:
    """Files that the manifest in a folder lists and that are as they were written."""
    try:
        manifest: Any = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    listed = manifest.get("files") if isinstance(manifest, dict) else None
    if not isinstance(listed, dict) or manifest.get("program") != "lianghua":
        return []
    found = []
    for name, digest in listed.items():
        file = Path(name)
        path = folder / file
        # A list is only believed within its folder.
        if file.is_absolute() or ".." in file.parts or path.resolve() != folder.resolve() / file:
            continue
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest:
            found.append(file)
    return found


def _second_name(path: Path, kept: Path) -> None:
    """Keep a file under another name while its own stays in place."""
    try:
        os.link(path, kept, follow_symlinks=False)
    except (OSError, NotImplementedError):
        # No hard links here.
        shutil.copy2(path, kept, follow_symlinks=False)


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return
