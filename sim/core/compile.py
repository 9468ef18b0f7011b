"""Where compiled kernels are kept.

Numba keys a cached function by its own file only, so a caller goes stale when a callee in another
file changes. The cache directory is therefore keyed by the text of every file with kernels, with
the named tuples they are compiled for or with the constants compiled into them.
"""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_KERNEL_FILES = ("core/*.py", "processes/*.py", "parameters/*.py", "world/tables.py")


@cache
def source_key() -> str:
    """Hash of every file that may change a compiled kernel."""
    digest = hashlib.sha256()
    for pattern in _KERNEL_FILES:
        for path in sorted(_PACKAGE.glob(pattern)):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def cache_directory() -> Path:
    """The user's cache directory (LIANGHUA_CACHE_DIR, else XDG_CACHE_HOME or ~/.cache).

    Nothing can be kept in that of a user without a home, as services and containers can have.
    """
    given = os.environ.get("LIANGHUA_CACHE_DIR")
    if given:
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME")
    if base:
        return Path(base) / "lianghua"
    try:
        return Path.home() / ".cache" / "lianghua"
    except RuntimeError:
        return Path(os.devnull) / "lianghua"


def kernel_directory() -> str:
    """Where compiled kernels are kept: numba's own setting, else this version's folder."""
    return os.environ.get("NUMBA_CACHE_DIR") or str(cache_directory() / "kernels" / source_key())


def use_kernel_cache() -> None:
    """Point numba at this version's kernel cache, whether or not it has been imported already."""
    if "NUMBA_CACHE_DIR" in os.environ:
        return
    folder = kernel_directory()
    os.environ["NUMBA_CACHE_DIR"] = folder
    if "numba" in sys.modules:
        sys.modules["numba"].core.config.CACHE_DIR = folder
