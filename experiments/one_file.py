"""One file that a user asks for: checked before any work, written whole or not at all."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from sim.core.errors import InputError


def check(out: Path, endings: Sequence[str], force: bool) -> str:
    """The ending of a file that may be written; InputError for any other."""
    ending = out.suffix.lower()
    if ending not in endings:
        raise InputError(out, "--out", ending or "no ending", ", ".join(endings))
    if out.is_dir():
        raise InputError(out, "--out", "a folder", "a file")
    if out.exists() and not force:
        raise InputError(out, "--out", "a file that is there", "a new one, or --force")
    return ending


@contextmanager
def whole(out: Path) -> Iterator[Path]:
    """The path of a fresh file that takes the place of `out` if the block ends well."""
    fresh = out.with_name(f".{out.stem}-{secrets.token_hex(6)}{out.suffix}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        yield fresh
        fresh.replace(out)
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(out, "--out", why, "a file that can be written") from None
    finally:
        with suppress(OSError):
            fresh.unlink()
