"""What the command line writes to: streams that may be closed, or whose reader may go away.

What nobody reads is lost; the work that was asked for is done all the same.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any


class _Output(io.FileIO):
    """An output that stays usable when it cannot be written; `problem` says why it could not.

    A reader that went away is no problem: it has what it wanted.
    """

    problem: OSError | None = None

    def write(self, data: Any, /) -> int:
        """As for any file, or nowhere."""
        size = memoryview(data).nbytes
        try:
            return super().write(data)
        except BrokenPipeError:
            pass
        except OSError as error:
            self.problem = error
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
        return size


def prepare() -> None:
    """Make stdout and stderr usable, whatever this process was started with.

    A terminal that has no Chinese shows question marks, which is better than nothing.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        stream = getattr(sys, name)
        if stream is None:
            _open_nowhere(number, name)
        elif number and stream is getattr(sys, f"__{name}__") and not stream.isatty():
            stream.flush()
            raw = _Output(stream.fileno(), "w", closefd=False)
            # Unbuffered (`python -u`, PYTHONUNBUFFERED) means that a line is seen when it is written.
            by_line = stream.line_buffering or stream.write_through
            made = io.TextIOWrapper(
                io.BufferedWriter(raw), stream.encoding, "replace", line_buffering=by_line
            )
            setattr(sys, name, made)
        elif number and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def problem() -> OSError | None:
    """Why the answer could not be written to stdout, if it could not."""
    sys.stdout.flush()
    return getattr(getattr(getattr(sys.stdout, "buffer", None), "raw", None), "problem", None)


def _open_nowhere(number: int, name: str) -> None:
    """A stream that goes nowhere in the place of one that is closed."""
    null = os.open(os.devnull, os.O_RDWR)
    try:
        os.fstat(number)
    except OSError:
        # Or the next file that is opened gets this number, and what is written to it by number.
        os.dup2(null, number)
    if null == number:
        os.set_inheritable(number, True)
    setattr(sys, name, os.fdopen(null, "w" if number else "r", encoding="utf-8", closefd=False))
